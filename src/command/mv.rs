//! x
use super::Outcome;
/// Runs the command.
pub fn run(_options: &crate::cli::Mv) -> Outcome {
    Ok(true)
}
