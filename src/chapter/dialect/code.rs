//! Recognizes the lines that open and close a block of code: fences and tags.
//!
//! Input: a line without its indentation. Output: what it is. Never looks at other lines.

use std::ops::Range;

/// An open fence.
pub struct Fence {
    pub sign: u8,
    pub length: usize,
    /// Where its line begins.
    pub from: usize,
    /// Whether it is in a quotation.
    pub is_quoted: bool,
}

impl Fence {
    /// Returns whether a line without white space at its ends closes the fence.
    pub fn is_closed_by(&self, line: &str) -> bool {
        let line = if self.is_quoted { line.trim_start_matches(['>', ' ']) } else { line };
        let run = line.bytes().take_while(|byte| *byte == self.sign).count();
        run >= self.length && run == line.len()
    }
}

/// Returns the sign and the length of the fence that a line opens.
pub fn opens_fence(line: &str) -> Option<(u8, usize)> {
    let sign = *line.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = line.bytes().take_while(|byte| *byte == sign).count();
    (length >= 3 && !(sign == b'`' && line[length..].contains('`'))).then_some((sign, length))
}

/// Returns whether a fence opens Rust.
pub fn is_rust(line: &str) -> bool {
    let info = line.trim_start_matches(['`', '~']).trim_start();
    info.strip_prefix("rust").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// What rustdoc does with a line of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rustdoc {
    /// Shows it as it is.
    Shown,
    /// Hides it, because it begins with `# `.
    Hidden,
    /// Shows it without its first byte, because it begins with `##`, which stands for `#`.
    Escaped,
}

/// Returns what rustdoc does with a line of code without its indentation.
pub fn rustdoc(line: &str) -> Rustdoc {
    match line.strip_prefix('#') {
        Some(rest) if rest.starts_with('#') => Rustdoc::Escaped,
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => Rustdoc::Hidden,
        _ => Rustdoc::Shown,
    }
}

/// Returns the range of the language on a line that opens code with a tag.
pub fn begins_code(line: &str) -> Option<Range<usize>> {
    let signs = ["{% highlight ", "{%- highlight ", "{{< highlight ", "{{< code-toggle"];
    let sign = signs.iter().find(|sign| line.starts_with(**sign))?;
    // A tag that closes itself has no code, and a tag with something behind it isn't one on its own.
    let end = line.find("}}").or_else(|| line.find("%}"))?;
    if end + 2 != line.len() || line[..end].trim_end_matches(['>', '%']).trim_end().ends_with('/') {
        return None;
    }
    if !sign.ends_with(' ') {
        return Some(0..0);
    }
    let rest = &line[sign.len()..];
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '+')).unwrap_or(rest.len());
    Some(sign.len()..sign.len() + length)
}

/// Returns whether a line closes code that a tag opened.
pub fn ends_code(line: &str) -> bool {
    let inner: String = line.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    ["{%endhighlight%}", "{{</highlight>}}", "{{</codetoggle>}}"].iter().any(|end| inner.starts_with(end))
}

/// What is between two lines that open or close panes of tabs.
#[derive(Clone, Debug)]
pub enum Pane {
    /// Tabs with code in the language in this range of the body, which may be empty.
    Code(Range<usize>),
    /// Anything else.
    Text,
}

/// Reads a line that opens or closes a pane of tabs of Docsy, in which text is code.
pub fn pane(line: &str, range: &Range<usize>, body: &str) -> Option<Pane> {
    if line.starts_with("{{< tabpane") {
        return Some(if line.contains("text=true") { Pane::Text } else { Pane::Code(language(body, range)) });
    }
    (line.starts_with("{{< /tabpane") || line.starts_with("{{% tabpane")).then_some(Pane::Text)
}

/// Returns the range of the code in a tab that the line in `range` opens, and that of its language.
pub fn tab(body: &str, range: &Range<usize>, pane: &Pane) -> Option<(Range<usize>, Range<usize>)> {
    let Pane::Code(of_pane) = pane else { return None };
    let line = body[range.clone()].trim();
    let is_open = line.starts_with("{{< tab ") && line.ends_with(">}}") && !line.ends_with("/>}}");
    if !is_open || line.contains("text=true") || line.matches("{{<").count() > 1 {
        return None;
    }
    let mut end = range.end;
    for inner in body[range.end..].split_inclusive('\n') {
        let words = inner.trim_start();
        if words.starts_with("{{< /tab ") || words.starts_with("{{< tab ") || words.starts_with("{{< /tabpane") {
            let own = language(body, range);
            let is_closed = words.starts_with("{{< /tab ") && end > range.end;
            return is_closed.then_some((range.end..end, if own.is_empty() { of_pane.clone() } else { own }));
        }
        end += inner.len();
    }
    None
}

/// Returns the range in `body` of the language that the line in `range` names, or an empty range.
fn language(body: &str, range: &Range<usize>) -> Range<usize> {
    let line = &body[range.clone()];
    let found = line.find(" lang=").map(|at| at + " lang=".len());
    let Some(at) = found else { return range.start..range.start };
    let value = line[at..].trim_start_matches('"');
    let start = line.len() - value.len();
    let length =
        value.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '+')).unwrap_or(value.len());
    range.start + start..range.start + start + length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_in_a_quotation_is_closed_in_it() {
        let fence = |is_quoted| Fence { sign: b'`', length: 3, from: 0, is_quoted };
        assert!(fence(true).is_closed_by("> ```") && fence(false).is_closed_by("````"));
        assert!(!fence(false).is_closed_by("> ```") && !fence(true).is_closed_by("> ``"));
    }

    #[test]
    fn rustdoc_hides_a_line_that_begins_with_one_sign_and_keeps_attributes() {
        for (line, expected) in [
            ("# use x;", Rustdoc::Hidden),
            ("#", Rustdoc::Hidden),
            ("## x", Rustdoc::Escaped),
            ("#[test]", Rustdoc::Shown),
            ("x # y", Rustdoc::Shown),
        ] {
            assert_eq!(rustdoc(line), expected, "{line}");
        }
    }

    #[test]
    fn text_in_a_pane_of_tabs_is_code_unless_it_says_otherwise() {
        let body = "{{< tabpane lang=\"c\" >}}\n{{< tab \"A\" >}}\nx\n{{< /tab >}}\n";
        let line = |n: usize| {
            let start: usize = body.split_inclusive('\n').take(n).map(str::len).sum();
            start..start + body[start..].find('\n').unwrap() + 1
        };
        let pane = pane(body[line(0)].trim(), &line(0), body).unwrap();
        let (code, language) = tab(body, &line(1), &pane).unwrap();
        assert_eq!((&body[code], &body[language]), ("x\n", "c"));
        assert!(tab(body, &line(1), &Pane::Text).is_none());
        assert!(matches!(super::pane("{{< tabpane text=true >}}", &line(0), body), Some(Pane::Text)));
    }

    #[test]
    fn a_tag_that_closes_itself_or_has_something_behind_it_opens_no_code() {
        assert_eq!(begins_code("{{< highlight go >}}"), Some(14..16));
        assert_eq!(begins_code("{% highlight ruby %}"), Some(13..17));
        assert_eq!(begins_code("{{< code-toggle file=hugo >}}"), Some(0..0));
        for line in ["{{< code-toggle config=build />}}", "{{< highlight go >}}x{{< /highlight >}}", "{% highlight go"]
        {
            assert_eq!(begins_code(line), None, "{line}");
        }
    }
}
