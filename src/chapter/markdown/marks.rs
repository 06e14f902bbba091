//! Marks the places in a chapter's HTML that must stay where they are while the HTML is sanitized.
//!
//! Input: none. Output: [`Mark`]s at byte offsets. Never looks at the HTML itself.

use crate::chapter::document::Hole;
use crate::text::diagnostic::Span;

/// Something that must keep its place in the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Hole(Hole),
    ProseStart,
    ProseEnd,
    /// The end of a top-level block: the block's span, and the number of its heading, if any.
    BlockEnd(Span, Option<u32>),
    StatementStart(usize),
    StatementEnd(usize),
    ExampleStart,
    ExampleEnd,
}

impl Mark {
    /// Returns whether the mark is inside a tag.
    pub fn is_attribute(&self) -> bool {
        use Hole::{CalloutAttributes, Href, Poster, Src, TableAttributes};
        matches!(self, Self::Hole(TableAttributes(_) | CalloutAttributes(_) | Href(_) | Poster(_) | Src(_)))
    }
}

/// Marks and their byte offsets, in ascending order.
pub type Marks = Vec<(u32, Mark)>;
