//! `rolebook build`: writes the site.
//!
//! Input: the options. Output: files, and a closing line. Never writes anything if there are
//! errors. [`build`] does the same for programs that use the library.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::load::Loaded;
use super::past::{Reading, today};
use super::pipeline::{Compiled, Pipeline};
use super::remembered::{Remembered, Unwritten};
use super::said::Said;
use super::shelving::Shelving;
use super::{Outcome, close, detail, left_out, note, say_json, unchanged};
use crate::cli::{Build, Source};
use crate::declare::config::Config;
use crate::model::book::chapter_url;
use crate::model::compile::{Handbook, count};
use crate::site::publish::Content;
use crate::site::search;
use crate::site::theme::ThemeFiles;
use crate::site::urls::Site;
use crate::text::diagnostic::Diagnostic;
use crate::text::path::UrlPath;
use crate::world::disk::{Before, Calls, Failure, Inventory, Made, Output, Recalled, WriteError, Written};
use crate::world::report;

/// The maximum number of files to name individually in the report of files that are no longer
/// published.
const MOST_WITHDRAWN: usize = 20;
/// The time after which a progress bar appears.
const BAR_AFTER: Duration = Duration::from_millis(500);

/// The result of a build.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// The number of pages of the site.
    pub pages: usize,
    /// The number of files that are new or have new bytes.
    pub files: usize,
    /// The number of findings that are errors. If there are any, nothing was written.
    pub errors: usize,
    /// The number of findings that are warnings.
    pub warnings: usize,
    /// The findings as text, each with its place, its source line and advice.
    pub findings: String,
}

/// A site that has been compiled and laid out but not written.
struct Ready {
    loaded: Loaded,
    output: Output,
    /// What the last build knows of the chapters; `None` if that isn't used.
    shelving: Option<Shelving>,
    chain: Vec<ThemeFiles>,
    findings: Vec<Diagnostic>,
    /// Findings that come from the handbook's past, and findings about pages that couldn't be
    /// rendered. They become known after the others.
    late: Vec<Diagnostic>,
    /// A note about the generator whose conventions are followed.
    read_as: Option<String>,
    /// A note about each part of the past that couldn't be read.
    notes: Vec<String>,
    /// The site, or `None` if there are errors.
    site: Option<Site>,
    /// What is in the output. `None` if there is no site to write.
    inventory: Option<Inventory>,
}

/// Builds the site of the handbook in `source` into the folder `out`. This is what `rolebook build`
/// does, without its output in the terminal.
///
/// ```
/// use std::fs;
///
/// let project = tempfile::tempdir()?;
/// fs::write(project.path().join("index.md"), "# Our handbook\n")?;
/// let source = rolebook::Source { dir: project.path().to_path_buf(), ..Default::default() };
/// let out = project.path().join("public");
/// let built = rolebook::build(&source, &out)?;
/// assert_eq!((built.errors, built.warnings), (0, 0), "{}", built.findings);
/// assert!(fs::read_to_string(out.join("index.html"))?.contains("Our handbook"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Fails if there is no handbook, if `out` contains files that Rolebook didn't write, or if the
/// system reports an error. Mistakes of authors aren't failures but [findings](Built::findings).
pub fn build(source: &Source, out: &Path) -> Result<Built, Failure> {
    let options =
        Build { source: source.clone(), out: Some(out.to_path_buf()), strict: false, today: None, json: false };
    let loaded = Loaded::read(source, Some(out))?;
    loaded.need_chapters()?;
    // The output is checked before the slow part begins, and stays locked until the end.
    let output = loaded.output()?;
    let mut ready = Ready::new((loaded, output), &options, (None, None), &|_, _| {})?;
    let mut built = Built::default();
    if let (Some(site), Some(inventory)) = (&ready.site, &ready.inventory) {
        match write(site, &site.urls().collect::<Vec<_>>(), (&ready.output, inventory), &|_| {}) {
            Ok(written) => (built.pages, built.files) = (pages(site), written.written),
            Err(WriteError::Render(failed)) => ready.late.extend(failures(failed)),
            Err(WriteError::Output(error)) => return Err(error),
        }
    }
    ready.findings.append(&mut ready.late);
    (built.errors, built.warnings) = count(&ready.findings);
    built.findings = ready.loaded.draw(&ready.findings, &ready.chain);
    Ok(built)
}

/// Runs the command.
pub fn run(options: &Build) -> Outcome {
    let start = Instant::now();
    let loaded = Loaded::of(&options.source, options.out.as_deref())?;
    loaded.need_chapters()?;
    // The output is checked before the slow part begins, and stays locked until the end.
    let output = loaded.output()?;
    let keys = if options.json { None } else { unchanged::keys(&loaded, options) };
    let recalled = keys.as_ref().map_or(Recalled::Nothing, |keys| output.recall(&keys.memory, &keys.key));
    if let Recalled::Same(said) = &recalled
        && let Some(said) = Said::from_json(said)
    {
        said.again(&loaded, options, start.elapsed());
        return Ok(true);
    }
    let shelving = keys.as_ref().and_then(|_| {
        let Source { audience, drafts, .. } = &options.source;
        Shelving::of(&loaded.project.root, &loaded.inputs.sources, (audience.as_deref(), *drafts))
    });
    // Findings are printed before the handbook's past is read, which takes a while.
    let printed = RefCell::new(String::new());
    let print = |loaded: &Loaded, compiled: &Compiled| {
        detail(&format!(
            "checked {} in {:.2} s",
            report::plural(compiled.handbook.documents.len(), "chapter"),
            start.elapsed().as_secs_f64()
        ));
        if !options.json {
            printed.borrow_mut().push_str(&loaded.print_some(&compiled.findings, &compiled.chain));
        }
    };
    let before = recalled.before();
    let mut ready = Ready::new((loaded, output), options, (shelving, before.as_ref()), &print)?;
    let mut said = Said { findings: printed.into_inner(), ..Said::default() };
    said.read_as.clone_from(&ready.read_as);
    said.notes.clone_from(&ready.notes);
    said.explain();
    let (mut written, mut late) = (None, std::mem::take(&mut ready.late));
    let remembered = keys.as_ref().zip(ready.site.as_ref());
    let remembered = remembered.and_then(|(keys, site)| Remembered::new(site, &keys.by, before.as_ref()));
    if let (Some(site), Some(inventory)) = (&ready.site, &ready.inventory) {
        match write_with_bar(site, (&ready.output, inventory), remembered.as_ref()) {
            Ok(done) => written = Some(done),
            Err(WriteError::Render(failed)) => late.extend(failures(failed)),
            Err(WriteError::Output(error)) => return Err(error),
        }
    }
    if !options.json {
        said.late = ready.print(&late);
    }
    ready.findings.append(&mut late);
    if let (Some(written), Some(site)) = (&written, &ready.site) {
        report_kept(written);
        report_withdrawn(written, site.handbook(), site.content());
        super::theme::note_outdated(&ready.loaded.project);
        let left = left_out::summary(&ready.loaded.inputs, site.handbook(), site.content());
        let audience = audience_line(&site.handbook().config, options.source.audience.as_deref());
        let (errors, warnings) = count(&ready.findings);
        (said.pages, said.summary) = (pages(site), report::summary(errors, warnings));
        said.tail = format!("{audience}{left}");
    }
    match (options.json, &written) {
        (true, _) => say_json(&ready.json(written.as_ref())),
        (false, Some(written)) => said.close((&ready.loaded, options), written.written, start.elapsed()),
        (false, None) => {
            let (errors, warnings) = count(&ready.findings);
            close(&format!("{}; nothing was written", report::summary(errors.max(1), warnings)));
        }
    }
    if let Some(shelving) = ready.shelving.as_mut().filter(|_| written.is_some()) {
        shelving.finish();
    }
    if let (Some(keys), Some(written), Some(site)) = (keys, &written, &ready.site)
        && said.may_be_remembered(written, &site.handbook().config)
    {
        let said = said.to_json();
        let made = remembered.map_or_else(|| Made::unknown(&said), |remembered| remembered.made(&said));
        ready.output.keep(&keys.memory, &keys.key, &made);
    }
    // Don't free the site and what it was made from, because that takes a twentieth of the time of a build and
    // the process is about to end anyway.
    std::mem::forget((ready.site, ready.loaded, ready.shelving.filter(|_| written.is_some())));
    Ok(written.is_some())
}

/// Writes the site, with a progress bar if that takes a while.
fn write_with_bar(
    site: &Site,
    output: (&Output, &Inventory),
    remembered: Option<&Remembered<'_>>,
) -> Result<Written, Unwritten> {
    let bar = bar(site.urls().len());
    let done = AtomicUsize::new(0);
    let progress = |_: usize| {
        let done = done.fetch_add(1, Ordering::Relaxed);
        if bar.elapsed() > BAR_AFTER && done.is_multiple_of(64) {
            bar.set_position(done as u64);
        }
    };
    let written = match remembered {
        Some(remembered) => remembered.write(output, &progress),
        None => write(site, &site.urls().collect::<Vec<_>>(), output, &progress),
    };
    bar.finish_and_clear();
    written
}

impl Ready {
    /// Compiles the handbook, reads its past and looks at the output, of which `before` is known. Calls `print` as
    /// soon as the handbook is compiled.
    fn new(
        (loaded, output): (Loaded, Output),
        options: &Build,
        (shelving, before): (Option<Shelving>, Option<&Before>),
        print: &dyn Fn(&Loaded, &Compiled),
    ) -> Result<Self, Failure> {
        let reading = Reading::begin(&loaded, today(options.today.as_deref())?);
        let pipeline = shelving.as_ref().map_or_else(Pipeline::default, Shelving::pipeline);
        let (compiled, _) = loaded.check_with(pipeline, &options.source, options.strict)?;
        print(&loaded, &compiled);
        let (findings, chain) = (compiled.findings.clone(), compiled.chain.clone());
        let (late, notes) = (Vec::new(), Vec::new());
        let read_as = left_out::read_as(&loaded.inputs, &loaded.project, &compiled.handbook);
        let mut ready =
            Self { loaded, output, shelving, chain, findings, late, read_as, notes, site: None, inventory: None };
        let Some(theme) = compiled.theme.as_ref().filter(|_| count(&ready.findings).0 == 0) else { return Ok(ready) };
        // Reading the Git history takes longer than compiling. The search index depends neither on
        // the history nor on the output, so build it in the meantime.
        let (shelving, output) = (&mut ready.shelving, &ready.output);
        let index = || match shelving {
            Some(shelving) => shelving.index(&compiled, theme),
            None => search::index(&compiled.handbook, theme, None),
        };
        let (index, inventory) = rayon::join(index, || output.inventory(before));
        let (past, notes) = reading.finish();
        let site = compiled.site(past, None).map(|site| site.with_index(index));
        let late = site.as_ref().map(Site::findings_of_the_past).unwrap_or_default();
        ready.late = compiled.handbook.config.judge(late, options.strict);
        ready.late.retain(|finding| !ready.findings.contains(finding));
        ready.notes = notes;
        ready.site = site.filter(|_| count(&ready.late).0 == 0);
        ready.inventory = ready.site.as_ref().map(|_| inventory).transpose()?;
        Ok(ready)
    }

    /// Returns the report for programs.
    fn json(&self, written: Option<&Written>) -> Value {
        let mut report = self.loaded.json(&self.findings, &self.chain);
        report["out"] = json!(self.loaded.out.to_string_lossy());
        report["written"] = json!(written.is_some());
        if let (Some(site), Some(written)) = (&self.site, written) {
            report["pages"] = json!(pages(site));
            report["files"] = json!(written.written);
            report["removed"] = json!(written.removed.len());
        }
        report
    }

    /// Prints the first few findings of each kind, and returns what was printed.
    fn print(&self, findings: &[Diagnostic]) -> String {
        self.loaded.print_some(findings, &self.chain)
    }
}

/// Returns the number of pages of a site.
fn pages(site: &Site) -> usize {
    site.urls().filter(|url| url.is_page()).count()
}

/// Sorts the findings about pages that couldn't be rendered.
pub(super) fn failures(failed: Vec<(usize, Box<Diagnostic>)>) -> Vec<Diagnostic> {
    let failures: BTreeSet<Diagnostic> = failed.into_iter().map(|(_, failure)| *failure).collect();
    failures.into_iter().collect()
}

/// Returns the part of the closing line that names the audience, or nothing if the handbook defines
/// no audiences.
fn audience_line(config: &Config, asked: Option<&str>) -> String {
    if config.audiences.is_empty() {
        return String::new();
    }
    match asked.or(config.audience.as_deref()) {
        Some(name) => format!(" (for the audience {name})"),
        None => " (for everybody: no `--audience` was given)".to_owned(),
    }
}

/// Writes the files of a site at `urls` to the output. `progress` receives the number of finished
/// files.
pub(super) fn write(
    site: &Site,
    urls: &[&UrlPath],
    (output, inventory): (&Output, &Inventory),
    progress: &(dyn Fn(usize) + Sync),
) -> Result<Written, Unwritten> {
    let names: Vec<String> = urls.iter().map(|url| url.output_file()).collect();
    let render = |n: usize| match site.render(urls[n]) {
        Some(rendered) => rendered.map(|rendered| rendered.bytes),
        None => Ok(Cow::Borrowed(&[][..])),
    };
    output.write((&names, inventory), &Calls { render: &render, progress }, None)
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
        note(&format!("`{name}` was edited by hand after it was written, so it was kept"));
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
        note(&format!("`{path}` is no longer published: nothing refers to it, or it is marked as unfinished"));
    }
    if withdrawn.len() > MOST_WITHDRAWN {
        note(&format!("{} more files are no longer published", withdrawn.len() - MOST_WITHDRAWN));
    }
}
