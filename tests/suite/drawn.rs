//! Checks formulas and diagrams on a whole site: who may see them, where search finds them, and what
//! copies keep.

use std::collections::BTreeSet;

use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;

use crate::support::{page, site_for};

const HANDBOOK: &[(&str, &str)] = &[
    ("handbook.toml", "[audiences.managers]\n[markdown]\nmath = true\n"),
    (
        "guides/a.md",
        "# A\n\nWorth $\\frac{margin}{churn}$.\n\n```mermaid\nflowchart LR\n  Onboarding --> Renewal\n```\n\n\
         ::: {audience=managers}\n\n```mermaid\nflowchart LR\n  Warning --> Severance\n```\n\nAnd $severance$.\n\n:::\n",
    ),
    ("guides/b.md", "# B\n\n```mermaid\nflowchart LR\n  Onboarding --> Renewal\n```\n"),
    ("guides/c.md", "---\naudience: managers\n---\n# C\n\n```mermaid\npie\n  \"Severance\" : 1\n```\n"),
];

fn site(audience: Option<&str>) -> Site {
    site_for(&Sources::from_texts(HANDBOOK.iter().copied()), audience)
}

fn images(site: &Site) -> BTreeSet<String> {
    site.urls().map(UrlPath::as_str).filter(|url| url.starts_with("diagrams/")).map(str::to_owned).collect()
}

#[test]
fn a_hidden_diagram_has_no_image_and_equal_ones_share_theirs() {
    let public = site(None);
    assert_eq!(images(&public).len(), 2);
    for url in public.urls().filter(|url| !url.as_str().starts_with("assets/")) {
        assert!(!page(&public, url.as_str()).to_lowercase().contains("severance"), "{}", url.as_str());
    }
    let managers = site(Some("managers"));
    assert_eq!(images(&managers).len(), 5);
    assert!(images(&managers).is_superset(&images(&public)));
    for url in images(&public) {
        let svg = page(&public, &url);
        assert_eq!(svg, page(&managers, &url));
        assert!(svg.starts_with("<svg ") && svg.contains(">Onboarding</text>"));
        for chapter in ["guides/a/", "guides/b/"] {
            assert!(page(&public, chapter).contains(&format!("src=\"../../{url}\"")), "{url} {chapter}");
        }
    }
}

#[test]
fn search_and_copies_have_the_source() {
    let public = site(None);
    let words: String = public
        .urls()
        .filter(|url| url.as_str().starts_with("search/") && !url.as_str().ends_with('/'))
        .map(|url| page(&public, url.as_str()))
        .collect();
    for word in ["churn", "margin", "onboarding", "renewal"] {
        assert!(words.to_lowercase().contains(word), "{word}");
    }
    let copy = page(&public, "guides/a.md");
    assert!(copy.contains("Worth $\\frac{margin}{churn}$.") && copy.contains("```mermaid\nflowchart LR\n"), "{copy}");
}

#[test]
fn only_pages_that_show_them_load_their_styles() {
    let public = site(None);
    let loads = |url: &str, sheet: &str| page(&public, url).contains(&format!("/{sheet}\">"));
    assert!(loads("guides/a/", "math.css") && loads("guides/a/", "diagram.css"));
    assert!(!loads("guides/b/", "math.css") && loads("guides/b/", "diagram.css"));
    assert!(!loads("", "math.css") && !loads("", "diagram.css"));
}

#[test]
fn a_changed_diagram_has_another_address() {
    let mut edited = HANDBOOK.to_vec();
    edited[2] = ("guides/b.md", "# B\n\n```mermaid\nflowchart LR\n  Onboarding --> Loss\n```\n");
    let changed = site_for(&Sources::from_texts(edited.iter().copied()), None);
    let (before, after) = (images(&site(None)), images(&changed));
    assert!(after.is_superset(&before) && after.len() == 4);
    for url in after.difference(&before) {
        assert!(page(&changed, url).contains(">Loss</text>"));
    }
}
