//! Nothing in a table is lost silently: each of its words is in a chapter, in what the import says that
//! it read, or in a finding. Checked for all golden cases, and for workbooks in every state that people
//! send them in.

use std::collections::BTreeSet;
use std::sync::Arc;

use rolebook::author::import::{Choices, Import};
use rolebook::text::diagnostic::Place;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Note, Workbook, Worksheet, XlsxError};

use crate::support::{files_below, repository};
use crate::tables::{choices, described, encoded, parts, planned};

/// Returns the words of a text that have at least three letters.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 3);
    words.map(str::to_lowercase).collect()
}

/// Returns the text of a table without the names of tags, attributes and keys.
fn contents(name: &str, text: &str) -> String {
    if name.ends_with(".html") {
        let start = text.find("<table").unwrap_or(0);
        let text = &text[start..text.rfind("</table").unwrap_or(text.len()).max(start)];
        let parts = text.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        return parts.collect::<Vec<_>>().join(" ").replace("&nbsp;", " ").replace("&amp;", " ");
    }
    if name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml") {
        let is_key = |(word, behind): (&str, &str)| !word.is_empty() && behind.trim_start_matches('"').starts_with(':');
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric()) {
            rest = &rest[start..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if !is_key((&rest[..end], &rest[end..])) {
                out.push_str(&rest[..end]);
                out.push(' ');
            }
            rest = &rest[end..];
        }
        return out;
    }
    if name.ends_with(".md") {
        // The text around tables is counted, not repeated.
        return text.lines().filter(|line| line.contains('|')).collect::<Vec<_>>().join("\n");
    }
    // Excel's line with the separator, and what checkboxes that aren't ticked say.
    text.replace("sep=", "").replace("FALSE", "")
}

/// Returns everything that an import writes and says.
fn said(import: &Import) -> String {
    let mut out = described(import);
    for finding in &import.findings {
        if let Place::Content(path, Some(span)) = &finding.place
            && let Some((_, text)) = import.texts.iter().find(|(name, _)| name == path)
        {
            let text: &Arc<[u8]> = text;
            out.push_str(&String::from_utf8_lossy(&text[span.range()]));
            out.push('\n');
        }
    }
    out.push_str(&import.files.iter().map(|file| file.text.clone() + "\n").collect::<String>());
    out
}

fn lost(contents: &str, said: &str, known: &str) -> Vec<String> {
    let known = words(&format!("{said}\n{known}"));
    words(contents).into_iter().filter(|word| !known.contains(word)).collect()
}

/// Returns the words of tables that the import says it couldn't use as a whole.
fn unrecognized(name: &str, table: &str, import: &Import) -> String {
    let Ok(file) = rolebook::text::spreadsheet::open(name, table.as_bytes()) else { return String::new() };
    let is_said = |name: &str| {
        let what = format!("the table `{name}` has no header that import recognizes");
        import.findings.iter().any(|finding| finding.message.starts_with(&what))
    };
    let sheets = file.sheets.iter().filter(|sheet| is_said(&sheet.name));
    let cells = sheets.flat_map(|sheet| sheet.readings[0].iter().flat_map(|row| &row.cells));
    cells.map(|cell| cell.text.clone() + " ").collect()
}

#[test]
fn no_word_of_a_table_is_lost() {
    let mut failed = Vec::new();
    for (case, bytes) in files_below(&repository().join("tests/tables")) {
        let text = String::from_utf8(bytes).unwrap();
        let parts = parts(&text);
        let files: Vec<(&str, &str)> =
            parts.iter().filter_map(|(head, text)| Some((head.strip_prefix("file ")?, text.as_str()))).collect();
        let chosen =
            parts.iter().find(|(head, _)| head == "choices").map(|(_, text)| choices(text)).unwrap_or_default();
        let (head, table) = parts.iter().find(|(head, _)| head.starts_with("table ")).unwrap();
        let mut head = head.split(' ').skip(1);
        let (name, encoding) = (head.next().unwrap(), head.next().unwrap_or_default());
        let import = planned(name, &encoded(table, encoding), &files, &chosen);
        let known: String =
            files.iter().map(|(_, text)| *text).collect::<String>() + &unrecognized(name, table, &import);
        let lost = if import.is_refused() { Vec::new() } else { lost(&contents(name, table), &said(&import), &known) };
        if !lost.is_empty() {
            failed.push(format!("{case}: {}", lost.join(", ")));
        }
    }
    assert!(failed.is_empty(), "words are lost:\n{}", failed.join("\n"));
}

type Made = Result<(), XlsxError>;

/// Writes rows of texts to a worksheet.
fn rows(sheet: &mut Worksheet, rows: &[&[&str]]) -> Made {
    for (r, row) in (0..).zip(rows) {
        for (c, text) in (0..).zip(*row).filter(|(_, text)| !text.is_empty()) {
            sheet.write(r, c, *text)?;
        }
    }
    Ok(())
}

const PLAIN: &[&[&str]] =
    &[&["Skill", "L1", "L2"], &["Talks", "Says it.", "Says it early."], &["Plans", "Plans days.", "Plans weeks."]];

/// A workbook, and parts of what importing it says.
struct Case {
    name: &'static str,
    make: fn(&mut Workbook) -> Made,
    says: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "two header rows with merged tracks and families of columns",
        make: |book| {
            let sheet = book.add_worksheet();
            sheet.merge_range(0, 1, 0, 2, "Makers", &Format::new())?;
            sheet.merge_range(0, 3, 0, 4, "Leaders", &Format::new())?;
            rows(
                sheet,
                &[
                    &[],
                    &["Skill", "L1", "L2", "M1", "M2"],
                    &["Talks", "Says it.", "Says more.", "Leads one.", "Leads two."],
                ],
            )
        },
        says: &[
            "tracks in the row above the header (Makers, Leaders)",
            "### M1 {level=1 track=leaders}\n\n- Leads one.",
        ],
    },
    Case {
        name: "a sheet per track",
        make: |book| {
            rows(book.add_worksheet().set_name("Makers")?, PLAIN)?;
            let leaders: &[&[&str]] = &[&["Skill", "M1", "M2"], &["Talks", "Leads one.", "Leads two."]];
            rows(book.add_worksheet().set_name("Leaders")?, leaders)
        },
        says: &["### L1 {level=1 track=makers}\n\n- Says it.", "### M2 {level=2 track=leaders}\n\n- Leads two."],
    },
    Case {
        name: "names of groups merged down the side, with totals and a legend below",
        make: |book| {
            let sheet = book.add_worksheet();
            rows(
                sheet,
                &[
                    &["Area", "Skill", "Engineer", "Head"],
                    &["", "Talks", "W", "E"],
                    &["", "Plans", "B", "W"],
                    &["Total", "", "3", "5"],
                    &[],
                    &["Legend"],
                    &["B", "Basic"],
                    &["W", "Working"],
                    &["E", "Expert"],
                ],
            )?;
            sheet.merge_range(1, 0, 2, 0, "Craft", &Format::new()).map(|_| ())
        },
        says: &["cluster: Craft\norder: 2", "this row adds up others", "`W` means Working", "talks: Expert"],
    },
    Case {
        name: "formulas with and without results, dates as levels, and errors",
        make: |book| {
            let sheet = book.add_worksheet();
            rows(sheet, &[&["Role", "Talks", "Plans", "Tests"], &["Engineer"], &["Head"]])?;
            sheet.write(1, 1, Formula::new("=1+1").set_result("2"))?;
            sheet.write(1, 2, Formula::new("=A9").set_result(""))?;
            sheet.write(1, 3, Formula::new("=1/0").set_result("#DIV/0!"))?;
            let day = ExcelDateTime::from_ymd(2026, 2, 3)?;
            sheet.write_with_format(2, 1, &day, &Format::new().set_num_format("d/m"))?;
            sheet.write(2, 2, 3).map(|_| ())
        },
        says: &[
            "talks: Level 2",
            "plans: Level 3",
            "`2026-02-03` isn't a level",
            "the formula of this cell has an error",
        ],
    },
    Case {
        name: "hidden rows, columns and sheets",
        make: |book| {
            let sheet = book.add_worksheet();
            rows(sheet, PLAIN)?;
            sheet.set_row_hidden(2)?;
            sheet.set_column_hidden(2)?;
            rows(book.add_worksheet().set_name("Salaries")?.set_hidden(true), &[&["Secret"]])
        },
        says: &["row 3 is hidden", "column C is hidden", "the sheet `Salaries` is hidden"],
    },
    Case {
        name: "line breaks, bullets and rich text in cells",
        make: |book| {
            let sheet = book.add_worksheet();
            rows(
                sheet,
                &[&["Skill", "L1", "L2"], &["Talks", "• Says it.\n– Says why to\nall of them.\n\n* Asks.", ""]],
            )?;
            let (bold, plain) = (Format::new().set_bold(), Format::new());
            sheet.write_rich_string(1, 2, &[(&bold, "Says "), (&plain, "it to all.")]).map(|_| ())
        },
        says: &["- Says it. {#", "- Says why to all of them. {#", "- Asks. {#", "- Says it to all. {#"],
    },
    Case {
        name: "comments",
        make: |book| {
            let sheet = book.add_worksheet();
            rows(sheet, PLAIN)?;
            sheet.insert_note(1, 1, &Note::new("Ask Ann about this")).map(|_| ())
        },
        says: &["cell B2 has a comment, which import doesn't read"],
    },
    Case {
        name: "empty sheets and sheets of notes",
        make: |book| {
            book.add_worksheet();
            rows(book.add_worksheet(), PLAIN)?;
            rows(book.add_worksheet().set_name("Read me")?, &[&["Ask Ann first"]])
        },
        says: &["the table `Read me` has no header that import recognizes", "- Plans days. {#"],
    },
    Case {
        name: "duplicate headers",
        make: |book| {
            rows(
                book.add_worksheet(),
                &[&["Skill", "L1", "L1"], &["Talks", "Says it.", "Says more."], &["Plans", "Plans.", "Plans more."]],
            )
        },
        says: &["- Says it. {#", "- Says more. {#", "two columns are called `L1`"],
    },
    Case {
        name: "a column of notes without a header, and remarks beside the table",
        make: |book| {
            rows(
                book.add_worksheet(),
                &[
                    &["Skill", "L1", "L2"],
                    &["Talks", "Says it.", "Says more.", "check with Bob"],
                    &["Plans", "Plans.", "Plans more.", "", "old"],
                ],
            )
        },
        says: &["this cell has no header above it", "this is in cell E3"],
    },
];

#[test]
fn files_that_cannot_be_read_are_refused_with_the_way_out() {
    let book = workbook(|book| rows(book.add_worksheet(), PLAIN));
    let part = |at: usize| {
        let mut bytes = book.clone();
        bytes.truncate(at);
        bytes
    };
    let old = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &[0; 1016][..], &name, &[0; 64][..]].concat()
    };
    for (name, bytes, message, help) in [
        ("a.xls", old("Workbook"), "this workbook is in the old format `.xls`", "save it as `.xlsx`"),
        ("a.xlsx", old("EncryptedPackage"), "this workbook is protected by a password", "without a password"),
        ("a.xlsx", part(book.len() / 2), "this workbook is damaged", "save it again"),
        ("a.xlsx", part(40), "this workbook is damaged", "save it again"),
        ("a.csv", b"a\0b,c\n1,2\n".to_vec(), "neither a workbook nor a text", "save it as `.xlsx`"),
        ("a.csv", b"\xff\xfea\0\x00\xd8b\0".to_vec(), "neither a workbook nor a text", "save it as `.xlsx`"),
        ("a.json", b"[{\"skill\": }]".to_vec(), "this isn't valid JSON", "fix it"),
        ("a.html", b"<p>No table</p>".to_vec(), "this table is empty", "write a header"),
        ("a.csv", Vec::new(), "this table is empty", "write a header"),
        ("a.csv", b"Name,Mail\nAnn,a@example.org\n".to_vec(), "says what the columns are", "name three columns"),
    ] {
        let import = planned(name, &bytes, &[], &Choices::default());
        let said = described(&import);
        assert!(import.is_refused() && said.contains(message) && said.contains(help), "{name}, {message}: {said}");
    }
}

fn workbook(make: fn(&mut Workbook) -> Made) -> Vec<u8> {
    let mut book = Workbook::new();
    make(&mut book).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn workbooks_are_read_or_refused_with_the_cell() {
    let mut failed = Vec::new();
    for case in CASES {
        let bytes = workbook(case.make);
        let import = planned("levels.xlsx", &bytes, &[], &Choices::default());
        let said = said(&import);
        let missing: Vec<&&str> = case.says.iter().filter(|part| !said.contains(**part)).collect();
        let cells: String =
            import.texts.iter().skip(1).map(|(_, text)| String::from_utf8_lossy(text).into_owned()).collect();
        let lost = lost(&cells, &said, "");
        if !missing.is_empty() || !lost.is_empty() {
            failed.push(format!("{}: doesn't say {missing:?}, loses {lost:?}\n{said}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n----\n"));
}
