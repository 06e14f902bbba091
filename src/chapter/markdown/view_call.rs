//! Parses a view: a paragraph that consists only of `{{ name(arg="text", n=3, list=["a", "b"]) }}`.
//!
//! Input: the source of a paragraph. Output: a typed [`View`], findings about unknown names and
//! arguments, or `None` if the text isn't a view. Never renders anything.

use std::ops::Range;

use crate::chapter::document::{Form, ReferenceNumber, View};
use crate::chapter::reference::wiki;
use crate::declare::kind::Kind;
use crate::text::diagnostic::Diagnostic;
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

use super::{Input, References};

/// The views and their arguments.
const VIEWS: &[(&str, &[&str])] = &[
    ("matrix", &["track", "cluster"]),
    ("compare", &["a", "b"]),
    ("ladder", &["track"]),
    ("radar", &["role"]),
    ("decisions", &["role", "strategy", "scope"]),
    ("roles", &["track"]),
    ("children", &[]),
    ("changes", &["n"]),
];

/// A call as written, with byte ranges in the body.
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

/// Parses a paragraph; returns `None` if it is text, and `Some(Err)` if it is an invalid view.
pub fn read(
    input: Input<'_>,
    paragraph: &Range<usize>,
    references: &mut References,
) -> Option<Result<View, Vec<Diagnostic>>> {
    let call = Scanner { text: &input.body[..paragraph.end], at: paragraph.start }.call()?;
    let mut reader = Reader { call: &call, input, references, findings: Vec::new() };
    let view = reader.call();
    let findings = reader.findings;
    Some(view.filter(|_| findings.is_empty()).ok_or(findings))
}

struct Reader<'a> {
    call: &'a Call,
    input: Input<'a>,
    references: &'a mut References,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn finding(&mut self, range: &Range<usize>, message: String, help: Option<String>) {
        let span = Some(self.input.place.span(range));
        self.findings.push(Diagnostic::new(Rule::UnknownView, self.input.path, span, message).maybe_help(help));
    }

    fn call(&mut self) -> Option<View> {
        let call = self.call;
        let Some((_, known)) = VIEWS.iter().find(|(name, _)| *name == call.name) else {
            let names = VIEWS.iter().map(|(name, _)| *name);
            let help = did_you_mean(&nearest(&call.name, names.clone(), 2))
                .unwrap_or_else(|| format!("the views are {}", names.collect::<Vec<_>>().join(", ")));
            self.finding(&call.name_range, format!("no view called `{}`", call.name), Some(help));
            return None;
        };
        for argument in call.arguments.iter().filter(|argument| !known.contains(&argument.name.as_str())) {
            let help = did_you_mean(&nearest(&argument.name, known.iter().copied(), 1)).unwrap_or_else(|| {
                if known.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", known.join(", ")) }
            });
            let message = format!("view `{}` has no argument `{}`", call.name, argument.name);
            self.finding(&argument.range, message, Some(help));
        }
        self.view()
    }

    fn view(&mut self) -> Option<View> {
        Some(match self.call.name.as_str() {
            "matrix" => View::Matrix { track: self.text("track"), cluster: self.text("cluster") },
            "compare" => {
                let a = self.chapter("a", Form::Field(Kind::Role));
                let b = self.chapter("b", Form::Field(Kind::Role));
                let (Some(a), Some(b)) = (a, b) else {
                    let message = "view `compare` needs two roles, `a` and `b`".to_owned();
                    let help = "write {{ compare(a=\"product-manager\", b=\"product-leader\") }}".to_owned();
                    self.finding(&self.call.name_range, message, Some(help));
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
            "changes" => {
                let number = |value: &Literal| if let Literal::Number(n) = value { Some(*n) } else { None };
                View::Changes { n: self.argument("n", "a whole number", number).map_or(20, |(n, _)| n) }
            }
            _ => return None,
        })
    }

    /// Reads the value of an argument with `read`, and returns it with its range. If `read` rejects
    /// the value, reports that it should be `wanted`.
    fn argument<T>(&mut self, name: &str, wanted: &str, read: fn(&Literal) -> Option<T>) -> Option<(T, Range<usize>)> {
        let argument = self.call.arguments.iter().find(|argument| argument.name == name)?;
        let value = read(&argument.value);
        if value.is_none() {
            let message = format!("`{name}` of view `{}` should be {wanted}", self.call.name);
            self.finding(&argument.value_range, message, None);
        }
        Some((value?, argument.value_range.clone()))
    }

    fn quoted(&mut self, name: &str) -> Option<(String, Range<usize>)> {
        let text = |value: &Literal| if let Literal::Text(text) = value { Some(text.clone()) } else { None };
        self.argument(name, "text in quotes", text)
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.quoted(name).map(|(text, _)| text)
    }

    fn chapter(&mut self, name: &str, form: Form) -> Option<ReferenceNumber> {
        let (text, range) = self.quoted(name)?;
        let span = self.input.place.span(&range);
        Some(self.references.add(wiki(&text, form, self.input.config), span))
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn call(mut self) -> Option<Call> {
        self.token("{{")?;
        let start = self.at;
        let name = self.word()?;
        let name_range = start..self.at;
        self.token("(")?;
        let mut arguments = Vec::new();
        while self.token(")").is_none() {
            arguments.push(self.argument()?);
            self.space();
            if self.token(",").is_none() && !self.rest().starts_with(')') {
                return None;
            }
        }
        self.token("}}")?;
        self.rest().is_empty().then_some(Call { name, name_range, arguments })
    }

    fn argument(&mut self) -> Option<Argument> {
        let start = self.at;
        let name = self.word()?;
        self.space();
        self.token("=")?;
        let value_start = self.at;
        let value = self.literal()?;
        Some(Argument { name, value, range: start..self.at, value_range: value_start..self.at })
    }

    fn literal(&mut self) -> Option<Literal> {
        if self.rest().starts_with('"') {
            return self.quoted().map(Literal::Text);
        }
        if self.token("[").is_some() {
            let mut list = Vec::new();
            while self.take("]").is_none() {
                list.push(self.quoted()?);
                self.space();
                self.token(",");
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

    /// Consumes a token and the white space after it.
    fn token(&mut self, token: &str) -> Option<()> {
        self.take(token)?;
        self.space();
        Some(())
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
