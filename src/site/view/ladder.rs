//! Prepares the career ladder: tracks, rungs by rank, steps up and moves at the same rank; and
//! lists of roles.
//!
//! Input: a viewpoint and a track. Output: [`Ladder`], [`Roles`]. A base role isn't on the ladder.

use serde::Serialize;

use super::ladder_drawing::{Node, draw};
use super::matrix::roles;
use super::{Link, Viewpoint, query};
use crate::model::book::{ChapterId, Generated, role_of};
use crate::site::theme::Html;

/// The data for the ladder view.
#[derive(Debug, Serialize)]
pub struct Ladder {
    pub svg: Option<Html>,
    pub tracks: Vec<Track>,
}

/// One track.
#[derive(Debug, Serialize)]
pub struct Track {
    pub title: String,
    pub rungs: Vec<Rung>,
}

/// The roles of one rank.
#[derive(Debug, Serialize)]
pub struct Rung {
    pub rank: Option<u32>,
    pub roles: Vec<RungRole>,
}

/// A role on a rung.
#[derive(Debug, Serialize)]
pub struct RungRole {
    #[serde(flatten)]
    pub link: Link,
    pub also: Vec<Link>,
    pub up: Vec<Link>,
    pub sideways: Vec<Link>,
    /// Links to the comparisons with the roles that this one grows into.
    pub steps: Vec<Link>,
}

/// Returns the view's data, which is empty if nothing ranks roles.
pub fn ladder(track: Option<&str>, view: &Viewpoint<'_>) -> Ladder {
    if !Generated::Ladder.has_content(view.book) {
        return Ladder { svg: None, tracks: Vec::new() };
    }
    let mut tracks: Vec<(Option<String>, Track)> = Vec::new();
    for role in roles(track, view) {
        let Some(facts) = role_of(view.book, role).filter(|facts| !facts.base) else { continue };
        let rung = RungRole {
            link: view.link(role),
            also: Vec::new(),
            up: view.links(&view.book.relations.roles[&role].grows_into),
            sideways: view.links(&view.book.relations.roles[&role].moves_to),
            steps: view.book.relations.roles[&role].grows_into.iter().map(|to| step(role, *to, view)).collect(),
        };
        if tracks.last().is_none_or(|(id, _)| *id != facts.track) {
            let title = view.track_title(role).unwrap_or_else(|| view.theme.ui("roles-list").to_owned());
            tracks.push((facts.track.clone(), Track { title, rungs: Vec::new() }));
        }
        let Some((_, track)) = tracks.last_mut() else { continue };
        match track.rungs.last_mut() {
            Some(last) if last.rank == facts.rank && facts.rank.is_some() => last.roles.push(rung),
            _ => track.rungs.push(Rung { rank: facts.rank, roles: vec![rung] }),
        }
    }
    // The highest rung is at the top, as on a real ladder.
    for (_, track) in &mut tracks {
        track.rungs.reverse();
    }
    let svg = drawing(&tracks, view);
    Ladder { svg, tracks: tracks.into_iter().map(|(_, track)| track).collect() }
}

/// Links to what changes from one role to the next.
fn step(from: ChapterId, to: ChapterId, view: &Viewpoint<'_>) -> Link {
    let any = || {
        view.generated(Generated::Compare)
            .map(|url| format!("{url}?a={}&b={}", query(view.book.id(from)), query(view.book.id(to))))
    };
    Link { title: view.meta(to).title.clone(), url: view.comparison(from, to).or_else(any), ..Link::default() }
}

/// Draws the roles that have a rank. Returns `None` if all of them have the same rank.
fn drawing(tracks: &[(Option<String>, Track)], view: &Viewpoint<'_>) -> Option<Html> {
    let mut nodes = Vec::new();
    for role in &view.book.relations.role_order {
        let Some(facts) = role_of(view.book, *role).filter(|facts| !facts.base) else { continue };
        let track = tracks.iter().position(|(id, _)| *id == facts.track);
        let (Some(rank), Some(track), Some(related)) = (facts.rank, track, view.book.relations.roles.get(role)) else {
            continue;
        };
        nodes.push(Node {
            role: *role,
            title: view.meta(*role).title.clone(),
            url: view.url(view.book.url(*role)),
            track,
            rank,
            up: related.grows_into.clone(),
            sideways: related.moves_to.clone(),
        });
    }
    let titles: Vec<String> = tracks.iter().map(|(_, track)| track.title.clone()).collect();
    let is_ladder = nodes.iter().any(|node| node.rank != nodes[0].rank);
    is_ladder.then(|| Html::new(&draw(&nodes, &titles, view.theme.ui("ladder"))))
}

/// The data for the roles view.
#[derive(Debug, Serialize)]
pub struct Roles {
    pub roles: Vec<RoleRow>,
}

/// One role.
#[derive(Debug, Serialize)]
pub struct RoleRow {
    #[serde(flatten)]
    pub link: Link,
    pub track: Option<String>,
    pub rank: Option<u32>,
    pub scope: Option<String>,
    pub horizon: Option<String>,
}

/// Returns the data for the roles view.
pub fn role_list(track: Option<&str>, view: &Viewpoint<'_>) -> Roles {
    let row = |role: ChapterId| {
        let facts = role_of(view.book, role)?;
        Some(RoleRow {
            link: view.link(role),
            track: view.track_title(role),
            rank: facts.rank,
            scope: facts.scope.clone(),
            horizon: facts.horizon.clone(),
        })
    };
    Roles { roles: roles(track, view).into_iter().filter_map(row).collect() }
}
