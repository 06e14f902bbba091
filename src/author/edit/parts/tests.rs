use super::*;
use crate::chapter::markdown::options;

fn read(text: &str) -> Option<Parts> {
    parts(text, options(false))
}

fn items(text: &str) -> Vec<Item> {
    let Some(Parts::List(list)) = read(text) else { panic!("not a list: {text:?}") };
    list.items
}

fn table(text: &str) -> Table {
    let Some(Parts::Table(table)) = read(text) else { panic!("not a table: {text:?}") };
    table
}

#[test]
fn the_attributes_of_a_heading_are_apart_from_its_text() {
    for (text, before, words, attributes, after) in [
        ("## Owning {#own level=3}", "## ", "Owning", " {#own level=3}", ""),
        ("# A `{#x}`", "# ", "A `{#x}`", "", ""),
        ("### A{#b} ###", "### ", "A", "{#b}", " ###"),
        ("Two\nlines {#b}\n===", "", "Two\nlines", " {#b}", "\n==="),
        ("##", "##", "", "", ""),
        ("# \\# {#a}", "# ", "\\#", " {#a}", ""),
    ] {
        let Some(Parts::Heading(heading)) = read(text) else { panic!("not a heading: {text:?}") };
        assert_eq!(
            [&*heading.before, &heading.text, &heading.attributes, &heading.after],
            [before, words, attributes, after]
        );
    }
}

#[test]
fn each_item_has_its_text_its_attributes_and_what_follows_apart() {
    let text = "- One\n  more. {#one}\n  - Example.\n\n    Its second paragraph.\n- [x] Done `{#no}`\n-\n10) Not here";
    let found = items(&text[..text.rfind('\n').unwrap()]);
    let short: Vec<_> = found.iter().map(|i| (i.depth, &*i.text, &*i.attributes, &*i.tail, &*i.task)).collect();
    assert_eq!(
        short,
        [
            (0, "One\nmore.", " {#one}", "", ""),
            (1, "Example.", "", "\n\n    Its second paragraph.", ""),
            (0, "Done `{#no}`", "", "", "[x] "),
            (0, "", "", "", ""),
        ]
    );
}

#[test]
fn braces_that_are_no_attributes_of_an_item_are_text() {
    for text in ["- A {level=3}", "- A {b}", "- A \\{#b}", "- A [b](c \"{#d}\")"] {
        assert_eq!(items(text)[0].text, text[2..]);
    }
}

#[test]
fn a_list_that_cannot_be_split_exactly_stays_whole() {
    for text in ["- - a", "- a\n  - b\n\n  c", "- # a", "-\ta", "- ```\n  a\n  ```", "- > a", "a\n\n- b", "> - a"] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn a_pipe_in_a_cell_is_written_escaped_and_read_plain() {
    let found = table("| a | `b\\|c` |\n|:--|--:|\n| [[x\\|y]] ||\n| z");
    let texts = |row: usize| found.rows[row].cells.iter().map(|cell| &*cell.text).collect::<Vec<_>>();
    assert_eq!((texts(0), texts(2), texts(3)), (vec!["a", "`b|c`"], vec!["[[x|y]]", ""], vec!["z"]));
    assert!(!found.aligned);
    assert!(table("| a  | b |\n|----|---|\n| cc | d |").aligned);
}

#[test]
fn a_table_whose_rows_have_cells_that_pages_do_not_show_stays_whole() {
    assert_eq!(read("| a |\n|---|\n| b | c |"), None);
}
