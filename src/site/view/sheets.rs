//! Prepares the matrix and all statements as worksheets, in a form that `rolebook import --update`
//! reads back without a difference, and the scorecards of hiring kits.
//!
//! Input: a viewpoint. Output: a [`Sheet`] for the roles of each track, and one for all statements;
//! or one for a scorecard. Levels appear by name. Contains links only if the site has a public URL. Never contains anything
//! that the pages of this audience don't show.

use super::hiring::{CardRow, Hiring};
use super::{NONE, Viewpoint, competency_of, name_of};
use crate::declare::config::Scope;
use crate::declare::kind::Kind;
use crate::model::book::{ChapterId, Standing, role_of};

/// One worksheet.
#[derive(Debug, Default)]
pub struct Sheet {
    /// The name, which may be too long for a worksheet.
    pub name: String,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The number of rows that stay visible at the top.
    pub head: usize,
    /// The number of columns that stay visible on the left.
    pub keys: usize,
    /// The widths of columns in characters. The last one is that of all further columns.
    pub widths: Vec<u16>,
    /// The names of levels with their shades in twentieths, for the cells below the head.
    pub levels: Vec<(String, u8)>,
    /// A column below the head whose cells take one of these texts.
    pub choices: Option<(usize, Vec<String>)>,
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// The page that the cell links to.
    pub url: Option<String>,
}

impl Cell {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), url: None }
    }
}

/// Returns the worksheets of the matrix, and that of all statements.
pub fn sheets(view: &Viewpoint<'_>, has_links: bool) -> Vec<Sheet> {
    let relations = &view.book.relations;
    let mut tracks: Vec<Option<&str>> = Vec::new();
    for role in &relations.role_order {
        let track = relations.roles.get(role).and_then(|related| related.track.as_deref());
        if !tracks.contains(&track) {
            tracks.push(track);
        }
    }
    let maker = Maker { view, has_links };
    let mut sheets: Vec<Sheet> = tracks.into_iter().map(|track| maker.matrix(track)).collect();
    sheets.push(maker.statements());
    sheets
}

/// Returns the scorecard of a hiring kit, to be filled in by an interviewer.
pub fn scorecard(kit: &Hiring, view: &Viewpoint<'_>) -> Sheet {
    let ui = |key: &str| view.theme.ui(key).to_owned();
    let mut rows = vec![
        vec![Cell::plain(ui("hiring-of").replace("{role}", &kit.role.title))],
        vec![Cell::plain(ui("hiring-card-means"))],
    ];
    rows.extend(["hiring-candidate", "hiring-interviewer", "hiring-date"].map(|key| vec![Cell::plain(ui(key))]));
    rows.push(["competency", "level", "hiring-evidence", "hiring-mark"].map(|key| Cell::plain(ui(key))).to_vec());
    let head = rows.len();
    let level = |row: &CardRow| view.level_of(&row.level_name, row.level, row.of);
    rows.extend(kit.card.iter().map(|row| vec![Cell::plain(&row.title), Cell::plain(level(row))]));
    let marks = ["hiring-not-yet", "hiring-partly", "hiring-shown"].map(ui).to_vec();
    Sheet {
        name: ui("hiring-card"),
        rows,
        head,
        keys: 1,
        widths: vec![34, 22, 80, 16],
        levels: Vec::new(),
        choices: Some((3, marks)),
    }
}

struct Maker<'a> {
    view: &'a Viewpoint<'a>,
    has_links: bool,
}

impl Maker<'_> {
    fn linked(&self, text: String, url: impl FnOnce() -> Option<String>) -> Cell {
        Cell { text, url: self.has_links.then(url).flatten() }
    }

    /// Returns the cell that names a chapter.
    fn name(&self, chapter: ChapterId, kind: Kind) -> Cell {
        self.linked(name_of(self.view, chapter, kind), || self.view.link(chapter).url)
    }

    /// Returns the matrix of the roles of a track. Its first row names the track.
    fn matrix(&self, track: Option<&str>) -> Sheet {
        let (view, relations) = (self.view, &self.view.book.relations);
        let is_of_track =
            |role: &&ChapterId| relations.roles.get(role).and_then(|related| related.track.as_deref()) == track;
        let roles: Vec<ChapterId> = relations.role_order.iter().filter(is_of_track).copied().collect();
        let title = track.map(|id| view.config.track_title(id).to_owned());
        let mut rows = Vec::new();
        if let Some(title) = &title {
            rows.push(vec![Cell::default(), Cell::default(), Cell::plain(title)]);
        }
        let mut head = vec![Cell::plain("Cluster"), Cell::plain("Competency")];
        head.extend(roles.iter().map(|role| self.name(*role, Kind::Role)));
        rows.push(head);
        let heads = rows.len();
        let rank =
            |role: &ChapterId| role_of(view.book, *role).and_then(|facts| facts.rank).map(|rank| rank.to_string());
        let grade = |role: &ChapterId| role_of(view.book, *role).and_then(|facts| facts.grade.clone());
        facts("Rank", roles.iter().map(rank).collect(), &mut rows);
        facts("Grade", roles.iter().map(grade).collect(), &mut rows);
        let mut levels: Vec<(String, u8)> = Vec::new();
        for (cluster, list) in &relations.clusters {
            for competency in list {
                let group = if cluster.is_empty() { NONE } else { cluster };
                let mut row = vec![Cell::plain(group), self.name(*competency, Kind::Competency)];
                for role in &roles {
                    let at = relations.standing(*role, *competency);
                    if at.level == 0 {
                        row.push(Cell::default());
                        continue;
                    }
                    let name = view.level_name(*competency, at);
                    let shade = super::matrix::shade(at.level, view.tallest());
                    if !levels.contains(&(name.clone(), shade)) {
                        levels.push((name.clone(), shade));
                    }
                    row.push(self.linked(name, || self.view.link(*competency).url));
                }
                rows.push(row);
            }
        }
        levels.sort_by_key(|(_, shade)| *shade);
        let name = title.unwrap_or_else(|| "Roles".to_owned());
        Sheet { name, rows, head: heads, keys: 2, widths: vec![18, 30, 16], levels, choices: None }
    }

    /// Returns all statements, one per row.
    fn statements(&self) -> Sheet {
        let view = self.view;
        let all = || view.book.relations.clusters.iter().flat_map(|(_, list)| list.iter().copied());
        let has_words = all()
            .filter_map(|chapter| competency_of(view.book, chapter))
            .any(|facts| facts.levels.iter().any(|heading| heading.proficiency.is_some()));
        let mut head = ["Cluster", "Competency", "Level", "Track", "Statement", "ID"].map(Cell::plain).to_vec();
        head.extend(has_words.then(|| Cell::plain("Proficiency")));
        let mut rows = vec![head];
        let mut levels: Vec<(String, u8)> = Vec::new();
        for (cluster, competency) in view
            .book
            .relations
            .clusters
            .iter()
            .flat_map(|(name, list)| list.iter().map(move |chapter| (name, *chapter)))
        {
            let Some(facts) = competency_of(view.book, competency) else { continue };
            for statement in &facts.statements {
                let track = statement.track.as_deref();
                let at = Standing::new(statement.level, Scope { track, family: None });
                let level = view.level_name(competency, at);
                let shade = super::matrix::shade(statement.level, view.tallest());
                if !levels.contains(&(level.clone(), shade)) {
                    levels.push((level.clone(), shade));
                }
                let title = track.map(|id| view.config.track_title(id).to_owned()).unwrap_or_default();
                let word = facts.levels.iter().find(|own| own.level == statement.level && own.track == statement.track);
                let word = word.and_then(|heading| heading.proficiency.clone()).unwrap_or_default();
                let mut row = vec![
                    Cell::plain(if cluster.is_empty() { NONE } else { cluster }),
                    self.name(competency, Kind::Competency),
                    Cell::plain(level),
                    Cell::plain(title),
                    self.linked(statement.text.clone(), || {
                        Some(format!("{}#{}", view.link(competency).url?, statement.id))
                    }),
                    Cell::plain(&statement.id),
                ];
                row.extend(has_words.then(|| Cell::plain(word)));
                rows.push(row);
            }
        }
        levels.sort_by_key(|(_, shade)| *shade);
        let widths = vec![18, 30, 16, 16, 80, 24, 18];
        Sheet { name: "Statements".to_owned(), rows, head: 1, keys: 0, widths, levels, choices: None }
    }
}

/// Adds a row that says something about each role, if any role has it.
fn facts(name: &str, values: Vec<Option<String>>, rows: &mut Vec<Vec<Cell>>) {
    if values.iter().any(Option::is_some) {
        let cells = values.into_iter().map(|value| Cell::plain(value.unwrap_or_default()));
        rows.push([Cell::default(), Cell::plain(name)].into_iter().chain(cells).collect());
    }
}
