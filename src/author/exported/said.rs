//! Describes in plain words what became of an export.
//!
//! Input: the export, and how the user names files. Output: text for the terminal. Never prints it.

use super::Exported;

impl Exported {
    /// Describes properties, databases and what couldn't be turned into Markdown; lists at most `most` of
    /// each.
    pub fn text(&self, shown: &dyn Fn(&str) -> String, argument: &str, most: usize) -> String {
        let mut out = String::new();
        let mut part = |title: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                out.push_str(&format!("\n{title}:\n"));
                out.extend(lines.iter().take(most).map(|line| format!("- {line}\n")));
                if lines.len() > most {
                    out.push_str(&format!("- {} more\n", lines.len() - most));
                }
            }
        };
        let fields = self.fields.iter().map(|((name, field), number)| format!("`{name}` becomes `{field}`: {number}"));
        part("Properties in front matter", fields.collect());
        let properties = self.properties.iter().map(|(name, number)| format!("`{name}`: {number}"));
        part("Properties in a list below the title", properties.collect());
        let databases = self.databases.iter().map(|(path, rows)| {
            let file = shown(path.as_str());
            format!(
                "`{file}` ({rows} rows) is also a table; if it describes levels, `rolebook import {file}{argument}`"
            )
        });
        part("Databases", databases.collect());
        let kept = self.kept.iter().map(|(what, number)| format!("{what}: {number}"));
        part("Kept only as text", kept.collect());
        part("Left out, because no page needs them", self.left.iter().map(|path| format!("`{path}`")).collect());
        let refused = self.refused.iter().map(|path| format!("`{path}`"));
        part("Left out, because an archive must bring no settings, secrets or names of devices", refused.collect());
        out
    }
}
