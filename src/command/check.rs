//! `rolebook check`: checks every reference and reports findings. Renders pages only if custom
//! templates could fail on them.
//!
//! Input: the options. Output: findings in the requested format, and a closing line for people.
//! Never writes a file.

use std::sync::Arc;
use std::time::Instant;

use super::load::{Compiled, Loaded};
use super::{Failure, Outcome, left_out, say};
use crate::cli::{Check, Format};
use crate::model::compile::count;
use crate::model::policy::policy;
use crate::site::highlight::{Highlighter, plain_blocks};
use crate::site::theme::{Theme, has_own_templates};
use crate::site::urls::Site;
use crate::text::date::parse_day;
use crate::text::diagnostic::Diagnostic;
use crate::world::report;

/// Runs the command.
pub fn run(options: &Check) -> Outcome {
    let start = Instant::now();
    let loaded = Loaded::read(&options.source, None)?;
    loaded.need_chapters()?;
    let mut compiled = loaded.compile(&options.source, options.strict)?;
    if options.policy {
        let handbook = &compiled.handbook;
        let checker = handbook.checker();
        let remarks = policy(&handbook.book, &handbook.config, today(options.today.as_deref())?);
        let found = remarks.iter().map(|remark| checker.placed(remark)).collect();
        compiled.findings.extend(handbook.config.judge(found, options.strict));
    }
    let plain = plain_blocks(&compiled.handbook.documents, &Highlighter::new());
    compiled.findings.extend(compiled.handbook.config.judge(plain, options.strict));
    let chapters = compiled.handbook.documents.len();
    if let Some(theme) = compiled.theme.take().filter(|_| has_own_templates(&compiled.chain)) {
        compiled.findings.extend(failures(&compiled, &loaded, theme, options.strict));
    }
    compiled.findings.sort();
    loaded.print(&compiled.findings, &compiled.chain, options.format);
    let (errors, warnings) = count(&compiled.findings);
    if options.format == Format::Human {
        let seconds = start.elapsed().as_secs_f64();
        if let Some(hint) = left_out::hint(&compiled.content) {
            eprintln!("{hint}");
        }
        let left = left_out::summary(&loaded.inputs, &compiled.handbook, &compiled.content);
        let left = left.map(|left| format!("; {left}")).unwrap_or_default();
        say(&format!("{chapters} chapters, {}, {seconds:.2} s{left}", report::summary(errors, warnings)));
    }
    Ok(errors == 0)
}

/// Renders every page and returns the template failures, because each of them would stop a build.
fn failures(compiled: &Compiled, loaded: &Loaded, theme: Arc<Theme>, strict: bool) -> Vec<Diagnostic> {
    let handbook = compiled.handbook.clone();
    let site = Site::new(handbook, loaded.inputs.sources.clone(), theme, Arc::new(Highlighter::new()));
    compiled.handbook.config.judge(site.failures(), strict)
}

/// Returns the requested day, or the current day of the system if none was requested. This is the
/// only command whose result depends on the system's clock.
fn today(asked: Option<&str>) -> Result<jiff::civil::Date, Failure> {
    let Some(asked) = asked else { return Ok(system_day()) };
    parse_day(asked).ok_or_else(|| Failure::Refused {
        message: format!("`{asked}` is not a day"),
        help: Some("write year, month and day, as in 2026-04-01".to_owned()),
    })
}

/// Returns the current day of the system in UTC. The difference to local time doesn't matter for
/// review dates.
#[allow(clippy::disallowed_methods, reason = "the one command whose answer depends on the day")]
fn system_day() -> jiff::civil::Date {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let days = i64::try_from(since.as_secs() / 86_400).unwrap_or(0);
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new().try_days(days).ok().and_then(|span| epoch.checked_add(span).ok()).unwrap_or(epoch)
}
