//! Adds and removes members of lists and tables in brackets, which YAML and TOML write alike.
//!
//! Input: the places of a list's members, and what to do with them. Output: cuts that keep comments
//! and the arrangement in lines. Never changes a member itself.

use std::ops::Range;

use super::value::{Cuts, Unset};

/// A list or table in brackets: its place, and the places of its members in order.
pub struct Brackets<'a> {
    /// The text that the places refer to.
    pub text: &'a str,
    /// The place of the whole value, including its brackets.
    pub whole: Range<usize>,
    /// The place of each item, or of each key with its value.
    pub members: Vec<Range<usize>>,
}

impl Brackets<'_> {
    /// Removes the members whose index `is_removed` accepts, and inserts each new member after the
    /// one with the given index, which isn't removed, or at the start.
    pub fn rearrange(
        &self,
        is_removed: &dyn Fn(usize) -> bool,
        inserted: &[(Option<usize>, String)],
        cuts: &mut Cuts,
    ) -> Result<(), Unset> {
        let count = self.members.len();
        let texts = |after: Option<usize>| -> Vec<&str> {
            inserted.iter().filter(|(at, _)| *at == after).map(|(_, text)| text.as_str()).collect()
        };
        if count == 0 {
            if !inserted.is_empty() {
                cuts.insert(self.whole.start + 1, texts(None).join(", "));
            }
            return Ok(());
        }
        if (0..count).all(is_removed) {
            let range = self.members[0].start..self.members[count - 1].end;
            if self.text[range.clone()].contains('#') && !inserted.is_empty() {
                return Err(Unset::Form);
            }
            cuts.replace(range, texts(None).join(", "));
            return Ok(());
        }
        self.insert_first(&texts(None), cuts);
        let mut n = 0;
        while n < count {
            let end = (n..count).find(|at| !is_removed(*at)).unwrap_or(count);
            if end > n {
                self.remove(n..end, cuts);
            } else {
                self.insert_after(n, &texts(Some(n)), cuts);
            }
            n = end.max(n + 1);
        }
        Ok(())
    }

    fn insert_first(&self, texts: &[&str], cuts: &mut Cuts) {
        let first = &self.members[0];
        for text in texts {
            match self.own_lines(0) {
                Some(lines) => {
                    let indent = &self.text[lines.start..first.start];
                    cuts.insert(lines.start, format!("{indent}{text},\n"));
                }
                None => cuts.insert(first.start, format!("{text}, ")),
            }
        }
    }

    fn insert_after(&self, n: usize, texts: &[&str], cuts: &mut Cuts) {
        let member = &self.members[n];
        let Some(lines) = self.own_lines(n) else {
            for text in texts {
                cuts.insert(member.end, format!(", {text}"));
            }
            return;
        };
        let has_comma = self.comma_after(member.end).is_some();
        if !has_comma && !texts.is_empty() {
            cuts.insert(member.end, ",");
        }
        let indent = &self.text[lines.start..member.start];
        for (number, text) in texts.iter().enumerate() {
            let comma = if has_comma || number + 1 < texts.len() { "," } else { "" };
            cuts.insert(lines.end, format!("\n{indent}{text}{comma}"));
        }
    }

    /// Removes members that follow each other.
    fn remove(&self, run: Range<usize>, cuts: &mut Cuts) {
        let lines: Option<Vec<_>> = run.clone().map(|n| self.own_lines(n)).collect();
        if let Some(lines) = lines {
            for range in lines {
                cuts.replace(range.start..(range.end + 1).min(self.text.len()), "");
            }
            return;
        }
        let (first, last) = (&self.members[run.start], &self.members[run.end - 1]);
        let next = self.members.get(run.end).map(|next| next.start);
        let before = run.start.checked_sub(1).map(|n| self.members[n].end);
        let range = match (next, before) {
            (Some(next), _) if !self.text[first.start..next].contains(['\n', '#']) => first.start..next,
            (None, Some(before)) if !self.text[before..last.end].contains(['\n', '#']) => before..last.end,
            _ => first.start..self.comma_after(last.end).unwrap_or(last.end),
        };
        cuts.replace(range, "");
    }

    /// Returns the offset after the comma that follows `at` on the same line.
    fn comma_after(&self, at: usize) -> Option<usize> {
        let rest = self.text[at..].trim_start_matches([' ', '\t']);
        rest.starts_with(',').then(|| self.text.len() - rest.len() + 1)
    }

    /// If nothing but the member and a comment is on the member's lines, returns these lines without
    /// the last line ending.
    fn own_lines(&self, n: usize) -> Option<Range<usize>> {
        let member = &self.members[n];
        let start = self.text[..member.start].rfind('\n').map_or(0, |at| at + 1);
        let behind = self.comma_after(member.end).unwrap_or(member.end);
        let end = self.text[behind..].find('\n').map_or(self.text.len(), |at| behind + at);
        let rest = self.text[behind..end].trim_start();
        let is_alone = self.text[start..member.start].trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        (is_alone && self.whole.contains(&start)).then_some(start..end)
    }
}
