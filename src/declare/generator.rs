//! Recognizes the site generator that a folder of Markdown was written for.
//!
//! Input: the names, and where a name alone doesn't suffice the bytes, of files in the project's
//! folder. Output: a [`Generator`]. Never runs a generator's configuration, and never decides what
//! follows from the answer.

use crate::declare::fields::{Read, Report, Shape};
use crate::declare::kind::choice;
use crate::text::front_matter::Value;
use crate::text::source::Sources;

choice! {
    /// A site generator, or a program for notes, other than ours.
    Generator {
        /// `MkDocs`, with or without the theme Material.
        MkDocs "mkdocs",
        /// Docusaurus.
        Docusaurus "docusaurus",
        /// Jekyll, also as GitHub Pages runs it.
        Jekyll "jekyll",
        /// Hugo.
        Hugo "hugo",
        /// `mdBook`.
        MdBook "mdbook",
        /// Obsidian, also as published by Quartz.
        Obsidian "obsidian",
        /// `GitBook` and `HonKit`.
        GitBook "gitbook",
        /// Astro with Starlight.
        Starlight "starlight",
        /// Astro without Starlight.
        Astro "astro",
        /// `VitePress` and `VuePress`.
        VitePress "vitepress",
        /// Quarto and R Markdown's bookdown.
        Quarto "quarto",
        /// Sphinx with `MyST`.
        Sphinx "sphinx",
        /// Eleventy.
        Eleventy "eleventy",
        /// Zola.
        Zola "zola",
        /// Gatsby.
        Gatsby "gatsby",
        /// Nuxt.
        Nuxt "nuxt",
        /// Next.js, also with Nextra.
        Next "next",
        /// docsify.
        Docsify "docsify",
        /// Middleman.
        Middleman "middleman",
    }
}

/// A file or folder that identifies a generator: its path from the project's folder, and the words of
/// which the file contains at least one, if its name alone doesn't suffice.
type Mark = (&'static str, &'static [&'static str], Generator);

/// The marks; the first one that is found decides. A generator that others build on comes after them,
/// and so does a mark that projects of other generators may have too.
const MARKS: &[Mark] = &[
    ("docusaurus.config.js", &[], Generator::Docusaurus),
    ("docusaurus.config.ts", &[], Generator::Docusaurus),
    ("docusaurus.config.mjs", &[], Generator::Docusaurus),
    ("docusaurus.config.cjs", &[], Generator::Docusaurus),
    ("website/docusaurus.config.js", &[], Generator::Docusaurus),
    ("website/docusaurus.config.ts", &[], Generator::Docusaurus),
    ("docs/docusaurus.config.js", &[], Generator::Docusaurus),
    ("docs/docusaurus.config.ts", &[], Generator::Docusaurus),
    ("mkdocs.yml", &[], Generator::MkDocs),
    ("mkdocs.yaml", &[], Generator::MkDocs),
    (".config/mkdocs.yml", &[], Generator::MkDocs),
    ("quartz.config.ts", &[], Generator::Obsidian),
    ("hugo.toml", &[], Generator::Hugo),
    ("hugo.yaml", &[], Generator::Hugo),
    ("hugo.yml", &[], Generator::Hugo),
    ("hugo.json", &[], Generator::Hugo),
    ("config/_default/hugo.toml", &[], Generator::Hugo),
    ("config/_default/config.toml", &[], Generator::Hugo),
    ("config/_default/hugo.yaml", &[], Generator::Hugo),
    ("config/_default/config.yaml", &[], Generator::Hugo),
    ("config/_default/config.yml", &[], Generator::Hugo),
    ("astro.config.mjs", &["starlight"], Generator::Starlight),
    ("astro.config.ts", &["starlight"], Generator::Starlight),
    ("astro.config.js", &["starlight"], Generator::Starlight),
    ("docs/astro.config.mjs", &["starlight"], Generator::Starlight),
    ("docs/astro.config.ts", &["starlight"], Generator::Starlight),
    (".vitepress", &[], Generator::VitePress),
    (".vuepress", &[], Generator::VitePress),
    ("docs/.vitepress", &[], Generator::VitePress),
    ("docs/.vuepress", &[], Generator::VitePress),
    ("package.json", &["\"vitepress\"", "\"vuepress\""], Generator::VitePress),
    ("astro.config.mjs", &[], Generator::Astro),
    ("astro.config.ts", &[], Generator::Astro),
    ("astro.config.js", &[], Generator::Astro),
    ("_quarto.yml", &[], Generator::Quarto),
    ("_quarto.yaml", &[], Generator::Quarto),
    ("_bookdown.yml", &[], Generator::Quarto),
    ("book.toml", &[], Generator::MdBook),
    ("config.toml", &["base_url"], Generator::Zola),
    ("config.toml", &["baseURL", "baseurl"], Generator::Hugo),
    ("config.yaml", &["baseURL", "baseurl"], Generator::Hugo),
    ("config.yml", &["baseURL", "baseurl"], Generator::Hugo),
    (".gitbook.yaml", &[], Generator::GitBook),
    (".gitbook.yml", &[], Generator::GitBook),
    (".gitbook", &[], Generator::GitBook),
    ("book.json", &[], Generator::GitBook),
    ("eleventy.config.js", &[], Generator::Eleventy),
    ("eleventy.config.mjs", &[], Generator::Eleventy),
    ("eleventy.config.cjs", &[], Generator::Eleventy),
    (".eleventy.js", &[], Generator::Eleventy),
    ("gatsby-config.js", &[], Generator::Gatsby),
    ("gatsby-config.ts", &[], Generator::Gatsby),
    ("nuxt.config.js", &[], Generator::Nuxt),
    ("nuxt.config.ts", &[], Generator::Nuxt),
    ("next.config.js", &[], Generator::Next),
    ("next.config.mjs", &[], Generator::Next),
    ("next.config.ts", &[], Generator::Next),
    ("conf.py", &["extensions", "project"], Generator::Sphinx),
    ("docs/conf.py", &["extensions", "project"], Generator::Sphinx),
    ("source/conf.py", &["extensions", "project"], Generator::Sphinx),
    ("docs/source/conf.py", &["extensions", "project"], Generator::Sphinx),
    ("_toc.yml", &["chapters", "parts", "- file"], Generator::Sphinx),
    ("docs/_toc.yml", &["chapters", "parts", "- file"], Generator::Sphinx),
    ("book/_toc.yml", &["chapters", "parts", "- file"], Generator::Sphinx),
    ("book/website/_toc.yml", &["chapters", "parts", "- file"], Generator::Sphinx),
    ("_config.yml", &["sphinx:"], Generator::Sphinx),
    ("_config.yml", &[], Generator::Jekyll),
    ("_config.yaml", &[], Generator::Jekyll),
    ("docs/_config.yml", &[], Generator::Jekyll),
    (".obsidian", &[], Generator::Obsidian),
    ("publish.css", &[], Generator::Obsidian),
    ("index.html", &["docsify"], Generator::Docsify),
    ("docs/index.html", &["docsify"], Generator::Docsify),
    ("config.rb", &["middleman", "govuk_tech_docs", "activate :"], Generator::Middleman),
    ("config/tech-docs.yml", &[], Generator::Middleman),
    ("content/_index.md", &[], Generator::Hugo),
    ("SUMMARY.md", &[], Generator::GitBook),
];

/// The files in which Jupyter Book lists its chapters.
pub const TOCS: &[&str] = &["_toc.yml", "docs/_toc.yml", "book/_toc.yml", "book/website/_toc.yml"];

impl Generator {
    /// Lists the files and folders by which generators are recognized, as paths from the project's
    /// folder.
    pub fn marks() -> impl Iterator<Item = &'static str> {
        MARKS.iter().map(|(path, ..)| *path)
    }

    /// Returns the generator whose marks are among the files of a project, or `None` if there are
    /// none.
    pub fn of(sources: &Sources) -> Option<Self> {
        Self::found(|path| sources.mark(path))
    }

    /// Returns the generator of the first mark for which `bytes` returns what the file contains; a
    /// folder contains nothing.
    pub fn found<'a>(bytes: impl Fn(&str) -> Option<&'a [u8]>) -> Option<Self> {
        let says = |(path, words, _): &&Mark| {
            bytes(path).is_some_and(|bytes| words.is_empty() || words.iter().any(|word| contains(bytes, word)))
        };
        MARKS.iter().find(says).map(|(.., generator)| *generator)
    }

    /// Returns the name under which people know the generator.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MkDocs => "MkDocs",
            Self::Docusaurus => "Docusaurus",
            Self::Jekyll => "Jekyll",
            Self::Hugo => "Hugo",
            Self::MdBook => "mdBook",
            Self::Obsidian => "Obsidian",
            Self::GitBook => "GitBook",
            Self::Starlight => "Starlight",
            Self::Astro => "Astro",
            Self::VitePress => "VitePress",
            Self::Quarto => "Quarto",
            Self::Sphinx => "Sphinx",
            Self::Eleventy => "Eleventy",
            Self::Zola => "Zola",
            Self::Gatsby => "Gatsby",
            Self::Nuxt => "Nuxt",
            Self::Next => "Next.js",
            Self::Docsify => "docsify",
            Self::Middleman => "Middleman",
        }
    }

    /// Returns what a folder of Markdown for this generator is called in a sentence. `sources` may say
    /// which theme is used.
    pub fn described(self, sources: &Sources) -> String {
        let is_material = ["mkdocs.yml", "mkdocs.yaml"].iter().filter_map(|path| sources.mark(path));
        let is_material = is_material.into_iter().any(|bytes| contains(bytes, "material"));
        match self {
            Self::MkDocs if is_material => "a MkDocs Material project".to_owned(),
            Self::Obsidian => "an Obsidian vault".to_owned(),
            Self::Sphinx if TOCS.iter().any(|path| sources.mark(path).is_some()) => "a Jupyter Book project".to_owned(),
            Self::Astro | Self::Eleventy | Self::MdBook => format!("an {} project", self.title()),
            _ => format!("a {} project", self.title()),
        }
    }

    /// Returns whether the generator draws formulas between dollar signs, always or because its
    /// configuration says so.
    #[must_use]
    pub fn draws_formulas(self, sources: &Sources) -> bool {
        let word = match self {
            Self::Obsidian | Self::Quarto => return true,
            Self::MkDocs => "pymdownx.arithmatex",
            Self::MdBook => "mathjax-support = true",
            Self::Docusaurus => "remark-math",
            Self::Hugo => "passthrough",
            _ => return false,
        };
        let paths = MARKS.iter().filter(|(.., generator)| *generator == self).map(|(path, ..)| *path);
        paths.filter_map(|path| sources.mark(path)).any(|bytes| contains(bytes, word))
    }

    /// Returns the folder whose files the generator publishes unchanged; it isn't part of the URLs of
    /// its files.
    #[must_use]
    pub fn static_folder(self) -> Option<&'static str> {
        match self {
            Self::Docusaurus | Self::Hugo | Self::Zola | Self::Gatsby => Some("static"),
            Self::Starlight | Self::Astro | Self::VitePress | Self::Nuxt | Self::Next => Some("public"),
            _ => None,
        }
    }
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_is_recognized_by_a_file_and_where_necessary_by_a_word_in_it() {
        let of = |files: &[(&str, &str)]| Generator::of(&Sources::from_texts(files.iter().copied()));
        assert_eq!(of(&[("index.md", "")]), None);
        assert_eq!(of(&[("mkdocs.yml", "")]), Some(Generator::MkDocs));
        assert_eq!(of(&[("config.toml", "baseURL = 'x'")]), Some(Generator::Hugo));
        assert_eq!(of(&[("config.toml", "base_url = 'x'")]), Some(Generator::Zola));
        assert_eq!(of(&[("package.json", "{}")]), None);
        assert_eq!(of(&[("_config.yml", "title: X")]), Some(Generator::Jekyll));
        assert_eq!(of(&[("_config.yml", "sphinx:\n  x: 1")]), Some(Generator::Sphinx));
        let book = Sources::from_texts([("book/_toc.yml", "root: x\nchapters:\n- file: a")]);
        assert_eq!(Generator::of(&book).map(|found| found.described(&book)).as_deref(), Some("a Jupyter Book project"));
        assert_eq!(of(&[("astro.config.mjs", "import starlight"), ("package.json", "{}")]), Some(Generator::Starlight));
        assert_eq!(of(&[("SUMMARY.md", ""), ("book.toml", "")]), Some(Generator::MdBook));
    }

    #[test]
    fn formulas_are_drawn_where_the_generator_draws_them() {
        let draws = |path: &str, text: &str| {
            let sources = Sources::from_texts([(path, text)]);
            Generator::of(&sources).map(|generator| generator.draws_formulas(&sources))
        };
        assert_eq!(draws("quartz.config.ts", ""), Some(true));
        assert_eq!(draws("mkdocs.yml", "markdown_extensions:\n  - pymdownx.arithmatex:\n"), Some(true));
        assert_eq!(draws("mkdocs.yml", "site_name: x"), Some(false));
        assert_eq!(draws("book.toml", "[output.html]\nmathjax-support = true\n"), Some(true));
    }

    #[test]
    fn every_generator_has_a_mark() {
        for generator in Generator::ALL {
            assert!(MARKS.iter().any(|(.., of_mark)| *of_mark == generator), "{}", generator.title());
        }
    }
}
