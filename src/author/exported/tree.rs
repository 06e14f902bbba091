//! Reads HTML that a program exported as a tree.
//!
//! Input: HTML. Output: an [`Element`] that contains everything. Follows the tags, and knows only the
//! end tags that HTML lets a program omit. Never fails: what isn't understood is text or missing.

use crate::text::markup::{Token, Written, behind, decode_references, lower_case, skim};

/// The maximum depth of elements. What is deeper is read as if it were at this depth.
const DEEPEST: usize = 100;

/// Elements without content.
const VOID: [&str; 10] = ["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"];

/// Elements that end when one of the same group begins.
const ENDED: [(&str, &[&str]); 7] = [
    ("li", &["li"]),
    ("td", &["td", "th"]),
    ("th", &["td", "th"]),
    ("tr", &["td", "th", "tr"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
    ("option", &["option"]),
];

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Text(String),
    Element(Element),
}

/// An element, or the whole document if it has no name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

impl Element {
    /// Returns the value of an attribute, or an empty string.
    pub fn get(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Returns whether the element has a class.
    pub fn has_class(&self, class: &str) -> bool {
        self.get("class").split_whitespace().any(|one| one == class)
    }

    /// Iterates over the elements directly inside.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| if let Node::Element(element) = node { Some(element) } else { None })
    }

    /// Returns the first element inside, at any depth, that fits.
    pub fn find(&self, fits: &dyn Fn(&Element) -> bool) -> Option<&Element> {
        self.elements().find_map(|element| if fits(element) { Some(element) } else { element.find(fits) })
    }

    /// Returns the text inside, as it is written.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.add_text(&mut out);
        out
    }

    fn add_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) if element.name == "br" => out.push('\n'),
                Node::Element(element) => element.add_text(out),
            }
        }
    }

    /// Returns the text inside with single spaces.
    pub fn words(&self) -> String {
        self.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Reads HTML.
pub fn read(html: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut at = 0;
    loop {
        let mut attributes = Vec::new();
        let token = skim(html, at, |Written { name, value, .. }| {
            attributes.push((lower_case(name).into_owned(), decode_references(value)));
        });
        let Some(token) = token else { break };
        add(&mut open, Node::Text(decode_references(&html[at..token.range().start])));
        let end = behind(html, &token);
        at = token.range().end;
        match token {
            Token::Start(tag) => {
                let element = Element { name: tag.name.to_string(), attributes, children: Vec::new() };
                start(&mut open, element);
                // The content of a script or a title is text.
                if end > at && tag.name == "title" {
                    add(&mut open, Node::Text(decode_references(&html[at..end])));
                }
                at = end;
            }
            Token::End(tag) => {
                let found = open.iter().rposition(|element| element.name == tag.name).filter(|depth| *depth > 0);
                if let Some(depth) = found {
                    close(&mut open, depth);
                }
            }
            Token::Comment(..) => {}
        }
    }
    add(&mut open, Node::Text(decode_references(&html[at..])));
    close(&mut open, 1);
    open.pop().unwrap_or_default()
}

fn add(open: &mut [Element], node: Node) {
    if node != Node::Text(String::new())
        && let Some(last) = open.last_mut()
    {
        last.children.push(node);
    }
}

fn start(open: &mut Vec<Element>, element: Element) {
    let ended = ENDED.iter().find(|(name, _)| *name == element.name).map_or(&[][..], |(_, list)| list);
    let scope = open.iter().rposition(|outer| matches!(&*outer.name, "ul" | "ol" | "dl" | "table" | "select"));
    let first = open.iter().skip(scope.unwrap_or(0)).position(|outer| ended.contains(&&*outer.name));
    if let Some(n) = first {
        close(open, scope.unwrap_or(0) + n);
    }
    if VOID.contains(&&*element.name) || open.len() > DEEPEST {
        add(open, Node::Element(element));
    } else {
        open.push(element);
    }
}

/// Closes the elements from `depth` on.
fn close(open: &mut Vec<Element>, depth: usize) {
    while open.len() > depth.max(1) {
        let Some(element) = open.pop() else { return };
        add(open, Node::Element(element));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn omitted_end_tags_and_references_are_read() {
        let tree = read("<ul><li>a &amp; b<ul><li>c</ul><li>d&nbsp;&uuml;&x;</ul><p>e<br>f");
        let list = tree.elements().next().unwrap();
        assert_eq!(list.elements().map(Element::words).collect::<Vec<_>>(), ["a & bc", "d ü&x;"]);
        assert_eq!(tree.find(&|element| element.name == "p").unwrap().text(), "e\nf");
    }

    #[test]
    fn deep_elements_are_read_without_depth() {
        let html = format!("{}x{}", "<div>".repeat(5_000), "</div>".repeat(5_000));
        assert_eq!(read(&html).words(), "x");
    }
}
