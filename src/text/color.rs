//! Reads colors, measures how well text of one color can be read on another, and finds the nearest
//! color that can be read.
//!
//! Input: colors as authors write them, such as `#0a7`. Output: [`Color`]s and contrasts. Never knows
//! where a color is used.

use std::fmt;

/// The contrast that text needs (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

/// An opaque color in sRGB: red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Reads `#rgb` or `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#').filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let doubled: String = match hex.len() {
            3 => hex.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => hex.to_owned(),
            _ => return None,
        };
        let part = |n: usize| u8::from_str_radix(&doubled[2 * n..2 * n + 2], 16).ok();
        Some(Self([part(0)?, part(1)?, part(2)?]))
    }

    /// Returns the color with `percent` of it mixed into `ground`.
    #[must_use]
    pub fn over(self, ground: Self, percent: u16) -> Self {
        let mix = |n: usize| {
            let sum = u16::from(self.0[n]) * percent + u16::from(ground.0[n]) * (100 - percent);
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([mix(0), mix(1), mix(2)])
    }

    /// Returns the contrast of two colors, from 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Returns the color nearest to this one that `passes`, which is this one if it does. The hue
    /// stays, and the color gets darker or lighter in steps. Returns black or white if nothing passes.
    #[must_use]
    pub fn nearest(self, direction: Direction, passes: impl Fn(Self) -> bool) -> Self {
        if passes(self) {
            return self;
        }
        let lab = Oklab::from(self);
        let (sign, end) = match direction {
            Direction::Darker => (-1.0, Self([0; 3])),
            Direction::Lighter => (1.0, Self([u8::MAX; 3])),
        };
        let steps = (1..=1000).map(|n| lab.lightness + sign * f64::from(n) / 1000.0);
        let steps = steps.take_while(|lightness| (0.0..=1.0).contains(lightness));
        steps.map(|lightness| Oklab { lightness, ..lab }.color()).find(|color| passes(*color)).unwrap_or(end)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// How to change a color until it can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// On a light page.
    Darker,
    /// On a dark page.
    Lighter,
}

/// A color in Oklab, where equal steps of lightness look equal (CSS Color 4, section 9.2).
#[derive(Clone, Copy)]
struct Oklab {
    lightness: f64,
    a: f64,
    b: f64,
}

impl From<Color> for Oklab {
    fn from(color: Color) -> Self {
        let [red, green, blue] = color.0.map(linear);
        let l = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let m = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let s = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        Self {
            lightness: 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            a: 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
            b: 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
        }
    }
}

impl Oklab {
    /// Returns the color. A color that screens can't show loses as much of its chroma as it has to.
    fn color(self) -> Color {
        let with_chroma = |part: u32| {
            let part = f64::from(part) / 64.0;
            Self { a: self.a * part, b: self.b * part, ..self }.channels()
        };
        let is_shown = |channels: &[f64; 3]| channels.iter().all(|channel| (-0.000_1..=1.000_1).contains(channel));
        let channels = (0..=64).rev().map(with_chroma).find(is_shown).unwrap_or_else(|| with_chroma(0));
        Color(channels.map(encoded))
    }

    /// Returns the linear shares of red, green and blue.
    fn channels(self) -> [f64; 3] {
        let cube = |n: f64| n * n * n;
        let l = cube(self.lightness + 0.396_337_777_4 * self.a + 0.215_803_757_3 * self.b);
        let m = cube(self.lightness - 0.105_561_345_8 * self.a - 0.063_854_172_8 * self.b);
        let s = cube(self.lightness - 0.089_484_177_5 * self.a - 1.291_485_548_0 * self.b);
        [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ]
    }
}

/// Returns the share of light for a channel of sRGB (IEC 61966-2-1).
fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

/// Returns the channel of sRGB whose share of light is nearest to `linear`.
fn encoded(linear: f64) -> u8 {
    let share = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    // A float is converted to the nearest bound if it is outside.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bounds are meant")]
    let channel = (share * 255.0).round() as u8;
    channel
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Color = Color([255; 3]);
    const BLACK: Color = Color([0; 3]);

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    #[test]
    fn colors_are_read_with_three_or_six_digits_and_nothing_else_is_a_color() {
        assert_eq!(color("#0aF").to_string(), "#00aaff");
        assert_eq!(color(" #1f548a ").to_string(), "#1f548a");
        for wrong in
            ["", "#", "red", "1f548a", "#12", "#12345", "#1234567", "#12345g", "#1é3", "rgb(1,2,3)", "#12345678"]
        {
            assert_eq!(Color::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrasts_are_those_of_the_guidelines() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.005;
        assert!(near(BLACK.contrast(WHITE), 21.0) && near(WHITE.contrast(WHITE), 1.0));
        // Known pairs: the lightest gray that passes on white, and the one after it.
        assert!(near(color("#767676").contrast(WHITE), 4.54) && near(color("#777").contrast(WHITE), 4.48));
        assert!(near(WHITE.contrast(color("#ff0000")), 4.0));
    }

    #[test]
    fn oklab_there_and_back_is_the_same_color() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let color = Color([red, green, blue]);
                    assert_eq!(Oklab::from(color).color(), color);
                }
            }
        }
    }

    #[test]
    fn the_nearest_color_passes_and_the_one_before_it_does_not() {
        for text in ["#ffcc00", "#ff0000", "#00ff00", "#0000ff", "#fff", "#000", "#777", "#e0457b", "#12d8c4"] {
            for (direction, ground) in [(Direction::Darker, WHITE), (Direction::Lighter, color("#17191c"))] {
                let passes = |color: Color| color.contrast(ground) >= READABLE;
                let found = color(text).nearest(direction, passes);
                assert!(passes(found), "{text} {found}");
                if passes(color(text)) {
                    assert_eq!(found, color(text));
                } else {
                    assert!(found.contrast(ground) < READABLE + 0.1, "{text} {found} goes further than it must");
                }
            }
        }
    }

    #[test]
    fn a_darker_color_keeps_its_hue() {
        let hue = |color: Color| {
            let lab = Oklab::from(color);
            lab.b.atan2(lab.a)
        };
        for text in ["#ffcc00", "#ff5a5f", "#12d8c4"] {
            let found = color(text).nearest(Direction::Darker, |color| color.contrast(WHITE) >= READABLE);
            assert!((hue(found) - hue(color(text))).abs() < 0.03, "{text} {found}");
        }
    }

    #[test]
    fn nothing_that_passes_gives_black_or_white() {
        assert_eq!(color("#888").nearest(Direction::Darker, |_| false), BLACK);
        assert_eq!(color("#888").nearest(Direction::Lighter, |_| false), WHITE);
    }

    #[test]
    fn a_mix_lies_between_both_colors() {
        assert_eq!(BLACK.over(WHITE, 10).to_string(), "#e6e6e6");
        assert_eq!((BLACK.over(WHITE, 100), BLACK.over(WHITE, 0)), (BLACK, WHITE));
    }
}
