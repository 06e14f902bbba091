//! Defines the dialects: the forms of Markdown that other generators read in addition to
//! `CommonMark` and GitHub's extensions.
//!
//! Input: `[markdown] dialects` in `handbook.toml`. Output: the set of [`Dialects`] that a
//! chapter is read with. Never looks at the text of a chapter.

use crate::declare::fields::{Read, Report, Shape};
use crate::declare::generator::Generator;
use crate::declare::kind::choice;
use crate::text::front_matter::Value;

choice! {
    /// A family of forms.
    Dialect {
        /// `:::note`, also with a title.
        Colons "colons",
        /// `{% hint %}` and `{% tabs %}`.
        Hints "hints",
        /// `!!! note` and `??? note` with indented text.
        Admonitions "admonitions",
        /// `=== "Tab"` with indented text.
        Tabs "tabs",
        /// kramdown's `{: #id .class}`.
        Attributes "attributes",
        /// `[TOC]`, `[[_TOC_]]` and `{:toc}`.
        Contents "contents",
        /// `==marked==`.
        Mark "mark",
        /// `^sup^` and `~sub~`.
        Scripts "scripts",
        /// `:tada:`.
        Emoji "emoji",
        /// `*[HTML]: Hypertext Markup Language`.
        Abbreviations "abbreviations",
        /// A line that begins with `: ` defines the line above it.
        Definitions "definitions",
        /// `{% tag %}` of Liquid, Nunjucks and Jinja.
        Liquid "liquid",
        /// `{{ expression }}`.
        Expressions "expressions",
        /// `{{< shortcode >}}` and `{{% shortcode %}}`.
        Shortcodes "shortcodes",
        /// `^id` at the end of a paragraph or a list item.
        Blocks "blocks",
        /// `import`, `export` and `<Component />`.
        Jsx "jsx",
        /// `<Component />` in Markdown, as Vue has it.
        Components "components",
        /// `{role}` in front of text in backticks, and `(label)=` of `MyST`.
        Roles "roles",
        /// `MyST`'s fences whose first line names a directive in braces.
        Directives "directives",
    }
}

/// A set of dialects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Dialects(u32);

impl Dialects {
    /// The containers and tags that can't be mistaken for anything else.
    pub const PLAIN: Self = Self::of(&[
        Dialect::Colons,
        Dialect::Hints,
        Dialect::Admonitions,
        Dialect::Tabs,
        Dialect::Attributes,
        Dialect::Contents,
        Dialect::Liquid,
        Dialect::Shortcodes,
        Dialect::Blocks,
    ]);

    /// Returns the set of these dialects.
    #[must_use]
    pub const fn of(list: &[Dialect]) -> Self {
        let mut bits = 0;
        let mut n = 0;
        while n < list.len() {
            bits |= 1 << list[n] as u32;
            n += 1;
        }
        Self(bits)
    }

    /// Returns the dialects of a generator.
    #[must_use]
    pub fn of_generator(generator: Generator) -> Self {
        use Dialect::{
            Abbreviations, Admonitions, Attributes, Blocks, Colons, Components, Contents, Definitions, Directives,
            Emoji, Expressions, Hints, Jsx, Liquid, Mark, Roles, Scripts, Shortcodes, Tabs,
        };
        let list: &[Dialect] = match generator {
            Generator::MkDocs => &[
                Admonitions,
                Tabs,
                Attributes,
                Contents,
                Emoji,
                Mark,
                Abbreviations,
                Definitions,
                Liquid,
                Expressions,
                Scripts,
            ],
            Generator::Docusaurus | Generator::Gatsby | Generator::Next => &[Colons, Jsx, Emoji],
            Generator::Jekyll => {
                &[Liquid, Expressions, Attributes, Contents, Abbreviations, Definitions, Emoji, Colons, Hints]
            }
            Generator::Eleventy => &[Liquid, Expressions, Attributes, Contents, Emoji, Colons],
            Generator::Hugo => &[Shortcodes, Emoji, Definitions, Contents, Attributes],
            Generator::Zola => &[Expressions, Liquid, Emoji],
            Generator::MdBook => &[Definitions, Contents],
            Generator::Obsidian => &[Mark, Admonitions, Blocks],
            Generator::GitBook => &[Hints, Liquid, Emoji, Colons, Contents],
            Generator::Starlight | Generator::Astro => &[Colons],
            Generator::VitePress => &[Colons, Components, Emoji, Contents, Expressions, Attributes, Mark],
            Generator::Quarto => &[Colons, Definitions, Scripts, Shortcodes, Attributes],
            Generator::Sphinx => &[Colons, Definitions, Attributes, Directives, Expressions, Roles],
            Generator::Nuxt => &[Colons, Components, Emoji],
            Generator::Docsify => &[Emoji, Admonitions, Tabs, Expressions],
            Generator::Middleman => &[Liquid, Attributes, Contents, Definitions],
        };
        Self::of(list)
    }

    /// Returns whether the set contains a dialect.
    #[must_use]
    pub const fn has(self, dialect: Dialect) -> bool {
        self.0 & (1 << dialect as u32) != 0
    }

    /// Returns whether the set contains all of another one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether the set contains nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the set without the dialects whose blocks might end or begin inside the mark of an audience.
    #[must_use]
    pub const fn certain(self) -> Self {
        Self(self.0 & !(1 << Dialect::Components as u32) & !(1 << Dialect::Directives as u32))
    }

    /// Returns the set with another dialect.
    #[must_use]
    pub const fn with(self, dialect: Dialect) -> Self {
        Self(self.0 | 1 << dialect as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_what_it_is_made_of() {
        let set = Dialects::of(&[Dialect::Colons, Dialect::Jsx]);
        let found: Vec<Dialect> = Dialect::ALL.into_iter().filter(|dialect| set.has(*dialect)).collect();
        assert_eq!(found, [Dialect::Colons, Dialect::Jsx]);
        assert!(set.with(Dialect::Mark).has(Dialect::Mark) && Dialects::default().is_empty());
        assert!(set.with(Dialect::Mark).contains(set) && !set.contains(set.with(Dialect::Mark)));
    }
}
