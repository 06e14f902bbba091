//! Provides the wording for problems that redaction found in a chapter.
//!
//! Input: a [`Remark`] and the configuration. Output: the message and help of a finding. Never
//! looks at the text or hides anything.

use std::ops::Range;

use super::structure::Shield;
use crate::declare::config::Config;

/// A problem that redaction found; ranges are byte offsets in the given text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// An audience that `handbook.toml` doesn't declare.
    Unknown(String, Range<usize>),
    /// A `:::` block for an audience, or a comment, that is never closed.
    Unclosed(Range<usize>),
    /// Something that looks like an audience mark but isn't understood.
    Misread(Misread, Range<usize>),
}

impl Remark {
    /// Returns the range of the problem in the text.
    pub fn range(&self) -> &Range<usize> {
        match self {
            Self::Unknown(_, range) | Self::Unclosed(range) | Self::Misread(_, range) => range,
        }
    }
}

/// The reason why a mark isn't understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misread {
    /// A `:::` line in an unknown form.
    Line,
    /// A closing `:::` when no block is open.
    Stray,
    /// A `:::` line in a different list item or quote than the block it would close, or in a
    /// footnote.
    Elsewhere,
    /// A `:::` with more or fewer colons than the block it would close.
    Count,
    /// A heading for an audience inside a list or quote.
    NestedHeading,
    /// Text with a line of dashes directly below it, which ends a section for an audience.
    Underlined,
    /// More than one audience in one mark.
    Several,
    /// A mark inside code or HTML, where it has no effect.
    Shielded(Shield),
    /// A mark inside a `%%` comment.
    Commented,
    /// A word such as `audience=` anywhere else.
    Word,
    /// `{managers}` without `audience=`.
    Name,
    /// Text that looks like front matter but isn't at the top of the file.
    Block,
    /// Front matter that can't be read or whose `audience` isn't one name.
    Field,
    /// `audience=` in the text that would be published.
    Published,
    /// Blocks, lists or quotes nested so deeply that it isn't clear what a mark refers to.
    Deep,
}

impl Misread {
    /// Returns what is wrong, in terms an author understands.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Line => "this `:::` line is not understood, so what follows is hidden",
            Self::Stray => "this `:::` closes nothing, so the chapter is hidden",
            Self::Elsewhere => {
                "this `:::` line is indented differently from the block it belongs to, so the text is hidden"
            }
            Self::Count => "this line has more or fewer colons than the block it would close, so the chapter is hidden",
            Self::NestedHeading => "a heading in a list or quote cannot be for an audience, so the chapter is hidden",
            Self::Underlined => {
                "the line below this text makes it a heading, which ends the section for an audience, so the chapter is hidden"
            }
            Self::Several => "this mark names more than one audience, so the chapter is hidden",
            Self::Shielded(Shield::Indented) => "this audience mark is indented like code, so the chapter is hidden",
            Self::Shielded(Shield::OpenFence) => {
                "this audience mark is in a code block that is not closed properly, so the chapter is hidden"
            }
            Self::Shielded(Shield::Template) => {
                "this audience mark is in a template, which is a file without audiences, so the chapter is hidden"
            }
            Self::Shielded(Shield::Info) => {
                "this audience mark is on the first line of a code block, where it has no effect, so the chapter is hidden"
            }
            Self::Shielded(Shield::LongSpan | Shield::Example) => {
                "this audience mark is between two backticks on different lines, so the chapter is hidden"
            }
            Self::Shielded(Shield::Directive) => {
                "this audience mark is in a block with a name in braces, where it has no effect, so the chapter is hidden"
            }
            Self::Shielded(Shield::Html) => "this audience mark is inside raw HTML, so the chapter is hidden",
            Self::Shielded(Shield::Removed) => {
                "this audience mark is inside syntax of another generator that isn't shown, so the chapter is hidden"
            }
            Self::Commented => "this audience mark is inside a `%%` comment, so the chapter is hidden",
            Self::Word => "this looks like an audience mark, so the chapter is hidden",
            Self::Name => "this names an audience without `audience=`, so the chapter is hidden",
            Self::Block => "this looks like front matter that is not read, so the chapter is hidden",
            Self::Field => "this chapter's audience cannot be read, so the chapter is hidden",
            Self::Published => "`audience=` would be published as text, so the chapter is hidden",
            Self::Deep => "this is nested so deeply that audience marks can't be read, so the chapter is hidden",
        }
    }

    /// Returns how to fix it.
    #[must_use]
    pub fn help(self, config: &Config) -> String {
        let name = config.audiences.keys().next().map_or("managers", String::as_str);
        let block = format!("write a line `::: {{audience={name}}}` before the text and a line `:::` after it");
        match self {
            Self::Line => format!("{block}, each with a blank line on both sides"),
            Self::Stray => format!("remove it, or {block}"),
            Self::Elsewhere => {
                "begin both `:::` lines at the same column, each with a blank line on both sides".to_owned()
            }
            Self::Count => "close a block with as many colons as it was opened with".to_owned(),
            Self::NestedHeading => block,
            Self::Underlined => "put a blank line between the two, or write the heading with `##`".to_owned(),
            Self::Several => "name one, and let `includes` in handbook.toml say who else may read it".to_owned(),
            Self::Shielded(Shield::Indented) => {
                "remove the indentation, or put the example between lines of three backticks".to_owned()
            }
            Self::Shielded(Shield::OpenFence) => "close each code block with a line of its own backticks".to_owned(),
            Self::Shielded(Shield::Template) => {
                format!("leave it out, or {block} around the whole template")
            }
            Self::Shielded(Shield::Info | Shield::Directive) => format!("{block}, around the code block"),
            Self::Shielded(Shield::LongSpan | Shield::Example) => {
                "close the backtick on its own line, or write `\\`` where a backtick is meant".to_owned()
            }
            Self::Shielded(Shield::Html) => {
                "close the HTML and leave a blank line before the mark, or remove the mark".to_owned()
            }
            Self::Shielded(Shield::Removed) => format!("{block}, outside of that syntax"),
            Self::Commented => "move the comment's `%%` so that it contains no mark, or remove the mark".to_owned(),
            Self::Word => {
                format!("{block}, or end a heading with `{{audience={name}}}`; an example belongs between backticks")
            }
            Self::Name => format!("write `{{audience={name}}}` at the end of a heading, or {block}"),
            Self::Block => {
                "make `---` the first line of the file, with the fields below it and another `---` after them"
                    .to_owned()
            }
            Self::Field => format!("write one line `audience: {name}` in the front matter"),
            Self::Published => format!("{block}; an example belongs between backticks"),
            Self::Deep => "close the blocks, lists or quotes that should end before it".to_owned(),
        }
    }
}
