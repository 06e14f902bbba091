//! Names the kinds of syntax that are taken out of a chapter because nothing here understands them.
//!
//! Input: a [`Foreign`]. Output: its words in findings. Never looks at a text.

use borsh::{BorshDeserialize, BorshSerialize};

/// A kind of foreign syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshDeserialize, BorshSerialize)]
pub enum Foreign {
    /// `{% tag %}`.
    LiquidTag,
    /// `{{ expression }}`.
    Expression,
    /// `<%= expression %>`.
    Template,
    /// `{{< shortcode >}}`.
    Shortcode,
    /// `import` and `export`.
    Import,
    /// `<Component />`.
    Component,
    /// `{expression}` in MDX.
    Braces,
    /// `:::name` with a name that no callout has.
    Block,
    /// An inclusion of a file.
    Inclusion,
    /// An icon of a set of icons.
    Icon,
    /// `{role}` in front of text in backticks.
    Role,
    /// A directive of `MyST`.
    Directive,
    /// `::: package.module`, where the description of code is inserted.
    Code,
    /// A link to the description of code.
    CodeLink,
    /// Something that says nothing to readers: attributes, comments and marks of verbatim text.
    Silent,
}

impl Foreign {
    /// Returns whether its value stands in its place.
    #[must_use]
    pub fn is_expression(self) -> bool {
        matches!(self, Self::Expression | Self::Template | Self::Shortcode | Self::LiquidTag | Self::Braces)
    }

    /// Returns whether somebody might miss it.
    #[must_use]
    pub fn is_counted(self) -> bool {
        self != Self::Silent
    }
}

impl Foreign {
    /// Returns the generators that the syntax belongs to.
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::LiquidTag | Self::Expression => "Jekyll, Eleventy or another generator with Liquid",
            Self::Template => "Middleman or another generator with ERB or EJS",
            Self::Shortcode => "Hugo",
            Self::Import | Self::Component | Self::Braces => "MDX",
            Self::Block => "Docusaurus, VitePress or Quarto",
            Self::Icon => "MkDocs or GitBook",
            Self::Code | Self::CodeLink => "MkDocs",
            Self::Role | Self::Directive => "Sphinx or Jupyter Book",
            Self::Silent => "another generator",
            Self::Inclusion => "MkDocs or mdBook",
        }
    }

    /// Returns what else happens to this many of the kind, to follow "isn't shown" or "aren't shown".
    #[must_use]
    pub fn outcome(self, number: usize) -> &'static str {
        match self {
            Self::LiquidTag | Self::Shortcode | Self::Component | Self::Block => ", but the text between them is",
            Self::CodeLink if number == 1 => ", but its text is",
            Self::CodeLink => ", but their text is",
            Self::Directive if number == 1 => " or is shown only as code",
            Self::Directive => " or are shown only as code",
            Self::Expression
            | Self::Template
            | Self::Braces
            | Self::Import
            | Self::Inclusion
            | Self::Icon
            | Self::Role
            | Self::Code
            | Self::Silent => "",
        }
    }

    /// Returns the name of one thing of this kind and of several.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::LiquidTag => ("Liquid tag", "Liquid tags"),
            Self::Expression => ("expression in `{{ }}`", "expressions in `{{ }}`"),
            Self::Template => ("tag in `<% %>`", "tags in `<% %>`"),
            Self::Shortcode => ("shortcode", "shortcodes"),
            Self::Import => ("import or export", "imports and exports"),
            Self::Component => ("component", "components"),
            Self::Braces => ("expression in `{ }`", "expressions in `{ }`"),
            Self::Block => ("`:::` block of an unknown type", "`:::` blocks of unknown types"),
            Self::Inclusion => ("inclusion of a file", "inclusions of files"),
            Self::Icon => ("icon", "icons"),
            Self::Role => ("role", "roles"),
            Self::Directive => ("directive", "directives"),
            Self::Code => ("description of code by a plugin", "descriptions of code by a plugin"),
            Self::CodeLink => ("link to the description of code", "links to descriptions of code"),
            Self::Silent => ("comment", "comments"),
        }
    }
}
