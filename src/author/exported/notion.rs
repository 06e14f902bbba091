//! Reads an export of Notion, as Markdown & CSV or as HTML.
//!
//! Input: the files of the export. Output: chapters without the IDs in their names, with front matter from
//! the properties that we know, and databases as tables. Never guesses the meaning of a property: all
//! others stay as text.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::Writer;
use super::tree::{self, Element, Node};
use super::{Exported, Paths, Program, extension, folder, relative, stem, tables, target, without_extension};
use crate::declare::kind::Status;
use crate::text::path::SourcePath;
use crate::text::quote;
use crate::text::unpack::Unpacked;

/// The length of an ID.
const ID: usize = 32;

/// Returns whether files are an export of Notion.
pub fn is_one(files: &[Unpacked]) -> bool {
    let is_page = |path: &str| matches!(&*extension(path), ".md" | ".html" | ".csv");
    files.iter().any(|(path, _)| is_page(path) && id(name(path)).is_some())
}

/// Returns the last name of a path without its extension.
fn name(path: &str) -> &str {
    without_extension(path).rsplit('/').next().unwrap_or_default()
}

/// Returns the title and the ID of a name.
fn id(name: &str) -> Option<(&str, &str)> {
    let name = name.strip_suffix("_all").unwrap_or(name);
    let (title, id) = name.rsplit_once([' ', '-']).unwrap_or(("", name));
    (id.len() == ID && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some((title, id))
}

/// Returns a name without its ID.
fn title(name: &str) -> &str {
    id(name).map_or(name, |(title, _)| if title.is_empty() { "page" } else { title })
}

/// Reads the files.
pub fn read(files: Vec<Unpacked>) -> Exported {
    let mut exported = Exported::new(Program::Notion);
    // The list of all pages that comes with HTML says nothing more than the navigation.
    let is_list = |path: &str| path == "index.html";
    exported.left.extend(files.iter().filter(|(path, _)| is_list(path)).map(|(path, _)| path.clone()));
    let files: Vec<Unpacked> = files.into_iter().filter(|(path, _)| !is_list(path)).collect();
    let paths: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let new = Places::of(&paths);
    let all: BTreeSet<&String> = paths.iter().filter(|path| path.ends_with("_all.csv")).collect();
    let has_all = |path: &str| all.contains(&format!("{}_all.csv", without_extension(path)));
    for (path, bytes) in files {
        let Some(place) = new.by_path.get(&path).cloned() else { continue };
        let link = |address: &str| new.link(&path, &place, address);
        match &*extension(&path) {
            ".md" => {
                exported.pages += 1;
                let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
                let text = page(&text, &link, &mut exported);
                exported.add(&place, text.into_bytes());
            }
            ".html" if is_html(&path) => {
                exported.pages += 1;
                let tree = tree::read(&String::from_utf8_lossy(&bytes));
                let mut writer = Writer { link: &link, kept: std::mem::take(&mut exported.kept) };
                let text = html(&tree, &mut writer);
                exported.kept = writer.kept;
                let text = with_fields(&text.0, text.1, &mut exported);
                exported.add(&place, text.into_bytes());
            }
            ".csv" if has_all(&path) => {}
            ".csv" => database(&path, &bytes, (&place, &new), &mut exported),
            _ => {
                exported.attachments += 1;
                exported.add(&place, bytes);
            }
        }
    }
    exported.title = exported.files.iter().find(|(path, _)| path.as_str() == "index.md").and_then(|(_, bytes)| {
        let text = std::str::from_utf8(bytes).ok()?;
        text.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned)
    });
    exported
}

/// Returns whether an HTML file is a page of Notion and not an attachment.
fn is_html(path: &str) -> bool {
    extension(path) == ".html" && id(name(path)).is_some()
}

/// Writes a database as a chapter, and keeps its file next to it.
fn database(path: &str, bytes: &[u8], (place, new): (&str, &Places), exported: &mut Exported) {
    let rows = tables::rows(path, bytes);
    let folder = format!("{}/", without_extension(path).trim_end_matches("_all"));
    let inside = new.by_path.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder));
    let pages = inside.filter(|(path, _)| matches!(&*extension(path), ".md" | ".html"));
    let pages: BTreeMap<&str, &String> = pages.map(|(path, to)| (title(name(path)), to)).collect();
    let link = |cell: &str| pages.get(cell.trim()).map(|to| relative(place, to));
    let file = format!("{}.csv", without_extension(place));
    exported.databases.push((SourcePath::new(file.as_str()), rows.len().saturating_sub(1)));
    let (mut text, is_list) = tables::chapter(title(name(path)), &rows, &link);
    if is_list {
        *exported.kept.entry(tables::RAGGED.to_owned()).or_default() += 1;
    }
    text.push_str(&format!("\n[CSV]({})\n", relative(place, &file)));
    exported.add(place, text.into_bytes());
    exported.add(&file, bytes.to_vec());
}

/// The new paths of the files.
struct Places {
    by_path: BTreeMap<String, String>,
    by_id: BTreeMap<String, String>,
}

impl Places {
    fn of(paths: &[String]) -> Self {
        let pages: BTreeSet<&String> =
            paths.iter().filter(|path| matches!(&*extension(path), ".md" | ".csv") || is_html(path)).collect();
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        for path in paths {
            let mut folder = folder(path).trim_end_matches('/');
            while !folder.is_empty() && folders.insert(folder) {
                folder = folder.rfind('/').map_or("", |end| &folder[..end]);
            }
        }
        let has_children = |path: &str| {
            let other = format!("{}{}", folder(path), title(name(path)));
            folders.contains(without_extension(path).trim_end_matches("_all")) || folders.contains(other.as_str())
        };
        let at_top: Vec<&&String> = pages.iter().filter(|path| !path.contains('/')).collect();
        let root = if let [only] = at_top.as_slice() { Some(only.as_str()) } else { None };
        let top = root.map(|root| [without_extension(root).to_owned(), title(name(root)).to_owned()]);
        let mut taken = Paths::default();
        let (mut by_path, mut by_id) = (BTreeMap::new(), BTreeMap::new());
        for path in paths {
            if extension(path) == ".csv" && pages.contains(&format!("{}_all.csv", without_extension(path))) {
                continue;
            }
            let mut folders: Vec<&str> = folder(path).split('/').filter(|part| !part.is_empty()).collect();
            // The children of the only page at the top are at the top themselves.
            if let (Some(top), Some(first)) = (&top, folders.first())
                && top.iter().any(|name| name == first)
            {
                folders.remove(0);
            }
            let base: String = folders.into_iter().map(|part| format!("{}/", stem(title(part)))).collect();
            let own = stem(title(name(path)));
            let is_page = pages.contains(&path);
            let is_root = root == Some(path.as_str());
            let place = match &*extension(path) {
                _ if is_root => taken.free("index", ".md"),
                _ if is_page && has_children(path) => taken.free(&format!("{base}{own}/index"), ".md"),
                _ if is_page => taken.free(&format!("{base}{own}"), ".md"),
                extension => taken.free(&format!("{base}{own}"), extension),
            };
            if let Some((_, id)) = id(name(path)) {
                by_id.insert(id.to_owned(), place.clone());
            }
            // The link to a database leads to the view of it that was exported, and all rows are in another file.
            if let Some(view) = path.strip_suffix("_all.csv") {
                by_path.insert(format!("{view}.csv"), place.clone());
            }
            by_path.insert(path.clone(), place);
        }
        Self { by_path, by_id }
    }

    /// Returns a link as it is to be written in the page at `place`, which was at `path`.
    fn link(&self, path: &str, place: &str, address: &str) -> String {
        if let Some((to, anchor)) = target(path, address)
            && let Some(to) = self.by_path.get(&to)
        {
            return format!("{}{anchor}", relative(place, to));
        }
        // A link to a page in Notion leads to its chapter, if the page was exported.
        let host = ["https://www.notion.so/", "https://notion.so/"].iter().find_map(|host| address.strip_prefix(host));
        let last = host.map(|rest| rest.split(['?', '#']).next().unwrap_or_default());
        let found = last.and_then(|last| id(last.rsplit('/').next().unwrap_or_default()));
        match found.and_then(|(_, id)| self.by_id.get(id)) {
            Some(to) => relative(place, to),
            None => address.to_owned(),
        }
    }
}

/// Rewrites a page that was exported as Markdown.
fn page(text: &str, link: &dyn Fn(&str) -> String, exported: &mut Exported) -> String {
    let (properties, body) = properties(text);
    let mut out = String::new();
    let mut fence = false;
    let mut aside = false;
    for line in body.split_inclusive('\n') {
        let bare = line.trim();
        fence ^= bare.starts_with("```");
        match bare {
            _ if fence => out.push_str(line),
            "<aside>" => {
                aside = true;
                out.push_str("> [!NOTE]\n>\n");
            }
            "</aside>" => {
                aside = false;
                out.truncate(out.trim_end_matches(['>', '\n', ' ']).len());
                out.push('\n');
            }
            _ if aside => out.push_str(&format!("{}\n", format!("> {}", with_links(line.trim_end(), link)).trim_end())),
            _ => out.push_str(&with_links(line, link)),
        }
    }
    with_fields(&out, properties, exported)
}

/// Rewrites the targets of links and images in a line.
fn with_links(line: &str, link: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("](") {
        let target = &rest[at + 2..];
        // Notion writes brackets in targets as they are.
        let mut depth = 0_usize;
        let end = target.char_indices().find(|(_, c)| {
            depth += usize::from(*c == '(');
            let is_end = *c == ')' && depth == 0;
            depth -= usize::from(*c == ')' && depth > 0);
            is_end
        });
        let Some((end, _)) = end else { break };
        out.push_str(&rest[..at + 2]);
        out.push_str(&link(&target[..end]));
        rest = &target[end..];
    }
    out + rest
}

/// A property of a page: its name and its value.
type Property = (String, String);

/// Splits the lines with properties below the title from a page. The body keeps the title.
fn properties(text: &str) -> (Vec<Property>, String) {
    let Some((heading, rest)) = text.split_once("\n\n").filter(|(heading, _)| heading.starts_with("# ")) else {
        return (Vec::new(), text.to_owned());
    };
    let (block, below) = rest.split_once("\n\n").unwrap_or((rest, ""));
    let read = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let is_name =
            name.len() <= 40 && name.starts_with(|c: char| c.is_alphabetic()) && !name.contains(['*', '[', '`', '.']);
        is_name.then(|| (name.trim().to_owned(), value.trim().to_owned()))
    };
    let list: Option<Vec<Property>> = block.lines().map(read).collect();
    match list {
        // One line may be a sentence.
        Some(list) if list.len() > 1 || list.first().is_some_and(|(name, _)| field(name).is_some()) => {
            (list, format!("{heading}\n\n{below}"))
        }
        _ => (Vec::new(), text.to_owned()),
    }
}

/// Returns our field for a property. Names of people aren't facts of a chapter, so owners stay text.
fn field(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "tag" | "tags" | "label" | "labels" | "topics" => "tags",
        "summary" | "description" => "summary",
        "order" | "position" => "order",
        "alias" | "aliases" => "aliases",
        "status" => "status",
        "reviewed" | "last reviewed" => "reviewed",
        _ => return None,
    })
}

/// Returns the value of a field as YAML, or `None` if it doesn't fit.
fn value(field: &str, value: &str) -> Option<String> {
    match field {
        "tags" | "aliases" => {
            let list = value.split(',').map(|one| quote::yaml(one.trim()));
            Some(format!("[{}]", list.collect::<Vec<_>>().join(", ")))
        }
        "order" => value.parse::<i64>().ok().map(|number| number.to_string()),
        "status" => {
            let value = value.to_lowercase();
            Status::NAMES.contains(&value.as_str()).then_some(value)
        }
        "reviewed" => day(value),
        _ => Some(quote::yaml(value)),
    }
}

/// Returns a date such as `March 3, 2024` as `2024-03-03`.
fn day(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if crate::text::date::parse_day(text).is_some() {
        return Some(text.to_owned());
    }
    let (month, rest) = text.split_once(' ')?;
    let month = 1 + MONTHS.iter().position(|name| *name == month.to_lowercase())?;
    let (day, year) = rest.split_once(", ")?;
    let date = format!("{:0>4}-{month:02}-{day:0>2}", year.get(..4)?);
    crate::text::date::parse_day(&date).map(|_| date)
}

/// Puts properties into front matter, and all others into a list below the title.
fn with_fields(body: &str, properties: Vec<Property>, exported: &mut Exported) -> String {
    let mut head: Vec<(&'static str, String)> = Vec::new();
    let mut list = String::new();
    for (name, text) in properties.into_iter().filter(|(_, text)| !text.is_empty()) {
        let found = field(&name).filter(|field| head.iter().all(|(known, _)| known != field));
        if let Some((field, value)) = found.and_then(|field| Some((field, value(field, &text)?))) {
            head.push((field, value));
            *exported.fields.entry((name, field)).or_default() += 1;
        } else {
            list.push_str(&format!("- {}: {text}\n", quote::markdown(&name)));
            *exported.properties.entry(name).or_default() += 1;
        }
    }
    let body = match body.split_once("\n\n").filter(|(heading, _)| heading.starts_with("# ") && !list.is_empty()) {
        Some((heading, rest)) => format!("{heading}\n\n{list}\n{rest}"),
        None => body.to_owned(),
    };
    let body = format!("{}\n", body.trim_end());
    if head.is_empty() {
        return body;
    }
    let head: String = head.into_iter().map(|(field, value)| format!("{field}: {value}\n")).collect();
    format!("---\n{head}---\n{body}")
}

/// Reads a page that was exported as HTML: its text and its properties.
fn html(tree: &Element, writer: &mut Writer<'_>) -> (String, Vec<Property>) {
    let of_class = |class: &'static str| tree.find(&move |element| element.has_class(class));
    let title = of_class("page-title").map(Element::words).unwrap_or_default();
    let rows = of_class("properties").map(|table| {
        let mut rows = Vec::new();
        collect_rows(table, &mut rows);
        rows
    });
    let body = of_class("page-body");
    let whole: &[Node] =
        body.or(tree.find(&|element| element.name == "body")).map_or(&tree.children, |one| &one.children);
    let text = writer.page(whole);
    let heading = if title.is_empty() { String::new() } else { format!("# {}\n\n", quote::markdown(&title)) };
    (format!("{heading}{text}"), rows.unwrap_or_default())
}

fn collect_rows(part: &Element, rows: &mut Vec<Property>) {
    for element in part.elements() {
        if element.name != "tr" {
            collect_rows(element, rows);
            continue;
        }
        let cells: Vec<&Element> = element.elements().collect();
        if let [name, value] = cells.as_slice() {
            let parts: Vec<String> = value.elements().map(Element::words).filter(|part| !part.is_empty()).collect();
            let text = if parts.is_empty() { value.words() } else { parts.join(", ") };
            rows.push((name.words(), text));
        }
    }
}
