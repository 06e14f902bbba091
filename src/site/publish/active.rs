//! Determines which of the author's files could run a script when a browser opens them, and what to
//! do about it.
//!
//! Input: a file's path and bytes, and the handbook's rules. Output: a `Danger`, a [`Verdict`] for
//! each file, and findings. Never changes a file. A file that can't be read counts as active.

use std::collections::BTreeMap;

use super::xml::Danger;
use crate::declare::config::Config;
use crate::declare::kind::Host;
use crate::text::diagnostic::{Diagnostic, Span};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;
use crate::text::source::Sources;

/// The policy for a file of the content that a browser opens. The file may use the site's pictures
/// and styles, but it gets an origin of its own and can't run scripts.
pub const SANDBOX: &str = "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; font-src 'self' data:; \
                           style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy for a file that `[security] active` names. The file may run its scripts, in an origin
/// of its own.
pub const SCRIPTS: &str = "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads";

/// How many files get a rule of their own on Cloudflare Pages, which accepts a hundred rules in
/// total.
const MOST_RULES: usize = 80;
/// The maximum size, in bytes, of a file that is searched for scripts. A larger file counts as
/// active.
const LONGEST: usize = 16 * 1024 * 1024;

/// Extensions of HTML in all its forms, of programs, and of XML.
const PAGES: &[&str] = &["html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svgz", "hta", "htc"];
const PROGRAMS: &[&str] = &["js", "mjs", "cjs"];
const XML: &[&str] = &["svg", "xml", "xsl", "xslt", "mml", "rss", "atom", "rdf"];

/// The decision about a file that browsers open as a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The file is published in a sandbox.
    Sandboxed,
    /// The file is listed under `[security] active`, so its scripts may run, in a separate origin.
    Named,
    /// The file is not published, because the host sends no headers that would restrict it.
    Refused,
}

/// Judges each file that browsers open as a document. Other files can't run anything.
pub fn verdicts<'a>(
    config: &Config,
    published: impl IntoIterator<Item = &'a SourcePath>,
    files: &Sources,
) -> BTreeMap<SourcePath, Verdict> {
    let host = config.publish.host;
    let mut verdicts = BTreeMap::new();
    let mut rules = 0;
    let is_active = |path: &SourcePath| files.bytes(path).is_some_and(|bytes| danger(path, bytes).is_some());
    let documents = published.into_iter().filter(|path| is_document(path));
    let mut documents: Vec<(&SourcePath, bool)> = documents.map(|path| (path, is_active(path))).collect();
    // Active files need the host's rules most.
    documents.sort_by_key(|(_, is_active)| !is_active);
    for (path, is_active) in documents {
        let has_room = host.reads_rules() && (host != Host::Cloudflare || rules < MOST_RULES);
        let verdict = match (is_active, is_named(path, config)) {
            (true, true) => Verdict::Named,
            (true, false) if !has_room => Verdict::Refused,
            (false, _) if !has_room => continue,
            _ => Verdict::Sandboxed,
        };
        rules += usize::from(verdict != Verdict::Refused);
        verdicts.insert(path.clone(), verdict);
    }
    verdicts
}

/// Returns the policy that a file of the content is served with.
pub fn policy_of(path: &SourcePath, verdict: Option<Verdict>) -> Option<&'static str> {
    match verdict {
        Some(Verdict::Named) => Some(SCRIPTS),
        // Browsers show a PDF in their own viewer, which doesn't start in a sandbox. A PDF can't
        // run anything in the site's origin.
        None if path.extension().eq_ignore_ascii_case("pdf") => None,
        _ => Some(SANDBOX),
    }
}

/// Reports which files are not published, and which ones have scripts that the sandbox blocks.
pub fn findings(verdicts: &BTreeMap<SourcePath, Verdict>, files: &Sources) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (path, verdict) in verdicts {
        let Some(found) = files.bytes(path).and_then(|bytes| danger(path, bytes)) else { continue };
        let span = found.at.map(|at| Span::new(at, at + 1));
        let (code, message) = match verdict {
            Verdict::Named => continue,
            Verdict::Refused => (Rule::RefusedFile, format!("this file {}, so it was left out", found.what)),
            Verdict::Sandboxed => {
                (Rule::SandboxedFile, format!("this file {}, and no script in it will run", found.what))
            }
        };
        let help = format!(
            "remove that from the file, or list it in handbook.toml if you trust everyone who can change it: `[security]` with `active = [\"{path}\"]`"
        );
        findings.push(Diagnostic::new(code, path, span, message).help(help));
    }
    findings
}

/// Returns whether `[security] active` names the file. `*` matches anything within one folder, and
/// `**` matches any folders.
fn is_named(path: &SourcePath, config: &Config) -> bool {
    config
        .security
        .active
        .iter()
        .any(|pattern| fits(pattern.trim_start_matches('/').as_bytes(), path.as_str().as_bytes()))
}

fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', b'/', rest @ ..] => {
            fits(rest, path) || (0..path.len()).any(|at| path[at] == b'/' && fits(rest, &path[at + 1..]))
        }
        [b'*', b'*'] => true,
        [b'*', rest @ ..] => {
            let end = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=end).any(|at| fits(rest, &path[at..]))
        }
        [first, rest @ ..] => path.first() == Some(first) && fits(rest, &path[1..]),
    }
}

/// Returns whether browsers show a file as a document or run it as a program.
fn is_document(path: &SourcePath) -> bool {
    [PAGES, PROGRAMS, XML].iter().any(|list| has_extension(path, list))
}

fn has_extension(path: &SourcePath, list: &[&str]) -> bool {
    list.iter().any(|extension| path.extension().eq_ignore_ascii_case(extension))
}

/// Returns why a file could run a script, or `None` if it couldn't.
pub fn danger(path: &SourcePath, bytes: &[u8]) -> Option<Danger> {
    let whole = |what: &str| Some(Danger { what: what.to_owned(), at: None });
    if has_extension(path, PAGES) {
        // The files that prove a site's ownership to search engines are a single line of text.
        return if bytes.contains(&b'<') || !bytes.is_ascii() || path.extension().eq_ignore_ascii_case("svgz") {
            whole("is a web page, which could run scripts")
        } else {
            None
        };
    }
    if has_extension(path, PROGRAMS) {
        return whole("is a script");
    }
    if !has_extension(path, XML) {
        return None;
    }
    if bytes.len() > LONGEST {
        return whole("is too long to be searched for scripts");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return whole("is not UTF-8 and can't be searched for scripts") };
    super::xml::danger(text, path.extension().eq_ignore_ascii_case("svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_files_in_one_folder_or_in_any() {
        let named = |pattern: &str, path: &str| fits(pattern.as_bytes(), path.as_bytes());
        for (pattern, path) in [
            ("a/b.html", "a/b.html"),
            ("a/*.html", "a/b.html"),
            ("**/*.svg", "x/y.svg"),
            ("**/*.svg", "y.svg"),
            ("a/**", "a/b/c.js"),
        ] {
            assert!(named(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("a/*.html", "a/b/c.html"), ("*.svg", "x/y.svg"), ("a/b", "a/bc"), ("a/b.html", "a/b.htm"), ("", "a")]
        {
            assert!(!named(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn pages_and_scripts_are_active_and_a_site_verification_file_is_not() {
        let found = |path: &str, bytes: &[u8]| danger(&SourcePath::new(path), bytes).is_some();
        for path in ["a.html", "a.HTM", "a.xhtml", "a.svgz", "a.mhtml"] {
            assert!(found(path, b"<p>"), "{path}");
        }
        assert!(found("a.js", b"") && found("a.mjs", b"") && found("a.html", b"\xff\xfe<\0p\0>\0"));
        assert!(found("a.svg", b"<\0s\0v\0g\0>\0\xff"));
        assert!(!found("google1.html", b"google-site-verification: google1.html") && !found("a.png", b"<script>"));
    }

    #[test]
    fn active_files_are_sandboxed_if_the_host_sends_headers_and_refused_otherwise() {
        let files = Sources::from_texts([
            ("a.html", "<script>x()</script>"),
            ("b.svg", "<svg onload='x()'/>"),
            ("c.svg", "<svg/>"),
            ("d.js", "x()"),
            ("e.png", ""),
        ]);
        let mut config = Config::bare("T");
        config.security.active = vec!["d.js".to_owned()];
        let judge = |config: &Config| {
            let found = verdicts(config, files.files.keys(), &files);
            found.into_iter().map(|(path, verdict)| (path.to_string(), verdict)).collect::<Vec<_>>()
        };
        let pair = |path: &str, verdict| (path.to_owned(), verdict);
        let refused = [pair("a.html", Verdict::Refused), pair("b.svg", Verdict::Refused), pair("d.js", Verdict::Named)];
        assert_eq!(judge(&config), refused);
        config.publish.host = Host::Netlify;
        let held = [
            pair("a.html", Verdict::Sandboxed),
            pair("b.svg", Verdict::Sandboxed),
            pair("c.svg", Verdict::Sandboxed),
            pair("d.js", Verdict::Named),
        ];
        assert_eq!(judge(&config), held);
    }
}
