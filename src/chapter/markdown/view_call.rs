//! Parses a view: a paragraph that consists only of `{{ name(arg="text", n=3, list=["a", "b"]) }}`.
//!
//! Input: the source of a paragraph. Output: a typed [`View`], findings about unknown names and
//! arguments, or `None` if the text isn't a view. Never renders anything.

use std::ops::Range;

use crate::chapter::document::{Form, Reference, View};
use crate::declare::config::Config;
use crate::declare::kind::Kind;
use crate::text::diagnostic::Diagnostic;
use crate::text::near::{did_you_mean, nearest};
use crate::text::path::SourcePath;
use crate::text::rule::Rule;

use super::{Place, References};

/// The views and their arguments.
pub const VIEWS: &[(&str, &[&str])] = &[
    ("matrix", &["track", "cluster"]),
    ("compare", &["a", "b"]),
    ("ladder", &["track"]),
    ("radar", &["role"]),
    ("decisions", &["role", "strategy", "scope"]),
    ("roles", &["track"]),
    ("children", &[]),
    ("changes", &["n"]),
];

/// A call as written, with byte ranges in the source.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    name: String,
    name_range: Range<usize>,
    arguments: Vec<Argument>,
}

#[derive(Debug, PartialEq, Eq)]
struct Argument {
    name: String,
    value: Literal,
    range: Range<usize>,
    value_range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Literal {
    Text(String),
    Number(u32),
    List(Vec<String>),
}

/// The location of a call, so that findings can point at it.
pub struct Site<'a> {
    /// The chapter's file.
    pub path: &'a SourcePath,
    /// Maps offsets in the body to the file.
    pub place: Place<'a>,
    /// The byte offset in the body where the paragraph begins.
    pub offset: usize,
}

impl Site<'_> {
    fn finding(&self, range: &Range<usize>, message: String) -> Diagnostic {
        let range = self.offset + range.start..self.offset + range.end;
        Diagnostic::new(Rule::UnknownView, self.path, Some(self.place.span(&range)), message)
    }
}

/// Parses a paragraph; returns `None` if it is text, and `Some(Err)` if it is an invalid view.
pub fn read(
    source: &str,
    site: &Site<'_>,
    config: &Config,
    references: &mut References,
) -> Option<Result<View, Vec<Diagnostic>>> {
    let call = Scanner { text: source, at: 0 }.call()?;
    let Some((_, known)) = VIEWS.iter().find(|(name, _)| *name == call.name) else {
        let names = VIEWS.iter().map(|(name, _)| *name);
        let help = did_you_mean(&nearest(&call.name, names.clone(), 2))
            .unwrap_or_else(|| format!("the views are {}", names.collect::<Vec<_>>().join(", ")));
        return Some(Err(vec![site.finding(&call.name_range, format!("no view called `{}`", call.name)).help(help)]));
    };
    let mut findings = Vec::new();
    for argument in &call.arguments {
        if !known.contains(&argument.name.as_str()) {
            let help = did_you_mean(&nearest(&argument.name, known.iter().copied(), 1)).unwrap_or_else(|| {
                if known.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", known.join(", ")) }
            });
            let message = format!("view `{}` has no argument `{}`", call.name, argument.name);
            findings.push(site.finding(&argument.range, message).help(help));
        }
    }
    let mut reader = Reader { call: &call, site, config, references, findings };
    let view = reader.view();
    let findings = reader.findings;
    Some(match view {
        Some(view) if findings.is_empty() => Ok(view),
        _ => Err(findings),
    })
}

struct Reader<'a, 'b> {
    call: &'a Call,
    site: &'a Site<'a>,
    config: &'a Config,
    references: &'b mut References,
    findings: Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn view(&mut self) -> Option<View> {
        Some(match self.call.name.as_str() {
            "matrix" => View::Matrix { track: self.text("track"), cluster: self.text("cluster") },
            "compare" => {
                let a = self.chapter("a", Form::Field(Kind::Role));
                let b = self.chapter("b", Form::Field(Kind::Role));
                let (Some(a), Some(b)) = (a, b) else {
                    let message = "view `compare` needs two roles, `a` and `b`".to_owned();
                    let finding = self.site.finding(&self.call.name_range, message);
                    let help = "write {{ compare(a=\"product-manager\", b=\"product-leader\") }}";
                    self.findings.push(finding.help(help));
                    return None;
                };
                View::Compare { a, b }
            }
            "ladder" => View::Ladder { track: self.text("track") },
            "radar" => View::Radar { role: self.chapter("role", Form::Field(Kind::Role)) },
            "decisions" => View::Decisions {
                role: self.chapter("role", Form::Party),
                strategy: self.chapter("strategy", Form::Field(Kind::Strategy)),
                scope: self.text("scope"),
            },
            "roles" => View::Roles { track: self.text("track") },
            "children" => View::Children,
            "changes" => View::Changes { n: self.number("n").unwrap_or(20) },
            _ => return None,
        })
    }

    fn argument(&self, name: &str) -> Option<&Argument> {
        self.call.arguments.iter().find(|argument| argument.name == name)
    }

    fn wrong(&mut self, name: &str, wanted: &str) {
        let found = self.argument(name).map(|argument| argument.value_range.clone());
        if let Some(range) = found {
            let message = format!("`{name}` of view `{}` should be {wanted}", self.call.name);
            self.findings.push(self.site.finding(&range, message));
        }
    }

    fn text(&mut self, name: &str) -> Option<String> {
        if let Literal::Text(text) = &self.argument(name)?.value {
            Some(text.clone())
        } else {
            self.wrong(name, "text in quotes");
            None
        }
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        if let Literal::Number(n) = self.argument(name)?.value {
            Some(n)
        } else {
            self.wrong(name, "a whole number");
            None
        }
    }

    fn chapter(&mut self, name: &str, form: Form) -> Option<u32> {
        let text = self.text(name)?;
        let range = self.argument(name)?.value_range.clone();
        let span = self.site.place.span(&(self.site.offset + range.start..self.site.offset + range.end));
        let reference: Reference = crate::chapter::reference::wiki(&text, form, self.config);
        Some(self.references.add(reference, span))
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn call(mut self) -> Option<Call> {
        self.take("{{")?;
        self.space();
        let start = self.at;
        let name = self.word()?;
        let name_range = start..self.at;
        self.take("(")?;
        let mut arguments = Vec::new();
        self.space();
        while self.take(")").is_none() {
            arguments.push(self.argument()?);
            self.space();
            if self.take(",").is_some() {
                self.space();
            } else if !self.rest().starts_with(')') {
                return None;
            }
        }
        self.space();
        self.take("}}")?;
        self.space();
        self.rest().is_empty().then_some(Call { name, name_range, arguments })
    }

    fn argument(&mut self) -> Option<Argument> {
        let start = self.at;
        let name = self.word()?;
        self.space();
        self.take("=")?;
        self.space();
        let value_start = self.at;
        let value = self.literal()?;
        Some(Argument { name, value, range: start..self.at, value_range: value_start..self.at })
    }

    fn literal(&mut self) -> Option<Literal> {
        if self.rest().starts_with('"') {
            return self.quoted().map(Literal::Text);
        }
        if self.take("[").is_some() {
            let mut list = Vec::new();
            self.space();
            while self.take("]").is_none() {
                list.push(self.quoted()?);
                self.space();
                if self.take(",").is_some() {
                    self.space();
                }
            }
            return Some(Literal::List(list));
        }
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest()[..digits].parse().ok()?;
        self.at += digits;
        Some(Literal::Number(number))
    }

    fn quoted(&mut self) -> Option<String> {
        self.take("\"")?;
        let close = self.rest().find('"')?;
        let text = self.rest()[..close].to_owned();
        self.at += close + 1;
        Some(text)
    }

    fn word(&mut self) -> Option<String> {
        let length = self.rest().bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
        let word = self.rest()[..length].to_owned();
        self.at += length;
        word.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(word)
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.rest().starts_with(token).then(|| self.at += token.len())
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_and_other_shapes_are_text() {
        let call = Scanner { text: "{{ compare(a=\"x\", b = \"y\") }}\n", at: 0 }.call().unwrap();
        assert_eq!(call.name, "compare");
        assert_eq!(call.arguments[1].value, Literal::Text("y".to_owned()));
        let list = Scanner { text: "{{ a(l=[\"x\", \"y\"], n=3,) }}", at: 0 }.call().unwrap();
        assert_eq!(list.arguments[0].value, Literal::List(vec!["x".to_owned(), "y".to_owned()]));
        for text in ["{{generator:team}}", "{{ matrix }}", "x {{ matrix() }}", "{{ matrix() }} x", "{{ a(b) }}", "{{"] {
            assert_eq!(Scanner { text, at: 0 }.call(), None, "{text}");
        }
    }
}
