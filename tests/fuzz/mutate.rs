//! Generates texts from seeds by random edits.
//!
//! Input: seeds and a number. Output: texts. The same number gives the same texts. Short texts may
//! be kept as seeds for later rounds.

/// Pieces of syntax that parsers look for.
const PIECES: &[&str] = &[
    "---\n",
    "+++\n",
    "\n\n",
    "\r\n",
    "\r",
    "\u{feff}",
    "\u{0}",
    "\t",
    "  \n",
    "[[",
    "]]",
    "![[",
    "](",
    "|",
    "\\|",
    "#",
    "@3",
    "{#a}",
    "{level=3}",
    "{audience=m}",
    "::: {audience=m}\n",
    ":::\n",
    "{{ matrix() }}",
    "{{ compare(a=\"b\", b=\"a\") }}",
    "\\{{",
    "}}",
    "```",
    "~~~\n",
    "> ",
    "> [!NOTE]\n",
    "- ",
    "1. ",
    "# ",
    "## Levels\n\n",
    "## Decisions\n\n### ",
    "- Accountable: ",
    "### Owning\n",
    "| a | b |\n|---|---|\n",
    "[^1]",
    "[^1]: ",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<div>",
    "</div>",
    "<a href=\"",
    "javascript:",
    "JaVa\tscript:",
    "data:text/html,",
    "//evil.example",
    " onclick=\"x()\"",
    " style=\"x\"",
    "&#106;",
    "&colon;",
    "&amp;",
    "\"",
    "'",
    "<",
    ">",
    "`",
    "*",
    "_",
    "__",
    "~~",
    "https://x.example",
    "\\",
    "title: ",
    "competencies: {a: 3}\n",
    "kind: role\n",
    "aliases: [",
    "]",
    "&a ",
    "*a",
    "!!binary ",
    "? ",
    ": ",
    "é",
    "e\u{301}",
    "🏴",
    "\u{202e}",
    "<svg><style>",
    "<math><mtext>",
    "<table>",
    "<select>",
    "<title>",
    "<textarea>",
    "</textarea>",
    "<xmp>",
    "<plaintext>",
    "</svg>",
    "</template>",
    "<i class=\"",
    "<b ",
    "</b x='",
    "<?",
    "<template>",
    "<noscript>",
    "<details>\n\n",
    "</details>\n",
    "<p",
    "<img src=x onerror=x()>",
    "<video src=",
    " poster=",
    "<source ",
    "<!-->",
    "--!>",
    "<!",
    "%2e%2e/",
    "..",
    "?",
    "%",
];

/// Texts longer than this are not kept as seeds, in bytes.
const LONGEST_SEED: usize = 4_000;

/// A generator that returns one text after another.
pub struct Mutator {
    seeds: Vec<String>,
    state: u64,
}

impl Mutator {
    pub fn new(seeds: &[String], first: u64) -> Self {
        assert!(!seeds.is_empty(), "there are no seeds");
        Self { seeds: seeds.to_vec(), state: first.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 }
    }

    /// Returns a number below `below` (xorshift64*, Vigna 2016).
    fn below(&mut self, below: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let random = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(random).unwrap() % below.max(1)
    }

    /// Returns a byte offset between two characters of `text`.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    }

    pub fn next(&mut self) -> String {
        let chosen = self.below(self.seeds.len());
        let mut text = self.seeds[chosen].clone();
        for _ in 0..=self.below(6) {
            self.edit(&mut text);
        }
        if text.len() < LONGEST_SEED && self.below(20) == 0 {
            let replaced = self.below(self.seeds.len());
            self.seeds[replaced].clone_from(&text);
        }
        text
    }

    fn edit(&mut self, text: &mut String) {
        let at = self.place(text);
        match self.below(6) {
            0 => {
                let end = self.place(&text[at..]).min(40) + at;
                let end = (at..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
                text.replace_range(at..end, "");
            }
            1 => {
                let chosen = self.below(self.seeds.len());
                let other = self.seeds[chosen].clone();
                let (from, to) = (self.place(&other), self.place(&other));
                text.insert_str(at, &other[from.min(to)..from.max(to)]);
            }
            2 => {
                let piece = PIECES[self.below(PIECES.len())].repeat(1 + self.below(40));
                text.insert_str(at, &piece);
            }
            3 if !text.is_empty() => {
                let (from, to) = (self.place(text), self.place(text));
                let part = text[from.min(to)..from.max(to)].to_owned();
                text.insert_str(at, &part);
            }
            _ => text.insert_str(at, PIECES[self.below(PIECES.len())]),
        }
        if text.len() > 200_000 {
            let keep = (0..=LONGEST_SEED).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(keep);
        }
    }
}
