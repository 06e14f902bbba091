//! Shortens a failing text to what is needed for it to fail.
//!
//! Input: a text, and a function that returns whether a text fails. Output: a text that still fails
//! and from which no single character can be removed. Never makes a text longer.

/// Removes parts of `text`, first halves and finally single characters, as long as the rest still
/// fails.
pub fn shrink(text: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let mut left: Vec<char> = text.chars().collect();
    loop {
        let before = left.len();
        let mut size = (before / 2).max(1);
        loop {
            without_parts(&mut left, size, fails);
            if size == 1 {
                break;
            }
            size /= 2;
        }
        if left.len() == before {
            return left.into_iter().collect();
        }
    }
}

/// Removes every part of `size` characters that isn't needed.
fn without_parts(left: &mut Vec<char>, size: usize, fails: &dyn Fn(&str) -> bool) {
    let mut at = 0;
    while at < left.len() {
        let end = (at + size).min(left.len());
        let text: String = left[..at].iter().chain(&left[end..]).collect();
        if fails(&text) {
            left.drain(at..end);
        } else {
            at = end;
        }
    }
}

#[test]
fn a_failing_text_is_shortened_to_the_part_that_fails() {
    let shrunk = shrink("ab<title>é and more", &|text| text.contains('<') && text.contains('é'));
    assert_eq!(shrunk, "<é");
}
