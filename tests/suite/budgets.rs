//! Highlights code that no one would write: for every grammar, patterns that make regular
//! expressions scan a line again and again.
//!
//! `HOSTILE=1 cargo test --release --test suite budgets -- --nocapture` tries every grammar with
//! every pattern and prints how long they took.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rayon::prelude::*;
use rolebook::site::highlight::Highlighter;

use crate::support::{asked, shared, write};

/// The texts that are repeated until a block is long enough.
const PATTERNS: [&str; 60] = [
    " ", "\t", "a", "A", "0", "-", "~", "`", "*", "_", "#", "=", "/", "\\", "|", "\"", "'", "(", ")", "[", "]", "{",
    "}", "<", ">", "&", ":", ";", ".", "$", "a ", "x y", "aB", "a_", "a-", "a.", "a,", "a:", "a=", "1.", "1e", "[]",
    "{}", "()", "<a ", "\\\"", "\\'", "\\\\a", "\"a", "${", "#{", "//", "/*", "--", "::", "a(", "a().", "f(a, ", "é ",
    "a: b, ",
];
/// The text before and after the repeated pattern.
const AROUND: [(&str, &str); 8] = [
    ("", "x"),
    ("", ""),
    ("\"", "!"),
    ("a = ", "\""),
    ("<a b=\"", ""),
    ("class A ", ";"),
    ("- ", ")"),
    ("def a", " ="),
];
/// The number of bytes in a line and the number of lines.
const SHAPES: [(usize, usize); 4] = [(100, 1), (1_000, 1), (9_990, 1), (100, 100)];

/// Builds a block of lines that differ, so that caching lines doesn't help.
fn block(pattern: &str, (before, after): (&str, &str), (bytes, lines): (usize, usize)) -> String {
    let run: String = pattern
        .chars()
        .cycle()
        .scan(0, |length, c| Some((*length, c, *length += c.len_utf8())))
        .take_while(|(length, ..)| *length < bytes)
        .map(|(_, c, ())| c)
        .collect();
    (0..lines).map(|n| format!("{before}{run}{after}{}\n", "x".repeat(n % 5))).collect()
}

fn grammars() -> Vec<String> {
    let syntaxes = two_face::syntax::extra_newlines();
    let shown = syntaxes.syntaxes().iter().filter(|syntax| !syntax.hidden && syntax.name != "Plain Text");
    shown.map(|syntax| syntax.name.clone()).collect()
}

#[test]
fn hostile_code_stays_within_its_budget_and_highlights_the_same_in_any_order() {
    let everything = asked::<u32>("HOSTILE").is_some();
    let mut blocks = Vec::new();
    for (g, grammar) in grammars().into_iter().enumerate() {
        for (n, pattern) in PATTERNS.iter().enumerate() {
            for (s, shape) in SHAPES.into_iter().enumerate() {
                if everything || (g * 7 + n * 3 + s) % 120 == 0 {
                    blocks.push((grammar.clone(), block(pattern, AROUND[(g + n + s) % AROUND.len()], shape)));
                }
            }
        }
    }
    let color = |highlighter: &Highlighter, (grammar, code): &(String, String)| {
        let start = Instant::now();
        let html = highlighter.highlight(code, grammar);
        // If the grammar itself failed, this test would check nothing.
        assert!(html.is_some() || highlighter.is_too_much(code, grammar), "{grammar} fails on: {code:.80?}");
        (html, start.elapsed())
    };
    let (one, many) = (Highlighter::new(), Highlighter::new());
    let first: Vec<_> = blocks.iter().map(|block| color(&one, block)).collect();
    let again: Vec<_> = blocks.par_iter().rev().map(|block| color(&many, block).0).collect();
    assert!(first.iter().map(|(html, _)| html).eq(again.iter().rev()), "colors depend on threads or order");
    let plain = first.iter().filter(|(html, _)| html.is_none()).count();
    assert!(plain > 0, "no block is hostile");
    if everything {
        let mut times: Vec<_> =
            first.iter().zip(&blocks).map(|((_, time), block)| (*time, &block.0, &block.1)).collect();
        times.sort();
        let at = |part: usize| times[(times.len() - 1) * part / 1000].0;
        println!(
            "{} blocks, {plain} over budget; median {:?}, 99 % {:?}, 99.9 % {:?}",
            times.len(),
            at(500),
            at(990),
            at(999)
        );
        times
            .iter()
            .rev()
            .take(20)
            .for_each(|(time, grammar, code)| println!("{time:?} {grammar} {:.40?} {}", code, code.len()));
    }
}

#[test]
fn each_hostile_case_builds_and_reports_which_code_was_not_highlighted() {
    let Some(cases) = shared("cases/security") else { return };
    for name in ["hl-ini-3-blocks", "hl-ini-spaces", "hl-js-long-identifier", "hl-md-tildes"] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("handbook.toml", "title = \"T\"\n"), ("index.md", "# Home\n")]);
        std::fs::copy(cases.join(format!("{name}.md")), folder.path().join("a.md")).unwrap();
        let said = |command: &str| said(folder.path(), command);
        assert!(said("build").contains("warning[plain-code]"), "{name}: {}", said("build"));
        assert!(said("check").contains("warning[plain-code]"), "{name}");
        let page = std::fs::read_to_string(folder.path().join("public/a/index.html")).unwrap();
        assert!(page.contains("<code class=\"language-"), "{name}");
    }
}

fn said(folder: &Path, command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rolebook")).arg(command).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}
