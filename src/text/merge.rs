//! Compares two texts line by line, and merges two changes of the same text.
//!
//! Input: texts as lines. Output: the lines that differ, or a merged text with the places where the
//! two changes contradict each other. The work is bounded: if the parts that differ are very long,
//! they count as one change. Never looks inside a line.

use std::ops::Range;

/// The maximum number of pairs of lines to compare. Texts with more pairs differ as a whole.
const MOST_COMPARED: usize = 1_000_000;

/// Lines that differ: their numbers in both texts, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The lines in the first text.
    pub before: Range<usize>,
    /// The lines in the second text.
    pub after: Range<usize>,
}

/// A part of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Lines that are the same in both texts, or that only one of them changed.
    Agreed(Vec<u8>),
    /// Lines that the two texts changed in different ways.
    Apart(Apart),
}

/// Three versions of the same lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// The lines of the common text.
    pub base: Range<usize>,
    /// The lines of the first changed text.
    pub one: Range<usize>,
    /// The lines of the second changed text.
    pub other: Range<usize>,
}

/// Splits a text after each line ending.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && text.get(at + 1) != Some(&b'\n')) {
            lines.push(&text[start..=at]);
            start = at + 1;
        }
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// Lists the lines that differ, in order. There is at least one equal line between two hunks.
pub fn hunks(before: &[&[u8]], after: &[&[u8]]) -> Vec<Hunk> {
    let shorter = before.len().min(after.len());
    let start = (0..shorter).take_while(|n| before[*n] == after[*n]).count();
    let is_same_at_end = |n: &usize| before[before.len() - 1 - n] == after[after.len() - 1 - n];
    let end = (0..shorter - start).take_while(is_same_at_end).count();
    let (old, new) = (&before[start..before.len() - end], &after[start..after.len() - end]);
    let mut hunks = Vec::new();
    let mut add = |was: Range<usize>, is: Range<usize>| {
        if !was.is_empty() || !is.is_empty() {
            hunks.push(Hunk { before: was.start + start..was.end + start, after: is.start + start..is.end + start });
        }
    };
    let (mut was, mut is) = (0, 0);
    for (a, b) in common(old, new) {
        add(was..a, is..b);
        (was, is) = (a + 1, b + 1);
    }
    add(was..old.len(), is..new.len());
    hunks
}

/// Pairs the lines of the longest common subsequence.
fn common(old: &[&[u8]], new: &[&[u8]]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MOST_COMPARED {
        return Vec::new();
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            longest[a * width + b] = if old[a] == new[b] {
                longest[(a + 1) * width + b + 1] + 1
            } else {
                longest[(a + 1) * width + b].max(longest[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if longest[(a + 1) * width + b] >= longest[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

/// One of the changed texts, read from start to end.
struct Side {
    hunks: Vec<Hunk>,
    next: usize,
    /// The number of lines that the common text has to be shifted by here.
    shift: isize,
}

impl Side {
    fn new(base: &[&[u8]], text: &[&[u8]]) -> Self {
        Self { hunks: hunks(base, text), next: 0, shift: 0 }
    }

    fn peek(&self) -> Option<&Hunk> {
        self.hunks.get(self.next)
    }

    /// Takes the next hunk if it begins at or before `end`, and returns where it ends.
    fn take(&mut self, end: usize) -> Option<usize> {
        let hunk = self.peek().filter(|hunk| hunk.before.start <= end)?;
        let end = hunk.before.end;
        self.next += 1;
        Some(end)
    }

    /// Returns the lines that the lines `base` of the common text have become, after the hunks
    /// `from..self.next` were taken.
    fn lines(&mut self, base: &Range<usize>, from: usize) -> Range<usize> {
        let start = base.start.saturating_add_signed(self.shift);
        for hunk in &self.hunks[from..self.next] {
            self.shift += hunk.after.len().cast_signed() - hunk.before.len().cast_signed();
        }
        start..base.end.saturating_add_signed(self.shift)
    }
}

/// Merges the changes that lead from `base` to `one` and from `base` to `other`. Changes of the
/// same or of adjacent lines contradict each other unless they are equal.
pub fn merge(base: &[&[u8]], one: &[&[u8]], other: &[&[u8]]) -> Vec<Piece> {
    let (mut a, mut b) = (Side::new(base, one), Side::new(base, other));
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some(start) = [&a, &b].iter().filter_map(|side| Some(side.peek()?.before.start)).min() {
        pieces.push(Piece::Agreed(base[at..start].concat()));
        let (from_a, from_b, mut end) = (a.next, b.next, start);
        while let Some(next) = a.take(end).or_else(|| b.take(end)) {
            end = end.max(next);
        }
        at = end;
        let range = start..end;
        let (mine, theirs) = (a.lines(&range, from_a), b.lines(&range, from_b));
        let (ours, others) = (&one[mine.clone()], &other[theirs.clone()]);
        pieces.push(match (from_a == a.next, from_b == b.next) {
            (true, _) => Piece::Agreed(others.concat()),
            (_, true) => Piece::Agreed(ours.concat()),
            _ if ours == others => Piece::Agreed(ours.concat()),
            _ => Piece::Apart(Apart { base: range, one: mine, other: theirs }),
        });
    }
    pieces.push(Piece::Agreed(base[at..].concat()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the merged text, or `None` if the changes contradict each other.
    fn merged(pieces: &[Piece]) -> Option<Vec<u8>> {
        let text = |piece: &Piece| if let Piece::Agreed(text) = piece { Some(text.clone()) } else { None };
        pieces.iter().map(text).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
    }

    fn merge_texts(base: &str, one: &str, other: &str) -> Vec<Piece> {
        merge(&lines(base.as_bytes()), &lines(one.as_bytes()), &lines(other.as_bytes()))
    }

    #[test]
    fn lines_keep_their_endings() {
        assert_eq!(lines(b"a\r\nb\rc\n\nd"), [&b"a\r\n"[..], b"b\r", b"c\n", b"\n", b"d"]);
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn changes_of_different_lines_are_both_kept() {
        let pieces = merge_texts("a\n\nb\n\nc\n", "A\n\nb\n\nc\n", "a\n\nb\n\nnew\n\nC\n");
        assert_eq!(merged(&pieces).unwrap(), b"A\n\nb\n\nnew\n\nC\n");
        let pieces = merge_texts("a\nb\nc\nd\n", "a\nd\n", "x\na\nb\nc\nd\ny\n");
        assert_eq!(merged(&pieces).unwrap(), b"x\na\nd\ny\n");
    }

    #[test]
    fn equal_changes_are_made_once() {
        assert_eq!(merged(&merge_texts("a\nb\n", "a\nB\n", "a\nB\n")).unwrap(), b"a\nB\n");
    }

    #[test]
    fn changes_of_the_same_or_adjacent_lines_are_shown_as_three_texts() {
        let pieces = merge_texts("a\nb\nc\nd\n", "a\nB\nB\nc\nd\n", "a\nx\nc\nD\n");
        assert_eq!(merged(&pieces), None);
        assert_eq!(pieces[1], Piece::Apart(Apart { base: 1..2, one: 1..3, other: 1..2 }));
        assert_eq!(pieces[3], Piece::Agreed(b"D\n".to_vec()));
        assert_eq!(merged(&merge_texts("a\nb\n", "A\nb\n", "a\nB\n")), None);
    }

    #[test]
    fn very_long_texts_differ_as_a_whole() {
        let text = |name: &str| (0..2_000).map(|n| format!("{name}{n}\n")).collect::<String>();
        let (one, other) = (format!("{}x\n", text("a")), format!("x\n{}", text("b")));
        assert_eq!(hunks(&lines(one.as_bytes()), &lines(other.as_bytes())).len(), 1);
    }
}
