//! Reads a space that Confluence exported as HTML.
//!
//! Input: the files of the export. Output: chapters in folders that follow the tree of pages, and their
//! attachments. Who wrote a page and when isn't part of it. Never reads styles or pictures of the theme.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::Writer;
use super::tree::{self, Element};
use super::{Exported, Paths, Program, extension, folder, relative, stem, target, without_extension};
use crate::text::quote;
use crate::text::slug::{Slugger, slug};
use crate::text::unpack::Unpacked;

/// A page of the export.
struct Page {
    path: String,
    title: String,
    /// The paths of the pages above it, outermost first.
    above: Vec<String>,
    /// The anchors of its headings in Confluence, with ours.
    anchors: BTreeMap<String, String>,
    tree: Element,
}

/// Returns whether files are an export of Confluence.
pub fn is_one(files: &[Unpacked]) -> bool {
    files.iter().any(|(path, bytes)| {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(20_000)]);
        extension(path) == ".html" && text.contains("id=\"title-heading\"") && text.contains("id=\"main-content\"")
    })
}

/// Reads the files.
pub fn read(files: Vec<Unpacked>) -> Exported {
    let mut exported = Exported::new(Program::Confluence);
    let (pages, others): (Vec<Unpacked>, Vec<Unpacked>) =
        files.into_iter().partition(|(path, _)| extension(path) == ".html" && !path.contains('/'));
    let pages: Vec<Page> = pages.iter().map(|(path, bytes)| page(path, bytes)).collect();
    let space = pages.iter().find(|page| page.path == "index.html");
    exported.title = space.and_then(title);
    let mut new = places(&pages);
    let mut taken = Paths::default();
    let mut attachments = BTreeMap::new();
    let mut names = BTreeMap::new();
    for page in &pages {
        collect_names(&page.tree, &page.path, &mut names);
    }
    for (path, bytes) in others {
        if path.starts_with("attachments/") && !path.contains("/thumbnails/") {
            let end = extension(&path);
            let named = names.get(&path).map(|name| format!("{}{}", folder(&path), stem(without_extension(name))));
            let place = taken.free(named.as_deref().unwrap_or_else(|| without_extension(&path)), &end);
            new.insert(path, place.clone());
            attachments.insert(place, bytes);
        } else {
            exported.left.push(path);
        }
    }
    let numbers: BTreeMap<&str, &str> = pages.iter().map(|page| (number(&page.path), page.path.as_str())).collect();
    let by_path = pages.iter().map(|page| (page.path.as_str(), page)).collect();
    let known = Known { new: &new, numbers: &numbers, pages: &by_path };
    for page in &pages {
        let Some(place) = new.get(&page.path) else {
            exported.left.push(page.path.clone());
            continue;
        };
        let link = |address: &str| link(address, page, place, known);
        let mut writer = Writer { link: &link, kept: std::mem::take(&mut exported.kept) };
        let content = page.tree.find(&|element| element.get("id") == "main-content");
        let text = writer.page(content.map_or(&[][..], |content| &content.children));
        exported.kept = writer.kept;
        exported.pages += 1;
        let heading = format!("# {}\n", quote::markdown(&page.title));
        let text = if text.is_empty() { heading } else { format!("{heading}\n{text}") };
        exported.add(place, text.into_bytes());
    }
    exported.attachments = attachments.len();
    for (place, bytes) in attachments {
        exported.add(&place, bytes);
    }
    exported
}

/// Collects the names of attachments, which the export calls by numbers: links and pictures say them,
/// and so does the list below a page.
fn collect_names(part: &Element, page: &str, names: &mut BTreeMap<String, String>) {
    for element in part.elements() {
        let address = [element.get("href"), element.get("src")].into_iter().find(|address| !address.is_empty());
        if let Some((path, _)) = address.and_then(|address| target(page, address)) {
            let said = [element.get("data-linked-resource-default-alias").to_owned(), element.words()];
            let is_name = |name: &String| {
                let end = extension(name);
                !end.is_empty() && end == extension(&path) && end.len() < name.len()
            };
            if let Some(name) = said.into_iter().find(is_name) {
                names.entry(path).or_insert(name);
            }
        }
        collect_names(element, page, names);
    }
}

/// Returns the title of a space: the name in the table of its details, or else the title of the file
/// without the key of the space, `Handbook (HB)`, or else its heading.
fn title(space: &Page) -> Option<String> {
    let is_name = |row: &Element| {
        let first = row.elements().find(|cell| matches!(&*cell.name, "th" | "td"));
        row.name == "tr" && row.elements().count() > 1 && first.is_some_and(|cell| cell.words() == "Name")
    };
    let row = space.tree.find(&is_name);
    let of_row = row.and_then(|row| row.elements().nth(1)).map(Element::words);
    let file = space.tree.find(&|element| element.name == "title").map(Element::words);
    let without_key = |title: String| match title.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        Some((name, _)) => name.to_owned(),
        None => title,
    };
    let all = [of_row, file.map(without_key), Some(space.title.clone())];
    all.into_iter().flatten().find(|title| !title.is_empty())
}

/// Returns the number at the end of a page's name.
fn number(path: &str) -> &str {
    let stem = path.trim_end_matches(".html");
    &stem[stem.trim_end_matches(|c: char| c.is_ascii_digit()).len()..]
}

fn page(path: &str, bytes: &[u8]) -> Page {
    let tree = tree::read(&String::from_utf8_lossy(bytes));
    let by_id = |id: &'static str| tree.find(&move |element| element.get("id") == id);
    let heading = by_id("title-heading").map(Element::words).unwrap_or_default();
    let name = tree.find(&|element| element.name == "title").map(Element::words).unwrap_or_default();
    let title = if heading.is_empty() { name } else { heading };
    // The name of the space stands in front of the title.
    let title = title.split_once(" : ").map_or(title.as_str(), |(_, title)| title).to_owned();
    let mut above = Vec::new();
    if let Some(list) = by_id("breadcrumbs") {
        for item in list.elements() {
            let anchor = item.find(&|element| element.name == "a");
            above.extend(anchor.map(|anchor| anchor.get("href").to_owned()));
        }
    }
    let mut anchors = BTreeMap::new();
    collect_anchors(&tree, &mut Slugger::default(), &mut anchors);
    Page { path: path.to_owned(), title, above, anchors, tree }
}

/// Collects the headings below an element that have an anchor.
fn collect_anchors(part: &Element, slugger: &mut Slugger, anchors: &mut BTreeMap<String, String>) {
    for element in part.elements() {
        let is_heading = matches!(&*element.name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        if is_heading && !matches!(element.get("id"), "title-heading" | "attachments") {
            anchors.insert(element.get("id").to_owned(), slugger.unique(&slug(&element.words())));
        }
        collect_anchors(element, slugger, anchors);
    }
}

/// Returns the new paths of the pages.
fn places(pages: &[Page]) -> BTreeMap<String, String> {
    let by_path: BTreeMap<&str, &Page> = pages.iter().map(|page| (page.path.as_str(), page)).collect();
    let is_space = |path: &str| path == "index.html";
    let parents: BTreeSet<&str> = pages.iter().filter_map(|page| page.above.last()).map(String::as_str).collect();
    // If the space has one page at the top, that page is its home page.
    let at_top: Vec<&Page> =
        pages.iter().filter(|page| !is_space(&page.path) && page.above.iter().all(|above| is_space(above))).collect();
    let home = if let [only] = at_top.as_slice() { Some(only.path.as_str()) } else { None };
    let mut taken = Paths::default();
    let mut new = BTreeMap::new();
    for page in pages {
        if home == Some(page.path.as_str()) || (home.is_none() && is_space(&page.path)) {
            new.insert(page.path.clone(), taken.free("index", ".md"));
            continue;
        }
        if is_space(&page.path) {
            // The home page takes the place of the list of all pages.
            continue;
        }
        let above = page.above.iter().filter(|above| !is_space(above) && home != Some(above.as_str()));
        let folders =
            above.filter_map(|above| by_path.get(above.as_str())).map(|page| format!("{}/", stem(&page.title)));
        let own = format!("{}{}", folders.collect::<String>(), stem(&page.title));
        let own = if parents.contains(page.path.as_str()) { format!("{own}/index") } else { own };
        new.insert(page.path.clone(), taken.free(&own, ".md"));
    }
    new
}

/// What a link may lead to.
#[derive(Clone, Copy)]
struct Known<'a> {
    /// The new paths.
    new: &'a BTreeMap<String, String>,
    /// The paths of the pages by their numbers.
    numbers: &'a BTreeMap<&'a str, &'a str>,
    /// The pages by their paths.
    pages: &'a BTreeMap<&'a str, &'a Page>,
}

/// Returns a link as it is to be written on the page at `place`.
fn link(address: &str, page: &Page, place: &str, known: Known<'_>) -> String {
    if let Some(id) = address.strip_prefix('#') {
        return page.anchors.get(id).map_or_else(|| address.to_owned(), |anchor| format!("#{anchor}"));
    }
    let found = target(&page.path, address).or_else(|| {
        // Links to pages of the same wiki end in the number of the page.
        let number = address.split("pageId=").nth(1).or_else(|| address.split("/pages/").nth(1))?;
        let number = number.split(|c: char| !c.is_ascii_digit()).next().filter(|number| !number.is_empty())?;
        Some(((*known.numbers.get(number)?).to_owned(), String::new()))
    });
    let home = "index.md".to_owned();
    let to = |path: &str| known.new.get(path).or_else(|| (path == "index.html").then_some(&home));
    let Some((to, path, anchor)) = found.and_then(|(path, anchor)| Some((to(&path)?, path, anchor))) else {
        return address.to_owned();
    };
    // An anchor that the page doesn't have would be a dead link.
    let anchors = known.pages.get(path.as_str()).map(|page| &page.anchors);
    let anchor = anchors.and_then(|anchors| anchors.get(anchor.trim_start_matches('#')));
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{}{anchor}", relative(place, to))
}
