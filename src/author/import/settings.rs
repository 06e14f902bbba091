//! Writes what `handbook.toml` says about a table: its levels, tracks and families.
//!
//! Input: the contents of a table, and the scale. Output: TOML. Never looks at a handbook.

use crate::declare::config::Level;
use crate::declare::kind::Levels;
use crate::text::quote;
use crate::text::slug::slug;

use super::gather::Gathered;

/// What a new `handbook.toml` says apart from the title and the scale.
#[derive(Clone, Copy)]
pub struct Setting {
    pub levels: Levels,
    pub are_titles: bool,
}

/// Returns a `handbook.toml` with a title, a scale, and the tracks and families of the table.
pub fn configuration(title: &str, levels: &[Level], setting: Setting, gathered: &Gathered) -> String {
    let (title, scale) = (quote::quoted(title), scale(levels));
    let mode = match setting.levels {
        Levels::AddUp => String::new(),
        Levels::Replace => {
            "\n# Each level is complete on its own, and doesn't include those below it.\nlevels = \"replace\"\n"
                .to_owned()
        }
    };
    let jobs = if setting.are_titles { "\n# The levels are titles of jobs.\njob_levels = true\n" } else { "" };
    let declared = [tracks(&track_names(gathered)), families(&family_names(gathered))];
    let declared: String = declared.iter().filter(|part| !part.is_empty()).map(|part| format!("\n{part}")).collect();
    format!(
        "# The handbook's title and levels. `rolebook schema handbook` lists every key.\n\n\
         title = {title}\n{mode}{jobs}\n\
         # The levels, lowest first. `means` describes in one sentence what people at that level do.\n{scale}{declared}"
    )
}

/// Formats levels as `handbook.toml` declares them.
pub fn scale(levels: &[Level]) -> String {
    let one = |level: &Level| {
        let means =
            if level.means.is_empty() { String::new() } else { format!("means = {}\n", quote::quoted(&level.means)) };
        format!("[[scale]]\nlevel = {}\nname = {}\n{means}", level.level, quote::quoted(&level.name))
    };
    levels.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Formats tracks as `handbook.toml` declares them.
pub fn tracks(names: &[String]) -> String {
    let one =
        |name: &String| format!("[[tracks]]\nid = {}\ntitle = {}\n", quote::quoted(&slug(name)), quote::quoted(name));
    names.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Formats families as `handbook.toml` declares them.
pub fn families(names: &[String]) -> String {
    let one = |name: &String| format!("[families.{}]\ntitle = {}\n", slug(name), quote::quoted(name));
    names.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for name in names.filter(|name| !slug(name).is_empty()) {
        if !list.iter().any(|known| slug(known) == slug(name)) {
            list.push(name.clone());
        }
    }
    list
}

/// Lists the tracks that a table names, in its order.
pub fn track_names(gathered: &Gathered) -> Vec<String> {
    let said = gathered.competencies.iter().flat_map(|competency| &competency.statements);
    distinct(
        gathered.roles.iter().filter_map(|role| role.track.as_ref()).chain(said.filter_map(|said| said.track.as_ref())),
    )
}

/// Lists the families that a table names, in its order.
pub fn family_names(gathered: &Gathered) -> Vec<String> {
    let roles = gathered.roles.iter().filter_map(|role| role.family.as_ref());
    distinct(roles.chain(gathered.competencies.iter().filter_map(|competency| competency.family.as_ref())))
}
