//! Checks what has to be the same for authors on Windows: line endings, and the names of files.
//!
//! Nothing here runs on Windows. `text::path` and `world::disk` test the names themselves.

use std::collections::BTreeMap;
use std::path::Path;

use rolebook::site::urls::Site;
use rolebook::text::path::{SourcePath, fold};
use rolebook::text::source::{SourceFile, Sources};

use crate::support::{read_folder, repository, site_with};

/// Returns the sources as Git checks them out on Windows: texts with CRLF.
fn with_crlf(sources: &Sources) -> Sources {
    let is_text = |path: &SourcePath| path.is_chapter() || path.as_str().ends_with(".toml");
    let files = sources.files.iter().map(|(path, file)| {
        let text = std::str::from_utf8(&file.bytes).ok().filter(|_| is_text(path));
        let file = text.map_or_else(|| file.clone(), |text| SourceFile::new(text.replace('\n', "\r\n").into_bytes()));
        (path.clone(), file)
    });
    Sources { files: files.collect(), ..sources.clone() }
}

fn pages(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let page = |url| (format!("{url}"), site.render(url).unwrap().unwrap().bytes.into_owned());
    site.urls().map(page).collect()
}

#[test]
fn a_checkout_with_the_line_endings_of_windows_gives_the_same_site() {
    for folder in ["handbook", "docs/handbook"] {
        let sources = read_folder(&repository().join(folder));
        let other = with_crlf(&sources);
        let changed = sources.files.iter().filter(|(path, file)| other.files[*path].bytes != file.bytes).count();
        assert!(changed > 20, "{changed} files with other line endings in {folder}");
        let (unix, windows) = (pages(&site_with(&sources, None)), pages(&site_with(&other, None)));
        assert_eq!(unix.keys().collect::<Vec<_>>(), windows.keys().collect::<Vec<_>>(), "{folder}");
        for (url, bytes) in unix {
            assert!(bytes == windows[&url], "{folder}: {url} differs");
        }
    }
}

#[test]
fn the_files_of_the_handbook_and_of_its_site_have_names_that_windows_can_write() {
    let sources = read_folder(&repository().join("handbook"));
    let site = site_with(&sources, None);
    let written = site.urls().map(|url| SourcePath::new(url.output_file()));
    let mut seen: BTreeMap<String, SourcePath> = BTreeMap::new();
    for path in sources.files.keys().cloned().chain(written) {
        assert_eq!(path.unportable_part(), None, "{path}");
        assert!(!path.is_long_on_windows(), "{path}");
        if let Some(other) = seen.insert(fold(path.as_str()), path.clone()) {
            assert_eq!(other, path, "Windows would write both to one file");
        }
    }
    assert!(Path::new(&repository().join("handbook")).is_dir() && seen.len() > 200, "{} names", seen.len());
}
