//! Reports the blocks that are printed without colors because coloring them is too much work.
//!
//! Input: chapters and the highlighter that renders them. Output: findings at the blocks. Never
//! makes the decision itself: it asks the highlighter what a page will show.

use rayon::prelude::*;

use super::Highlighter;
use crate::chapter::document::{Code, Document};
use crate::model::compile::Handbook;
use crate::text::diagnostic::Diagnostic;
use crate::text::rule::Rule;

/// The maximum number of chapters that a thread takes at once.
const AT_ONCE: usize = 64;

/// Finds all blocks that are too much work. Colors the blocks that haven't been colored yet, but skips
/// chapters of which an earlier build knows that none of their blocks is too much.
pub fn plain_blocks(handbook: &Handbook, highlighter: &Highlighter) -> Vec<Diagnostic> {
    let is_plain = |code: &Code| highlighter.is_too_much(&code.text, &code.language);
    let is_open =
        |document: &&Document| !handbook.colored.contains(&(document.meta.path.clone(), document.body.source));
    let open = handbook.documents.par_iter().with_max_len(AT_ONCE).filter(is_open);
    open.flat_map_iter(|document| findings(document, is_plain)).collect()
}

/// Of the blocks processed so far, returns those that were too expensive to highlight.
pub fn plain_blocks_so_far(documents: &[Document], highlighter: &Highlighter) -> Vec<Diagnostic> {
    // This runs after each save, and there is almost never such a block.
    if !highlighter.has_found_too_much() {
        return Vec::new();
    }
    let is_plain = |code: &Code| highlighter.was_too_much(&code.text, &code.language);
    documents.iter().flat_map(|document| findings(document, is_plain)).collect()
}

fn findings(document: &Document, is_plain: impl Fn(&Code) -> bool) -> Vec<Diagnostic> {
    let plain = document.body.code.iter().filter(|code| is_plain(code));
    plain.map(|code| finding(document, code)).collect()
}

fn finding(document: &Document, code: &Code) -> Diagnostic {
    let message =
        format!("this block is shown without colors: highlighting it as `{}` is too much work", code.language);
    Diagnostic::new(Rule::PlainCode, &document.meta.path, Some(code.span), message)
        .help("shorten its longest lines or split the block, or write `text` as its language")
}
