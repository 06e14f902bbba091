//! Finds the places in a chapter that ask for a file: `{{#include x}}` of mdBook, `--8<-- "x"` of
//! `MkDocs`, `<<< x` and `<!--@include: x-->` of `VitePress`, imported Markdown in MDX,
//! `{% include "x" %}` of `GitBook`, and `{{% include "x" %}}` of Hugo.
//!
//! Input: a body, and how it is read. Output: [`Directive`]s in order, and the paths that a file
//! could have. Never decides whether a file may be inserted.

use std::collections::{BTreeMap, BTreeSet};

use super::directive::{Directive, Shape, asking, lines, literal};
use super::others;
use super::part::Part;
use super::place::candidates;
use crate::chapter::dialect::{Reading, fenced};
use crate::declare::dialect::Dialect;
use crate::declare::generator::Generator;
use crate::text::path::SourcePath;

/// Returns whether a place whose file is missing is an example of the syntax: `VitePress` leaves it in
/// code as it is, and elsewhere it isn't known which generator builds the page.
pub fn is_example(directive: &Directive, reading: &Reading<'_>) -> bool {
    directive.in_code && matches!(reading.config.generator, None | Some(Generator::VitePress))
}

/// Lists the files that a chapter asks for, each as the paths that it could have.
pub fn targets(text: &str, from: &SourcePath, reading: &Reading<'_>) -> Vec<Vec<SourcePath>> {
    let directives = directives(text, reading).into_iter();
    let asks = directives.flat_map(|directive| directive.asks);
    asks.map(|(file, _)| candidates(&file, from, reading.config)).collect()
}

/// Finds the places in `body` that ask for a file.
pub fn directives(body: &str, reading: &Reading<'_>) -> Vec<Directive> {
    let has = |sign: &str| body.contains(sign);
    let mut found = match reading.config.generator {
        Some(Generator::MkDocs) if has("8<") => snippets(body),
        Some(Generator::MdBook) if has("{{#") => mdbook(body),
        Some(Generator::VitePress) if has("<<<") || has("@include:") => vitepress(body),
        Some(Generator::GitBook) if has("{% include ") => gitbook(body),
        Some(Generator::Hugo) if has("include ") || has("readfile ") => hugo(body),
        Some(Generator::Quarto) if has("{{< include ") => others::quarto(body),
        Some(Generator::Sphinx) if has("include}") => others::myst(body),
        Some(Generator::Docsify) if has(":include") => others::docsify(body),
        Some(Generator::Jekyll) if has("include") => others::jekyll(body),
        _ if has("import ") && reading.of(body).dialects.has(Dialect::Jsx) => imported(body),
        None if !reading.config.configured && (has("{{#") || has("8<")) => {
            let mut both = mdbook(body);
            both.extend(snippets(body));
            both.sort_by_key(|directive| directive.range.start);
            both.dedup_by(|next, one| next.range.start < one.range.end);
            both
        }
        _ => Vec::new(),
    };
    if found.is_empty() {
        return found;
    }
    let code = fenced(body);
    for directive in &mut found {
        let after = code.partition_point(|code| code.end <= directive.range.start);
        directive.in_code = code.get(after).is_some_and(|code| code.start < directive.range.start);
    }
    // These forms are examples in code.
    let is_read = |directive: &Directive| match (&directive.shape, reading.config.generator) {
        _ if !directive.in_code => true,
        (Shape::Literal(_), generator) => matches!(generator, Some(Generator::MkDocs | Generator::MdBook)),
        (Shape::Code(_), generator) => {
            !matches!(generator, Some(Generator::VitePress | Generator::Sphinx | Generator::Docsify))
        }
        (shape, generator) => *shape != Shape::Blocks && generator != Some(Generator::GitBook),
    };
    found.retain(is_read);
    found
}

/// Finds `--8<-- "file"` of `MkDocs`, and its form with a file on each line. Also finds them in
/// quotations, because `rolebook adopt` writes callouts as such.
fn snippets(body: &str) -> Vec<Directive> {
    let behind_sign = |line: &str| {
        let rest = line.trim_start_matches('-').strip_prefix("8<")?;
        let is_one = line.starts_with('-') && rest.starts_with('-');
        is_one.then(|| rest.trim_start_matches('-').trim().to_owned())
    };
    let quoted = |text: &str| {
        let sign = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        text[1..].strip_suffix(sign).map(str::to_owned)
    };
    let ask = |file: &str| {
        let (name, part) = snippet_part(file);
        (name.to_owned(), part)
    };
    let mut found = Vec::new();
    let mut open: Option<(usize, Vec<(String, Part)>)> = None;
    for (at, whole) in lines(body) {
        let line = whole.trim_start_matches(['>', ' ', '\t']);
        let at = at + (whole.len() - line.len());
        let sign = behind_sign(line);
        if let Some((start, mut files)) = open.take() {
            if sign.as_deref() == Some("") {
                let range = start..at + line.len();
                found.push(Directive { range, asks: files, shape: Shape::Text, in_code: false });
                continue;
            }
            if !line.is_empty() && !line.starts_with(';') {
                files.push(ask(line));
            }
            open = Some((start, files));
            continue;
        }
        if let Some(rest) = line.strip_prefix(';').filter(|rest| behind_sign(rest).is_some()) {
            found.push(literal(at..at + line.len(), rest));
            continue;
        }
        match sign.as_deref() {
            Some("") => open = Some((at, Vec::new())),
            Some(rest) => {
                if let Some(file) = quoted(rest) {
                    let (name, part) = ask(&file);
                    found.push(asking(at..at + line.len(), &name, part, Shape::Text));
                }
            }
            None => {}
        }
    }
    found
}

/// Reads `file.md:4:6`, `file.md::3`, `file.md:1:3,5:6` and `file.md:part`.
fn snippet_part(file: &str) -> (&str, Part) {
    let at = if file.contains("://") { None } else { file.find(':') };
    let Some(at) = at else { return (file, Part::Whole) };
    let (name, rest) = (&file[..at], &file[at + 1..]);
    let range = |part: &str| {
        let (from, to) = part.split_once(':').unwrap_or((part, ""));
        let number = |text: &str, other: usize| if text.is_empty() { Some(other) } else { text.parse().ok() };
        Some((number(from, 1)?, number(to, usize::MAX)?))
    };
    match rest.split(',').map(range).collect::<Option<Vec<_>>>() {
        Some(ranges) => (name, Part::Lines(ranges)),
        None => (name, Part::Named(rest.to_owned())),
    }
}

/// Finds `{{#include file}}` of mdBook and its relatives.
fn mdbook(body: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = body[at..].find("{{#") {
        let start = at + next;
        let rest = &body[start..];
        at = start + 3;
        let Some(end) = rest.find("}}").filter(|end| !rest[..*end].contains('\n')) else { continue };
        let inner = rest[3..end].trim();
        let (word, file) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        if !["include", "rustdoc_include", "playground", "playpen", "title"].contains(&word) {
            continue;
        }
        let range = start..start + end + 2;
        at = range.end;
        if body[..start].ends_with('\\') {
            found.push(literal(start - 1..range.end, &body[range]));
            continue;
        }
        let file = file.trim();
        found.push(match word {
            "title" => literal(range, ""),
            "playground" | "playpen" => {
                let name = file.split_whitespace().next().unwrap_or_default();
                asking(range, name, Part::Whole, Shape::Code("rust".to_owned()))
            }
            _ => {
                let (name, part) = book_part(file);
                asking(range, name, part, Shape::Text)
            }
        });
    }
    found
}

/// Reads `file.rs:2`, `file.rs:2:5`, `file.rs::5`, `file.rs:2:` and `file.rs:anchor`.
fn book_part(file: &str) -> (&str, Part) {
    let Some((name, rest)) = file.split_once(':') else { return (file, Part::Whole) };
    let (from, to) = rest.split_once(':').map_or((rest, None), |(from, to)| (from, Some(to)));
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let part = match (number(from), to) {
        (Some(line), None) => Part::Lines(vec![(line, line)]),
        (from_line, Some(to)) if from.trim().is_empty() || from_line.is_some() => {
            Part::Lines(vec![(from_line.unwrap_or(1), number(to).unwrap_or(usize::MAX))])
        }
        (None, None) if from.trim().is_empty() => Part::Whole,
        _ => Part::Named(from.trim().to_owned()),
    };
    (name, part)
}

/// Finds `<<< file` and `<!--@include: file-->` of `VitePress`.
fn vitepress(body: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    for (at, line) in lines(body) {
        if let Some(rest) = line.strip_prefix("<<<") {
            let (file, part, info) = snippet_of_code(rest.trim());
            found.push(asking(at..at + line.len(), file, part, Shape::Code(info)));
            continue;
        }
        let mut from = 0;
        while let Some(next) = line[from..].find("<!--") {
            let start = from + next;
            let Some(end) = line[start..].find("-->") else { break };
            from = start + end + 3;
            let Some(file) = line[start + 4..start + end].trim().strip_prefix("@include:") else { continue };
            let (file, part) = part_of_comment(file.trim());
            found.push(asking(at + start..at + from, file, part, Shape::Text));
        }
    }
    found
}

/// Reads `file.js#region{1,3 ts:line-numbers} [title]` into the file, its part and an info string.
fn snippet_of_code(text: &str) -> (&str, Part, String) {
    let titled = text.strip_suffix(']').and_then(|text| text.rsplit_once('['));
    let (text, title) = titled.map_or((text, None), |(text, title)| (text.trim_end(), Some(title)));
    let braces = text.strip_suffix('}').and_then(|text| text.rsplit_once('{'));
    let (text, inner) = braces.map_or((text, ""), |(text, inner)| (text.trim_end(), inner.trim()));
    let (file, part) = match text.rsplit_once('#') {
        Some((file, region)) if !region.contains('/') => (file, Part::Named(region.to_owned())),
        _ => (text, Part::Whole),
    };
    let is_lines = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'-'));
    let marked = inner.split_whitespace().find(is_lines);
    let language = inner.split_whitespace().find(|word| !is_lines(word));
    let language = language.map(|word| word.split(':').next().unwrap_or_default()).filter(|word| !word.is_empty());
    let name = file.rsplit('/').next().unwrap_or_default();
    let mut info = language.or_else(|| name.rsplit_once('.').map(|(_, end)| end)).unwrap_or("text").to_owned();
    if let Some(marked) = marked {
        info.push_str(&format!(" lines=\"{marked}\""));
    }
    if let Some(title) = title.filter(|title| !title.contains(['"', '`'])) {
        info.push_str(&format!(" title=\"{title}\""));
    }
    (file, part, info)
}

/// Reads `file.md{3,10}`, `file.md{3,}` and `file.md#part`.
fn part_of_comment(text: &str) -> (&str, Part) {
    if let Some((file, lines)) = text.strip_suffix('}').and_then(|text| text.rsplit_once('{'))
        && let Some((from, to)) = lines.split_once(',')
    {
        let (from, to) = (from.trim().parse().unwrap_or(1), to.trim().parse().unwrap_or(usize::MAX));
        return (file.trim(), Part::Lines(vec![(from, to)]));
    }
    match text.rsplit_once('#') {
        Some((file, name)) => (file, Part::Named(name.to_owned())),
        None => (text, Part::Whole),
    }
}

/// Finds `{% include "file" %}` of `GitBook`.
fn gitbook(body: &str) -> Vec<Directive> {
    let read = |(at, line): (usize, &str)| {
        let inner = line.strip_prefix("{% include ")?.strip_suffix("%}")?.trim();
        let sign = inner.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let file = inner[1..].strip_suffix(sign)?;
        Some(asking(at..at + line.len(), file, Part::Whole, Shape::Blocks))
    };
    lines(body).filter_map(read).collect()
}

/// Finds `{{% include "file" %}}` and `{{< readfile file="file" >}}` of Hugo, each on a line of its own.
fn hugo(body: &str) -> Vec<Directive> {
    let read = |(at, line): (usize, &str)| {
        let inner = [("{{%", "%}}"), ("{{<", ">}}")].iter().find_map(|(open, close)| {
            let inner = line.strip_prefix(open)?.strip_suffix(close)?;
            Some(inner.trim()).filter(|inner| !inner.contains(close))
        })?;
        let rest = inner.strip_prefix("include ").or_else(|| inner.strip_prefix("readfile "))?.trim_start();
        let rest = rest.strip_prefix("file=").unwrap_or(rest);
        let sign = rest.chars().next().filter(|c| matches!(c, '"' | '`'))?;
        let (file, behind) = rest[1..].split_once(sign)?;
        // As code, it has a language, which isn't known.
        let is_text = behind.trim().is_empty() && !file.is_empty();
        is_text.then(|| asking(at..at + line.len(), file, Part::Whole, Shape::Blocks))
    };
    lines(body).filter_map(read).collect()
}

/// The maximum number of Markdown files that a chapter imports, and of places that show them. The last
/// one is above what may be inserted, which is reported.
const MOST_IMPORTED: usize = 1001;

/// The maximum length of the name of an imported file.
const LONGEST_NAME: usize = 100;

/// Finds `<Name />` where `Name` is Markdown that the chapter imports, as MDX has it.
fn imported(body: &str) -> Vec<Directive> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, line) in lines(body) {
        let mut others = 0;
        for statement in line.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let parts = statement.strip_prefix("import ").and_then(|rest| rest.split_once(" from "));
            let Some((name, file)) = parts else {
                others += 1;
                continue;
            };
            let file = file.trim().trim_matches(['"', '\'']);
            let end = file.to_ascii_lowercase();
            let is_name = !name.contains(['{', '*', ' ']) && name.len() <= LONGEST_NAME;
            let has_place = names.len() < MOST_IMPORTED || names.contains_key(name.trim());
            if (end.ends_with(".md") || end.ends_with(".mdx")) && is_name && has_place {
                names.entry(name.trim()).or_insert(file);
            } else {
                others += 1;
            }
        }
        if others == 0 && line.starts_with("import ") {
            found.push(literal(at..(at + line.len() + 1).min(body.len()), ""));
        }
    }
    if !names.is_empty() {
        found.extend(shown(body, &names));
    }
    found.sort_by_key(|directive| directive.range.start);
    found.dedup_by(|next, one| next.range.start < one.range.end);
    found
}

/// Finds the elements that show one of the imported files, which are given by their names.
fn shown(body: &str, names: &BTreeMap<&str, &str>) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut at = 0;
    // Where the line and its backticks were counted to, and the last `>` that was found.
    let (mut counted, mut ticks, mut last) = (0, 0, 0);
    let mut unclosed: BTreeSet<&str> = BTreeSet::new();
    while let Some(next) = body[at..].find('<') {
        let start = at + next;
        at = start + 1;
        let before = &body[counted..start];
        let line = before.rfind('\n');
        ticks = before[line.unwrap_or(0)..].matches('`').count() + if line.is_some() { 0 } else { ticks };
        counted = start;
        let longest = body.as_bytes()[at..].iter().take(LONGEST_NAME + 1);
        let length = longest.take_while(|byte| !matches!(byte, b'/' | b'>' | b' ' | b'\n' | b'\t')).count();
        let known = body.get(at..at + length).and_then(|name| names.get_key_value(name));
        let Some((name, file)) = known.filter(|_| ticks % 2 == 0) else { continue };
        at += length;
        if last < at {
            let Some(end) = body[at..].find('>') else { break };
            last = at + end;
        }
        let end = if body[at..last].ends_with('/') {
            Some(last + 1)
        } else if unclosed.contains(name) {
            None
        } else {
            let closing = format!("</{name}>");
            body[at..].find(&closing).map(|end| at + end + closing.len())
        };
        let Some(end) = end else {
            unclosed.insert(name);
            continue;
        };
        found.push(asking(start..end, file, Part::Whole, Shape::Blocks));
        if found.len() == MOST_IMPORTED {
            break;
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_files_are_read_as_each_generator_writes_them() {
        let lines = |from, to| Part::Lines(vec![(from, to)]);
        assert_eq!(book_part("a.rs:2:5"), ("a.rs", lines(2, 5)));
        assert_eq!(book_part("a.rs::5"), ("a.rs", lines(1, 5)));
        assert_eq!(book_part("a.rs:2:"), ("a.rs", lines(2, usize::MAX)));
        assert_eq!(book_part("a.rs:2"), ("a.rs", lines(2, 2)));
        assert_eq!(book_part("a.rs:all"), ("a.rs", Part::Named("all".to_owned())));
        assert_eq!(snippet_part("a.md:4:6"), ("a.md", lines(4, 6)));
        assert_eq!(snippet_part("a.md::3"), ("a.md", lines(1, 3)));
        assert_eq!(snippet_part("a.md:part"), ("a.md", Part::Named("part".to_owned())));
        assert_eq!(snippet_part("https://a.example/b.md"), ("https://a.example/b.md", Part::Whole));
        assert_eq!(part_of_comment("./a.md{3,}"), ("./a.md", lines(3, usize::MAX)));
        assert_eq!(part_of_comment("./a.md#part"), ("./a.md", Part::Named("part".to_owned())));
        let (file, part, info) = snippet_of_code("@/a.js#r{1,2 ts:line-numbers} [The title]");
        assert_eq!((file, part), ("@/a.js", Part::Named("r".to_owned())));
        assert_eq!(info, "ts lines=\"1,2\" title=\"The title\"");
        assert_eq!(snippet_of_code("@/a.js{2}").2, "js lines=\"2\"");
    }

    #[test]
    fn imported_files_are_found_where_they_are_shown_and_only_so_many() {
        let shown = |body: &str| {
            let asks = imported(body).into_iter().filter(|directive| !directive.asks.is_empty());
            asks.map(|directive| (body[directive.range.clone()].to_owned(), directive.file())).collect::<Vec<_>>()
        };
        let body = "import A from \"./a.md\"\nimport B from './b.mdx'\nimport A from './other.md'\n\n\
                    <A />\n\n`<A />` and <B x=\"1\">text</B> <AB /> <A> <B>\n\n<A x />\n";
        let expected = [("<A />", "./a.md"), ("<B x=\"1\">text</B>", "./b.mdx"), ("<A x />", "./a.md")];
        assert_eq!(shown(body), expected.map(|(text, file)| (text.to_owned(), file.to_owned())));
        let (imports, uses) = ("import A from './a.md'\n".repeat(1500), "<A />\n\n".repeat(1500));
        assert_eq!(imported(&format!("{imports}\n{uses}")).len(), 1500 + MOST_IMPORTED);
        let many: String = (0..1500).map(|n| format!("import A{n} from './a.md'\n")).collect();
        let uses: String = (0..1500).map(|n| format!("<A{n} />\n")).collect();
        assert_eq!(shown(&format!("{many}\n{uses}")).len(), MOST_IMPORTED);
    }
}
