//! Checks the logo, the icon and the accent color of `[brand]` in `handbook.toml` on the pages of a site.

use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;

use crate::support::{page, site_with};

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 10\"/>";

fn site(toml: &str) -> Site {
    let texts = [
        ("handbook.toml", toml),
        ("index.md", "# Home\n"),
        ("a/b.md", "# B\n"),
        ("img/logo.svg", LOGO),
        ("img/dark.svg", LOGO),
        ("img/icon.ico", "x"),
    ];
    site_with(&Sources::from_texts(texts), None)
}

/// Returns the whole style sheet that every page loads, and its URL.
fn sheet(site: &Site) -> (String, String) {
    let url = site.urls().find(|url| url.as_str().ends_with("/style.css")).unwrap().as_str().to_owned();
    (page(site, &url), url)
}

#[test]
fn logo_and_icon_are_published_and_every_page_refers_to_them() {
    let brand = "[brand]\nlogo = \"img/logo.svg\"\nlogo_dark = \"/img/dark.svg\"\nfavicon = \"img/icon.ico\"\n";
    let site = site(&format!("title = \"T & U\"\nbase_url = \"https://x.example/sub/\"\n{brand}"));
    let published = |start: &str| {
        let url = site.urls().find(|url| url.as_str().starts_with(start)).unwrap_or_else(|| panic!("no {start}"));
        url.as_str().to_owned()
    };
    let (logo, dark, icon) = (published("img/logo."), published("img/dark."), published("img/icon."));
    for (url, up) in [("", ""), ("a/b/", "../../"), ("404.html", "/sub/")] {
        let html = page(&site, url);
        assert!(html.contains(&format!("<link rel=\"icon\" href=\"{up}{icon}\" type=\"image/x-icon\">")), "{url}");
        assert!(html.contains(&format!("src=\"{up}{logo}\" alt=\"\" width=\"40\" height=\"10\"")), "{url}");
        assert!(html.contains(&format!("<img class=\"logo dark\" src=\"{up}{dark}\"")), "{url}");
        assert!(html.contains("<span>T &amp; U</span></a>"), "the title is the name of the link");
        assert!(!html.contains(" style=") && !html.contains("<style"), "{url}");
    }
}

#[test]
fn without_a_brand_pages_have_the_theme_s_icon_and_no_picture() {
    let html = page(&site("title = \"T\"\n"), "");
    assert!(html.contains("/icon.svg\" type=\"image/svg+xml\">") && html.contains(">T</a>"));
    assert!(!html.contains("class=\"logo") && !sheet(&site("title = \"T\"\n")).0.contains("--brand"));
}

#[test]
fn the_accent_is_part_of_the_style_sheet_whose_address_changes_with_it() {
    let with = |accent: &str| sheet(&site(&format!("title = \"T\"\n[brand]\naccent = \"{accent}\"\n")));
    let (blue, at) = with("#1f548a");
    assert!(blue.contains("--brand: light-dark(#1f548a, "), "a color that can be read stays");
    assert_eq!((&blue, &at), (&with("#1f548a").0, &with("#1F548A").1), "the same color gives the same bytes");
    let (yellow, other) = with("#ffcc00");
    assert!(!yellow.contains("light-dark(#ffcc00, ") && yellow.contains(", #ffcc00);"), "only dark pages show it");
    assert_ne!(at, other, "browsers keep the sheet, so another one needs another address");
}

#[test]
fn a_logo_that_could_run_a_script_is_not_published() {
    let texts = [
        ("handbook.toml", "title = \"T\"\n[brand]\nlogo = \"logo.svg\"\n"),
        ("index.md", "# Home\n"),
        ("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>"),
    ];
    let site = site_with(&Sources::from_texts(texts), None);
    assert!(!site.urls().any(|url: &UrlPath| url.as_str().ends_with("logo.svg") || url.as_str().starts_with("logo.")));
}
