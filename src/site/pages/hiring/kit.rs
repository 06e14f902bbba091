//! Writes a hiring kit as Markdown, for a document that a hiring panel shares.
//!
//! Input: the data that the page shows. Output: Markdown with the same content in the same order.
//! URLs are absolute if the handbook's base URL is configured.

use std::fmt::Write as _;

use crate::site::render::plain::{line, markdown};
use crate::site::theme::Html;
use crate::site::view::hiring::{Asked, Hiring};
use crate::site::view::role::Cell;
use crate::site::view::{Link, Viewpoint};

/// Writes the hiring kit.
pub fn markdown_of(kit: &Hiring, view: &Viewpoint<'_>) -> String {
    let ui = |key: &str| view.theme.ui(key).to_owned();
    let mut out = format!("# {}\n", ui("hiring-of").replace("{role}", &kit.role.title));
    if let Some(summary) = &kit.summary {
        let _ = write!(out, "\n{summary}\n");
    }
    out.push('\n');
    write_facts(kit, view, &mut out);
    write_section(&ui("compare-responsibilities"), &mut out);
    write_items(&kit.responsibilities, &mut out);
    for group in &kit.inherited {
        let _ = write!(out, "\n{} {}:\n\n", ui("inherited-from-title"), group.from.title);
        write_items(&group.items, &mut out);
    }
    if !kit.decisions.is_empty() {
        write_section(&ui("accountable-for"), &mut out);
        for decision in &kit.decisions {
            let _ = writeln!(out, "- {}", decision.title);
        }
    }
    write_section(&ui("hiring-expected"), &mut out);
    let _ = writeln!(out, "{}", kit.hint);
    let shares = &kit.shares;
    if !shares.key.is_empty() {
        let _ = write!(out, "\n### {}\n", ui("judged"));
        for asked in &shares.key {
            write_competency(asked, view, &mut out);
        }
        if !shares.rest.is_empty() {
            let _ = write!(out, "\n## {}\n", ui("judged-also"));
        }
    }
    for cluster in if shares.key.is_empty() { &kit.clusters } else { &shares.rest } {
        let _ = write!(out, "\n### {}\n", cluster.title);
        for asked in &cluster.competencies {
            write_competency(asked, view, &mut out);
        }
    }
    write_card(kit, view, &mut out);
    out
}

fn write_section(title: &str, out: &mut String) {
    let _ = write!(out, "\n## {title}\n\n");
}

fn write_items(items: &[Html], out: &mut String) {
    for item in items {
        let _ = writeln!(out, "- {}", line(item.as_str()));
    }
}

fn write_facts(kit: &Hiring, view: &Viewpoint<'_>, out: &mut String) {
    let names = |links: &[Link]| links.iter().map(|link| link.title.as_str()).collect::<Vec<_>>().join(", ");
    let facts = [
        ("scope", kit.scope.clone().unwrap_or_default()),
        ("horizon", kit.horizon.clone().unwrap_or_default()),
        ("track", kit.track.clone().unwrap_or_default()),
        ("grade", kit.grade.clone().unwrap_or_default()),
        ("rel-reports-to", names(&kit.reports_to)),
        ("rel-works-with", names(&kit.works_with)),
    ];
    for (key, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
        let _ = writeln!(out, "- {}: {text}", view.theme.ui(key));
    }
    if let Some(url) = &kit.role.url {
        let _ = writeln!(out, "- {}: [{}]({url})", view.theme.ui("role"), kit.role.title);
    }
}

fn write_competency(asked: &Asked, view: &Viewpoint<'_>, out: &mut String) {
    let expected = &asked.expected;
    let _ =
        write!(out, "\n#### {}: {}", expected.title, view.level_of(&expected.level_name, expected.level, expected.of));
    if expected.focus {
        let _ = write!(out, " ({})", view.theme.ui("focus"));
    }
    out.push_str("\n\n");
    if let Some(meaning) = &expected.meaning {
        let _ = write!(out, "{} {meaning}\n\n", view.theme.ui("role-meaning"));
    }
    write_statements(&expected.statements, out);
    for lower in &expected.lower {
        let _ = write!(out, "\n{} {}:\n\n", view.theme.ui("lower-levels"), lower.name);
        write_statements(&lower.statements, out);
    }
    if let Some(interview) = &asked.interview {
        let _ = write!(out, "\n**{}**\n\n{}\n", view.theme.ui("hiring-ask"), markdown(interview.as_str()));
    }
}

/// Writes statements, with the examples of each below it.
fn write_statements(statements: &[Cell], out: &mut String) {
    for statement in statements {
        let _ = writeln!(out, "- {}", line(statement.html.as_str()));
        let examples = statement.examples.as_ref().map(|html| markdown(html.as_str())).unwrap_or_default();
        for line in examples.lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
}

/// Writes the blank scorecard, which asks for evidence before a judgment and has no total.
fn write_card(kit: &Hiring, view: &Viewpoint<'_>, out: &mut String) {
    let ui = |key: &'static str| view.theme.ui(key);
    write_section(ui("hiring-card"), out);
    let _ = write!(out, "{}\n\n", ui("hiring-card-means"));
    for key in ["hiring-candidate", "hiring-interviewer", "hiring-date"] {
        let _ = writeln!(out, "- {}:", ui(key));
    }
    let heads = ["competency", "hiring-evidence", "hiring-not-yet", "hiring-partly", "hiring-shown"].map(ui);
    let _ = write!(out, "\n| {} |\n|---|---|---|---|---|\n", heads.join(" | "));
    for row in &kit.card {
        let title = row.title.replace('|', "\\|");
        let _ = writeln!(out, "| {title}: {} | | ☐ | ☐ | ☐ |", view.level_of(&row.level_name, row.level, row.of));
    }
}
