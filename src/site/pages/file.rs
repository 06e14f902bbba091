//! The author's files that are published, and the theme's.
//!
//! Input: the published files and the theme. Output: their bytes as they are. Never serves a file
//! that could run a script in the site's origin without a policy that forbids it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{On, Rendered, Route, Table};
use crate::site::publish::active::{self, Verdict};
use crate::text::path::{SourcePath, UrlPath};

/// Adds the files.
pub(super) fn lay_out(table: &mut Table<'_>) {
    for (path, picture) in table.pictures {
        add(picture.url.clone(), path, table);
    }
    for (url, path) in &table.content.at {
        add(url.clone(), path, table);
    }
    for name in table.theme.assets().keys() {
        let url = UrlPath::new(format!("assets/{}/{name}", table.theme.hash()));
        let name = name.clone();
        table.add(url, Route::new(move |on| Ok(rendered(on.renderer.theme.assets().get(&name), &name))));
    }
}

fn add(url: UrlPath, path: &SourcePath, table: &mut Table<'_>) {
    let file = path.clone();
    let serve = Route::new(move |on| {
        let policy = active::policy_of(&file, on.layout.verdicts.get(&file).copied());
        Ok(Rendered { policy, ..rendered(on.files.bytes(&file), file.as_str()) })
    });
    table.add(url, Route { file: Some(path.clone()), ..serve });
}

fn rendered<'s>(bytes: Option<&'s impl AsRef<[u8]>>, name: &str) -> Rendered<'s> {
    let bytes = bytes.map_or(&[][..], AsRef::as_ref);
    Rendered { bytes: Cow::Borrowed(bytes), media: media_type(name), policy: None }
}

/// Judges the published files that browsers open as documents, and takes the refused ones out.
pub(super) fn hold_back(table: &mut Table<'_>) -> BTreeMap<SourcePath, Verdict> {
    let published: BTreeSet<&SourcePath> = table.routes.values().filter_map(|route| route.file.as_ref()).collect();
    let verdicts = active::verdicts(table.config, published, table.files);
    let is_refused = |path: &SourcePath| verdicts.get(path) == Some(&Verdict::Refused);
    table.routes.retain(|_, route| !route.file.as_ref().is_some_and(is_refused));
    verdicts
}

/// Lists the URLs of the author's files that the host has to restrict, each with its policy.
pub(super) fn held(on: &On<'_>) -> Vec<(String, &'static str)> {
    let held = on.layout.routes.iter().filter_map(|(url, route)| {
        let path = route.file.as_ref()?;
        let verdict = *on.layout.verdicts.get(path)?;
        Some((url.encoded(), active::policy_of(path, Some(verdict))?))
    });
    held.collect()
}

/// Returns the media type of a file by its extension (IANA media types).
pub fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "zip" => "application/zip",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/octet-stream",
    }
}
