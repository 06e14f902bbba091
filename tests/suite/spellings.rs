//! Checks that a secret under an audience mark is hidden however the mark is spelled and wherever
//! it is: in lists, quotes and HTML, behind fences, comments and forgotten backticks.
//!
//! Generates thousands of chapters, each with a unique word under a mark. A build for everyone
//! contains none of these words. Either a chapter is understood, so that a build for the audience
//! shows its word, or it has an error that no policy can lower.

mod dialects;

use std::collections::BTreeSet;

use rolebook::model::compile::Handbook;
use rolebook::site::urls::Site;
use rolebook::text::diagnostic::Place;
use rolebook::text::rule::Severity;
use rolebook::text::source::Sources;

use crate::support::site_for;

const TOML: &str =
    "[audiences.managers]\nincludes = [\"staff\"]\n[audiences.staff]\n[check]\naudience-mark = \"allow\"\n";

/// Lines that open a block, correctly or almost, and the line that would close it.
const OPENERS: &[(&str, &str)] = &[
    ("::: {audience=managers}", ":::"),
    (":::{audience=managers}", ":::"),
    ("::: {audience=\"managers\"}", ":::"),
    (":::: {audience=managers}", "::::"),
    ("::: {Audience=managers}", ":::"),
    ("::: {AUDIENCE=managers}", ":::"),
    ("::: {audience = managers}", ":::"),
    ("::: {audience= managers}", ":::"),
    ("::: {audience: managers}", ":::"),
    ("::: {audience=Managers}", ":::"),
    ("::: {audience=manager}", ":::"),
    ("::: {audiences=managers}", ":::"),
    ("::: {audiance=managers}", ":::"),
    ("::: managers", ":::"),
    (":::managers", ":::"),
    ("::: {.managers}", ":::"),
    ("::: {#managers}", ":::"),
    ("::: {managers}", ":::"),
    ("::: [managers]", ":::"),
    ("::: audience=managers", ":::"),
    ("::: audience managers", ":::"),
    ("::: audience: managers", ":::"),
    ("::: {audience=managers} text", ":::"),
    ("::: text {audience=managers}", ":::"),
    ("::: {audience=managers} :::", ":::"),
    ("::: {audience=managers,staff}", ":::"),
    ("::: {audience=managers staff}", ":::"),
    ("::: {audience=managers audience=staff}", ":::"),
    ("::: {audience=managers .box}", ":::"),
    ("::: {audience=managers}{.box}", ":::"),
    ("::: {audience=managers", ":::"),
    ("::: audience=managers}", ":::"),
    ("::: {audience=}", ":::"),
    ("::: {{audience=managers}}", ":::"),
    ("\u{ff1a}\u{ff1a}\u{ff1a} {audience=managers}", ":::"),
    ("::: {audience\u{ff1d}managers}", ":::"),
    ("::: \u{ff5b}audience=managers\u{ff5d}", ":::"),
    ("::: {\u{430}udience=managers}", ":::"),
    ("::: {audi\u{200b}ence=managers}", ":::"),
    (":::\u{a0}{audience=managers}", ":::"),
    ("::: {audience\u{a0}=\u{a0}managers}", ":::"),
    ("\u{200b}::: {audience=managers}", ":::"),
    ("\\::: {audience=managers}", ":::"),
    ("**::: {audience=managers}**", ":::"),
    (":: {audience=managers}", "::"),
    (": : : {audience=managers}", ":::"),
    ("::: {data-audience=managers}", ":::"),
    ("::: {for=managers}", ":::"),
    ("{% audience managers %}", "{% endaudience %}"),
    ("[audience=managers]", "[/audience]"),
    ("<div audience=\"managers\">", "</div>"),
    ("<div data-audience='managers'>", "</div>"),
    ("<!-- audience: managers -->", "<!-- /audience -->"),
    ("{: audience=managers}", ":::"),
    (":: managers", "::"),
    (":\u{200b}:\u{200b}: managers", ":::"),
    (": : : managers", ":::"),
    ("\u{2d0}\u{2d0}\u{2d0} managers", ":::"),
];

/// Lines that close a block, correctly or almost.
const CLOSERS: &[&str] = &[
    "::::",
    "",
    "::: end",
    ":::{}",
    " :::",
    "    :::",
    "\t:::",
    "text :::",
    "\u{ff1a}\u{ff1a}\u{ff1a}",
    "> :::",
    "- :::",
];

/// Headings with a mark.
const HEADINGS: &[&str] = &[
    "## Pay {audience=managers}",
    "## Pay {audience=managers} ##",
    "Pay {audience=managers}\n-----",
    "## Pay {#pay audience=managers}",
    "## Pay {audience=managers #pay}",
    "## Pay {#pay} {audience=managers}",
    "## Pay {audience=managers} {#pay}",
    "## Pay {audience=managers}{#pay}",
    "## Pay{audience=managers}",
    "## Pay {audience = managers}",
    "## Pay {audience:managers}",
    "## Pay {Audience=managers}",
    "## Pay {audience=Managers}",
    "## Pay {audience=managers} bands",
    "## Pay (audience=managers)",
    "## Pay [audience=managers]",
    "## Pay {managers}",
    "## Pay {.managers}",
    "## Pay {audience managers}",
    "## Pay {: audience=managers}",
    "## Pay {audience=managers audience=staff}",
    "## Pay audience=managers",
    "## **Pay {audience=managers}**",
    "## Pay \\{audience=managers}",
    "## Pay {audience\u{ff1d}managers}",
    "## Pay {audience&#61;managers}",
    "<h2 audience=\"managers\">Pay</h2>",
    "<h2>Pay {audience=managers}</h2>",
    "##Pay {audience=managers}",
    "####### Pay {audience=managers}",
];

/// A word with a mark in its own paragraph, item or cell.
const INLINE: &[&str] = &[
    "SECRET {audience=managers}",
    "SECRET\n{audience=managers}",
    "{audience=managers}\nSECRET",
    "SECRET\n\n{: audience=managers}",
    "- SECRET {audience=managers}",
    "1. SECRET {#id audience=managers}",
    "**SECRET**{audience=managers}",
    "[SECRET]{audience=managers}",
    "<span audience=managers>SECRET</span>",
    "<p data-audience=\"managers\">SECRET</p>",
    "| SECRET {audience=managers} |\n|---|\n| x |",
    "SECRET {audience&#61;managers}",
    "SECRET \\{audience=managers\\}",
    "SECRET {aud*ience*=managers}",
    "SECRET {audience\n=managers}",
    "SECRET (audience=managers)",
];

/// Text that may come before a mark and hide it from a line-based reader.
const PRELUDES: &[&str] = &[
    "text\n",
    "    ```\n\n",
    "<!--\n```\n-->\n\n",
    "<pre>\n~~~\n</pre>\n\n",
    "<details>\n<summary>x</summary>\n\n",
    "<details>\n<summary>\n```\n</summary>\n\n",
    "- item\n\n  ```\n  code\n\nafter\n\n",
    "> ```\n> code\n\n",
    "text\n    ```\n\n",
    "```\ncode\n\n",
    "```js\ncode\n```\n\n",
    "~~~\n```\n~~~\n\n",
    "a `b\n",
    "<!-- open\n\n",
    "<div>\n",
    "| a |\n|---|\n",
    "Title\n===\n",
    "%% c %%\n\n",
    "[ref]: /x\n",
    "[^n]: note\n\n",
    "1. a\n   - b\n\n",
    "text\\\n",
    "<b\n",
    "![x](\n",
    "--- \n\n",
    "%%\n```\n%%\n\n",
    "%% a\nb %%\n\n",
];

/// Functions that put a text into lists, quotes and HTML.
const CONTAINERS: &[fn(&str) -> String] = &[
    |text| text.to_owned(),
    |text| lines(text, "> ", "> "),
    |text| lines(text, ">", ">"),
    |text| lines(text, "- ", "  "),
    |text| lines(text, "10. ", "    "),
    |text| format!("- a\n\n{}", lines(text, "  ", "  ")),
    |text| format!("- a\n\n{}", lines(text, "    ", "    ")),
    |text| format!("- a\n  - b\n\n{}", lines(text, "    ", "    ")),
    |text| lines(&lines(text, "- ", "  "), "> ", "> "),
    |text| lines(&lines(text, "> ", "> "), "- ", "  "),
    |text| format!("> [!NOTE]\n{}", lines(text, "> ", "> ")),
    |text| format!("[^n]: {}\n\nx[^n]", lines(text, "", "    ").trim_end()),
    |text| lines(text, " ", " "),
    |text| lines(text, "   ", "   "),
    |text| lines(text, "    ", "    "),
    |text| lines(text, "\t", "\t"),
    |text| format!("<details>\n\n{text}\n\n</details>"),
    |text| format!("<section>\n{text}\n</section>"),
    |text| text.replace('\n', "\r\n"),
];

/// Front matter, correct or almost correct.
const HEADS: &[&str] = &[
    "---\naudience: managers\n---\n",
    "---\ntitle: x\naudience: managers\n---\n",
    "+++\naudience = \"managers\"\n+++\n",
    "\n---\naudience: managers\n---\n",
    " ---\naudience: managers\n---\n",
    "<!-- c -->\n---\naudience: managers\n---\n",
    "\u{feff}\u{feff}---\naudience: managers\n---\n",
    "\u{200b}---\naudience: managers\n---\n",
    "----\naudience: managers\n----\n",
    "--\naudience: managers\n--\n",
    "\u{2014}\naudience: managers\n\u{2014}\n",
    "\u{2014}\u{2014}\u{2014}\naudience: managers\n\u{2014}\u{2014}\u{2014}\n",
    "audience: managers\n---\n",
    "title: x\naudience: managers\n---\n",
    "---\ntitle: x\n---\n\n---\naudience: managers\n---\n",
    "{\"title\": \"x\", \"audience\": \"managers\"}\n",
    "{\n  \"title\": \"x\",\n  \"audience\": \"managers\"\n}\n",
    "# H\n\n---\naudience: managers\n---\n",
    "# H\n---\naudience: managers\n---\n",
    "---\naudience:\u{a0}managers\n---\n",
    "---\naudience\u{ff1a} managers\n---\n",
    "---\naudience:\n---\n",
    "---\naudience: ~\n---\n",
    "---\naudience: \"\"\n---\n",
    "---\naudience: []\n---\n",
    "---\naudience: [managers]\n---\n",
    "---\naudience: [managers, staff]\n---\n",
    "---\naudience: {name: managers}\n---\n",
    "---\naudience: true\n---\n",
    "---\naudience: Managers\n---\n",
    "---\nAudience: managers\n---\n",
    "---\naudiences: managers\n---\n",
    "---\naudiance: managers\n---\n",
    "---\nextra:\n  audience: managers\n---\n",
    "---\ntitle: x\n  audience: managers\n---\n",
    "---\n\taudience: managers\n---\n",
    "---\naudience=managers\n---\n",
    "---\naudience: managers\naudience: staff\n---\n",
    "---\naudience: managers\n\n",
    "---\naudience: managers\n----\n\n",
    "+++\naudience = managers\n+++\n",
    "+++\naudience: managers\n+++\n",
    "---\naudience = \"managers\"\n---\n",
    "---\ntitle: [x\naudience: managers\n---\n",
    "---\nsummary: >\n  audience: managers\n---\n",
    "```yaml\naudience: managers\n```\n",
    "***\naudience: managers\n***\n",
    ";;;\n{\"audience\": \"managers\"}\n;;;\n",
    "---\r\naudience: managers\r\n---\r\n",
    "---\u{2028}audience: managers\u{2028}---\u{2028}",
    "---\r\r---\raudience: managers\r---\r",
    "<<<<<<< a\n---\naudience: managers\n---\n=======\n---\ntitle: x\n---\n>>>>>>> b\n",
    "---\n<<<<<<< a\naudience: managers\n=======\ntitle: x\n>>>>>>> b\n---\n",
];

/// Puts `first` before the first line and `next` before the others. Blank lines stay blank.
fn lines(text: &str, first: &str, next: &str) -> String {
    let mark = |(n, line): (usize, &str)| {
        let prefix = if n == 0 { first } else { next };
        format!("{}\n", format!("{prefix}{line}").trim_end())
    };
    text.lines().enumerate().map(mark).collect()
}

fn block(opener: &str, closer: &str, is_tight: bool) -> String {
    if is_tight { format!("{opener}\nSECRET\n{closer}") } else { format!("{opener}\n\nSECRET\n\n{closer}") }
}

/// Lists the texts of all chapters without duplicates.
fn chapters() -> Vec<String> {
    let mut all = BTreeSet::new();
    let mut add = |text: String| {
        all.insert(text);
    };
    let canonical = block("::: {audience=managers}", ":::", false);
    for (opener, closer) in OPENERS {
        for is_tight in [true, false] {
            let text = block(opener, closer, is_tight);
            for container in CONTAINERS {
                add(container(&text));
            }
            for prelude in PRELUDES {
                add(format!("{prelude}{text}"));
            }
        }
        add(block("::: {audience=staff}", ":::", false)
            .replace("SECRET", &format!("x\n\n{}", block(opener, closer, false))));
    }
    for container in CONTAINERS {
        for prelude in PRELUDES {
            add(container(&format!("{prelude}{canonical}")));
            add(format!("{prelude}{}", container(&canonical)));
            add(format!("{prelude}{}", container(&block("::: {audience=managers}", ":::", true))));
        }
        for closer in CLOSERS {
            add(container(&block("::: {audience=managers}", closer, false)));
            add(container(&block("::: {audience=managers}", closer, true)));
        }
        for heading in HEADINGS {
            add(container(&format!("{heading}\n\nSECRET\n\nSECRET")));
        }
        for text in INLINE {
            add(container(text));
        }
    }
    for nested in
        ["::: note\nx\n:::", ":::: note\nx\n::::", "::: {.note}\n\nx\n\n:::", "- a\n  :::", "> :::", "```\n:::\n```"]
    {
        add(format!("::: {{audience=managers}}\n\nA\n\n{nested}\n\nSECRET\n\n:::\n\nAfter"));
    }
    for head in HEADS {
        add(format!("{head}\nSECRET\n"));
    }
    all.into_iter().collect()
}

/// Returns the unique word of a chapter.
fn word(n: usize) -> String {
    format!("zqx{n}xqz")
}

fn sources(chapters: &[String], toml: &str) -> Sources {
    let mut list = vec![("handbook.toml".to_owned(), toml.to_owned()), ("index.md".to_owned(), "# Home\n".to_owned())];
    for (n, text) in chapters.iter().enumerate() {
        list.push((format!("guides/c{n}.md"), text.replace("SECRET", &word(n))));
    }
    Sources::from_texts(list.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// Returns the numbers of the chapters whose word is anywhere in the site.
fn published(site: &Site) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for url in site.urls() {
        let bytes = site.render(url).unwrap().unwrap().bytes;
        let text = String::from_utf8_lossy(&bytes);
        let words = text.match_indices("zqx").filter_map(|(at, _)| {
            let rest = &text[at + 3..];
            rest[..rest.find("xqz")?].parse::<usize>().ok()
        });
        found.extend(words);
    }
    found
}

/// Returns the numbers of the chapters with an error that guards a secret.
fn refused(handbook: &Handbook) -> BTreeSet<usize> {
    let number = |path: &str| path.strip_prefix("guides/c")?.strip_suffix(".md")?.parse().ok();
    let guards = [
        "audience-mark",
        "misplaced-front-matter",
        "unknown-audience",
        "unclosed-block",
        "bad-front-matter",
        "merge-conflict",
    ];
    let errors = handbook.findings(false).into_iter().filter(|finding| finding.severity == Severity::Error);
    errors
        .filter(|finding| guards.contains(&finding.code.name()))
        .filter_map(|finding| match finding.place {
            Place::Content(path, Some(_)) => number(path.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn no_spelling_of_an_audience_mark_publishes_the_text_under_it() {
    let chapters = chapters();
    assert!(chapters.len() >= 2000, "{}", chapters.len());
    let understood = published_only_to_managers(&chapters, TOML);
    // The documented forms are understood in every list and quote.
    assert!(understood >= 150, "{understood}");
}

/// Checks that no chapter shows its word to everyone, and that those without an error show it to
/// managers. Returns the number of chapters that do.
fn published_only_to_managers(chapters: &[String], toml: &str) -> usize {
    let sources = sources(chapters, toml);
    let for_all = site_for(&sources, None);
    let refused = refused(for_all.handbook());
    let leaked: Vec<&String> = published(&for_all).iter().map(|n| &chapters[*n]).collect();
    assert!(leaked.is_empty(), "{} of {} leak:\n{}", leaked.len(), chapters.len(), shown(&leaked));
    let understood = published(&site_for(&sources, Some("managers")));
    let lost: Vec<&String> =
        (0..chapters.len()).filter(|n| !refused.contains(n) && !understood.contains(n)).map(|n| &chapters[n]).collect();
    assert!(lost.is_empty(), "{} are hidden from everyone without an error:\n{}", lost.len(), shown(&lost));
    understood.len()
}

fn shown(texts: &[&String]) -> String {
    texts.iter().take(25).map(|text| format!("{text:?}\n")).collect()
}
