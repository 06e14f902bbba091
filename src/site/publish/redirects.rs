//! Redirects old URLs to the current ones.
//!
//! Input: moves from one URL to another, from any source. Output: redirects that each reach a page
//! in one step, and a host's rules for them. Never decides what has moved.

use std::collections::{BTreeMap, BTreeSet};

use crate::declare::kind::Host;
use crate::text::path::UrlPath;

/// The maximum number of redirects without a pattern on Cloudflare Pages
/// (developers.cloudflare.com/pages/configuration/redirects).
pub const MOST_FIXED: usize = 2_000;
/// The maximum number of redirects with a pattern on Cloudflare Pages.
pub const MOST_PATTERNS: usize = 100;
/// The maximum length of a rule on Cloudflare Pages, in characters.
const LONGEST_RULE: usize = 1_000;

/// An old URL and the page that it redirects to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redirect {
    /// The old URL.
    pub from: UrlPath,
    /// The URL of the page.
    pub to: UrlPath,
}

/// Follows every move to its end, so that a chain becomes one step. Leaves out cycles, moves to
/// pages that are gone, and moves away from pages that exist.
///
/// The result is sorted by the old URL.
pub fn collapse(moves: &BTreeMap<UrlPath, UrlPath>, exists: &dyn Fn(&UrlPath) -> bool) -> Vec<Redirect> {
    let end = |from: &UrlPath| {
        let mut seen = BTreeSet::from([from]);
        let mut at = from;
        while !exists(at) {
            at = moves.get(at)?;
            if !seen.insert(at) {
                return None;
            }
        }
        Some(at.clone())
    };
    let old = moves.keys().filter(|from| !exists(from));
    old.filter_map(|from| Some(Redirect { from: from.clone(), to: end(from)? })).collect()
}

/// A host's rules. Each redirect is also written as a page, so that old URLs work on every host, even
/// if the site moves to another one.
#[derive(Debug, Default)]
pub struct Rules<'a> {
    /// The text of `_redirects`, with the author's own lines first. Empty if there is nothing to
    /// write.
    pub text: String,
    /// The redirects that are only pages, because the host accepts no rules or its limit is reached.
    pub stubs: Vec<&'a Redirect>,
    /// The number of rules without a pattern.
    pub fixed: usize,
    /// The number of rules with a pattern.
    pub patterns: usize,
}

impl<'a> Rules<'a> {
    /// Writes the rules. `base` is the path that the site is served at, and `authored` is the
    /// author's own `_redirects`.
    pub fn new(host: Host, base: &str, redirects: &'a [Redirect], authored: &str) -> Self {
        let mut rules = Self::default();
        if !host.reads_rules() {
            rules.stubs = redirects.iter().collect();
            return rules;
        }
        rules.take_authored(authored);
        // Cloudflare compares URLs exactly. For each URL with a trailing slash, also redirect the
        // URL without the slash, if all these extra rules fit within the limit.
        let folders = redirects.iter().filter(|redirect| redirect.from.as_str().ends_with('/')).count();
        let both = host == Host::Cloudflare && rules.fixed + redirects.len() + folders <= MOST_FIXED;
        for redirect in redirects {
            let to = format!("{base}{}", redirect.to.encoded());
            let from = format!("/{}", plain(&redirect.from));
            // Netlify prefers a file to a rule, unless the rule has a `!`. Cloudflare prefers the rule.
            let status = if host == Host::Netlify { "301!" } else { "301" };
            let line = format!("{from} {to} {status}\n");
            let is_full = rules.fixed >= MOST_FIXED || line.len() > LONGEST_RULE;
            if host == Host::Cloudflare && is_full {
                rules.stubs.push(redirect);
                continue;
            }
            rules.fixed += 1;
            rules.text.push_str(&line);
            if let Some(bare) = from.strip_suffix('/').filter(|bare| both && !bare.is_empty()) {
                rules.fixed += 1;
                rules.text.push_str(&format!("{bare} {to} 301\n"));
            }
        }
        rules
    }

    fn take_authored(&mut self, authored: &str) {
        if authored.trim().is_empty() {
            return;
        }
        self.text = format!("{}\n", authored.trim_end());
        for line in authored.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let from = line.split_whitespace().next().unwrap_or_default();
            let is_pattern = from.contains('*') || from.contains("/:");
            *(if is_pattern { &mut self.patterns } else { &mut self.fixed }) += 1;
        }
    }
}

/// Encodes a URL so that no host interprets part of it as a pattern.
fn plain(url: &UrlPath) -> String {
    url.encoded().replace('*', "%2A").replace(':', "%3A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> UrlPath {
        UrlPath::new(path)
    }

    fn collapsed(moves: &[(&str, &str)], pages: &[&str]) -> Vec<(String, String)> {
        let moves = moves.iter().map(|(from, to)| (url(from), url(to))).collect();
        let found = collapse(&moves, &|at| pages.contains(&at.as_str()));
        found.into_iter().map(|r| (r.from.as_str().to_owned(), r.to.as_str().to_owned())).collect()
    }

    #[test]
    fn chains_become_one_step_and_cycles_and_dead_ends_are_left_out() {
        let moves = [("a/", "b/"), ("b/", "c/"), ("x/", "y/"), ("y/", "x/"), ("old/", "gone/"), ("c/", "d/")];
        let wanted = [("a/", "c/"), ("b/", "c/")].map(|(from, to)| (from.to_owned(), to.to_owned()));
        assert_eq!(collapsed(&moves, &["c/"]), wanted);
    }

    #[test]
    fn each_of_three_thousand_old_urls_of_a_page_redirects_to_it_in_one_step() {
        let moves: BTreeMap<UrlPath, UrlPath> =
            (0..3000).map(|n| (url(&format!("p{n}/")), url(&format!("p{}/", n + 1)))).collect();
        let found = collapse(&moves, &|at| at.as_str() == "p3000/");
        assert_eq!(found.len(), 3000);
        assert!(found.iter().all(|redirect| redirect.to.as_str() == "p3000/"));
    }

    #[test]
    fn no_character_of_a_url_is_a_pattern_to_a_host() {
        let redirects = [Redirect { from: url("a*:b c/é/"), to: url("d e/") }];
        let rules = Rules::new(Host::Netlify, "/base/", &redirects, "# mine\n/x/* /y/:splat\n/one /two\n");
        assert_eq!(rules.text, "# mine\n/x/* /y/:splat\n/one /two\n/a%2A%3Ab%20c/%C3%A9/ /base/d%20e/ 301!\n");
        assert_eq!((rules.fixed, rules.patterns, rules.stubs.len()), (2, 1, 0));
    }

    #[test]
    fn redirects_beyond_the_limit_of_cloudflare_become_pages() {
        let redirects: Vec<Redirect> =
            (0..2500).map(|n| Redirect { from: url(&format!("p{n:04}/")), to: url("q/") }).collect();
        let rules = Rules::new(Host::Cloudflare, "/", &redirects, "");
        assert_eq!((rules.fixed, rules.stubs.len(), rules.text.lines().count()), (2000, 500, 2000));
        let few = Rules::new(Host::Cloudflare, "/", &redirects[..2], "");
        assert_eq!(few.text, "/p0000/ /q/ 301\n/p0000 /q/ 301\n/p0001/ /q/ 301\n/p0001 /q/ 301\n");
        assert_eq!(Rules::new(Host::Github, "/", &redirects, "").stubs.len(), 2500);
    }
}
