//! Checks the same for chapters that use the forms of other generators: a mark inside a callout, a
//! tab, a component or a comment, and one that begins inside and ends outside of it.

use std::collections::BTreeSet;

use rolebook::declare::dialect::Dialect;

use crate::support::site_for;

use super::{
    CONTAINERS, HEADINGS, INLINE, OPENERS, PRELUDES, TOML, block, chapters, lines, published,
    published_only_to_managers, sources,
};

fn indented(text: &str) -> String {
    lines(text, "    ", "    ")
}

/// Functions that put a text into the blocks of dialects.
const BLOCKS: &[fn(&str) -> String] = &[
    |text| format!(":::note\n{text}\n:::"),
    |text| format!(":::: tip Title\n\n{text}\n\n::::"),
    |text| format!(":::note\n\n{text}"),
    |text| format!("::: code-group\n\n{text}\n\n:::"),
    |text| format!("!!! note \"T\"\n\n{}", indented(text)),
    |text| format!("??? info\n{}", indented(text)),
    |text| format!("!!! note\n\n    x\n{text}"),
    |text| format!("!!! note\n\n    !!! tip\n\n{}", indented(&indented(text))),
    |text| format!("- a\n\n    !!! note\n\n{}", indented(&indented(text))),
    |text| format!(":::note\n!!! tip\n{}\n:::", indented(text)),
    |text| format!("=== \"Tab\"\n\n{}", indented(text)),
    |text| format!("{{% hint style=\"info\" %}}\n{text}\n{{% endhint %}}"),
    |text| format!("{{% tabs %}}\n{{% tab title=\"x\" %}}\n\n{text}\n\n{{% endtab %}}\n{{% endtabs %}}"),
    |text| format!("{{% if x %}}\n{text}\n{{% endif %}}"),
    |text| format!("{{% comment %}}\n{text}\n{{% endcomment %}}"),
    |text| format!("{{% raw %}}\n{text}\n{{% endraw %}}"),
    |text| format!("{{{{< note >}}}}\n{text}\n{{{{< /note >}}}}"),
    |text| format!("<Tabs>\n<TabItem label=\"x\">\n\n{text}\n\n</TabItem>\n</Tabs>"),
    |text| format!("<Note>\n{}\n</Note>", lines(text, "  ", "  ")),
    |text| format!("{{/*\n{text}\n*/}}"),
    |text| format!("<Card\n  title=\"x\"\n/>\n{text}"),
    |text| format!("{{: .note }}\n{text}"),
    |text| format!("1. x\n{{:toc}}\n{text}"),
    |text| format!("*[X]: y\n{text}"),
    |text| format!("==x==\n\n{text}\n\n==y=="),
    |text| format!("export const x = 1\n{text}"),
];

/// Chapters in which a mark and a block of a dialect cross.
const CROSSED: &[&str] = &[
    "!!! note\n\n    ::: {audience=managers}\n\n    SECRET\n\n:::\n\nSECRET\n",
    "::: {audience=managers}\n\n!!! note\n\n    SECRET\n\n    :::\n\nSECRET\n\n:::\n",
    "::: {audience=managers}\n\n:::note\n\nSECRET\n\n:::\n\nSECRET\n\n:::\n",
    ":::note\n\n::: {audience=managers}\n\nSECRET\n\n:::\n",
    "::::note\n\n::: {audience=managers}\n\nSECRET\n\n::::\n\nSECRET\n\n:::\n",
    "{% hint %}\n::: {audience=managers}\nSECRET\n{% endhint %}\nSECRET\n:::\n",
    "::: {audience=managers}\n{% hint %}\nSECRET\n:::\nSECRET\n{% endhint %}\n",
    "::: {audience=managers}\nSECRET\n{% comment %}\n:::\n{% endcomment %}\nSECRET\n:::\n",
    "## Pay {audience=managers}\n\n{% hint %}\n## Public\n{% endhint %}\n\nSECRET\n",
    "## Pay {audience=managers}\n\n!!! note\n\n    ## Public\n\nSECRET\n",
    "## Pay {audience=managers}\n\n:::note\n## Public\n:::\n\nSECRET\n",
    "## Pay {audience=managers}\n\n{: .note }\n## Public\n\nSECRET\n",
    "## Pay {audience=managers}\n\n<Note>\n\n## Public\n\n</Note>\n\nSECRET\n",
    "## Pay\n{: audience=managers}\n\nSECRET\n",
    "::: note {audience=managers}\nSECRET\n:::\n",
    "::: note managers\nSECRET\n:::\n",
    ":::managers[Title]\nSECRET\n:::\n",
    ":::note[managers]\nSECRET\n:::\n",
    ":::note{audience=managers}\nSECRET\n:::\n",
    ":::note{.managers}\nSECRET\n:::\n",
    "::: {.note audience=managers}\nSECRET\n:::\n",
    "!!! managers\n\n    SECRET\n",
    "!!! note managers\n\n    SECRET\n",
    "{% hint audience=\"managers\" %}\nSECRET\n{% endhint %}\n",
    "{% hint style=\"Managers only\" %}\nSECRET\n{% endhint %}\n",
    "{% tab title=\"managers\" %}\nSECRET\n{% endtab %}\n",
    "{% if managers %}SECRET{% endif %}\n",
    "{{< managers >}}\nSECRET\n{{< /managers >}}\n",
    "{{ if managers }}SECRET{{ end }}\n",
    "<Managers>\nSECRET\n</Managers>\n",
    "<Show for=\"managers\">\nSECRET\n</Show>\n",
    "<Only for={[\"managers\"]}>\nSECRET\n</Only>\n",
    "{: class=\"managers\" }\nSECRET\n",
    "```mermaid\nflowchart LR\n  A[SECRET]\n  %% audience=managers\n```\n",
    "<Note audience=\"managers\">\nSECRET\n</Note>\n",
    "{{< note audience=managers >}}\nSECRET\n{{< /note >}}\n",
    "<Audience is=\"managers\">\nSECRET\n</Audience>\n",
];

/// Returns the settings with all dialects but definition lists: with those, Markdown takes a `:::`
/// line for a definition, and most chapters are refused.
fn settings() -> String {
    let names = Dialect::NAMES.iter().filter(|name| **name != "definitions");
    let names: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    format!("{TOML}[markdown]\ndialects = [{}]\n", names.join(", "))
}

#[test]
fn no_form_of_another_generator_publishes_what_is_under_an_audience_mark() {
    let mut all: BTreeSet<String> = chapters().into_iter().collect();
    let canonical = block("::: {audience=managers}", ":::", false);
    for of_dialect in BLOCKS {
        for (opener, closer) in OPENERS {
            all.insert(of_dialect(&block(opener, closer, opener.len() % 2 == 0)));
        }
        for container in CONTAINERS {
            all.insert(of_dialect(&container(&canonical)));
            all.insert(container(&of_dialect(&canonical)));
        }
        for prelude in PRELUDES {
            all.insert(format!("{prelude}{}", of_dialect(&canonical)));
            all.insert(of_dialect(&format!("{prelude}{canonical}")));
        }
        for heading in HEADINGS {
            all.insert(of_dialect(&format!("{heading}\n\nSECRET\n\nSECRET")));
        }
        all.extend(INLINE.iter().map(|text| of_dialect(text)));
    }
    all.extend(CROSSED.iter().map(|text| (*text).to_owned()));
    let chapters: Vec<String> = all.into_iter().collect();
    let toml = settings();
    let understood = published_only_to_managers(&chapters, &toml);
    assert!(understood >= 400, "{understood}");
}

#[test]
fn the_documented_mark_is_understood_in_every_block_that_is_shown() {
    let canonical = block("::: {audience=managers}", ":::", false);
    let chapters: Vec<String> = BLOCKS.iter().map(|of_dialect| of_dialect(&canonical)).collect();
    let toml = settings();
    let site = site_for(&sources(&chapters, &toml), Some("managers"));
    let shown = published(&site);
    let hidden: Vec<&String> = (0..chapters.len()).filter(|n| !shown.contains(n)).map(|n| &chapters[n]).collect();
    // Comments and exports are never shown, and marks in them are errors.
    let is_comment =
        |text: &&&String| text.contains("comment") || text.starts_with("{/*") || text.starts_with("export");
    let others: Vec<&&String> = hidden.iter().filter(|text| !is_comment(text)).collect();
    assert!(others.is_empty(), "{others:#?}");
}
