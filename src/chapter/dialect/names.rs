//! Knows the names of callouts of other generators.
//!
//! Input: a name in lower case. Output: whether it is one. Never looks at a text.

/// Names of callouts that other generators have.
const NAMES: &[&str] = &[
    "abstract",
    "admonition",
    "alert",
    "attention",
    "bug",
    "callout",
    "caution",
    "check",
    "cite",
    "danger",
    "details",
    "done",
    "error",
    "example",
    "fail",
    "failure",
    "faq",
    "help",
    "hint",
    "important",
    "info",
    "missing",
    "note",
    "notice",
    "primary",
    "question",
    "quote",
    "secondary",
    "seealso",
    "success",
    "summary",
    "tip",
    "tldr",
    "todo",
    "warning",
];

/// Returns whether other generators have a callout of this name.
pub fn is_callout(name: &str) -> bool {
    NAMES.contains(&name)
}
