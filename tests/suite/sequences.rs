//! Random sequences of edits, saves, undos, saves by other programs and lost tabs: nothing that was
//! typed is lost, and the files are what each step promises.
//!
//! `SEQUENCES=1000 cargo test --test suite sequences` runs more of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::edit::{Desk, serve};

/// A reproducible source of random numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// An open editor, and the text that its browser keeps even if the tab is lost.
#[derive(Clone, Debug)]
struct Tab {
    at: usize,
    hash: String,
    passage: usize,
    before: String,
    text: String,
}

/// A change in the journal, as the author understands it: one paragraph, and its text before and
/// after.
#[derive(Clone, Debug)]
struct Known {
    at: usize,
    before: String,
    after: String,
    undoes: Option<u64>,
    is_taken_back: bool,
}

struct Sequence<'a> {
    desk: &'a Desk,
    name: String,
    dice: Dice,
    /// The paragraphs as they must be on disk.
    now: Vec<String>,
    tabs: Vec<Tab>,
    /// The texts of lost tabs, which are offered again.
    drafts: Vec<Tab>,
    changes: BTreeMap<u64, Known>,
    /// Every text that must be somewhere at the end.
    owed: BTreeSet<String>,
    words: usize,
    log: Vec<String>,
}

impl Sequence<'_> {
    fn path(&self) -> String {
        format!("{}.md", self.name)
    }

    fn page(&self) -> String {
        format!("/{}/", self.name)
    }

    fn word(&mut self, kind: &str) -> String {
        self.words += 1;
        format!("{kind} {} {}.", self.name, self.words)
    }

    fn text(paragraphs: &[String]) -> String {
        paragraphs.join("\n\n") + "\n"
    }

    fn write_outside(&self) {
        fs::write(self.desk.folder.join(self.path()), Self::text(&self.now)).unwrap();
    }

    fn on_disk(&self) -> String {
        fs::read_to_string(self.desk.folder.join(self.path())).unwrap_or_default()
    }

    fn is_known(&self) {
        let start = Instant::now();
        while self.source()["passages"].is_null() {
            assert!(start.elapsed() < Duration::from_secs(20), "{} isn't shown", self.name);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn source(&self) -> Value {
        self.desk.get_json(&format!("/_rolebook/source?page={}", self.page()))
    }

    fn newest(&self) -> u64 {
        let changes = self.desk.get_json("/_rolebook/edit/changes?most=1");
        changes["changes"][0]["number"].as_u64().unwrap()
    }

    fn step(&mut self) {
        match self.dice.roll(12) {
            0..=2 => self.open(),
            3..=5 => self.save(),
            6 | 7 => self.save_outside(),
            8 => self.lose(),
            9 | 10 => self.undo(),
            _ if self.dice.roll(8) == 0 => self.delete_and_undo(),
            _ => self.undo(),
        }
        assert_eq!(self.on_disk(), Self::text(&self.now), "{:#?}", self.log);
    }

    /// Opens a passage as the page shows it, which may be older than the file, and types.
    fn open(&mut self) {
        let source = self.source();
        // The preview may have read the file while another program was writing it.
        let list = source["passages"].as_array().filter(|list| list.len() == self.now.len());
        let Some(list) = list else { return };
        let at = 1 + self.dice.roll(self.now.len() - 1);
        let before = list[at]["text"].as_str().unwrap().to_owned();
        let text = self.word("Typed");
        self.owed.insert(text.clone());
        let hash = source["hash"].as_str().unwrap().to_owned();
        self.log.push(format!("open {at} {before:?}: {text:?}"));
        self.tabs.push(Tab { at, hash, passage: at, before, text });
    }

    fn save(&mut self) {
        if self.tabs.is_empty() {
            self.tabs.append(&mut self.drafts);
        }
        if self.tabs.is_empty() {
            return;
        }
        let n = self.dice.roll(self.tabs.len());
        let mut tab = self.tabs.swap_remove(n);
        let body = json!({ "path": self.path(), "hash": tab.hash, "passage": tab.passage, "before": tab.before, "text": tab.text });
        let (status, answer) = self.desk.post("/_rolebook/edit/save", &body);
        let is_same = self.now[tab.at] == tab.before;
        self.log.push(format!("save {} {:?}: {status}", tab.at, tab.text));
        if is_same {
            assert_eq!(status, 200, "{answer} {:#?}", self.log);
            let before = std::mem::replace(&mut self.now[tab.at], tab.text.clone());
            self.note(Known { at: tab.at, before, after: tab.text, undoes: None, is_taken_back: false });
            return;
        }
        assert_eq!(status, 409, "{answer} {:#?}", self.log);
        // Both texts are there. The author keeps the editor open, and may save over the other text.
        if let Some(theirs) = answer["theirs"].as_str().filter(|theirs| *theirs == self.now[tab.at]) {
            theirs.clone_into(&mut tab.before);
            answer["hash"].as_str().unwrap().clone_into(&mut tab.hash);
            tab.passage = usize::try_from(answer["passage"].as_u64().unwrap()).unwrap();
        }
        self.tabs.push(tab);
    }

    fn note(&mut self, known: Known) {
        // The replaced text may be one that another program wrote.
        self.owed.insert(known.before.clone());
        self.owed.insert(known.after.clone());
        let number = self.newest();
        if let Some(of) = known.undoes {
            self.mark(of, true);
        }
        self.changes.insert(number, known);
    }

    /// Marks a change as taken back or not, and what it took back itself the other way around.
    fn mark(&mut self, number: u64, is_taken_back: bool) {
        let change = self.changes.get_mut(&number).unwrap();
        change.is_taken_back = is_taken_back;
        if let Some(of) = change.undoes {
            self.mark(of, !is_taken_back);
        }
    }

    fn save_outside(&mut self) {
        let at = 1 + self.dice.roll(self.now.len() - 1);
        self.now[at] = self.word("Outside");
        self.write_outside();
        self.log.push(format!("outside {at} {:?}", self.now[at]));
    }

    fn lose(&mut self) {
        if !self.tabs.is_empty() {
            let n = self.dice.roll(self.tabs.len());
            self.drafts.push(self.tabs.swap_remove(n));
        }
    }

    fn undo(&mut self) {
        let numbers: Vec<u64> = self.changes.keys().copied().collect();
        if numbers.is_empty() {
            return;
        }
        let number = numbers[self.dice.roll(numbers.len())];
        let Known { at, before, after, is_taken_back, .. } = self.changes[&number].clone();
        let (status, answer) = self.desk.post("/_rolebook/edit/undo", &json!({ "number": number }));
        self.log.push(format!("undo {number} {at} {after:?} -> {before:?}: {status}"));
        let known = |now: &str, text: String| Known {
            at,
            before: now.to_owned(),
            after: text,
            undoes: Some(number),
            is_taken_back: false,
        };
        if is_taken_back {
            assert_eq!(status, 409, "{answer} {:#?}", self.log);
        } else if self.now[at] == after {
            assert_eq!(status, 200, "{answer} {:#?}", self.log);
            let now = std::mem::replace(&mut self.now[at], before.clone());
            self.note(known(&now, before));
        } else if self.now[at] == before {
            assert_eq!((status, &answer["nothing"]), (200, &json!(true)), "{answer} {:#?}", self.log);
        } else {
            let [place] = &answer["apart"].as_array().cloned().unwrap_or_default()[..] else {
                panic!("{answer} {:#?}", self.log);
            };
            let three = [&place["was"], &place["made"], &place["now"]].map(|text| text.as_str().unwrap().trim_end());
            assert_eq!(three, [before.as_str(), after.as_str(), self.now[at].as_str()], "{:#?}", self.log);
            let text = self.word("Joined");
            let decided = json!({ "number": number, "choices": [text], "state": answer["state"] });
            assert_eq!(self.desk.post("/_rolebook/edit/undo", &decided).0, 200, "{:#?}", self.log);
            let now = std::mem::replace(&mut self.now[at], text.clone());
            self.note(known(&now, text));
        }
    }

    /// Deletes the chapter and brings it back.
    fn delete_and_undo(&mut self) {
        let body = json!({ "page": self.page(), "confirmed": true });
        let (status, answer) = self.desk.post("/_rolebook/edit/delete", &body);
        self.log.push(format!("delete: {status}"));
        // If another program has just saved the file, it isn't deleted.
        if status == 409 {
            return;
        }
        assert_eq!(status, 200, "{answer} {:#?}", self.log);
        assert_eq!(self.on_disk(), "");
        let number = self.newest();
        let (status, answer) = self.desk.post("/_rolebook/edit/undo", &json!({ "number": number }));
        assert_eq!(status, 200, "{answer} {:#?}", self.log);
        // The preview may still be on its way from one state to the other.
        std::thread::sleep(Duration::from_millis(60));
        self.is_known();
    }

    /// Every text that was typed, and every text that was replaced, is still somewhere.
    fn settle(&self) {
        let mut kept = self.on_disk();
        for tab in self.tabs.iter().chain(&self.drafts) {
            kept.push_str(&tab.text);
        }
        let journal = self.desk.folder.join(".rolebook/journal");
        for folder in fs::read_dir(journal).into_iter().flatten().flatten() {
            for file in fs::read_dir(folder.path()).unwrap().flatten() {
                kept.push_str(&fs::read_to_string(file.path()).unwrap_or_default());
            }
        }
        for text in &self.owed {
            assert!(kept.contains(text), "{text} is lost: {:#?}", self.log);
        }
    }
}

#[test]
fn no_sequence_of_edits_saves_undos_and_lost_tabs_loses_a_text() {
    let count = std::env::var("SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    let (mut desk, mut undone) = (serve(&["--edit"]), 0);
    for n in 0..count {
        // The journal is bounded, so it is begun anew from time to time.
        if n % 40 == 39 {
            desk = serve(&["--edit"]);
        }
        let name = format!("s{n}");
        let now = std::iter::once(format!("# S{n}")).chain((1..6).map(|at| format!("First {name} {at}."))).collect();
        let mut sequence = Sequence {
            desk: &desk,
            name,
            dice: Dice(0x9e37_79b9_7f4a_7c15 ^ (n as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d)),
            now,
            tabs: Vec::new(),
            drafts: Vec::new(),
            changes: BTreeMap::new(),
            owed: BTreeSet::new(),
            words: 0,
            log: Vec::new(),
        };
        sequence.write_outside();
        sequence.is_known();
        for _ in 0..18 {
            sequence.step();
        }
        sequence.settle();
        undone += sequence.changes.values().filter(|change| change.undoes.is_some()).count();
    }
    assert!(undone > count, "{undone}");
}
