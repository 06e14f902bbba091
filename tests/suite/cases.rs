//! Golden cases: each file in `tests/cases` is a handbook in a single text file, together with the
//! expected findings and pages.
//!
//! A line `#### file PATH` starts a file of the handbook, and `#### theme PATH` a file of a theme
//! on top of the default one. `#### findings` starts the expected terminal output, `#### page URL`
//! the expected text of a page, `#### view URL` everything below the title of a page, and
//! `#### text URL` the whole of a file that isn't a page, `#### adopted` what `adopt` would say and
//! write, and `#### exported` the same for the files as the export of another program. To add a case, add a file.
//! `UPDATE_CASES=1` writes the current results.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rolebook::author::adopt::Said;
use rolebook::author::exported;
use rolebook::past::history::Past;
use rolebook::site::theme::ThemeFiles;
use rolebook::text::path::{SourcePath, UrlPath};
use rolebook::text::source::{SourceFile, Sources};

use crate::support::{adoption, check_with, draw, files_below, page, repository, site_for, site_with};

/// A case with its parts in the order in which they are written.
struct Case {
    parts: Vec<(String, String, String)>,
}

impl Case {
    fn read(text: &str) -> Self {
        let mut parts: Vec<(String, String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            if let Some((kind, name)) = Self::head(line) {
                parts.push((kind.to_owned(), name.to_owned(), String::new()));
            } else if let Some(last) = parts.last_mut() {
                last.2.push_str(line);
            }
        }
        Self { parts }
    }

    /// Parses the heading of a part. Other headings of the fourth level belong to the text.
    fn head(line: &str) -> Option<(&str, &str)> {
        let head = line.strip_prefix("#### ")?.trim_end();
        let (kind, name) = head.split_once(' ').unwrap_or((head, ""));
        matches!(kind, "file" | "theme" | "findings" | "page" | "view" | "text" | "adopted" | "exported")
            .then_some((kind, name))
    }

    fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.parts.iter().filter(move |part| part.0 == kind).map(|part| (part.1.as_str(), part.2.as_str()))
    }

    /// Returns the files of the handbook. Bytes that can't be written as text are escaped, such as
    /// `\xFF`.
    fn sources(&self) -> Sources {
        let bytes = |text: &str| -> Vec<u8> {
            let mut out = Vec::new();
            let mut rest = text;
            while let Some(at) = rest.find("\\x") {
                out.extend_from_slice(&rest.as_bytes()[..at]);
                out.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
                rest = &rest[at + 4..];
            }
            out.extend_from_slice(rest.as_bytes());
            out
        };
        let files = self.of_kind("file").map(|(path, text)| {
            let content = if text.contains("\\x") { bytes(text) } else { text.as_bytes().to_vec() };
            (SourcePath::new(path), SourceFile::new(content))
        });
        // Paths from the folder that the content folder is in.
        let is_beyond = |(path, _): &(SourcePath, SourceFile)| path.as_str().starts_with("../");
        let (beyond, files): (BTreeMap<_, _>, BTreeMap<_, _>) = files.partition(is_beyond);
        let below = if beyond.is_empty() { String::new() } else { "src".to_owned() };
        Sources { files, beyond, below, ..Sources::default() }
    }

    /// Returns a theme that marks where the text of a page starts and ends.
    fn marking_theme() -> ThemeFiles {
        let page = "{% extends \"default/page.html\" %}{% block content %}<!--begin-->{{ content | safe }}<!--end-->{% endblock %}";
        ThemeFiles::from_texts("marking", [("templates/page.html", page)])
    }

    fn findings(&self) -> String {
        let sources = self.sources();
        let theme: Vec<(&str, &str)> = self.of_kind("theme").collect();
        let own = (!theme.is_empty()).then(|| ThemeFiles::from_texts("own", theme));
        let has_theme = own.is_some();
        let compiled = match check_with(&sources, own) {
            Ok(compiled) => compiled,
            Err(finding) => return draw(&[*finding], &sources),
        };
        let mut findings = compiled.findings.clone();
        if has_theme && let Some(site) = compiled.site(Past::default(), None) {
            let mut failures = site.failures();
            failures.sort();
            failures.dedup();
            findings.extend(failures);
        }
        draw(&findings, &sources)
    }

    fn text(&self, url: &str) -> String {
        let site = site_with(&self.sources(), Some(Self::marking_theme()));
        let rendered = site.render(&UrlPath::new(url)).unwrap_or_else(|| panic!("no page `{url}`")).unwrap();
        String::from_utf8(rendered.bytes.into_owned()).unwrap()
    }

    fn page(&self, url: &str) -> String {
        let text = self.text(url);
        let text = text.split("<!--begin-->").nth(1).unwrap().split("<!--end-->").next().unwrap();
        format!("{}\n", text.trim())
    }

    /// Returns everything below the title of a page, as the default theme shows it.
    fn view(&self, url: &str) -> String {
        let html = page(&site_with(&self.sources(), None), url);
        let text = html.split("<article class=\"chapter\">").nth(1).unwrap().split("</article>").next().unwrap();
        format!("{}\n", text.trim())
    }

    /// Returns what `adopt` would say, and the files that it would write.
    fn adopted(&self, how: &str) -> String {
        let plan = adoption(&self.sources(), how == "dialects");
        let said = Said { shown: &str::to_owned, argument: "", is_written: false, is_new: false };
        let mut out = said.text(&plan);
        for (path, bytes) in &plan.edits {
            let _ = write!(out, "\n--- {path}\n{}", String::from_utf8(bytes.clone()).unwrap());
        }
        out
    }

    /// Returns what becomes of the files as an export of another program.
    fn exported(&self) -> String {
        let files =
            self.sources().files.into_iter().map(|(path, file)| (path.as_str().to_owned(), file.bytes.to_vec()));
        let exported = exported::read(files.collect());
        let mut out =
            format!("{:?}: {} pages, {} other files\n", exported.program, exported.pages, exported.attachments);
        out.push_str(&exported.text(&str::to_owned, "", 9));
        for (path, bytes) in &exported.files {
            let _ = write!(out, "\n--- {path}\n{}", String::from_utf8(bytes.clone()).unwrap());
        }
        out
    }

    /// Returns the case with its current results.
    fn now(&self) -> String {
        let mut out = String::new();
        for (kind, name, text) in &self.parts {
            let head = format!("{kind} {name}");
            let text = match kind.as_str() {
                "adopted" => self.adopted(name),
                "exported" => self.exported(),
                "findings" => self.findings().trim_end().to_owned() + "\n",
                "page" => self.page(name),
                "text" => self.text(name),
                "view" => self.view(name),
                _ => text.clone(),
            };
            let _ = write!(out, "#### {}\n{text}", head.trim_end());
        }
        out
    }
}

/// Returns the handbook of each case, by the name of the case.
pub fn handbooks() -> Vec<(String, Sources)> {
    let cases = files_below(&repository().join("tests/cases")).into_iter().filter(|(name, _)| !is_of_terminal(name));
    cases.map(|(name, bytes)| (name, Case::read(&String::from_utf8(bytes).unwrap()).sources())).collect()
}

/// Returns whether a case is about the command line (see `terminal`).
fn is_of_terminal(name: &str) -> bool {
    name.starts_with("cli/")
}

/// Codes that no case can raise, each with the test that checks it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("bad-table", "an_unreadable_table_is_rejected_with_help"),
    ("chapter-exists", "a_chapter_that_cannot_be_changed_is_reported"),
    ("dead-external", "a_dead_link_is_reported_at_each_of_its_places"),
    ("gone-chapter", "a_deleted_chapter_is_a_warning_until_the_configuration_says_what_to_read_instead"),
    ("host-limit", "the_limit_of_a_host_is_reported_before_it_is_reached"),
    ("internal", "a_panic_in_a_library_becomes_a_finding_that_names_the_file"),
    ("no-owner", "check_reports_overdue_reviews_and_missing_owners_only_with_the_policy_flag"),
    ("orphaned-chapter", "check_reports_overdue_reviews_and_missing_owners_only_with_the_policy_flag"),
    ("review-overdue", "check_reports_overdue_reviews_and_missing_owners_only_with_the_policy_flag"),
    ("too-large", "a_two_gigabyte_chapter_is_an_error_and_is_not_read"),
    ("unexpected-competency", "check_reports_overdue_reviews_and_missing_owners_only_with_the_policy_flag"),
    ("unreadable", "an_unreadable_file_is_an_error_that_names_it"),
    ("unused-row", "unused_rows_are_reported_with_their_location"),
];

#[test]
fn every_finding_code_is_raised_by_a_case_or_a_test() {
    let said: Vec<String> = files_below(&repository().join("tests/cases"))
        .into_iter()
        .filter(|(name, _)| !is_of_terminal(name))
        .map(|(_, bytes)| Case::read(&String::from_utf8(bytes).unwrap()).findings())
        .collect();
    let sources: Vec<String> = ["tests", "src"]
        .iter()
        .flat_map(|folder| files_below(&repository().join(folder)))
        .filter(|(name, _)| name.ends_with(".rs"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .collect();
    let mut missing = Vec::new();
    for rule in rolebook::text::rule::Rule::ALL {
        let (code, camel) = (rule.name(), format!("{rule:?}"));
        let in_case = said.iter().any(|text| text.contains(&format!("[{code}]: ")));
        let test = ELSEWHERE.iter().find(|(name, _)| *name == code).map(|(_, test)| *test);
        if !in_case && test.is_none() {
            missing.push(code);
        }
        assert!(!(in_case && test.is_some()), "`{code}` has a case, so remove it from the list");
        if let Some(test) = test {
            let source = sources.iter().find(|text| text.contains(&format!("fn {test}(")));
            let source = source.unwrap_or_else(|| panic!("there is no test `{test}` for `{code}`"));
            let body = source.split(&format!("fn {test}(")).nth(1).unwrap().split("\n    #[test]").next().unwrap();
            assert!(
                body.split("\n#[test]")
                    .next()
                    .unwrap()
                    .split(|c: char| !c.is_alphanumeric() && c != '-')
                    .any(|word| word == code || word == camel),
                "`{test}` doesn't name `{code}`"
            );
        }
    }
    assert!(missing.is_empty(), "no case or test raises these: {missing:?}");
}

#[test]
fn every_case_produces_its_expected_output() {
    let root = repository().join("tests/cases");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut failed = Vec::new();
    let files = files_below(&root);
    assert!(files.len() >= 25, "the cases are missing");
    for (name, bytes) in files.into_iter().filter(|(name, _)| !is_of_terminal(name)) {
        let text = String::from_utf8(bytes).unwrap();
        let now = Case::read(&text).now();
        if now == text {
            continue;
        }
        if update {
            std::fs::write(root.join(&name), now).unwrap();
        } else {
            failed.push(format!("---- {name}\n{now}"));
        }
    }
    assert!(failed.is_empty(), "{} cases differ. Current results:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn no_case_publishes_what_it_calls_secret() {
    let secret = b"SECRET";
    let mut leaks = Vec::new();
    for (name, sources) in handbooks() {
        let has_secret = |file: &SourceFile| file.bytes.windows(secret.len()).any(|part| part == secret);
        if !sources.files.values().any(has_secret) || check_with(&sources, None).is_err() {
            continue;
        }
        let site = site_for(&sources, None);
        for url in site.urls() {
            let bytes = site.render(url).unwrap().map(|rendered| rendered.bytes.into_owned()).unwrap_or_default();
            if bytes.windows(secret.len()).any(|part| part == secret) {
                leaks.push(format!("{name}: {url}"));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}
