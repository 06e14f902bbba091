//! Reads what `[brand]` in `handbook.toml` says: the files of the logo and the icon, and the accent
//! color, from which it makes colors that can be read in light and in dark.
//!
//! Input: a path or a color. Output: the path of a picture; an [`Accent`] with the colors for both
//! schemes, and findings about colors that had to be changed. Never opens a file or writes a style sheet.

use crate::declare::fields::Report;
use crate::text::color::{Color, Direction, READABLE};
use crate::text::front_matter::Value;
use crate::text::path::{SourcePath, help_for_backslashes, join};
use crate::text::rule::Rule;

/// The endings of pictures that browsers show on a page, and of those that they show in a tab.
const PICTURES: &[&str] = &["svg", "png", "webp", "jpg", "jpeg", "gif", "avif"];
const ICONS: &[&str] = &["svg", "png", "ico"];

/// Returns the path of the picture that a key names, from the root of the content folder.
///
/// # Errors
/// Returns what to write instead if no picture of the content folder can have this path.
pub fn picture(key: &str, written: &str) -> Result<SourcePath, String> {
    let endings = if key == "favicon" { ICONS } else { PICTURES };
    if written.contains("//") {
        return Err("pages load nothing from other hosts: copy the picture into the content folder".to_owned());
    }
    if let Some(help) = help_for_backslashes(written) {
        return Err(help);
    }
    let path = join("", written).ok_or("write the path from the content folder, such as `assets/logo.svg`")?;
    let path = SourcePath::new(path);
    let fits = endings.iter().any(|ending| path.extension().eq_ignore_ascii_case(ending));
    if fits { Ok(path) } else { Err(format!("its name has to end in {}", endings.join(", "))) }
}

/// What a color scheme of the default theme shows text on.
struct Scheme {
    /// The word for it in findings.
    name: &'static str,
    /// The background of pages, and that of boxes (`--paper` and `--plate`).
    grounds: [Color; 2],
    /// How much of the accent is in the background of marked entries, in percent.
    tint: u16,
    direction: Direction,
}

const LIGHT: Scheme = Scheme {
    name: "light",
    grounds: [Color([0xfd, 0xfc, 0xf9]), Color([0xf5, 0xf2, 0xea])],
    tint: 10,
    direction: Direction::Darker,
};
const DARK: Scheme = Scheme {
    name: "dark",
    grounds: [Color([0x17, 0x19, 0x1c]), Color([0x20, 0x23, 0x27])],
    tint: 14,
    direction: Direction::Lighter,
};

impl Scheme {
    fn tinted(&self, color: Color) -> Color {
        color.over(self.grounds[0], self.tint)
    }

    /// Returns the lowest contrast that text in this color has anywhere on a page.
    fn contrast(&self, color: Color) -> f64 {
        let [page, plate] = self.grounds;
        [page, plate, self.tinted(color)].into_iter().map(|ground| color.contrast(ground)).fold(21.0, f64::min)
    }

    fn readable(&self, color: Color) -> Color {
        color.nearest(self.direction, |color| self.contrast(color) >= READABLE)
    }
}

/// An accent color for both schemes, each with the tint behind marked entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// Text and its tint on light pages.
    pub light: (Color, Color),
    /// Text and its tint on dark pages.
    pub dark: (Color, Color),
}

impl Accent {
    /// Returns the colors nearest to `accent` that can be read. `dark` is for dark pages; without it,
    /// they get a lighter shade of `accent`.
    pub fn new(accent: Color, dark: Option<Color>) -> Self {
        let pair = |scheme: &Scheme, color: Color| {
            let color = scheme.readable(color);
            (color, scheme.tinted(color))
        };
        Self { light: pair(&LIGHT, accent), dark: pair(&DARK, dark.unwrap_or(accent)) }
    }
}

/// Sets the accent of light pages, and reports one that can't be read.
pub fn accent(value: &Value, field: &mut Option<Color>, report: &mut Report<'_>) {
    read("accent", &LIGHT, (value, field), report);
}

/// Sets the accent of dark pages, and reports one that can't be read.
pub fn accent_dark(value: &Value, field: &mut Option<Color>, report: &mut Report<'_>) {
    read("accent_dark", &DARK, (value, field), report);
}

fn read(key: &str, scheme: &Scheme, (value, field): (&Value, &mut Option<Color>), report: &mut Report<'_>) {
    let text = value.text().unwrap_or_default();
    *field = Color::parse(text);
    let Some(color) = *field else {
        let help = "write it as `#` and six digits, such as `#1f548a`".to_owned();
        report.add(Rule::BadValue, value.span, format!("`{key}` is not a color: `{text}`"), Some(help));
        return;
    };
    let nearest = scheme.readable(color);
    if nearest != color {
        let message = format!(
            "text in `{text}` has a contrast of only {:.1} to 1 on {} pages, and readers need {READABLE}",
            scheme.contrast(color),
            scheme.name
        );
        let help = format!("pages use the nearest color that can be read: `{key} = \"{nearest}\"`");
        report.add(Rule::LowContrast, value.span, message, Some(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_file_of_the_content_folder_with_a_fitting_ending() {
        let path = |key, written| picture(key, written).ok().map(|path| path.to_string());
        assert_eq!(path("logo", "/img/Logo.SVG").as_deref(), Some("img/Logo.SVG"));
        assert_eq!(path("favicon", "a.ico").as_deref(), Some("a.ico"));
        for (key, written) in [
            ("logo", "a.ico"),
            ("favicon", "a.jpg"),
            ("logo", "../a.svg"),
            ("logo", "https://a.example/a.svg"),
            ("logo", "//a.example/a.svg"),
            ("logo", "img\\logo.png"),
            ("logo", ""),
            ("logo", "handbook.toml"),
        ] {
            assert_eq!(path(key, written), None, "{written}");
        }
    }

    fn accent_of(text: &str) -> Accent {
        Accent::new(Color::parse(text).unwrap(), None)
    }

    #[test]
    fn every_accent_can_be_read_on_every_background_in_light_and_dark() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let made = Accent::new(Color([red, green, blue]), None);
                    for (scheme, (color, tint)) in [(LIGHT, made.light), (DARK, made.dark)] {
                        for ground in scheme.grounds.into_iter().chain([tint]) {
                            assert!(color.contrast(ground) >= READABLE, "{color} on {ground}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_color_that_can_be_read_stays_as_it_is() {
        let made = accent_of("#1f548a");
        assert_eq!(made.light.0.to_string(), "#1f548a");
        assert_ne!(made.dark.0.to_string(), "#1f548a");
        let own = Accent::new(Color::parse("#1f548a").unwrap(), Color::parse("#8dbbe9"));
        assert_eq!(own.dark.0.to_string(), "#8dbbe9");
    }

    #[test]
    fn the_backgrounds_are_those_of_the_default_theme() {
        let tokens = include_str!("../../themes/default/assets/style.css/1-tokens.css");
        for (n, name) in ["--paper", "--plate"].into_iter().enumerate() {
            let wanted = format!("{name}: light-dark({}, {});", LIGHT.grounds[n], DARK.grounds[n]);
            assert!(tokens.contains(&wanted), "{wanted}");
        }
    }
}
