//! Follows the links of a handbook to other hosts, for `rolebook check --external`.
//!
//! Input: the handbook and its sources. Output: a finding for each link that leads nowhere, and notes
//! about those that can't be judged. Keeps answers in `.rolebook/links.json`. Never follows a link
//! that the audience of the build doesn't see.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{note, writing};
use crate::chapter::document::Document;
use crate::model::compile::Handbook;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::Sources;
use crate::world::disk::{Private, Project};
use crate::world::web::{Limits, Verdict, ask};

/// The file that contains the answers.
const FILE: &str = "links.json";
/// How long an answer is kept: a page that is there today will probably be there tomorrow, but a page
/// that is missing may be back within the hour.
const KEPT_FINE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const KEPT_DEAD: Duration = Duration::from_secs(60 * 60);
/// The maximum number of links that are named in notes.
const NAMED: usize = 10;

/// A link: the chapter that contains it, and its place if it is in the text as it is.
type Place = (SourcePath, Option<Span>);

/// Follows the links, and returns the findings. `fresh` is whether to ignore earlier answers.
pub fn check(handbook: &Handbook, sources: &Sources, (project, fresh): (&Project, bool)) -> Vec<Diagnostic> {
    let links = links(handbook, sources);
    let private = Private::of(&project.root);
    let now = writing::now() / 1000;
    let known = if fresh { BTreeMap::new() } else { remembered(private.read(FILE).as_deref(), now) };
    let open: BTreeSet<String> = links.keys().filter(|url| !known.contains_key(*url)).cloned().collect();
    let bar = bar(open.len());
    let mut verdicts: BTreeMap<String, (u64, Verdict)> = known;
    verdicts
        .extend(ask(&open, &Limits::default(), &|| bar.inc(1)).into_iter().map(|(url, verdict)| (url, (now, verdict))));
    bar.finish_and_clear();
    verdicts.retain(|url, _| links.contains_key(url));
    if !verdicts.is_empty() && private.write(FILE, &written(&verdicts)).is_err() {
        note("the answers of other hosts could not be kept in .rolebook/links.json");
    }
    super::detail(&format!("asked other hosts about {} of {} links", open.len(), links.len()));
    say_unsure(&verdicts);
    findings(&links, &verdicts)
}

/// Lists the links to other hosts, each with the places where it is written.
fn links(handbook: &Handbook, sources: &Sources) -> BTreeMap<String, Vec<Place>> {
    let mut links: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for document in handbook.documents.iter() {
        let bytes = sources.bytes(&document.meta.path).map_or(&[][..], |bytes| bytes);
        let mut from = BTreeMap::new();
        for url in targets(document).into_iter().filter(|url| !handbook.config.external.skips(url)) {
            let start = from.entry(url.clone()).or_insert(0);
            let span = find(bytes, url.as_bytes(), *start).map(|at| {
                *start = at + url.len();
                Span::new(at, at + url.len())
            });
            links.entry(url).or_default().push((document.meta.path.clone(), span));
        }
    }
    links
}

/// Returns the URLs in a chapter's HTML that lead to other hosts, in order.
fn targets(document: &Document) -> Vec<String> {
    let main = document.body.main.html();
    let all = std::iter::once(&main).chain(document.body.footnotes.iter().map(|(_, fill)| &fill.html));
    let urls = all.flat_map(|html| html.split("href=\"").skip(1)).filter_map(|rest| {
        let url = rest.split('"').next()?;
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        is_web.then(|| url.replace("&amp;", "&"))
    });
    urls.collect()
}

/// Finds a URL as a whole, and not as the beginning of another one.
fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let ends = |at: usize| {
        let next = bytes.get(at + wanted.len()).copied().unwrap_or(b' ');
        next.is_ascii_whitespace() || matches!(next, b')' | b'>' | b'"' | b'\'' | b']' | b'.' | b',' | b';' | b'!')
    };
    let mut found = (from..bytes.len()).filter(|at| bytes[*at..].starts_with(wanted));
    found.find(|at| ends(*at))
}

/// Reads the answers that are still valid.
fn remembered(bytes: Option<&[u8]>, now: u64) -> BTreeMap<String, (u64, Verdict)> {
    let Some(Value::Object(read)) = bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()) else {
        return BTreeMap::new();
    };
    let answer = |(url, value): (String, Value)| {
        let at = value["at"].as_u64()?;
        let (verdict, kept) = match (value["verdict"].as_str()?, value["reason"].as_str()) {
            ("fine", _) => (Verdict::Fine, KEPT_FINE),
            ("closed", _) => (Verdict::Closed, KEPT_FINE),
            ("dead", Some(reason)) => (Verdict::Dead(reason.to_owned()), KEPT_DEAD),
            _ => return None,
        };
        (at <= now && now - at <= kept.as_secs()).then_some((url, (at, verdict)))
    };
    read.into_iter().filter_map(answer).collect()
}

/// Writes the answers, without those of hosts that couldn't answer.
fn written(verdicts: &BTreeMap<String, (u64, Verdict)>) -> Vec<u8> {
    let answers = verdicts.iter().filter_map(|(url, (at, verdict))| {
        let answer = match verdict {
            Verdict::Fine => json!({ "at": at, "verdict": "fine" }),
            Verdict::Closed => json!({ "at": at, "verdict": "closed" }),
            Verdict::Dead(reason) => json!({ "at": at, "verdict": "dead", "reason": reason }),
            Verdict::Failing(_) => return None,
        };
        Some((url.clone(), answer))
    });
    let text = serde_json::to_string_pretty(&Value::Object(answers.collect())).unwrap_or_default();
    format!("{text}\n").into_bytes()
}

/// Tells the user about links that can't be judged today.
fn say_unsure(verdicts: &BTreeMap<String, (u64, Verdict)>) {
    let failing: Vec<String> = verdicts
        .iter()
        .filter_map(|(url, (_, verdict))| match verdict {
            Verdict::Failing(reason) => Some(format!("{url} could not be checked now: {reason}")),
            _ => None,
        })
        .collect();
    failing.iter().take(NAMED).for_each(|text| note(text));
    if failing.len() > NAMED {
        note(&format!("{} more links could not be checked now", failing.len() - NAMED));
    }
    let closed = verdicts.values().filter(|(_, verdict)| *verdict == Verdict::Closed).count();
    if closed > 0 {
        let links = if closed == 1 { "1 link leads" } else { &format!("{closed} links lead") };
        note(&format!("{links} to pages that want a sign-in or block programs, so nothing is known about them"));
    }
}

fn findings(links: &BTreeMap<String, Vec<Place>>, verdicts: &BTreeMap<String, (u64, Verdict)>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (url, places) in links {
        let Some((_, Verdict::Dead(reason))) = verdicts.get(url) else { continue };
        for (path, span) in places {
            let message = format!("this link leads nowhere: {reason}");
            let message = if span.is_some() { message } else { format!("`{url}` leads nowhere: {reason}") };
            let help = "correct or remove it; if readers can reach it, list its host under `[external] skip`";
            findings.push(Diagnostic::new(Rule::DeadExternal, path, *span, message).help(help));
        }
    }
    findings
}

fn bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() || length == 0 {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} links");
    ProgressBar::new(length as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};

    const CHAPTER: &str = "# A\n\n[x](https://a.example/?b=1&c=2#d) and <https://b.example/>[^1]\n\n[^1]: See [y](https://a.example/?b=1&c=2#d).\n\n::: {audience=managers}\n\n[z](https://secret.example/)\n\n:::\n\n[in](b.md) [mail](mailto:a@b.example) [skipped](https://wiki.corp.example/x)\n";

    fn handbook() -> (Handbook, Sources) {
        let toml = "[audiences.managers]\n[external]\nskip = [\"corp.example\"]\n";
        let sources = Sources::from_texts([("handbook.toml", toml), ("a.md", CHAPTER), ("b.md", "# B\n")]);
        (Compiler::new().compile(&sources, &Choices::default()).unwrap(), sources)
    }

    #[test]
    fn only_visible_links_to_other_hosts_are_followed_each_with_its_places() {
        let (handbook, sources) = handbook();
        let links = links(&handbook, &sources);
        assert_eq!(links.keys().collect::<Vec<_>>(), ["https://a.example/?b=1&c=2#d", "https://b.example/"]);
        let spans: Vec<&str> = links["https://a.example/?b=1&c=2#d"]
            .iter()
            .map(|(_, span)| &CHAPTER[span.unwrap().start as usize..span.unwrap().end as usize])
            .collect();
        assert_eq!(spans, ["https://a.example/?b=1&c=2#d"; 2]);
        assert_eq!(find(b"(https://a.example/x) https://a.example/", b"https://a.example/", 0), Some(22));
    }

    #[test]
    fn answers_are_kept_as_long_as_they_are_probably_true() {
        let verdicts = BTreeMap::from([
            ("https://a.example/".to_owned(), (1000, Verdict::Fine)),
            ("https://b.example/".to_owned(), (1000, Verdict::Dead("there is no such host".to_owned()))),
            ("https://c.example/".to_owned(), (1000, Verdict::Failing("x".to_owned()))),
        ]);
        let bytes = written(&verdicts);
        let hosts =
            |now: u64| remembered(Some(&bytes), now).into_keys().map(|url| url[8..9].to_owned()).collect::<String>();
        assert_eq!(hosts(1000), "ab");
        assert_eq!(hosts(1000 + 3601), "a");
        assert_eq!(hosts(1000 + KEPT_FINE.as_secs() + 1), "");
        assert_eq!(hosts(999), "", "a clock that was set back");
        assert!(remembered(Some(b"[1, 2]"), 1000).is_empty() && remembered(None, 1000).is_empty());
    }

    #[test]
    fn a_dead_link_is_reported_at_each_of_its_places() {
        let (handbook, sources) = handbook();
        let links = links(&handbook, &sources);
        let dead = Verdict::Dead("there is no such page (status 404)".to_owned());
        let found = findings(&links, &BTreeMap::from([("https://a.example/?b=1&c=2#d".to_owned(), (0, dead))]));
        assert_eq!(found.len(), 2);
        assert!(
            found.iter().all(|finding| finding.code == Rule::DeadExternal && finding.code.name() == "dead-external")
        );
        assert_eq!(found[0].message, "this link leads nowhere: there is no such page (status 404)");
    }
}
