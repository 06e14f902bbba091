//! Generates handbooks of any size: every role expects every competency, every level has three
//! statements, and every strategy has four decisions.
//!
//! Input: the numbers of roles and competencies. Output: sources in memory. Shared by the tests of
//! page sizes and the benchmark.

use rolebook::text::path::SourcePath;
use rolebook::text::source::{SourceFile, Sources};

const LEVELS: [&str; 5] = ["Learning", "Practising", "Owning", "Guiding", "Shaping"];

/// Generates a handbook with this many roles and competencies, and a strategy chapter for every ten
/// roles.
pub fn handbook(roles: usize, competencies: usize) -> Sources {
    let mut sources = Sources::from_texts([("handbook.toml", "title = \"T\"\n[partners]\nsales = \"Sales\"\n")]);
    let mut add = |path: String, text: String| {
        sources.files.insert(SourcePath::new(path), SourceFile::new(text.into_bytes()));
    };
    for n in 0..competencies {
        add(format!("competencies/c{n}.md"), competency(n));
    }
    for n in 0..roles {
        add(format!("roles/r{n}.md"), role(n, roles, competencies));
    }
    let strategies = roles.div_ceil(10);
    for n in 0..strategies {
        add(format!("strategy/s{n}.md"), strategy(n, roles));
    }
    let stops: Vec<String> = (0..strategies).map(|n| format!("s{n}")).collect();
    add("paths/all.md".to_owned(), format!("---\nchapters: [{}]\n---\n# All\n\nIn order.\n", stops.join(", ")));
    sources
}

/// Generates a handbook with every kind of chapter: 20 roles, three more with a common base, 15
/// competencies, strategies, a path, guides and a glossary.
pub fn company() -> Sources {
    let mut sources = handbook(20, 15);
    let mut add = |path: &str, text: String| {
        sources.files.insert(SourcePath::new(path), SourceFile::new(text.into_bytes()));
    };
    let toml = "title = \"T\"\nbase_url = \"https://rolebook.example/\"\n[partners]\nsales = \"Sales\"\n";
    add("handbook.toml", toml.to_owned());
    add("index.md", "# Home\n\nBegin with [[r1]], [[c0]] or [the guide](guides/first.md).\n".to_owned());
    let base = "---\nbase: true\ncompetencies: {c0: 2, c1: 3, c2: 1}\n---\n# Base\n\n## Responsibilities\n\n- Keeps a list. {#list}\n";
    add("roles/base.md", base.to_owned());
    // At one rank, the next role is a move.
    for (name, next) in [("first", "second"), ("second", "third"), ("third", "")] {
        let facts = format!("extends: base\nrank: 21\ntrack: t0\ngrows_into: [{next}]\ncompetencies: {{c1: 4, c3: 2}}");
        let text = format!(
            "---\n{facts}\n---\n# The {name} lead\n\nLeads.\n\n## Responsibilities\n\n- Reads the list. {{#reads}}\n\n## First weeks\n\nListens.\n\n## Limits\n\nNone.\n"
        );
        add(&format!("roles/{name}.md"), text);
    }
    let terms: String =
        (0..12).map(|n| format!("### Term{n}\n\nA word that the field uses, number {n}.\n\n")).collect();
    add("glossary.md", format!("# Glossary\n\n{terms}"));
    for n in 0..12 {
        let name = if n == 0 { "first".to_owned() } else { format!("g{n}") };
        let text = format!(
            "# Guide {n}\n\nA guide on term{n} and [[r{n}#duty-1]].\n\n## Steps\n\n1. Read [[s0]].\n2. Ask [somebody](../roles/r{n}.md).\n\n## Limits\n\n| when | then |\n|---|---|\n| late {n} | stop |\n\n```sh\necho {n}\n```\n"
        );
        add(&format!("guides/{name}.md"), text);
    }
    sources
}

fn competency(n: usize) -> String {
    let mut text = format!("---\ncluster: Cluster {}\nsupports: [s0]\n---\n# Competency {n}\n\n## Levels\n\n", n / 10);
    for level in LEVELS {
        let id = level.to_lowercase();
        text.push_str(&format!("### {level}\n\n"));
        for (word, what) in [("a", "Writes the brief"), ("b", "Names the price"), ("c", "Asks who bears it")] {
            text.push_str(&format!("- {what} of work {n} at {id}, before anybody has to ask. {{#{id}-{word}}}\n"));
        }
        text.push('\n');
    }
    text.push_str("## Interview\n\n1. *A piece of work that failed.* Strong: what it cost. Weak: bad luck.\n2. *Who disagreed?* Strong: a name for the reason. Weak: nobody.\n");
    text
}

fn role(n: usize, roles: usize, competencies: usize) -> String {
    let expected: String = (0..competencies).map(|c| format!("  c{c}: {}\n", (n + c) % 5 + 1)).collect();
    let grows = if n + 1 < roles { format!("grows_into: r{}\n", n + 1) } else { String::new() };
    let facts = format!("rank: {n}\ntrack: t{}\nscope: area {n}\nhorizon: a year\n{grows}", n % 4);
    let duties: String = (0..8).map(|d| format!("- Answers for result {d} of area {n}. {{#duty-{d}}}\n")).collect();
    format!(
        "---\n{facts}competencies:\n{expected}---\n# Role {n}\n\nDecides its area.\n\n## Responsibilities\n\n{duties}"
    )
}

fn strategy(n: usize, roles: usize) -> String {
    let mut text = format!("---\nled_by: r{}\n---\n# Strategy {n}\n\n## Decisions\n\n", n * 10);
    for d in 0..4 {
        let (who, other) = ((n * 10 + d) % roles, (n * 10 + d + 5) % roles);
        let scope = ["team", "area", "portfolio"][d % 3];
        text.push_str(&format!("### What {d} of {n} becomes {{#d{d} scope={scope}}}\n- Accountable: r{who}\n- Responsible: r{other}\n- Consulted: sales\n\n"));
    }
    text
}
