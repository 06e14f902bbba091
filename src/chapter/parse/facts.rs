//! Reads what is specific to a chapter's kind from its front matter.
//!
//! Input: valid front matter. Output: [`Facts`] without what the sections of the text add,
//! references to other chapters, and findings. Never looks up what a reference names.

use super::Reader;
use crate::chapter::document::{Competency, Facts, Form, PathFacts, ReferenceNumber, Role, Strategy};
use crate::chapter::reference::wiki;
use crate::declare::fields::Entries;
use crate::declare::kind::Kind;
use crate::text::diagnostic::Span;
use crate::text::front_matter::{Data, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

impl Reader<'_> {
    fn refer(&mut self, target: &str, span: Span, form: Form) -> ReferenceNumber {
        self.references.add(wiki(target, form, self.config), span)
    }

    fn refer_all(&mut self, entries: &Entries<'_>, name: &str, form: Form) -> Vec<ReferenceNumber> {
        entries.texts(name).into_iter().map(|(target, span)| self.refer(&target, span, form)).collect()
    }

    pub(super) fn facts(&mut self, kind: Kind, entries: &Entries<'_>) -> Facts {
        match kind {
            Kind::Role => Facts::Role(Box::new(self.role(entries))),
            Kind::Competency => Facts::Competency(Box::new(Competency {
                cluster: entries.text("cluster"),
                supports: self.refer_all(entries, "supports", Form::Field(Kind::Strategy)),
                ..Competency::default()
            })),
            Kind::Strategy => Facts::Strategy(Box::new(Strategy {
                horizon: entries.text("horizon"),
                led_by: self.refer_all(entries, "led_by", Form::Field(Kind::Role)).first().copied(),
                measures: plain(entries, "measures"),
                valid_until: entries.text("valid_until"),
                decisions: Vec::new(),
            })),
            Kind::Path => Facts::Path(Box::new(PathFacts {
                audience: entries.text("for"),
                chapters: self.refer_all(entries, "chapters", Form::AnyField),
            })),
            Kind::Glossary => Facts::Glossary(Vec::new()),
            Kind::Page => Facts::Page,
        }
    }

    fn role(&mut self, entries: &Entries<'_>) -> Role {
        let tracks: Vec<&str> = self.config.tracks.iter().map(|track| track.id.as_str()).collect();
        self.check_name(entries, "track", &tracks);
        let focus = self.refer_all(entries, "focus", Form::Field(Kind::Competency));
        if focus.len() > 4
            && let Some(value) = entries.get("focus")
        {
            let help = "a role that is judged on everything first is judged on nothing first";
            let message = format!("`focus` names {} competencies, and four are the most", focus.len());
            self.finding(Rule::BadValue, value.span, message, help);
        }
        Role {
            track: entries.text("track"),
            rank: entries.integer("rank").and_then(|rank| u32::try_from(rank).ok()),
            grade: entries.text("grade").filter(|grade| !grade.is_empty()),
            scope: entries.text("scope"),
            horizon: entries.text("horizon"),
            also_called: plain(entries, "also_called"),
            base: entries.boolean("base").unwrap_or(false),
            extends: self.refer_all(entries, "extends", Form::Field(Kind::Role)).first().copied(),
            grows_into: self.refer_all(entries, "grows_into", Form::Field(Kind::Role)),
            reports_to: self.refer_all(entries, "reports_to", Form::Field(Kind::Role)),
            works_with: self.refer_all(entries, "works_with", Form::Party),
            competencies: self.competencies(entries),
            focus,
            judged: self.refer_all(entries, "judged", Form::Field(Kind::Competency)),
            responsibilities: Vec::new(),
        }
    }

    fn competencies(&mut self, entries: &Entries<'_>) -> Vec<(ReferenceNumber, u8)> {
        let mut list = Vec::new();
        for entry in entries.table("competencies").iter().flat_map(|table| &table.entries) {
            let number = self.refer(&entry.key, entry.key_span, Form::Field(Kind::Competency));
            list.extend(self.level(&entry.key, &entry.value).map(|level| (number, level)));
        }
        list
    }

    fn level(&mut self, competency: &str, value: &Value) -> Option<u8> {
        let written = match &value.data {
            Data::Integer(n) => n.to_string(),
            Data::Text(text) => text.clone(),
            _ => return None,
        };
        let level = self.config.level(&written);
        if level.is_none() {
            let message = format!("the scale has no level `{written}` to expect of `{competency}`");
            self.finding(Rule::LevelOutOfRange, value.span, message, self.config.help_for_level(&written));
        }
        level
    }

    /// Reports a name that isn't declared in the configuration, if the configuration declares any.
    pub(super) fn check_name(&mut self, entries: &Entries<'_>, field: &str, known: &[&str]) {
        let Some((name, span)) = entries.texts(field).into_iter().next() else { return };
        if known.is_empty() || known.contains(&name.as_str()) {
            return;
        }
        let help = did_you_mean(&nearest(&name, known.iter().copied(), 2))
            .unwrap_or_else(|| format!("handbook.toml declares {}", known.join(", ")));
        self.finding(Rule::BadValue, span, format!("no {field} called `{name}`"), help);
    }
}

/// Returns the texts of a field without their spans.
pub(super) fn plain(entries: &Entries<'_>, name: &str) -> Vec<String> {
    entries.texts(name).into_iter().map(|(text, _)| text).collect()
}
