//! Finds the places that ask for a file as Quarto, `MyST`, docsify and Jekyll write them.
//!
//! Input: a body. Output: [`Directive`]s in order. Never decides whether a file may be inserted.

use std::ops::Range;

use super::directive::{Directive, Shape, asking, lines};
use super::part::Part;

/// Finds `{{< include file >}}` of Quarto.
pub fn quarto(body: &str) -> Vec<Directive> {
    let read = |(at, line): (usize, &str)| {
        let file = line.strip_prefix("{{< include ")?.strip_suffix(">}}")?.trim().trim_matches(['"', '\'']);
        is_name(file).then(|| asking(at..at + line.len(), file, Part::Whole, Shape::Blocks))
    };
    lines(body).filter_map(read).collect()
}

/// Finds the directives `{include}` and `{literalinclude}` of `MyST` between fences.
pub fn myst(body: &str) -> Vec<Directive> {
    let mut found = Vec::new();
    let mut open: Option<(Range<usize>, Directive)> = None;
    for (at, line) in lines(body) {
        if let Some((fence, mut directive)) = open.take() {
            let sign = &body[fence.clone()];
            if line.len() >= sign.len() && line.trim_matches(|c| sign.starts_with(c)).is_empty() && !line.is_empty() {
                directive.range.end = at + line.len();
                found.push(directive);
            } else if let Some((ask, known)) = directive.asks.first_mut().and_then(|ask| Some((ask, option(line)?))) {
                if known != Part::Whole {
                    ask.1 = known;
                }
                open = Some((fence, directive));
            }
            continue;
        }
        let length = line.len() - line.trim_start_matches(['`', '~']).len();
        let inner = line[length..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((name, file)) = inner.filter(|_| length >= 3) else { continue };
        let file = file.trim();
        let shape = match name {
            "include" => Shape::Blocks,
            "literalinclude" => Shape::Code(language(file).to_owned()),
            _ => continue,
        };
        if is_name(file) {
            open = Some((at..at + length, asking(at..at + line.len(), file, Part::Whole, shape)));
        }
    }
    found
}

/// Reads an option of `MyST`'s that says which lines are inserted. Returns the whole file for one that
/// doesn't matter, and `None` for any other.
fn option(line: &str) -> Option<Part> {
    if line.is_empty() {
        return Some(Part::Whole);
    }
    let (key, value) = line.strip_prefix(':')?.split_once(':')?;
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str, other| if text.is_empty() { Some(other) } else { text.parse::<usize>().ok() };
        Some((number(from.trim(), 1)?, number(to.trim(), usize::MAX)?))
    };
    match key {
        "lines" => value.split(',').map(|part| range(part.trim())).collect::<Option<_>>().map(Part::Lines),
        "start-after" | "end-before" | "start-at" | "end-at" | "start-line" | "end-line" | "pyobject" | "diff" => None,
        _ => Some(Part::Whole),
    }
}

/// Finds `[text](file ':include')` of docsify.
pub fn docsify(body: &str) -> Vec<Directive> {
    let read = |(at, line): (usize, &str)| {
        let (_, target) = line.strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
        let (file, words) = target.split_once(char::is_whitespace)?;
        let words = words.trim().trim_matches(['"', '\'']).strip_prefix(":include")?.trim();
        let end = file.rsplit('/').next().unwrap_or_default().rsplit_once('.').map_or("", |(_, end)| end);
        let is_text = matches!(end, "md" | "markdown" | "mdown");
        let shape = match words {
            "" if is_text => Shape::Blocks,
            ":type=markdown" => Shape::Blocks,
            "" if matches!(end, "html" | "htm" | "mp4" | "ogg" | "mp3") => return None,
            "" => Shape::Code(language(file).to_owned()),
            words => {
                let given = words.strip_prefix(":type=code")?.trim();
                let given = given.split_whitespace().next().filter(|word| !word.starts_with(':'));
                if words.contains(":fragment") {
                    return None;
                }
                Shape::Code(given.unwrap_or_else(|| language(file)).to_owned())
            }
        };
        is_name(file).then(|| asking(at..at + line.len(), file, Part::Whole, shape))
    };
    lines(body).filter_map(read).collect()
}

/// Finds `{% include file.md %}` and `{% include_relative file.md %}` of Jekyll, if the file is Markdown
/// and gets no arguments.
pub fn jekyll(body: &str) -> Vec<Directive> {
    let read = |(at, line): (usize, &str)| {
        let inner = line.strip_prefix("{%")?.strip_suffix("%}")?.trim_matches(['-', ' ']);
        let (word, file) = inner.split_once(' ')?;
        let file = file.trim();
        let is_text = [".md", ".markdown"].iter().any(|end| file.ends_with(end));
        let file = match word {
            "include" => format!("/_includes/{file}"),
            "include_relative" => file.to_owned(),
            _ => return None,
        };
        (is_text && is_name(&file)).then(|| asking(at..at + line.len(), &file, Part::Whole, Shape::Blocks))
    };
    lines(body).filter_map(read).collect()
}

/// Returns whether a text can be the path of one file.
fn is_name(file: &str) -> bool {
    !file.is_empty() && !file.contains("://") && !file.contains(|c: char| c.is_whitespace() || "{}<>\"`|".contains(c))
}

/// Returns the language of code by the name of its file.
fn language(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("text", |(_, end)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(found: &[Directive]) -> Vec<(&str, &Part, &Shape)> {
        found.iter().flat_map(|one| one.asks.iter().map(|(file, part)| (file.as_str(), part, &one.shape))).collect()
    }

    #[test]
    fn inclusions_of_four_generators_are_found() {
        let blocks = Shape::Blocks;
        let found = quarto("{{< include _a.qmd >}}\n\nText {{< include b >}}\n{{< video c >}}\n");
        assert_eq!(asks(&found), [("_a.qmd", &Part::Whole, &blocks)]);
        let text = "```{include} a.md\n:heading-offset: 1\n```\n\n```{include} b.md\n:start-line: 1\n```\n";
        assert_eq!(asks(&myst(text)), [("a.md", &Part::Whole, &blocks)]);
        let text = "````{literalinclude} a.py\n:lines: 2-3,5\n````\n\n```{note}\n```\n";
        let found = myst(text);
        let lines = Part::Lines(vec![(2, 3), (5, 5)]);
        assert_eq!(asks(&found), [("a.py", &lines, &Shape::Code("py".to_owned()))]);
        assert!(text[found[0].range.clone()].ends_with("5\n````"));
        let text = "[a](_media/a.md ':include')\n[b](b.js ':include :type=code')\n[c](c.md)\n[d](d.md ':include :type=iframe')\n";
        let found = docsify(text);
        let code = Shape::Code("js".to_owned());
        assert_eq!(asks(&found), [("_media/a.md", &Part::Whole, &blocks), ("b.js", &Part::Whole, &code)]);
        let text =
            "{% include a.md %}\n{%- include_relative b/c.md -%}\n{% include d.html %}\n{% include e.md x=1 %}\n";
        let found = jekyll(text);
        assert_eq!(asks(&found), [("/_includes/a.md", &Part::Whole, &blocks), ("b/c.md", &Part::Whole, &blocks)]);
    }
}
