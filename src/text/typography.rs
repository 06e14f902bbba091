//! Turns straight quotes and apostrophes into the ones that a language prints.
//!
//! Input: plain text or a whole page of HTML, and a language. Output: the same text with
//! typographic quotes. Never changes code, URLs, tags, or attributes that only programs read.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr3;

use super::markup::{self, Token, Written, skim};

/// The quotes of a language: those that open and close a quotation, and a quotation inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marks {
    double: [&'static str; 2],
    single: [&'static str; 2],
}

const fn marks(double: [&'static str; 2], single: [&'static str; 2]) -> Marks {
    Marks { double, single }
}

/// The quotes of languages whose quotes differ from those of English. A row for a country or a
/// script comes before the row for its language.
const LANGUAGES: &[(&[&str], Marks)] = &[
    (&["de-ch", "de-li", "fr-ch", "it-ch"], marks(["«", "»"], ["‹", "›"])),
    (&["pt-br"], marks(["“", "”"], ["‘", "’"])),
    (&["zh-tw", "zh-hk", "zh-hant", "ja"], marks(["「", "」"], ["『", "』"])),
    (&["de", "cs", "sk", "sl", "bg", "is", "lt", "mk", "sq"], marks(["„", "“"], ["‚", "‘"])),
    (&["fr", "br"], marks(["«\u{a0}", "\u{a0}»"], ["“", "”"])),
    (&["es", "it", "pt", "ca", "gl", "eu", "el", "hy"], marks(["«", "»"], ["“", "”"])),
    (&["ru", "uk", "be", "kk"], marks(["«", "»"], ["„", "“"])),
    (&["no", "nb", "nn", "lv"], marks(["«", "»"], ["‘", "’"])),
    (&["fa", "az"], marks(["«", "»"], ["‹", "›"])),
    (&["pl", "hu", "ro"], marks(["„", "”"], ["«", "»"])),
    (&["hr", "sr", "bs", "et"], marks(["„", "”"], ["‚", "’"])),
    (&["sv", "fi"], marks(["”", "”"], ["’", "’"])),
    (&["he"], marks(["”", "”"], ["’", "’"])),
    (&["ar", "ur"], marks(["”", "“"], ["’", "‘"])),
];

const ENGLISH: Marks = marks(["“", "”"], ["‘", "’"]);
const APOSTROPHE: &str = "’";

/// Words that begin with an apostrophe.
const ELIDED: &[&str] = &["em", "til", "tis", "twas", "cause", "cos", "n", "s", "t", "round", "bout"];

/// Attributes with text for readers.
const SPOKEN: &[&str] = &["alt", "aria-label", "placeholder", "title"];

/// The names of `<meta>` elements with text for readers.
const SPOKEN_META: &[&str] = &["description", "og:title", "og:description", "og:site_name"];

/// Returns whether the content of an element is part of the line around it.
fn is_inline(name: &str) -> bool {
    // Every tag of every page is looked up here, and a list would be compared name by name.
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "ins"
            | "mark"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "wbr"
            | "button"
            | "label"
    )
}

/// Returns whether the content of an element stays as it is.
fn is_verbatim(name: &str) -> bool {
    matches!(name, "code" | "kbd" | "math" | "pre" | "samp" | "tt" | "var")
}

/// Returns the quotes of a language such as `de` or `de-CH`.
fn of_language(language: &str) -> Marks {
    let language = language.to_ascii_lowercase().replace('_', "-");
    let is_it = |tag: &&str| language.strip_prefix(*tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    LANGUAGES.iter().find(|(tags, _)| tags.iter().any(&is_it)).map_or(ENGLISH, |(_, marks)| *marks)
}

/// A straight quote and what is next to it.
struct Quote {
    range: Range<usize>,
    is_double: bool,
    before: char,
    after: char,
    /// The beginning of the word after it.
    word: String,
    /// Whether it is inside a URL.
    in_url: bool,
}

/// Collects the quotes of one line or block, and then decides about them together.
struct Line<'t> {
    marks: Marks,
    quotes: Vec<Quote>,
    before: char,
    token: Vec<u8>,
    /// Text since `before` that matters only if a quote follows.
    waiting: Vec<&'t str>,
    replaced: Vec<(Range<usize>, &'static str)>,
}

const LONGEST_WORD: usize = 6;

impl<'t> Line<'t> {
    fn new(language: &str) -> Self {
        let marks = of_language(language);
        let (waiting, replaced) = (Vec::new(), Vec::new());
        Self { marks, quotes: Vec::new(), before: ' ', token: Vec::new(), waiting, replaced }
    }

    /// Adds the text that has waited, because a quote follows.
    fn catch_up(&mut self) {
        for text in std::mem::take(&mut self.waiting) {
            text.chars().for_each(|c| self.letter(c));
        }
    }

    /// Adds a character that isn't a straight quote. No text before it may be waiting.
    fn letter(&mut self, c: char) {
        if let Some(quote) = self.quotes.last_mut() {
            if self.before == '"' || self.before == '\'' {
                quote.after = c;
            }
            if is_in_word(quote) {
                quote.word.push(if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' });
            }
        }
        if c.is_whitespace() {
            self.token.clear();
        } else if self.token.last() != Some(&b'!') {
            // Only the beginning of a URL matters: `://` is kept as a `!`.
            self.token.push(u8::try_from(c).unwrap_or(b'x'));
            if self.token.ends_with(b"://") {
                self.token.push(b'!');
            }
        }
        self.before = c;
    }

    /// Adds characters that aren't straight quotes.
    fn letters(&mut self, text: &'t str) {
        let mut rest = text.chars();
        while self.is_at_quote() {
            let Some(c) = rest.next() else { return };
            self.letter(c);
        }
        // Far from a quote, what comes before the last white space has no influence.
        let rest = rest.as_str();
        let space = rest.rfind(char::is_whitespace);
        if space.is_some() {
            self.waiting.clear();
        }
        self.waiting.push(&rest[space.unwrap_or(0)..]);
    }

    /// Returns whether the next character belongs to what is next to a quote.
    fn is_at_quote(&self) -> bool {
        self.quotes.last().is_some_and(|quote| matches!(self.before, '"' | '\'') || is_in_word(quote))
    }

    fn quote(&mut self, range: Range<usize>, is_double: bool) {
        self.catch_up();
        let c = if is_double { '"' } else { '\'' };
        let in_url = self.token.last() == Some(&b'!');
        if let Some(last) = self.quotes.last_mut().filter(|_| matches!(self.before, '"' | '\'')) {
            last.after = c;
        }
        if let Some(last) = self.quotes.last_mut() {
            last.word.push(' ');
        }
        self.quotes.push(Quote { range, is_double, before: self.before, after: ' ', word: String::new(), in_url });
        self.before = c;
    }

    /// Adds the text in a range of `html`. Skips what is shown as a tag, such as `&lt;a href="x"&gt;`.
    fn text(&mut self, html: &'t str, range: Range<usize>, is_html: bool) {
        let end = range.end;
        let mut at = range.start;
        // Where no `&gt;` follows one `&lt;`, none follows those after it.
        let mut may_be_tag = is_html;
        while at < end {
            let plain = memchr3(b'"', b'\'', b'&', &html.as_bytes()[at..end]).map_or(end, |n| at + n);
            self.letters(&html[at..plain]);
            at = plain;
            let rest = &html[at..end];
            if rest.is_empty() {
                break;
            }
            if is_html && rest.starts_with('&') {
                let length = rest.bytes().take(10).position(|byte| byte == b';').map_or(1, |n| n + 1);
                let name = &rest[1..length.max(2) - 1];
                if name == "lt" {
                    let shown = rest[length..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
                    let close = if shown && may_be_tag { rest.find("&gt;") } else { None };
                    may_be_tag &= close.is_some() || !shown;
                    self.letters("<");
                    at += close.unwrap_or(length);
                } else {
                    match markup::character(name) {
                        Some('"') => self.quote(at..at + length, true),
                        Some('\'') => self.quote(at..at + length, false),
                        c => {
                            self.catch_up();
                            self.letter(c.unwrap_or('&'));
                        }
                    }
                    at += length;
                }
                continue;
            }
            match rest.bytes().next() {
                Some(b'"') => self.quote(at..at + 1, true),
                Some(b'\'') => self.quote(at..at + 1, false),
                _ => self.letters("&"),
            }
            at += 1;
        }
    }

    /// Ends the line and decides which quotes open and which close.
    fn end(&mut self) {
        let quotes = std::mem::take(&mut self.quotes);
        let last_close = quotes.iter().rposition(|quote| !quote.is_double && may_close(quote));
        let (mut doubles, mut in_single, mut last_opened) = (0, false, false);
        for (n, quote) in quotes.iter().enumerate() {
            let follows_opening = matches!(quote.before, '"' | '\'') && last_opened;
            let may_open = (follows_opening || is_edge(quote.before)) && !quote.after.is_whitespace();
            let closes_later = last_close.is_some_and(|last| last > n);
            let is_quoted = if quote.is_double { doubles > 0 } else { in_single };
            let mark = if quote.in_url && (is_in_url(quote.after) || !is_quoted) {
                None
            } else if quote.is_double {
                double(quote, may_open, &mut doubles).map(|opens| self.marks.double[usize::from(!opens)])
            } else {
                let opens = may_open && !is_elided(&quote.word) && closes_later && !in_single;
                let closes = !opens && in_single && may_close(quote);
                in_single = (in_single || opens) && !closes;
                let is_free = quote.before.is_whitespace() && quote.after.is_whitespace();
                let mark = if opens { self.marks.single[0] } else { self.marks.single[1] };
                (!is_free).then_some(if opens || closes { mark } else { APOSTROPHE })
            };
            last_opened =
                mark.is_some_and(|mark| mark == self.marks.double[0] || mark == self.marks.single[0]) && may_open;
            self.replaced.extend(mark.map(|mark| (quote.range.clone(), mark)));
        }
        self.before = ' ';
        self.token.clear();
        self.waiting.clear();
    }

    fn written(mut self, text: &str) -> Cow<'_, str> {
        if self.replaced.is_empty() {
            return Cow::Borrowed(text);
        }
        self.replaced.sort_unstable_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len() + self.replaced.len() * 2);
        let mut at = 0;
        for (range, mark) in self.replaced {
            out.push_str(&text[at..range.start]);
            out.push_str(mark);
            at = range.end;
        }
        out.push_str(&text[at..]);
        Cow::Owned(out)
    }
}

/// Returns whether the word after a quote may go on.
fn is_in_word(quote: &Quote) -> bool {
    !quote.word.ends_with(char::is_whitespace) && quote.word.chars().count() < LONGEST_WORD
}

/// Decides whether a double quote opens (`true`), closes, or stays straight.
fn double(quote: &Quote, may_open: bool, open: &mut u32) -> Option<bool> {
    let in_word = quote.before.is_alphanumeric() && quote.after.is_alphanumeric();
    // Scripts without spaces put a quotation directly next to other words.
    let is_dense = [quote.before, quote.after].iter().any(|c| *c >= '\u{2e80}');
    let opens = if *open > 0 {
        // A quotation in a quotation with the same marks.
        may_open && quote.before.is_whitespace() && !quote.after.is_ascii_punctuation()
    } else if may_open || (in_word && is_dense) {
        true
    } else {
        // Such as the sign for inches, or a word with a quote in it.
        return None;
    };
    *open = if opens { *open + 1 } else { *open - 1 };
    Some(opens)
}

/// Returns whether a quotation may begin after the character.
fn is_edge(before: char) -> bool {
    before.is_whitespace()
        || matches!(
            before,
            '(' | '[' | '{' | '<' | '/' | '-' | '\u{2010}'..='\u{2015}' | '“' | '‘' | '„' | '«' | '¿' | '¡'
        )
}

/// Returns whether a single quote may end a quotation.
fn may_close(quote: &Quote) -> bool {
    !quote.before.is_whitespace() && !quote.after.is_alphanumeric()
}

fn is_elided(word: &str) -> bool {
    let word = word.trim_end();
    ELIDED.contains(&word)
        || (word.ends_with('s') && word[..word.len() - 1].bytes().all(|byte| byte.is_ascii_digit()))
        || (word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_in_url(after: char) -> bool {
    after.is_alphanumeric() || matches!(after, '/' | '=' | '&' | '?' | '%' | '_' | '-' | '#' | '+')
}

/// Returns plain text with typographic quotes.
#[must_use]
pub fn plain(text: &str, language: &str) -> String {
    if !text.contains(['"', '\'']) {
        return text.to_owned();
    }
    let mut line = Line::new(language);
    line.text(text, 0..text.len(), false);
    line.end();
    line.written(text).into_owned()
}

/// Returns a page with typographic quotes in everything that readers see.
#[must_use]
pub fn html<'t>(html: &'t str, language: &str) -> Cow<'t, str> {
    let mut line = Line::new(language);
    let mut spoken = Line::new(language);
    let (mut at, mut verbatim) = (0, 0_usize);
    let mut values = Vec::new();
    while let Some(token) = next(html, at, &mut values) {
        let range = token.range();
        if verbatim == 0 {
            line.text(html, at..range.start, true);
        }
        at = range.end;
        match &token {
            Token::Start(tag) => {
                for value in &values {
                    spoken.text(html, value.clone(), true);
                    spoken.end();
                }
                if is_verbatim(&tag.name) {
                    verbatim += 1;
                    if tag.name == "pre" { line.end() } else { line.letters("x") }
                } else if tag.name == "img" {
                    line.letters("x");
                } else if !is_inline(&tag.name) {
                    line.end();
                }
                let behind = markup::behind(html, &token);
                if tag.name == "title" {
                    line.text(html, at..behind, true);
                }
                at = behind;
            }
            Token::End(tag) if is_verbatim(&tag.name) => {
                verbatim = verbatim.saturating_sub(1);
                if tag.name == "pre" {
                    line.end();
                }
            }
            Token::End(tag) if !is_inline(&tag.name) => line.end(),
            _ => {}
        }
    }
    if verbatim == 0 {
        line.text(html, at..html.len(), true);
    }
    line.end();
    line.replaced.append(&mut spoken.replaced);
    line.written(html)
}

/// Returns the next tag or comment, and fills `values` with the ranges of its text for readers.
fn next<'a>(html: &'a str, at: usize, values: &mut Vec<Range<usize>>) -> Option<Token<'a>> {
    values.clear();
    let (mut content, mut is_text) = (None, false);
    let token = skim(html, at, |Written { name, value, range }| {
        let is = |key: &str| name.eq_ignore_ascii_case(key);
        if SPOKEN.iter().any(|key| is(key)) {
            values.push(value_of(html, &range));
        } else if is("content") {
            content = content.take().or(Some(range));
        } else if is("name") || is("property") {
            is_text |= SPOKEN_META.contains(&value);
        }
    });
    let is_meta = matches!(&token, Some(Token::Start(tag)) if tag.name == "meta");
    values.extend(content.filter(|_| is_meta && is_text).map(|range| value_of(html, &range)));
    token
}

/// Returns the range of an attribute's value without its quotes.
fn value_of(html: &str, attribute: &Range<usize>) -> Range<usize> {
    let text = &html[attribute.clone()];
    let Some(open) = text.find('"').filter(|_| text.len() > 1 && text.ends_with('"')) else { return 0..0 };
    let range = attribute.start + open + 1..attribute.end - 1;
    if range.start <= range.end { range } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_open_and_close_by_what_is_next_to_them() {
        for (straight, curly) in [
            ("\"Yes\", she said", "“Yes”, she said"),
            ("don't, the users' needs, rock 'n' roll", "don’t, the users’ needs, rock ’n’ roll"),
            ("say 'no' in the '90s", "say ‘no’ in the ’90s"),
            ("\"'Now', he said\"", "“‘Now’, he said”"),
            ("(\"a\")-\"b\"", "(“a”)-“b”"),
            ("a 6\" screen", "a 6\" screen"),
            ("' and \"", "' and \""),
            ("https://x.org/?q='a'&r=\"b\"x \"y\"", "https://x.org/?q='a'&r=\"b\"x “y”"),
            ("get 'em", "get ’em"),
            (
                "see \"https://x.org/\", 'https://x.org/' or https://x.org/'q'.",
                "see “https://x.org/”, ‘https://x.org/’ or https://x.org/'q'.",
            ),
            ("<i class=\"oh no", "<i class=\"oh no"),
            ("\"a \"b\"\"", "“a “b””"),
            ("", ""),
        ] {
            assert_eq!(plain(straight, "en"), curly, "{straight}");
        }
    }

    #[test]
    fn quotes_follow_the_language() {
        for (language, quoted) in [
            ("en-GB", "“a ‘b’ c”"),
            ("de", "„a ‚b‘ c“"),
            ("de-AT", "„a ‚b‘ c“"),
            ("de_CH", "«a ‹b› c»"),
            ("fr", "«\u{a0}a “b” c\u{a0}»"),
            ("es", "«a “b” c»"),
            ("pt-BR", "“a ‘b’ c”"),
            ("pl", "„a «b» c”"),
            ("cs", "„a ‚b‘ c“"),
            ("ru", "«a „b“ c»"),
            ("sv", "”a ’b’ c”"),
            ("nb", "«a ‘b’ c»"),
            ("ja", "「a 『b』 c」"),
            ("nl", "“a ‘b’ c”"),
            ("tlh", "“a ‘b’ c”"),
        ] {
            assert_eq!(plain("\"a 'b' c\"", language), quoted, "{language}");
        }
        assert_eq!(plain("l'équipe", "fr"), "l’équipe");
        assert_eq!(plain("wie geht's", "de"), "wie geht’s");
        assert_eq!(plain("彼は\"はい\"と", "ja"), "彼は「はい」と");
    }

    #[test]
    fn a_page_changes_only_where_readers_read() {
        let page = |text: &str| html(text, "en").into_owned();
        for (before, after) in [
            ("<p>&quot;It&#39;s <em>&quot;new&quot;</em>&quot;</p>", "<p>“It’s <em>“new”</em>”</p>"),
            ("<p>it&#x27;s</p>", "<p>it’s</p>"),
            ("<p>a &quot;<code>x's &quot;</code>&quot;'s</p>", "<p>a “<code>x's &quot;</code>”’s</p>"),
            ("<p>\"a</p><p>b\"</p>", "<p>“a</p><p>b\"</p>"),
            ("<title>It's</title><script>'a' \"b\"</script>", "<title>It’s</title><script>'a' \"b\"</script>"),
            (
                "<i title=\"it&#39;s\" data-x=\"it&#39;s\" class='a'>",
                "<i title=\"it’s\" data-x=\"it&#39;s\" class='a'>",
            ),
            (
                "<p>write &lt;a href=&quot;x&quot;&gt; &amp;c &amp'</p>",
                "<p>write &lt;a href=&quot;x&quot;&gt; &amp;c &amp’</p>",
            ),
            ("<pre>'a' <b>'c'</b></pre>'d' <!-- 'e' -->", "<pre>'a' <b>'c'</b></pre>‘d’ <!-- 'e' -->"),
            ("<p>&", "<p>&"),
        ] {
            assert_eq!(page(before), after);
            assert_eq!(page(after), after);
        }
    }
}
