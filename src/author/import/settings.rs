//! Writes what `handbook.toml` says about a table: its levels, tracks and families.
//!
//! Input: the contents of a table, and the scale. Output: TOML. Never looks at a handbook.

use crate::declare::config::Level;
use crate::declare::kind::Levels;
use crate::text::quote;
use crate::text::slug::slug;

use super::gather::Gathered;
use super::levels::Scale;

/// What a new `handbook.toml` says apart from the title and the scale.
#[derive(Clone, Copy)]
pub struct Setting {
    pub levels: Levels,
    pub are_titles: bool,
}

/// Returns a `handbook.toml` with a title, a scale, and the tracks and families of the table.
pub fn configuration(title: &str, made: &Scale, setting: Setting, gathered: &Gathered) -> String {
    let (title, scale) = (quote::quoted(title), scale(&made.levels));
    let mode = match setting.levels {
        Levels::AddUp => String::new(),
        Levels::Replace => {
            "\n# Each level is complete on its own, and doesn't include those below it.\nlevels = \"replace\"\n"
                .to_owned()
        }
    };
    let jobs = if setting.are_titles { "\n# The levels are titles of jobs.\njob_levels = true\n" } else { "" };
    let declared = [tracks(&track_names(gathered), made), families(&family_names(gathered), made)];
    let declared: String = declared.iter().filter(|part| !part.is_empty()).map(|part| format!("\n{part}")).collect();
    format!(
        "# The handbook's title and levels. `rolebook schema handbook` lists every key.\n\n\
         title = {title}\n{mode}{jobs}\n\
         # The levels, lowest first. `means` describes in one sentence what people at that level do.\n{scale}{declared}"
    )
}

/// Formats levels as `handbook.toml` declares them.
pub fn scale(levels: &[Level]) -> String {
    entries("scale", levels).join("\n")
}

fn entries(table: &str, levels: &[Level]) -> Vec<String> {
    let one = |level: &Level| {
        let means =
            if level.means.is_empty() { String::new() } else { format!("means = {}\n", quote::quoted(&level.means)) };
        format!("[[{table}]]\nlevel = {}\nname = {}\n{means}", level.level, quote::quoted(&level.name))
    };
    levels.iter().map(one).collect()
}

/// Formats tracks as `handbook.toml` declares them.
pub fn tracks(names: &[String], made: &Scale) -> String {
    let one = |name: &String| {
        let head = format!("[[tracks]]\nid = {}\ntitle = {}\n", quote::quoted(&slug(name)), quote::quoted(name));
        let own = entries("tracks.scale", made.names_of(Some(name)));
        std::iter::once(head).chain(own).collect::<Vec<_>>().join("\n")
    };
    names.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Formats families as `handbook.toml` declares them.
pub fn families(names: &[String], made: &Scale) -> String {
    let one = |name: &String| {
        let id = slug(name);
        let is_own = made.family.as_deref().map(slug) == Some(id.clone());
        let mode = if is_own && made.mode == Levels::Replace { "levels = \"replace\"\n" } else { "" };
        let head = format!("[families.{id}]\ntitle = {}\n{mode}", quote::quoted(name));
        let own = if is_own { entries(&format!("families.{id}.scale"), &made.levels) } else { Vec::new() };
        std::iter::once(head).chain(own).collect::<Vec<_>>().join("\n")
    };
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
    let levels = gathered.other_levels.iter().filter_map(|(_, track)| track.as_ref());
    distinct(
        levels
            .chain(gathered.roles.iter().filter_map(|role| role.track.as_ref()))
            .chain(said.filter_map(|said| said.track.as_ref())),
    )
}

/// Lists the families that a table names, in its order.
pub fn family_names(gathered: &Gathered) -> Vec<String> {
    let roles = gathered.roles.iter().filter_map(|role| role.family.as_ref());
    distinct(roles.chain(gathered.competencies.iter().filter_map(|competency| competency.family.as_ref())))
}
