//! Recognizes the directives of `MyST`, which Sphinx and Jupyter Book read: a name in braces behind a
//! fence or colons, an argument, and options on the lines below.
//!
//! Input: the first line of a block, and what follows it. Output: a [`Directive`] and its [`Options`].
//! Never decides where the block ends.

use std::ops::Range;

use super::names::is_callout;
use crate::text::attribute::is_of_label;

/// What becomes of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Its text is Markdown, shown as a callout.
    Callout,
    /// Its text is Markdown, shown as a part with a heading.
    Tab,
    /// Its text is Markdown, below the argument.
    Titled,
    /// Its text is Markdown, and the argument says nothing to readers.
    Bare,
    /// Its text is the caption of a picture, which the argument names.
    Picture,
    /// Its text is a list of terms and what they mean.
    Terms,
    /// Its text is code in the language that the argument names.
    Code,
    /// Its text is drawn, as a code block in this language is.
    Drawn(&'static str),
    /// It says nothing to readers, because navigation does.
    Silent,
    /// It can't be shown.
    Gone,
    /// It isn't known.
    Unknown,
}

/// The first line of a directive, with ranges in that line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub name: String,
    pub is: Use,
    /// What follows the name.
    pub argument: Range<usize>,
}

/// The options of a directive, with ranges in the text that they were read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where the lines of the options end.
    pub end: usize,
    pub name: Option<Range<usize>>,
    pub alt: Option<Range<usize>>,
    pub caption: Option<Range<usize>>,
}

/// The maximum number of lines with options.
const MOST: usize = 40;

/// Reads a line that begins with a fence or colons, and a name in braces.
pub fn read(line: &str) -> Option<Directive> {
    let sign = line.chars().next().filter(|sign| matches!(sign, '`' | '~' | ':'))?;
    let start = line.len() - line.trim_start_matches(sign).len();
    let rest = line[start..].trim_start();
    let name = rest.strip_prefix('{')?;
    let name = &name[..name.find('}')?];
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+');
    if start < 3 || !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(is_of_name) {
        return None;
    }
    let at = line.len() - rest.len() + name.len() + 2;
    let argument = line[at..].trim();
    let from = line.len() - line[at..].trim_start().len();
    let name = name.to_lowercase();
    Some(Directive { is: use_of(&name), name, argument: from..from + argument.len() })
}

fn use_of(name: &str) -> Use {
    match name {
        "dropdown" | "toggle" => Use::Callout,
        "tab-item" => Use::Tab,
        "card" | "grid-item-card" | "sidebar" | "topic" | "rubric" | "table" | "list-table" | "margin" | "exercise"
        | "solution" | "centered" | "versionadded" | "versionchanged" | "versionremoved" | "deprecated" => Use::Titled,
        "grid" | "grid-item" | "div" | "container" | "figure-md" | "tab-set" | "epigraph" | "pull-quote"
        | "highlights" | "compound" | "hlist" | "only" | "line-block" | "card-carousel" | "myst-example" | "aside" => {
            Use::Bare
        }
        "figure" | "image" => Use::Picture,
        "glossary" => Use::Terms,
        "code" | "code-block" | "sourcecode" | "code-cell" | "parsed-literal" | "prompt" => Use::Code,
        "math" => Use::Drawn("math"),
        "mermaid" => Use::Drawn("mermaid"),
        "toctree" | "contents" | "tableofcontents" | "index" | "currentmodule" | "highlight" => Use::Silent,
        "bibliography" | "eval-rst" | "raw" | "include" | "literalinclude" => Use::Gone,
        name if is_callout(name) => Use::Callout,
        _ => Use::Unknown,
    }
}

impl Directive {
    /// Returns whether its text is Markdown.
    pub fn has_text(&self) -> bool {
        matches!(self.is, Use::Callout | Use::Tab | Use::Titled | Use::Bare | Use::Picture | Use::Terms)
    }

    /// Returns the name of the callout that it is shown as.
    pub fn callout(&self) -> &str {
        if matches!(self.name.as_str(), "dropdown" | "toggle") { "details" } else { &self.name }
    }
}

/// Reads the options at the start of what follows the first line: YAML between `---`, or lines such as
/// `:name: x`.
pub fn options(text: &str) -> Options {
    let mut options = Options::default();
    let mut at = 0;
    let is_yaml = text.lines().next().is_some_and(|line| line.trim() == "---");
    for (n, line) in text.split_inclusive('\n').take(MOST).enumerate() {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let words = line.trim();
        if is_yaml && words == "---" {
            if n > 0 {
                options.end = at;
                return options;
            }
            continue;
        }
        let option = if is_yaml { Some(words) } else { words.strip_prefix(':') };
        let parts = option.and_then(|option| option.split_once(':'));
        let Some((key, _)) = parts.filter(|(key, _)| is_yaml || !key.is_empty() && key.chars().all(is_of_label)) else {
            if is_yaml {
                continue;
            }
            break;
        };
        let value_at = start + usize::from(!is_yaml) + key.len() + 1;
        options.add(key, text, value_at..start + words.len());
        if !is_yaml {
            options.end = at;
        }
    }
    if is_yaml { Options::default() } else { options }
}

impl Options {
    fn add(&mut self, key: &str, text: &str, range: Range<usize>) {
        let value = text[range.clone()].trim().trim_matches(['"', '\'']);
        if value.is_empty() {
            return;
        }
        let start = range.start + text[range].find(value).unwrap_or(0);
        let found = Some(start..start + value.len());
        match key {
            "name" | "label" if value.chars().all(is_of_label) => self.name = found,
            "alt" => self.alt = found,
            "caption" => self.caption = found,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_has_a_name_in_braces_and_an_argument() {
        let found = read("```{figure} a b.png ").unwrap();
        assert_eq!((found.name.as_str(), found.is, found.argument), ("figure", Use::Picture, 12..19));
        assert_eq!(read(":::{note}").map(|found| found.is), Some(Use::Callout));
        assert_eq!(read("~~~ {Code-Block} js").map(|found| found.is), Some(Use::Code));
        for line in ["```js", "```{.js}", "``{note}", "```{}", "```{note", "```{r, echo=FALSE}", "{note}"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn options_are_yaml_or_lines_with_colons() {
        let text = "---\nname: x\nalt: \"a: b\"\n---\nText\n";
        let found = options(text);
        assert_eq!((&text[found.name.unwrap()], &text[found.alt.unwrap()]), ("x", "a: b"));
        assert_eq!(&text[found.end..], "Text\n");
        let text = "  :name: x\n  :class: y\n\n:alt: no\n";
        let found = options(text);
        assert_eq!((&text[found.name.unwrap()], found.alt, &text[found.end..]), ("x", None, "\n:alt: no\n"));
        for text in ["", "Text\n", ":: x\n", ": a: b\n", "---\nname: x\n"] {
            assert_eq!(options(text), Options::default(), "{text}");
        }
    }
}
