//! Recognizes the tags that open and close a block of code.
//!
//! Input: a line without its indentation. Output: what it is. Never looks at other lines.

use std::ops::Range;

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

#[cfg(test)]
mod tests {
    use super::*;

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
