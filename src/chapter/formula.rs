//! Draws formulas written in LaTeX as `MathML`, which browsers show without a script.
//!
//! Input: the source of one formula. Output: a `<math>` element, or why the formula can't be drawn.
//! Every element and attribute of the result is on a list here, so that whatever the library
//! writes, no script, style or link reaches a page. The work is limited by counting the source.
//! Never panics, and never looks at the chapter around the formula.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::panic::catch_unwind;

use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::event::{Content, Event, StateChange};
use pulldown_latex::{Parser, Storage, push_mathml};

use crate::text::markup::{Tag, Token, decode, escape_into, next_token};

/// The maximum length of a formula in bytes.
const LONGEST: usize = 4_000;
/// The maximum number of groups inside each other, and of commands in a row that may each be the
/// argument of the one before. The library reads arguments by calling itself.
const DEEPEST: usize = 40;

/// The elements that a formula may consist of (`MathML` Core, section 3).
const ELEMENTS: [&str; 23] = [
    "math",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];
/// The attributes that they may have.
const ATTRIBUTES: [&str; 17] = [
    "accent",
    "accentunder",
    "class",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "height",
    "linethickness",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "width",
];
/// Commands that define others. A definition could expand to any amount of work.
const DEFINITIONS: [&str; 9] =
    ["def", "edef", "futurelet", "gdef", "let", "newcommand", "providecommand", "renewcommand", "xdef"];

/// Draws a formula, in a line of text or as a block of its own.
///
/// # Errors
/// Returns the reason if the formula can't be drawn, as a clause without a full stop.
pub fn draw(source: &str, is_block: bool) -> Result<String, String> {
    if let Some(reason) = too_much(source) {
        return Err(reason);
    }
    catch_unwind(|| convert(source, is_block)).unwrap_or_else(|_| Err("the library for formulas failed".to_owned()))
}

fn convert(source: &str, is_block: bool) -> Result<String, String> {
    let storage = Storage::new();
    let events: Result<Vec<Event<'_>>, _> = Parser::new(source, &storage).collect();
    let events = events.map_err(|error| reason(&error.to_string(), source))?;
    for event in &events {
        match event {
            Event::StateChange(StateChange::Color(_)) => {
                return Err("pages take their colors from the theme, so a formula can't set any".to_owned());
            }
            // The library writes these as they are, so they could look like tags.
            Event::Content(Content::Function(name)) if name.contains(['<', '>', '&']) => {
                return Err(format!("`{name}` can't be the name of a function"));
            }
            _ => {}
        }
    }
    let display_mode = if is_block { DisplayMode::Block } else { DisplayMode::Inline };
    let mut written = String::new();
    let events = events.into_iter().map(Ok::<_, Infallible>);
    let drawn = push_mathml(&mut written, events, RenderConfig { display_mode, ..RenderConfig::default() });
    let clean = if drawn.is_ok() { cleaned(&written, source) } else { None };
    clean.ok_or_else(|| "its parts don't fit together".to_owned())
}

/// Returns why a formula would take too much work, or is no formula.
fn too_much(source: &str) -> Option<String> {
    if source.trim().is_empty() {
        return Some("it is empty".to_owned());
    }
    if source.len() > LONGEST {
        return Some(format!("it is longer than {LONGEST} bytes"));
    }
    let (mut depth, mut deepest, mut row) = (0_usize, 0, 0_usize);
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '\\' => {
                let name = command(rest);
                length += name.len();
                if DEFINITIONS.contains(&name) {
                    return Some(format!("`\\{name}` would define a command"));
                }
                row += 1;
                match name {
                    "left" | "begin" => depth += 1,
                    "right" | "end" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            '^' | '_' => row += 1,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A letter or a digit is an argument that doesn't need one itself.
        row = if c.is_alphanumeric() || matches!(c, '}' | '&') { 0 } else { row };
        deepest = deepest.max(depth).max(row);
        rest = &rest[length..];
    }
    (deepest > DEEPEST).then(|| format!("more than {DEEPEST} of its parts are inside each other or follow each other"))
}

/// Returns the name of the command at the start of `text`, after its backslash. A command is a word,
/// or one other character.
fn command(text: &str) -> &str {
    let text = &text[1..];
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let end = if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end };
    &text[..end]
}

/// Returns a reason in our words for a message of the library.
fn reason(message: &str, source: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.strip_prefix("parsing error: ").unwrap_or(line);
    if let Some(closing) = line.strip_prefix("unbalanced group found, expected it to be closed with ") {
        return format!("a group is not closed with {closing}");
    }
    if line.starts_with("unbalanced group") {
        return "a group is closed that was not opened".to_owned();
    }
    if line.starts_with("unkown mathematical environment") {
        return "its environment is not known".to_owned();
    }
    if line.starts_with("unknown primitive") {
        let unknown: BTreeSet<&str> = commands(source).filter(|name| is_unknown(name)).collect();
        let names = unknown.iter().map(|name| format!("`\\{name}`")).collect::<Vec<_>>().join(", ");
        if !names.is_empty() {
            let verb = if unknown.len() == 1 { "is" } else { "are" };
            return format!("{names} {verb} not known");
        }
    }
    line.to_owned()
}

fn commands(source: &str) -> impl Iterator<Item = &str> {
    let mut rest = source;
    std::iter::from_fn(move || {
        let name = command(&rest[rest.find('\\')?..]);
        let start = rest.find('\\')? + 1;
        rest = &rest[start + name.len()..];
        Some(name)
    })
}

fn is_unknown(name: &str) -> bool {
    let (storage, text) = (Storage::new(), format!("\\{name}"));
    let error = Parser::new(&text, &storage).find_map(Result::err);
    error.is_some_and(|error| error.to_string().contains("unknown primitive"))
}

/// Returns the element with only the elements and attributes on the lists, all text escaped, and
/// the source for readers who hear the page. Returns `None` if the library wrote anything else.
fn cleaned(written: &str, source: &str) -> Option<String> {
    let mut out = String::with_capacity(written.len() + source.len() + 64);
    let mut open: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = next_token(written, at) {
        push_text(&written[at..token.range().start], &mut out);
        at = token.range().end;
        match &token {
            Token::Start(tag) if tag.is_whole && ELEMENTS.contains(&&*tag.name) => {
                push_start(tag, &mut out)?;
                if open.is_empty() {
                    out.push_str(" alttext=\"");
                    escape_into(source.trim(), &mut out);
                    out.push('"');
                }
                out.push('>');
                if written[tag.range.clone()].ends_with("/>") {
                    out.push_str(&format!("</{}>", tag.name));
                } else {
                    open.push(tag.name.to_string());
                }
            }
            Token::End(tag) if open.pop().is_some_and(|name| name == tag.name) => {
                out.push_str(&format!("</{}>", tag.name));
            }
            _ => return None,
        }
    }
    (open.is_empty() && at == written.len()).then_some(out)
}

/// Writes a start tag up to its attributes. Leaves out `style`, which only moves rows and spaces
/// here, because the page's policy wouldn't apply it.
fn push_start(tag: &Tag<'_>, out: &mut String) -> Option<()> {
    out.push_str(&format!("<{}", tag.name));
    for attribute in tag.attributes.iter().filter(|attribute| !matches!(&*attribute.name, "style" | "/")) {
        if !ATTRIBUTES.contains(&&*attribute.name) {
            return None;
        }
        out.push_str(&format!(" {}=\"", attribute.name));
        escape_into(&attribute.value, out);
        out.push('"');
    }
    Some(())
}

/// Writes text of the library, which escapes some of it, but not all, and some of it twice.
fn push_text(text: &str, out: &mut String) {
    let text = text.replace("&amp;nbsp;", "\u{a0}").replace("&nbsp;", "\u{a0}");
    escape_into(&decode(&text), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formulas of the kinds that handbooks contain.
    const TYPICAL: [&str; 34] = [
        "a^2 + b^2 = c^2",
        r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}",
        r"\sum_{i=1}^n i = \frac{n(n+1)}{2}",
        r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
        r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"f(x) = \begin{cases} x & x > 0 \\ -x & x < 0 \end{cases}",
        r"\begin{aligned} a &= b + c \\ &= d \end{aligned}",
        r"\left( \frac{a}{b} \right)^2",
        r"\text{LTV} = \frac{\text{ARPU} \cdot \text{margin}}{\text{churn}}",
        r"x \in \mathbb{R}^n",
        r"\mathcal{O}(n \log n)",
        r"\hat{\theta} = \arg\max_\theta L(\theta)",
        r"\vec{v} \cdot \vec{w}",
        r"\overline{x} = \frac{1}{N} \sum_i x_i",
        r"\underbrace{a + b}_{n}",
        r"\binom{n}{k} = \frac{n!}{k!(n-k)!}",
        r"P(A \mid B) = \frac{P(B \mid A)\,P(A)}{P(B)}",
        r"a < b \leq c \neq d",
        r"\alpha\beta\gamma\Gamma",
        r"\prod_{k=1}^n k",
        r"\sqrt[3]{x}",
        r"\operatorname{Var}(X) = \sigma^2",
        r"\mathrm{NPS} = \%\,\text{promoters} - \%\,\text{detractors}",
        r"\begin{array}{c|c} a & b \\ \hline c & d \end{array}",
        r"\tfrac12 \ldots \cdots",
        r"\begin{bmatrix} a \\[1ex] b \end{bmatrix}",
        r"\text{if } x\!y \ \text{ and } z",
        r"\lVert x \rVert \lfloor y \rfloor",
        r"\bigl( x \bigr)",
        r"a \Rightarrow b \iff c",
        r"\mathbf{x}^\top \mathbf{y}",
        r"\boxed{RICE = \frac{R \times I \times C}{E}}",
        r"\color{red}{x}",
    ];

    #[test]
    fn all_typical_formulas_but_those_with_boxes_and_colors_are_drawn() {
        let refused: Vec<_> = TYPICAL.iter().filter(|formula| draw(formula, true).is_err()).collect();
        assert_eq!(refused, [&TYPICAL[32], &TYPICAL[33]]);
        for formula in TYPICAL.iter().filter_map(|formula| draw(formula, true).ok()) {
            assert!(formula.starts_with("<math display=\"block\" alttext=\"") && formula.ends_with("</math>"));
            assert!(!formula.contains("style=\"") || formula.contains("displaystyle=\""), "{formula}");
        }
    }

    #[test]
    fn signs_with_a_meaning_in_html_are_escaped() {
        let drawn = draw(r"a < b > \& \text{<script>&}\ c", false).unwrap();
        for part in ["<mo>&lt;</mo>", "<mo>&gt;</mo>", "<mi>&amp;</mi>", "&lt;script&gt;&amp;", "alttext=\"a &lt; b"] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(drawn.contains("<mtext>\u{a0}</mtext>") && !drawn.contains("nbsp"), "{drawn}");
        assert_eq!(draw(r"\operatorname{<b>}", false).unwrap_err(), "`<b>` can't be the name of a function");
    }

    #[test]
    fn a_formula_that_cannot_be_drawn_says_why() {
        for (formula, reason) in [
            (r"\foo + \frac{1}{2} + \bar", r"`\foo` is not known"),
            (r"\foo \boxed{x}", r"`\boxed`, `\foo` are not known"),
            ("{x", "a group is not closed with `}`"),
            ("x}", "a group is closed that was not opened"),
            (r"\begin{tikzpicture}x\end{tikzpicture}", "its environment is not known"),
            (r"\def\a{\a\a}\a", r"`\def` would define a command"),
            (r"\color{red}{x}", "pages take their colors from the theme, so a formula can't set any"),
            (" ", "it is empty"),
        ] {
            assert_eq!(draw(formula, false).unwrap_err(), reason, "{formula}");
        }
    }

    #[test]
    fn formulas_that_nobody_would_write_are_refused_or_drawn_within_a_small_stack() {
        let parts = [
            "{",
            r"\sqrt",
            r"\sqrt{",
            "x^{",
            "^",
            "_",
            r"\left(",
            r"\begin{matrix}",
            r"\frac",
            r"\text{",
            r"\hat",
            "'",
            r"\not",
            "&",
            r"\\",
            "{{}",
            r"\frac{",
            r"\mathbb",
            r"\overline{",
            "x_",
            "$",
            r"\[",
            r"\limits",
            r"\right)",
            "}",
            r"\middle|",
            "[",
            r"\sqrt[",
            r"\sqrt[3]",
            r"\alpha ",
            "%\n",
            r"\operatorname",
            r"\mathrm ",
            r"\big",
            "(",
            "a_b^c",
            r"x\over ",
            r"\bigl( x \bigr)",
            r"\frac{a}{b}",
            r"\substack",
            r"\text",
            r"\hspace{1em}",
            "1",
            "\u{338}",
            "é",
        ];
        let run = move || {
            for part in parts {
                for count in [1, 30, DEEPEST, 100, LONGEST / part.len()] {
                    for end in ["", "x", "}"] {
                        let _ = draw(&format!("{}{end}", part.repeat(count)), true);
                    }
                }
            }
        };
        std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap();
    }
}
