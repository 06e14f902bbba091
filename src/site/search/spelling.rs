//! Knows words that American and British English spell differently.
//!
//! Input: a folded word. Output: its American spelling, and the word in the other spelling. A
//! spelling that nobody uses does no harm, because nobody types it.

/// Beginnings of words: British, then American.
const BEGINNINGS: [(&str, &str); 44] = [
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("favour", "favor"),
    ("labour", "labor"),
    ("honour", "honor"),
    ("neighbour", "neighbor"),
    ("humour", "humor"),
    ("rumour", "rumor"),
    ("harbour", "harbor"),
    ("endeavour", "endeavor"),
    ("flavour", "flavor"),
    ("rigour", "rigor"),
    ("centre", "center"),
    ("theatre", "theater"),
    ("metre", "meter"),
    ("fibre", "fiber"),
    ("defence", "defense"),
    ("offence", "offense"),
    ("licence", "license"),
    ("pretence", "pretense"),
    ("practis", "practic"),
    ("modell", "model"),
    ("travell", "travel"),
    ("cancell", "cancel"),
    ("labell", "label"),
    ("levell", "level"),
    ("channell", "channel"),
    ("signall", "signal"),
    ("fuell", "fuel"),
    ("counsell", "counsel"),
    ("programme", "program"),
    ("catalogue", "catalog"),
    ("dialogue", "dialog"),
    ("judgement", "judgment"),
    ("acknowledgement", "acknowledgment"),
    ("grey", "gray"),
    ("sceptic", "skeptic"),
    ("artefact", "artifact"),
    ("manoeuvr", "maneuver"),
    ("instalment", "installment"),
    ("enrolment", "enrollment"),
    ("fulfilment", "fulfillment"),
    ("skilful", "skillful"),
    ("ageing", "aging"),
];
/// Endings of words: British, then American.
const ENDINGS: [(&str, &str); 14] = [
    ("isation", "ization"),
    ("isations", "izations"),
    ("isational", "izational"),
    ("ise", "ize"),
    ("ises", "izes"),
    ("ised", "ized"),
    ("iser", "izer"),
    ("isers", "izers"),
    ("ising", "izing"),
    ("yse", "yze"),
    ("yses", "yzes"),
    ("ysed", "yzed"),
    ("ysing", "yzing"),
    ("yser", "yzer"),
];
/// The shortest word whose ending can have two spellings. Shorter ones, such as "rise", have one.
const SHORTEST: usize = 7;
/// Stems of longer words that end in "ise" everywhere.
const ALWAYS_S: [&str; 20] = [
    "adv", "appr", "comprom", "disgu", "enterpr", "exerc", "expert", "franch", "improv", "merchand", "otherw", "prem",
    "prom", "superv", "surpr", "telev", "rev", "dev", "likew", "advert",
];

/// Returns the word in American spelling.
pub fn american(word: &str) -> String {
    replaced(word, |(british, american)| (british, american)).unwrap_or_else(|| word.to_owned())
}

/// Returns the word in the other spelling, if it has two.
pub fn other(word: &str) -> Option<String> {
    let british = replaced(word, |(british, american)| (american, british));
    replaced(word, |(british, american)| (british, american)).or(british)
}

/// Replaces the first beginning or ending that the word has.
fn replaced(word: &str, side: fn((&'static str, &'static str)) -> (&'static str, &'static str)) -> Option<String> {
    let begins = BEGINNINGS.iter().map(|pair| side(*pair)).find_map(|(from, to)| {
        // "program" begins "programme", which is already in the other spelling.
        let rest = word.strip_prefix(from).filter(|_| !word.starts_with(to) || from.len() > to.len())?;
        Some(format!("{to}{rest}"))
    });
    let ends = || {
        let (from, to, stem) = ENDINGS
            .iter()
            .map(|pair| side(*pair))
            .find_map(|(from, to)| word.strip_suffix(from).map(|stem| (from, to, stem)))?;
        let has_one = word.len() < SHORTEST || ALWAYS_S.contains(&stem) || stem.len() < 2;
        (!has_one && !from.is_empty()).then(|| format!("{stem}{to}"))
    };
    begins.or_else(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_an_american_and_a_british_spelling() {
        let pairs = [
            ("prioritisation", "prioritization"),
            ("organise", "organize"),
            ("behaviours", "behaviors"),
            ("analysing", "analyzing"),
            ("programme", "program"),
            ("programmes", "programs"),
            ("judgement", "judgment"),
            ("centre", "center"),
        ];
        for (british, american) in pairs {
            assert_eq!(super::american(british), american);
            assert_eq!(super::american(american), american);
            assert_eq!(other(british).as_deref(), Some(american));
            assert_eq!(other(american).as_deref(), Some(british));
        }
    }

    #[test]
    fn words_with_one_spelling_stay_as_they_are() {
        for word in ["rise", "raise", "exercise", "supervise", "expertise", "premises", "size", "roadmap"] {
            assert_eq!(american(word), word);
        }
        assert_eq!(other("exercise"), None);
    }
}
