//! Reads the navigation that Jekyll's theme Just the Docs makes from front matter: `parent`,
//! `grand_parent` and `nav_order`.
//!
//! Input: the chapters. Output: the entries in order, or nothing if no chapter names a parent. Never
//! contains a title: those come from the chapters that this build shows.

use std::collections::{BTreeMap, BTreeSet};

use super::nav::NavEntry;
use crate::text::front_matter::{self, Data, Split, Table, Value};
use crate::text::path::SourcePath;
use crate::text::source::Sources;

/// The maximum number of chapters above another one.
const DEEPEST: usize = 16;

/// What the front matter of a chapter says about its place.
struct Place<'a> {
    path: &'a SourcePath,
    title: String,
    parent: Option<String>,
    grand_parent: Option<String>,
    order: Option<f64>,
    is_left_out: bool,
}

/// Returns the navigation.
pub(super) fn nav(sources: &Sources) -> Vec<NavEntry> {
    let places: Vec<Place<'_>> = sources
        .chapters()
        .filter_map(|(path, file)| {
            let text = std::str::from_utf8(&file.bytes).ok()?;
            let Split::Found { content, format, .. } = front_matter::split(text) else { return None };
            place(path, &front_matter::read(&text[content], 0, format).ok()?)
        })
        .collect();
    if places.iter().all(|place| place.parent.is_none()) {
        return Vec::new();
    }
    let titles: BTreeSet<&str> = places.iter().map(|place| place.title.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<&Place<'_>>> = BTreeMap::new();
    let mut top = Vec::new();
    for place in places.iter().filter(|place| !place.is_left_out) {
        match place.parent.as_deref().filter(|parent| titles.contains(parent)) {
            Some(parent) => children.entry(parent).or_default().push(place),
            None => top.push(place),
        }
    }
    let mut walk = Walk { children: &children, seen: BTreeSet::new(), entries: Vec::new() };
    walk.below(top, 1);
    walk.entries
}

fn place<'a>(path: &'a SourcePath, table: &Table) -> Option<Place<'a>> {
    let find = |key: &str| table.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    let text = |key: &str| find(key).and_then(Value::text).map(str::to_owned);
    let order = match find("nav_order").map(|value| &value.data) {
        #[allow(clippy::cast_precision_loss, reason = "positions are small")]
        Some(Data::Integer(number)) => Some(*number as f64),
        Some(Data::Float(number)) => Some(*number),
        Some(Data::Text(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let is_left_out = matches!(find("nav_exclude").map(|value| &value.data), Some(Data::Boolean(true)));
    let (parent, grand_parent) = (text("parent"), text("grand_parent"));
    Some(Place { path, title: text("title")?, parent, grand_parent, order, is_left_out })
}

struct Walk<'p, 'a> {
    /// The chapters below each title.
    children: &'p BTreeMap<&'p str, Vec<&'p Place<'a>>>,
    seen: BTreeSet<&'a SourcePath>,
    entries: Vec<NavEntry>,
}

impl<'p, 'a> Walk<'p, 'a> {
    /// Adds the chapters that are at a place, each with those below it.
    fn below(&mut self, mut here: Vec<&'p Place<'a>>, depth: usize) {
        let order = |place: &Place<'_>| place.order.unwrap_or(f64::INFINITY);
        here.sort_by(|a, b| order(a).total_cmp(&order(b)).then_with(|| a.title.cmp(&b.title)));
        for place in here {
            if depth > DEEPEST || !self.seen.insert(place.path) {
                continue;
            }
            let target = Some(place.path.as_str().to_owned());
            self.entries.push(NavEntry { depth, title: None, target, span: None });
            let is_of = |grand: &String| place.parent.as_ref() == Some(grand);
            let children = self.children.get(place.title.as_str()).into_iter().flatten().copied();
            self.below(children.filter(|other| other.grand_parent.as_ref().is_none_or(is_of)).collect(), depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_are_below_the_one_that_they_name_as_their_parent() {
        let sources = Sources::from_texts([
            ("index.md", "---\ntitle: Home\nnav_order: 1\n---\n"),
            ("docs/b.md", "---\ntitle: B\nparent: A\nnav_order: 2\n---\n"),
            ("docs/a.md", "---\ntitle: A\nnav_order: 2\n---\n"),
            ("docs/c.md", "---\ntitle: C\nparent: A\nnav_order: 1\n---\n"),
            ("docs/d.md", "---\ntitle: D\nparent: B\ngrand_parent: A\n---\n"),
            ("docs/e.md", "---\ntitle: E\nparent: A\nnav_exclude: true\n---\n"),
            ("docs/f.md", "---\ntitle: F\nparent: F\n---\n"),
        ]);
        let found = nav(&sources);
        let shown: Vec<(usize, &str)> =
            found.iter().map(|entry| (entry.depth, entry.target.as_deref().unwrap())).collect();
        assert_eq!(shown, [(1, "index.md"), (1, "docs/a.md"), (2, "docs/c.md"), (2, "docs/b.md"), (3, "docs/d.md")]);
        assert_eq!(nav(&Sources::from_texts([("a.md", "---\ntitle: A\n---\n")])), []);
    }
}
