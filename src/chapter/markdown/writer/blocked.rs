//! Determines what the page's own policy (`render::policy`) blocks in trusted HTML: inline scripts
//! and styles, frames, and resources from other hosts.
//!
//! Input: a tag and the hosts that pages may load from. Output: what is blocked and how to fix it.
//! Never changes the HTML.

use crate::chapter::reference::host;
use crate::text::markup::Tag;

/// Help on where to put the handbook's own script.
const TO_A_FILE: &str =
    "move it to a script of your theme, or to a file next to the chapter and name that file in `src`";
const TO_A_STYLE: &str = "give it a class, and write the rule in a style sheet of your theme";
const TO_HOSTS: &str = "put the file into the handbook, or name the host in `[security] hosts`";

/// Returns what the policy blocks in a tag, with help.
pub fn blocked(tag: &Tag, hosts: &[String]) -> Option<(String, &'static str)> {
    let value = |name: &str| tag.get(name).map(|attribute| attribute.value.to_string());
    let name = &*tag.name;
    if let Some(found) = tag.attributes.iter().find(|a| a.name.starts_with("on") && a.name.len() > 2) {
        return Some((format!("the handler `{}`", found.name), "add the handler in a script of your theme"));
    }
    if tag.get("style").is_some() {
        return Some(("the attribute `style`".to_owned(), TO_A_STYLE));
    }
    let is_script = |address: &str| address.trim_start().to_ascii_lowercase().starts_with("javascript:");
    if value("href").is_some_and(|address| is_script(&address)) {
        return Some(("this link's script".to_owned(), "add a button in your theme with a script"));
    }
    match name {
        "style" => Some(("a style in the page".to_owned(), TO_A_STYLE)),
        "object" | "embed" | "applet" => Some((format!("`<{name}>`"), "link to the file instead")),
        "base" => Some(("`<base>`".to_owned(), "write complete URLs instead")),
        "script" => match (value("src"), value("type")) {
            (Some(source), _) if is_elsewhere(&source) => {
                Some((format!("this script from {}", shown(&source)), "put the script into the handbook"))
            }
            (None, Some(kind)) if is_data(&kind) => None,
            (None, _) => Some(("a script in the page".to_owned(), TO_A_FILE)),
            (Some(_), _) => None,
        },
        "link" => value("href")
            .filter(|address| is_elsewhere(address))
            .map(|address| (format!("this file from {}", shown(&address)), "put the file into the handbook")),
        "iframe" | "frame" => {
            let source = value("src").unwrap_or_default();
            let allowed = host(&source).is_some_and(|host| hosts.contains(&host)) && tag.get("srcdoc").is_none();
            (!allowed).then(|| {
                (
                    format!("this frame of {}", shown(&source)),
                    "name the host in `[security] hosts`, or link to the page",
                )
            })
        }
        "img" | "audio" | "video" | "source" | "track" => {
            let address = ["src", "poster"]
                .into_iter()
                .filter_map(value)
                .find(|address| is_elsewhere(address) && !host(address).is_some_and(|host| hosts.contains(&host)));
            address.map(|address| (format!("a file from {}", shown(&address)), TO_HOSTS))
        }
        "form" => value("action")
            .filter(|address| is_elsewhere(address))
            .map(|address| (format!("sending this form to {}", shown(&address)), "link to the page that has the form")),
        _ => None,
    }
}

/// Returns whether a script contains data (`application/ld+json`, a template) rather than code that
/// would run.
fn is_data(kind: &str) -> bool {
    let kind = kind.trim().to_ascii_lowercase();
    !kind.is_empty() && !kind.contains("javascript") && !kind.contains("ecmascript") && kind != "module"
}

/// Returns whether a URL points to another host or contains the file itself (`data:`).
fn is_elsewhere(address: &str) -> bool {
    let address = address.trim();
    host(address).is_some() || address.starts_with("data:") || address.starts_with("blob:")
}

fn shown(address: &str) -> String {
    host(address).unwrap_or_else(|| if address.is_empty() { "nothing".to_owned() } else { "this address".to_owned() })
}
