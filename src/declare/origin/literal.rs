//! Reads literal values in YAML and JSON, and in the configuration of generators that is JavaScript.
//!
//! Input: text. Output: a [`Literal`]. In JavaScript, an expression that isn't a literal is
//! [`Literal::Other`]. Never evaluates anything.

use crate::text::front_matter::{self, Data, Format, Value};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text, or a number or Boolean as written.
    Text(String),
    /// A list.
    List(Vec<Literal>),
    /// A table with its keys in order.
    Table(Vec<(String, Literal)>),
    /// Anything else.
    Other,
}

/// The deepest nesting of lists and tables that is read.
const DEEPEST: usize = 24;

impl Literal {
    /// Returns the text.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the items of a list.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// Returns the entries of a table.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Self::Table(entries) = self { entries } else { &[] }
    }

    /// Returns a value of a table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Reads a file of YAML or JSON.
    pub fn of_yaml(text: &str) -> Option<Self> {
        let table = front_matter::read(text, 0, Format::Yaml).ok()?;
        Some(Self::of_table(&table))
    }

    /// Reads a file of TOML.
    pub fn of_toml(text: &str) -> Option<Self> {
        Some(Self::of_table(&front_matter::read(text, 0, Format::Toml).ok()?))
    }

    fn of_table(table: &front_matter::Table) -> Self {
        Self::Table(table.entries.iter().map(|entry| (entry.key.clone(), Self::of_value(&entry.value))).collect())
    }

    fn of_value(value: &Value) -> Self {
        match &value.data {
            Data::List(items) => Self::List(items.iter().map(Self::of_value).collect()),
            Data::Table(table) => Self::of_table(table),
            Data::Null => Self::Other,
            _ => value.text().map_or(Self::Other, |text| Self::Text(text.to_owned())),
        }
    }

    /// Reads the value of one top-level key of a YAML file, whatever the other keys contain:
    /// `mkdocs.yml` may contain tags that only Python knows.
    pub fn of_key(text: &str, key: &str) -> Option<Self> {
        let mut block = String::new();
        for line in text.lines() {
            let is_other = !line.starts_with([' ', '\t', '#', '-', '}', ']']) && !line.trim().is_empty();
            if is_other {
                if !block.is_empty() {
                    break;
                }
                let has_key = line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
                if !has_key {
                    continue;
                }
            } else if block.is_empty() {
                continue;
            }
            block.push_str(line.trim_end());
            block.push('\n');
        }
        Self::of_yaml(&block)?.get(key).cloned()
    }

    /// Reads the literal that follows `key` and a `:` or `=` in JavaScript or JSON, the first one that
    /// is a list or a table if `is_nested` is set, and otherwise the first text.
    pub fn of_script(script: &str, key: &str, is_nested: bool) -> Option<Self> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        script.match_indices(key).find_map(|(at, _)| {
            let (before, after) = (&script[..at], &script[at + key.len()..]);
            if before.ends_with(is_word) {
                return None;
            }
            let after = after.trim_start_matches(['"', '\'']).trim_start();
            let after = match after.strip_prefix(':') {
                // `const sidebars: SidebarsConfig = {`
                Some(rest) => match rest.trim_start().split_once('=') {
                    Some((kind, value))
                        if is_nested
                            && kind.trim().chars().all(|c| is_word(c) || "<>[], ".contains(c))
                            && !kind.trim_start().starts_with('[') =>
                    {
                        value
                    }
                    _ => rest,
                },
                None => after.strip_prefix('=')?,
            };
            let mut reader = Reader { text: after, at: 0 };
            let value = reader.value(0);
            let fits = if is_nested { matches!(value, Self::List(_) | Self::Table(_)) } else { value.text().is_some() };
            fits.then_some(value)
        })
    }
}

/// Reads JavaScript literals.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Skips blanks and comments.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            let length = match trimmed {
                _ if trimmed.len() < rest.len() => rest.len() - trimmed.len(),
                _ if trimmed.starts_with("//") => trimmed.find('\n').unwrap_or(trimmed.len()),
                _ if trimmed.starts_with("/*") => trimmed.find("*/").map_or(trimmed.len(), |end| end + 2),
                _ => return,
            };
            self.at += length;
        }
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn value(&mut self, depth: usize) -> Literal {
        self.skip();
        let value = match self.rest().chars().next() {
            _ if depth > DEEPEST => Literal::Other,
            Some(quote @ ('"' | '\'' | '`')) => Literal::Text(self.quoted(quote)),
            Some('[') => self.list(depth),
            Some('{') => self.table(depth),
            Some(c) if c.is_ascii_digit() || c == '-' => {
                let end = self.rest().find(|c: char| !c.is_ascii_digit() && !"-.".contains(c));
                let end = self.at + end.unwrap_or(self.rest().len());
                let text = self.text[self.at..end].to_owned();
                self.at = end;
                Literal::Text(text)
            }
            _ => Literal::Other,
        };
        self.skip();
        if self.rest().is_empty() || self.rest().starts_with([',', ']', '}', ';']) || depth == 0 {
            return value;
        }
        // The literal is only the beginning of an expression.
        self.pass_over();
        Literal::Other
    }

    /// Skips an expression: everything up to the `,` or closing bracket that ends it.
    fn pass_over(&mut self) {
        let mut open = 0usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' | '\'' | '`' => {
                    self.quoted(c);
                    continue;
                }
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' | ',' if open == 0 => return,
                ')' | ']' | '}' => open -= 1,
                _ => {}
            }
            self.at += c.len_utf8();
            self.skip();
        }
    }

    fn quoted(&mut self, quote: char) -> String {
        self.at += quote.len_utf8();
        let mut out = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, c)) => out.push(c),
                    None => break,
                },
                c if c == quote => {
                    self.at += at + c.len_utf8();
                    return out;
                }
                c => out.push(c),
            }
        }
        self.at = self.text.len();
        out
    }

    fn list(&mut self, depth: usize) -> Literal {
        self.at += 1;
        let mut items = Vec::new();
        while !self.take(']') && !self.rest().is_empty() {
            let before = self.at;
            items.push(self.value(depth + 1));
            if !self.take(',') && self.at == before {
                return Literal::Other;
            }
        }
        Literal::List(items)
    }

    fn table(&mut self, depth: usize) -> Literal {
        self.at += 1;
        let mut entries = Vec::new();
        while !self.take('}') && !self.rest().is_empty() {
            let before = self.at;
            let key = if let Some(quote @ ('"' | '\'')) = self.rest().chars().next() {
                self.quoted(quote)
            } else {
                let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let end = self.rest().find(|c| !is_word(c)).unwrap_or(self.rest().len());
                let key = self.rest()[..end].to_owned();
                self.at += end;
                key
            };
            if self.take(':') && !key.is_empty() {
                let value = self.value(depth + 1);
                entries.push((key, value));
            } else {
                // A spread, a method or a shorthand.
                self.pass_over();
            }
            if !self.take(',') && self.at == before {
                return Literal::Other;
            }
        }
        Literal::Table(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_in_a_script_are_read_and_expressions_are_not() {
        let script = "// sidebar: no\nconst sidebars: SidebarsConfig = {\n  docs: [ // x\n    'a/b', { type: 'category', \"label\": `L`, items: ['c', ...more, f('d', [1])], },\n  ],\n}\n";
        let sidebars = Literal::of_script(script, "sidebars", true).unwrap();
        let docs = sidebars.get("docs").unwrap().items();
        assert_eq!(docs[0].text(), Some("a/b"));
        assert_eq!(docs[1].get("label").unwrap().text(), Some("L"));
        assert_eq!(docs[1].get("items").unwrap().items()[..2], [Literal::Text("c".into()), Literal::Other]);
        assert_eq!(
            Literal::of_script("subtitle: 'x', title: 'A \\'b\\''", "title", false).unwrap().text(),
            Some("A 'b'")
        );
        assert_eq!(Literal::of_script("title: name", "title", false), None);
        assert!(Literal::of_script("sidebar: [[[[", "sidebar", true).is_some());
    }

    #[test]
    fn one_key_of_a_file_is_read_although_another_has_a_tag() {
        let text = "a: !!python/name:x.y\nnav:\n  - A: a.md\n  # note\n- b.md\nc: !ENV [X]\n";
        let text = text.replace("\n- b.md", "\n  - b.md");
        assert_eq!(Literal::of_key(&text, "nav").unwrap().items().len(), 2);
    }
}
