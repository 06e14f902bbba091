//! What a chapter states about itself, by its kind: the facts of roles, competencies, strategies,
//! paths and glossaries.
//!
//! Input: what parsing read. Output: types. Never contains spans or prose, so that an edit to prose
//! leaves them equal.

use borsh::{BorshDeserialize, BorshSerialize};

use super::ReferenceNumber;
use crate::declare::kind::{Levels, Part};

/// What is specific to a chapter's kind, read from its front matter and sections.
#[derive(Clone, Debug, PartialEq, BorshDeserialize, BorshSerialize)]
pub enum Facts {
    /// A role.
    Role(Box<Role>),
    /// A competency.
    Competency(Box<Competency>),
    /// A strategy chapter.
    Strategy(Box<Strategy>),
    /// A path.
    Path(Box<PathFacts>),
    /// The glossary's terms.
    Glossary(Vec<Term>),
    /// A page, with nothing beyond what every chapter has.
    Page,
}

impl Facts {
    /// Returns a competency's statements or a role's responsibilities.
    pub fn statements(&self) -> &[Statement] {
        match self {
            Self::Role(role) => &role.responsibilities,
            Self::Competency(competency) => &competency.statements,
            _ => &[],
        }
    }
}

/// A role as its chapter states it, before anything is inherited from other roles.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Role {
    /// The track's ID.
    pub track: Option<String>,
    /// The rung on the ladder.
    pub rank: Option<u32>,
    /// The grade as the company writes it.
    pub grade: Option<String>,
    /// The scope of the role's responsibility.
    pub scope: Option<String>,
    /// How far ahead the role looks.
    pub horizon: Option<String>,
    /// Other titles for the same role.
    pub also_called: Vec<String>,
    /// Whether this is a base role, which is extended and compared but isn't a rung on the ladder.
    pub base: bool,
    /// The role that this one extends.
    pub extends: Option<ReferenceNumber>,
    /// The roles that come after this one.
    pub grows_into: Vec<ReferenceNumber>,
    /// Roles that this one reports to.
    pub reports_to: Vec<ReferenceNumber>,
    /// Roles and partners that this one works with.
    pub works_with: Vec<ReferenceNumber>,
    /// The competencies that the role expects, each with its level.
    pub competencies: Vec<(ReferenceNumber, u8)>,
    /// What a competency means for the role, in its own words.
    pub meaning: Vec<(ReferenceNumber, String)>,
    /// The competencies that the role is judged on first.
    pub focus: Vec<ReferenceNumber>,
    /// Statements that the role is judged on in addition to those of its focus.
    pub judged: Vec<ReferenceNumber>,
    /// The role's responsibilities.
    pub responsibilities: Vec<Statement>,
}

/// A competency.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Competency {
    /// The group of competencies that this one belongs to.
    pub cluster: Option<String>,
    /// The strategy chapters that the competency supports.
    pub supports: Vec<ReferenceNumber>,
    /// Whether a level includes those below it.
    pub mode: Levels,
    /// The same for roles of tracks that say so themselves, by the track's ID.
    pub track_modes: Vec<(String, Levels)>,
    /// The headings of levels, in the order written.
    pub levels: Vec<LevelHeading>,
    /// The levels whose heading has the wrong name, or whose statements aren't a list.
    pub misnamed: Vec<u8>,
    /// The statements in the order written.
    pub statements: Vec<Statement>,
}

/// A heading below which a competency describes a level.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct LevelHeading {
    /// The level's number.
    pub level: u8,
    /// The only track that it is meant for.
    pub track: Option<String>,
    /// Whether it is inside the section of the level, and adds to what the level says for all.
    pub is_inside: bool,
    /// The heading's ID.
    pub id: String,
    /// A word for the proficiency at the level, such as `Working`.
    pub proficiency: Option<String>,
}

impl Competency {
    /// Returns how the levels relate to each other for a role of this track.
    pub fn mode_for(&self, track: Option<&str>) -> Levels {
        let own = self.track_modes.iter().find(|(id, _)| Some(id.as_str()) == track);
        own.map_or(self.mode, |(_, mode)| *mode)
    }

    /// Returns the heading that describes a level for a role of this track: the track's own one, or
    /// the one for all tracks.
    pub fn heading(&self, level: u8, track: Option<&str>) -> Option<&LevelHeading> {
        let of = |track: Option<&str>| {
            self.levels.iter().find(|heading| heading.level == level && heading.track.as_deref() == track)
        };
        track.and_then(|_| of(track)).or_else(|| of(None))
    }

    /// Returns whether roles of different tracks may be expected to meet different statements at the
    /// same level.
    pub fn depends_on_track(&self) -> bool {
        !self.track_modes.is_empty() || self.statements.iter().any(|statement| statement.track.is_some())
    }

    /// Lists the tracks that have statements of their own, in the order written.
    pub fn tracks(&self) -> Vec<&str> {
        let mut tracks: Vec<&str> = Vec::new();
        for track in self.statements.iter().filter_map(|statement| statement.track.as_deref()) {
            if !tracks.contains(&track) {
                tracks.push(track);
            }
        }
        tracks
    }
}

/// A statement of a competency or a responsibility of a role, which can be linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Statement {
    /// The level that the statement belongs to, or 0 for a responsibility.
    pub level: u8,
    /// The only track that the statement is meant for.
    pub track: Option<String>,
    /// The tracks that have statements of their own instead of this one.
    pub not_for: Vec<String>,
    /// The statement's ID, unique within the chapter.
    pub id: String,
    /// Whether the author wrote the ID.
    pub explicit: bool,
    /// The statement's text without markup.
    pub text: String,
    /// The ID of the lower-level statement that this one replaces.
    pub replaces: Option<String>,
    /// Whether lints ignore the statement (`{lint=off}`).
    pub unlinted: bool,
}

impl Statement {
    /// Returns whether the statement is meant for roles of this track.
    pub fn is_for(&self, track: Option<&str>) -> bool {
        let is_replaced = || self.not_for.iter().any(|other| Some(other.as_str()) == track);
        self.track.as_deref().is_none_or(|own| Some(own) == track) && !is_replaced()
    }
}

/// A strategy chapter.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct Strategy {
    /// How far ahead the strategy looks.
    pub horizon: Option<String>,
    /// The role that leads the strategy.
    pub led_by: Option<ReferenceNumber>,
    /// What shows that the strategy works.
    pub measures: Vec<String>,
    /// The last day on which the strategy is valid.
    pub valid_until: Option<String>,
    /// The strategy's decisions and who takes part in them.
    pub decisions: Vec<Decision>,
}

/// A decision and the parties to it.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Decision {
    /// The decision's title.
    pub title: String,
    /// The anchor of its heading.
    pub id: String,
    /// The decision's scope, such as team, area or portfolio.
    pub scope: Option<String>,
    /// The parties and the part each of them plays.
    pub parties: Vec<(Part, ReferenceNumber)>,
}

/// A reading path.
#[derive(Clone, Debug, Default, PartialEq, BorshDeserialize, BorshSerialize)]
pub struct PathFacts {
    /// The people that the path is for.
    pub audience: Option<String>,
    /// The chapters in the order to read them.
    pub chapters: Vec<ReferenceNumber>,
}

/// A term of the glossary.
#[derive(Clone, Debug, PartialEq, Eq, BorshDeserialize, BorshSerialize)]
pub struct Term {
    /// The term as written.
    pub name: String,
    /// Other words for the term.
    pub aliases: Vec<String>,
    /// The term's anchor in the glossary.
    pub id: String,
    /// Whether occurrences of the term link to it.
    pub link: bool,
    /// The definition without markup.
    pub definition: String,
}
