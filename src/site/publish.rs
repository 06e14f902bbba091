//! Decides which files are published, and writes what hosts read in addition to the pages:
//! redirects and headers, within each host's limits.
//!
//! Input: a compiled handbook, the targets of old URLs, and the author's own files for the host.
//! Output: which files are published, the texts, and findings where a host would not accept them.
//! Never serves anything, and never reads or writes files.

pub mod active;
mod content;
mod headers;
mod mentions;
mod redirects;
mod xml;

pub use content::Content;
pub use headers::headers;
pub use redirects::{Redirect, Rules, collapse};

use crate::declare::config::Config;
use crate::declare::kind::Host;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::text::rule::Rule;

/// Reports rules that approach or exceed a limit of the host.
pub fn check(config: &Config, rules: &Rules<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if config.publish.host != Host::Cloudflare {
        return findings;
    }
    let mut report = |message: String, help: &str| {
        findings.push(Diagnostic::at(Rule::HostLimit, Place::Handbook, message).help(help));
    };
    let (fixed, most) = (rules.fixed, redirects::MOST_FIXED);
    if !rules.stubs.is_empty() {
        let message = format!("Cloudflare Pages accepts {most} redirects, and there are {}", fixed + rules.stubs.len());
        report(
            message,
            "the rest are written as pages that redirect; remove aliases that nobody uses, or set `[publish] renames = false`",
        );
    } else if fixed * 10 > most * 9 {
        let message = format!("{fixed} of the {most} redirects that Cloudflare Pages accepts are in use");
        report(message, "remove aliases that nobody uses any more");
    }
    if rules.patterns > redirects::MOST_PATTERNS {
        let message = format!(
            "Cloudflare Pages accepts {} redirects with `*` or `:name`, and `_redirects` has {}",
            redirects::MOST_PATTERNS,
            rules.patterns
        );
        report(message, "it ignores the rest: write them without patterns");
    }
    if crate::site::render::policy(config).len() > headers::LONGEST_LINE {
        let message = format!("the content security policy is longer than the {} characters", headers::LONGEST_LINE);
        report(format!("{message} that Cloudflare Pages accepts"), "list fewer hosts under `[security]`");
    }
    findings
}
