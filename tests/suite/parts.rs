//! Splits every list, table and heading of real handbooks into parts, and puts it together again.

use std::path::Path;

use rolebook::author::edit::parts::{Parts, parts};
use rolebook::author::edit::{passages, text_at};
use rolebook::chapter::markdown::options;
use rolebook::text::source::Sources;

use crate::support::{compile, read_folder, shared};

/// The number of lists and tables, and those that stay whole because they can't be split exactly.
#[derive(Default)]
struct Tally {
    lists: usize,
    tables: usize,
    whole: Vec<String>,
}

fn split_all(sources: &Sources) -> Tally {
    let handbook = compile(sources).unwrap();
    let mut tally = Tally::default();
    for document in handbook.documents.iter() {
        let bytes = sources.bytes(&document.meta.path).unwrap();
        for passage in passages(&document.body) {
            let text = text_at(bytes, passage.span);
            match parts(&text, options(false)) {
                Some(found) => {
                    assert_eq!(found.write(), text);
                    tally.lists += usize::from(matches!(found, Parts::List(_)));
                    tally.tables += usize::from(matches!(found, Parts::Table(_)));
                }
                None if ["- ", "* ", "+ ", "1. ", "| "].iter().any(|mark| text.starts_with(mark)) => {
                    tally.whole.push(text);
                }
                None => {}
            }
        }
    }
    tally
}

#[test]
fn every_list_and_table_of_the_handbook_is_split_and_put_together_again() {
    let tally = split_all(&read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("handbook")));
    println!("{} lists, {} tables", tally.lists, tally.tables);
    assert!(tally.lists > 200 && tally.tables > 50, "{} lists, {} tables", tally.lists, tally.tables);
    assert_eq!(tally.whole, [""; 0]);
}

#[test]
fn nearly_every_list_and_table_of_a_real_handbook_is_split_and_put_together_again() {
    let Some(archive) = shared("real/sourcegraph-handbook.tar.gz") else { return };
    let folder = tempfile::tempdir().unwrap();
    let done = std::process::Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(done.unwrap().success());
    let tally = split_all(&read_folder(&folder.path().join("content")));
    let whole = tally.whole.len();
    println!("{} lists, {} tables, {whole} whole", tally.lists, tally.tables);
    assert!(whole * 50 < tally.lists + tally.tables, "{whole} of {}", tally.lists + tally.tables);
}
