//! `rolebook build`: writes the site.
//!
//! Input: the options. Output: files, and a closing line. Never writes anything if there are
//! errors.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::load::{Compiled, Loaded};
use super::past::{Reading, today};
use super::{Outcome, left_out, say};
use crate::cli::Build;
use crate::model::book::chapter_url;
use crate::model::compile::{Handbook, count};
use crate::site::highlight::{Highlighter, plain_blocks};
use crate::site::publish::Content;
use crate::site::search::{self, Memory};
use crate::site::urls::Site;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;
use crate::world::disk::{Guards, Output, WriteError, Written};
use crate::world::report;

/// The maximum number of files to name individually in the report of files that are no longer
/// published.
const MOST_WITHDRAWN: usize = 20;
/// The time after which a progress bar appears.
const BAR_AFTER: Duration = Duration::from_millis(500);

/// Runs the command.
pub fn run(options: &Build) -> Outcome {
    let start = Instant::now();
    let loaded = Loaded::read(&options.source, options.out.as_deref())?;
    loaded.need_chapters()?;
    // Check the output directory before the slow part begins, and keep the directory locked until
    // the end.
    let themes: Vec<PathBuf> = loaded.project.themes.clone().into_iter().filter(|folder| folder.is_dir()).collect();
    let guards = Guards {
        project: &loaded.project.root,
        content: &loaded.project.content,
        themes: &themes,
        home: std::env::home_dir(),
    };
    let output = Output::open(&loaded.out, &guards)?;
    let reading = Reading::begin(&loaded, today(options.today.as_deref())?);
    let mut compiled = loaded.compile(&options.source, options.strict)?;
    // Rendering the pages reuses this highlighter, so code is highlighted only once.
    let highlighter = Arc::new(Highlighter::new());
    let plain = plain_blocks(&compiled.handbook.documents, &highlighter);
    compiled.findings.extend(compiled.handbook.config.judge(plain, options.strict));
    compiled.findings.sort();
    loaded.print_some(&compiled.findings, &compiled.chain);
    let (errors, mut warnings) = count(&compiled.findings);
    let Compiled { handbook, theme: Some(theme), chain, findings, content } = compiled else {
        return Ok(stop(errors.max(1), warnings));
    };
    if errors > 0 {
        return Ok(stop(errors, warnings));
    }
    let left = left_out::summary(&loaded.inputs, &handbook, &content);
    let left = left.map(|left| format!("; {left}")).unwrap_or_default();
    let audience = audience_line(&handbook.config, options.source.audience.as_deref());
    // Reading the Git history takes longer than compiling. The search index doesn't depend on the
    // history, so build it in the meantime.
    let index = search::index(&handbook, &theme, &Memory::default());
    let (past, notes) = reading.finish();
    for note in &notes {
        eprintln!("note: {note}");
    }
    let site = Site::with_past(handbook, loaded.inputs.sources.clone(), theme, highlighter, past).with_index(index);
    let mut late = site.handbook().config.judge(site.findings_of_the_past(), options.strict);
    late.retain(|finding| !findings.contains(finding));
    loaded.print_some(&late, &chain);
    let (late_errors, late_warnings) = count(&late);
    warnings += late_warnings;
    if late_errors > 0 {
        return Ok(stop(late_errors, warnings));
    }
    let pages = site.urls().filter(|url| url.is_page()).count();
    let outcome = match write(&site, &output) {
        Ok(written) => {
            report_kept(&written);
            report_withdrawn(&written, site.handbook(), &content);
            let summary = report::summary(errors, warnings);
            let seconds = start.elapsed().as_secs_f64();
            let place = loaded.out.display();
            say(&format!(
                "{pages} pages, {} files written, {summary}, {seconds:.2} s -> {place}{audience}{left}",
                written.written
            ));
            Ok(true)
        }
        Err(WriteError::Render(failed)) => {
            let mut failures: Vec<Diagnostic> = failed.into_iter().map(|(_, failure)| *failure).collect();
            failures.sort();
            failures.dedup();
            loaded.print_some(&failures, &chain);
            Ok(stop(failures.len(), warnings))
        }
        Err(WriteError::Output(error)) => Err(error.into()),
    };
    // Don't free the site, because that takes a twentieth of the time of a build and the process is
    // about to end anyway.
    std::mem::forget((site, loaded));
    outcome
}

fn stop(errors: usize, warnings: usize) -> bool {
    say(&format!("{}; nothing was written", report::summary(errors, warnings)));
    false
}

/// Returns the part of the closing line that names the audience, or nothing if the handbook defines
/// no audiences.
fn audience_line(config: &crate::declare::config::Config, asked: Option<&str>) -> String {
    if config.audiences.is_empty() {
        return String::new();
    }
    match asked.or(config.audience.as_deref()) {
        Some(name) => format!(" (for the audience {name})"),
        None => " (for everybody: no `--audience` was given)".to_owned(),
    }
}

fn write(site: &Site, output: &Output) -> Result<Written, WriteError<Box<Diagnostic>>> {
    let urls: Vec<&UrlPath> = site.urls().collect();
    let names: Vec<String> = urls.iter().map(|url| url.output_file()).collect();
    let bar = bar(urls.len());
    let start = Instant::now();
    let done = AtomicUsize::new(0);
    let progress = |_: usize| {
        let done = done.fetch_add(1, Ordering::Relaxed);
        if start.elapsed() > BAR_AFTER && done.is_multiple_of(64) {
            bar.set_position(done as u64);
        }
    };
    let render = |n: usize| match site.render(urls[n]) {
        Some(rendered) => rendered.map(|rendered| rendered.bytes),
        None => Ok(Cow::Borrowed(&[][..])),
    };
    let written = output.write(&names, &render, &progress);
    bar.finish_and_clear();
    written
}

fn bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} files");
    ProgressBar::new(length as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Reports files that stay in the output although they aren't part of the site.
fn report_kept(written: &Written) {
    for name in written.kept_edited.iter().take(10) {
        eprintln!("note: `{name}` was changed by hand since it was written; it stays");
    }
}

/// Reports files that the last build published and this build doesn't, although they are still in
/// the content. Authors should know if a file is no longer published because of an upgrade or a new
/// mark.
fn report_withdrawn(written: &Written, handbook: &Handbook, content: &Content) {
    let removed = |url: &UrlPath| written.removed.binary_search(&url.output_file()).is_ok();
    let files = content.unreferenced.iter().filter(|path| removed(&UrlPath::new(path.as_str())));
    let style = handbook.config.urls;
    let chapters = handbook.absent.iter().map(|absent| &absent.path).filter(|path| removed(&chapter_url(path, style)));
    let withdrawn: Vec<_> = files.chain(chapters).collect();
    for path in withdrawn.iter().take(MOST_WITHDRAWN) {
        eprintln!("note: `{path}` is no longer published: nothing refers to it, or it is marked as unfinished");
    }
    if withdrawn.len() > MOST_WITHDRAWN {
        eprintln!("note: {} more files are no longer published", withdrawn.len() - MOST_WITHDRAWN);
    }
}
