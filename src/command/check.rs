//! `rolebook check`: follows every reference and reports; renders and writes nothing.
//!
//! Input: the options. Output: findings in the format asked for, and a closing line for people.

use std::time::Instant;

use super::Outcome;
use super::load::Loaded;
use crate::cli::{Check, Format};
use crate::compile::count;
use crate::report;

/// Runs the command.
pub fn run(options: &Check) -> Outcome {
    let start = Instant::now();
    let loaded = Loaded::read(&options.source, None)?;
    let compiled = loaded.compile(&options.source, options.strict)?;
    loaded.print(&compiled.findings, &compiled.chain, options.format);
    let (errors, warnings) = count(&compiled.findings);
    if options.format == Format::Human {
        let chapters = compiled.handbook.documents.len();
        let seconds = start.elapsed().as_secs_f64();
        println!("{chapters} chapters, {}, {seconds:.2} s", report::summary(errors, warnings));
    }
    Ok(errors == 0)
}
