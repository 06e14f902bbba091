//! Words for the fields of a form, for people who never see the file.
//!
//! Input: the place of a field in its file. Output: its label and its purpose in plain words. Labels
//! are the words that pages use for the same facts. Without an entry here, the field's name and the
//! purpose in its declaration are plain enough.

/// The place of a field, its label, and its purpose. An empty label is made from the field's name, and
/// an empty purpose is the one in its declaration.
const WORDS: &[(&str, &str, &str)] = &[
    ("chapter.title", "", "the chapter's title, shown in the menu, in links and in search"),
    ("chapter.id", "Name in links", "the name that other chapters use in links; the file's name by default"),
    ("chapter.family", "", "the job family that it belongs to"),
    ("chapter.kind", "Kind of chapter", "what kind of chapter it is; its folder decides if this isn't set"),
    ("chapter.aliases", "Other names and old addresses", "other names for links, and old addresses that redirect here"),
    ("chapter.order", "Position", "its position in its section; the lowest number comes first"),
    ("chapter.status", "", "whether it's a draft, proposed, current or retired"),
    ("chapter.audience", "Who can read it", "the readers who can see it; everyone if this isn't set"),
    ("chapter.owner", "", "who keeps it up to date"),
    ("chapter.tags", "Topics", "topics that it appears under, next to other chapters"),
    ("chapter.ask", "Questions to", "where readers can ask about it, such as a channel or an email address"),
    ("chapter.extra", "Data for the theme", "your own data, passed to templates"),
    ("chapter.track", "", "the career track that it belongs to"),
    ("chapter.rank", "", "its step on the career ladder; a higher number is more senior"),
    (
        "chapter.base",
        "Only a starting point",
        "yes if other roles build on it and nobody holds it, so that it isn't on the ladder",
    ),
    ("chapter.extends", "Variant of", "the role whose expectations it inherits"),
    ("chapter.grows_into", "", "the roles that can come next; one of the same rank is a lateral move"),
    ("chapter.competencies", "", "the level that the role expects in each competency"),
    (
        "chapter.meaning",
        "What each competency means here",
        "what a competency means for this role, in one or two sentences",
    ),
    ("chapter.focus", "Key for this role", "the competencies that matter most, four at most"),
    ("chapter.judged", "Also judged on", "single statements of other competencies that matter for this role"),
    ("chapter.cluster", "", "the group that the competency belongs to"),
    ("chapter.levels", "How levels relate", "whether a level includes the ones below it"),
    ("chapter.for", "Written for", "who the path is for"),
    (
        "handbook.base_url",
        "Web address",
        "the address at which readers will open the handbook, beginning with https://",
    ),
    ("handbook.theme", "", "how pages look: the name of a theme, or default"),
    (
        "handbook.repository",
        "Code repository",
        "the address of the files on GitHub or GitLab, for links to edit a page",
    ),
    ("handbook.feedback", "", "where readers can report a problem: a web address, or mailto: and an email address"),
    ("handbook.effective", "Effective from", "the date from which this edition applies"),
    (
        "handbook.changes_since",
        "Show changes since",
        "how far back the list of changes goes: 90 days, a date, or a tag in Git",
    ),
    ("handbook.markdown.diagrams", "Mermaid diagrams", "whether they are drawn; yes unless this says no"),
    ("handbook.markdown.math", "Formulas", "whether formulas in LaTeX are drawn"),
    ("handbook.external", "Links to other sites", "how the check of links to other sites works"),
    ("handbook.external.skip", "Links not to check", "hosts, or the beginnings of addresses, that aren't checked"),
    ("handbook.urls", "How pages are opened", "whether pages are served from a web server or opened as files"),
    ("handbook.scale", "Levels", "the levels of every competency, lowest first"),
    ("handbook.scale.level", "Number", "1 is the lowest"),
    ("handbook.scale.name", "", "the level's name, also used as a heading in competencies"),
    ("handbook.scale.means", "Meaning", "what a person at this level does, in one sentence"),
    ("handbook.levels", "How levels relate", "whether a level includes the ones below it"),
    (
        "handbook.job_levels",
        "Levels are job levels",
        "yes if levels are grades, so that pages don't say that they aren't",
    ),
    ("handbook.tracks", "Career tracks", "the tracks of the career ladder"),
    ("handbook.tracks.id", "Short name", "the name that roles use for the track, in lower case and without spaces"),
    ("handbook.tracks.levels", "How levels relate", "only if it differs for roles of this track"),
    ("handbook.tracks.scale", "Its own levels", "only if the track has other names for levels"),
    ("handbook.families", "Job families", "the families of tracks and chapters, each with a short name"),
    ("handbook.families.levels", "How levels relate", "only if it differs for competencies of this family"),
    ("handbook.families.scale", "Its own levels", "only if the family has other names for levels"),
    ("handbook.owners", "", "the people or teams who keep chapters up to date, each with a short name"),
    ("handbook.owners.contact", "", "where to reach the owner, such as a web address or a channel"),
    ("handbook.owners.handle", "Name on the code host", "such as @company/product"),
    (
        "handbook.partners",
        "Partner functions",
        "functions outside the ladder that take part in decisions: a short name and a title",
    ),
    ("handbook.audiences", "", "the groups of readers, each with a short name"),
    ("handbook.audiences.includes", "Also sees", "audiences whose content its readers see too"),
    (
        "handbook.audiences.indexed",
        "Can be found by search engines",
        "whether search engines may list the site for this audience",
    ),
    ("handbook.audience", "Default audience", "the audience that the site is built for unless another one is chosen"),
    ("handbook.kinds", "Folders", "which kind of chapter each top-level folder contains"),
    ("handbook.sections", "Required headings", "the headings that every chapter of a kind must have"),
    (
        "handbook.words",
        "Headings and labels",
        "the words that mark responsibilities, decisions and so on, in the handbook's language",
    ),
    ("handbook.compare", "Compared roles", "pairs of roles that get a comparison page"),
    ("handbook.markdown", "Text", "how text is written and shown"),
    ("handbook.markdown.quotes", "Typographic quotes", "whether pages show “curly” quotes; yes by default"),
    (
        "handbook.markdown.smart_quotes",
        "Dashes and ellipses",
        "whether two or three hyphens become dashes, and three dots an ellipsis",
    ),
    ("handbook.markdown.definition_lists", "", "whether definition lists can be used outside the glossary"),
    ("handbook.security.html", "HTML in chapters", "what happens to HTML that is written into a chapter"),
    ("handbook.security.hosts", "Other websites", "websites that pages may load images and frames from"),
    (
        "handbook.security.active",
        "Files that can run scripts",
        "files that may run scripts when they are opened, by path or pattern",
    ),
    ("handbook.publish", "Publishing", ""),
    ("handbook.publish.host", "", "the service that hosts the site, which decides how redirects are written"),
    (
        "handbook.publish.hidden_links",
        "Links to hidden chapters",
        "how a link looks to readers who can't see the chapter",
    ),
    (
        "handbook.publish.files",
        "Other files",
        "files to publish even if no chapter links to them, such as downloads/**",
    ),
    (
        "handbook.publish.other_sites",
        "Folders of other sites",
        "folders of this address that another tool fills, such as docs; links to them aren't checked",
    ),
    (
        "handbook.publish.markdown",
        "Publish Markdown",
        "whether each chapter can also be downloaded as Markdown, with a list for AI tools; yes by default",
    ),
    (
        "handbook.publish.renames",
        "Redirect after renames",
        "whether old addresses of renamed files redirect; yes if there are no audiences",
    ),
    ("handbook.search.synonyms", "", "words that readers type, each with what the handbook calls them"),
    ("handbook.gone", "Deleted chapters", "chapters that are gone, and what to read instead"),
    ("handbook.gone.path", "Old address", "the address or file that is gone"),
    ("handbook.gone.see", "Read instead", "the chapter to read instead"),
    ("handbook.gone.audience", "Who can know about it", "the readers who can see that it was deleted"),
    ("handbook.health", "Health page", "who can see the page about the handbook's health"),
    ("handbook.health.audience", "Who can read it", "the readers who can see the page"),
    (
        "handbook.check",
        "How serious findings are",
        "for each rule, whether what it finds is an error, a warning or allowed",
    ),
    ("handbook.extra", "Data for the theme", "your own data, passed to templates"),
];

/// What a word to choose means, where the word alone doesn't say it.
const CHOICES: &[(&str, &str)] = &[
    ("add-up", "A level includes those below it"),
    ("replace", "Each level is complete by itself"),
    ("pretty", "On a web server"),
    ("file", "As files in a browser"),
    ("escape", "Shown as text"),
    ("safe", "Safe HTML is used"),
    ("trusted", "All HTML is used"),
    ("github", "GitHub Pages"),
    ("plain", "Another host"),
    ("text", "As plain text"),
    ("mark", "As plain text, marked as internal"),
    ("warn", "Warning"),
];

/// Returns the label and the purpose of the field at `place`, such as `chapter.owner`. `meaning` is
/// the purpose in its declaration.
pub fn words<'a>(place: &str, meaning: &'a str) -> (String, &'a str) {
    let found = WORDS.iter().find(|(known, ..)| *known == place);
    let (label, purpose) = found.map_or(("", ""), |(_, label, purpose)| (*label, *purpose));
    let label = if label.is_empty() { named(place.rsplit('.').next().unwrap_or(place)) } else { label.to_owned() };
    (label, if purpose.is_empty() { meaning } else { purpose })
}

/// Returns a word to choose as people say it.
pub fn choice(word: &str) -> String {
    let found = CHOICES.iter().find(|(known, _)| *known == word);
    found.map_or_else(|| named(&word.replace('-', "_")), |(_, text)| (*text).to_owned())
}

/// Returns the name of a field in words.
fn named(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut chars = words.chars();
    chars.next().map(|first| format!("{}{}", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::declare::config::Config;
    use crate::declare::fields::{Field, Shape};
    use crate::declare::front::{Common, of_kind};
    use crate::declare::kind::Kind;

    fn walk(place: &str, fields: &[Field], seen: &mut Vec<(String, &'static str)>) {
        for field in fields {
            let place = format!("{place}.{}", field.name);
            let mut shape = field.shape;
            while let Shape::List(inner) | Shape::Map(inner) | Shape::Each(_, inner) = shape {
                shape = *inner;
            }
            if let Shape::Table(fields) = shape {
                walk(&place, fields, seen);
            }
            seen.push((place, field.meaning));
        }
    }

    fn all() -> Vec<(String, &'static str)> {
        let mut seen = Vec::new();
        walk("chapter", Common::FIELDS, &mut seen);
        for kind in Kind::ALL {
            walk("chapter", of_kind(kind), &mut seen);
        }
        walk("handbook", Config::FIELDS, &mut seen);
        seen
    }

    #[test]
    fn no_label_or_purpose_is_written_for_programmers() {
        let mut wrong = Vec::new();
        for (place, meaning) in all() {
            let (label, purpose) = words(&place, meaning);
            for text in [&label, purpose] {
                let is_plain = !text.contains(['[', '`', '{', '_']) && !text.contains("URL") && !text.contains("true");
                let has_word = text.split(' ').any(|word| word == "ID" || word == "Url");
                if !is_plain || has_word || text.is_empty() {
                    wrong.push(format!("{place}: {text}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn every_entry_belongs_to_a_field() {
        let known: BTreeSet<String> = all().into_iter().map(|(place, _)| place).collect();
        let unknown: Vec<&str> =
            WORDS.iter().map(|(place, ..)| *place).filter(|place| !known.contains(*place)).collect();
        assert_eq!(unknown, [""; 0]);
    }
}
