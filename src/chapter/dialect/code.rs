//! Recognizes the tags that open and close a block of code.
//!
//! Input: a line without its indentation. Output: what it is. Never looks at other lines.

use std::ops::Range;

/// Returns the range of the language on a line that opens code with a tag.
pub fn begins_code(line: &str) -> Option<Range<usize>> {
    let signs = ["{% highlight ", "{%- highlight ", "{{< highlight ", "{{< code-toggle"];
    let sign = signs.iter().find(|sign| line.starts_with(**sign))?;
    if !line.ends_with('}') || !sign.ends_with(' ') {
        return line.ends_with('}').then_some(0..0);
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
