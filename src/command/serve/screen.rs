//! Shows the state of the preview in the terminal: on one screen, or as plain lines if the output
//! isn't a terminal.
//!
//! Input: the changed files, the duration of the build, and the findings. Output: text on standard
//! output. On a terminal, each state replaces the previous one, so that nothing scrolls.

use std::io::{IsTerminal, Write};

use console::Term;

use crate::command::manners::wants_color;
use crate::world::report;

/// The width of a finding if the output isn't a terminal, in characters.
pub const PLAIN_WIDTH: usize = 110;

/// The output in the terminal.
#[derive(Debug)]
pub struct Screen {
    url: String,
    notices: Vec<String>,
    is_terminal: bool,
}

/// What the preview shows after a change.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// A text that says what changed and how long the build took.
    pub what: String,
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
    /// The findings as text.
    pub drawn: String,
    /// A text that says what the preview doesn't show, to append to the summary.
    pub left_out: String,
    /// A sentence that says why changes are noticed late, if they are.
    pub notice: Option<String>,
}

impl Screen {
    /// Starts the output; without a terminal, prints the URL of the handbook and the notices.
    pub fn open(url: String, notices: Vec<String>) -> Self {
        let screen = Self { url, notices, is_terminal: std::io::stdout().is_terminal() };
        if !screen.is_terminal {
            say(&format!("Your handbook is at {}\n", screen.url));
            for notice in &screen.notices {
                say(&format!("{notice}\n"));
            }
        }
        screen
    }

    /// Adds a notice, unless it is already there.
    fn notice(&mut self, notice: &str) {
        if self.notices.iter().any(|known| known == notice) {
            return;
        }
        self.notices.push(notice.to_owned());
        if !self.is_terminal {
            say(&format!("{notice}\n"));
        }
    }

    /// Returns whether findings should be colored.
    pub fn has_colors(&self) -> bool {
        self.is_terminal && wants_color()
    }

    /// Returns how many columns a finding may take up.
    pub fn width(&self) -> usize {
        if self.is_terminal { usize::from(Term::stdout().size().1).clamp(40, 140) } else { PLAIN_WIDTH }
    }

    /// Shows the state of the preview.
    pub fn show(&mut self, state: &State) {
        state.notice.iter().for_each(|notice| self.notice(notice));
        if self.is_terminal {
            let height = usize::from(Term::stdout().size().0);
            // Move the cursor home and clear everything below it. Earlier output stays in the
            // scrollback.
            say(&format!("\x1b[H\x1b[J{}", self.draw(state, height)));
        } else {
            let found = report::summary(state.errors, state.warnings);
            say(&format!("{}{}, {found}{}\n", state.drawn, state.what, state.left_out));
        }
    }

    /// Formats a state in at most `height` lines.
    fn draw(&self, state: &State, height: usize) -> String {
        let (bold, dim, plain) = if self.has_colors() { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let mut out = format!("\n  Your handbook is at {bold}{}{plain}\n", self.url);
        for notice in &self.notices {
            out.push_str(&format!("  {notice}\n"));
        }
        let found = report::summary(state.errors, state.warnings);
        out.push_str(&format!("\n  {}, {found}{}\n\n", state.what, state.left_out));
        let last = format!("  {dim}Ctrl-C stops it.{plain}\n");
        let room = height.saturating_sub(out.lines().count() + 3);
        let lines: Vec<&str> = state.drawn.trim_end().lines().collect();
        let cut = lines.len() > room;
        let shown = if cut { room.saturating_sub(1) } else { lines.len() };
        for line in &lines[..shown] {
            out.push_str(&format!("{line}\n"));
        }
        if cut {
            out.push_str(&format!("{plain}  {} more lines: the page shows them all\n", lines.len() - shown));
        }
        if !lines.is_empty() {
            out.push('\n');
        }
        out + &last
    }
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // The preview has to keep running even if the pipe is closed.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen() -> Screen {
        let notices = vec!["Port 4000 was taken.".to_owned()];
        Screen { url: "http://127.0.0.1:4001/".to_owned(), notices, is_terminal: false }
    }

    #[test]
    fn a_screen_says_where_what_how_long_and_what_was_found() {
        let state = State { what: "guides/a.md in 4 ms".to_owned(), warnings: 1, ..State::default() };
        let drawn = screen().draw(&state, 24);
        assert_eq!(
            drawn,
            "\n  Your handbook is at http://127.0.0.1:4001/\n  Port 4000 was taken.\n\n  guides/a.md in 4 ms, 1 warning\n\n  Ctrl-C stops it.\n"
        );
    }

    #[test]
    fn findings_never_take_more_lines_than_the_terminal_has() {
        let state = State { drawn: "line\n".repeat(100), errors: 9, ..State::default() };
        for height in [12, 24, 60] {
            let drawn = screen().draw(&state, height);
            assert!(drawn.lines().count() < height, "{height}: {drawn}");
            assert!(drawn.contains("more lines: the page shows them all") && drawn.ends_with("Ctrl-C stops it.\n"));
        }
    }
}
