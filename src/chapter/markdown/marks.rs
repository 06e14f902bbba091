//! Marks what must keep its place in the HTML of a chapter while it is sanitized.
//!
//! Input: none. Output: [`Mark`]s at byte offsets. Never looks at the HTML itself.

use crate::chapter::document::Hole;
use crate::text::diagnostic::Span;

/// Something that must stay at its place in the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Hole(Hole),
    ProseStart,
    ProseEnd,
    /// The end of a block at the top: its span and its heading's number.
    BlockEnd(Span, Option<u32>),
    StatementStart(u32),
    StatementEnd(u32),
    ExampleStart,
    ExampleEnd,
}

impl Mark {
    /// Tells whether the mark stands inside a tag.
    pub fn is_attribute(&self) -> bool {
        use Hole::{CalloutAttributes, Href, Poster, Src, TableAttributes};
        matches!(self, Self::Hole(TableAttributes(..) | CalloutAttributes(_) | Href(_) | Poster(_) | Src(_)))
    }
}

/// Marks at byte offsets, rising.
pub type Marks = Vec<(u32, Mark)>;
