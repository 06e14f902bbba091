//! The life of a table: it is imported, its chapters are edited in the page, the table changes, the
//! chapters are updated, and the exported workbook is imported again. There is no browser and no
//! `LibreOffice` here: the page's edits are made to the files, and an `OpenDocument` spreadsheet has the
//! cells that calamine reads from the workbook.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use proptest::prelude::*;
use rolebook::author::import::{Choices, Import};

use crate::tables::{BOOK, archive, described, exported, planned};

type Files = BTreeMap<String, String>;

fn texts(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

/// Writes what an import plans.
fn write(files: &mut Files, import: &Import) {
    assert!(!import.is_refused(), "{}", described(import));
    for change in &import.changes {
        files.insert(change.path.to_string(), String::from_utf8(change.after.clone()).unwrap());
    }
    for file in &import.files {
        files.insert(file.path.to_string(), file.text.clone());
    }
}

/// Returns what importing a table into these files would change, in words.
fn differences(name: &str, bytes: &[u8], files: &Files) -> Vec<String> {
    let import = planned(name, bytes, &texts(files), &Choices::default());
    let new = import.files.iter().map(|file| format!("new: {}", file.path));
    let lines = import.by_hand.iter().map(|lines| format!("by hand: {}", lines.what));
    let findings = import.findings.iter().map(|finding| finding.message.clone());
    let words = import.changes.iter().flat_map(|change| change.words.clone());
    new.chain(lines).chain(findings).chain(words).collect()
}

/// Returns an `OpenDocument` spreadsheet with the cells of a workbook.
fn opendocument(bytes: &[u8]) -> Vec<u8> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let mut xml = String::from("<office:document-content><office:body><office:spreadsheet>");
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    for (name, range) in book.worksheets() {
        xml.push_str(&format!("<table:table table:name=\"{}\">", escaped(&name)));
        for row in range.rows() {
            xml.push_str("<table:table-row>");
            for cell in row {
                let text = match cell {
                    Data::Empty => String::new(),
                    cell => {
                        format!("<text:p>{}</text:p>", escaped(&cell.to_string()).replace('\n', "</text:p><text:p>"))
                    }
                };
                xml.push_str(&format!("<table:table-cell office:value-type=\"string\">{text}</table:table-cell>"));
            }
            xml.push_str("</table:table-row>");
        }
        xml.push_str("</table:table>");
    }
    xml.push_str("</office:spreadsheet></office:body></office:document-content>");
    archive(&[("content.xml", xml.as_bytes())])
}

/// Exports a handbook in every format and asserts that importing it changes nothing.
fn comes_back(files: &Files) {
    let book = exported(&texts(files), "matrix.xlsx");
    assert_eq!(book, exported(&texts(files), "matrix.xlsx"));
    let csv = |url: &str| exported(&texts(files), url);
    // There is no matrix without roles.
    let matrix = files.keys().any(|path| path.starts_with("roles/")).then(|| ("matrix.csv", csv("matrix.csv")));
    let tables =
        [("matrix.ods", opendocument(&book)), ("matrix.xlsx", book), ("statements.csv", csv("statements.csv"))];
    for (name, bytes) in tables.into_iter().chain(matrix) {
        let found = differences(name, &bytes, files);
        assert!(found.is_empty(), "{name}: {found:#?}\n{files:#?}");
    }
}

#[test]
fn a_table_is_imported_edited_changed_updated_exported_and_imported_again() {
    let table = "Group,Skill,L3,L4,L5\nCraft,Writing,Writes a page.,\"Writes a paper.\nEdits what others wrote.\",Writes a book.\n,Talking,Talks to a team.,Talks to all.,\n";
    let roles = "Role,Track,Rank,Writing,Talking\nWriter,Individual,1,L3,L3\nEditor,Individual,2,L4,L3\nChief,Management,3,L5,L4\n";
    let mut files = Files::new();
    for (name, table) in [("levels.csv", table), ("roles.csv", roles)] {
        let import = planned(name, table.as_bytes(), &texts(&files), &Choices::default());
        write(&mut files, &import);
        assert!(differences(name, table.as_bytes(), &files).is_empty(), "{name}");
    }
    comes_back(&files);
    // The page: a sentence below the title, a reworded statement and an example.
    let chapter = files.get_mut("competencies/writing.md").unwrap();
    *chapter = chapter
        .replace("# Writing\n", "# Writing\n\nWe write more than we talk.\n")
        .replace("- Writes a paper. {#", "- Writes a paper that convinces. {#")
        .replace("- Writes a book.", "- Writes a *book*.")
        .replace("{#l3-writes-a-book}\n", "{#l3-writes-a-book}\n  - **Example:** The blue one.\n");
    comes_back(&files);
    // The table still has the old sentence, and says so.
    let found = differences("levels.csv", table.as_bytes(), &files);
    assert_eq!(found, ["statements: 1 reworded", "L4: Writes a paper that convinces. → Writes a paper."]);
    let table = table
        .replace("Writes a paper.", "Writes a paper that convinces.")
        .replace("Edits what others wrote.", "Edits everything that others wrote.")
        .replace("Talks to all.,", "Talks to all.,Talks to the world.")
        .replace("Talks to a team.", "Hums.");
    let roles = roles.replace("Editor,Individual,2,L4,L3", "Editor,Individual,2,L4,L4") + "Poet,Individual,,L5,\n";
    let found = differences("levels.csv", table.as_bytes(), &files);
    assert_eq!(
        found,
        [
            "statements: 1 reworded",
            "L4: Edits what others wrote. → Edits everything that others wrote.",
            "statements: 2 new, 1 only in the handbook",
            "L3: new: Hums.",
            "L5: new: Talks to the world.",
            "L3: only in the handbook: Talks to a team.",
        ]
    );
    assert_eq!(differences("roles.csv", roles.as_bytes(), &files), ["new: roles/poet.md", "Talking: L3 → L4"]);
    for (name, table) in [("levels.csv", &table), ("roles.csv", &roles)] {
        let chosen = Choices { prunes: true, ..Choices::default() };
        let import = planned(name, table.as_bytes(), &texts(&files), &chosen);
        write(&mut files, &import);
        assert!(differences(name, table.as_bytes(), &files).is_empty(), "{name}");
    }
    let chapter = &files["competencies/writing.md"];
    for kept in ["We write more than we talk.", "Writes a *book*.", "The blue one.", "{#l2-edits-what-others-wrote}"] {
        assert!(chapter.contains(kept), "{kept}: {chapter}");
    }
    assert!(!files["competencies/talking.md"].contains("Talks to a team."));
    comes_back(&files);
}

#[test]
fn exports_of_families_tracks_and_codes_come_back() {
    let own =
        |files: &[(&str, &str)]| files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    comes_back(&own(BOOK));
    let mut files: Files = own(&[]);
    let makers = "Skill,Junior Maker (L1),Maker (L2)\nCraft,Makes one.,Makes two.\nCare,Asks.,Answers.\n";
    let drawers = "Skill,Junior Drawer (L1),Drawer (L2)\nCraft,Draws one.,Draws two.\nTaste,Copies.,Chooses.\n";
    for (name, table) in [("Makers", makers), ("Drawers", drawers)] {
        let chosen = Choices { family: Some(name.to_owned()), ..Choices::default() };
        let import = planned("t.csv", table.as_bytes(), &texts(&files), &chosen);
        write(&mut files, &import);
        let again = planned("t.csv", table.as_bytes(), &texts(&files), &chosen);
        assert!(again.changes.is_empty() && again.files.is_empty(), "{}", described(&again));
    }
    assert!(files["handbook.toml"].contains("[[families.drawers.scale]]\nlevel = 1\nname = \"Junior Drawer\"\n"));
    comes_back(&files);
    let managers = "Skill,M2,M3\nCare,Cares for a team.,Cares for teams.\n";
    let chosen = Choices { track: Some("Managers".to_owned()), ..Choices::default() };
    let import = planned("t.csv", managers.as_bytes(), &texts(&files), &chosen);
    write(&mut files, &import);
    comes_back(&files);
}

#[test]
fn a_list_with_tracks_in_its_titles_is_imported_again_without_a_difference() {
    let table = "Theme,Level,Competency\nTalks,Engineer,Says it to one team\nTalks,Senior Engineer (Maker),Says it to makers\nTalks,Senior Engineer (Manager),Says it to managers\n";
    let mut files = Files::new();
    let import = planned("t.csv", table.as_bytes(), &[], &Choices::default());
    write(&mut files, &import);
    let found = differences("t.csv", table.as_bytes(), &files);
    assert!(found.is_empty(), "{found:?}");
    comes_back(&files);
}

#[test]
fn a_changed_proficiency_is_said_and_written() {
    let table = "Theme,Level,Competency,Proficiency\nTalks,Junior Engineer,Says it to one team,Awareness\nTalks,Engineer,Says it to all teams,Working knowledge\n";
    let mut files = Files::new();
    let import = planned("t.csv", table.as_bytes(), &[], &Choices::default());
    write(&mut files, &import);
    assert!(differences("t.csv", table.as_bytes(), &files).is_empty());
    comes_back(&files);
    let table = table.replace("Working knowledge", "Expert").replace("Awareness", "Some \"awareness\"");
    let found = differences("t.csv", table.as_bytes(), &files);
    let wanted = [
        "Junior Engineer: proficiency: Awareness → Some awareness",
        "Engineer: proficiency: Working knowledge → Expert",
    ];
    assert_eq!(found, wanted);
    let import = planned("t.csv", table.as_bytes(), &texts(&files), &Choices::default());
    write(&mut files, &import);
    assert!(files["competencies/talks.md"].contains("### Junior Engineer {level=1 proficiency=\"Some awareness\"}\n"));
    assert!(differences("t.csv", table.as_bytes(), &files).is_empty());
    comes_back(&files);
}

const WORDS: [&str; 12] = [
    "asks",
    "early",
    "writes",
    "teams",
    "decides",
    "with care",
    "plans",
    "\"quotes\"",
    "a; b",
    "reviews",
    "=1+1",
    "numbers",
];

fn statement() -> impl Strategy<Value = String> {
    prop::collection::vec(0..WORDS.len(), 3..6).prop_map(|words| {
        let words: Vec<&str> = words.into_iter().map(|n| WORDS[n]).collect();
        format!("Says {}.", words.join(" "))
    })
}

fn csv(rows: &[Vec<String>]) -> String {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// Returns a table with a statement for each competency and level, of which some are left out.
fn table(statements: &[Vec<String>], skipped: usize) -> String {
    let names = ["Craft", "Care, and talk", "Plans", "Taste"];
    let mut rows = vec![["Skill", "L3", "L4", "L5"].map(str::to_owned).to_vec()];
    for (n, list) in statements.iter().enumerate() {
        let cell =
            |(level, text): (usize, &String)| if (n * 3 + level) % 7 == skipped { String::new() } else { text.clone() };
        rows.push(std::iter::once(names[n].to_owned()).chain(list.iter().enumerate().map(cell)).collect());
    }
    csv(&rows)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_generated_table_lives_through_changes_without_a_loss(
        statements in prop::collection::vec(prop::collection::vec(statement(), 3), 2..5),
        (row, column, text) in (0..4_usize, 0..3_usize, statement()),
        (skipped, is_replace) in (1..7_usize, any::<bool>()),
    ) {
        let levels = Some(if is_replace { rolebook::declare::kind::Levels::Replace } else { rolebook::declare::kind::Levels::AddUp });
        let chosen = Choices { levels, ..Choices::default() };
        let mut files = Files::new();
        let first = table(&statements, skipped);
        let import = planned("t.csv", first.as_bytes(), &[], &chosen);
write(&mut files, &import);
        prop_assert!(differences("t.csv", first.as_bytes(), &files).is_empty());
        comes_back(&files);
        let mut changed = statements.clone();
        let row = row % changed.len();
        changed[row][column] = format!("{text} And more.");
        let second = table(&changed, skipped);
        let found = differences("t.csv", second.as_bytes(), &files);
        // A cell that is left out doesn't change anything, and every other change is said.
        let is_skipped = (row * 3 + column) % 7 == skipped;
        prop_assert_eq!(is_skipped, found.is_empty(), "{:?}", found);
        prop_assert!(is_skipped || found.iter().any(|line| line.contains("And more.")), "{:?}", found);
        let pruned = Choices { prunes: true, ..chosen };
        let import = planned("t.csv", second.as_bytes(), &texts(&files), &pruned);
write(&mut files, &import);
        prop_assert!(differences("t.csv", second.as_bytes(), &files).is_empty());
        comes_back(&files);
    }
}
