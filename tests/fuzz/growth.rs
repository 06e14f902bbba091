//! Feeds shapes of text whose work could grow faster than their size: deep nesting, and many things
//! that are opened and never closed.
//!
//! The tests count bytes, so they are the same everywhere: the view of a text and its page may only grow
//! as fast as the text. `GROWTH=8000 cargo test --release --test fuzz growth -- --nocapture` also prints
//! how long each shape takes with 8,000 pieces and with four times as many.

use std::time::Instant;

use rolebook::chapter::dialect::{Reading, View};
use rolebook::declare::config::Config;
use rolebook::declare::dialect::{Dialect, Dialects};
use rolebook::model::compile::Handbook;
use rolebook::text::source::Sources;

use crate::shared::{asked, compile};

/// Pieces that are repeated, without anything that closes them.
const OPEN: [&str; 70] = [
    "::: note\n\nx\n\n",
    ":::note[T]\n",
    ":::\n\nx\n\n",
    "::: x\n",
    "::: {audience=m}\n\n",
    "::: v-pre\n",
    "> ",
    "- ",
    "> - ",
    "> [!NOTE]\n> x\n\n",
    "!!! note\n",
    "=== \"T\"\n",
    "{% hint %}\n",
    "{% endhint %}\n",
    "{% comment %}",
    "{% raw %}",
    "{% x ",
    "{% highlight js %}\n",
    "{{ ",
    "{{< note >}}\n",
    "{{< note ",
    "<Note>\n\n",
    "<Note></Note>",
    "<Tab label=\"",
    "<>",
    "{",
    "a={",
    "{a}",
    "[a](b){.c}",
    "[a]({{ b }}) ",
    "![",
    "[",
    "[[",
    "[[a|b]] ",
    "[a](",
    "[a][b",
    "{: .a }\n",
    "# x\n{: #a }\n\n",
    "{: .note }\nx\n\n",
    "{#a ",
    "==a",
    "==a== ",
    "^a",
    "~a~ ",
    "%%a",
    "%% a\n",
    ":a",
    ":tada:",
    "*[A]: b\n",
    "a\n: b\n\n",
    "https://a.example/(",
    "www.",
    "a@",
    "a@b.",
    "$a$ ",
    "$",
    "$$a",
    "\\(",
    "`",
    "`a",
    "```\nx\n",
    "*a ",
    "\u{3002}**\u{3042}",
    "<!--",
    "<div>\n\n",
    "<b ",
    "import a from 'b'\n",
    "\n\nimport a from\n",
    "## A {audience=m}\n\nx\n\n",
    "[TOC]\n\n",
];

/// Lines that open a block, with those that close it.
const PAIRS: [(&str, &str); 8] = [
    ("::: note\n", ":::\n"),
    ("::: {audience=m}\n\n", ":::\n\n"),
    ("::: {audience=m}\n\n", "::::\n\n"),
    ("{% hint style=\"info\" %}\n", "{% endhint %}\n"),
    ("{% tabs %}\n{% tab title=\"a\" %}\n", "{% endtab %}\n{% endtabs %}\n"),
    ("<Note>\n", "</Note>\n"),
    ("<Note>", "</Note>"),
    ("{{< note >}}\n", "{{< /note >}}\n"),
];

/// Texts made from several kinds of pieces.
const MIXED: [fn(usize) -> String; 6] = [
    |n| format!("{} x\n{}", ">".repeat(n), ":::\n".repeat(n)),
    |n| format!("{}x\n\n::: {{audience=m}}\n\nx\n\n:::\n", "- ".repeat(n)),
    |n| format!("{}{}", numbered(n, |n| format!("*[A{n}]: b\n")), numbered(n, |n| format!("A{n} "))),
    |n| format!("{}{}", "\n".repeat(n), "import a from 'b'\n\n".repeat(n)),
    |n| format!("https://a.example/{}", ")".repeat(n)),
    |n| format!("{}{}", "![a".repeat(n), "](b)".repeat(n)),
];

fn numbered(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// Returns every shape at a size, with its name.
fn shapes(size: usize) -> Vec<(String, String)> {
    let open = OPEN.iter().map(|piece| (format!("{piece:?}"), piece.repeat(size)));
    let pairs = PAIRS.iter().map(|(open, close)| {
        let text = format!("{}x\n\n{}", open.repeat(size), close.repeat(size));
        (format!("{open:?} … {close:?}"), text)
    });
    let mixed = MIXED.iter().enumerate().map(|(n, make)| (format!("mixed {n}"), make(size)));
    open.chain(pairs).chain(mixed).map(|(name, text)| (name, format!("# T\n\n{text}"))).collect()
}

/// Settings under which other parts of the shapes are read.
const SETTINGS: [(&str, &str); 3] = [
    ("handbook.toml", "[audiences.m]\n[markdown]\nmath = true\ndefinition_lists = true\n"),
    ("_config.yml", "title: T\n"),
    ("docusaurus.config.js", "module.exports = {}\n"),
];

fn parsed(text: &str, (file, settings): (&str, &str)) -> Handbook {
    let chapter = if file.starts_with("docusaurus") { "docs/a.mdx" } else { "a.md" };
    compile(&Sources::from_texts([(file, settings), (chapter, text)])).unwrap()
}

#[test]
fn what_is_made_of_a_text_grows_no_faster_than_the_text() {
    let config = Config::bare("x");
    let options = rolebook::chapter::markdown::options(true);
    let reading = Reading { options, dialects: Dialects::of(&Dialect::ALL), config: &config };
    let (small, large) = (shapes(200), shapes(800));
    for ((name, small), (_, large)) in small.iter().zip(&large) {
        let view = |text: &str| View::of(text, &reading).text.len();
        assert!(view(large) < 5 * view(small) + 20_000, "the view of {name}: {} and {}", view(small), view(large));
        for settings in SETTINGS {
            let html =
                |text: &str| parsed(text, settings).documents.iter().map(|one| one.body.main.length()).sum::<usize>();
            let (small, large) = (html(small), html(large));
            assert!(large < 5 * small + 20_000, "the page of {name} under {}: {small} and {large}", settings.0);
        }
    }
}

#[test]
fn growth_is_printed_if_it_is_asked_for() {
    let Some(size) = asked::<usize>("GROWTH") else { return };
    for settings in SETTINGS {
        for ((name, small), (_, large)) in shapes(size).iter().zip(&shapes(4 * size)) {
            let seconds = |text: &str| {
                let start = Instant::now();
                let _ = parsed(text, settings);
                start.elapsed().as_secs_f64()
            };
            let (small, large) = (seconds(small), seconds(large));
            let is_bad = large > 0.5 && large > 6.0 * small;
            println!("{small:8.3} {large:8.3} {} {name}{}", settings.0, if is_bad { "  <- too much" } else { "" });
        }
    }
}
