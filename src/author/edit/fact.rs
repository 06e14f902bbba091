//! Writes one field of a chapter's front matter or of `handbook.toml`, and changes nothing else.
//!
//! Input: a file's bytes, a field, and its new value or none. Output: the file's new bytes. The
//! change is the smallest one: comments, order, quotes, unknown keys and line endings stay. Refuses
//! a change if the resulting file wouldn't read as the wanted value with everything else unchanged.

mod flow;
mod toml;
mod value;
mod yaml;

use std::ops::Range;

pub use value::{Fact, Unset};

use crate::text::diagnostic::Span;
use crate::text::front_matter::{self, Entry, Format, Split, Table};
use crate::text::source::Text;
use value::{Cut, Cuts};

/// The field to write.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The field's name, and another name that it may have in the file, or an empty string.
    pub names: [&'a str; 2],
    /// The names of the fields that usually come before it.
    pub before: &'a [&'a str],
}

/// The kind of file that the field is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// A chapter with front matter.
    Chapter,
    /// A file that consists of TOML, such as `handbook.toml`.
    Toml,
}

/// Returns the file with the field set to `fact`, or without the field if there is no value or an
/// empty one.
///
/// # Errors
/// See [`Unset`].
pub fn set(bytes: &[u8], file: File, place: Place<'_>, fact: Option<&Fact>) -> Result<Vec<u8>, Unset> {
    let text = Text::new(bytes).map_err(|_| Unset::Unreadable)?;
    let head = Head::read(&text.text, file)?;
    let fact = fact.filter(|fact| !fact.is_empty());
    let mut refusal = Unset::Form;
    for is_near in [true, false] {
        match head.cuts(place, fact, is_near).and_then(|cuts| head.checked(cuts, (file, place), fact)) {
            Ok(cuts) => {
                let replace = |out: Vec<u8>, cut: &Cut| {
                    super::splice(&out, text.map(Span::new(cut.range.start, cut.range.end)), &cut.text)
                };
                return Ok(cuts.iter().rev().fold(bytes.to_vec(), replace));
            }
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// Returns a chapter's file with other names for keys of its front matter: each of `names` is an old
/// and a new one. The values stay as they are written.
///
/// # Errors
/// See [`Unset`].
pub fn rename(bytes: &[u8], names: &[(String, &str)]) -> Result<Vec<u8>, Unset> {
    let text = Text::new(bytes).map_err(|_| Unset::Unreadable)?;
    let before = Head::read(&text.text, File::Chapter)?.table;
    let new_name = |key: &str| names.iter().find(|(old, _)| old == key).map(|(_, new)| *new);
    let mut cuts: Vec<(Span, &str)> =
        before.entries.iter().filter_map(|entry| Some((entry.key_span, new_name(&entry.key)?))).collect();
    cuts.sort_by_key(|(span, _)| span.start);
    let replace = |out: Vec<u8>, (span, name): &(Span, &str)| super::splice(&out, text.map(*span), name);
    let out = cuts.iter().rev().fold(bytes.to_vec(), replace);
    let after = table(&out, File::Chapter)?;
    let wanted = before.entries.iter().map(|entry| (new_name(&entry.key).unwrap_or(&entry.key), &entry.value));
    let is_same = wanted.eq(after.entries.iter().map(|entry| (entry.key.as_str(), &entry.value)));
    if is_same && before.duplicates.len() == after.duplicates.len() { Ok(out) } else { Err(Unset::Form) }
}

/// Returns the table of a file's fields.
///
/// # Errors
/// Fails if the front matter can't be read.
pub fn table(bytes: &[u8], file: File) -> Result<Table, Unset> {
    let text = Text::new(bytes).map_err(|_| Unset::Unreadable)?;
    Ok(Head::read(&text.text, file)?.table)
}

/// The front matter of a text.
struct Head<'a> {
    text: &'a str,
    /// The format, or `None` if there is no front matter yet.
    format: Option<Format>,
    /// The place of the fields, without the lines that open and close front matter.
    content: Range<usize>,
    /// The offset of the text after the front matter.
    body: usize,
    table: Table,
}

impl<'a> Head<'a> {
    fn read(text: &'a str, file: File) -> Result<Self, Unset> {
        let (format, content, body) = match (file, front_matter::split(text)) {
            (File::Toml, _) => (Some(Format::Toml), 0..text.len(), text.len()),
            (File::Chapter, Split::None) => (None, 0..0, 0),
            (File::Chapter, Split::Found { format, content, body }) => (Some(format), content, body),
            (File::Chapter, Split::Unterminated { .. }) => return Err(Unset::Unreadable),
        };
        let read = |format| front_matter::read(&text[content.clone()], content.start, format);
        let table = format.map_or(Ok(Table::default()), read).map_err(|_| Unset::Unreadable)?;
        Ok(Self { text, format, content, body, table })
    }

    fn entry(&self, place: Place<'_>) -> Option<&Entry> {
        let is_meant = |entry: &&Entry| !entry.key.is_empty() && place.names.contains(&entry.key.as_str());
        self.table.entries.iter().find(is_meant)
    }

    /// Returns the cuts that write the field. A new field is written next to a field that usually
    /// comes before it if `is_near` is set, and otherwise at the end.
    fn cuts(&self, place: Place<'_>, fact: Option<&Fact>, is_near: bool) -> Result<Vec<Cut>, Unset> {
        let mut cuts = Cuts::default();
        let toml = toml::Toml { text: self.text, content: self.content.clone() };
        let yaml = yaml::Yaml { text: self.text, content: self.content.clone() };
        let comes_before = |name: &&&str| self.table.entries.iter().any(|entry| entry.key == ***name);
        let near = place.before.iter().rfind(comes_before).filter(|_| is_near);
        let near = near.and_then(|name| self.table.entries.iter().find(|entry| entry.key == *name));
        match (self.entry(place), fact, self.format) {
            (None, None, _) => {}
            (_, Some(fact), None) => {
                let mut inner = Cuts::default();
                yaml.insert(&Table::default(), (None, 0), (place.names[0], fact), &mut inner)?;
                let lines: String = inner.0.into_iter().map(|cut| cut.text).collect();
                let gap = if self.text.is_empty() || self.text.starts_with('\n') { "" } else { "\n" };
                cuts.insert(0, format!("---\n{lines}---\n{gap}"));
            }
            (Some(entry), Some(fact), Some(Format::Yaml)) => yaml.change(entry, fact, &mut cuts)?,
            (Some(entry), None, Some(Format::Yaml)) => yaml.remove(&self.table, entry, &mut cuts)?,
            (None, Some(fact), Some(Format::Yaml)) => {
                yaml.insert(&self.table, (near, self.content.end), (place.names[0], fact), &mut cuts)?;
            }
            (Some(entry), Some(fact), Some(Format::Toml)) => toml.change(entry, fact, "", &mut cuts)?,
            (Some(entry), None, Some(Format::Toml)) => toml.remove(entry, &mut cuts),
            (None, Some(fact), Some(Format::Toml)) => {
                toml.insert(&self.table, near, (place.names[0], fact), &mut cuts);
            }
            (Some(_), None, None) => return Err(Unset::Form),
        }
        cuts.sorted()
    }

    /// Returns the cuts if the text that they lead to says what is wanted and nothing else new.
    fn checked(
        &self,
        cuts: Vec<Cut>,
        (file, place): (File, Place<'_>),
        fact: Option<&Fact>,
    ) -> Result<Vec<Cut>, Unset> {
        let mut text = self.text.to_owned();
        for cut in cuts.iter().rev() {
            text.replace_range(cut.range.clone(), &cut.text);
        }
        let new = Head::read(&text, file).map_err(|_| Unset::Form)?;
        let others = |head: &Head<'_>| -> Vec<_> {
            let is_other = |entry: &&Entry| !place.names.contains(&entry.key.as_str());
            head.table.entries.iter().filter(is_other).map(|entry| (entry.key.clone(), entry.value.clone())).collect()
        };
        let is_as_wanted = match (new.entry(place), fact) {
            (None, None) => true,
            (Some(entry), Some(fact)) => fact.is_in(&entry.value),
            _ => false,
        };
        let body = |head: &Head<'_>| head.text[head.body..].to_owned();
        let is_same_text = body(&new).trim_start_matches('\n') == body(self).trim_start_matches('\n')
            && (self.format.is_none() || body(&new) == body(self));
        let is_kept = others(&new) == others(self) && new.table.duplicates.len() == self.table.duplicates.len();
        if is_as_wanted && is_same_text && is_kept { Ok(cuts) } else { Err(Unset::Form) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &[&str] = &["title", "summary"];

    fn text(text: &str) -> Fact {
        Fact::Text(text.to_owned())
    }

    fn list(items: &[&str]) -> Fact {
        Fact::List(items.iter().map(|item| text(item)).collect())
    }

    fn levels(entries: &[(&str, i64)]) -> Fact {
        Fact::Table(entries.iter().map(|(key, level)| ((*key).to_owned(), Fact::Number(*level))).collect())
    }

    fn written(file: File, before: &str, field: &str, fact: Option<Fact>) -> Result<String, Unset> {
        let place = Place { names: [field, if field == "summary" { "description" } else { "" }], before: BEFORE };
        set(before.as_bytes(), file, place, fact.as_ref()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    fn assert_yaml(field: &str, fact: impl Into<Option<Fact>>, before: &str, after: &str) {
        let file = |inner: &str| format!("---\n{inner}---\n\n# A\n");
        assert_eq!(written(File::Chapter, &file(before), field, fact.into()), Ok(file(after)), "{before}");
    }

    fn assert_toml(field: &str, fact: impl Into<Option<Fact>>, before: &str, after: &str) {
        let fact = fact.into();
        assert_eq!(written(File::Toml, before, field, fact.clone()), Ok(after.to_owned()), "{before}");
        let file = |inner: &str| format!("+++\n{inner}+++\n\n# A\n");
        assert_eq!(written(File::Chapter, &file(before), field, fact), Ok(file(after)), "{before}");
    }

    #[test]
    fn keys_get_other_names_and_everything_else_stays() {
        let names = [("weight".to_owned(), "order"), ("alias".to_owned(), "aliases")];
        for (before, after) in [
            (
                "---\nweight:   3 # why\nx: weight\nalias:\n- a\n---\nweight: 1\n",
                "---\norder:   3 # why\nx: weight\naliases:\n- a\n---\nweight: 1\n",
            ),
            ("\u{feff}---\r\nweight: 3\r\n---\r\n", "\u{feff}---\r\norder: 3\r\n---\r\n"),
            ("---\n{weight: 3, alias: a}\n---\n", "---\n{order: 3, aliases: a}\n---\n"),
            ("+++\nweight = 3\n[extra]\nweight = 1\n+++\n", "+++\norder = 3\n[extra]\nweight = 1\n+++\n"),
            ("# weight\n", "# weight\n"),
        ] {
            assert_eq!(
                rename(before.as_bytes(), &names).map(|bytes| String::from_utf8(bytes).unwrap()),
                Ok(after.to_owned())
            );
        }
        assert_eq!(rename(b"---\nweight: 3\norder: 1\n---\n", &names), Err(Unset::Form));
        assert_eq!(rename(b"---\nweight: [\n---\n", &names), Err(Unset::Unreadable));
    }

    #[test]
    fn a_changed_text_keeps_its_quotes_and_its_comment() {
        for (before, after) in [
            ("owner: a\n", "owner: b c\n"),
            ("owner:   a   # why\n", "owner:   b c   # why\n"),
            ("owner: 'a' # why\n", "owner: 'b c' # why\n"),
            ("\"owner\": \"a\"\nx: 1\n", "\"owner\": \"b c\"\nx: 1\n"),
            ("owner:\n  a\nx: 1\n", "owner:\n  b c\nx: 1\n"),
            ("owner: # who\nx: 1\n", "owner: b c # who\nx: 1\n"),
            ("owner:\n", "owner: b c\n"),
            ("owner: ~\n", "owner: b c\n"),
            ("owner: a\n  long\nx: 1\n", "owner: b c\nx: 1\n"),
            ("owner: |\n  a\n  b\n\n# c\nx: 1\n", "owner: |-\n  b c\n\n# c\nx: 1\n"),
            ("owner: >- # why\n    a\nx: 1\n", "owner: >- # why\n    b c\nx: 1\n"),
            ("{owner: a, x: 1}\n", "{owner: b c, x: 1}\n"),
            ("owner: [a]\n", "owner: b c\n"),
        ] {
            assert_yaml("owner", text("b c"), before, after);
        }
    }

    #[test]
    fn a_comma_above_a_field_does_not_put_it_in_braces() {
        for above in ["# a,\n", "# {\n", "title: 'S,'\n", "title: S,\n"] {
            let (before, after) = (format!("{above}owner: a\n"), format!("{above}owner: b\n"));
            assert_yaml("owner", text("b"), &before, &after);
            assert_yaml("owner", None, &before, above);
            let added = format!("{above}title: S\nowner: b\n");
            if above.starts_with('#') {
                assert_yaml("owner", text("b"), &format!("{above}title: S\n"), &added);
            }
        }
        assert_yaml("owner", text("b"), "# a,\n\n{ # x,\n  owner: a, x: 1}\n", "# a,\n\n{ # x,\n  owner: b, x: 1}\n");
    }

    #[test]
    fn a_text_that_would_be_misread_is_put_in_quotes() {
        for (value, after) in [
            ("a: b", "\"a: b\""),
            ("true", "\"true\""),
            ("12", "\"12\""),
            ("2026-04-01", "\"2026-04-01\""),
            ("# x", "\"# x\""),
            ("a # x", "\"a # x\""),
            ("[x", "\"[x\""),
            ("- x", "\"- x\""),
            ("say \"no\": now", "'say \"no\": now'"),
            ("it's", "it's"),
            ("*x*", "\"*x*\""),
            (" x", "\" x\""),
            ("a\tb", "\"a\\tb\""),
            ("ü, ö", "ü, ö"),
        ] {
            assert_yaml("owner", text(value), "owner: a\n", &format!("owner: {after}\n"));
            let in_list = if value.contains(',') { "\"ü, ö\"" } else { after };
            assert_yaml("tags", list(&["x", value]), "tags: [x]\n", &format!("tags: [x, {in_list}]\n"));
        }
        assert_yaml("owner", text("it's"), "owner: 'a'\n", "owner: 'it''s'\n");
        assert_yaml("owner", text("a\nb"), "owner: a\nx: 1\n", "owner: |-\n  a\n  b\nx: 1\n");
        assert_yaml("owner", text("a\n\nb\n"), "x: 1\n", "x: 1\nowner: |\n  a\n\n  b\n");
        assert_yaml("owner", text("a\nb"), "owner: \"a\"\n", "owner: \"a\\nb\"\n");
    }

    #[test]
    fn a_value_that_says_the_same_changes_nothing() {
        for before in ["rank: 2 # x\n", "rank: '2'\n", "rank: \"2\"\n"] {
            assert_yaml("rank", Fact::Number(2), before, before);
        }
        assert_yaml("tags", list(&["a"]), "tags: a\n", "tags: a\n");
        assert_yaml("reviewed", Fact::Day("2026-04-01".into()), "reviewed: '2026-04-01'\n", "reviewed: '2026-04-01'\n");
        assert_yaml("reviewed", Fact::Day("2026-05-01".into()), "reviewed: '2026-04-01'\n", "reviewed: '2026-05-01'\n");
        assert_yaml("reviewed", Fact::Day("2026-05-01".into()), "reviewed: 2026-04-01\n", "reviewed: 2026-05-01\n");
        assert_yaml("base", Fact::Truth(false), "base: true # x\n", "base: false # x\n");
    }

    #[test]
    fn items_of_a_list_are_added_and_removed_in_its_own_form() {
        for (before, after) in [
            ("tags: [a, b]\n", "tags: [a, c, b]\n"),
            ("tags: [ a , b ] # x\n", "tags: [ a, c , b ] # x\n"),
            ("tags:\n  - a # one\n  # between\n  - b\nx: 1\n", "tags:\n  - a # one\n  - c\n  # between\n  - b\nx: 1\n"),
            ("tags:\n- 'a'\n- b\n", "tags:\n- 'a'\n- c\n- b\n"),
            ("tags: [\n  a, # one\n  b\n]\n", "tags: [\n  a, # one\n  c,\n  b\n]\n"),
        ] {
            assert_yaml("tags", list(&["a", "c", "b"]), before, after);
        }
        for (before, after) in [
            ("tags: [a, b, c]\n", "tags: [a, c]\n"),
            ("tags: [a, c, d]\n", "tags: [a, c]\n"),
            ("tags: [x, a, c]\n", "tags: [a, c]\n"),
            ("tags:\n  - a # one\n  # two\n  - b # b\n  - c\n", "tags:\n  - a # one\n  # two\n  - c\n"),
            ("tags: [\n  a, # one\n  c,\n  d,\n]\n", "tags: [\n  a, # one\n  c,\n]\n"),
            ("tags: []\n", "tags: [a, c]\n"),
            ("tags: # some\n", "tags: [a, c] # some\n"),
            ("tags: a # one\n", "tags: [a, c] # one\n"),
            ("", "tags: [a, c]\n"),
        ] {
            assert_yaml("tags", list(&["a", "c"]), before, after);
        }
    }

    #[test]
    fn an_item_that_moves_takes_its_comment_along() {
        let before = "tags:\n  - a # one\n  - 'b' # two\n  - c\n";
        assert_yaml("tags", list(&["b", "a", "c"]), before, "tags:\n  - 'b' # two\n  - a # one\n  - c\n");
        assert_yaml("tags", list(&["a", "c", "b"]), before, "tags:\n  - a # one\n  - c\n  - 'b' # two\n");
    }

    #[test]
    fn entries_of_a_map_are_changed_in_their_own_form() {
        let fact = || levels(&[("talk", 3), ("write", 1)]);
        for (before, after) in [
            ("competencies:\n  talk: 2 # x\n  write: 1\n", "competencies:\n  talk: 3 # x\n  write: 1\n"),
            ("competencies: {talk: 2}\nx: 1\n", "competencies: {talk: 3, write: 1}\nx: 1\n"),
            ("competencies:\n    say: 1\n    talk: '3'\n", "competencies:\n    talk: '3'\n    write: 1\n"),
            ("competencies:\n  talk: 3\n  say: 1 # x\ny: 1\n", "competencies:\n  talk: 3\n  write: 1\ny: 1\n"),
            ("competencies: # of the role\nx: 1\n", "competencies: # of the role\n  talk: 3\n  write: 1\nx: 1\n"),
            ("competencies: {}\n", "competencies: {talk: 3, write: 1}\n"),
            ("x: 1\n", "x: 1\ncompetencies:\n  talk: 3\n  write: 1\n"),
        ] {
            assert_yaml("competencies", fact(), before, after);
        }
        let words = Fact::Table(vec![("a: b".to_owned(), text("c: d"))]);
        assert_yaml("meaning", words, "x: 1\n", "x: 1\nmeaning:\n  \"a: b\": \"c: d\"\n");
    }

    #[test]
    fn a_new_field_follows_the_fields_that_usually_come_before_it() {
        assert_yaml("owner", text("b"), "title: A # x\nrank: 1\n", "title: A # x\nowner: b\nrank: 1\n");
        assert_yaml("owner", text("b"), "rank: 1\n# end\n", "rank: 1\n# end\nowner: b\n");
        assert_yaml("owner", text("b"), "  rank: 1\n", "  rank: 1\n  owner: b\n");
        assert_yaml("owner", text("b"), "# none yet\n", "# none yet\nowner: b\n");
        assert_toml(
            "owner",
            text("b"),
            "title = \"A\"\n[extra]\na = 1\n",
            "title = \"A\"\nowner = \"b\"\n[extra]\na = 1\n",
        );
        assert_toml("owner", text("b"), "[extra]\na = 1\n", "owner = \"b\"\n[extra]\na = 1\n");
    }

    #[test]
    fn a_chapter_without_front_matter_gets_some() {
        let set = |before: &str| written(File::Chapter, before, "owner", Some(text("b"))).unwrap();
        assert_eq!(set("# A\n"), "---\nowner: b\n---\n\n# A\n");
        assert_eq!(set(""), "---\nowner: b\n---\n");
        assert_eq!(set("\u{feff}# A\r\n"), "\u{feff}---\r\nowner: b\r\n---\r\n\r\n# A\r\n");
        assert_eq!(set("---\n\nRules above.\n"), "---\nowner: b\n---\n\n---\n\nRules above.\n");
    }

    #[test]
    fn a_removed_field_takes_only_its_own_lines_along() {
        for (before, after) in [
            ("# a\nowner: b # why\n# c\nx: 1\n", "# a\n# c\nx: 1\n"),
            ("x: 1\nowner:\n  - b\n  - c\n\ny: 2\n", "x: 1\n\ny: 2\n"),
            ("owner: |\n  a\n  b\nx: 1\n", "x: 1\n"),
            ("x: |\n  a\nowner:\n  - b\n  # of the owner\n# c\ny: 1\n", "x: |\n  a\n# c\ny: 1\n"),
            ("owner: b\n", ""),
            ("{owner: b, x: 1}\n", "{x: 1}\n"),
            ("x: 1\n", "x: 1\n"),
        ] {
            assert_yaml("owner", None, before, after);
        }
        assert_yaml("summary", None, "description: A\nx: 1\n", "x: 1\n");
        assert_yaml("summary", text("B"), "description: A\nx: 1\n", "description: B\nx: 1\n");
        assert_yaml("tags", list(&[]), "tags: [a]\nx: 1\n", "x: 1\n");
    }

    #[test]
    fn values_in_toml_keep_their_form() {
        for (before, after) in [
            ("owner = \"a\" # why\n", "owner = \"b c\" # why\n"),
            ("owner = 'a'\nx = 1\n", "owner = 'b c'\nx = 1\n"),
            ("owner = \"\"\"\na\"\"\"\nx = 1\n", "owner = \"b c\"\nx = 1\n"),
        ] {
            assert_toml("owner", text("b c"), before, after);
        }
        assert_toml("owner", text("it's \"x\""), "owner = 'a'\n", "owner = \"it's \\\"x\\\"\"\n");
        assert_toml("owner", text("a\nb \"c\""), "x = 1\n", "x = 1\nowner = \"\"\"\na\nb \\\"c\\\"\"\"\"\n");
        assert_toml("tags", list(&["a", "c"]), "tags = [\"a\", 'b'] # x\n", "tags = [\"a\", 'c'] # x\n");
        assert_toml("tags", list(&["a", "c"]), "tags = [\n  \"a\", # x\n]\n", "tags = [\n  \"a\", # x\n  \"c\",\n]\n");
        assert_toml("tags", None, "tags = [\n  \"a\",\n]\nx = 1\n", "x = 1\n");
        let day = |day: &str| Fact::Day(day.to_owned());
        assert_toml("reviewed", day("2026-05-01"), "reviewed = 2026-04-01 # x\n", "reviewed = 2026-05-01 # x\n");
        assert_toml("reviewed", day("2026-05-01"), "reviewed = \"2026-04-01\"\n", "reviewed = \"2026-05-01\"\n");
        assert_toml("reviewed", day("2026-05-01"), "x = 1\n", "x = 1\nreviewed = 2026-05-01\n");
    }

    #[test]
    fn tables_in_toml_keep_their_form() {
        let fact = || levels(&[("talk", 3), ("write", 1)]);
        for (before, after) in [
            ("[competencies]\ntalk = 2 # x\n", "[competencies]\ntalk = 3 # x\nwrite = 1\n"),
            ("[competencies]\n[extra]\na = 1\n", "[competencies]\ntalk = 3\nwrite = 1\n[extra]\na = 1\n"),
            ("competencies = { talk = 3, say = 1 }\n", "competencies = { talk = 3, write = 1 }\n"),
            ("competencies.talk = 2\nx = 1\n", "competencies.talk = 3\ncompetencies.write = 1\nx = 1\n"),
            ("x = 1\n", "x = 1\n\n[competencies]\ntalk = 3\nwrite = 1\n"),
            ("", "[competencies]\ntalk = 3\nwrite = 1\n"),
        ] {
            assert_toml("competencies", fact(), before, after);
        }
        let before = "x = 1\n\n# Levels.\n[competencies]\ntalk = 2\nsay = 1\n\n[extra]\na = 1\n";
        assert_toml("competencies", None, before, "x = 1\n\n# Levels.\n\n[extra]\na = 1\n");
        assert_toml("competencies", None, "competencies.a = 1\nx = 1\n", "x = 1\n");
    }

    #[test]
    fn tables_of_tables_are_changed_where_they_are() {
        let table = |pairs: &[(&str, &str)]| {
            Fact::Table(pairs.iter().map(|(key, value)| ((*key).to_owned(), text(value))).collect())
        };
        let before = "# Owners.\n[owners.a]\nname = \"A\" # x\n\n[owners.b]\nname = \"B\"\n\n[check]\nx = \"warn\"\n";
        let owners =
            |list: Vec<(&str, Fact)>| Fact::Table(list.into_iter().map(|(key, fact)| (key.to_owned(), fact)).collect());
        let a = table(&[("name", "A"), ("contact", "#a")]);
        let new = owners(vec![("a", a.clone()), ("b", table(&[("name", "B")])), ("c", table(&[("name", "C")]))]);
        let after = before
            .replace("\"A\" # x\n", "\"A\" # x\ncontact = \"#a\"\n")
            .replace("\"B\"\n", "\"B\"\n\n[owners.c]\nname = \"C\"\n");
        assert_toml("owners", new, before, &after);
        let after = "# Owners.\n[owners.a]\nname = \"A\" # x\ncontact = \"#a\"\n\n[check]\nx = \"warn\"\n";
        assert_toml("owners", owners(vec![("a", a)]), before, after);

        let track = |id: &str, title: &str| table(&[("id", id), ("title", title)]);
        let before = "[[tracks]]\nid = \"a\"\ntitle = \"A\" # x\n\n[[tracks]]\nid = \"b\"\ntitle = \"B\"\n\n[check]\n";
        let after = before.replace("\"A\"", "\"AA\"");
        assert_toml("tracks", Fact::List(vec![track("a", "AA"), track("b", "B")]), before, &after);
        let after = before.replace("\n[check]", "\n[[tracks]]\nid = \"c\"\ntitle = \"C\"\n\n[check]");
        assert_toml("tracks", Fact::List(vec![track("a", "A"), track("b", "B"), track("c", "C")]), before, &after);
        let after = "[[tracks]]\nid = \"b\"\ntitle = \"B\"\n\n[check]\n";
        assert_toml("tracks", Fact::List(vec![track("b", "B")]), before, after);
        assert_toml(
            "tracks",
            Fact::List(vec![track("b", "B")]),
            "x = 1\n",
            "x = 1\n\n[[tracks]]\nid = \"b\"\ntitle = \"B\"\n",
        );
        assert_toml("tracks", None, before, "\n[check]\n");
        let before = "tracks = [\n  { id = \"a\", title = \"A\" }, # x\n]\n";
        let after = before.replace("\"A\"", "\"AA\"");
        assert_toml("tracks", Fact::List(vec![track("a", "AA")]), before, &after);
    }

    #[test]
    fn line_endings_and_everything_after_the_front_matter_stay() {
        let before = "\u{feff}---\r\ntags:\r\n  - a\r\n---\r\n\r\n# A\r\n\r\nowner: text\r\n";
        let after = before.replace("  - a\r\n", "  - a\r\n  - b\r\n");
        assert_eq!(written(File::Chapter, before, "tags", Some(list(&["a", "b"]))), Ok(after));
    }

    #[test]
    fn a_change_that_would_touch_anything_else_is_refused() {
        for before in [
            "---\ntags: &t [a]\nextra: *t\n---\n",
            "---\ntags: a\ntags: b\n---\n",
            "---\ntags: \"open\n---\n",
            "---\ntags:\n  - - a\n---\n",
            "---\n? tags\n: a\n---\n",
        ] {
            let result = written(File::Chapter, before, "tags", None);
            assert!(result.is_err(), "{before}{result:?}");
        }
        assert_eq!(set(b"\xFF", File::Chapter, Place { names: ["a", ""], before: &[] }, None), Err(Unset::Unreadable));
    }
}
