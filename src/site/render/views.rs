//! Renders the views that a chapter includes.
//!
//! Input: a typed [`View`] and the page it is on. Output: HTML from the theme's template for that
//! view.

use serde::Serialize;

use crate::chapter::document::View;
use crate::model::book::{ChapterId, Party};
use crate::model::link::Target;
use crate::site::view::{Viewpoint, changes, children, compare, decisions, ladder, matrix, radar};
use crate::text::diagnostic::Diagnostic;

/// The data for a view's template.
#[derive(Serialize)]
struct Data<T: Serialize> {
    view: T,
}

/// Renders a view in the chapter `chapter`.
///
/// # Errors
/// Returns a `template` diagnostic if the theme's template fails.
pub fn show(view: &View, chapter: ChapterId, at: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
    let role = |n: u32| match at.handbook.target(chapter, n) {
        Target::Chapter(role, _) => Some(*role),
        _ => None,
    };
    // A view whose chapters are missing is empty, and `check` has reported it. It is still an
    // element because every block must be one.
    let nothing = |name: &str| Ok(format!("<div class=\"view {name}-view\"></div>"));
    match view {
        View::Matrix { track, cluster } => {
            let which = matrix::Which { track: track.clone(), cluster: cluster.clone() };
            render("matrix", matrix::matrix(&which, at), at)
        }
        View::Compare { a, b } => match (role(*a), role(*b)) {
            (Some(a), Some(b)) => {
                compare::compare(a, b, at).map_or_else(|| nothing("compare"), |data| render("compare", data, at))
            }
            _ => nothing("compare"),
        },
        View::Ladder { track } => render("ladder", ladder::ladder(track.as_deref(), at), at),
        View::Radar { role: named } => {
            let role = named.map_or(Some(chapter), role);
            role.and_then(|role| radar::radar(role, at))
                .map_or_else(|| nothing("radar"), |data| render("radar", data, at))
        }
        View::Decisions { role: party, strategy, scope } => {
            let party = party.and_then(|n| match at.handbook.target(chapter, n) {
                Target::Chapter(role, _) => Some(Party::Role(*role)),
                Target::Partner(n) => Some(Party::Partner(*n)),
                _ => None,
            });
            let which = decisions::Which { party, strategy: strategy.and_then(role), scope: scope.clone() };
            render("decisions", decisions::decisions(&which, at), at)
        }
        View::Roles { track } => render("roles", ladder::role_list(track.as_deref(), at), at),
        View::Children => {
            let node = at.book.tree.of_chapter[chapter.index()];
            render("children", children::children(node, at), at)
        }
        View::Changes { n } => render("changes", changes::lately(*n as usize, at), at),
    }
}

fn render<T: Serialize>(name: &str, view: T, at: &Viewpoint<'_>) -> Result<String, Box<Diagnostic>> {
    let html = at.theme.render(&format!("view/{name}.html"), &Data { view }).map_err(Box::new)?;
    Ok(format!("<div class=\"view {name}-view\">\n{html}\n</div>"))
}
