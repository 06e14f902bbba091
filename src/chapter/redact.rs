//! Removes from a chapter what an audience must not read, before any other code sees it.
//!
//! Input: the body of a chapter's Markdown, the audiences to show and the extensions it is parsed
//! with. Output: a [`Redacted`], which is text of the same length in bytes, with hidden blocks,
//! sections and comments blanked. Slugs, footnotes, terms, search and copies are made from this
//! text, so nothing later can leak what is hidden. Text that looks like a mark but isn't understood
//! is hidden and reported. This is the only module that knows how audiences are marked. Never looks
//! at another chapter.

mod comments;
mod definitions;
mod head;
mod lines;
mod list;
mod names;
mod pass;
mod published;
mod remark;
mod structure;
mod word;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

pub use head::{
    Field, audience_of, audience_on_first_line, block_that_looks_like_front_matter, fields_without_fences, private_line,
};
pub use list::{List, list};
pub use published::mark_in_html;
pub use remark::{Misread, Remark};

use crate::chapter::dialect::Reading;
use crate::declare::config::Config;
use pass::Pass;
use structure::Structure;
use word::Sign;

/// The audiences whose content is shown in addition to what everyone may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    names: BTreeSet<String>,
    everything: bool,
}

impl Visible {
    /// Returns what readers in `audience` see: the content for that audience and for those that it
    /// includes, directly or indirectly. `None` stands for readers who see only what is meant for
    /// everyone.
    pub fn of(audience: Option<&str>, config: &Config) -> Self {
        let mut names = BTreeSet::new();
        let mut open: Vec<&str> = audience.into_iter().collect();
        while let Some(name) = open.pop() {
            if let Some(audience) = config.audiences.get(name)
                && names.insert(name.to_owned())
            {
                open.extend(audience.includes.iter().map(String::as_str));
            }
        }
        Self { names, everything: false }
    }

    /// Shows everything, including marks that aren't understood. Use this only for commands that
    /// edit the author's files and publish nothing.
    pub fn everything() -> Self {
        Self { names: BTreeSet::new(), everything: true }
    }

    /// Returns whether content for `audience` is shown. Content for an undeclared audience is never
    /// published.
    pub fn shows(&self, audience: &str) -> bool {
        self.everything || self.names.contains(audience)
    }

    /// Returns whether everything is shown, regardless of marks.
    pub fn is_everything(&self) -> bool {
        self.everything
    }
}

/// The rules for redacting a body.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The audiences to show.
    pub visible: &'a Visible,
    /// The configuration, which declares the audiences.
    pub config: &'a Config,
    /// How the body is read.
    pub reading: Reading<'a>,
}

impl Rules<'_> {
    /// Returns whether the handbook declares audiences, in which case anything that resembles a
    /// mark is an error.
    fn are_strict(&self) -> bool {
        self.reading.is_strict()
    }
}

/// A body without what its readers must not see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted<'a> {
    /// The text, of the same length in bytes as the body.
    pub text: Cow<'a, str>,
    /// The hidden ranges in ascending order: whole blocks, sections and comments, but not the marks
    /// of content that is shown.
    pub hidden: Vec<Range<usize>>,
    /// The number of `%%` comments among the hidden ranges.
    pub comments: usize,
    /// The problems that were found.
    pub remarks: Vec<Remark>,
}

/// Blanks three things: text that `rules` hide, `%%` comments, and the `:::` lines that mark
/// audiences.
pub fn redact<'a>(text: &'a str, rules: Rules<'_>) -> Redacted<'a> {
    if !may_have_marks(text, &rules) {
        return Redacted { text: Cow::Borrowed(text), hidden: Vec::new(), comments: 0, remarks: Vec::new() };
    }
    let comments = comments::read(text, &rules.reading);
    let structure = Structure::read(&comments.text, &rules.reading);
    let mut pass = Pass::new(&comments, rules, &structure);
    for range in &comments.marked {
        pass.misread(Misread::Commented, range.clone());
    }
    if let Some(range) = &structure.too_deep {
        pass.too_deep(range.clone());
    }
    let lines = lines::read(&comments.text, &structure);
    pass.blocks_and_sections(&lines);
    pass.near_misses(&lines);
    let (mut hidden, mut blanked, remarks) = pass.finish();
    let definitions = definitions::of_hidden(text, &hidden, (&structure, &rules.reading));
    if !definitions.is_empty() {
        blanked.extend(definitions.iter().cloned());
        hidden.extend(definitions);
        hidden = joined(hidden);
    }
    Redacted { text: Cow::Owned(blank(text, &blanked)), hidden, comments: comments.hidden.len(), remarks }
}

/// Returns whether there may be anything to redact, based on a quick look at the text.
fn may_have_marks(text: &str, rules: &Rules<'_>) -> bool {
    text.contains(":::")
        || text.contains("%%")
        || !text.is_ascii() && text.contains(['\u{ff1a}', '\u{fe55}', '\u{fe13}', '\u{2236}', '\u{a789}'])
        || word::hits(text).iter().any(|hit| {
            let before = &text[..hit.range.start];
            hit.sign != Sign::None || word::begins_tag(before) || word::braces_around(text, before.len()).is_some()
        })
        || rules.are_strict()
            && (!names::behind_colons(text, rules.config).is_empty()
                || !names::in_syntax(text, rules.config).is_empty())
}

/// Sorts ranges and merges those that touch.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Replaces ranges with spaces but keeps line endings, so that every offset stays valid.
fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        for byte in &mut bytes[range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Ranges should begin and end at character boundaries; if one doesn't, the lossy conversion
    // does no harm.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::structure::Shield;
    use super::*;
    use crate::declare::dialect::Dialects;
    use crate::declare::kind::Kind;
    use crate::text::path::SourcePath;

    fn config() -> Config {
        let toml = "[audiences.managers]\nincludes = [\"staff\"]\n[audiences.staff]\n";
        Config::read(toml.as_bytes(), "x").unwrap().0
    }

    fn redacted(text: &str, audience: Option<&str>) -> (String, Vec<Remark>) {
        let config = config();
        let visible = Visible::of(audience, &config);
        let reading = crate::chapter::markdown::reading(&SourcePath::new("a.md"), Kind::Page, &config);
        let found = redact(text, Rules { visible: &visible, config: &config, reading });
        assert_eq!(found.text.len(), text.len());
        (found.text.split_whitespace().collect::<Vec<_>>().join(" "), found.remarks)
    }

    /// Returns the remaining text, and checks that every mark is understood.
    fn shown(text: &str, audience: Option<&str>) -> String {
        let (left, remarks) = redacted(text, audience);
        assert_eq!(remarks, [], "{text}");
        left
    }

    /// Returns why a text isn't understood, and checks that its secret is hidden.
    fn refused(text: &str) -> Misread {
        let (left, remarks) = redacted(text, None);
        assert!(!left.contains("SECRET"), "{text}: {left}");
        let [Remark::Misread(why, _)] = remarks.as_slice() else { panic!("{text}: {remarks:?}") };
        *why
    }

    #[test]
    fn blocks_are_shown_to_their_audience_and_those_that_include_it() {
        let text = "a\n\n::: {audience=staff}\nsecret é\n:::\n\nb\n";
        assert_eq!(shown(text, None), "a b");
        assert_eq!(shown(text, Some("staff")), "a secret é b");
        assert_eq!(shown(text, Some("managers")), "a secret é b");
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let text = "# T\n\n## Pay {audience=managers}\n\nx\n\n### More\n\ny\n\n## Next\n\nz\n";
        assert_eq!(shown(text, Some("staff")), "# T ## Next z");
        let setext = "Pay {audience=managers}\n---\n\nx\n\nNext\n---\n\nz\n";
        assert_eq!(shown(setext, None), "Next --- z");
    }

    #[test]
    fn a_section_in_a_block_ends_with_it_and_a_heading_in_a_block_ends_no_section_around_it() {
        let text = "::: {audience=staff}\n\n## A {audience=managers}\n\nx\n\n:::\n\ny\n";
        assert_eq!(shown(text, Some("staff")), "y");
        let text = "## A {audience=managers}\n\n::: {audience=staff}\n\n## B\n\nx\n\n:::\n\ny\n\n## C\n\nz\n";
        assert_eq!(shown(text, Some("staff")), "## C z");
    }

    #[test]
    fn code_is_left_alone_and_an_open_block_hides_the_rest() {
        let text = "```\n::: {audience=managers}\n```\nshown\n\n::: {audience=managers}\nhidden\n";
        let (left, remarks) = redacted(text, None);
        assert_eq!(left, "``` ::: {audience=managers} ``` shown");
        assert!(matches!(remarks.as_slice(), [Remark::Unclosed(_)]));
        assert_eq!(shown("Write `{audience=managers}` there.\n", None), "Write `{audience=managers}` there.");
    }

    #[test]
    fn an_unknown_audience_hides_and_is_reported() {
        let (left, remarks) = redacted("## A {audience=mangers}\n\nx\n", Some("managers"));
        assert_eq!(left, "");
        assert!(matches!(remarks.as_slice(), [Remark::Unknown(name, _)] if name == "mangers"));
    }

    #[test]
    fn what_looks_like_a_fence_hides_no_mark() {
        for text in [
            "    ```\n\n::: {audience=managers}\nSECRET\n:::\n",
            "- item\n\n  ```\n  code\n\nafter\n\n::: {audience=managers}\nSECRET\n:::\n",
            "<pre>\n~~~\n</pre>\n\n::: {audience=managers}\nSECRET\n:::\n",
            "text\n    ```\n\n::: {audience=managers}\nSECRET\n:::\n",
        ] {
            let left = shown(text, None);
            assert!(!left.contains("SECRET"), "{text}: {left}");
            assert!(shown(text, Some("managers")).contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn blocks_are_read_in_lists_and_quotes() {
        let text = "- a\n\n  ::: {audience=managers}\n\n  SECRET\n\n  :::\n\n- b\n";
        assert_eq!(shown(text, None), "- a - b");
        assert_eq!(shown(text, Some("managers")), "- a SECRET - b");
        assert_eq!(shown("> ::: {audience=managers}\n> SECRET\n> :::\n>\n> b\n", None), "> > b");
        assert_eq!(shown("- ::: {audience=managers}\n  SECRET\n  :::\n- b\n", None), "- b");
        // A closing line that Markdown adds to a list or quote only by lazy continuation counts as
        // outside, because that is how it looks.
        assert_eq!(shown("::: {audience=managers}\n- SECRET\n:::\n\nb\n", None), "b");
        assert_eq!(shown("::: {audience=managers}\n> SECRET\n:::\n\nb\n", None), "b");
        assert_eq!(shown("::: {audience=managers}\n\n| SECRET |\n|---|\n| x |\n:::\n\nb\n", None), "b");
        assert_eq!(shown("a\n::: {audience=managers}\n---\nSECRET\n:::\nb\n", None), "a b");
    }

    #[test]
    fn containers_nest_by_their_own_count() {
        let text = "::: {audience=managers}\n\nA\n\n:::: {audience=staff}\n\nSECRET\n\n::::\n\nSECRET\n\n:::\n\nb\n";
        assert_eq!(shown(text, None), "b");
        let text = "::: {audience=managers}\n\n::: {audience=staff}\n\nx\n\n:::\n\nSECRET\n\n:::\n\nb\n";
        assert_eq!(shown(text, None), "b");
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_and_hides() {
        let mark = "::: {audience=managers}\n\nSECRET\n\n:::\n";
        for text in [
            format!("{}{mark}", "{% hint %}\n".repeat(40)) + &"{% endhint %}\n".repeat(40),
            format!("{}{mark}", "::: note\n\n".repeat(40)) + &":::\n".repeat(40),
            format!("{}{mark}", "::: {audience=staff}\n\n".repeat(120)) + &":::\n\n".repeat(120),
            format!("{}x\n\n{mark}", "- ".repeat(120)),
            format!("{} SECRET\n", ">".repeat(120)) + mark,
        ] {
            let config = config();
            let reading = crate::chapter::markdown::reading(&SourcePath::new("a.md"), Kind::Page, &config);
            let reading = Reading { dialects: Dialects::PLAIN, ..reading };
            let visible = Visible::of(None, &config);
            let Redacted { text: left, remarks, .. } =
                redact(&text, Rules { visible: &visible, config: &config, reading });
            assert!(!left.contains("SECRET"), "{text}: {left}");
            let is_deep = |remark: &Remark| matches!(remark, Remark::Misread(Misread::Deep, _));
            assert!(remarks.iter().any(is_deep), "{text}: {remarks:?}");
        }
    }

    #[test]
    fn a_mark_that_is_not_understood_is_refused_and_hides() {
        for (text, why) in [
            ("::: managers\nSECRET\n:::\n", Misread::Line),
            ("::: audience=managers\nSECRET\n:::\n", Misread::Line),
            ("::: {audience = managers}\nSECRET\n:::\n", Misread::Line),
            ("::: {Audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: managers {audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: {audience=managers} SECRET :::\n", Misread::Line),
            ("::: {.managers}\nSECRET\n:::\n", Misread::Line),
            ("\u{ff1a}\u{ff1a}\u{ff1a} {audience=managers}\nSECRET\n:::\n", Misread::Line),
            ("::: note\nSECRET\n:::\n", Misread::Line),
            ("SECRET\n\n:::\n", Misread::Stray),
            ("- a\n\n  ::: {audience=managers}\n\n  SECRET\n\n:::\n", Misread::Elsewhere),
            ("::: {audience=managers}\n- a\n\n  :::\n\nSECRET\n", Misread::Elsewhere),
            ("- a\n\n      ::: {audience=managers}\n      SECRET\n", Misread::Shielded(Shield::Indented)),
            ("::: {audience=managers}\n\nx\n\n::::\n\nSECRET\n\n:::\n", Misread::Count),
            (":::: {audience=managers}\n\nx\n\n:::\n\nSECRET\n", Misread::Count),
            ("- ## Pay {audience=managers}\n\n  SECRET\n", Misread::NestedHeading),
            ("## Pay {audience=managers}\n\nSECRET\n---\n\nx\n", Misread::Underlined),
            ("## Pay {audience=managers audience=staff}\n\nSECRET\n", Misread::Several),
            ("## Pay {audience=managers} bands\n\nSECRET\n", Misread::Word),
            ("## Pay {audience = managers}\n\nSECRET\n", Misread::Word),
            ("## Pay {managers}\n\nSECRET\n", Misread::Name),
            ("## Pay {.managers}\n\nSECRET\n", Misread::Name),
            ("- SECRET {audience=managers}\n", Misread::Word),
            ("SECRET\n{: audience=\"managers\"}\n", Misread::Word),
            ("<h2 audience=\"managers\">SECRET</h2>\n", Misread::Shielded(Shield::Html)),
            ("<div>\n::: {audience=managers}\nSECRET\n:::\n</div>\n", Misread::Shielded(Shield::Html)),
            ("a\n\n    ::: {audience=managers}\n    SECRET\n    :::\n", Misread::Shielded(Shield::Indented)),
            ("```\n::: {audience=managers}\nSECRET\n:::\n", Misread::Shielded(Shield::OpenFence)),
            ("a `b\n::: {audience=managers}\nSECRET\n:::\nc` d\n", Misread::Shielded(Shield::LongSpan)),
            ("%% x\n::: {audience=managers}\n%%\nSECRET\n:::\n", Misread::Commented),
            ("[^n]: ::: {audience=managers}\n    SECRET\n    :::\n\nx[^n]\n", Misread::Elsewhere),
        ] {
            assert_eq!(refused(text), why, "{text}");
        }
    }

    #[test]
    fn prose_about_audiences_is_left_alone() {
        for text in [
            "Audience: managers\n",
            "Our audience = everyone? No.\n",
            "[a](https://x.example/?audience=managers)\n",
            "For {name}, say what your audience: expects.\n",
            "The managers {sic} of a team.\n",
            "a ::: b\n",
        ] {
            let config = Config::bare("x");
            let rules = Rules {
                visible: &Visible::default(),
                config: &config,
                reading: crate::chapter::markdown::reading(&SourcePath::new("a.md"), Kind::Page, &config),
            };
            assert_eq!(redact(text, rules).remarks, [], "{text}");
        }
        let text = "Audience: managers\n\n[a](https://x.example/?audience=managers)";
        assert_eq!(shown(text, None), text.replace("\n\n", " "));
    }

    #[test]
    fn comments_are_taken_out() {
        assert_eq!(shown("a %%b%% c\n\n%% d\n\ne %%\n\nf 100%% g\n", None), "a c f 100%% g");
        assert_eq!(shown("`a %%b%%`\n", None), "`a %%b%%`");
        let (left, remarks) = redacted("a\n\n%% b\n\nc\n", None);
        assert_eq!(left, "a");
        assert!(matches!(remarks.as_slice(), [Remark::Unclosed(_)]));
    }

    #[test]
    fn a_comment_hides_no_fence_and_code_of_doubt_hides_no_comment() {
        let text = "Public.\n\n%%\n```\n%%\n\n::: {audience: managers}\nSECRET\n:::\n\n```\n```\n";
        let (left, remarks) = redacted(text, None);
        assert!(!left.contains("SECRET") && !remarks.is_empty(), "{left} {remarks:?}");
        for text in [
            "- %% SECRET\n  SECRET %%\n",
            "text %% SECRET\nSECRET %% end\n",
            "```\ncode\n\n%% SECRET %%\n",
            "a `b\n%% SECRET %%\nc` d\n",
            "- a\n\n      %% SECRET %%\n",
        ] {
            assert!(!redacted(text, None).0.contains("SECRET"), "{text}");
        }
        assert_eq!(shown("It rose 5%% and then 7%% later.\n", None), "It rose 5%% and then 7%% later.");
    }

    #[test]
    fn only_a_heading_at_the_top_ends_a_section() {
        for inner in ["> # Note\n> q", "- # Note", "- Band\n  ---\n  SECRET", "[^n]:\n    ## Note"] {
            let text = format!("## Pay {{audience=managers}}\n\nx\n\n{inner}\n\nSECRET\n\n## Next\n\nz\n");
            let left = redacted(&text, None).0;
            assert!(!left.contains("SECRET") && left.ends_with("## Next z"), "{text}: {left}");
        }
    }

    #[test]
    fn commands_that_write_see_everything() {
        let config = config();
        let visible = Visible::everything();
        let reading = crate::chapter::markdown::reading(&SourcePath::new("a.md"), Kind::Page, &config);
        let rules = Rules { visible: &visible, config: &config, reading };
        let found = redact("## A {audience=nobody}\n\nx\n\n::: managers\ny\n:::\n", rules);
        assert!(found.text.contains('x') && found.text.contains('y'));
        assert_eq!(found.remarks.len(), 2);
    }
}
