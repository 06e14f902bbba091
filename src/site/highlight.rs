//! Colors code: a block of source text becomes HTML with at most sixteen one-letter classes.
//!
//! Input: code and the language that its fence names. Output: escaped text with
//! `<span class="k">…</span>`, or nothing if the language is unknown or coloring the block is too
//! much work. Work is counted instead of timed, so that every machine makes the same page. Never
//! fails a page, and never reads files. The caches here only affect how long a call takes.

mod findings;
mod grammar;
mod search;
mod walk;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use syntect::parsing::{Scope, ScopeStack};

use crate::text::markup::escape_into;

pub use findings::{plain_blocks, plain_blocks_so_far};
use grammar::Grammars;
use search::Budget;
use walk::{Place, Stop, Walker};

/// The maximum amount of work for coloring one block. Code takes 100 to 300 units per byte, so this
/// is enough for about 100 KiB. The worst code that we know uses it up in a quarter of a second.
const BUDGET: u64 = 25_000_000;
/// The longest line, in bytes, that is colored. Longer lines are data, and patterns take quadratic
/// time on them.
const LONGEST_LINE: usize = 10_000;
/// The number of parts that the cache of blocks is split into, so that threads seldom need the same
/// lock.
const SHARDS: usize = 16;
/// The maximum size of one half of one shard, in bytes of HTML: 32 MiB in total.
const SHARD_BYTES: usize = 1024 * 1024;
/// How many bytes of lines a worker remembers before it starts over.
const WORKER_BYTES: usize = 8 * 1024 * 1024;
/// How many states a worker remembers before it starts over.
const WORKER_STATES: usize = 2_000;

thread_local! {
    /// Each thread has its own worker. Which worker colors a block has no effect on the result.
    static WORKER: RefCell<Worker> = RefCell::default();
}

/// A highlighter for blocks of code. All threads share it, and it loads its syntaxes on first use.
#[derive(Default)]
pub struct Highlighter {
    languages: OnceLock<Languages>,
    shards: [Mutex<Shard>; SHARDS],
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
        let mut worker = WORKER.take();
        let colored = worker.block(code, languages, syntax);
        WORKER.set(worker);
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
    /// The language is unknown, or its syntax has a fault.
    Unknown,
    /// Coloring the block takes more work than is allowed.
    TooMuch,
}

impl From<Stop> for Plain {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Spent => Self::TooMuch,
            Stop::Fault => Self::Unknown,
        }
    }
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
        let html = match colored {
            Ok(html) => html,
            Err(Plain::TooMuch) => {
                self.too_much.insert(key);
                return;
            }
            Err(Plain::Unknown) => return,
        };
        self.bytes += html.len() + 64;
        self.young.insert(key, html);
        if self.bytes > SHARD_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

/// The syntaxes and the table that maps their scopes to classes.
struct Languages {
    grammars: Grammars,
    by_name: HashMap<String, usize>,
    rules: Vec<(Scope, Class)>,
}

impl Languages {
    /// Unpacks the syntaxes. Each is decoded further and compiled when it is first used.
    fn load() -> Self {
        let syntaxes = two_face::syntax::extra_newlines();
        let mut by_name = HashMap::new();
        let visible = || syntaxes.syntaxes().iter().enumerate().filter(|(_, syntax)| !syntax.hidden);
        for (n, syntax) in visible() {
            for extension in &syntax.file_extensions {
                by_name.insert(extension.to_lowercase(), n);
            }
        }
        // A language's own name takes precedence over another language's file extension.
        for (n, syntax) in visible() {
            by_name.insert(syntax.name.to_lowercase(), n);
        }
        for (alias, name) in ALIASES {
            if let Some(&n) = by_name.get(*name) {
                by_name.insert((*alias).to_owned(), n);
            }
        }
        // Text without structure isn't colored.
        by_name.retain(|_, n| syntaxes.syntaxes()[*n].name != "Plain Text");
        Self { rules: rules(), by_name, grammars: Grammars::new(syntaxes) }
    }

    /// Finds a syntax's number.
    fn find(&self, language: &str) -> Option<usize> {
        self.by_name.get(language).or_else(|| self.by_name.get(&language.to_lowercase())).copied()
    }

    fn name(&self, syntax: usize) -> &str {
        self.grammars.syntaxes.syntaxes().get(syntax).map_or("", |syntax| &syntax.name)
    }

    /// Returns the class of the innermost scope that has a class.
    fn class(&self, stack: &[Scope]) -> Class {
        stack.iter().rev().find_map(|scope| self.class_of(*scope)).unwrap_or(Class::PLAIN)
    }

    /// Returns the class of the longest rule that is a prefix of `scope`.
    fn class_of(&self, scope: Scope) -> Option<Class> {
        self.rules.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)).map(|(_, class)| *class)
    }
}

/// Names that authors use, each with the name or extension that the syntaxes have for it.
const ALIASES: &[(&str, &str)] = &[
    ("c++", "cpp"),
    ("cjs", "js"),
    ("console", "sh"),
    ("csharp", "cs"),
    ("docker", "dockerfile"),
    ("elisp", "lisp"),
    ("emacs-lisp", "lisp"),
    ("env", ".env"),
    ("fsharp", "fs"),
    ("golang", "go"),
    ("h", "c"),
    ("javascript", "js"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsonl", "json"),
    ("jsx", "js"),
    ("ksh", "sh"),
    ("mjs", "js"),
    ("mysql", "sql"),
    ("node", "js"),
    ("objc", "objective-c"),
    ("objectivec", "objective-c"),
    ("octave", "matlab"),
    ("plsql", "sql"),
    ("postgres", "sql"),
    ("postgresql", "sql"),
    ("python3", "python"),
    ("shell", "sh"),
    ("shell-session", "sh"),
    ("shellscript", "sh"),
    ("shellsession", "sh"),
    ("sqlite", "sql"),
    ("terminal", "sh"),
    ("udiff", "diff"),
    ("vuejs", "vue"),
    ("x86asm", "asm"),
];

/// The letter of a class. Zero means plain text.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Class(u8);

impl Class {
    const PLAIN: Self = Self(0);
}

/// Scopes and their classes. `-` ends the search, so that code within a string isn't colored as a
/// string.
///
/// The scopes come from Sublime Text's scope naming guide. The longest matching prefix counts.
const SCOPES: &[(u8, &str)] = &[
    (b'-', "source"),
    (b'-', "text"),
    (b'-', "meta.interpolation"),
    (b'-', "meta.embedded"),
    (b'k', "keyword"),
    (b'k', "storage"),
    (b'k', "entity.name.import"),
    (b'o', "keyword.operator"),
    (b'k', "keyword.operator.word"),
    (b'k', "keyword.operator.logical.python"),
    (b'a', "storage.type.annotation"),
    (b'n', "keyword.other.unit"),
    (b's', "string"),
    (b's', "markup.raw"),
    (b's', "markup.underline.link"),
    (b's', "meta.link"),
    (b's', "punctuation.definition.string"),
    (b's', "punctuation.definition.raw"),
    (b'n', "constant.numeric"),
    (b'n', "constant.other.timestamp"),
    (b'b', "constant"),
    (b'e', "constant.character.escape"),
    (b'e', "constant.other.placeholder"),
    (b'b', "support.constant"),
    (b'b', "variable.language"),
    (b'b', "support.variable"),
    (b'c', "comment"),
    (b'c', "punctuation.definition.comment"),
    (b'f', "entity.name.function"),
    (b'f', "variable.function"),
    (b'f', "support.function"),
    (b'f', "support.macro"),
    (b'f', "entity.name.macro"),
    (b't', "entity.name"),
    (b't', "entity.other.inherited-class"),
    (b't', "support.type"),
    (b't', "support.class"),
    (b't', "storage.type.primitive"),
    (b'v', "variable.parameter"),
    (b'v', "variable.other.readwrite.shell"),
    (b'v', "punctuation.definition.variable"),
    (b'p', "punctuation"),
    (b'n', "punctuation.separator.decimal"),
    (b'n', "punctuation.separator.date"),
    (b'n', "punctuation.separator.time"),
    (b'a', "entity.other.attribute-name"),
    (b'a', "meta.annotation"),
    (b'a', "variable.annotation"),
    (b'a', "meta.attribute"),
    (b'g', "entity.name.tag"),
    (b'g', "punctuation.definition.tag"),
    (b'g', "support.type.property-name"),
    (b'g', "meta.property-name"),
    (b'h', "entity.name.section"),
    (b'h', "markup.heading"),
    (b'h', "punctuation.definition.heading"),
    (b'h', "meta.diff.header"),
    (b'h', "meta.diff.range"),
    (b'i', "markup.inserted"),
    (b'i', "punctuation.definition.inserted"),
    (b'd', "markup.deleted"),
    (b'd', "punctuation.definition.deleted"),
];

/// Parses the table and sorts it by prefix length, longest first.
fn rules() -> Vec<(Scope, Class)> {
    let mut rules: Vec<(Scope, Class)> = SCOPES
        .iter()
        .filter_map(|(letter, prefix)| {
            let class = if *letter == b'-' { Class::PLAIN } else { Class(*letter) };
            Scope::new(prefix).ok().map(|scope| (scope, class))
        })
        .collect();
    rules.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
    rules
}

/// The parser's state between two lines.
#[derive(Clone, PartialEq, Eq)]
struct State {
    place: Place,
    scopes: ScopeStack,
}

/// A colored line: its HTML without the line end, the number of the state after it, and its cost.
struct Line {
    html: Box<str>,
    after: u32,
    work: u64,
}

/// A worker that colors one block at a time and remembers lines. The same line in the same state
/// has the same colors and leads to the same state, and lines such as `}` occur in most blocks.
#[derive(Default)]
struct Worker {
    states: Vec<State>,
    by_scopes: HashMap<Vec<Scope>, Vec<u32>>,
    starts: HashMap<usize, u32>,
    lines: HashMap<Key, Line>,
    bytes: usize,
    walker: Walker,
}

impl Worker {
    /// Colors a block.
    fn block(&mut self, code: &str, languages: &Languages, syntax: usize) -> Result<Arc<str>, Plain> {
        if code.len() as u64 > BUDGET || code.lines().any(|line| line.len() > LONGEST_LINE) {
            return Err(Plain::TooMuch);
        }
        if self.bytes > WORKER_BYTES || self.states.len() > WORKER_STATES {
            *self = Self::default();
        }
        let mut at = match self.starts.get(&syntax) {
            Some(start) => *start,
            None => self.start(languages, syntax).ok_or(Plain::Unknown)?,
        };
        let mut budget = Budget::new(BUDGET);
        let mut html = String::with_capacity(code.len() * 3);
        let mut with_end = String::new();
        for line in code.split_inclusive('\n') {
            let text = line.strip_suffix('\n').unwrap_or(line);
            with_end.clear();
            with_end.push_str(text);
            // The syntaxes expect every line to end with a line feed, including the last one.
            with_end.push('\n');
            at = self.line(at, &with_end, languages, (&mut budget, &mut html))?;
            html.push_str(&line[text.len()..]);
        }
        Ok(html.into())
    }

    /// Appends the HTML of a line that begins in state `at`, and subtracts the line's cost from the
    /// budget. Returns the state after the line.
    fn line(
        &mut self,
        at: u32,
        line: &str,
        languages: &Languages,
        (budget, html): (&mut Budget, &mut String),
    ) -> Result<u32, Stop> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&at.to_le_bytes()).update(line.as_bytes());
        let key = short(&hasher);
        if let Some(known) = self.lines.get(&key) {
            // A remembered line costs as much as it did the first time, so that the cache doesn't
            // affect which blocks are colored.
            budget.pay(known.work)?;
            html.push_str(&known.html);
            return Ok(known.after);
        }
        let mut state = self.states.get(at as usize).ok_or(Stop::Fault)?.clone();
        let (from, before) = (html.len(), budget.left());
        let changes = self.walker.line(&mut state.place, line, &languages.grammars, budget)?;
        let work = before - budget.left();
        write_line(&mut state.scopes, &line[..line.len() - 1], changes, (languages, html)).ok_or(Stop::Fault)?;
        let after = self.number(state).ok_or(Stop::Fault)?;
        self.bytes += html.len() - from + 64;
        self.lines.insert(key, Line { html: html[from..].into(), after, work });
        Ok(after)
    }

    /// Returns the number of the state in which a syntax begins.
    fn start(&mut self, languages: &Languages, syntax: usize) -> Option<u32> {
        let place = Place::start(languages.grammars.start(syntax)?);
        let start = self.number(State { place, scopes: ScopeStack::new() })?;
        self.starts.insert(syntax, start);
        Some(start)
    }

    /// Returns the number of a state. Equal states have equal numbers.
    fn number(&mut self, state: State) -> Option<u32> {
        let alike = self.by_scopes.entry(state.scopes.as_slice().to_vec()).or_default();
        if let Some(&known) = alike.iter().find(|&&n| self.states.get(n as usize) == Some(&state)) {
            return Some(known);
        }
        let number = u32::try_from(self.states.len()).ok()?;
        alike.push(number);
        self.states.push(state);
        Some(number)
    }
}

/// Applies the changes of one line to the scopes and appends its HTML.
fn write_line(
    scopes: &mut ScopeStack,
    text: &str,
    changes: walk::Changes,
    (languages, html): (&Languages, &mut String),
) -> Option<()> {
    let mut out = Spans { html, open: Class::PLAIN, from: 0, text };
    let mut before = 0;
    for (position, change) in changes {
        if position > before {
            out.piece(before.min(text.len()), position.min(text.len()), languages.class(scopes.as_slice()));
            before = position;
        }
        scopes.apply(&change).ok()?;
    }
    out.piece(before.min(text.len()), text.len(), languages.class(scopes.as_slice()));
    out.close(text.len());
    Some(())
}

/// The spans of one line. Pieces of the same class become one span, including the blanks between
/// them.
struct Spans<'a> {
    html: &'a mut String,
    text: &'a str,
    open: Class,
    from: usize,
}

impl Spans<'_> {
    /// Takes the next piece, which begins where the last one ended.
    fn piece(&mut self, start: usize, end: usize, class: Class) {
        if start >= end || class == self.open {
            return;
        }
        let blank = self.text[start..end].bytes().all(|byte| byte == b' ' || byte == b'\t');
        if blank {
            // The next piece determines whether the blanks belong to the open span; see `close`.
            return;
        }
        self.close(start);
        self.open = class;
    }

    /// Ends the open span at `end`, and puts trailing blanks outside it.
    fn close(&mut self, end: usize) {
        let piece = &self.text[self.from..end];
        self.from = end;
        if self.open == Class::PLAIN {
            escape_into(piece, self.html);
            return;
        }
        let solid = piece.trim_end_matches([' ', '\t']);
        self.html.push_str("<span class=\"");
        self.html.push(char::from(self.open.0));
        self.html.push_str("\">");
        escape_into(solid, self.html);
        self.html.push_str("</span>");
        self.html.push_str(&piece[solid.len()..]);
        self.open = Class::PLAIN;
    }
}

#[cfg(test)]
mod tests {
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
    fn the_text_is_kept_to_the_byte() {
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
    fn every_alias_leads_to_a_syntax_and_every_scope_is_one() {
        let languages = Languages::load();
        for (alias, name) in ALIASES {
            assert!(languages.find(alias).is_some(), "{alias}: {name}");
        }
        assert_eq!(languages.rules.len(), SCOPES.len());
    }

    #[test]
    fn what_is_too_much_work_is_left_plain_and_known_as_such() {
        let highlighter = Highlighter::new();
        let long = "x".repeat(LONGEST_LINE + 1);
        assert!(!highlighter.was_too_much(&long, "rust"));
        assert!(highlighter.highlight(&long, "rust").is_none());
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
    fn work_is_the_same_whatever_was_colored_before_and_by_however_many_threads() {
        // The cost of each block is close to the limit, some above and some below it.
        let block = |lines| (0..lines).map(|line| format!("{}{}x\n", " ".repeat(400), line % 7)).collect();
        let blocks: Vec<String> = [1, 12, 18, 20, 22, 24, 30].into_iter().map(block).collect();
        let cold = |code: &String| {
            WORKER.take();
            Highlighter::new().highlight(code, "ini").is_some()
        };
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
    fn what_was_coloured_before_changes_nothing() {
        let (one, two) = ("let s = \"open\n", "}\nlet t = 1;\n\"\nlet s = \"open\n}\n");
        let warm = Highlighter::new();
        let _ = (warm.highlight(one, "rust"), warm.highlight(one, "js"), warm.highlight(two, "js"));
        for language in ["rust", "js", "python"] {
            assert_eq!(warm.highlight(two, language), Highlighter::new().highlight(two, language));
        }
    }

    #[test]
    fn two_highlighters_on_one_thread_keep_apart() {
        let (one, two) = (Highlighter::new(), Highlighter::new());
        let _ = one.highlight("fn a() {}\n", "rust");
        let code = "let x = \"<&>\";\n";
        let alone = std::thread::spawn(move || Highlighter::new().highlight(code, "rust")).join().unwrap();
        assert_eq!(two.highlight(code, "rust"), alone);
        assert!(alone.unwrap().contains("class=\"s\""));
    }

    #[test]
    fn a_full_shard_lets_go_of_its_older_half() {
        let mut shard = Shard::default();
        for n in 0..200_u8 {
            shard.insert([n; 16], Ok("x".repeat(16 * 1024).into()));
        }
        assert!(shard.young.len() + shard.old.len() < 140);
        assert!(shard.get(&[199; 16]).is_some() && shard.get(&[0; 16]).is_none());
    }
}
