//! Reads the forms of other generators that `CommonMark` doesn't know.
//!
//! Input: the body of a chapter and how to read it. Output: a [`View`], which is the body as
//! `CommonMark` would have it, with the place of each byte in the body, and events with the forms
//! within lines. The file is never rewritten: every range that leaves this module is one of the
//! body, so that findings, edits and copies refer to what the author wrote. Redaction and the real
//! parse read the same view. Never looks at another chapter.

mod anchors;
mod blocks;
mod code;
mod directive;
mod elements;
mod emoji;
mod foreign;
mod icon;
mod inline;
mod lines;
mod myst;
mod names;
mod ours;
mod scan;
mod tags;
mod view;

pub use blocks::{Block, Form, Look};
pub use foreign::Foreign;
pub use inline::{Forms, without_addresses};
pub use ours::{Change, Ours, ours};
pub use view::View;

use std::ops::Range;

use pulldown_cmark::Options;

use crate::declare::config::Config;
use crate::declare::dialect::{Dialect, Dialects};
use crate::declare::generator::Generator;

/// A comment inserted into the view where emphasis begins or ends next to full-width punctuation. The
/// parser takes it for punctuation, and it isn't shown.
const EDGE: &str = "<!---->";

/// How the text of a chapter is read.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// The extensions of the Markdown parser, apart from typographic quotes.
    pub options: Options,
    /// The dialects.
    pub dialects: Dialects,
    /// The configuration, which declares the audiences.
    pub config: &'a Config,
}

impl<'a> Reading<'a> {
    /// Returns how `CommonMark` is read.
    pub fn plain(config: &'a Config) -> Self {
        Self { options: Options::empty(), dialects: Dialects::default(), config }
    }

    /// Adds MDX if a body in a plain folder imports modules. Some generators read MDX in every file, so
    /// the file's extension doesn't tell.
    #[must_use]
    pub fn of(self, body: &str) -> Self {
        let is_plain = self.dialects.contains(Dialects::PLAIN);
        let dialects =
            if is_plain && tags::imports_modules(body) { self.dialects.with(Dialect::Jsx) } else { self.dialects };
        Self { dialects, ..self }
    }

    /// Returns whether the text is in a language without spaces between words, in which emphasis may
    /// begin and end next to full-width punctuation.
    fn is_ideographic(&self) -> bool {
        let language = self.config.language.as_str();
        !self.options.is_empty() && ["zh", "ja", "ko"].iter().any(|code| language.starts_with(code))
    }

    /// Returns whether the folder is a book of mdBook's.
    fn is_book(&self) -> bool {
        self.config.generator == Some(Generator::MdBook) && !self.dialects.is_empty()
    }

    /// Returns whether text between dollar signs is a formula.
    fn draws_formulas(&self) -> bool {
        self.options.contains(Options::ENABLE_MATH)
    }

    /// Returns whether the handbook declares audiences. Then a `:::` line that might be the mark of
    /// one never begins a block of a dialect.
    pub(crate) fn is_strict(&self) -> bool {
        !self.config.audiences.is_empty()
    }
}

/// A parser event and its byte range in the body.
type Located<'a> = (pulldown_cmark::Event<'a>, Range<usize>);

/// Reads the anchors of blocks and the forms within lines in all text outside of code.
pub fn apply<'a>(body: &'a str, events: Vec<Located<'a>>, forms: Forms<'_>) -> Vec<Located<'a>> {
    let events = elements::apply(events, forms.generator);
    inline::apply(body, anchors::apply(body, events, forms), forms)
}

/// Returns the ranges of fenced code in a body, with their fences.
pub fn fenced(body: &str) -> Vec<Range<usize>> {
    tags::find(body, Dialects::default()).code
}

impl<'a> View<'a> {
    /// Returns the view of a body.
    pub fn of(body: &'a str, reading: &Reading<'_>) -> Self {
        let reading = &reading.of(body);
        if scan::may_apply(body, reading) { scan::read(body, reading) } else { Self::whole(body) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::Parser;

    use super::*;
    use crate::declare::dialect::Dialect;

    /// Pieces of text of which chapters are made at random.
    const PIECES: &[&str] = &[
        "\n",
        "\n\n",
        "\n    ",
        "\n  ",
        "\n\t",
        "\n- ",
        "\n1. ",
        "\n> ",
        "\n# ",
        "a ",
        "\u{2014} ",
        "\u{d6}",
        "\u{1f4af}",
        "\u{200b}",
        ":::note",
        ":::",
        "::::",
        "::: tip \u{d6}[x]{title=\"y\"}",
        "\n:::\n",
        "\n:::note[\u{d6}]\n",
        "!!! note \"\u{d6}\"",
        "\n??? tip\n    ",
        "\n=== \"1. a\"\n    ",
        "{% hint style=\"info\" %}",
        "{% endhint %}",
        "{% raw %}",
        "{% endraw %}",
        "{% comment %}",
        "{% endcomment %}",
        "{% x \u{d6}",
        "%}",
        "{{ x }}",
        "{{ '/a' | relative_url }}",
        "{{< note >}}",
        "{{< /note >}}",
        "{{",
        "}}",
        "<Tab label=\"\u{d6}\">",
        "</Tab>",
        "<Note>",
        "</Note>",
        "<",
        ">",
        "{",
        "}",
        "src={require('\u{d6}')}",
        "import x from 'y'\n",
        "export const x = 1\n",
        "{: .note }",
        "{:toc}",
        "{: #\u{d6} }",
        "[TOC]",
        "*[a]: \u{d6}\n",
        "```",
        "\n```\n",
        "~~~",
        "`",
        "<!--",
        "-->",
        "==",
        "https://a.example/\u{d6}",
        "www.",
        "a@b.example",
        ":tada:",
        ":material-x:",
        "[a](b)",
        "](",
        "|",
        "\n|---|\n",
        "\n| a | b |\n|---|---|\n| c |",
        "\n:smile: ",
        "<%= x %>",
        "::: v-pre\n",
        "\\",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_is_read_and_every_range_is_one_of_it(parts in prop::collection::vec(0..PIECES.len(), 0..24)) {
            let text: String = parts.iter().map(|n| PIECES[*n]).collect();
            let config = Config::bare("x");
            let reading = Reading { options: Options::all(), dialects: Dialects::of(&Dialect::ALL), config: &config };
            let view = View::of(&text, &reading);
            let located = Parser::new_ext(&view.text, reading.options).into_offset_iter();
            let mut depth = 0_i32;
            let events: Vec<_> = located.map(|(event, range)| { let place = view.place(&event, &range).0; (event, place) }).collect();
            let forms = Forms::of(&view, &reading);
            for (event, range) in apply(&text, events, forms) {
                prop_assert!(text.get(range.clone()).is_some(), "{range:?} {event:?}");
                depth += match event { pulldown_cmark::Event::Start(_) => 1, pulldown_cmark::Event::End(_) => -1, _ => 0 };
                prop_assert!(depth >= 0);
            }
            for block in &view.blocks {
                prop_assert!(block.whole.start <= block.inner.start && block.inner.end <= text.len());
                prop_assert!(text.get(block.whole.clone()).is_some() && text.get(block.inner.clone()).is_some(), "{block:?}");
            }
        }

        #[test]
        fn a_view_without_dialects_is_the_text(parts in prop::collection::vec(0..PIECES.len(), 0..24)) {
            let text: String = parts.iter().map(|n| PIECES[*n]).collect();
            let config = Config::bare("x");
            let view = View::of(&text, &Reading::plain(&config));
            prop_assert_eq!(&*view.text, &text);
        }
    }
}
