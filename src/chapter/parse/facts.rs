//! Reads what is specific to a chapter's kind from its front matter.
//!
//! Input: valid front matter. Output: [`Facts`] from front matter alone (statements and decisions
//! come from the text), references to other chapters, and findings. Never looks up what a reference names.

use super::Reader;
use crate::chapter::document::{Competency, Facts, Form, PathFacts, ReferenceNumber, Role, Strategy};
use crate::chapter::reference::wiki;
use crate::declare::config::{Scope, Track};
use crate::declare::front::{self, Front};
use crate::declare::kind::{Kind, Levels};
use crate::text::diagnostic::Span;
use crate::text::front_matter::{Data, Table, Value};
use crate::text::near::{did_you_mean, nearest};
use crate::text::rule::Rule;

impl Reader<'_> {
    fn refer(&mut self, target: &str, span: Span, form: Form) -> ReferenceNumber {
        self.references.add(wiki(target, form, self.config), span)
    }

    fn refer_all<'b>(
        &mut self,
        named: impl IntoIterator<Item = &'b (String, Span)>,
        form: Form,
    ) -> Vec<ReferenceNumber> {
        named.into_iter().map(|(target, span)| self.refer(target, *span, form)).collect()
    }

    pub(super) fn facts(&mut self, kind: Kind, front: &Front) -> Facts {
        let Front { competency, strategy, path, .. } = front;
        match kind {
            Kind::Role => Facts::Role(Box::new(self.role(&front.role))),
            Kind::Competency => Facts::Competency(Box::new(Competency {
                cluster: competency.cluster.clone(),
                supports: self.refer_all(&competency.supports, Form::Field(Kind::Strategy)),
                mode: competency.levels.unwrap_or_else(|| self.config.levels_of(self.family.as_deref())),
                track_modes: if competency.levels.is_some() { Vec::new() } else { self.track_modes() },
                ..Competency::default()
            })),
            Kind::Strategy => Facts::Strategy(Box::new(Strategy {
                horizon: strategy.horizon.clone(),
                led_by: self.refer_all(&strategy.led_by, Form::Field(Kind::Role)).pop(),
                measures: strategy.measures.clone(),
                valid_until: strategy.valid_until.clone(),
                decisions: Vec::new(),
            })),
            Kind::Path => Facts::Path(Box::new(PathFacts {
                audience: path.r#for.clone(),
                chapters: self.refer_all(&path.chapters, Form::AnyField),
            })),
            Kind::Glossary => Facts::Glossary(Vec::new()),
            Kind::Page => Facts::Page,
        }
    }

    /// Lists the tracks that say how levels relate to each other.
    fn track_modes(&self) -> Vec<(String, Levels)> {
        let mode = |track: &Track| Some((track.id.clone(), track.levels?));
        self.config.tracks.iter().filter_map(mode).collect()
    }

    fn role(&mut self, fields: &front::Role) -> Role {
        let tracks: Vec<&str> = self.config.tracks.iter().map(|track| track.id.as_str()).collect();
        self.check_name("track", fields.track.as_ref(), &tracks);
        let focus = self.refer_all(&fields.focus.0, Form::Field(Kind::Competency));
        if focus.len() > 4 {
            let help = "if everything comes first, nothing does: keep the four that matter most";
            let message = format!("`focus` names {} competencies, but four is the maximum", focus.len());
            self.finding(Rule::BadValue, fields.focus.1, message, help);
        }
        Role {
            track: fields.track.as_ref().map(|(track, _)| track.clone()),
            rank: fields.rank,
            grade: fields.grade.clone().filter(|grade| !grade.is_empty()),
            scope: fields.scope.clone(),
            horizon: fields.horizon.clone(),
            also_called: fields.also_called.clone(),
            base: fields.base,
            extends: self.refer_all(&fields.extends, Form::Field(Kind::Role)).pop(),
            grows_into: self.refer_all(&fields.grows_into, Form::Field(Kind::Role)),
            reports_to: self.refer_all(&fields.reports_to, Form::Field(Kind::Role)),
            works_with: self.refer_all(&fields.works_with, Form::Party),
            competencies: self.competencies(fields),
            meaning: self.meaning(&fields.meaning),
            focus,
            judged: self.refer_all(&fields.judged, Form::Field(Kind::Competency)),
            responsibilities: Vec::new(),
        }
    }

    fn competencies(&mut self, fields: &front::Role) -> Vec<(ReferenceNumber, u8)> {
        let mut list = Vec::new();
        for entry in &fields.competencies.entries {
            let number = self.refer(&entry.key, entry.key_span, Form::Field(Kind::Competency));
            list.extend(self.level(&entry.key, &entry.value, fields).map(|level| (number, level)));
        }
        list
    }

    fn meaning(&mut self, words: &Table) -> Vec<(ReferenceNumber, String)> {
        let mut list = Vec::new();
        for entry in &words.entries {
            let Some(text) = entry.value.text().filter(|text| !text.trim().is_empty()) else { continue };
            let number = self.refer(&entry.key, entry.key_span, Form::Field(Kind::Competency));
            list.push((number, text.trim().to_owned()));
        }
        list
    }

    fn level(&mut self, competency: &str, value: &Value, fields: &front::Role) -> Option<u8> {
        let written = match &value.data {
            Data::Integer(n) => n.to_string(),
            Data::Text(text) => text.clone(),
            _ => return None,
        };
        let track = fields.track.as_ref().map(|(track, _)| track.as_str());
        let family = self.family.clone();
        let scope = Scope { track, family: family.as_deref() };
        // A competency of another family has that family's levels. Whether it has this one is checked
        // once it is known which competency is meant.
        let others = || {
            let mut families = self.config.families.keys();
            families.find_map(|family| self.config.level(&written, Scope { track, family: Some(family) }))
        };
        // A role that extends another may inherit its track, which only `model/relations` knows.
        let inherited = || {
            let number = written.parse().ok().filter(|_| self.config.knows_level(&written));
            number.or_else(|| self.config.level_of_tracks(&written, None).map(|(level, _)| level))
        };
        let may_inherit = track.is_none() && fields.extends.is_some();
        let level = self.config.level(&written, scope).or_else(others);
        let level = level.or_else(|| if may_inherit { inherited() } else { None });
        if level.is_none() {
            let message = format!("`{competency}` has the level `{written}`, which isn't in the scale");
            self.finding(Rule::LevelOutOfRange, value.span, message, self.config.help_for_level(&written, scope));
        }
        level
    }

    /// Reports a name that isn't declared in the configuration, if the configuration declares any.
    pub(super) fn check_name(&mut self, field: &str, named: Option<&(String, Span)>, known: &[&str]) {
        let Some((name, span)) = named else { return };
        if known.is_empty() || known.contains(&name.as_str()) {
            return;
        }
        let help = did_you_mean(&nearest(name, known.iter().copied(), 2))
            .unwrap_or_else(|| format!("handbook.toml declares {}", known.join(", ")));
        self.finding(Rule::BadValue, *span, format!("no {field} called `{name}`"), help);
    }
}
