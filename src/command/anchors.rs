//! `rolebook anchors`: lists statements without an explicit anchor, or writes the anchors into the
//! files.
//!
//! Input: the options. Output: a list, or changed files. The anchors that it writes are the ones
//! that the statements already have implicitly. Never changes anything else in a file.

use std::fmt::Write as _;

use serde_json::json;

use super::load::Loaded;
use super::writing::{self, Attempt};
use super::{Outcome, close, say_json, say_text};
use crate::author::edit::{Anchor, with_anchors};
use crate::chapter::document::{Document, Statement};
use crate::cli::Anchors;
use crate::text::diagnostic::Span;
use crate::world::disk::{Step, Writer};
use crate::world::report::location;

/// Runs the command.
pub fn run(options: &Anchors) -> Outcome {
    if options.write {
        // Finish an interrupted run first. After that, the files that it wrote have their anchors,
        // and the code below writes those of all other files.
        writing::resumes(&options.dir, "")?;
    }
    writing::try_again(|| attempt(options))
}

/// Lists or writes the anchors, based on the current contents of the files.
fn attempt(options: &Anchors) -> Result<bool, Attempt> {
    let loaded = Loaded::open(&options.dir, None)?;
    let handbook = loaded.handbook(&loaded.choices())?;
    let (mut count, mut steps) = (0, Vec::new());
    let (mut listed, mut records) = (String::new(), Vec::new());
    for document in handbook.documents.iter() {
        let missing: Vec<(&Statement, Span)> = missing(document);
        let Some(bytes) = loaded.inputs.sources.bytes(&document.meta.path) else { continue };
        if missing.is_empty() {
            continue;
        }
        count += missing.len();
        if options.write {
            let (path, before) = (document.meta.path.clone(), bytes.to_vec());
            steps.push(Step::Replace { path, before, after: anchored(bytes, &missing) });
        }
        for (statement, span) in missing {
            let at = location(bytes, span.start as usize);
            let path = loaded.project.content.join(document.meta.path.as_str());
            let name = path.to_string_lossy().replace('\\', "/");
            records.push(json!({ "path": name, "line": at.line, "column": at.column, "anchor": statement.id }));
            let _ = writeln!(listed, "{}:{}:{}: #{}", path.display(), at.line, at.column, statement.id);
        }
    }
    let content = &loaded.project.content;
    let written = Writer::of(&loaded.project).write(writing::deed("anchors --write", ""), &steps);
    let written = written.map_err(|unwritten| Attempt::Unwritten(unwritten, content.clone()))?;
    if options.json {
        say_json(&json!({ "written": options.write, "statements": records }));
    } else {
        say_text(&listed);
        match (count, options.write) {
            (0, _) => close("every statement has an anchor"),
            (n, true) => close(&format!("wrote anchors: {n}")),
            (n, false) => close(&format!("statements without an anchor: {n}; `rolebook anchors --write` adds them")),
        }
    }
    writing::note(&written, content);
    written.told();
    Ok(true)
}

/// Returns the statements of a chapter that have no explicit anchor, each with the span where one
/// can be written.
fn missing(document: &Document) -> Vec<(&Statement, Span)> {
    let all = document.meta.facts.statements().iter().zip(&document.body.statement_ends);
    all.filter(|(statement, _)| !statement.explicit).map(|(statement, span)| (statement, *span)).collect()
}

/// Returns the file's contents with the statements' implicit anchors written out.
fn anchored(bytes: &[u8], missing: &[(&Statement, Span)]) -> Vec<u8> {
    let anchor = |(statement, place): &(&Statement, Span)| Anchor { id: statement.id.clone(), place: *place };
    with_anchors(bytes, &missing.iter().map(anchor).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::compile::{Choices, Compiler};
    use crate::text::source::Sources;

    fn written(text: &str) -> String {
        let sources = Sources::from_texts([("competencies/a.md", text)]);
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        String::from_utf8(anchored(text.as_bytes(), &missing(&handbook.documents[0]))).unwrap()
    }

    #[test]
    fn only_the_missing_anchors_are_written() {
        let text = "# A\r\n\r\n### Owning\r\n\r\n- Writes *the* brief. {#brief}\r\n- Says why, with `x`.\r\n- Asks first. {replaces=brief}\r\n";
        let wanted = text
            .replace("with `x`.", "with `x`. {#l3-says-why-with-x}")
            .replace("{replaces=brief}", "{#l3-asks-first replaces=brief}");
        assert_eq!(written(text), wanted);
        assert_eq!(written(&wanted), wanted);
    }

    #[test]
    fn an_example_gets_no_anchor() {
        let text = "# A\n\n### Owning\n\n- Says why.\n  - **Example:** As here.\n  - **Not yet:** Shrugs.\n";
        let wanted = text.replace("Says why.", "Says why. {#l3-says-why}");
        assert_eq!(written(text), wanted);
        assert_eq!(written(&wanted), wanted);
    }
}
