//! Lays out the text of a competency as a staircase: its levels next to each other, each with the
//! roles that are expected there.
//!
//! Input: a competency's document, then its text, filled part by part. Output: a [`Plan`] that says
//! where the levels are and where they go, then HTML with the same blocks. The levels come first on
//! the page, because readers come for them. Never leaves out or changes a block.

use std::ops::Range;

use serde::Serialize;

use super::fill::Filler;
use crate::chapter::document::{Document, Facts, Heading, LevelHeading};
use crate::declare::kind::Kind;
use crate::model::book::ChapterId;
use crate::site::theme::Html;
use crate::site::view::competency::{LevelRow, competency};
use crate::site::view::{Viewpoint, encode_fragment};
use crate::text::diagnostic::Diagnostic;
use crate::text::markup::nesting::{Edge, edges};

/// Where the levels are in a competency's text, and where they go.
#[derive(Debug)]
pub struct Plan {
    /// The byte offset in the HTML that the levels go to.
    to: usize,
    /// The byte range that goes there: the levels, with the section that they are in.
    moved: Range<usize>,
    /// The headings in that range.
    headings: Range<usize>,
    steps: Vec<Step>,
}

/// The part of the text that describes one level.
#[derive(Debug)]
struct Step {
    level: u8,
    /// The ID of the only track that it is for.
    track: Option<String>,
    /// The heading's ID.
    id: String,
    /// The byte range of the heading.
    head: Range<usize>,
    /// The byte range of what follows the heading.
    body: Range<usize>,
}

/// The data for the template of the staircase.
#[derive(Serialize)]
struct Data {
    stairs: Stairs,
}

#[derive(Serialize)]
struct Stairs {
    /// The blocks of the section before the first level.
    opening: Html,
    /// The blocks of the section after the last level.
    closing: Html,
    steps: Vec<StepData>,
    /// The number of levels on the scale.
    of: u8,
    /// The highest level that the competency describes.
    top: u8,
    is_complete: bool,
    has_examples: bool,
    /// The largest number of columns.
    columns: usize,
}

#[derive(Serialize)]
struct StepData {
    /// The fragment of a link to the heading, or `None` if there is no heading.
    fragment: Option<String>,
    head: Html,
    body: Html,
    /// The level. Only the first of several parts about one level has it.
    row: Option<LevelRow>,
}

/// Plans the layout. Returns `None` if the chapter isn't a competency, if its levels don't follow
/// each other, or if an element contains a part of them.
pub fn plan(document: &Document) -> Option<Plan> {
    let (meta, blocks, headings) = (&document.meta, &document.body.blocks, &document.outline.headings);
    let Facts::Competency(facts) = &meta.facts else { return None };
    if meta.kind != Kind::Competency || !blocks.is_sorted_by_key(|block| block.end) {
        return None;
    }
    let heading_of = |block: usize| blocks.get(block)?.heading.map(|n| n as usize);
    let depth_of = |block: usize| heading_of(block).map(|n| headings[n].level);
    let level_of = |block: usize| {
        let id = &headings[heading_of(block)?].id;
        facts.levels.iter().find(|heading| heading.id == *id && !heading.is_inside)
    };
    // The section that begins at a block extends to the next heading of the same or a higher rank.
    let end_of = |block: usize| {
        let ends = |n: &usize| depth_of(*n) <= depth_of(block) && depth_of(*n).is_some();
        (block + 1..blocks.len()).find(ends).unwrap_or(blocks.len())
    };
    let firsts: Vec<usize> = (0..blocks.len()).filter(|n| level_of(*n).is_some()).collect();
    let (first, last) = (*firsts.first()?, *firsts.last()?);
    let follow = firsts.windows(2).all(|pair| end_of(pair[0]) >= pair[1]);
    let end = end_of(last);
    let title = (0..first).find(|n| meta.has_h1 && depth_of(*n) == Some(1));
    let depth = firsts.iter().filter_map(|n| depth_of(*n)).min()?;
    let parent = (0..first).rev().find(|n| depth_of(*n).is_some_and(|of| of < depth)).filter(|n| Some(*n) != title);
    let moved = parent.map_or(first..end, |parent| parent..end_of(parent).max(end));
    // The title and one opening paragraph stay above the levels.
    let is_open = title.is_none() && meta.summary.is_some();
    let start = |block: usize| block.checked_sub(1).map_or(0, |before| blocks[before].end as usize);
    let after_title = title.map_or(0, |title| title + 1);
    let html = document.body.main.html();
    let is_text = html[start(after_title)..].trim_start().starts_with("<p>");
    let to = (after_title + usize::from(!is_open && is_text)).min(moved.start);
    let steps = firsts.iter().zip(firsts[1..].iter().chain([&end])).filter_map(|(from, to)| {
        let LevelHeading { level, track, id, .. } = level_of(*from)?.clone();
        Some(Step { level, track, id, head: start(*from)..start(from + 1), body: start(from + 1)..start(*to) })
    });
    let numbers = heading_of(moved.start)?..(moved.end..blocks.len()).find_map(heading_of).unwrap_or(headings.len());
    let plan =
        Plan { to: start(to), moved: start(moved.start)..start(moved.end), headings: numbers, steps: steps.collect() };
    (follow && plan.fits(&html)).then_some(plan)
}

impl Plan {
    /// Returns whether every element of the HTML is within one part.
    fn fits(&self, html: &str) -> bool {
        let mut depth = 0_u32;
        let mut edges = edges(html).into_iter().peekable();
        let cuts = self.steps.iter().flat_map(|step| [step.head.start, step.body.start, step.body.end]);
        let mut cuts: Vec<usize> = [self.to, self.moved.start, self.moved.end].into_iter().chain(cuts).collect();
        cuts.sort_unstable();
        cuts.into_iter().all(|cut| {
            while let Some((_, edge)) = edges.next_if(|(range, _)| range.start < cut) {
                depth = match edge {
                    Edge::Open => depth + 1,
                    Edge::Close => depth.saturating_sub(1),
                    Edge::Whole => depth,
                };
            }
            depth == 0
        })
    }

    /// Returns the headings in the order of the page.
    pub fn order<'a>(&self, headings: &'a [Heading]) -> Vec<&'a Heading> {
        let (before, rest) = headings.split_at(self.headings.end.min(headings.len()));
        let (before, moved) = before.split_at(self.headings.start.min(before.len()));
        // Only the title stays above.
        let title = before.iter().take(1).filter(|heading| heading.level == 1);
        let title = title.collect::<Vec<_>>();
        let before = before.iter().skip(title.len());
        title.into_iter().chain(moved).chain(before).chain(rest).collect()
    }
}

/// Returns the text of a competency with its levels as a staircase.
///
/// # Errors
/// Returns a `template` diagnostic if a template fails.
pub fn write(
    plan: &Plan,
    chapter: ChapterId,
    filler: &mut Filler<'_>,
    view: &Viewpoint<'_>,
) -> Result<String, Box<Diagnostic>> {
    let Plan { to, moved, steps, .. } = plan;
    let length = filler.length(chapter);
    let first = steps.first().map_or(moved.end, |step| step.head.start);
    let last = steps.last().map_or(first, |step| step.body.end);
    // Footnotes are numbered and terms linked in the order of the page.
    let mut out = filler.part(chapter, 0..*to);
    let opening = filler.part(chapter, moved.start..first);
    let mut filled = |step: &Step| {
        let (head, body) = (filler.part(chapter, step.head.clone()), filler.part(chapter, step.body.clone()));
        let fragment = Some(encode_fragment(&step.id));
        StepData { fragment, head: Html::new(&head), body: Html::new(&body), row: None }
    };
    let filled: Vec<(&Step, StepData)> = steps.iter().map(|step| (step, filled(step))).collect();
    let closing = filler.part(chapter, last..moved.end);
    let data = Data { stairs: stairs(chapter, (&opening, &closing), filled, view) };
    out.push_str(&view.theme.render("view/stairs.html", &data).map_err(Box::new)?);
    out.push('\n');
    out.push_str(&filler.part(chapter, *to..moved.start));
    // Marks the place in the file of what was moved, for the preview's pencils.
    out.push_str("<div data-place hidden></div>\n");
    out.push_str(&filler.part(chapter, moved.end..length));
    filler.write_footnotes(&mut out);
    Ok(out)
}

fn stairs(
    chapter: ChapterId,
    (opening, closing): (&str, &str),
    steps: Vec<(&Step, StepData)>,
    view: &Viewpoint<'_>,
) -> Stairs {
    let page = competency(chapter, view);
    let (of, top) = page.as_ref().map_or((0, 0), |page| (page.of, page.top));
    let is_complete = page.as_ref().is_some_and(|page| page.is_complete);
    let mut rows = page.map(|page| page.levels).unwrap_or_default();
    let has_examples = steps.iter().any(|(_, step)| step.body.as_str().contains("class=\"examples\""));
    let is_upward = steps.is_sorted_by_key(|(step, _)| step.level);
    let mut list: Vec<StepData> = Vec::new();
    for (step, data) in steps {
        let is_about = |row: &LevelRow| row.level == step.level && row.track_id == step.track;
        let row = rows.iter().position(is_about).map(|at| rows.remove(at));
        list.push(StepData { row, ..data });
    }
    // Roles may expect a level that the competency doesn't describe.
    for row in rows.into_iter().filter(|row| !row.roles.is_empty()) {
        let is_above = |step: &StepData| step.row.as_ref().is_some_and(|other| other.level > row.level);
        let at = list.iter().position(is_above).filter(|_| is_upward).unwrap_or(list.len());
        list.insert(at, StepData { fragment: None, head: Html::new(""), body: Html::new(""), row: Some(row) });
    }
    let columns = match list.len() {
        4 => 2,
        many => many.min(3),
    };
    let (opening, closing) = (Html::new(opening), Html::new(closing));
    Stairs { opening, closing, steps: list, of, top, is_complete, has_examples, columns }
}
