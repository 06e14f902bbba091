//! Asks on a terminal what a table can't say: which of several tables to import, and whether roles
//! are listed by seniority.
//!
//! Input: the plan so far, and what was chosen. Output: more choices. Never asks if the answer was
//! given on the command line, or if nobody can answer.

use std::io::{IsTerminal, Write};

use crate::author::import::{Choices, Import, Ladder};
use crate::declare::kind::Levels;

/// Asks the open questions. Returns whether an answer changes the plan.
pub fn more(import: &Import, choices: &mut Choices) -> bool {
    let is_answered = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !is_answered || import.is_refused() {
        return false;
    }
    let mut is_changed = false;
    if choices.sheets.is_empty() && import.sheets.len() > 1 {
        let list: Vec<String> = (1..).zip(&import.sheets).map(|(n, name)| format!("{n} {name}")).collect();
        let answer = answer(&format!("Which tables? {}; several with commas [all]: ", list.join(", ")));
        let by_number = |part: &str| import.sheets.get(part.parse::<usize>().ok()?.checked_sub(1)?).cloned();
        let parts = answer.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "all");
        choices.sheets = parts.map(|part| by_number(part).unwrap_or_else(|| part.to_owned())).collect();
        is_changed |= !choices.sheets.is_empty();
    }
    if import.asks_for_levels && choices.levels.is_none() {
        let usual = if import.looks_restated { "replace" } else { "add-up" };
        let text =
            format!("Does a level include those below it (add-up), or is each level complete (replace)? [{usual}]: ");
        let answer = answer(&text).to_lowercase();
        let answer = if answer.is_empty() { usual } else { answer.as_str() };
        choices.levels = Some(if answer.starts_with('r') { Levels::Replace } else { Levels::AddUp });
        is_changed = true;
    }
    if import.asks_for_ladder {
        let text = "Does the table list the roles by seniority? up (junior first), down (senior first) or no [no]: ";
        choices.ladder = Some(match answer(text).to_lowercase().as_str() {
            "up" | "u" | "yes" | "y" => Ladder::Up,
            "down" | "d" => Ladder::Down,
            _ => Ladder::No,
        });
        is_changed = true;
    }
    is_changed
}

fn answer(question: &str) -> String {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut line = String::new();
    let _ = std::io::stdin().read_line(&mut line);
    line.trim().to_owned()
}
