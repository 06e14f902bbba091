//! Packs numbers and texts into few bytes, because a large handbook has millions of them.
//!
//! Input: numbers and slices of bytes, or a text that repeats much of another one. Output: bytes, from
//! which any part can be read again. The same input always gives the same bytes.

use std::ops::Range;

use borsh::{BorshDeserialize, BorshSerialize};

/// Markup that is in most chapters' HTML but not in their source.
const COMMON: &[u8] = b"</strong></em></code></del></li>\n</ul>\n<ul>\n<li><p></li>\n<li></p>\n</li>\n</ol>\n<ol>\n<li>\
</blockquote>\n<blockquote>\n<p></p>\n<h3 id=\"</h3>\n<p></p>\n<h2 id=\"</h2>\n<p></p>\n<p><strong><em><code>\
</td>\n</tr>\n<tr>\n<td></td>\n<td></th>\n</tr>\n</thead>\n<tbody>\n</tbody>\n</table>\n</div>\n<p>&quot;&amp;&lt;&gt;\
<div class=\"table\"><table>\n<thead>\n<tr>\n<th></th>\n<th style=\"text-align: right\"><td style=\"text-align: right\">\
<span class=\"<a href=\"https://\" class=\"external\" id=\"";
/// The shortest part of the other text that is worth a reference to it.
const SHORTEST: usize = 7;
/// How far after the last repeated part the next one is looked for first, in bytes.
const NEAR: usize = 12;
/// The number of bits of a hash.
const BITS: u32 = 12;
/// The distance between places to begin reading at, in bytes of the text.
const APART: usize = 512;

/// Appends a number with seven bits per byte, the low bits first. All bytes but the last have their
/// high bit set.
pub fn put(mut n: u32, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = n.to_le_bytes();
        n >>= 7;
        if n == 0 {
            return out.push(low & 127);
        }
        out.push(low | 128);
    }
}

/// Appends a slice with its length.
pub fn put_slice(bytes: &[u8], out: &mut Vec<u8>) {
    put(length(bytes.len()), out);
    out.extend_from_slice(bytes);
}

/// Reads a number at the beginning of `bytes`, and removes it.
pub fn take(bytes: &mut &[u8]) -> u32 {
    let (mut n, mut shift) = (0, 0);
    while let Some((first, rest)) = bytes.split_first() {
        *bytes = rest;
        n |= u32::from(first & 127) << shift;
        shift += 7;
        if *first < 128 || shift > 28 {
            break;
        }
    }
    n
}

/// Reads a slice with its length at the beginning of `bytes`, and removes it.
pub fn take_slice<'a>(bytes: &mut &'a [u8]) -> &'a [u8] {
    let length = take(bytes);
    cut(length, bytes)
}

/// Removes a number of bytes from the beginning of `bytes`, and returns them.
pub fn cut<'a>(length: u32, bytes: &mut &'a [u8]) -> &'a [u8] {
    let (start, rest) = bytes.split_at((length as usize).min(bytes.len()));
    *bytes = rest;
    start
}

/// Converts a length.
pub fn length(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// A text, stored as what it repeats of another text and what it adds to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Derived {
    /// Repeated until the end: new bytes with their length, then the length and the place of a part of
    /// the other text. Places count from the beginning of [`COMMON`], which the other text follows.
    bytes: Box<[u8]>,
    length: u32,
    /// Places to begin reading at, so that a range deep in the text doesn't need all before it: how much
    /// of the text precedes each, and where it is in `bytes`.
    entrances: Box<[(u32, u32)]>,
}

impl Derived {
    /// Packs `text`. It can be read again only with the same `source`.
    pub fn new(text: &str, source: &[u8]) -> Self {
        let text = text.as_bytes();
        let index = Index::new(source);
        let mut out = Vec::with_capacity(text.len() / 4);
        let mut entrances = Vec::new();
        let (mut at, mut new, mut last, mut next) = (0, 0, COMMON.len(), APART);
        while at < text.len() {
            let Some((from, back, length_of)) = index.repeated(text, (new, at), last) else {
                at += 1;
                continue;
            };
            put_slice(&text[new..at - back], &mut out);
            put(length(length_of), &mut out);
            put(length(from), &mut out);
            at += length_of - back;
            new = at;
            if from >= COMMON.len() {
                last = from + length_of;
            }
            if at >= next {
                entrances.push((length(at), length(out.len())));
                next = at + APART;
            }
        }
        put_slice(&text[new..], &mut out);
        Self { bytes: out.into(), length: length(text.len()), entrances: entrances.into() }
    }

    /// Returns the length of the text in bytes.
    pub fn length(&self) -> usize {
        self.length as usize
    }

    /// Returns a range of the text. `source` is the text that it was packed with.
    pub fn get(&self, range: Range<usize>, source: &[u8]) -> String {
        let mut out = Vec::with_capacity(range.len());
        let passed = self.entrances.partition_point(|(text, _)| *text as usize <= range.start);
        let (start, place) = passed.checked_sub(1).map_or((0, 0), |n| self.entrances[n]);
        let (mut rest, mut at) = (&self.bytes[place as usize..], start as usize);
        let mut add = |part: &[u8]| {
            let (from, to) = (range.start.max(at), range.end.min(at + part.len()));
            if from < to {
                out.extend_from_slice(&part[from - at..to - at]);
            }
            at += part.len();
            at < range.end
        };
        while !rest.is_empty() && add(take_slice(&mut rest)) && !rest.is_empty() {
            let (length, from) = (take(&mut rest) as usize, take(&mut rest) as usize);
            let part = match from.checked_sub(COMMON.len()) {
                None => COMMON.get(from..from + length),
                Some(from) => source.get(from..from + length),
            };
            if !add(part.unwrap_or_default()) {
                break;
            }
        }
        String::from_utf8(out).unwrap_or_default()
    }
}

/// Where sequences of bytes are in the common markup and in a text.
struct Index<'a> {
    source: &'a [u8],
    /// Places plus one by hash, or 0.
    places: Vec<u32>,
}

impl<'a> Index<'a> {
    fn new(source: &'a [u8]) -> Self {
        let mut places = vec![0; 1 << BITS];
        // What is in both is more likely to continue in the text.
        let common = (0..COMMON.len()).map(|at| (COMMON, at, 0));
        let own = (0..source.len()).step_by(2).map(|at| (source, at, COMMON.len()));
        for (text, at, before) in common.chain(own) {
            if let Some(hash) = hash(text, at) {
                places[hash] = length(before + at + 1);
            }
        }
        Self { source, places }
    }

    /// Returns the longest part that `text` repeats around `at`: its place, how much of it is before
    /// `at`, and its length. It begins at `new` or later. `last` is the place behind the last one.
    fn repeated(&self, text: &[u8], (new, at): (usize, usize), last: usize) -> Option<(usize, usize, usize)> {
        let known = hash(text, at).and_then(|hash| (self.places[hash] as usize).checked_sub(1));
        let is_near = |place: &usize| self.slice(*place).0.first() == text.get(at);
        let near = (last..last + NEAR).filter(is_near);
        let found = near.chain(known).map(|place| {
            let (after, before) = self.slice(place);
            let back = text[new..at].iter().rev().zip(before.iter().rev()).take_while(|(a, b)| a == b).count();
            let ahead = text[at..].iter().zip(after).take_while(|(a, b)| a == b).count();
            (place - back, back, back + ahead)
        });
        found.max_by_key(|(_, _, length)| *length).filter(|(_, _, length)| *length >= SHORTEST)
    }

    /// Returns what is at a place and after it, and what is before it.
    fn slice(&self, place: usize) -> (&[u8], &[u8]) {
        let (text, at) = match place.checked_sub(COMMON.len()) {
            None => (COMMON, place),
            Some(at) => (self.source, at.min(self.source.len())),
        };
        let (before, after) = text.split_at(at);
        (after, before)
    }
}

/// Returns the hash of the next few bytes at a place.
fn hash(text: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 8] = text.get(at..at + 8)?.try_into().ok()?;
    let hash = (u64::from_le_bytes(bytes) << 16).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(hash >> (64 - BITS)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_slices_are_read_again() {
        let mut out = Vec::new();
        for n in [0, 127, 128, 70_000, u32::MAX] {
            put(n, &mut out);
        }
        put_slice(b"ab", &mut out);
        let mut rest = &*out;
        assert_eq!([(); 5].map(|()| take(&mut rest)), [0, 127, 128, 70_000, u32::MAX]);
        assert_eq!((take_slice(&mut rest), rest), (&b"ab"[..], &b""[..]));
    }

    #[test]
    fn every_part_of_a_derived_text_can_be_read_back() {
        let source = "Größe und Gewicht sind bekannt.\n\nEin anderer Satz, der nicht ganz wörtlich folgt.\n";
        let texts = [
            "",
            "kurz",
            source,
            "<p>Größe und Gewicht sind bekannt.</p>\n<p>Ein anderer Satz, der <em>nicht</em> ganz wörtlich folgt.</p>\n",
            "<ul>\n<li>Gewicht sind bekannt</li>\n<li>Gewicht sind unbekannt, denn ein anderer Satz, der nicht ganz</li>\n",
        ];
        for text in texts {
            let derived = Derived::new(text, source.as_bytes());
            assert_eq!(
                (derived.length(), derived.get(0..text.len(), source.as_bytes())),
                (text.len(), text.to_owned())
            );
            let edges: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            for (n, from) in edges.iter().enumerate() {
                for to in &edges[n..] {
                    assert_eq!(derived.get(*from..*to, source.as_bytes()), text[*from..*to]);
                }
            }
        }
    }

    #[test]
    fn a_text_takes_little_room_if_it_repeats_another() {
        let sentence = |n: usize| format!("The team number {n} decides what it builds, and says so in writing.");
        let source: String = (0..50).map(|n| format!("{}\n\n", sentence(n))).collect();
        let html: String = (0..50).map(|n| format!("<p>{}</p>\n", sentence(n))).collect();
        let derived = Derived::new(&html, source.as_bytes());
        assert!(derived.bytes.len() * 6 < html.len(), "{} of {}", derived.bytes.len(), html.len());
        assert!(derived.entrances.len() > 3);
        for from in 0..html.len() {
            assert_eq!(derived.get(from..html.len(), source.as_bytes()), html[from..]);
        }
    }
}
