//! Turns the library's SVG into an image that contains nothing but shapes and text, and that is
//! large enough for all of them.
//!
//! Input: SVG. Output: a [`Picture`]. Every element and attribute of it is on a list here. Links
//! lose their target and keep what they contain. Never lets a script, a style or an address
//! through.

use crate::text::markup::{Tag, TagAttribute, Token, decode, escape_into, next_token};

/// The elements of an image. Their names are compared in lower case.
const ELEMENTS: [&str; 20] = [
    "circle",
    "clippath",
    "defs",
    "desc",
    "ellipse",
    "fedropshadow",
    "filter",
    "g",
    "line",
    "lineargradient",
    "marker",
    "path",
    "polygon",
    "polyline",
    "rect",
    "stop",
    "svg",
    "text",
    "title",
    "tspan",
];
/// The attributes that they may have. All others are left out.
const ATTRIBUTES: [&str; 52] = [
    "cx",
    "cy",
    "d",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "filter",
    "flood-color",
    "flood-opacity",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "gradientunits",
    "height",
    "id",
    "marker-end",
    "marker-start",
    "markerheight",
    "markerwidth",
    "offset",
    "opacity",
    "orient",
    "points",
    "r",
    "refx",
    "refy",
    "rx",
    "ry",
    "stddeviation",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "text-decoration",
    "transform",
    "viewbox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
    "xml:space",
];
/// The distance between the outermost shape and the edge of the image.
const MARGIN: f64 = 8.0;
/// The average width of a letter, as a part of the size of the type.
const LETTER: f64 = 0.56;
/// The largest image, in CSS pixels.
const LARGEST: f64 = 20_000.0;

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The SVG.
    pub svg: String,
    /// Width and height in CSS pixels.
    pub size: (u32, u32),
    /// Whether the image has a ground of its own, so that it looks the same on every page.
    pub is_opaque: bool,
}

/// A rectangle: left, top, right and bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Extent(f64, f64, f64, f64);

impl Extent {
    fn around(self, other: Self) -> Self {
        Self(self.0.min(other.0), self.1.min(other.1), self.2.max(other.2), self.3.max(other.3))
    }

    fn holds(self, other: Self) -> bool {
        self.0 <= other.0 && self.1 <= other.1 && self.2 >= other.2 && self.3 >= other.3
    }

    fn touches(self, other: Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
}

/// Returns the image, with `ground` behind it if it has one. Returns `None` if the SVG contains
/// something that isn't on the lists, isn't well formed, or has no usable size.
pub fn cleaned(svg: &str, ground: Option<&str>) -> Option<Picture> {
    let mut inner = String::with_capacity(svg.len());
    let mut open: Vec<String> = Vec::new();
    let mut extent = None;
    let (mut at, mut defs) = (0, 0_usize);
    while let Some(token) = next_token(svg, at) {
        escape_into(&decode(&svg[at..token.range().start]), &mut inner);
        at = token.range().end;
        match &token {
            Token::Start(tag) if tag.is_whole => {
                let name = name_of(svg, tag, 1);
                let is_empty = svg[tag.range.clone()].ends_with("/>");
                match &*tag.name {
                    "svg" if open.is_empty() => extent = Some(viewed(tag)?),
                    "a" => {}
                    element if ELEMENTS.contains(&element) && element != "svg" => {
                        push_start(svg, tag, name, is_empty, &mut inner)?;
                        if defs == 0 {
                            extent = extent.map(|whole| shape(tag, svg, at).map_or(whole, |part| whole.around(part)));
                        }
                    }
                    _ => return None,
                }
                if !is_empty {
                    defs += usize::from(tag.name == "defs");
                    open.push(tag.name.to_string());
                }
            }
            Token::End(tag) => {
                if open.pop()? != tag.name {
                    return None;
                }
                defs -= usize::from(tag.name == "defs");
                if !matches!(&*tag.name, "svg" | "a") {
                    inner.push_str(&format!("</{}>", name_of(svg, tag, 2)));
                }
            }
            _ => return None,
        }
    }
    if !open.is_empty() {
        return None;
    }
    finish(&inner, extent?, ground)
}

fn finish(inner: &str, Extent(left, top, right, bottom): Extent, ground: Option<&str>) -> Option<Picture> {
    let (width, height) = (right - left, bottom - top);
    if !(width >= 1.0 && height >= 1.0 && width <= LARGEST && height <= LARGEST) {
        return None;
    }
    let box_of = |n: f64| format!("{n:.0}");
    let (left, top, width, height) =
        (box_of(left.floor()), box_of(top.floor()), box_of(width.ceil()), box_of(height.ceil()));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"{left} {top} {width} {height}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"14\">"
    );
    if let Some(ground) = ground {
        svg.push_str(&format!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>"
        ));
    }
    svg.push_str(inner);
    svg.push_str("</svg>\n");
    Some(Picture { svg, size: (width.parse().ok()?, height.parse().ok()?), is_opaque: ground.is_some() })
}

impl Picture {
    /// Returns whether rectangles with the color of a group cross each other or another rectangle
    /// with an edge.
    pub fn groups_cross(&self, color: &str) -> bool {
        let mut boxes: Vec<(Extent, bool)> = Vec::new();
        let mut at = 0;
        while let Some(token) = next_token(&self.svg, at) {
            at = token.range().end;
            if let Token::Start(tag) = &token
                && tag.name == "rect"
                && let Some(extent) = rectangle(tag)
            {
                let is_group = tag.get("fill").is_some_and(|fill| fill.value == color);
                let is_label = tag.get("stroke").is_none();
                if is_group || !is_label {
                    boxes.push((extent, is_group));
                }
            }
        }
        let groups = boxes.iter().filter(|(_, is_group)| *is_group);
        groups.into_iter().any(|(group, _)| {
            boxes.iter().any(|(other, is_group)| {
                group.touches(*other) && !group.holds(*other) && !(*is_group && other.holds(*group))
            })
        })
    }
}

/// Returns the name of a tag as it is written, because SVG distinguishes upper and lower case.
fn name_of<'s>(svg: &'s str, tag: &Tag<'_>, signs: usize) -> &'s str {
    let start = tag.range.start + signs;
    &svg[start..start + tag.name.len()]
}

fn push_start(svg: &str, tag: &Tag<'_>, name: &str, is_empty: bool, out: &mut String) -> Option<()> {
    out.push('<');
    out.push_str(name);
    for attribute in tag.attributes.iter().filter(|attribute| ATTRIBUTES.contains(&&*attribute.name)) {
        // The only addresses are those of parts of the image itself.
        if attribute.value.contains("url(") && !is_own(&attribute.value) {
            continue;
        }
        let start = attribute.range.start;
        out.push_str(&format!(" {}=\"", svg.get(start..start + attribute.name.len())?));
        escape_into(&attribute.value, out);
        out.push('"');
    }
    out.push_str(if is_empty { "/>" } else { ">" });
    Some(())
}

fn is_own(value: &str) -> bool {
    let inner = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|id| id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

fn number(tag: &Tag<'_>, name: &str) -> Option<f64> {
    tag.get(name).and_then(|TagAttribute { value, .. }| value.parse().ok()).filter(|n: &f64| n.is_finite())
}

/// Returns what the library shows of its drawing.
fn viewed(tag: &Tag<'_>) -> Option<Extent> {
    let numbers: Vec<f64> = tag.get("viewbox")?.value.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [left, top, width, height] = numbers.try_into().ok()?;
    Some(Extent(left, top, left + width, top + height))
}

fn rectangle(tag: &Tag<'_>) -> Option<Extent> {
    let (x, y) = (number(tag, "x")?, number(tag, "y")?);
    Some(Extent(x, y, x + number(tag, "width")?, y + number(tag, "height")?))
}

/// Returns the extent of a shape with a margin, or `None` if the element has none of its own or is
/// turned or moved.
fn shape(tag: &Tag<'_>, svg: &str, after: usize) -> Option<Extent> {
    if tag.get("transform").is_some() {
        return None;
    }
    let Extent(left, top, right, bottom) = match &*tag.name {
        "rect" => rectangle(tag)?,
        "circle" => {
            let (x, y, r) = (number(tag, "cx")?, number(tag, "cy")?, number(tag, "r")?);
            Extent(x - r, y - r, x + r, y + r)
        }
        "text" => text(tag, svg, after)?,
        "path" => path(&tag.get("d")?.value)?,
        _ => return None,
    };
    Some(Extent(left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN))
}

/// Returns the extent of a text by the number of its letters.
fn text(tag: &Tag<'_>, svg: &str, after: usize) -> Option<Extent> {
    let (x, y) = (number(tag, "x")?, number(tag, "y")?);
    let size = number(tag, "font-size").unwrap_or(14.0);
    let words = &svg[after..after + svg[after..].find('<')?];
    let letters = u32::try_from(decode(words).chars().count()).ok()?;
    let width = f64::from(letters) * size * LETTER;
    let left = match tag.get("text-anchor").map(|anchor| &*anchor.value) {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    Some(Extent(left, y - size, left + width, y))
}

/// Returns the extent of a path that is written with absolute coordinates, control points included.
fn path(d: &str) -> Option<Extent> {
    if d.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'M' | 'L' | 'C' | 'Q' | 'Z' | 'z')) {
        return None;
    }
    let numbers: Vec<f64> = d
        .split(|c: char| c.is_ascii_alphabetic() || c == ',' || c.is_whitespace())
        .filter_map(|n| n.parse().ok())
        .filter(|n: &f64| n.is_finite())
        .collect();
    let points = numbers.chunks_exact(2).map(|point| Extent(point[0], point[1], point[0], point[1]));
    points.reduce(Extent::around)
}
