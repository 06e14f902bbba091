//! Lists the words that say nothing about what a reader is looking for.
//!
//! Input: the handbook's language. Output: its stop words, folded. The browser leaves them out of a
//! query that also has other words. They stay in the index, for phrases and for queries of nothing
//! else.

/// English stop words.
const ENGLISH: &str = "a an and are as at be been by can did do does for from had has have how i if in into is it its \
                       me my of on or our should so that the their them there these they this to us was we were what \
                       when where which who why will with would you your";
/// German stop words.
const GERMAN: &str = "aber als am an auch auf aus bei bin bis das dass dem den der des die du ein eine einem einen \
                      einer er es fur hat ich ihr im in ist kann man mein mit nach oder sich sie sind soll uber um und \
                      unser von vor wann warum was welche wenn wer werden wie wir wird wo zu zum zur";

/// Returns the stop words of a language (BCP 47), separated by spaces. Other languages have none.
pub fn words(language: &str) -> &'static str {
    match super::words::primary(language).as_str() {
        "en" => ENGLISH,
        "de" => GERMAN,
        _ => "",
    }
}

/// Returns the words without stop words, or all of them if there are no others.
pub fn needed(words: Vec<String>, language: &str) -> Vec<String> {
    let stops = self::words(language);
    let is_stop = |word: &String| stops.split(' ').any(|stop| stop == word);
    if words.iter().all(is_stop) {
        return words;
    }
    words.into_iter().filter(|word| !is_stop(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_left_out_unless_there_is_nothing_else() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(needed(list("how to say no"), "en-GB"), list("say no"));
        assert_eq!(needed(list("who is who"), "en"), list("who is who"));
        assert_eq!(needed(list("how to say no"), "fr"), list("how to say no"));
    }

    #[test]
    fn stop_words_are_folded_as_words_of_the_index_are() {
        for word in [ENGLISH, GERMAN].into_iter().flat_map(|list| list.split(' ')) {
            assert_eq!(super::super::words::words(word), [word]);
        }
    }
}
