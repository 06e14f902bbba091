//! Colors code: a block of source text becomes HTML with at most sixteen one-letter classes.
//!
//! Input: code and the language that its fence names. Output: escaped text with
//! `<span class="k">…</span>`, or nothing if the language is unknown or coloring the block is too
//! much work. Work is counted instead of timed, so that every machine makes the same page. Never
//! fails a page, and never reads files. The caches here only affect how long a call takes.

mod findings;
mod grammar;
mod languages;
mod search;
mod walk;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

pub use findings::{plain_blocks, plain_blocks_so_far};
use languages::Languages;
use worker::Worker;

/// The number of parts that the cache of blocks is split into, so that threads seldom need the same
/// lock.
const SHARDS: usize = 16;
/// The maximum size of one half of one shard, in bytes of HTML: 32 MiB in total.
const SHARD_BYTES: usize = 1024 * 1024;

/// A highlighter for blocks of code. All threads share it, and it loads its syntaxes on first use.
#[derive(Default)]
pub struct Highlighter {
    languages: OnceLock<Languages>,
    shards: [Mutex<Shard>; SHARDS],
    /// The workers that no thread is using. Any of them colors a block in the same way.
    idle: Mutex<Vec<Worker>>,
}

/// Omits the fields, because they are large and not informative.
impl std::fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Highlighter").finish_non_exhaustive()
    }
}

impl Highlighter {
    /// Creates a highlighter that hasn't loaded anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns `code` as escaped HTML. Adjacent spans of one class are merged, and no span crosses
    /// the end of a line.
    ///
    /// The classes are `k` keyword, `s` string, `n` number, `c` comment, `f` function, `t` type,
    /// `v` variable, `o` operator, `p` punctuation, `a` attribute, `b` constant or built-in, `g`
    /// tag, `h` heading, `i` inserted, `d` deleted and `e` escape. `language` is a name, a file
    /// extension or a common alias in any case. Returns `None` if the language is unknown or plain
    /// text, its syntax fails on the code, or coloring is too much work; the caller then prints the
    /// code unchanged.
    pub fn highlight(&self, code: &str, language: &str) -> Option<Arc<str>> {
        self.color(code, language).ok()
    }

    /// Returns whether a block is printed without colors because coloring it is too much work.
    pub fn is_too_much(&self, code: &str, language: &str) -> bool {
        self.color(code, language) == Err(Plain::TooMuch)
    }

    /// Returns whether a block that has already been colored was too much work. Returns `false` for
    /// a block that hasn't been colored yet.
    pub fn was_too_much(&self, code: &str, language: &str) -> bool {
        let Some(languages) = self.languages.get() else { return false };
        let key = languages.find(language).map(|syntax| block_key(languages.name(syntax), code));
        key.is_some_and(|key| lock(self.shard(&key)).too_much.contains(&key))
    }

    /// Returns whether any block so far was too much work.
    pub fn has_found_too_much(&self) -> bool {
        self.shards.iter().any(|shard| !lock(shard).too_much.is_empty())
    }

    fn color(&self, code: &str, language: &str) -> Result<Arc<str>, Plain> {
        if language.is_empty() {
            return Err(Plain::Unknown);
        }
        let languages = self.languages.get_or_init(Languages::load);
        let syntax = languages.find(language).ok_or(Plain::Unknown)?;
        let key = block_key(languages.name(syntax), code);
        let shard = self.shard(&key);
        if let Some(known) = lock(shard).get(&key) {
            return known;
        }
        // No lock is held while a block is colored. If two threads color the same block, both get
        // the same bytes.
        let mut worker = lock(&self.idle).pop().unwrap_or_default();
        let colored = worker.block(code, languages, syntax);
        lock(&self.idle).push(worker);
        lock(shard).insert(key, colored.clone());
        colored
    }

    fn shard(&self, key: &Key) -> &Mutex<Shard> {
        &self.shards[usize::from(key[0]) % SHARDS]
    }
}

/// Why a block is printed without colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    /// The language is unknown, or its grammar is broken: an expression is invalid, or a context is
    /// missing.
    Unknown,
    /// Coloring the block takes more work than is allowed.
    TooMuch,
}

/// Locks a mutex. The mutex guards a cache, which remains usable after a panic elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Key = [u8; 16];

/// Returns the key of a block in the cache.
fn block_key(language: &str, code: &str) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(language.as_bytes()).update(&[0]).update(code.as_bytes());
    short(&hasher)
}

/// Returns the first 128 bits of a hash, which are enough to rule out an accidental collision.
fn short(hasher: &blake3::Hasher) -> Key {
    let mut key = [0; 16];
    hasher.finalize_xof().fill(&mut key);
    key
}

/// One part of the cache of blocks. When the young half is full, it becomes the old half, and the
/// contents of the previous old half are dropped.
#[derive(Default)]
struct Shard {
    young: HashMap<Key, Arc<str>>,
    old: HashMap<Key, Arc<str>>,
    bytes: usize,
    /// Blocks that are too much work. They are few, and never forgotten because they cost the most.
    too_much: HashSet<Key>,
}

impl Shard {
    /// Returns what the cache knows about a block, and moves the block to the young half.
    fn get(&mut self, key: &Key) -> Option<Result<Arc<str>, Plain>> {
        if let Some(html) = self.young.get(key) {
            return Some(Ok(html.clone()));
        }
        if self.too_much.contains(key) {
            return Some(Err(Plain::TooMuch));
        }
        let html = self.old.remove(key)?;
        self.insert(*key, Ok(html.clone()));
        Some(Ok(html))
    }

    fn insert(&mut self, key: Key, colored: Result<Arc<str>, Plain>) {
        match colored {
            Ok(html) => {
                self.bytes += html.len() + 64;
                self.young.insert(key, html);
            }
            Err(Plain::TooMuch) => {
                self.too_much.insert(key);
            }
            Err(Plain::Unknown) => {}
        }
        if self.bytes > SHARD_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::worker::LONGEST_LINE;
    use super::*;

    fn html(code: &str, language: &str) -> String {
        Highlighter::new().highlight(code, language).unwrap().to_string()
    }

    #[test]
    fn keywords_strings_and_comments_get_their_classes() {
        assert_eq!(
            html("pub fn f() {} // end\n", "rust"),
            "<span class=\"k\">pub fn</span> <span class=\"f\">f</span><span class=\"p\">() {}</span> \
             <span class=\"c\">// end</span>\n"
        );
        assert_eq!(
            html("key: \"a<b\"", "yml"),
            "<span class=\"g\">key</span><span class=\"p\">:</span> <span class=\"s\">&quot;a&lt;b&quot;</span>"
        );
        assert_eq!(html("-old\n+new\n", "diff"), "<span class=\"d\">-old</span>\n<span class=\"i\">+new</span>\n");
    }

    #[test]
    fn no_span_crosses_the_end_of_a_line() {
        for line in html("/* one\n   two */\nlet s = \"a\n b\";\n", "rs").lines() {
            assert_eq!(line.matches("<span").count(), line.matches("</span>").count(), "{line}");
        }
    }

    #[test]
    fn coloring_changes_no_byte_of_the_text() {
        let highlighter = Highlighter::new();
        for code in ["", "\n", "a\r\n\r\n  b  \n", "\tf(\"é\") \u{1f600} & <x>\n\n", "x = `${1 + \"a\"}`"] {
            for language in ["rust", "js", "html", "md"] {
                let html = highlighter.highlight(code, language).unwrap();
                let mut text = String::new();
                let mut rest = &*html;
                while let Some((before, tag)) = rest.split_once('<') {
                    text.push_str(before);
                    rest = tag.split_once('>').unwrap().1;
                }
                text.push_str(rest);
                let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
                assert_eq!(text, code);
            }
        }
    }

    #[test]
    fn a_language_is_found_by_name_extension_and_alias_in_any_case() {
        let highlighter = Highlighter::new();
        for language in
            ["Rust", "rs", "c++", "C", "c", "console", "JS", "TypeScript", "tsx", "yml", "toml", "golang", "Dockerfile"]
        {
            assert!(highlighter.highlight("x\n", language).is_some(), "{language}");
        }
        for language in ["", "text", "plain", "txt", "plain text", "no-such-language"] {
            assert!(highlighter.highlight("x\n", language).is_none(), "{language}");
        }
    }

    #[test]
    fn a_block_that_takes_too_much_work_stays_plain_and_is_remembered() {
        let highlighter = Highlighter::new();
        let long = "x".repeat(LONGEST_LINE + 1);
        assert!(!highlighter.was_too_much(&long, "rust") && !highlighter.has_found_too_much());
        assert!(highlighter.highlight(&long, "rust").is_none());
        assert!(highlighter.has_found_too_much());
        assert!(highlighter.was_too_much(&long, "rust") && highlighter.is_too_much(&long, "rust"));
        for (code, language) in [("x\n", "rust"), (&*long, "no-such-language"), (&*long, "")] {
            assert!(!highlighter.is_too_much(code, language), "{language}");
        }
        let spaces = format!("{}x\n", " ".repeat(9_000));
        assert!(highlighter.is_too_much(&spaces, "ini"));
        assert!(
            highlighter.highlight(&"fn f(a: &str) -> String { a.to_owned() } // end\n".repeat(1_000), "rs").is_some()
        );
    }

    #[test]
    fn a_block_costs_the_same_after_any_other_block_and_on_any_number_of_threads() {
        // The cost of each block is close to the limit, some above and some below it.
        let block = |lines| (0..lines).map(|line| format!("{}{}x\n", " ".repeat(400), line % 7)).collect();
        let blocks: Vec<String> = [1, 12, 18, 20, 22, 24, 30].into_iter().map(block).collect();
        let cold = |code: &String| Highlighter::new().highlight(code, "ini").is_some();
        let wanted: Vec<bool> = blocks.iter().map(cold).collect();
        assert!(wanted.contains(&true) && wanted.contains(&false), "{wanted:?}");
        let warm = Highlighter::new();
        let again = |code: &String| warm.highlight(code, "ini").is_some();
        assert_eq!(blocks.iter().map(again).collect::<Vec<_>>(), wanted);
        let many = Highlighter::new();
        let threads: Vec<Vec<bool>> = std::thread::scope(|scope| {
            let run = || blocks.iter().rev().map(|code| many.highlight(code, "ini").is_some()).rev().collect();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(threads.iter().all(|found| *found == wanted));
    }

    #[test]
    fn blocks_colored_earlier_do_not_change_a_block() {
        let (one, two) = ("let s = \"open\n", "}\nlet t = 1;\n\"\nlet s = \"open\n}\n");
        let warm = Highlighter::new();
        let _ = (warm.highlight(one, "rust"), warm.highlight(one, "js"), warm.highlight(two, "js"));
        for language in ["rust", "js", "python"] {
            assert_eq!(warm.highlight(two, language), Highlighter::new().highlight(two, language));
        }
    }

    #[test]
    fn two_highlighters_on_one_thread_do_not_affect_each_other() {
        let (one, two) = (Highlighter::new(), Highlighter::new());
        let _ = one.highlight("fn a() {}\n", "rust");
        let code = "let x = \"<&>\";\n";
        let alone = std::thread::spawn(move || Highlighter::new().highlight(code, "rust")).join().unwrap();
        assert_eq!(two.highlight(code, "rust"), alone);
        assert!(alone.unwrap().contains("class=\"s\""));
    }

    #[test]
    fn a_full_shard_drops_its_older_half() {
        let mut shard = Shard::default();
        for n in 0..200_u8 {
            shard.insert([n; 16], Ok("x".repeat(16 * 1024).into()));
        }
        assert!(shard.young.len() + shard.old.len() < 140);
        assert!(shard.get(&[199; 16]).is_some() && shard.get(&[0; 16]).is_none());
    }
}
