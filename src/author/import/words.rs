//! Lists the words by which tables name their columns, their rows and their levels, in English and
//! German.
//!
//! Input: the text of a cell. Output: what it probably is. Never looks at other cells.

use crate::text::path::fold;

/// The kinds of contents that a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Id,
    Example,
    Statement,
    Rank,
    Track,
    Family,
    Level,
    Proficiency,
    Cluster,
    Role,
    Competency,
}

/// What a column or a row says about the roles or competencies of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    Id,
    Example,
    Rank,
    Track,
    Family,
    Grade,
    Cluster,
    Summary,
    /// The names of levels, next to their numbers.
    LevelName,
    /// Words for the proficiency at a level.
    Proficiency,
    /// More statements, next to those in another column.
    More,
}

/// For each kind of column, the words by which headers name it. A header belongs to the first kind
/// that has one of the header's words.
const WORDS: &[(Column, &str)] = &[
    (Column::Id, "id anchor"),
    (Column::Example, "example beispiel"),
    (
        Column::Statement,
        "statement behaviour behavior expectation description indicator evidence criteria criterion summary signal \
         aussage verhalten beschreibung erwartung kriterium",
    ),
    (Column::Rank, "rank rung rang"),
    (Column::Track, "track stream laufbahn"),
    (Column::Family, "family discipline department familie abteilung"),
    (Column::Level, "level lvl grade band stage milestone stufe niveau"),
    (Column::Proficiency, "proficiency"),
    (Column::Cluster, "cluster category group theme pillar domain section gruppe kategorie bereich"),
    (Column::Role, "role job position title rolle stelle"),
    (
        Column::Competency,
        "competency competencie competence skill principle area capability capabilitie dimension value attribute \
         topic trait kompetenz kompetenzen fähigkeit fähigkeiten prinzip prinzipien thema",
    ),
];

/// Words in the titles of jobs that are never the names of levels.
const JOBS: &str = "manager engineer designer developer director head vp officer analyst scientist programmer architect \
     researcher writer president specialist consultant coach pm apm gpm cpo cto ceo owner marketer recruiter \
     representative rep agent administrator technician tester operator editor assistant accountant sdet sre \
     leiter leiterin entwickler entwicklerin referent referentin";

/// Words for seniority, which may be names of levels or begin the titles of jobs.
const SENIORITY: &str =
    "intern trainee associate junior mid intermediate senior staff principal distinguished fellow lead chief executive";

/// Names of rows and columns that add up others.
const TOTALS: &str = "total totals sum subtotal average avg mean median count gesamt summe durchschnitt anzahl";

/// The texts of cells that say that something is so, but not how much.
const MARKS: [&str; 14] = ["x", "xx", "✓", "✔", "✅", "☑", "●", "•", "*", "yes", "y", "ja", "true", "wahr"];

/// Marks that say that something isn't so.
const NO_MARKS: [&str; 8] = ["no", "n", "nein", "false", "falsch", "✗", "✘", "☐"];

fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| [word, word.trim_end_matches('s')].contains(&known))
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the kind of the column that has this header.
pub fn column(header: &str) -> Option<Column> {
    let words = words(header);
    WORDS.iter().find(|(_, known)| words.iter().any(|word| has(known, word))).map(|(column, _)| *column)
}

/// Returns what a column next to those with levels or statements says, if its header is a short name
/// for it, such as `Skill category`. The header `Category management` isn't, because it doesn't end
/// with the word.
pub fn aspect(header: &str) -> Option<Aspect> {
    let words = words(header);
    let last = words.last().filter(|_| words.len() <= 3)?;
    if ["description", "summary", "definition", "about", "beschreibung"].contains(&last.as_str()) {
        return Some(Aspect::Summary);
    }
    let (kind, _) = WORDS.iter().find(|(_, known)| has(known, last))?;
    match kind {
        Column::Id if words.len() == 1 => Some(Aspect::Id),
        Column::Example => Some(Aspect::Example),
        Column::Rank if words.len() == 1 => Some(Aspect::Rank),
        Column::Track => Some(Aspect::Track),
        Column::Family => Some(Aspect::Family),
        Column::Level if words.len() <= 2 => Some(Aspect::Grade),
        Column::Cluster => Some(Aspect::Cluster),
        _ => None,
    }
}

/// Returns whether a text is the title of a job, such as `Senior engineer`.
pub fn is_job(text: &str) -> bool {
    words(text).iter().any(|word| has(JOBS, word))
}

/// Returns whether a text is the title of a job or a word for seniority.
pub fn is_seniority(text: &str) -> bool {
    is_job(text) || words(text).iter().any(|word| has(SENIORITY, word))
}

/// Returns how senior a title is, from 0 for a trainee. A title without such a word is in between.
pub fn seniority(text: &str) -> usize {
    const PLAIN: usize = 2;
    const RANKS: [&str; 7] = [
        "intern trainee apprentice",
        "junior associate",
        "mid intermediate",
        "senior",
        "staff lead",
        "principal head",
        "director vp president chief cpo cto ceo",
    ];
    let words = words(text);
    (0..RANKS.len()).rev().find(|n| words.iter().any(|word| has(RANKS[*n], word))).unwrap_or(PLAIN)
}

/// Returns whether texts are titles of one job, such as `Junior weaver`, `Weaver` and `Senior weaver`.
pub fn are_one_job(texts: &[&str]) -> bool {
    let lists: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let Some((first, others)) = lists.split_first() else { return false };
    let is_common = |word: &&String| {
        let is_word = word.chars().all(char::is_alphabetic) && word.len() > 2 && !has(SENIORITY, word);
        is_word && column(word) != Some(Column::Level) && others.iter().all(|list| list.contains(word))
    };
    let ranked = lists.iter().filter(|list| list.iter().any(|word| has(SENIORITY, word))).count();
    !others.is_empty() && first.iter().any(|word| is_common(&word)) && ranked * 2 >= lists.len()
}

/// Returns whether a row or column with this name adds up others.
pub fn is_total(text: &str) -> bool {
    let words = words(text);
    words.len() <= 2 && words.iter().any(|word| TOTALS.split_ascii_whitespace().any(|known| known == word))
}

/// Returns whether a cell is only marked.
pub fn is_mark(text: &str) -> bool {
    MARKS.contains(&fold(text.trim()).as_str())
}

/// Returns whether a cell says no.
pub fn is_no(text: &str) -> bool {
    NO_MARKS.contains(&fold(text.trim()).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_recognized_in_the_words_that_companies_use() {
        let all = [
            ("Skill area", Column::Competency),
            ("Principles", Column::Competency),
            ("CAPABILITIES", Column::Competency),
            ("Expected behaviours", Column::Statement),
            ("Level description", Column::Statement),
            ("Job level", Column::Level),
            ("Expected level", Column::Level),
            ("Grade", Column::Level),
            ("Skill category", Column::Cluster),
            ("Job title", Column::Role),
            ("Stufe", Column::Level),
            ("Fähigkeiten", Column::Competency),
        ];
        for (header, wanted) in all {
            assert_eq!(column(header), Some(wanted), "{header}");
        }
        assert_eq!(column("Notes"), None);
        assert_eq!(column(""), None);
    }

    #[test]
    fn only_short_names_that_end_with_the_word_are_aspects() {
        assert_eq!(aspect("Skill category"), Some(Aspect::Cluster));
        assert_eq!(aspect("Job family"), Some(Aspect::Family));
        assert_eq!(aspect("Category management"), None);
        assert_eq!(aspect("Track"), Some(Aspect::Track));
        assert!(is_job("Senior Product Managers") && !is_job("Senior") && is_seniority("Senior"));
        assert!(are_one_job(&["Junior weaver (L1)", "Weaver (L2)", "Senior weaver (L3)"]));
        assert!(!are_one_job(&["Junior", "Senior"]) && !are_one_job(&["Level 1: Lead", "Level 2: Lead"][..1]));
        assert!(is_total("Grand total") && !is_total("Total cost of ownership"));
    }
}
