//! Finds the legend of a table: which level an `x`, a letter or a number stands for.
//!
//! Input: the rows of a table. Output: a [`Legend`]. A legend is written as `x = Working`, several in
//! a cell or one per row, or as two columns below a cell that says `Legend`. Never guesses what a
//! mark means.

use std::collections::BTreeSet;

use crate::text::path::fold;
use crate::text::spreadsheet::Row;

/// The maximum length of what a legend explains, in characters.
const LONGEST: usize = 3;

/// What the marks of a table mean.
#[derive(Debug, Default)]
pub struct Legend {
    /// What is written in cells, and the level that it means, in the order of the legend.
    entries: Vec<(String, String)>,
    /// The rows that belong to the legend alone.
    pub rows: BTreeSet<usize>,
}

impl Legend {
    /// Finds the legend.
    pub fn find(rows: &[Row]) -> Self {
        let mut legend = Self::default();
        let mut is_open = false;
        for (n, row) in rows.iter().enumerate() {
            let filled: Vec<&str> =
                row.cells.iter().map(|cell| cell.text.as_str()).filter(|text| !text.is_empty()).collect();
            let is_title =
                |text: &str| ["legend", "key", "scale", "legende", "skala"].contains(&fold(text).trim_end_matches(':'));
            match filled[..] {
                [] => {}
                [title] if is_title(title) => {
                    is_open = true;
                    legend.rows.insert(n);
                }
                [mark, meaning] if is_open && mark.chars().count() <= LONGEST => {
                    legend.add(mark, meaning);
                    legend.rows.insert(n);
                }
                _ => {
                    is_open = false;
                    let pairs: Vec<Vec<(&str, &str)>> =
                        filled.iter().filter(|text| !is_title(text)).map(|text| pairs(text)).collect();
                    if !pairs.is_empty() && pairs.iter().all(|pairs| !pairs.is_empty()) {
                        pairs.into_iter().flatten().for_each(|(mark, meaning)| legend.add(mark, meaning));
                        legend.rows.insert(n);
                    }
                }
            }
        }
        legend
    }

    fn add(&mut self, mark: &str, meaning: &str) {
        let mark = mark.trim();
        if !self.entries.iter().any(|(known, _)| fold(known) == fold(mark)) {
            let is_number = mark.chars().all(|c| c.is_ascii_digit());
            let meaning = meaning.trim();
            let text = if is_number { format!("{mark} {meaning}") } else { meaning.to_owned() };
            self.entries.push((mark.to_owned(), text));
        }
    }

    /// Returns what the text of a cell means.
    pub fn meaning(&self, text: &str) -> Option<&str> {
        let text = fold(text.trim());
        self.entries.iter().find(|(mark, _)| fold(mark) == text).map(|(_, meaning)| meaning.as_str())
    }

    /// Lists the levels of the legend, in order.
    pub fn levels(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(_, meaning)| meaning.as_str())
    }

    /// Describes the legend, or returns `None` if there is none.
    pub fn reading(&self) -> Option<String> {
        let pairs: Vec<String> =
            self.entries.iter().map(|(mark, meaning)| format!("`{mark}` means {meaning}")).collect();
        (!pairs.is_empty()).then(|| pairs.join(", "))
    }
}

/// Returns the explanations in the text of a cell, or nothing if it contains anything else.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let text =
        ["Legend:", "Legende:", "Key:", "Scale:"].iter().find_map(|head| text.strip_prefix(head)).unwrap_or(text);
    let mut pairs = Vec::new();
    for part in text.split(['\n', ';', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some((mark, meaning)) = part.split_once('=') else { return Vec::new() };
        let (mark, meaning) = (mark.trim(), meaning.trim());
        if mark.is_empty() || meaning.is_empty() || meaning.contains('=') || mark.chars().count() > LONGEST {
            return Vec::new();
        }
        pairs.push((mark, meaning));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::source::Text;
    use crate::text::spreadsheet::read;

    fn legend(text: &str) -> Vec<String> {
        let rows = read(&Text::new(text.as_bytes()).unwrap(), ';').unwrap();
        Legend::find(&rows).levels().map(str::to_owned).collect()
    }

    #[test]
    fn legends_are_found_in_every_form() {
        assert_eq!(legend("A;B\nx = Working\n"), ["Working"]);
        assert_eq!(legend("Legend: B = Basic, A = Advanced\n"), ["Basic", "Advanced"]);
        assert_eq!(legend("1 = Aware;2 = Able\n"), ["1 Aware", "2 Able"]);
        assert_eq!(legend("Legend\nB;Basic\nE;Expert\n\nSkill;x\n"), ["Basic", "Expert"]);
        assert!(legend("a = b + c = d\nWrites x=1 in code\nprice = cost\n").is_empty());
    }
}
