//! Checks the pictures that `[brand]` in `handbook.toml` names.
//!
//! Input: the book and the configuration. Output: a finding for each picture that pages can't show.
//! Never looks into a picture.

use crate::declare::brand::picture;
use crate::declare::config::{Config, FILE};
use crate::model::book::Book;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

/// Returns the findings. `near` suggests the files whose paths resemble another.
pub(super) fn findings(book: &Book, config: &Config, near: impl Fn(&str) -> Option<String>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (key, (written, span)) in config.brand.files() {
        let (code, message, help) = match picture(key, written) {
            Ok(path) if book.assets.contains(&path) => continue,
            Ok(path) => (Rule::MissingFile, format!("no file at `{written}`"), near(path.as_str())),
            Err(help) => (Rule::BadValue, format!("`{key}` cannot be `{written}`"), Some(help)),
        };
        findings.push(Diagnostic::new(code, &SourcePath::new(FILE), Some(*span), message).maybe_help(help));
    }
    findings
}
