//! Checks the search index: every row has a target, an edit changes few files, and nothing hidden
//! is in it.

use std::collections::{BTreeMap, BTreeSet};

use rolebook::site::urls::Site;
use rolebook::text::path::UrlPath;
use rolebook::text::source::{SourceFile, Sources};
use serde_json::Value;

use crate::support::{page, read_folder, site_with};

fn files(site: &Site) -> BTreeMap<String, String> {
    let below = site.urls().filter(|url| url.as_str().starts_with("search/") && !url.is_page());
    below.map(|url| (url.as_str().to_owned(), page(site, url.as_str()))).collect()
}

fn entry(site: &Site) -> Value {
    serde_json::from_str(&page(site, "search/index.json")).unwrap()
}

/// Returns the rows of the table, whichever file they are in.
fn table(site: &Site) -> Vec<Value> {
    let table = entry(site)["table"].clone();
    let Value::String(names) = table else { return table.as_array().unwrap().clone() };
    let names: Vec<&str> = names.as_bytes().chunks(10).map(|name| std::str::from_utf8(name).unwrap()).collect();
    let rows =
        |name: &&str| -> Vec<Value> { serde_json::from_str(&page(site, &format!("search/{name}.json"))).unwrap() };
    names.iter().flat_map(rows).collect()
}

/// Returns all words in the index, with their shared prefixes restored.
fn words(site: &Site) -> BTreeSet<String> {
    let entry = entry(site);
    let names = entry["words"].as_str().unwrap().to_owned();
    let mut words = BTreeSet::new();
    for name in names.as_bytes().chunks(10).map(|name| std::str::from_utf8(name).unwrap()) {
        let rows: Vec<Value> = serde_json::from_str(&page(site, &format!("search/{name}.json"))).unwrap();
        let mut before: Vec<char> = Vec::new();
        for form in rows.iter().flat_map(|row| row[0].as_str().unwrap().split(' ')) {
            let shared = form.chars().next().unwrap().to_digit(36).unwrap() as usize;
            before = before[..shared].iter().copied().chain(form.chars().skip(1)).collect();
            words.insert(before.iter().collect());
        }
    }
    words
}

fn handbook() -> Sources {
    crate::synthetic::company()
}

#[test]
fn every_row_and_section_of_the_index_has_an_existing_target() {
    let site = site_with(&handbook(), None);
    let rows = table(&site);
    assert!(rows.len() > 60);
    let mut statements = BTreeSet::new();
    for row in rows {
        let address = row[1].as_str().unwrap();
        let (url, anchor) = address.split_once('#').unwrap_or((address, ""));
        assert!(site.has(&UrlPath::new(url)), "{address}");
        let html = page(&site, url);
        assert!(anchor.is_empty() || html.contains(&format!("id=\"{anchor}\"")), "{address}");
        let (file, number) = row[2].as_str().unwrap().split_at(10);
        let pages: Vec<Vec<Value>> = serde_json::from_str(&page(&site, &format!("search/{file}.json"))).unwrap();
        for section in &pages[number.parse::<usize>().unwrap()] {
            let [heading, anchor, text] = [0, 1, 2].map(|n| section[n].as_str().unwrap());
            assert!(anchor.is_empty() || html.contains(&format!("id=\"{anchor}\"")), "{url} {heading}");
            assert!(!text.contains('\u{fffc}'), "{url}: {text}");
            for statement in section[3].as_array().into_iter().flatten() {
                let anchor = statement[0].as_str().unwrap();
                assert!(html.contains(&format!("id=\"{anchor}\"")), "{url} {anchor}");
                assert!(statement[2].as_u64() < statement[3].as_u64(), "{url} {anchor}");
                statements.insert(format!("{url}#{anchor}"));
            }
        }
    }
    // Fifteen competencies have fifteen statements each, and roles have responsibilities.
    assert!(statements.len() > 225, "{}", statements.len());
}

#[test]
fn an_edit_changes_its_own_text_file_and_few_word_files() {
    let mut before = handbook();
    // Enough words for many files.
    for n in 0..120 {
        let words: String = (0..80).map(|k| format!("w{}x{k} ", n * 7919 % 997)).collect();
        let path = rolebook::text::path::SourcePath::new(format!("words/a{n}.md"));
        before.files.insert(path, SourceFile::new(format!("# Words {n}\n\n{words}\n").into_bytes()));
    }
    let mut after = before.clone();
    let path = rolebook::text::path::SourcePath::new("strategy/s0.md");
    let text = format!("{}\nA zeppelin.\n", String::from_utf8_lossy(before.bytes(&path).unwrap()));
    after.files.insert(path, SourceFile::new(text.into_bytes()));
    let (before, after) = (files(&site_with(&before, None)), files(&site_with(&after, None)));
    let new = after.keys().filter(|name| !before.contains_key(*name)).count();
    // The new files are for its text and for the words `a` and `zeppelin`. The total length of all
    // chapters also affects a few scores.
    assert!((2..after.len() / 3).contains(&new), "{new} of {} files are new", after.len());
    assert!(after.values().any(|text| text.contains("A zeppelin.")));
}

#[test]
fn pages_do_not_depend_on_the_search_index() {
    let mut sources = Sources::from_texts([("index.md", "# Home\n"), ("a.md", "# A\n\nOne.\n")]);
    let before = page(&site_with(&sources, None), "");
    sources.files.insert(rolebook::text::path::SourcePath::new("a.md"), SourceFile::new(&b"# A\n\nTwo.\n"[..]));
    assert_eq!(before, page(&site_with(&sources, None), ""));
}

#[test]
fn drafts_and_text_for_other_audiences_are_not_indexed() {
    let sources = Sources::from_texts([
        ("handbook.toml", "title = \"T\"\n[audiences.managers]\n"),
        (
            "index.md",
            "# Home\n\nPublic.\n\n## Pay {audience=managers}\n\nSecretone.\n\n## After\n\n::: {audience=managers}\nSecrettwo.\n:::\n",
        ),
        (
            "strategy/s.md",
            "# Pricing\n\n## Decisions\n\n### Discounts\n\n- Accountable: [[secretrole]]\n\n::: {audience=managers}\n### Secretfive\n\n- Accountable: [[secretrole]]\n:::\n",
        ),
        ("roles/secretrole.md", "---\naudience: managers\ntags: [secrettag]\n---\n# Secretrole\n"),
        (
            "competencies/c.md",
            "# Craft\n\n## Levels\n\n### Owning\n\n- Boils. {#boils}\n\n::: {audience=managers}\n- Secretsix. {#secretseven}\n:::\n",
        ),
        ("a.md", "---\naudience: managers\n---\n# Secretthree\n"),
        ("b.md", "---\nstatus: draft\n---\n# Secretfour\n"),
    ]);
    let all = files(&site_with(&sources, None)).into_values().collect::<String>().to_lowercase();
    assert!(all.contains("public") && all.contains("boils") && all.contains("discounts"));
    assert!(!all.contains("secret") && !all.contains("pay"), "{all}");
}

#[test]
fn transcluded_text_is_indexed_only_in_its_own_chapter() {
    let sources = Sources::from_texts([
        ("index.md", "# Home\n\n![[a#part]]\n\nOwn words.\n"),
        ("a.md", "# A\n\n## Part\n\nQuokka.\n"),
    ]);
    let site = site_with(&sources, None);
    let with_quokka = files(&site).into_iter().filter(|(_, text)| text.contains("Quokka."));
    assert_eq!(with_quokka.count(), 1);
    assert!(words(&site).contains("quokka"));
}

#[test]
fn other_titles_aliases_code_and_footnotes_are_indexed_and_attributes_are_not() {
    let sources = Sources::from_texts([
        (
            "roles/a.md",
            "---\nalso_called: [Wombat Keeper]\n---\n# Role\n\nNote.[^1] [x](https://hidden.example/)\n\n```sql\nselect numbat\n```\n\n[^1]: Echidna.\n",
        ),
        ("glossary.md", "# Glossary\n\nBilby {aliases=\"macrotis\"}\n: An animal.\n"),
    ]);
    let words = words(&site_with(&sources, None));
    for word in ["wombat", "keeper", "numbat", "echidna", "bilby", "macrotis", "animal"] {
        assert!(words.contains(word), "{word} is missing");
    }
    assert!(!words.contains("aliases") && !words.contains("https") && !words.contains("href"), "{words:?}");
}

#[test]
fn with_file_urls_the_index_consists_of_scripts() {
    let sources =
        Sources::from_texts([("handbook.toml", "title = \"T\"\nurls = \"file\"\n"), ("index.md", "# Home\n")]);
    let site = site_with(&sources, None);
    let files = files(&site);
    assert!(files.len() > 2 && files.keys().all(|name| name.ends_with(".js")), "{:?}", files.keys());
    assert!(files["search/index.js"].starts_with("rolebookSearch(\"index\",{"));
    assert!(
        page(&site, "search.html").contains("search-needs") || page(&site, "search.html").contains("needs JavaScript")
    );
}

#[test]
fn a_chapter_at_the_search_url_replaces_the_search_page() {
    let site = site_with(&Sources::from_texts([("index.md", "# Home\n"), ("search.md", "# My own\n")]), None);
    assert!(page(&site, "search/").contains("My own"));
}

#[test]
fn a_real_handbook_is_indexed_completely() {
    // The real handbook is stored as an archive next to the checkout.
    let Some(archive) = crate::support::shared("real/sourcegraph-handbook.tar.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let status = std::process::Command::new("tar").arg("xzf").arg(&archive).arg("-C").arg(folder.path()).status();
    if !status.is_ok_and(|status| status.success()) {
        println!("skipped: `tar` is not installed, so the real handbook can't be unpacked");
        return;
    }
    let sources = read_folder(&folder.path().join("content"));
    let site = site_with(&sources, None);
    let chapters = site.handbook().documents.len();
    assert!(chapters > 850 && table(&site).len() >= chapters, "{chapters}");
    assert!(page(&site, "search/index.json").len() < 20_000);
}

/// Decodes the numbers of a list as the browser does.
fn numbers(list: &str) -> Vec<u32> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0, 0);
    for digit in list.chars().map(|c| u32::try_from(DIGITS.find(c).unwrap()).unwrap()) {
        number |= (digit & 31) << shift;
        shift += 5;
        if digit < 32 {
            numbers.push(number);
            (number, shift) = (0, 0);
        }
    }
    numbers
}

/// Returns the scores that a word gives, by the title of the result. The handbook must be so small
/// that all words are in one file.
fn scores(site: &Site, word: &str) -> BTreeMap<String, u32> {
    let entry = entry(site);
    let file = format!("search/{}.json", entry["words"].as_str().unwrap());
    let rows: Vec<Value> = serde_json::from_str(&page(site, &file)).unwrap();
    let row = rows.iter().find(|row| row[0].as_str().unwrap()[1..] == *word).unwrap();
    let units = row[1].as_str().unwrap().split('.').next().unwrap();
    let mut list = numbers(units).into_iter();
    let (mut unit, mut found) = (0, BTreeMap::new());
    while let Some(distance) = list.next() {
        unit += distance as usize;
        let (score, sections) = (list.next().unwrap(), list.next().unwrap());
        let title = entry["table"][unit][0].as_str().unwrap().to_owned();
        found.insert(title, score);
        list.by_ref().take(sections as usize / 8).for_each(drop);
    }
    found
}

#[test]
fn a_word_scores_higher_in_a_statement_than_in_text_and_highest_in_a_title() {
    let chapter = |text: &str| format!("# {text}");
    let sources = Sources::from_texts(
        [
            ("index.md", chapter("Home\n")),
            (
                "competencies/a.md",
                chapter("Alpha\n\n### Owning\n\n- Feeds a quokka on most days. {#x}\n\nSome other words follow.\n"),
            ),
            (
                "competencies/b.md",
                chapter("Beta\n\n### Owning\n\n- Some other words follow. {#x}\n\nFeeds a quokka on most days.\n"),
            ),
            ("c.md", chapter("Quokka\n\n### Owning\n\nFeeds it on most days.\n\nSome other words follow.\n")),
        ]
        .iter()
        .map(|(path, text)| (*path, text.as_str())),
    );
    let scores = scores(&site_with(&sources, None), "quokka");
    assert_eq!(scores.len(), 3, "{scores:?}");
    assert!(scores["Alpha"] > scores["Beta"] && scores["Quokka"] > scores["Alpha"], "{scores:?}");
}
