//! Groups roles by the track that they are on.
//!
//! Input: roles in the handbook's order, and the form that a page needs them in. Output: [`Track`]s.
//! Never sorts: roles of one track that aren't next to each other form two groups.

use serde::Serialize;

use super::Viewpoint;
use crate::model::book::ChapterId;

/// The roles of one track.
#[derive(Debug, Serialize)]
pub struct Track<T> {
    pub title: String,
    pub roles: Vec<T>,
}

/// Groups roles by track. `shape` converts each role to the form that a page needs.
pub fn by_track<T>(
    roles: impl IntoIterator<Item = ChapterId>,
    view: &Viewpoint<'_>,
    shape: impl Fn(ChapterId) -> T,
) -> Vec<Track<T>> {
    let mut tracks: Vec<Track<T>> = Vec::new();
    for role in roles {
        let title = view.track_title(role).unwrap_or_else(|| view.theme.ui("roles-list").to_owned());
        let shaped = shape(role);
        match tracks.last_mut() {
            Some(last) if last.title == title => last.roles.push(shaped),
            _ => tracks.push(Track { title, roles: vec![shaped] }),
        }
    }
    tracks
}
