//! Measures image files, so that pages can reserve space for them, and gives them names that change
//! with their bytes.
//!
//! Input: a file's path, bytes and hash. Output: [`Picture`]. Never decodes pixels.

use crate::text::markup;
use crate::text::path::{SourcePath, UrlPath};
use crate::text::source::SourceFile;

/// An image as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The URL, which contains a part of the image's hash.
    pub url: UrlPath,
    /// The width and height in CSS pixels, if the file states them.
    pub size: Option<(u32, u32)>,
}

/// Returns an image's URL and size.
pub fn picture(path: &SourcePath, file: &SourceFile) -> Picture {
    Picture { url: hashed_url(path, file), size: size(path, &file.bytes) }
}

/// Returns `folder/name.1a2b3c4d.ext`.
fn hashed_url(path: &SourcePath, file: &SourceFile) -> UrlPath {
    let hash: String = file.hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = path.folder();
    let slash = if folder.is_empty() { "" } else { "/" };
    let extension = path.extension();
    let dot = if extension.is_empty() { "" } else { "." };
    UrlPath::new(format!("{folder}{slash}{}.{hash}{dot}{extension}", path.stem()))
}

fn size(path: &SourcePath, bytes: &[u8]) -> Option<(u32, u32)> {
    if path.extension().eq_ignore_ascii_case("svg") {
        return svg_size(std::str::from_utf8(bytes).ok()?);
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}

/// Reads the root element's `width` and `height`, or otherwise the last two numbers of its
/// `viewBox` (SVG 2, section 8.2).
fn svg_size(text: &str) -> Option<(u32, u32)> {
    let start = text.find("<svg")?;
    // Parse only the root's start tag, because the picture may be large.
    let end = text[start..].find('>').map_or(text.len(), |end| start + end + 1);
    let tags = markup::start_tags(&text[start..end]);
    let root = tags.first()?;
    let length = |name: &str| {
        let value = root.get(name)?.value.trim().trim_end_matches("px").to_owned();
        value.parse::<f64>().ok().filter(|n| *n >= 1.0)
    };
    let (width, height) = if let (Some(width), Some(height)) = (length("width"), length("height")) {
        (width, height)
    } else {
        let numbers: Vec<f64> = root
            .get("viewbox")?
            .value
            .split([' ', ','])
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .ok()?;
        (*numbers.get(2)?, *numbers.get(3)?)
    };
    let whole = |n: f64| format!("{n:.0}").parse::<u32>().ok().filter(|n| *n > 0);
    Some((whole(width)?, whole(height)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_an_svg_comes_from_its_attributes_or_view_box() {
        assert_eq!(
            svg_size("<?xml?><svg viewBox=\"0 0 640 360.4\" role=\"img\"><rect width=\"1\"/>"),
            Some((640, 360))
        );
        assert_eq!(svg_size("<svg width='10px' height='20' viewBox='0 0 1 1'>"), Some((10, 20)));
        assert_eq!(svg_size("<svg width='100%' height='100%'>"), None);
    }

    #[test]
    fn the_name_changes_with_the_bytes_and_keeps_its_extension() {
        let url = |bytes: &str| picture(&SourcePath::new("assets/a.b.png"), &SourceFile::new(bytes.as_bytes())).url;
        assert_ne!(url("x"), url("y"));
        assert!(url("x").as_str().starts_with("assets/a.b.") && url("x").as_str().ends_with(".png"));
    }
}
