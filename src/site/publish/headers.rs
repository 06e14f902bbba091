//! Writes `_headers`: what browsers may do with the pages, and how long they may keep files.
//!
//! Input: the handbook's rules and where files lie that never change. Output: the text. The page's `<meta>` policy says the same, save what browsers ignore there.

use crate::declare::config::Config;
use crate::site::render::policy;

/// How long a line may be on Cloudflare Pages, in characters.
pub const LONGEST_LINE: usize = 2_000;

/// Writes the rules; `fixed` is a folder whose files change their address when they change, `held` are files of the content with the policy that each needs.
///
/// Every header but one stands in a single `/*` rule, because hosts join the values of a header that several rules set. How long pages are kept is not
/// said: both hosts ask browsers to come back each time, and a value here would be joined with that of files that never change.
pub fn headers(config: &Config, fixed: &str, authored: &str, held: &[(String, &str)]) -> String {
    // `frame-ancestors` works in a header only (CSP level 3, section 3.3).
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
    // Hosts join this with the policy of all pages, and browsers then hold both (CSP level 3, section 4.2): what either forbids is forbidden.
    for (url, policy) in held {
        out.push_str(&format!(
            "/{url}\n  Content-Security-Policy: {policy}\n  Cross-Origin-Resource-Policy: same-origin\n"
        ));
    }
    out
}
