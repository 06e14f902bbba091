//! Checks that warm builds equal cold ones: whatever is edited in whatever order, the cache never
//! changes a byte, whether it is kept in memory or between two runs.

use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rolebook::command::pipeline::Pipeline;
use rolebook::model::compile::{Choices, Reads};
use rolebook::past::history::{Base, History, Past};
use rolebook::site::theme::ThemeFiles;
use rolebook::site::urls::{Basis, MadeFrom, Site};
use rolebook::text::diagnostic::Diagnostic;
use rolebook::text::path::{SourcePath, UrlPath};
use rolebook::text::source::{SourceFile, Sources};
use rolebook::world::disk::Inputs;

use crate::support::{asked, draw};

/// One edit by an author.
#[derive(Clone, Debug)]
enum Edit {
    /// Writes text number `text` to chapter number `chapter`.
    Write {
        chapter: usize,
        text: usize,
    },
    /// Adds something to a chapter. Other chapters see little of it.
    Reword {
        chapter: usize,
        word: usize,
    },
    Remove {
        chapter: usize,
    },
    Rename {
        from: usize,
        to: usize,
    },
    /// Commits a chapter.
    Commit {
        chapter: usize,
    },
    Configure {
        text: usize,
    },
    Theme {
        text: usize,
    },
}

const PATHS: &[&str] = &[
    "index.md",
    "roles/a.md",
    "roles/b.md",
    "notes/deep/n.md",
    "competencies/talk.md",
    "strategy/s.md",
    "guides/g.md",
    "guides/index.md",
    "glossary.md",
    "paths/p.md",
    "SUMMARY.md",
    "assets/x.svg",
    "matrix.csv",
    "assets/active.svg",
];

const TEXTS: &[&str] = &[
    "# One\n\n[[a]] [[talk@3]] and [g](/guides/g.md#two)\n",
    "---\nrank: 2\ngrows_into: b\ncompetencies: {talk: 3}\n---\n# A role\n\n## Responsibilities\n\n- Does a thing. {#thing}\n",
    "---\nrank: 3\nextends: a\n---\n# B role\n",
    "# Talk\n\n### Owning\n\n- Writes the brief.\n- Asks. {replaces=l2-says-it}\n\n### Practising\n\n- Says it.\n",
    "---\nled_by: a\n---\n# S\n\n## Decisions\n\n### Price {scope=area}\n\n- Accountable: [[a]]\n- Consulted: finance\n",
    "# G\n\n## Two\n\n![[talk#owning]]\n\n```rust\nfn a() {}\n```\n\n{{ matrix() }}\n",
    "# Glossary\n\nBrief {aliases=\"note\"}\n: A page.\n",
    "---\nchapters: [a, g]\n---\n# P\n\nA brief note.[^1]\n\n[^1]: Here.\n",
    "---\ntitle: broken: yes\n---\n# Broken\n",
    "---\nstatus: draft\n---\n# Draft\n",
    "- [G](guides/g.md)\n",
    "# Draft\n\n## Three\n\n[[A role]] [[b role#two]] [[Draft]] [[One]] [[talk#owning]] [n](../notes/) [d](/notes/deep/) [[notes]]\n",
    "---\norder: 3\naliases: [old/a, One]\n---\n# Zebra\n\n## Two\n\n[[One#two]] [[zebra#three]] [g](/guides/g.md#three) [[talk@4]]\n",
    "---\norder: 1\ngrows_into: B role\ncompetencies: {Talk: 2}\n---\n# B role\n\n## Two\n\n[old](/old/a)\n",
    "<b onclick=\"x()\">raw</b> ![x](/assets/x.svg) [[gone]] {{ ladder() }} {{ decisions() }}\n",
    "",
];

/// A handbook in which chapters of many kinds link to each other: the number of a path and that of its text.
const WHOLE: &[(usize, usize)] = &[(0, 0), (1, 1), (2, 2), (3, 11), (4, 3), (5, 4), (6, 5), (8, 6), (9, 7)];

const CONFIGS: &[&str] = &[
    "title = \"T\"\n[partners]\nfinance = \"Finance\"\n[check]\ndead-link = \"warn\"\n",
    "title = \"U\"\nurls = \"file\"\nbase_url = \"https://x.example/y\"\n",
    "[audiences.m]\n[markdown]\nsmart_quotes = true\n",
    "compare = [[\"a\", \"b\"]]\n[[scale]]\nlevel = 1\nname = \"Only\"\n",
];

/// What authors add to a chapter: text, links, headings, anchors, an image, and enough words for more minutes of
/// reading.
const WORDS: &[&str] = &[
    "A brief.",
    "More.",
    "`code` and **bold**",
    "| a |\n|---|\n| b |",
    "\u{201c}note\u{201d}",
    "See [[a]], [[n]] and [g](/guides/g.md#two).",
    "[[One#two]] [[g#extra]] [there](/notes/deep/n.md) [[Talk#owning]]",
    "## Two\n\nText.",
    "### Extra\n\n- Said. {#said}",
    "![x](/assets/x.svg) [file](/assets/x.svg)",
    "![[g#two]]\n\n![[n]]",
    "{{ changes() }} [[changes]] {{ children() }}",
    "[m](/matrix.csv) [act](/assets/active.svg)",
    "![act](/assets/active.svg)",
    // Five hundred words.
    LONG,
];

const LONG: &str = include_str!("warm/long.txt");

const THEMES: &[&str] = &["contents = \"Inside\"\n", "contents = \"Below\"\n"];

/// Returns strategies for the edits of one case, and for whether they begin with a whole handbook.
fn edits() -> impl Strategy<Value = (bool, Vec<Edit>)> {
    let edit = prop_oneof![
        6 => (0..PATHS.len(), 0..TEXTS.len()).prop_map(|(chapter, text)| Edit::Write { chapter, text }),
        5 => (0..PATHS.len(), 0..WORDS.len()).prop_map(|(chapter, word)| Edit::Reword { chapter, word }),
        1 => (0..PATHS.len()).prop_map(|chapter| Edit::Remove { chapter }),
        1 => (0..PATHS.len(), 0..PATHS.len()).prop_map(|(from, to)| Edit::Rename { from, to }),
        2 => (0..PATHS.len()).prop_map(|chapter| Edit::Commit { chapter }),
        1 => (0..CONFIGS.len()).prop_map(|text| Edit::Configure { text }),
        1 => (0..THEMES.len()).prop_map(|text| Edit::Theme { text }),
    ];
    (any::<bool>(), prop::collection::vec(edit, 1..12))
}

/// Returns a past that knows some of the chapters, an older state of two of them, and a commit for
/// each of the chapters in `newer`.
fn past(newer: &[usize]) -> Past {
    let commit = "a".repeat(40);
    let mut log = String::new();
    for (n, chapter) in newer.iter().enumerate().rev() {
        log.push_str(&format!("{commit} {}\0\nM\0{}\0", 300_000 + 50_000 * n, PATHS[*chapter]));
    }
    log.push_str(&format!(
        "{commit} 200000\0\nR090\0roles/c.md\0roles/b.md\0M\0guides/g.md\0{commit} 100000\0\nA\0roles/c.md\0"
    ));
    let history = History::parse(log.as_bytes(), |path| PATHS.contains(&path.as_str()));
    let sources = Sources::from_texts([("roles/a.md", TEXTS[2]), ("competencies/talk.md", TEXTS[3])]);
    let today = history.newest();
    let base = Base { day: today.unwrap(), sources };
    Past::new(Some(history), today, Some(base))
}

/// The findings as printed, and every URL with its bytes.
type Build = (String, BTreeMap<UrlPath, Vec<u8>>);

struct World {
    sources: Sources,
    ui: Option<&'static str>,
    commits: Vec<usize>,
}

impl World {
    fn apply(&mut self, edit: &Edit) {
        let files = &mut self.sources.files;
        let path = |n: usize| SourcePath::new(PATHS[n]);
        match edit {
            Edit::Write { chapter, text } => {
                files.insert(path(*chapter), SourceFile::new(TEXTS[*text].as_bytes()));
            }
            Edit::Reword { chapter, word } => {
                let before = files.get(&path(*chapter)).map(|file| String::from_utf8(file.bytes.to_vec()).unwrap());
                let text = format!("{}\n{}\n", before.unwrap_or_default(), WORDS[*word]);
                files.insert(path(*chapter), SourceFile::new(text.into_bytes()));
            }
            Edit::Remove { chapter } => {
                files.remove(&path(*chapter));
            }
            Edit::Rename { from, to } => {
                if let Some(file) = files.remove(&path(*from)) {
                    files.insert(path(*to), file);
                }
            }
            Edit::Commit { chapter } => self.commits.push(*chapter),
            Edit::Configure { text } => {
                files.insert(SourcePath::new("handbook.toml"), SourceFile::new(CONFIGS[*text].as_bytes()));
            }
            Edit::Theme { text } => self.ui = Some(THEMES[*text]),
        }
    }

    /// Returns everything that a build produces: every URL with its bytes, and the findings as
    /// printed. `last` is the site before, as in the preview.
    fn build(&self, pipeline: &mut Pipeline, last: &mut Option<Site>) -> Result<Build, Box<Diagnostic>> {
        let own = self.ui.map(|ui| ThemeFiles::from_texts("own", [("ui/en.toml", ui)]));
        pipeline.theme = Some(if own.is_some() { "own" } else { "default" }.to_owned());
        let themes = own.into_iter().map(|theme| (theme.name.clone(), theme)).collect();
        let inputs = Inputs { sources: self.sources.clone(), themes, ..Inputs::default() };
        let choices = Choices { title: "T".to_owned(), ..Choices::default() };
        let compiled = pipeline.compile(&inputs, &choices)?;
        let findings = draw(&compiled.handbook.findings(false), &self.sources);
        let site = compiled.site(past(&self.commits), last.as_ref()).unwrap();
        let pages =
            site.urls().map(|url| (url.clone(), site.render(url).unwrap().unwrap().bytes.into_owned())).collect();
        *last = Some(site);
        Ok((findings, pages))
    }
}

/// What one run leaves for the next: what the site was made from, and what each URL was made from.
type Left = (Option<Basis>, BTreeMap<UrlPath, (MadeFrom, Vec<u8>)>);

fn left(site: &Site) -> Left {
    let made = |url: &UrlPath| {
        let (rendered, made_from) = site.render_noting(url).unwrap();
        Some((url.clone(), (made_from?, rendered.unwrap().bytes.into_owned())))
    };
    (site.basis(), site.urls().filter_map(made).collect())
}

/// Returns how many pages the next run needn't render, and fails if one of them is different.
fn same_pages((basis, pages): &Left, (now, others): &Left) -> Result<usize, TestCaseError> {
    let (Some(basis), Some(now)) = (basis, now) else { return Ok(0) };
    if basis.frame != now.frame {
        return Ok(0);
    }
    prop_assert_eq!(basis.chapters.len(), now.chapters.len());
    let is_changed = |number: &usize| basis.chapters[*number] != now.chapters[*number];
    let mut same = 0;
    for (url, (made_from, bytes)) in pages {
        let is_stale = match &made_from.chapters {
            Reads::All => (0..now.chapters.len()).any(|number| is_changed(&number)),
            Reads::Some(some) => some.iter().any(is_changed),
        };
        let is_of_other_past = made_from.past && basis.past != now.past;
        if !is_stale && !is_of_other_past {
            prop_assert_eq!(Some(bytes), others.get(url).map(|(_, bytes)| bytes), "{}", url);
            same += 1;
        }
    }
    Ok(same)
}

/// Applies the edits one by one, and builds each state once with the cache and once from scratch.
/// Returns how many pages the cache between two runs saved.
fn holds(is_whole: bool, edits: &[Edit]) -> Result<usize, TestCaseError> {
    let whole = WHOLE.iter().filter(|_| is_whole).map(|(path, text)| (PATHS[*path], TEXTS[*text]));
    let sources = Sources::from_texts([("index.md", "# Home\n")].into_iter().chain(whole));
    let mut world = World { sources, ui: None, commits: Vec::new() };
    let (mut pipeline, mut last) = (Pipeline::default(), None);
    let (mut before, mut saved) = (None, 0);
    for edit in edits {
        world.apply(edit);
        // A preview keeps the past that it began with.
        if matches!(edit, Edit::Commit { .. }) {
            last = None;
        }
        let warm = world.build(&mut pipeline, &mut last);
        let mut fresh = None;
        let cold = world.build(&mut Pipeline::default(), &mut fresh);
        prop_assert_eq!(warm, cold);
        let now = fresh.as_ref().map(left);
        if let (Some(before), Some(now)) = (&before, &now) {
            saved += same_pages(before, now)?;
        }
        before = now;
    }
    Ok(saved)
}

/// `EDITS=10000 cargo test --release --test suite warm -- --nocapture` runs at least 10,000 edits.
#[test]
fn a_warm_build_equals_a_cold_one() {
    let wanted: u32 = asked("EDITS").unwrap_or(288);
    let (made, saved) = (Cell::new(0), Cell::new(0));
    while made.get() < wanted {
        // A case has six edits on average.
        let cases = (wanted - made.get()).div_ceil(6);
        let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
        let held = TestRunner::new(config).run(&edits(), |(is_whole, edits)| {
            made.set(made.get() + u32::try_from(edits.len()).unwrap());
            saved.set(saved.get() + holds(is_whole, &edits)?);
            Ok(())
        });
        if let Err(failure) = held {
            panic!("{failure}");
        }
    }
    assert!(saved.get() > 0, "no page was ever known to be the same");
    println!("{} edits; {} pages needn't have been rendered", made.get(), saved.get());
}

#[test]
fn a_link_to_a_label_that_another_chapter_gains_works_in_the_preview() {
    let texts = |b: &'static str| {
        [("conf.py", "extensions = [\"myst_parser\"]\n"), ("a.md", "# A\n\nSee [there](place).\n"), ("b.md", b)]
    };
    let (mut pipeline, mut last) = (Pipeline::default(), None);
    for (b, is_found) in
        [("# B\n\nText.\n", false), ("# B\n\n(place)=\nText.\n", true), ("# B\n\n## Place\n\nText.\n", false)]
    {
        let world = World { sources: Sources::from_texts(texts(b)), ui: None, commits: Vec::new() };
        let warm = world.build(&mut pipeline, &mut last);
        let cold = world.build(&mut Pipeline::default(), &mut None).unwrap();
        assert_eq!(!cold.0.contains("dead-link"), is_found, "{}", cold.0);
        assert_eq!(warm, Ok(cold));
    }
}
