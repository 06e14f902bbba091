//! Checks our own handbook: its topics, its wording, its data, and that every chapter is within
//! reach.

mod figures;
mod ladder;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rolebook::chapter::document::Facts;
use rolebook::declare::kind::{Kind, Part};
use rolebook::model::book::{ChapterId, Party, role_of};
use rolebook::model::compile::{Choices, Compiler, Handbook};
use rolebook::model::link::Target;
use rolebook::text::rule::{Rule, Severity};

use crate::support::{files_below, read_folder, repository, rolebook, site_with};

/// Returns the handbook as managers see it, which is all of it.
fn handbook() -> Handbook {
    let sources = read_folder(&repository().join("handbook"));
    let choices = Choices { audience: Some("managers".to_owned()), ..Choices::default() };
    Compiler::new().compile(&sources, &choices).unwrap()
}

#[test]
fn every_topic_has_its_chapters_and_headings() {
    let handbook = handbook();
    let table = std::fs::read_to_string(repository().join("tests/data/topics.txt")).unwrap();
    let mut missing = Vec::new();
    let mut topics = 0;
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (topic, places) = line.split_once(" | ").unwrap();
        topics += 1;
        for place in places.split(", ") {
            let (id, anchor) = place.split_once('#').map_or((place, None), |(id, anchor)| (id, Some(anchor)));
            let found = handbook.documents.iter().find(|document| document.meta.id == id);
            let fits =
                found.is_some_and(|document| anchor.is_none_or(|anchor| document.outline.anchors.contains(anchor)));
            if !fits {
                missing.push(format!("{topic}: {place}"));
            }
        }
    }
    assert!(topics >= 45);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn overused_words_do_not_occur() {
    let words = [
        "pivotal",
        "crucial",
        "foster",
        "fosters",
        "delve",
        "landscape",
        "dynamic",
        "dynamics",
        "seamless",
        "seamlessly",
        "holistic",
        "unlock",
        "unlocks",
        "leverages",
        "leveraging",
        "studies show",
    ];
    let phrases = ["in essence", "in today's", "to leverage", "not just "];
    let mut found = Vec::new();
    for (path, bytes) in files_below(&repository().join("handbook")) {
        if !path.ends_with(".md") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap().to_lowercase();
        for (n, line) in text.lines().enumerate() {
            let parts: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
            found.extend(
                words.iter().filter(|word| parts.contains(word)).map(|word| format!("{path}:{} {word}", n + 1)),
            );
            found.extend(
                phrases.iter().filter(|text| line.contains(**text)).map(|text| format!("{path}:{} {text}", n + 1)),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn both_tracks_reach_the_highest_level_and_no_role_reaches_it_everywhere() {
    let handbook = handbook();
    let relations = &handbook.book.relations;
    let highest = handbook.config.scale.last().unwrap().level;
    let mut reached: BTreeMap<String, usize> = BTreeMap::new();
    for (role, view) in &relations.roles {
        let track = role_of(&handbook.book, *role).unwrap().track.clone().unwrap();
        *reached.entry(track).or_default() += view.expectations.iter().filter(|e| e.level == highest).count();
        assert!(view.expectations.iter().any(|e| e.level < highest), "{:?}", handbook.book.meta(*role).id);
    }
    assert!(reached["individual"] > 0 && reached["leadership"] > 0, "{reached:?}");
    let chapter = |id: &str| handbook.book.names.find(id)[0];
    let level = |role: &str, competency: &str| relations.expectation(chapter(role), chapter(competency)).unwrap().level;
    for insight in ["market-and-customer-understanding", "data-driven-decisions", "technical-knowledge"] {
        assert!(level("principal-product-manager", insight) > level("director-of-product", insight), "{insight}");
    }
}

#[test]
fn it_has_enough_roles_competencies_decisions_and_terms() {
    let handbook = handbook();
    let count = |kind: Kind| handbook.documents.iter().filter(|d| d.meta.kind == kind).count();
    assert!(count(Kind::Role) >= 10 && count(Kind::Competency) >= 10);
    assert!(count(Kind::Strategy) >= 15 && count(Kind::Path) >= 6);
    assert!(handbook.book.relations.decisions.len() >= 25);
    let mut terms = 0;
    for document in handbook.documents.iter() {
        let meta = &document.meta;
        assert!(meta.owner.is_some() && meta.reviewed.is_some() && meta.review_every.is_some(), "{}", meta.path);
        match &meta.facts {
            Facts::Competency(competency) => {
                for level in &handbook.config.scale {
                    let own = competency.statements.iter().filter(|statement| statement.level == level.level).count();
                    assert!((3..=6).contains(&own), "{} has {own} statements at {}", meta.path, level.name);
                }
                assert!(competency.statements.iter().all(|statement| statement.explicit), "{}", meta.path);
            }
            Facts::Glossary(list) => terms += list.iter().filter(|term| !term.aliases.is_empty()).count(),
            _ => {}
        }
    }
    assert!(terms >= 40, "{terms} terms with aliases");
}

#[test]
fn roadmap_prioritisation_and_lifecycle_decisions_cover_every_scope_with_one_accountable_party_each() {
    let handbook = handbook();
    for id in ["roadmap", "prioritisation", "lifecycle"] {
        let strategy = handbook.book.names.find(id)[0];
        let own = handbook.book.relations.decisions.iter().filter(|decision| decision.strategy == strategy);
        let mut scopes = BTreeSet::new();
        for decision in own {
            let accountable = decision.parties.iter().filter(|(part, _)| *part == Part::Accountable);
            let accountable: Vec<Party> = accountable.map(|(_, party)| *party).collect();
            assert_eq!(accountable.len(), 1, "{id}");
            scopes.extend(decision.facts(&handbook.book).unwrap().scope.clone());
        }
        let wanted: BTreeSet<String> = ["team", "area", "portfolio"].map(str::to_owned).into();
        assert!(scopes.is_superset(&wanted), "{id}: {scopes:?}");
    }
}

#[test]
fn every_chapter_is_within_three_clicks_of_the_home_page_and_linked_from_two_others() {
    let handbook = handbook();
    let book = &handbook.book;
    let home = book.ids().find(|chapter| book.url(*chapter).as_str().is_empty()).unwrap();
    let mut far: BTreeMap<ChapterId, usize> = BTreeMap::from([(home, 0)]);
    let mut open = VecDeque::from([home]);
    while let Some(at) = open.pop_front() {
        let written = handbook.targets(at).iter().filter_map(|target| match target {
            Target::Chapter(to, _) => Some(*to),
            _ => None,
        });
        // The navigation on every page lists the parts, and the chapters of the part that contains
        // the page.
        let node = book.tree.of_chapter[at.index()];
        let near = book.tree.root().children.iter().chain(&book.tree.node(node).children);
        let near = near.filter_map(|node| book.tree.node(*node).chapter);
        for to in written.chain(near).collect::<Vec<_>>() {
            if !far.contains_key(&to) {
                far.insert(to, far[&at] + 1);
                open.push_back(to);
            }
        }
    }
    let mut lonely = Vec::new();
    for chapter in book.ids() {
        let meta = book.meta(chapter);
        assert!(far.get(&chapter).is_some_and(|clicks| *clicks <= 3), "{} is too far away", meta.path);
        if chapter != home && handbook.backlinks(chapter).len() < 2 {
            lonely.push(meta.path.to_string());
        }
    }
    assert!(lonely.is_empty(), "linked from fewer than two chapters: {lonely:#?}");
}

#[test]
fn it_has_no_findings_for_any_audience() {
    let sources = read_folder(&repository().join("handbook"));
    for audience in [None, Some("managers".to_owned())] {
        let choices = Choices { audience: audience.clone(), ..Choices::default() };
        let handbook = Compiler::new().compile(&sources, &choices).unwrap();
        let findings = handbook.findings(true);
        assert!(findings.is_empty(), "{audience:?}: {findings:#?}");
    }
    for rule in [Rule::StatementCan, Rule::StatementAnd, Rule::StatementSame] {
        assert!(
            handbook().config.check.get(&rule).is_some_and(|severity| *severity != Severity::Allow),
            "{rule} is off"
        );
    }
}

#[test]
fn every_chapter_has_something_to_copy() {
    let handbook = handbook();
    let texts: BTreeMap<String, String> = chapters().collect();
    for document in handbook.documents.iter() {
        let meta = &document.meta;
        if meta.path.is_index() || matches!(meta.kind, Kind::Glossary | Kind::Path) {
            continue;
        }
        // A template, a filled-in example, or a table.
        let copied = ["\n```", "\n> ", "\n|"].iter().any(|form| texts[meta.path.as_str()].contains(form));
        assert!(copied, "{} has nothing to copy", meta.path);
    }
}

#[test]
fn chapters_close_in_different_ways() {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    let (mut count, mut limits, mut steps, mut both) = (0, 0, 0, 0);
    for (_, text) in chapters() {
        let headings: Vec<&str> = outside_code(&text).filter(|line| line.starts_with("## ")).collect();
        let Some(close) = headings.iter().rfind(|line| **line != "## Further reading") else { continue };
        count += 1;
        *last.entry((*close).to_owned()).or_default() += 1;
        // These anchors are those of the sections that once closed nearly every chapter.
        let says_limits = headings.iter().any(|line| line.contains("{#when-this-is-wrong}"));
        let says_steps =
            ["tomorrow", "start ", "try ", "question", "check", "before the next", "write your", "two things"]
                .iter()
                .any(|word| close.to_lowercase().contains(word));
        limits += usize::from(says_limits);
        steps += usize::from(says_steps);
        both += usize::from(says_limits && says_steps);
    }
    let worn: Vec<_> = last.iter().filter(|(_, n)| **n * 10 > count).collect();
    assert!(worn.is_empty(), "of {count} chapters, too many end with {worn:?}");
    assert!(limits * 5 < count * 2, "{limits} of {count} chapters have a section about where their advice stops");
    assert!(steps * 5 < count * 2, "{steps} of {count} chapters end with steps to take");
    assert!(both * 10 < count, "{both} of {count} chapters close with both");
}

/// Lists the lines outside code blocks.
fn outside_code(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// A template of the handbook, with its text.
struct Blank<'a> {
    id: &'a str,
    text: &'a str,
}

fn blanks(text: &str) -> Vec<Blank<'_>> {
    let blocks = text.split("\n```markdown template=\"").skip(1);
    let read = |block| {
        let (id, rest): (&str, &str) = str::split_once(block, '"').unwrap();
        Blank { id, text: rest.split_once("\n```").unwrap().0.split_once('\n').unwrap().1 }
    };
    blocks.map(read).collect()
}

#[test]
fn every_artifact_has_a_filled_in_example_and_a_blank_template_without_the_companys_words() {
    let fixture = std::fs::read_to_string(repository().join("tests/data/artifacts.txt")).unwrap();
    let rows = fixture.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut wanted: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows {
        let [template, chapter, example] = row.split(" | ").collect::<Vec<_>>()[..] else { panic!("{row}") };
        let (templates, examples) = wanted.entry(chapter).or_default();
        assert!(template == "-" || templates.insert(template), "{row} is listed twice");
        examples.insert(example);
    }
    let jargon = ["wholesaler", "voicemail", "clerk", "dispatcher", "choir", "singer", "clinic", "nurse", "Ledger"];
    for (path, text) in chapters() {
        let (templates, examples) = wanted.remove(path.trim_end_matches(".md")).unwrap_or_default();
        let blanks = blanks(&text);
        assert_eq!(blanks.iter().map(|blank| blank.id).collect::<BTreeSet<_>>(), templates, "templates of {path}");
        let cards = text.lines().filter_map(|line| line.strip_prefix("> [!EXAMPLE] "));
        assert_eq!(cards.collect::<BTreeSet<_>>(), examples, "examples of {path}");
        for (blank, word) in
            blanks.iter().flat_map(|blank| INVENTED.iter().chain(&jargon).map(move |word| (blank, word)))
        {
            assert!(!blank.text.contains(word), "the template {} of {path} says {word}", blank.id);
        }
        for blank in blanks {
            assert!(blank.text.lines().count() >= 3, "the template {} of {path} is nearly empty", blank.id);
            assert!(!blank.text.contains("[["), "the template {} of {path} has links", blank.id);
        }
    }
    assert!(wanted.is_empty(), "{:?} are missing", wanted.keys());
}

#[test]
fn practice_chapters_have_an_example_a_template_and_varied_headings() {
    let mut headings: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for (path, text) in chapters().filter(|(path, _)| path.starts_with("practice/") && !path.ends_with("index.md")) {
        count += 1;
        assert!(!blanks(&text).is_empty(), "{path} has no template");
        assert!(INVENTED.iter().any(|name| text.contains(name)), "{path} has no example");
        assert!(text.contains("[[running-example|"), "{path} does not say that its example is invented");
        for heading in outside_code(&text).filter_map(|line| line.strip_prefix("## ")) {
            *headings.entry(heading.to_owned()).or_default() += 1;
        }
    }
    let shared = ["Template", "Templates", "Further reading"];
    let worn: Vec<_> =
        headings.iter().filter(|(name, n)| **n * 4 > count && !shared.contains(&name.as_str())).collect();
    assert!(count >= 20 && worn.is_empty(), "{count} chapters, and these headings are too frequent: {worn:?}");
}

/// The invented companies in examples.
const INVENTED: [&str; 3] = ["Tallyfield", "Larkline", "Veldra"];

#[test]
fn every_cited_work_is_confirmed_and_every_chapter_cites_some_unless_it_is_exempt() {
    let table = std::fs::read_to_string(repository().join("tests/data/sources.txt")).unwrap();
    let mut confirmed = BTreeMap::new();
    let mut without = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (work, place) = line.split_once(" | ").unwrap();
        assert!(place.len() > 5, "{work} has no place where it was confirmed");
        match work {
            "without" => without.push(place),
            _ => assert!(confirmed.insert(work, 0).is_none(), "{work} is listed twice"),
        }
    }
    for (path, text) in chapters() {
        let Some((_, section)) = text.split_once("\n## Further reading\n") else {
            let listed = path.ends_with("index.md") || without.iter().any(|place| path.starts_with(place));
            assert!(listed, "{path} cites no works and is not listed in sources.txt");
            continue;
        };
        let works: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("- ")).collect();
        assert!((2..=5).contains(&works.len()), "{path} cites {} works", works.len());
        for work in works {
            let (work, lesson) = work.split_once("). ").unwrap_or_else(|| panic!("{path}: {work}"));
            assert!(lesson.len() > 30, "{path} does not say what to take from {work})");
            let printed = format!("{work})");
            let known =
                confirmed.get_mut(printed.as_str()).unwrap_or_else(|| panic!("{path}: {printed} is unconfirmed"));
            *known += 1;
        }
    }
    let idle: Vec<_> = confirmed.iter().filter(|(_, printed)| **printed == 0).collect();
    assert!(idle.is_empty(), "listed but not cited anywhere: {idle:?}");
}

/// Returns the path and text of every chapter, as written.
fn chapters() -> impl Iterator<Item = (String, String)> {
    let files = files_below(&repository().join("handbook")).into_iter();
    files.filter(|(path, _)| path.ends_with(".md")).map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()))
}

/// Consecutive lines that belong together, and whether they are prose.
struct Block {
    prose: bool,
    text: String,
}

/// Returns the blocks of a chapter in order, without front matter and headings.
fn blocks(text: &str) -> Vec<Block> {
    let body = text.splitn(3, "---\n").nth(2).unwrap_or(text);
    let mut blocks: Vec<Block> = Vec::new();
    let mut last = ' ';
    let mut code = false;
    for line in body.lines() {
        let fence = line.starts_with("```");
        let kind = match line.chars().next() {
            _ if code || fence => '`',
            None => ' ',
            Some(mark) if "#>|".contains(mark) => mark,
            Some(_) => 'a',
        };
        code ^= fence;
        if kind == last && kind != ' ' {
            let block = blocks.last_mut().unwrap();
            block.text.push('\n');
            block.text.push_str(line);
        } else if kind != ' ' {
            blocks.push(Block { prose: kind == 'a' || kind == '#', text: line.to_owned() });
        }
        last = kind;
    }
    blocks.retain(|block| !block.text.starts_with('#'));
    blocks
}

/// Returns whether a text mentions Tallyfield or one of its products.
fn mentions_the_company(text: &str) -> bool {
    let names = ["Tallyfield", "Standing orders", "rder-reading"];
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    // "Order" also starts sentences and cells. The product comes after a word or a comma.
    let product = |(at, _): (usize, &str)| {
        let after = &text[at + " Order".len()..];
        text[..at].ends_with(|c: char| c.is_lowercase() || c == ',')
            && !after.starts_with(char::is_alphanumeric)
            && !after.starts_with(" of")
    };
    // A column of a table may be about marketplaces of any kind.
    let stopped = |(at, _): (usize, &str)| !text[..at].ends_with("| ");
    names.iter().any(|name| text.contains(name))
        || text.match_indices("Marketplace").any(stopped)
        || words.any(|word| word == "Route" || word == "Ledger")
        || text.match_indices(" Order").any(product)
}

/// Returns the numbers written in digits, except those that number list items or name a level.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(['>', ' ']);
        let item = line.split_once(". ").is_some_and(|(n, _)| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
        let line = if item { line.split_once(". ").unwrap().1 } else { line };
        let chars: Vec<char> = line.chars().collect();
        let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let mut at = 0;
        while at < chars.len() {
            if !digit(at) {
                at += 1;
                continue;
            }
            let start = at;
            while digit(at) || (".,:".contains(*chars.get(at).unwrap_or(&' ')) && digit(at + 1)) {
                at += 1;
            }
            if start == 0 || chars[start - 1] != '@' {
                found.push(chars[start..at].iter().collect());
            }
        }
    }
    found
}

/// Returns the numbers that a chapter gives about Tallyfield.
fn numbers_about_the_company(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut before = false;
    for block in blocks(text) {
        let about = mentions_the_company(&block.text) || (!block.prose && before);
        if about {
            let counted = numbers(&block.text).into_iter().filter(|number| !(block.prose && number.len() == 1));
            all.extend(counted);
        }
        before = about;
    }
    all
}

/// Returns the result of a calculation such as `a × b`, evaluated from left to right.
fn calculate(left: &str) -> f64 {
    let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap_or_else(|_| panic!("{text} in {left}"));
    let mut words = left.split(' ');
    let mut sum = number(words.next().unwrap());
    while let (Some(sign), Some(next)) = (words.next(), words.next()) {
        let next = number(next);
        sum = match sign {
            "+" => sum + next,
            "-" => sum - next,
            "×" => sum * next,
            "/" => sum / next,
            _ => panic!("{sign} in {left}"),
        };
    }
    sum
}

#[test]
fn every_number_about_the_invented_company_is_on_its_fact_sheet() {
    let sheet = std::fs::read_to_string(repository().join("tests/data/company.txt")).unwrap();
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut facts: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in sheet.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let [name, value, places] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(names.insert(name), "{name} is on the sheet twice");
        if let Some((left, right)) = value.split_once(" = ") {
            let (sum, printed) = (calculate(left), calculate(right));
            assert!((sum - printed).abs() < 1.0, "{name}: {left} is {sum}");
        }
        for id in places.split(", ") {
            facts.entry(id).or_default().push((name, value));
        }
    }
    for (path, text) in chapters().filter(|(path, _)| path != "glossary.md") {
        let id = path.trim_end_matches(".md").rsplit('/').next().unwrap();
        let printed = numbers_about_the_company(&text);
        let own = facts.remove(id).unwrap_or_default();
        let known: BTreeSet<String> = own.iter().flat_map(|(_, value)| numbers(value)).collect();
        wrong.extend(printed.difference(&known).map(|number| format!("{path}: {number} is not on the sheet")));
        let words = text.replace("\n> ", " ").replace(['*', '\n'], " ").to_lowercase();
        for (name, value) in own {
            let stands = match value.strip_prefix('"') {
                Some(phrase) => words.contains(&phrase.trim_end_matches('"').to_lowercase()),
                None => numbers(value).iter().any(|number| printed.contains(number)),
            };
            if !stands {
                wrong.push(format!("{path}: {name} ({value}) is on the sheet but not in the chapter"));
            }
        }
    }
    wrong.extend(facts.keys().map(|id| format!("{id} is on the sheet but is not a chapter")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn it_builds_without_findings_and_its_preview_serves_what_the_build_writes() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("site");
    let output = rolebook(repository(), &["build", "--strict", "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(out.join("index.html").is_file() && out.join("404.html").is_file() && out.join("sitemap.xml").is_file());
    crate::builds::serves_what_it_builds(repository(), "4871");
}

#[test]
fn every_file_is_published_and_every_link_has_a_target() {
    let sources = read_folder(&repository().join("handbook"));
    let site = site_with(&sources, None);
    let left: Vec<_> = site.content().unreferenced.iter().collect();
    assert!(left.is_empty(), "of {} files, these are not referred to: {left:?}", sources.files.len());
    let (followed, dead) = crate::links::follow(&sources);
    let dead = crate::manual::not_in_the_manual(dead);
    assert!(followed > 5000 && dead.is_empty(), "{followed} {dead:#?}");
}

#[test]
fn every_chapter_can_be_moved_and_every_passage_can_be_edited() {
    let sources = read_folder(&repository().join("handbook"));
    assert!(crate::edit::assert_counts("handbook", &sources) > 50);
    crate::mv::all_move(sources);
}

#[test]
fn it_is_configured_for_the_host_that_netlify_toml_deploys_to() {
    let toml = std::fs::read_to_string(repository().join("handbook/handbook.toml")).unwrap();
    assert!(toml.contains("[publish]\nhost = \"netlify\"\n"));
}
