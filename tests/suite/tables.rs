//! Golden cases of tables as companies have them: each file in `tests/tables` is a table, and what
//! importing it plans.
//!
//! A line `#### table NAME ENCODING` starts the table, where the encoding may be missing, `utf-16` or
//! `windows-1252`. `#### choices` starts words such as `ladder=up` and `levels=replace`, `#### file PATH` a file of
//! the handbook that the table is imported into, and `#### plan` the expected plan. `UPDATE_CASES=1`
//! writes the current results.

use std::io::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use rolebook::author::import::{Choices, EachSheet, Import, Ladder, Target, plan};
use rolebook::declare::kind::Levels;
use rolebook::model::compile::{Choices as Compiled, Compiler};
use rolebook::text::diagnostic::Place;
use rolebook::text::path::SourcePath;
use rolebook::text::source::Sources;
use rolebook::world::report;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::support::{files_below, repository};

pub type Part = (String, String);

pub fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(head) = line.strip_prefix("#### ") {
            parts.push((head.trim_end().to_owned(), String::new()));
        } else if let Some(last) = parts.last_mut() {
            last.1.push_str(line);
        }
    }
    parts
}

pub fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-16" => "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        "windows-1252" => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(0x92)).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

pub fn choices(text: &str) -> Choices {
    let mut choices = Choices::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        match (key, value) {
            ("sheet", name) => choices.sheets.push(name.to_owned()),
            ("ladder", "up") => choices.ladder = Some(Ladder::Up),
            ("ladder", "down") => choices.ladder = Some(Ladder::Down),
            ("levels", "replace") => choices.levels = Some(Levels::Replace),
            ("scale", names) => choices.scale = names.split(',').map(|name| name.trim().to_owned()).collect(),
            ("prune", _) => choices.prunes = true,
            ("track", name) => choices.track = Some(name.to_owned()),
            ("family", name) => choices.family = Some(name.to_owned()),
            ("each-sheet", "track") => choices.each_sheet = Some(EachSheet::Track),
            ("each-sheet", "family") => choices.each_sheet = Some(EachSheet::Family),
            ("each-sheet", "part") => choices.each_sheet = Some(EachSheet::Part),
            other => panic!("{other:?}"),
        }
    }
    choices
}

/// Plans an import into the handbook with these files; into a new one if there are none.
pub fn planned(name: &str, bytes: &[u8], files: &[(&str, &str)], choices: &Choices) -> Import {
    let sources = Sources::from_texts(files.iter().copied());
    let all = Compiled { everyone: true, ..Compiled::default() };
    let handbook = (!files.is_empty()).then(|| Compiler::new().compile(&sources, &all).unwrap());
    let declares_scale = files.iter().any(|(_, text)| text.contains("[[scale]]"));
    let target = Target { handbook: handbook.as_ref(), sources: Some(&sources), declares_scale, title: "T" };
    plan(&SourcePath::new(name), bytes, target, choices)
}

pub fn described(import: &Import) -> String {
    let mut out = String::new();
    for reading in &import.readings {
        out.push_str(&format!("read as {reading}\n"));
    }
    for note in &import.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    for file in &import.files {
        let text = file.text.split("# The levels, lowest first").last().unwrap();
        out.push_str(&format!(
            "== {} ({})\n{}",
            file.path,
            file.what,
            text.trim_start_matches(|c| c != '\n' && c != '-')
        ));
    }
    for change in &import.changes {
        out.push_str(&format!("== {}, {}\n", change.path, if change.fills { "filled" } else { "changed" }));
        change.words.iter().for_each(|line| out.push_str(&format!("{line}\n")));
        out.push_str(&format!("--\n{}", String::from_utf8_lossy(&change.after)));
    }
    for lines in &import.by_hand {
        out.push_str(&format!("== by hand: {}: {}\n{}", lines.path, lines.what, lines.text));
    }
    let files = |place: &Place| match place {
        Place::Content(path, _) => {
            let (name, text) = import.texts.iter().find(|(name, _)| name == path)?;
            Some((name.to_string(), Some(Arc::clone(text))))
        }
        _ => None,
    };
    out + &report::human(&import.findings, &files, false, 120)
}

fn now(text: &str) -> String {
    let parts = parts(text);
    let files: Vec<(&str, &str)> =
        parts.iter().filter_map(|(head, text)| Some((head.strip_prefix("file ")?, text.as_str()))).collect();
    let chosen = parts.iter().find(|(head, _)| head == "choices").map(|(_, text)| choices(text)).unwrap_or_default();
    let mut out = String::new();
    for (head, text) in &parts {
        out.push_str(&format!("#### {head}\n"));
        if head != "plan" {
            out.push_str(text);
            continue;
        }
        let (head, table) = parts.iter().find(|(head, _)| head.starts_with("table ")).unwrap();
        let mut words = head.split(' ').skip(1);
        let (name, encoding) = (words.next().unwrap(), words.next().unwrap_or_default());
        let import = planned(name, &encoded(table, encoding), &files, &chosen);
        out.push_str(described(&import).trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn every_table_is_planned_as_expected() {
    let root = repository().join("tests/tables");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let files = files_below(&root);
    assert!(files.len() >= 40, "there are only {} tables", files.len());
    let mut failed = Vec::new();
    for (name, bytes) in files {
        let text = String::from_utf8(bytes).unwrap();
        let now = now(&text);
        if now != text && update {
            std::fs::write(root.join(&name), now).unwrap();
        } else if now != text {
            failed.push(format!("---- {name}\n{now}"));
        }
    }
    assert!(failed.is_empty(), "{} tables differ. Current results:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn a_workbook_is_read_with_merged_hidden_and_computed_cells() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Levels").unwrap();
    sheet.merge_range(0, 0, 0, 3, "Our levels", &Format::new()).unwrap();
    for (column, text) in ["Area", "Skill", "L1", "L2"].into_iter().enumerate() {
        sheet.write(1, u16::try_from(column).unwrap(), text).unwrap();
    }
    sheet.merge_range(2, 0, 3, 0, "Craft", &Format::new()).unwrap();
    sheet.write(2, 1, "Talks").unwrap().write(3, 1, "Plans").unwrap();
    sheet.merge_range(2, 2, 2, 3, "Says it.", &Format::new()).unwrap();
    sheet.write(3, 2, "Plans a week.\nKeeps it.").unwrap();
    sheet.write(3, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write(4, 1, "Secret").unwrap().write(4, 2, "Hidden.").unwrap();
    sheet.set_row_hidden(4).unwrap();
    let roles = book.add_worksheet();
    roles.set_name("Roles").unwrap();
    let day = ExcelDateTime::from_ymd(2026, 3, 2).unwrap();
    roles.write(0, 0, "Role").unwrap().write(0, 1, "Talks").unwrap().write(0, 2, "Plans").unwrap();
    roles.write(1, 0, "PM").unwrap().write(1, 1, 2).unwrap();
    roles.write(2, 0, "Head").unwrap().write(2, 2, 1).unwrap();
    roles.write_with_format(1, 2, &day, &Format::new().set_num_format("d mmm")).unwrap();
    let notes = book.add_worksheet();
    notes.set_name("Notes").unwrap().write(0, 0, "Ask Ann").unwrap();
    let old = book.add_worksheet();
    old.set_name("Old").unwrap().write(0, 0, "Gone").unwrap();
    old.set_hidden(true);
    let bytes = book.save_to_buffer().unwrap();
    let import = planned("levels.xlsx", &bytes, &[], &Choices::default());
    let said = described(&import);
    for part in [
        "read as `Levels`: competencies in rows (`Skill`), levels in columns (`L1` to `L2`), statements in cells; clusters in `Area`; skipped above the header: `Our levels`\n",
        "read as `Roles`: roles in rows (`Role`), competencies in columns (`Talks` to `Plans`), levels in cells\n",
        "cluster: Craft\norder: 2\n---\n# Plans\n\n## Levels\n\n### L1 {level=1}\n\n- Plans a week. {#l1-plans-a-week}\n- Keeps it. {#l1-keeps-it}\n",
        "competencies:\n  talks: L2\n---\n# PM\n",
        "row 5 is hidden, and was not used",
        "`2026-03-02` isn't a level, and was not used\n --> levels.xlsx[Roles]:2:",
        "= note: this is in cell C2",
        "the table `Notes` has no header that import recognizes, and was not used",
        "the sheet `Old` is hidden, and was not used",
        "1 statement of `Talks` only repeated a lower level",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!said.contains("Secret"), "{said}");
    assert_eq!(import.sheets, ["Levels", "Roles"]);
    let only = planned("levels.xlsx", &bytes, &[], &Choices { sheets: vec!["2".to_owned()], ..Choices::default() });
    assert_eq!(only.readings.len(), 1);
    let wrong = planned("levels.xlsx", &bytes, &[], &Choices { sheets: vec!["Role".to_owned()], ..Choices::default() });
    let said = described(&wrong);
    assert!(said.contains("there is no sheet called `Role`\n") && said.contains("did you mean `Roles`?"), "{said}");
}

pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn an_opendocument_spreadsheet_is_read() {
    let row = |cells: &[&str]| {
        let cell = |text: &&str| {
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        };
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
    };
    let xml = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:body><office:spreadsheet><table:table table:name=\"A\">{}{}{}</table:table></office:spreadsheet></office:body></office:document-content>",
        row(&["Skill", "Level", "Statement"]),
        row(&["Talks", "1", "Says &lt;it&gt;."]),
        "<table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row>",
    );
    let bytes =
        archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", xml.as_bytes())]);
    let said = described(&planned("levels.ods", &bytes, &[], &Choices::default()));
    assert!(said.contains("- Says \\<it>. {#l1-says-it}\n"), "{said}");
}

#[test]
fn hostile_archives_are_refused_without_unpacking_them() {
    let zeros = vec![b'0'; 80 << 20];
    let bomb = archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let repeated = "<office:spreadsheet><table:table table:name=\"A\"><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell table:number-columns-repeated=\"999\"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>";
    let wide = archive(&[("content.xml", repeated.as_bytes())]);
    let far = {
        let mut book = Workbook::new();
        book.add_worksheet().write(1_048_575, 16_383, "x").unwrap();
        book.save_to_buffer().unwrap()
    };
    let mut cut = far.clone();
    cut.truncate(far.len() / 2);
    for (bytes, message) in [
        (bomb, "this workbook unpacks to more than 64 MB"),
        (wide, "this sheet is too large"),
        (far, "this sheet is too large: it has something in cell XFD1048576"),
        (cut, "this workbook is damaged"),
        (archive(&[("word/document.xml", b"<w/>")]), "this is a Word document"),
        (archive(&[("Index/Document.iwa", b"x")]), "this is a document of Numbers"),
        (archive(&[("a.txt", b"x")]), "this is an archive, not a table"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1".to_vec(), "in an old format of Office, or protected by a password"),
        (b"%PDF-1.7\n\xff".to_vec(), "this is a PDF"),
    ] {
        let import = planned("x.xlsx", &bytes, &[], &Choices::default());
        let said = described(&import);
        assert!(import.is_refused() && said.contains(message) && said.contains("help: "), "{message}: {said}");
    }
}

#[test]
fn five_thousand_rows_are_read() {
    let rows = |n: usize| format!("Skill {},{},Does thing {n} of the many.\n", n / 50, n % 5 + 1);
    let table = "competency,level,statement\n".to_owned() + &(0..5_000).map(rows).collect::<String>();
    let import = planned("big.csv", table.as_bytes(), &[], &Choices::default());
    assert_eq!((import.files.len(), import.findings.len()), (101, 0));
    let said: usize = import.files.iter().map(|file| file.text.matches("\n- ").count()).sum();
    assert_eq!(said, 5_000);
}

/// A handbook with two tracks, own names of levels, families, inherited levels and equal titles.
pub const BOOK: &[(&str, &str)] = &[
    (
        "handbook.toml",
        "title = \"T\"\nbase_url = \"https://h.example/\"\n\n[[scale]]\nlevel = 1\nname = \"IC1\"\n\n[[scale]]\nlevel = 2\nname = \"IC2\"\n\n[[scale]]\nlevel = 3\nname = \"IC3\"\n\n[[tracks]]\nid = \"ic\"\ntitle = \"Individual contributors\"\n\n[[tracks]]\nid = \"m\"\ntitle = \"Management\"\n\n[[tracks.scale]]\nlevel = 2\nname = \"M2\"\n\n[[tracks.scale]]\nlevel = 3\nname = \"M3\"\n",
    ),
    ("roles/base.md", "---\nbase: true\ntrack: ic\ncompetencies: {talks: IC1}\n---\n# Product person\n"),
    (
        "roles/pm.md",
        "---\nextends: base\nrank: 1\ngrade: P1\ncompetencies: {plans: IC2}\ngrows_into: lead\n---\n# PM\n",
    ),
    ("roles/lead.md", "---\ntrack: m\nrank: 2\ncompetencies: {talks: M3, plans: 2}\n---\n# Lead, \"the\"\n"),
    ("roles/free.md", "---\ncompetencies: {talks: 3}\n---\n# Free\n"),
    (
        "competencies/talks.md",
        "---\ncluster: People\n---\n# Talks\n\n## Levels\n\n### IC1\n\n- Says *it*. {#it}\n  - **Example:** On Monday.\n- =SUM(A1)\n\n### M3 {track=m}\n\n- Says it to all.\n\n### IC3\n\n- Says it early.\n- Says it [well](#it).\n",
    ),
    ("competencies/plans.md", "# Plans\n\n### IC2\n\n- Plans a week.\n"),
];

pub fn exported(files: &[(&str, &str)], url: &str) -> Vec<u8> {
    let site = crate::support::site_with(&Sources::from_texts(files.iter().copied()), None);
    site.render(&rolebook::text::path::UrlPath::new(url)).unwrap().unwrap().bytes.into_owned()
}

#[test]
fn a_chapter_that_cannot_be_changed_is_reported() {
    let files = [
        BOOK[0],
        BOOK[5],
        BOOK[6],
        ("roles/pm.md", "---\ncompetencies: &all {talks: 1}\nextra: {same: *all}\n---\n# PM\n"),
    ];
    let import = planned("t.csv", b"Role,Talks\nPM,2\n", &files, &Choices::default());
    let said = described(&import);
    assert!(
        import.changes.is_empty()
            && said.contains("warning[chapter-exists]: `PM` can't be changed: its front matter has"),
        "{said}"
    );
}

#[test]
fn importing_an_exported_workbook_changes_nothing() {
    let bytes = exported(BOOK, "matrix.xlsx");
    assert_eq!(bytes, exported(BOOK, "matrix.xlsx"), "two exports are equal");
    let import = planned("matrix.xlsx", &bytes, BOOK, &Choices { prunes: true, ..Choices::default() });
    let said = described(&import);
    assert!(import.changes.is_empty() && import.files.is_empty() && import.findings.is_empty(), "{said}");
    assert_eq!((import.kept, import.unmentioned.len(), import.by_hand.len()), (0, 0, 0), "{said}");
    assert_eq!(import.readings.len(), 4, "{said}");
    for (name, text) in crate::support::files_below(&repository().join("tests/tables")) {
        let text = String::from_utf8(text).unwrap();
        let parts = parts(&text);
        let files: Vec<(&str, &str)> =
            parts.iter().filter_map(|(head, text)| Some((head.strip_prefix("file ")?, text.as_str()))).collect();
        if !files.iter().any(|(path, _)| path.ends_with(".md")) || name.contains("filling") {
            continue;
        }
        let import = planned("matrix.xlsx", &exported(&files, "matrix.xlsx"), &files, &Choices::default());
        assert!(import.changes.is_empty() && import.files.is_empty(), "{name}: {}", described(&import));
    }
}

#[test]
fn a_change_in_an_exported_workbook_is_the_only_difference() {
    let sources = Sources::from_texts(BOOK.iter().copied());
    let all = Compiled { everyone: true, ..Compiled::default() };
    let handbook = Compiler::new().compile(&sources, &all).unwrap();
    assert_eq!(handbook.documents.len(), 6);
    let changed: Vec<(&str, String)> = BOOK
        .iter()
        .map(|(path, text)| {
            (*path, text.replace("Says it early.", "Says it very early.").replace("plans: 2}", "plans: M3}"))
        })
        .collect();
    let changed: Vec<(&str, &str)> = changed.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let import = planned("matrix.xlsx", &exported(&changed, "matrix.xlsx"), BOOK, &Choices::default());
    let words: Vec<&str> = import.changes.iter().flat_map(|change| &change.words).map(String::as_str).collect();
    assert_eq!(
        words,
        ["statements: 1 reworded", "IC3: Says it early. → Says it very early.", "Plans: M2 → M3"],
        "{}",
        described(&import)
    );
}

/// Cells of random tables.
const PARTS: &[&str] = &[
    "",
    "Talks",
    "Plans",
    "New",
    "IC1",
    "IC2",
    "M3",
    "3",
    "x",
    "x = IC1",
    "Total",
    "–",
    "Says it early.",
    "Says *it*.",
    "Says it.\nPlans a week.",
    "- a {#it}",
    "Skill",
    "Role",
    "Level",
    "Statement",
    "Track",
    "Management",
    "PM",
    "Free",
    "ID",
    "it",
    "Cluster",
    "Legend",
    "\"q\"",
    "1 | 2",
    "<table>",
    "ä",
];

const NAMES: &[&str] = &["", "Talks", "Plans", "New", "PM", "Free", "Lead, \"the\"", "pm", "Total"];
const TRACKS: &[&str] = &["", "", "Management"];
const LEVELS: &[&str] = &["", "IC1", "IC2", "IC3", "3", "2", "–", "x"];

fn csv(cells: &[Vec<&str>]) -> String {
    let quoted = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
    cells.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn an_update_that_was_written_leaves_no_difference(
        rows in prop::collection::vec(prop::array::uniform4(0..100_usize), 1..7),
        is_list in any::<bool>(),
        prunes in any::<bool>(),
    ) {
        let head = if is_list { vec!["Skill", "Level", "Statement", "Track"] } else { vec!["Role", "Talks", "Plans", "New"] };
        let pick = |list: &[&'static str], n: usize| list[n % list.len()];
        let row = |row: &[usize; 4]| {
            let (third, fourth) = if is_list { (PARTS, TRACKS) } else { (LEVELS, LEVELS) };
            vec![pick(NAMES, row[0]), pick(LEVELS, row[1]), pick(third, row[2]), pick(fourth, row[3])]
        };
        let rows: Vec<Vec<&str>> = rows.iter().map(row).collect();
        let table = csv(&[vec![head], rows].concat());
        let chosen = Choices { prunes, ..Choices::default() };
        let import = planned("t.csv", table.as_bytes(), BOOK, &chosen);
        prop_assume!(!import.is_refused());
        let mut files: std::collections::BTreeMap<String, String> =
            BOOK.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        for change in &import.changes {
            files.insert(change.path.to_string(), String::from_utf8(change.after.clone()).unwrap());
        }
        for file in &import.files {
            files.insert(file.path.to_string(), file.text.clone());
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let again = planned("t.csv", table.as_bytes(), &files, &chosen);
        prop_assert!(again.changes.is_empty() && again.files.is_empty(), "{table}\n{}\n-- again\n{}", described(&import), described(&again));
    }

    #[test]
    fn no_table_and_no_damaged_workbook_makes_the_import_fail_unexpectedly(
        rows in prop::collection::vec(prop::collection::vec(prop::sample::select(PARTS), 0..6), 0..9),
        cuts in prop::collection::vec((0..20_000_usize, any::<u8>()), 0..4),
    ) {
        let text = csv(&rows);
        for name in ["t.csv", "t.md", "t.yaml"] {
            planned(name, text.as_bytes(), &[], &Choices::default());
        }
        let html: String = rows.iter().map(|row| format!("<tr><td rowspan={}>{}", row.len(), row.join("<td colspan=2>"))).collect();
        planned("t.html", format!("<table>{html}").as_bytes(), &[], &Choices::default());
        let mut book = exported(&BOOK[..3], "matrix.xlsx");
        for (at, byte) in cuts {
            let at = at % book.len();
            book[at] = byte;
        }
        planned("t.xlsx", &book, BOOK, &Choices::default());
    }
}
