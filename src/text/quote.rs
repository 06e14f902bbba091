//! Writes text so that Markdown, YAML and TOML read back exactly that text.
//!
//! Input: plain text from a spreadsheet or the command line. Output: source with that meaning and
//! as few escapes as possible. Never changes the words.

/// Returns `text` as inline Markdown for a heading or a list item.
///
/// White space and line endings become single spaces, as they do on the page.
pub fn markdown(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tildes = text.matches('~').count();
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let rest = &text[at + c.len_utf8()..];
        let escaped = match c {
            '*' | '`' | '[' => true,
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '~' => tildes > 1,
            '<' => next.is_alphabetic() || matches!(next, '/' | '!' | '?') || is_address(rest),
            // In other dialects, `%%` marks a comment and `==` marks highlighted text.
            '%' | '=' if before == c || next == c => true,
            '&' => is_entity(rest),
            '\\' => next.is_ascii_punctuation() || rest.is_empty(),
            '{' => rest.contains('}'),
            '#' => at == 0 || rest.trim_start_matches('#').is_empty(),
            '>' | '+' | '-' | '=' | ':' | '|' => at == 0,
            '.' | ')' => !text[..at].is_empty() && text[..at].bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Returns whether a `<` before `rest` would begin an email autolink; all other autolinks begin
/// with a letter.
fn is_address(rest: &str) -> bool {
    rest.split_once('>').is_some_and(|(inside, _)| inside.contains('@') && !inside.contains(' '))
}

/// Returns whether a `&` before `rest` would begin a character reference.
fn is_entity(rest: &str) -> bool {
    let Some((name, _)) = rest.split_once(';') else { return false };
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
}

/// Returns `text` as a YAML string: without quotes if it can't be misread, otherwise in double
/// quotes.
pub fn yaml(text: &str) -> String {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "~"];
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/' | '.');
    let begins = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '/');
    let is_word = WORDS.contains(&text.to_lowercase().as_str());
    if begins && !is_word && !text.ends_with(' ') && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// Returns `text` as a double-quoted string that is valid in both TOML and YAML.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chapter::document::Facts;
    use crate::text::front_matter::{Data, Format, read};
    use crate::text::source::Sources;

    /// Compiles a chapter whose title and only responsibility are both `text`, and returns the two
    /// as read back.
    fn read_back(text: &str) -> (String, String) {
        let text = markdown(text);
        let chapter = format!("# {text}\n\n## Responsibilities\n\n- {text} {{#one}}\n");
        let sources = Sources::from_texts([("roles/a.md", chapter.as_str())]);
        let handbook = crate::model::compile::Compiler::new()
            .compile(&sources, &crate::model::compile::Choices::default())
            .unwrap();
        let meta = &handbook.documents[0].meta;
        let Facts::Role(role) = &meta.facts else { panic!() };
        (meta.title.clone(), role.responsibilities[0].text.clone())
    }

    #[test]
    fn text_that_looks_like_markup_is_read_back_as_text() {
        let texts = [
            "# no heading #",
            "1. first",
            "12) x",
            "- dash",
            "> quote",
            "a *b* _c_ d_e",
            "[x] done",
            "[[roadmap]]",
            "see [a](b)",
            "<b>bold</b> & &amp; < 5",
            "`code` \\ \\* end\\",
            "~~gone~~ ~5%",
            "{level=3}",
            "x {#id}",
            "{{ matrix() }}",
            "![alt](x.png)",
            "::: {scope=a}",
            "+ plus",
            "=====",
            "a | b",
            "| a | b |",
            "www.x.y",
            "---",
            "***",
            ": x",
            "%s \"q\" 'q'",
        ];
        for text in texts {
            assert_eq!(read_back(text), (text.to_owned(), text.to_owned()), "{}", markdown(text));
        }
        assert_eq!(
            markdown("Writes the one-page brief, in snake_case & 3 < 4."),
            "Writes the one-page brief, in snake_case & 3 < 4."
        );
    }

    /// Returns the Markdown events, except plain text, of a chapter that uses `text` as its heading
    /// and as its items.
    fn structure(text: &str) -> Vec<String> {
        use pulldown_cmark::{Event, Parser};
        let text = markdown(text);
        let chapter = format!("# {text}\n\nx\n\n### {text} {{level=1}}\n\n- {text} {{#one}}\n- {text}\n\n{text}\n");
        let events = Parser::new_ext(&chapter, crate::chapter::markdown::options(true));
        events.filter(|event| !matches!(event, Event::Text(_))).map(|event| format!("{event:?}")).collect()
    }

    /// Everything that begins, ends or separates something in Markdown or one of its dialects, and
    /// some plain words.
    const PARTS: &[&str] = &[
        "<",
        ">",
        "</",
        "<b>",
        "<div",
        "<!--",
        "-->",
        "<?",
        "/>",
        "@",
        "24x7@example.org>",
        "<1@x>",
        "example.org",
        "mailto:",
        "https://x.y",
        "a",
        "x",
        "B",
        "\u{e4}",
        "\u{20ac}",
        "\u{1f600}",
        "&",
        "amp;",
        "#35;",
        "lt",
        ";",
        "#",
        "##",
        "*",
        "**",
        "_",
        "__",
        "`",
        "``",
        "~",
        "~~",
        "\\",
        "[",
        "]",
        "[[",
        "]]",
        "](",
        "(",
        ")",
        "![",
        "[^1]",
        "[x] ",
        "{",
        "}",
        "{{",
        "}}",
        "#id",
        ".c",
        "level=3",
        "|",
        "---",
        "-",
        "+",
        "=",
        "==",
        ":",
        ":::",
        "%%",
        "$",
        "^",
        "!",
        "?",
        "\"",
        "'",
        "1",
        "12",
        ".",
        ",",
        " ",
        "  ",
        "\t",
        "\u{a0}",
        "\n",
        "\r\n\r\n",
        "    ",
    ];

    #[test]
    fn an_address_in_angle_brackets_stays_text() {
        for text in [
            "<24x7@example.org>",
            "<a@b.c>",
            "<!@b>",
            "<_x_@b.c>",
            "call <+1@x>",
            "<https://x.y>",
            "< 5",
            "3 < 4",
            "<5%",
        ] {
            assert_eq!(read_back(text), (text.to_owned(), text.to_owned()), "{}", markdown(text));
        }
        assert_eq!(markdown("from <5% to 3 < 4"), "from <5% to 3 < 4");
    }

    #[test]
    fn markers_of_other_dialects_are_escaped_and_single_characters_are_not() {
        assert_eq!(markdown("%%kept%% 5 % == x"), "\\%\\%kept\\%\\% 5 % \\=\\= x");
        assert_eq!(read_back("%%kept%% ==x=="), ("%%kept%% ==x==".to_owned(), "%%kept%% ==x==".to_owned()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn any_combination_of_markup_is_read_back_as_text(
            parts in prop::collection::vec(prop::sample::select(PARTS), 1..9)
        ) {
            let text = parts.concat();
            let wanted = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!wanted.is_empty());
            prop_assert_eq!(read_back(&text), (wanted.clone(), wanted), "{}", markdown(&text));
            prop_assert_eq!(structure(&text), structure("text"), "{}", markdown(&text));
        }

        #[test]
        fn any_combination_of_markup_is_read_back_from_front_matter(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..6)
        ) {
            let text = parts.concat();
            for (line, format) in [(format!("k: {}\n", yaml(&text)), Format::Yaml), (format!("k = {}\n", quoted(&text)), Format::Toml)] {
                let table = read(&line, 0, format).unwrap();
                prop_assert_eq!(&table.entries[0].value.data, &Data::Text(text.clone()), "{}", line);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in "[ -~äß€]{1,24}") {
            let wanted = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!wanted.is_empty());
            prop_assert_eq!(read_back(&text), (wanted.clone(), wanted));
        }

        #[test]
        fn any_text_is_read_back_from_front_matter(text in "\\PC{0,16}") {
            for (line, format) in [(format!("k: {}\n", yaml(&text)), Format::Yaml), (format!("k = {}\n", quoted(&text)), Format::Toml)] {
                let table = read(&line, 0, format).unwrap();
                prop_assert_eq!(&table.entries[0].value.data, &Data::Text(text.clone()));
            }
        }
    }
}
