//! Groups what a role expects by cluster, and splits it into what the role is judged on and the rest.
//!
//! Input: a role's expectations, each shaped by the page that shows it. Output: [`Cluster`]s of all of
//! them, and [`Shares`]. Never drops a statement: each is in one of the two.

use serde::Serialize;

use super::Viewpoint;
use crate::model::book::{Expectation, RoleView};

/// The competencies of one cluster.
#[derive(Debug, Serialize)]
pub struct Cluster<T> {
    pub title: String,
    pub competencies: Vec<T>,
}

/// What a role is judged on, and what it is expected to do beside that.
///
/// Both are empty where the role is judged on nothing in particular.
#[derive(Debug, Serialize)]
pub struct Shares<T> {
    pub key: Vec<T>,
    pub rest: Vec<Cluster<T>>,
}

/// A competency that can be shown in two parts.
pub trait Split: Sized {
    /// Returns what the role is judged on: all of a competency in focus, single statements of another.
    fn key(&self) -> Option<Self>;

    /// Returns what is left beside [`Self::key`].
    fn rest(&self) -> Option<Self>;
}

/// Groups what a role expects by cluster, in the handbook's order.
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

/// Splits all that a role expects.
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
