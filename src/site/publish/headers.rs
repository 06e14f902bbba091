//! Writes `_headers`, which tells browsers what the pages may do and how long to cache files.
//!
//! Input: the handbook's rules, and the location of files that never change. Output: the text. The
//! `<meta>` policy on each page says the same, except for what browsers ignore there.

use crate::declare::config::Config;
use crate::site::render::policy;

/// The maximum length of a line on Cloudflare Pages, in characters.
pub const LONGEST_LINE: usize = 2_000;

/// Writes the rules. `fixed` is a folder whose files get a new URL when they change. `held` lists
/// files of the content with the policy that each needs.
///
/// Headers for all files are in a single `/*` rule, because hosts join the values of a header that
/// several rules set. There is no rule for how long to cache pages: both hosts ask browsers to
/// revalidate each time, and a value here would be joined with the one for files that never change.
pub fn headers(config: &Config, fixed: &str, authored: &str, held: &[(String, &str)]) -> String {
    // `frame-ancestors` only works in a header (CSP level 3, section 3.3).
    let mut rules = vec![
        format!("Content-Security-Policy: {}; frame-ancestors 'none'", policy(config)),
        "X-Content-Type-Options: nosniff".to_owned(),
        "X-Frame-Options: DENY".to_owned(),
        "Referrer-Policy: same-origin".to_owned(),
        "Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
            .to_owned(),
        "Cross-Origin-Opener-Policy: same-origin".to_owned(),
    ];
    if config.is_internal() {
        rules.push("X-Robots-Tag: noindex".to_owned());
    }
    let mut out = if authored.trim().is_empty() { String::new() } else { format!("{}\n\n", authored.trim_end()) };
    out.push_str("/*\n");
    for rule in rules {
        out.push_str(&format!("  {rule}\n"));
    }
    out.push_str(&format!("/{fixed}*\n  Cache-Control: public, max-age=31536000, immutable\n"));
    // Hosts join this with the policy of all pages, and browsers enforce both (CSP level 3, section
    // 4.2), so anything that either one forbids is forbidden.
    for (url, policy) in held {
        out.push_str(&format!(
            "/{url}\n  Content-Security-Policy: {policy}\n  Cross-Origin-Resource-Policy: same-origin\n"
        ));
    }
    out
}
