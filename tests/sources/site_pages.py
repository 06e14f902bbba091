"""The built site as a reader sees it: pages with their text, code, order and redirects.

Input: a folder of HTML. Output: `Page`s by path. Never: anything from the program's own files.
"""

import os
import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
INLINE = {"a", "abbr", "b", "bdi", "cite", "del", "dfn", "em", "i", "ins", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "wbr", "var", "data", "label"}
SILENT = {"script", "style", "template", "svg", "nav"}
CODE = {"pre", "code", "kbd", "samp", "math"}


class Page(HTMLParser):
    """One page: its text outside code, its code, its first heading and its neighbors."""

    def __init__(self, path, text):
        super().__init__(convert_charrefs=True)
        self.path, self.stack, self.parts, self.code, self.names = path, [], [], [], []
        self.heading, self.headings, self.next, self.previous, self.redirect, self.side, self.ids = "", 0, None, None, None, [], set()
        self.crumbs = []
        self.feed(text)
        self.text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(self.parts))
        self.heading = " ".join(self.heading.split())

    def within(self, names):
        return any(name in names for name, _ in self.stack)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "link" and attributes.get("rel") == "next":
            self.next = self.resolve(attributes.get("href"))
        if tag == "link" and attributes.get("rel") == "prev":
            self.previous = self.resolve(attributes.get("href"))
        if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
            self.redirect = attributes.get("content", "")
        if attributes.get("id"):
            self.ids.add(attributes["id"])
        if tag == "a" and any(name == "nav" and "side" in kind for name, kind in self.stack):
            self.side.append([self.resolve(attributes.get("href")), ""])
        if tag == "a" and any(name == "nav" and "crumbs" in kind for name, kind in self.stack):
            self.crumbs.append(self.resolve(attributes.get("href")))
        if self.within({"main"}):
            self.names += [attributes[k] for k in ("alt", "title", "aria-label") if attributes.get(k)]
            if tag not in INLINE and tag not in CODE:
                self.parts.append("\n")
        self.headings += tag == "h1"
        if tag not in VOID:
            self.stack.append((tag, attributes.get("class") or ""))

    def handle_endtag(self, tag):
        if not any(name == tag for name, _ in self.stack):
            return
        while self.stack and self.stack.pop()[0] != tag:
            pass
        if tag not in INLINE and tag not in CODE:
            self.parts.append("\n")

    def handle_data(self, data):
        if self.side and self.within({"nav"}) and self.stack and self.stack[-1][0] == "a":
            self.side[-1][1] += data
        if not self.within({"main"}) or self.within(SILENT):
            return
        if self.within(CODE):
            self.code.append(data)
            self.parts.append(" ")
            return
        if self.within({"h1"}) and self.headings == 1:
            self.heading += data
        self.parts.append(data)

    def resolve(self, href):
        if not href or re.match(r"[a-z]+:|#", href):
            return None
        path = os.path.normpath(os.path.join(os.path.dirname(self.path), href.split("#")[0].split("?")[0]))
        return page_of(path)


def page_of(path):
    """Returns the file that a host answers with for a path without a leading slash."""
    path = path.strip("/")
    if path in ("", "."):
        return "index.html"
    return path if path.endswith(".html") else path + "/index.html"


def read(folder):
    """Reads each page that can be a chapter. Returns pages, redirects and the set of all files."""
    pages, redirects, everything = {}, {}, set()
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(directory, name), folder)
            everything.add(path)
            if not name.endswith(".html") or path.startswith(("print/", "search/")) or path == "404.html":
                continue
            with open(os.path.join(folder, path), encoding="utf-8", errors="replace") as file:
                page = Page(path, file.read())
            if page.redirect is not None:
                redirects[path] = page.redirect
            else:
                pages[path] = page
    rules = os.path.join(folder, "_redirects")
    if os.path.exists(rules):
        with open(rules, encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    redirects[page_of(line.split()[0])] = line.split()[1]
    return pages, redirects, everything


def order(pages):
    """Returns the chapters in the order in which `next` leads through them."""
    position, led = [], {page.next for page in pages.values()}
    starts = ["index.html"] + sorted(p for p, page in pages.items() if p not in led and page.next)
    seen = set()
    for start in starts:
        while start and start in pages and start not in seen:
            seen.add(start)
            position.append(start)
            start = pages[start].next
    return {path: number for number, path in enumerate(position)}
