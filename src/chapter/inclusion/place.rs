//! Finds the paths at which a file that a chapter asks for could be.
//!
//! Input: the file as it is written, and the file that asks for it. Output: paths in the content folder, and
//! behind [`BEYOND`] those from the folder that the content folder is in. Never decides whether a file
//! may be inserted.

use memchr::memmem;

use crate::declare::config::Config;
use crate::declare::generator::Generator;
use crate::text::path::{SourcePath, join};

/// What the path of a file outside of the content folder begins with. The path from the project or the
/// repository around it follows.
pub const BEYOND: &str = "../";

/// Returns whether a file may ask for others, based on a quick look.
pub fn asks(bytes: &[u8]) -> bool {
    ["{{#", "8<", "<<<", "include", "readfile", "import "]
        .iter()
        .any(|sign| memmem::find(bytes, sign.as_bytes()).is_some())
}

/// Lists the paths in the content folder that a file could have, as `from` asks for it.
pub fn candidates(target: &str, from: &SourcePath, config: &Config) -> Vec<SourcePath> {
    let origin = &config.origin;
    let target = target.replace('\\', "");
    if from.as_str().starts_with(BEYOND) {
        return beyond(&target, from, config);
    }
    let list: Vec<Option<String>> = match config.generator {
        Some(Generator::MkDocs) => {
            let of_base = |base: &String| {
                let path = join(base, &target)?;
                let inner = path.strip_prefix(&origin.content).and_then(|rest| rest.strip_prefix('/'));
                Some(inner.filter(|_| !origin.content.is_empty()).map_or(path.clone(), str::to_owned))
            };
            origin.bases.iter().map(of_base).chain([join("", &target)]).collect()
        }
        // A page may be named without `.md`.
        Some(Generator::Hugo) => {
            let path = target.trim_start_matches('/');
            let folders = [from.folder(), ""];
            let places = folders.iter().filter(|folder| !target.starts_with('/') || folder.is_empty());
            places.flat_map(|folder| [join(folder, path), join(folder, &format!("{path}.md"))]).collect()
        }
        _ => match target.strip_prefix("@site/").or_else(|| target.strip_prefix("@/")) {
            Some(rest) => {
                let inner = rest.strip_prefix(&origin.content).and_then(|rest| rest.strip_prefix('/'));
                vec![inner.and_then(|inner| join("", inner)), join("", rest)]
            }
            None => vec![join(from.folder(), &target), join("", &target).filter(|_| config.generator.is_none())],
        },
    };
    list.into_iter().flatten().map(SourcePath::new).chain(beyond(&target, from, config)).collect()
}

/// Lists the paths outside of the content folder that a file could have.
fn beyond(target: &str, from: &SourcePath, config: &Config) -> Vec<SourcePath> {
    let origin = &config.origin;
    let below = origin.below.as_str();
    if below.is_empty() || target.starts_with('/') {
        return Vec::new();
    }
    let project = below.strip_suffix(origin.content.as_str()).unwrap_or_default().trim_end_matches('/');
    let folder = match from.as_str().strip_prefix(BEYOND) {
        Some(path) => Some(SourcePath::new(path).folder().to_owned()),
        None => join(below, from.folder()),
    };
    let of_site = target.strip_prefix("@site/").or_else(|| target.strip_prefix("@/"));
    let list: Vec<Option<String>> = match (config.generator, of_site) {
        (Some(Generator::MkDocs), _) => {
            let bases = origin.bases.iter().map(|base| join(&join(project, base)?, target));
            bases.chain([join(project, target)]).collect()
        }
        (_, Some(rest)) => vec![join(project, rest)],
        (_, None) => vec![folder.and_then(|folder| join(&folder, target))],
    };
    let named = |path: String| match path.strip_prefix(below).and_then(|rest| rest.strip_prefix('/')) {
        Some(inner) => SourcePath::new(inner),
        None => SourcePath::new(format!("{BEYOND}{path}")),
    };
    list.into_iter().flatten().map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_beyond_the_content_are_found_from_chapters_and_from_each_other() {
        let mut config = Config::bare("x");
        config.generator = Some(Generator::MdBook);
        (config.origin.content, config.origin.below) = ("src".to_owned(), "docs/book/src".to_owned());
        let found = |target: &str, from: &str| {
            let list = candidates(target, &SourcePath::new(from), &config);
            list.iter().map(|path| path.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("../listings/a.rs", "x.md"), ["../docs/book/listings/a.rs"]);
        assert_eq!(found("../../../../a.rs", "y/x.md"), ["../a.rs"]);
        assert_eq!(found("../../../../../a.rs", "y/x.md"), [""; 0]);
        assert_eq!(found("b.rs", "../docs/book/listings/a.rs"), ["../docs/book/listings/b.rs"]);
        assert_eq!(found("../src/c.md", "../docs/book/listings/a.rs"), ["c.md"]);
        assert_eq!(found("/etc/passwd", "x.md"), ["etc/passwd"]);
        config.origin.below.clear();
        assert_eq!(candidates("../a.rs", &SourcePath::new("x.md"), &config), []);
    }
}
