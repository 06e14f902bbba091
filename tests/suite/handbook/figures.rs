//! Checks the figures of our own handbook: that each is shown, is readable on a phone, follows
//! light and dark, and says nothing that its chapter doesn't.

use std::collections::BTreeMap;

use rolebook::text::markup::start_tags;

use super::{chapters, numbers};
use crate::support::{files_below, repository};

/// How wide a figure is on a phone of 390 pixels, after the page's margins.
const ON_A_PHONE: f64 = 358.0;
/// The smallest text that is still read there, in pixels.
const SMALLEST: f64 = 11.0;

/// Returns the name and text of every figure.
fn figures() -> BTreeMap<String, String> {
    let files = files_below(&repository().join("handbook/assets")).into_iter();
    files.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

/// Returns the chapters that show a figure, each with its path, its text and the line that shows
/// it.
fn showing(name: &str) -> Vec<(String, String, String)> {
    let end = format!("](../assets/{name})");
    let line = |text: &str| text.lines().find(|line| line.starts_with("![") && line.ends_with(&end)).map(str::to_owned);
    chapters().filter_map(|(path, text)| line(&text).map(|line| (path, text, line))).collect()
}

/// Returns the class and content of every text in a figure.
fn texts(svg: &str) -> impl Iterator<Item = (&str, &str)> {
    svg.split("<text ").skip(1).map(|part| {
        let (attributes, rest) = part.split_once('>').unwrap();
        let class = attributes.split_once("class=\"").unwrap().1.split('"').next().unwrap();
        (class, rest.split('<').next().unwrap())
    })
}

#[test]
fn every_figure_is_shown_by_one_chapter_and_described_for_those_who_cannot_see_it() {
    let figures = figures();
    assert!(figures.len() >= 20, "{} figures", figures.len());
    for (name, svg) in &figures {
        let places = showing(name);
        let [(path, _, line)] = &places[..] else { panic!("{name} isn't shown by one chapter") };
        assert!(line.len() > 150, "{path} doesn't say what {name} shows");
        assert!(svg.contains("<title>") && svg.contains("<desc>"), "{name} isn't described");
    }
}

#[test]
fn every_figure_is_readable_on_a_phone_and_follows_light_and_dark() {
    for (name, svg) in figures() {
        let tags = start_tags(&svg);
        let root = &tags[0];
        assert!(root.get("width").is_none() && root.get("height").is_none(), "{name} has a fixed size");
        let width: f64 = root.get("viewbox").unwrap().value.split(' ').nth(2).unwrap().parse().unwrap();
        for tag in tags.iter().filter_map(|tag| tag.get("font-size")) {
            let size: f64 = tag.value.parse().unwrap();
            assert!(size * ON_A_PHONE / width >= SMALLEST, "{name}: text of {size} in {width}");
        }
        assert!(svg.contains("@media (prefers-color-scheme: dark)"), "{name} has no dark colors");
        let passive = ["<script", "href", "url(", "@import"].iter().all(|word| !svg.contains(word));
        let handles = tags.iter().flat_map(|tag| &tag.attributes).any(|attribute| attribute.name.starts_with("on"));
        assert!(passive && !handles, "{name} isn't a plain drawing");
    }
}

#[test]
fn every_number_in_a_figure_is_in_its_chapter() {
    for (name, svg) in figures() {
        let (path, chapter, line) = showing(&name).remove(0);
        // A number that occurs only in the figure's own description doesn't count.
        let known = numbers(&chapter.replace(&line, ""));
        for (class, text) in texts(&svg) {
            // A gray number on its own labels an axis. Numbers of a single digit aren't checked, as
            // in chapters.
            let is_axis = class == "soft" && text.parse::<u32>().is_ok();
            for number in numbers(text).iter().filter(|number| number.len() > 1 && !is_axis) {
                assert!(known.contains(number), "{name}: {number} isn't in {path}");
            }
        }
    }
}
