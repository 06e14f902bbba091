//! Prepares the logo and the icon of the browser's tab for a page.
//!
//! Input: the configuration, the pictures of the site, and the page. Output: [`Shown`], in which a
//! picture that isn't published is missing. Never looks into a picture.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::site::picture::Picture;
use crate::site::view::Viewpoint;
use crate::text::path::SourcePath;

/// The pictures of `[brand]` as templates get them.
#[derive(Serialize)]
pub(super) struct Shown {
    logo: Option<Image>,
    logo_dark: Option<Image>,
    favicon: Option<Image>,
}

/// A picture with its natural size, from which browsers reserve its space.
#[derive(Serialize)]
struct Image {
    url: String,
    /// The media type of an icon, which browsers choose by.
    media: Option<&'static str>,
    width: Option<u32>,
    height: Option<u32>,
}

/// Returns the pictures for the page that `view` prepares.
pub(super) fn shown(pictures: &BTreeMap<SourcePath, Picture>, view: &Viewpoint<'_>) -> Shown {
    let mut shown = Shown { logo: None, logo_dark: None, favicon: None };
    for (key, path) in view.config.brand.pictures() {
        let Some(found) = pictures.get(&path) else { continue };
        let size = found.size;
        let image = Image {
            url: view.url(&found.url),
            media: icon_type(&path),
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
        };
        match key {
            "logo" => shown.logo = Some(image),
            "logo_dark" => shown.logo_dark = Some(image),
            _ => shown.favicon = Some(image),
        }
    }
    // A logo for dark pages alone would leave light ones without.
    if shown.logo.is_none() {
        shown.logo = shown.logo_dark.take();
    }
    shown
}

fn icon_type(path: &SourcePath) -> Option<&'static str> {
    match path.extension().to_ascii_lowercase().as_str() {
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "ico" => Some("image/x-icon"),
        _ => None,
    }
}
