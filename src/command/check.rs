//! `rolebook check`: checks every reference and reports findings. Renders pages only if custom
//! templates could fail on them.
//!
//! Input: the options. Output: findings in the requested format, and a closing line for people.
//! Never writes a file.

use std::time::Instant;

use super::load::Loaded;
use super::past::read_day;
use super::preview::may_publish;
use super::{Outcome, close, complain, explain, external, left_out, note};
use crate::cli::{Check, Format};
use crate::model::compile::count;
use crate::model::policy::policy;
use crate::past::history::Past;
use crate::site::theme::has_own_templates;
use crate::site::urls::Site;
use crate::text::diagnostic::{Diagnostic, Place};
use crate::world::report;

/// In a folder without `handbook.toml`, the kinds are counted first if there are more findings.
const MOST: usize = 50;

/// Runs the command.
pub fn run(options: &Check) -> Outcome {
    let start = Instant::now();
    let loaded = Loaded::of(&options.source, None)?;
    loaded.need_chapters()?;
    let (compiled, content) = loaded.check(&options.source, options.strict)?;
    let (mut findings, handbook) = (compiled.findings.clone(), &compiled.handbook);
    if options.policy {
        let today = options.today.as_deref().map_or_else(|| Ok(system_day()), read_day)?;
        let (checker, remarks) = (handbook.checker(), policy(&handbook.book, &handbook.config, today));
        let found = remarks.iter().map(|remark| checker.placed(remark)).collect();
        findings.extend(handbook.config.judge(found, options.strict));
    }
    if has_own_templates(&compiled.chain)
        && let Some(site) = compiled.site(Past::default(), None)
    {
        // Each of these failures would stop a build.
        findings.extend(handbook.config.judge(site.failures(), options.strict));
    }
    if options.external {
        let found = external::check(handbook, &loaded.inputs.sources, (&loaded.project, options.fresh));
        findings.extend(handbook.config.judge(found, options.strict));
    }
    findings.sort();
    let format = if options.json { Format::Json } else { options.format };
    let is_many = findings.len() > MOST && !handbook.config.configured;
    if format == Format::Human && is_many && !options.all {
        complain(&report::kinds(&findings));
        loaded.print_some(&findings, &compiled.chain);
    } else {
        let site = if format == Format::Html { compiled.site(Past::default(), None) } else { None };
        loaded.print(&findings, &compiled.chain, (format, &|finding| plain(finding, &loaded, site.as_ref())));
    }
    let (errors, warnings) = count(&findings);
    if format == Format::Human {
        let seconds = start.elapsed().as_secs_f64();
        super::theme::note_outdated(&loaded.project);
        if let Some(text) = left_out::read_as(&loaded.inputs, &loaded.project, handbook) {
            explain(&text);
        }
        if let Some(hint) = left_out::hint(&content) {
            note(&hint);
        }
        let chapters = report::plural(handbook.documents.len(), "chapter");
        let summary = report::summary(errors, warnings);
        let left = left_out::summary(&loaded.inputs, handbook, &content);
        close(&format!("{chapters}, {summary}, {seconds:.2} s{left}"));
    }
    Ok(errors == 0)
}

/// Returns a finding as a page for everybody shows it without quoting its lines, or `None` if everybody may see them. Hosts
/// show the page in place of a preview.
fn plain(finding: &Diagnostic, loaded: &Loaded, site: Option<&Site>) -> Option<Diagnostic> {
    let Place::Content(path, Some(span)) = &finding.place else { return None };
    let bytes = loaded.inputs.sources.bytes(path)?;
    match site {
        Some(site) if may_publish(site, path, (bytes, *span)) => None,
        // What a mark hides can be in any sentence about it.
        _ => Some(Diagnostic {
            message: finding.code.meaning().to_owned(),
            help: None,
            notes: Vec::new(),
            ..finding.clone()
        }),
    }
}

/// Returns the current day of the system in UTC. This is the only command whose result depends on
/// the system's clock. The difference to local time doesn't matter for
/// review dates.
#[allow(clippy::disallowed_methods, reason = "the one command whose answer depends on the day")]
fn system_day() -> jiff::civil::Date {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let days = i64::try_from(since.as_secs() / 86_400).unwrap_or(0);
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new().try_days(days).ok().and_then(|span| epoch.checked_add(span).ok()).unwrap_or(epoch)
}
