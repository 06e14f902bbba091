//! Translates the keys in the front matter of other generators into ours.
//!
//! Input: a table of front matter. Output: a table with our keys, in which every value keeps its span.
//! Never drops a key that withholds a chapter.

use crate::declare::fields::Field;
use crate::declare::front::{self, Common};
use crate::declare::generator::Generator;
use crate::declare::kind::Kind;
use crate::declare::withheld;
use crate::text::front_matter::{Data, Entry, Table, Value};
use crate::text::path::{SourcePath, join};

/// The keys that give a chapter its position: those of Jekyll's themes, Docusaurus, Hugo and others.
const ORDERS: &[&str] = &["order", "weight", "nav_order", "sidebar_position", "navOrder", "menu_order"];
/// The keys that give a chapter another name in the navigation.
const LABELS: &[&str] = &["label", "sidebar_label", "linkTitle", "linktitle", "nav_title", "navTitle", "short_title"];
/// The keys that give a page its address.
const PERMALINKS: &[&str] = &["permalink", "url", "slug"];
/// The keys that list former addresses and other names.
const ALIASES: &[&str] = &["aliases", "alias", "redirect_from", "redirects"];

/// The names of fields of ours, each with the keys that mean the same, the first one first.
const GROUPS: &[(&str, &[&str])] =
    &[("order", ORDERS), ("label", LABELS), ("permalink", PERMALINKS), ("aliases", ALIASES), ("summary", SUMMARIES)];
/// The keys that sum up a chapter.
const SUMMARIES: &[&str] = &["summary", "description"];

/// What becomes of a key of another generator in a handbook of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// The key can have this name of ours, with the same value.
    Renamed(&'static str),
    /// The key is read for its generator alone, because its value means something else under our name.
    Read,
    /// Nothing reads the key.
    Ignored,
}

/// Further keys that generators read and that don't concern us.
const FOREIGN: &[&str] = &[
    "author",
    "authors",
    "banner",
    "bibliography",
    "breadcrumb",
    "categories",
    "category",
    "comments",
    "cover",
    "created",
    "created_at",
    "createdAt",
    "cssclass",
    "cssclasses",
    "custom_edit_url",
    "date",
    "description",
    "editLink",
    "editUrl",
    "excerpt",
    "expiryDate",
    "featured",
    "footer",
    "format",
    "grand_parent",
    "has_children",
    "has_toc",
    "head",
    "hero",
    "hide",
    "hide_table_of_contents",
    "hide_title",
    "icon",
    "image",
    "image_alt",
    "keywords",
    "lang",
    "last_modified_at",
    "last_update",
    "lastUpdated",
    "lastmod",
    "layout",
    "link",
    "locale",
    "math",
    "menu",
    "meta",
    "mermaid",
    "modified",
    "nav_exclude",
    "nav_fold_state",
    "navbar",
    "next",
    "outline",
    "output",
    "outputs",
    "pageClass",
    "pageid",
    "pagefind",
    "pagination_label",
    "pagination_next",
    "pagination_prev",
    "parent",
    "prev",
    "publishDate",
    "publishdate",
    "robots",
    "search",
    "search_exclude",
    "series",
    "sidebar",
    "sidebar_class_name",
    "sidebar_custom_props",
    "sitemap",
    "subtitle",
    "tableOfContents",
    "tagline",
    "template",
    "theme",
    "thumbnail",
    "toc",
    "toc_hide",
    "toc_max_heading_level",
    "toc_min_heading_level",
    "topics",
    "type",
    "uid",
    "up",
    "updated",
    "updated_at",
    "updatedAt",
    "version",
    "version_introduced",
];

/// Returns the table with our keys. What another generator owns is left out: keys that it is known
/// for, and if `generator` is recognized all keys that aren't ours.
pub fn translated(table: &Table, kind: Kind, path: &SourcePath, generator: Option<Generator>) -> Table {
    let is_ours = |key: &str| {
        let is = |field: &Field| field.name == key || field.also == key;
        Common::FIELDS.iter().chain(front::of_kind(kind)).any(is)
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(table.entries.len());
    let mut add = |name: &str, entry: &Entry, value: Value| {
        if !entries.iter().any(|other| other.key == name) {
            entries.push(Entry { key: name.to_owned(), value, ..entry.clone() });
        }
    };
    for (name, keys) in [("order", ORDERS), ("label", LABELS), ("permalink", PERMALINKS)] {
        for key in keys {
            let Some(entry) = table.entries.iter().find(|entry| entry.key == *key) else { continue };
            let value = match name {
                "order" => Some(whole(&entry.value)),
                "permalink" => address(key, &entry.value, path),
                _ => Some(entry.value.clone()),
            };
            if let Some(value) = value {
                add(name, entry, value);
            }
        }
    }
    // Starlight's `sidebar` is a table.
    if let Some(sidebar) = table.entries.iter().find(|entry| entry.key == "sidebar") {
        for inner in sidebar.value.entries() {
            match inner.key.as_str() {
                "order" => add("order", inner, whole(&inner.value)),
                "label" => add("label", inner, inner.value.clone()),
                _ => {}
            }
        }
    }
    let aliases: Vec<&Entry> = table.entries.iter().filter(|entry| ALIASES.contains(&entry.key.as_str())).collect();
    if let Some(first) = aliases.first() {
        let all = aliases.iter().flat_map(|entry| entry.value.items()).cloned().collect::<Vec<Value>>();
        let all = all.into_iter().filter(|value| value.data != Data::Null);
        let all = all.map(|value| if generator == Some(Generator::Hugo) { from_root(value, path) } else { value });
        let all = all.collect();
        add("aliases", first, Value::new(first.value.span, Data::List(all), None));
    }
    for (name, entry, text) in of_hero(table) {
        add(name, entry, Value::new(entry.value.span, Data::Text(text), None));
    }
    if let Some((entry, text)) = table.entries.iter().find_map(|entry| Some((entry, plain_title(entry)?))) {
        add("title", entry, Value::new(entry.value.span, Data::Text(text), None));
    }
    for entry in &table.entries {
        let key = entry.key.as_str();
        let is_done = [ORDERS, LABELS, PERMALINKS, ALIASES].iter().any(|keys| keys.contains(&key));
        let is_theirs = generator.is_some() || FOREIGN.contains(&key);
        if !is_done && (withheld::is_mark(key) || is_ours(key) || !is_theirs) {
            add(key, entry, entry.value.clone());
        }
    }
    entries.sort_by_key(|entry| entry.key_span.start);
    Table { entries, duplicates: table.duplicates.clone() }
}

/// Returns whether front matter keeps a chapter out of the navigation: `nav_exclude` of Just the Docs,
/// and `toc_hide` of Docsy.
pub fn is_unlisted(table: &Table) -> bool {
    let is_true = |value: &Value| matches!(&value.data, Data::Boolean(true)) || value.text() == Some("true");
    table.entries.iter().any(|entry| ["nav_exclude", "toc_hide"].contains(&&*entry.key) && is_true(&entry.value))
}

/// Returns what becomes of each key that isn't ours.
pub fn fates<'a>(table: &'a Table, kind: Kind, path: &SourcePath) -> Vec<(&'a Entry, Fate)> {
    let find = |key: &str| table.entries.iter().find(|entry| entry.key == key);
    let is_ours = |key: &str| Common::FIELDS.iter().chain(front::of_kind(kind)).any(|field| field.name == key);
    let fate = |entry: &'a Entry| {
        let key = entry.key.as_str();
        if withheld::is_mark(key) || is_ours(key) {
            return None;
        }
        let Some((name, keys)) = GROUPS.iter().find(|(_, keys)| keys.contains(&key)) else {
            let is_read = key == "sidebar"
                && ["order", "label"].iter().any(|inner| entry.value.entries().iter().any(|entry| entry.key == *inner));
            return Some((entry, if is_read { Fate::Read } else { Fate::Ignored }));
        };
        let counts = |key: &&&str| {
            find(key).is_some_and(|entry| *name != "permalink" || address(key, &entry.value, path).is_some())
        };
        let is_first = keys.iter().find(counts) == Some(&key);
        let is_free = find(name).is_none();
        Some((
            entry,
            match (is_first && is_free, is_first || *name == "aliases") {
                (true, _) if means_the_same(name, entry, path) => Fate::Renamed(name),
                (_, true) => Fate::Read,
                _ => Fate::Ignored,
            },
        ))
    };
    table.entries.iter().filter_map(fate).collect()
}

/// Returns whether the value of an entry can be read as the field `name` of ours.
fn means_the_same(name: &str, entry: &Entry, path: &SourcePath) -> bool {
    match name {
        "order" => entry.value.integer().is_some(),
        "aliases" => !entry.value.items().is_empty() && entry.value.items().iter().all(|item| item.text().is_some()),
        "permalink" => address(&entry.key, &entry.value, path).as_ref() == Some(&entry.value),
        _ => entry.value.text().is_some(),
    }
}

/// Returns the title and the summary that a home page of `VitePress` shows from its front matter, unless
/// it has a title.
fn of_hero(table: &Table) -> Vec<(&'static str, &Entry, String)> {
    let find = |key: &str| table.entries.iter().find(|entry| entry.key == key);
    let is_home = find("layout").is_some_and(|entry| entry.value.text() == Some("home"));
    let Some(hero) = find("hero").filter(|_| is_home && find("title").is_none()) else { return Vec::new() };
    let of = |key: &str| hero.value.entries().iter().find(|inner| inner.key == key)?.value.text();
    let mut texts = ["name", "text", "tagline"].into_iter().filter_map(of).filter(|text| !text.trim().is_empty());
    let Some(title) = texts.next() else { return Vec::new() };
    let rest: Vec<&str> = texts.collect();
    let summary = Some(("summary", hero, rest.join(": "))).filter(|(_, _, text)| !text.is_empty());
    let summary = summary.filter(|_| find("summary").is_none());
    std::iter::once(("title", hero, title.to_owned())).chain(summary).collect()
}

/// Returns the first key of a home page whose buttons or boxes aren't shown: those of `VitePress`,
/// Starlight and `VuePress`.
pub fn unshown_on_home(table: &Table) -> Option<&Entry> {
    let is = |entry: &Entry, key: &str, text: &str| entry.key == key && entry.value.text() == Some(text);
    let says_home = |entry: &Entry| {
        is(entry, "layout", "home")
            || is(entry, "template", "splash")
            || (entry.key == "home" && entry.value.data == Data::Boolean(true))
    };
    if !table.entries.iter().any(says_home) {
        return None;
    }
    let heroes = table.entries.iter().filter(|entry| entry.key == "hero").flat_map(|entry| entry.value.entries());
    let mut all = heroes.chain(&table.entries);
    all.find(|entry| {
        ["actions", "features"].contains(&&*entry.key)
            && matches!(&entry.value.data, Data::List(items) if !items.is_empty())
    })
}

/// Returns the text of a title that is written in HTML, or `None` if it has none.
fn plain_title(entry: &Entry) -> Option<String> {
    const TAGS: [&str; 10] = ["em", "strong", "b", "i", "code", "span", "small", "sub", "sup", "br"];
    const SIGNS: [(&str, &str); 7] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "\u{2019}"),
        ("&nbsp;", " "),
        ("&ndash;", "\u{2013}"),
        ("&amp;", "&"),
    ];
    let written = entry.value.text().filter(|_| entry.key == "title")?;
    let mut text = written.to_owned();
    for tag in TAGS {
        for written in [format!("<{tag}>"), format!("</{tag}>"), format!("<{tag}/>"), format!("<{tag} />")] {
            text = text.replace(&written, "");
        }
    }
    let text = SIGNS.iter().fold(text, |text, (sign, character)| text.replace(sign, character));
    (text != written && !text.trim().is_empty()).then_some(text)
}

/// Returns a number as a whole number, also if it was written in quotes.
fn whole(value: &Value) -> Value {
    let number = match &value.data {
        Data::Text(text) => super::whole(text),
        #[allow(clippy::cast_possible_truncation, reason = "the cast saturates")]
        Data::Float(number) => Some(*number as i64),
        _ => None,
    };
    number.map_or_else(|| value.clone(), |number| Value::new(value.span, Data::Integer(number), None))
}

/// Returns an alias of Hugo, which is relative to the folder that contains the page, as a path from the
/// root.
fn from_root(value: Value, path: &SourcePath) -> Value {
    let Some(text) = value.text().filter(|text| !text.starts_with('/') && !text.contains("://")) else { return value };
    let above = path.without_extension().rsplit_once('/').map_or("", |(above, _)| above);
    match join(above, text) {
        Some(joined) => Value::new(value.span, Data::Text(format!("/{joined}/")), None),
        None => value,
    }
}

/// Returns the address that a key asks for, or `None` if it doesn't concern this page. A `slug` without
/// a `/` replaces the name of the file.
fn address(key: &str, value: &Value, path: &SourcePath) -> Option<Value> {
    let text = value.text()?;
    if super::permalink(text).is_none() || (key == "permalink" && ["false", "pretty", "none", "date"].contains(&text)) {
        return (key == "permalink" && !text.contains([':', '{']) && text != "false").then(|| value.clone());
    }
    let text = match key {
        "slug" if !text.starts_with('/') => {
            if path.is_index() {
                return None;
            }
            format!("/{}/{text}/", path.folder())
        }
        _ => text.to_owned(),
    };
    Some(Value::new(value.span, Data::Text(text), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::front_matter::{Format, read};

    fn fates_of(text: &str) -> Vec<(String, Fate)> {
        let table = read(text, 0, Format::Yaml).unwrap();
        let found = fates(&table, Kind::Page, &SourcePath::new("a/b.md"));
        found.into_iter().map(|(entry, fate)| (entry.key.clone(), fate)).collect()
    }

    fn assert_fate(text: &str, wanted: &[(&str, Fate)]) {
        let wanted: Vec<(String, Fate)> = wanted.iter().map(|(key, fate)| ((*key).to_owned(), *fate)).collect();
        assert_eq!(fates_of(text), wanted, "{text}");
    }

    #[test]
    fn a_key_is_renamed_if_its_value_means_the_same() {
        use Fate::{Ignored, Read, Renamed};
        assert_fate("title: A\ndraft: true\ntags: [a]\n", &[]);
        assert_fate("nav_order: 1\nweight: 2\n", &[("nav_order", Ignored), ("weight", Renamed("order"))]);
        assert_fate("order: 1\nweight: 2\n", &[("weight", Ignored)]);
        assert_fate("nav_order: 1.5\nsidebar_label: [a]\n", &[("nav_order", Read), ("sidebar_label", Read)]);
        assert_fate("slug: x\n", &[("slug", Read)]);
        assert_fate("slug: /x\nurl: https://x.org/\n", &[("slug", Renamed("permalink")), ("url", Ignored)]);
        assert_fate("aliases: a\nredirect_from: /b/\n", &[("redirect_from", Read)]);
        assert_fate("description: A\nhide: [toc]\n", &[("description", Renamed("summary")), ("hide", Ignored)]);
        assert_fate("summary: A\ndescription: B\n", &[("description", Ignored)]);
    }
}
