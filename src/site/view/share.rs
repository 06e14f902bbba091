//! Groups the competencies that a role expects by cluster, and splits them into what the role is
//! judged on and the rest.
//!
//! Input: a role's expectations, and the form that a page needs them in. Output: [`Cluster`]s of
//! all competencies, and their [`Shares`]. Never drops a statement: each one is in one of the two
//! shares.

use serde::Serialize;

use super::Viewpoint;
use crate::model::book::{Expectation, RoleView};

/// The competencies of one cluster.
#[derive(Debug, Serialize)]
pub struct Cluster<T> {
    pub title: String,
    pub competencies: Vec<T>,
}

/// What a role is judged on, and everything else that it is expected to do.
///
/// Both lists are empty if nothing in particular is named for the role to be judged on.
#[derive(Debug, Serialize)]
pub struct Shares<T> {
    pub key: Vec<T>,
    pub rest: Vec<Cluster<T>>,
}

/// A competency that can be shown in two parts.
pub trait Split: Sized {
    /// Returns the part that the role is judged on: the whole competency if it is in focus, and
    /// otherwise single statements. Returns `None` if the role is judged on none of it.
    fn key(&self) -> Option<Self>;

    /// Returns the part that [`Self::key`] leaves out, or `None` if nothing is left.
    fn rest(&self) -> Option<Self>;
}

/// Groups the competencies that a role expects by cluster, in the handbook's order. `shape`
/// converts each expectation to the form that a page needs.
pub fn clusters<T>(role: &RoleView, view: &Viewpoint<'_>, shape: impl Fn(&Expectation) -> T) -> Vec<Cluster<T>> {
    let mut clusters: Vec<Cluster<T>> = Vec::new();
    for expectation in &role.expectations {
        let title = view.cluster(expectation.competency);
        let shaped = shape(expectation);
        match clusters.last_mut() {
            Some(last) if last.title == title => last.competencies.push(shaped),
            _ => clusters.push(Cluster { title, competencies: vec![shaped] }),
        }
    }
    clusters
}

/// Splits the competencies that a role expects.
pub fn split<T: Split>(all: &[Cluster<T>]) -> Shares<T> {
    let key: Vec<T> = all.iter().flat_map(|cluster| &cluster.competencies).filter_map(Split::key).collect();
    if key.is_empty() {
        return Shares { key, rest: Vec::new() };
    }
    let rest = |cluster: &Cluster<T>| Cluster {
        title: cluster.title.clone(),
        competencies: cluster.competencies.iter().filter_map(Split::rest).collect(),
    };
    Shares { key, rest: all.iter().map(rest).filter(|cluster| !cluster.competencies.is_empty()).collect() }
}
