//! Changes settings of `handbook.toml` for one run, as `--config KEY=VALUE` says.
//!
//! Input: the text of `handbook.toml`, and assignments. Output: the text with the new values, or a
//! refusal that says what is wrong with an assignment. Never writes the file.

use crate::author::edit::fact::{Fact, File, Place, set, table};
use crate::declare::config::{Config, FILE};
use crate::text::front_matter::{self, Data, Format, Table, Value};
use crate::text::path::SourcePath;
use crate::text::source::{SourceFile, Sources};
use crate::world::disk::Refusal;

/// Applies assignments to the `handbook.toml` of a handbook.
///
/// # Errors
/// Fails if there is no such file, or if an assignment can't be read, names no setting or has a
/// value that the setting doesn't take.
pub fn apply(sources: &mut Sources, assignments: &[String]) -> Result<(), Refusal> {
    if assignments.is_empty() {
        return Ok(());
    }
    let path = SourcePath::new(FILE);
    let Some(bytes) = sources.bytes(&path) else {
        let help = "write one that contains at least `title = \"…\"`";
        return Err(Refusal::new("`--config` changes settings of handbook.toml, and there is none", help));
    };
    let mut bytes = bytes.to_vec();
    for assignment in assignments {
        bytes = changed(&bytes, assignment)?;
    }
    sources.files.insert(path, SourceFile::new(bytes));
    Ok(())
}

/// Returns the text with one setting changed.
fn changed(bytes: &[u8], assignment: &str) -> Result<Vec<u8>, Refusal> {
    let refuse = |what: &str, help: &str| Refusal::new(format!("`--config {assignment}` {what}"), help);
    let form = "write a key, `=` and a value, as in `--config publish.host=cloudflare`";
    let Some((key, value)) = assignment.split_once('=') else { return Err(refuse("has no `=`", form)) };
    let keys: Vec<&str> = key.split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(refuse("has no key before the `=`", form));
    }
    let fact = read(value.trim());
    let unreadable = || refuse("cannot be applied, because handbook.toml cannot be read", "run `rolebook check`");
    let known = table(bytes, File::Toml).map_err(|_| unreadable())?;
    let fact = with(&known, &keys, fact);
    let place = Place { names: [keys[0], ""], before: &[] };
    let form = "change handbook.toml itself";
    let after = set(bytes, File::Toml, place, Some(&fact)).map_err(|_| refuse("cannot be applied", form))?;
    // What is wrong with the new value is a mistake of this command, not of the file.
    let findings = |bytes: &[u8]| Config::read(bytes, "").map(|(_, findings)| findings).unwrap_or_default();
    let known: Vec<String> = findings(bytes).into_iter().map(|finding| finding.message).collect();
    match findings(&after).into_iter().find(|finding| !known.contains(&finding.message)) {
        None => Ok(after),
        Some(finding) => Err(Refusal::new(
            format!("`--config {assignment}`: {}", finding.message),
            finding.help.unwrap_or_else(|| "`rolebook schema handbook` lists every key".to_owned()),
        )),
    }
}

/// Reads a value as TOML, and anything that isn't TOML as text.
fn read(value: &str) -> Fact {
    let table = front_matter::read(&format!("x = {value}\n"), 0, Format::Toml).ok();
    let read =
        table.and_then(|table| table.entries.first().filter(|_| table.entries.len() == 1).map(|e| fact(&e.value)));
    read.unwrap_or_else(|| Fact::Text(value.to_owned()))
}

/// Returns the new value of the first of `keys`: its table in the file with the rest of the keys
/// set.
fn with(table: &Table, keys: &[&str], value: Fact) -> Fact {
    let [first, rest @ ..] = keys else { return value };
    let [next, ..] = rest else { return value };
    let old = table.entries.iter().find(|entry| entry.key == *first);
    let inner = old.and_then(|entry| entry.value.table()).cloned().unwrap_or_default();
    let new = with(&inner, rest, value);
    let mut entries: Vec<(String, Fact)> =
        inner.entries.iter().map(|entry| (entry.key.clone(), fact(&entry.value))).collect();
    match entries.iter_mut().find(|(key, _)| key == next) {
        Some((_, old)) => *old = new,
        None => entries.push(((*next).to_owned(), new)),
    }
    Fact::Table(entries)
}

/// Returns a value of the file without its place.
fn fact(value: &Value) -> Fact {
    match &value.data {
        Data::Null => Fact::Text(String::new()),
        Data::Boolean(truth) => Fact::Truth(*truth),
        Data::Integer(number) => Fact::Number(*number),
        Data::Float(_) => Fact::Text(value.text().unwrap_or_default().to_owned()),
        Data::Text(text) => Fact::Text(text.clone()),
        Data::Date(day) => Fact::Day(day.clone()),
        Data::List(items) => Fact::List(items.iter().map(fact).collect()),
        Data::Table(table) => {
            Fact::Table(table.entries.iter().map(|entry| (entry.key.clone(), fact(&entry.value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = "title = \"T\" # ours\n\n[publish]\nhost = \"netlify\"\n\n[audiences.managers]\n";

    fn one(assignment: &str) -> Result<String, String> {
        let after = changed(BOOK.as_bytes(), assignment);
        after.map(|bytes| String::from_utf8(bytes).unwrap()).map_err(|refusal| refusal.message)
    }

    #[test]
    fn a_setting_is_replaced_or_added_and_the_rest_stays() {
        assert_eq!(one("title=Ours at Acme").unwrap(), BOOK.replace("\"T\"", "\"Ours at Acme\""));
        assert_eq!(one("publish.host=cloudflare").unwrap(), BOOK.replace("netlify", "cloudflare"));
        let added = one("publish.markdown=false").unwrap();
        assert_eq!(added, BOOK.replace("\"netlify\"\n", "\"netlify\"\nmarkdown = false\n"));
        assert!(one("security.hosts=[\"a.example\"]").unwrap().contains("hosts = [\"a.example\"]"));
        assert!(one("audiences.staff.title=Staff").unwrap().contains("[audiences.managers]"));
    }

    #[test]
    fn a_wrong_assignment_is_refused_with_the_reason() {
        assert_eq!(one("title").unwrap_err(), "`--config title` has no `=`");
        assert_eq!(one("=x").unwrap_err(), "`--config =x` has no key before the `=`");
        for wrong in ["publish.host=netlfy", "tittle=x", "publish.markdown=maybe"] {
            assert!(one(wrong).unwrap_err().starts_with(&format!("`--config {wrong}`: ")), "{wrong}");
        }
    }
}
