//! Prepares the competency matrix: competencies in rows, roles in columns, and a level in each
//! cell.
//!
//! Input: a viewpoint, and the tracks and clusters to show. Output: [`Matrix`], and the same cells
//! as CSV. A cell links to the statements of its level. Base roles, which are no one's job, are only
//! shown if there are no others.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use super::data::Data;
use super::{Link, NONE, Viewpoint, competency_of, field, name_of};
use crate::chapter::document::Competency;
use crate::declare::config::{Level, Scope, UrlStyle};
use crate::declare::kind::Kind;
use crate::model::book::{Book, ChapterId, generated_url, role_of};
use crate::text::path::UrlPath;
use crate::text::slug::slug;

/// The maximum number of cells in a table. A larger matrix is shown as a list of what is expected.
pub const MOST_CELLS: usize = 2_500;

/// The maximum number of cells on a page. The page of a larger matrix only links to its parts.
pub const MOST_LISTED: usize = 5_000;

/// The maximum number of columns of a table that fits a page.
const MOST_COLUMNS: usize = 14;

/// The maximum number of columns times the letters of the longest word that they have to fit.
const MOST_LETTERS: usize = 126;

/// The data for the matrix view.
#[derive(Debug, Serialize)]
pub struct Matrix {
    pub caption: String,
    /// The tracks above the columns. Empty if no role has a track.
    pub bands: Vec<Band>,
    pub roles: Vec<RoleHead>,
    /// The levels of the scale, for the legend.
    pub scale: Vec<LevelKey>,
    /// The levels that single tracks and families have their own names for.
    pub own_scales: Vec<OwnScale>,
    /// Whether there are too many columns to fit a page. The table then scrolls in a box.
    pub is_wide: bool,
    /// The URL of the statements that the page's script shows. Pages in a folder can't fetch it.
    pub data_url: Option<String>,
    /// The site's root, which URLs in the data are relative to.
    pub home: String,
    pub clusters: Vec<ClusterRows>,
    pub csv_url: Option<String>,
    pub workbook_url: Option<String>,
    /// Links to other parts of the matrix, one for each track and each cluster.
    pub parts: Vec<Link>,
    /// Whether there are too many cells for a table. Each competency then lists the roles that
    /// expect it.
    pub is_list: bool,
}

/// Neighboring columns of the same track.
#[derive(Debug, Serialize)]
pub struct Band {
    pub title: String,
    pub span: usize,
}

/// A level in the legend.
#[derive(Debug, Serialize)]
pub struct LevelKey {
    pub level: u8,
    pub name: String,
    pub shade: u8,
}

/// The levels that a track or a family has its own names for.
#[derive(Debug, Serialize)]
pub struct OwnScale {
    pub title: String,
    pub scale: Vec<LevelKey>,
}

/// The head of a column.
#[derive(Debug, Serialize)]
pub struct RoleHead {
    #[serde(flatten)]
    pub link: Link,
    pub id: String,
    pub rank: Option<u32>,
    /// The IDs of the roles that this one grows into, separated by spaces.
    pub next: String,
}

/// The rows of one cluster.
#[derive(Debug, Serialize)]
pub struct ClusterRows {
    pub title: String,
    pub rows: Vec<Row>,
}

/// The row of one competency.
#[derive(Debug, Serialize)]
pub struct Row {
    pub competency: Link,
    pub cells: Vec<Cell>,
}

/// What one role expects of one competency. Without a level, the role doesn't expect it.
#[derive(Debug, Default, Serialize)]
pub struct Cell {
    /// The role that the cell is about, shown wherever no column head names the role.
    pub role: Option<Link>,
    pub level: Option<u8>,
    /// The level's place on the scale, in twentieths, which is how dark the cell is.
    pub shade: u8,
    pub name: String,
    pub url: Option<String>,
    /// The role's track, if roles of other tracks meet other statements at the same level.
    pub track: Option<String>,
    pub focus: bool,
    pub inherited: bool,
}

/// Which part of the matrix to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// If set, shows only roles of this track.
    pub track: Option<String>,
    /// If set, shows only competencies of this cluster.
    pub cluster: Option<String>,
}

/// Returns the view's data.
pub fn matrix(which: &Which, view: &Viewpoint<'_>) -> Matrix {
    let roles = columns(which.track.as_deref(), view);
    let is_shown = |name: &str| which.cluster.as_ref().is_none_or(|wanted| wanted == name);
    let shown = view.book.relations.clusters.iter().filter(|(name, _)| is_shown(name));
    let cells = shown.clone().map(|(_, list)| list.len()).sum::<usize>() * roles.len();
    let is_list = cells > MOST_CELLS;
    let tallest = view.tallest();
    let rows = |list: &[ChapterId]| -> Vec<Row> {
        let row = |competency: &ChapterId| Row {
            competency: view.link(*competency),
            cells: roles
                .iter()
                .map(|role| cell((*role, *competency), tallest, view))
                .filter(|cell| !is_list || cell.level.is_some())
                .collect(),
        };
        list.iter().map(row).collect()
    };
    let other = view.theme.ui("competencies-other");
    let title = |name: &str| if name.is_empty() { other.to_owned() } else { name.to_owned() };
    // Above this limit, even a list is too long to read, so the page only links to its parts.
    let clusters = if roles.is_empty() || cells > MOST_LISTED {
        Vec::new()
    } else {
        shown.map(|(name, list)| ClusterRows { title: title(name), rows: rows(list) }).collect()
    };
    Matrix {
        caption: caption(which, view),
        bands: bands(&roles, view),
        roles: roles.iter().map(|role| head(*role, view)).collect(),
        scale: shared_scale(&roles, view).iter().map(|of| level_key(of, tallest)).collect(),
        own_scales: own_scales(&roles, tallest, view),
        is_wide: roles.len() > MOST_COLUMNS || roles.len() * longest_word(&roles, &clusters, view) > MOST_LETTERS,
        data_url: (view.config.urls == UrlStyle::Pretty).then(|| view.url(&Data::Competencies.url())),
        home: view.url(&UrlPath::new("")),
        clusters,
        csv_url: None,
        workbook_url: None,
        parts: Vec::new(),
        is_list,
    }
}

/// Lists the roles that have a column.
fn columns(track: Option<&str>, view: &Viewpoint<'_>) -> Vec<ChapterId> {
    let all = roles(track, view);
    let is_held = |role: &ChapterId| role_of(view.book, *role).is_some_and(|facts| !facts.base);
    let held: Vec<ChapterId> = all.iter().copied().filter(is_held).collect();
    if held.is_empty() { all } else { held }
}

fn head(role: ChapterId, view: &Viewpoint<'_>) -> RoleHead {
    let next = view.book.relations.roles.get(&role).map(|related| related.grows_into.as_slice()).unwrap_or_default();
    let next: Vec<&str> = next.iter().map(|to| view.book.id(*to)).collect();
    RoleHead {
        link: view.link(role),
        id: view.book.id(role).to_owned(),
        rank: role_of(view.book, role).and_then(|facts| facts.rank),
        next: next.join(" "),
    }
}

/// Counts the letters of the longest word in the heads of columns and in the names of levels.
fn longest_word(roles: &[ChapterId], clusters: &[ClusterRows], view: &Viewpoint<'_>) -> usize {
    let heads = roles.iter().map(|role| view.meta(*role).title.as_str());
    let rows = clusters.iter().flat_map(|cluster| &cluster.rows);
    let names = rows.flat_map(|row| &row.cells).map(|cell| cell.name.as_str());
    let words = heads.chain(names).flat_map(str::split_whitespace);
    words.map(|word| word.chars().count()).max().unwrap_or(0)
}

/// Groups neighboring columns by track. If they belong to several families, the family is named too.
fn bands(roles: &[ChapterId], view: &Viewpoint<'_>) -> Vec<Band> {
    let family = |role: &ChapterId| view.meta(*role).family.as_deref();
    let has_families = roles.iter().any(|role| family(role) != family(&roles[0]));
    let title = |role: &ChapterId| {
        let track = view.track_title(*role);
        match family(role).filter(|_| has_families).map(|name| view.config.family_title(name)) {
            Some(family) => Some(track.map_or_else(|| family.to_owned(), |track| format!("{family} · {track}"))),
            None => track,
        }
    };
    let titles: Vec<Option<String>> = roles.iter().map(title).collect();
    if titles.iter().all(Option::is_none) {
        return Vec::new();
    }
    let groups = titles.chunk_by(|a, b| a == b);
    groups.map(|group| Band { title: group[0].clone().unwrap_or_default(), span: group.len() }).collect()
}

fn level_key(level: &Level, tallest: u8) -> LevelKey {
    LevelKey { level: level.level, name: level.name.clone(), shade: shade(level.level, tallest) }
}

/// Lists the different tracks and families of roles, in the order of the columns.
fn scopes<'a>(roles: &[ChapterId], view: &Viewpoint<'a>) -> Vec<Scope<'a>> {
    let mut scopes: Vec<Scope<'a>> = Vec::new();
    for scope in roles.iter().filter_map(|role| Some(view.book.relations.roles.get(role)?.scope())) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// Returns the handbook's scale, or nothing if none of the roles uses it.
fn shared_scale<'a>(roles: &[ChapterId], view: &Viewpoint<'a>) -> Vec<&'a Level> {
    let common: Vec<&Level> = view.config.scale.iter().collect();
    let is_used = |scope: &Scope<'_>| view.config.scale_of(*scope).iter().any(|level| common.contains(level));
    let scopes = scopes(roles, view);
    if scopes.is_empty() || scopes.iter().any(is_used) { common } else { Vec::new() }
}

/// Lists the names that tracks and families of the shown roles have for levels of their own.
fn own_scales(roles: &[ChapterId], tallest: u8, view: &Viewpoint<'_>) -> Vec<OwnScale> {
    let mut all: Vec<OwnScale> = Vec::new();
    for Scope { track, family } in scopes(roles, view) {
        let of_track = track.and_then(|id| view.config.track(id)).filter(|track| !track.scale.is_empty());
        let of_family = family.and_then(|name| view.config.families.get(name));
        let (title, scale) = match (of_track, of_family) {
            (Some(track), _) => (&track.title, &track.scale),
            (None, Some(family)) if !family.scale.is_empty() => (&family.title, &family.scale),
            _ => continue,
        };
        if !all.iter().any(|own| own.title == *title) {
            let scale = scale.iter().map(|level| level_key(level, tallest)).collect();
            all.push(OwnScale { title: title.clone(), scale });
        }
    }
    all
}

/// Lists the parts of the matrix that have their own pages, one for each track and each cluster.
/// Each comes with the last component of its URL.
pub fn parts(book: &Book) -> Vec<(String, Which)> {
    let tracks: BTreeSet<String> =
        book.relations.roles.keys().filter_map(|role| role_of(book, *role)?.track.clone()).collect();
    let clusters: Vec<String> =
        book.relations.clusters.iter().map(|(name, _)| name.clone()).filter(|name| !name.is_empty()).collect();
    let mut parts = Vec::new();
    if tracks.len() > 1 {
        parts.extend(
            tracks
                .into_iter()
                .map(|track| (format!("track-{}", slug(&track)), Which { track: Some(track), cluster: None })),
        );
    }
    if clusters.len() > 1 {
        parts.extend(
            clusters
                .into_iter()
                .map(|cluster| (format!("cluster-{}", slug(&cluster)), Which { track: None, cluster: Some(cluster) })),
        );
    }
    parts
}

/// Returns links to the parts of the matrix.
pub fn part_links(view: &Viewpoint<'_>) -> Vec<Link> {
    let link = |(name, which): (String, Which)| {
        let url = view.url(&generated_url(&format!("matrix/{name}"), view.config.urls));
        let title = which
            .cluster
            .as_deref()
            .unwrap_or_else(|| which.track.as_deref().map_or("", |id| view.config.track_title(id)))
            .to_owned();
        Link { title, url: Some(url), ..Link::default() }
    };
    parts(view.book).into_iter().map(link).collect()
}

fn caption(which: &Which, view: &Viewpoint<'_>) -> String {
    let mut caption = view.theme.ui("matrix").to_owned();
    let track = which.track.as_deref().map(|id| view.config.track_title(id));
    for part in [track, which.cluster.as_deref()].into_iter().flatten() {
        caption.push_str(" · ");
        caption.push_str(part);
    }
    caption
}

/// Lists the roles of `track` in the handbook's order. `None` lists all roles.
pub fn roles(track: Option<&str>, view: &Viewpoint<'_>) -> Vec<ChapterId> {
    let of_track = |role: &&ChapterId| {
        track.is_none_or(|track| role_of(view.book, **role).and_then(|facts| facts.track.as_deref()) == Some(track))
    };
    view.book.relations.role_order.iter().filter(of_track).copied().collect()
}

fn cell((role, competency): (ChapterId, ChapterId), tallest: u8, view: &Viewpoint<'_>) -> Cell {
    let Some(expectation) = view.book.relations.expectation(role, competency) else { return Cell::default() };
    let at = view.book.relations.standing(role, competency);
    let depends = competency_of(view.book, competency).is_some_and(Competency::depends_on_track);
    Cell {
        role: Some(view.link(role)),
        level: Some(expectation.level),
        shade: shade(expectation.level, tallest),
        name: view.level_name_of(competency, at),
        url: view.level_url(competency, at).or_else(|| view.link(competency).url),
        track: at.scope.track.filter(|_| depends).map(str::to_owned),
        focus: expectation.focus,
        inherited: expectation.from.is_some(),
    }
}

/// Returns the place of a level on a scale of `of` levels, in twentieths. A scale has at most 20
/// levels, so each has a place of its own.
pub(super) fn shade(level: u8, of: u8) -> u8 {
    let (level, of) = (u16::from(level), u16::from(of.max(1)));
    u8::try_from((level * 20).div_ceil(of).min(20)).unwrap_or(20)
}

/// Returns whether the names of levels contain numbers other than those of the levels, such as `L3`
/// for the first one. Then a bare number could mean either.
fn has_codes(view: &Viewpoint<'_>) -> bool {
    let number = |name: &str| name.split(|c: char| !c.is_ascii_digit()).find_map(|part| part.parse::<u8>().ok());
    view.config.every_level().any(|level| number(&level.name).is_some_and(|number| number != level.level))
}

/// Returns the whole matrix as CSV (RFC 4180), with a row for each competency and a column for each
/// role. It begins with a byte order mark, without which Excel doesn't read it as UTF-8.
pub fn csv(view: &Viewpoint<'_>) -> String {
    let roles = roles(None, view);
    let has_clusters = view.book.relations.clusters.iter().any(|(cluster, _)| !cluster.is_empty());
    let has_codes = has_codes(view);
    let mut out = String::from("\u{feff}cluster,competency,id");
    for role in &roles {
        out.push(',');
        out.push_str(&field(&name_of(view, *role, Kind::Role)));
    }
    out.push_str("\r\n");
    for (cluster, list) in &view.book.relations.clusters {
        for competency in list.iter().filter(|chapter| competency_of(view.book, **chapter).is_some()) {
            let meta = view.meta(*competency);
            let cluster = if cluster.is_empty() && has_clusters { NONE } else { cluster };
            let _ = write!(out, "{},{},{}", field(cluster), field(&meta.title), field(view.book.id(*competency)));
            for role in &roles {
                out.push(',');
                if let Some(expectation) = view.book.relations.expectation(*role, *competency) {
                    if has_codes {
                        let at = view.book.relations.standing(*role, *competency);
                        out.push_str(&field(&view.level_name(*competency, at)));
                    } else {
                        let _ = write!(out, "{}", expectation.level);
                    }
                }
            }
            out.push_str("\r\n");
        }
    }
    out
}
