//! Finds the syntax for the language that a fence names, and the class for a scope.
//!
//! Input: the syntaxes as they are shipped, and the tables below. Output: [`Languages`]. Never
//! looks at code.

use std::cmp::Reverse;
use std::collections::HashMap;

use syntect::parsing::Scope;

use super::grammar::Grammars;

/// The syntaxes and the table that maps their scopes to classes.
pub(super) struct Languages {
    /// The grammars of the syntaxes.
    pub(super) grammars: Grammars,
    by_name: HashMap<String, usize>,
    rules: Vec<(Scope, Option<char>)>,
}

impl Languages {
    /// Unpacks the syntaxes. Each is decoded further and compiled when it is first used.
    pub(super) fn load() -> Self {
        let syntaxes = two_face::syntax::extra_newlines();
        let shown = || syntaxes.syntaxes().iter().enumerate().filter(|(_, syntax)| !syntax.hidden);
        let extensions = shown().flat_map(|(n, syntax)| syntax.file_extensions.iter().map(move |name| (name, n)));
        // A language's own name takes precedence over another language's file extension.
        let names = extensions.chain(shown().map(|(n, syntax)| (&syntax.name, n)));
        let mut by_name: HashMap<String, usize> = names.map(|(name, n)| (name.to_lowercase(), n)).collect();
        for (name, aliases) in ALIASES {
            if let Some(&n) = by_name.get(*name) {
                by_name.extend(aliases.iter().map(|alias| ((*alias).to_owned(), n)));
            }
        }
        // Text without structure isn't colored.
        by_name.retain(|_, n| syntaxes.syntaxes()[*n].name != "Plain Text");
        Self { rules: rules(), by_name, grammars: Grammars::new(syntaxes) }
    }

    /// Finds a syntax's number.
    pub(super) fn find(&self, language: &str) -> Option<usize> {
        self.by_name.get(language).or_else(|| self.by_name.get(&language.to_lowercase())).copied()
    }

    /// Returns a syntax's name.
    pub(super) fn name(&self, syntax: usize) -> &str {
        self.grammars.syntaxes.syntaxes().get(syntax).map_or("", |syntax| &syntax.name)
    }

    /// Returns the class of the innermost scope that a rule is a prefix of. The longest such rule
    /// counts.
    pub(super) fn class(&self, stack: &[Scope]) -> Option<char> {
        let rule = |scope: &Scope| self.rules.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        stack.iter().rev().find_map(rule)?.1
    }
}

/// Names and extensions that the syntaxes have, each with other names that authors use for it.
const ALIASES: &[(&str, &[&str])] = &[
    (".env", &["env"]),
    ("asm", &["x86asm"]),
    ("c", &["h"]),
    ("cpp", &["c++"]),
    ("cs", &["csharp"]),
    ("diff", &["udiff"]),
    ("dockerfile", &["docker"]),
    ("fs", &["fsharp"]),
    ("go", &["golang"]),
    ("js", &["cjs", "javascript", "jsx", "mjs", "node"]),
    ("json", &["json5", "jsonc", "jsonl"]),
    ("lisp", &["elisp", "emacs-lisp"]),
    ("matlab", &["octave"]),
    ("objective-c", &["objc", "objectivec"]),
    ("python", &["python3"]),
    ("sh", &["console", "ksh", "shell", "shell-session", "shellscript", "shellsession", "terminal"]),
    ("sql", &["mysql", "plsql", "postgres", "postgresql", "sqlite"]),
    ("vue", &["vuejs"]),
];

/// Classes and their scopes, listed as in a theme for an editor. A class of `None` ends the search,
/// so that code within a string isn't colored as a string.
///
/// The scopes come from Sublime Text's scope naming guide. The longest matching prefix counts.
const SCOPES: &[(Option<char>, &str)] = &[
    (None, "source, text, meta.interpolation, meta.embedded"),
    (Some('k'), "keyword, keyword.operator.word, keyword.operator.logical.python, storage, entity.name.import"),
    (Some('o'), "keyword.operator"),
    (Some('s'), "string, markup.raw, markup.underline.link, meta.link"),
    (Some('s'), "punctuation.definition.string, punctuation.definition.raw"),
    (Some('n'), "constant.numeric, constant.other.timestamp, keyword.other.unit"),
    (Some('n'), "punctuation.separator.decimal, punctuation.separator.date, punctuation.separator.time"),
    (Some('b'), "constant, support.constant, variable.language, support.variable"),
    (Some('e'), "constant.character.escape, constant.other.placeholder"),
    (Some('c'), "comment, punctuation.definition.comment"),
    (Some('f'), "entity.name.function, variable.function, support.function, support.macro, entity.name.macro"),
    (Some('t'), "entity.name, entity.other.inherited-class, support.type, support.class, storage.type.primitive"),
    (Some('v'), "variable.parameter, variable.other.readwrite.shell, punctuation.definition.variable"),
    (Some('p'), "punctuation"),
    (Some('a'), "entity.other.attribute-name, meta.annotation, variable.annotation, storage.type.annotation"),
    (Some('a'), "meta.attribute"),
    (Some('g'), "entity.name.tag, punctuation.definition.tag, support.type.property-name, meta.property-name"),
    (Some('h'), "entity.name.section, markup.heading, punctuation.definition.heading"),
    (Some('h'), "meta.diff.header, meta.diff.range"),
    (Some('i'), "markup.inserted, punctuation.definition.inserted"),
    (Some('d'), "markup.deleted, punctuation.definition.deleted"),
];

/// Parses the table and sorts it by prefix length, longest first.
fn rules() -> Vec<(Scope, Option<char>)> {
    let scopes = SCOPES.iter().flat_map(|(class, list)| list.split(", ").map(|prefix| (prefix, *class)));
    let mut rules: Vec<_> = scopes.filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, class))).collect();
    rules.sort_by_key(|(prefix, _)| Reverse(prefix.len()));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alias_has_a_syntax_and_every_scope_is_valid() {
        let languages = Languages::load();
        for (name, aliases) in ALIASES {
            for alias in *aliases {
                assert!(languages.find(alias).is_some(), "{alias}: {name}");
            }
        }
        assert_eq!(languages.rules.len(), SCOPES.iter().map(|(_, list)| list.split(", ").count()).sum::<usize>());
    }
}
