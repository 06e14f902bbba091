"""The source as its author wrote it: which files are Markdown, which of their text is outside code.

Input: paths and text of Markdown files. Output: text without code, words, forms of foreign syntax.
This is a reading of its own on purpose: it shares nothing with the program that it measures.
"""

import html
import os
import re
from collections import Counter

SUFFIXES = (".md", ".mdx", ".markdown", ".mkd", ".mdown", ".qmd", ".rmd", ".md.erb")
UNREAD = {"node_modules", "vendor", "venv", "target", "_site", "public"}

FRONT = re.compile(r"\A\ufeff?(?:---[ \t]*\r?\n(.*?\n)??(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n(.*?\n)??\+\+\+)[ \t]*(?:\r?\n|\Z)", re.S)
FENCE = re.compile(r"^((?:[ \t]|> ?|[-*+] |\d+[.)] )*)(`{3,}|~{3,})(.*)$")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
CONTAINER = re.compile(r'^\s*(?:!!!|\?\?\?\+?|===[+!]?|:{3,}|\[\^[^\]]+\]:|:\s)')
SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)

# Each kind of foreign syntax, as it would look where a reader sees it.
KINDS = {
    "liquid": r"\{%-?(?![<>])[^\n]{0,300}?%\}",
    "shortcode": r"\{\{[<%].{0,400}?[>%]\}\}",
    "include": r"\{\{#\w+[^}\n]*\}\}|^[ \t]*-{1,}8<-{1,}.*$",
    "expression": r"\{\{(?![<%#{])[^\n]{0,300}?\}\}",
    "directive": r"^[ \t]*:{3,}[ \t]*[\w{\[-].*$|^[ \t]*:{3,}[ \t]*$",
    "admonition": r"^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+[\w\"].*$",
    "tab": r"^[ \t]*===[+!]?[ \t]+\".*$",
    "attributes": r"\{:[^}\n]*\}|\{[ ]?[#.][A-Za-z][^}\n]*\}",
    "component": r"</?[A-Z][\w.]*(?:\s[^<>]*)?/?>",
    "import": r"^(?:import\s[^\n]*?\bfrom\s*['\"]|import\s+['\"]|export\s+(?:const|default|function)\b).*$",
    "wiki": r"!?\[\[[^\[\]\n]+\]\]",
    "mark": r"(?<![=\w])==(?=[^\s=])[^=\n]{0,200}?(?<=[^\s=])==(?![=\w])",
    "comment": r"%%[^\n%]+%%|^%%[ \t]*$",
    "emoji": r"(?<![\w:/]):(?=[a-z0-9_+-]*[a-z])[a-z0-9_+-]{2,40}:(?![\w:/])",
    "contents": r"\[TOC\]|\[\[_?toc_?\]\]|\[\[_TOC_\]\]",
    "callout": r"\[![A-Za-z][\w-]*\](?!\()",
    "template": r"<%[=-]?[^\n]{0,200}?%>",
    "role": r"\{[a-z][a-z:-]*\}`",
    "block": r"(?<=\s)\^[a-z0-9]{6}$",
    "markdown": r"(?<!!)\[[^\]\n]+\]\((?!\))[^()\s]+\)|(?<![*\w])\*\*\w[^*\n]*\w\*\*(?![*\w])",
    "abbreviation": r"^\*\[[^\]\n]+\]:.*$",
}
KINDS = {name: re.compile(pattern, re.M) for name, pattern in KINDS.items()}
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def files(folder):
    """Returns the Markdown files below `folder`, as relative paths, without what every reader skips."""
    found = []
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in UNREAD)
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                found.append(os.path.relpath(os.path.join(directory, name), folder))
    return found


def split(text):
    """Returns front matter and body. Lines keep their numbers in the body."""
    match = FRONT.match(text)
    if not match:
        return "", text
    return match.group(1) or match.group(2) or "", "\n" * match.group(0).count("\n") + text[match.end():]


def prose(body):
    """Returns the body without comments and without code: each removed line stays as an empty line."""
    body = COMMENT.sub(lambda m: "\n" * m.group(0).count("\n"), body)
    kept, fence, indented, before = [], None, False, ""
    for line in body.split("\n"):
        match = FENCE.match(line)
        if fence:
            if match and match.group(2)[0] == fence[0] and len(match.group(2)) >= len(fence) and not match.group(3).strip():
                fence = None
            kept.append("")
            continue
        if match and not (match.group(2)[0] == "`" and "`" in match.group(3)):
            fence = match.group(2)
            kept.append("")
            continue
        if line.strip():
            deep = line.startswith(("    ", "\t"))
            if deep and (indented or (not kept or not kept[-1].strip()) and not nests(before)):
                indented = True
                kept.append("")
                continue
            indented = False
            before = line
        kept.append(line)
    text = "\n".join(kept)
    return SPAN.sub(lambda m: " " + "\n" * m.group(2).count("\n") if "\n\n" not in m.group(2) else m.group(0), text)


def nests(line):
    """Whether an indented line after `line` belongs to it and isn't code."""
    return bool(ITEM.match(line) or CONTAINER.match(line) or line.startswith((" ", "\t")))


def foreign(text):
    """Counts the forms of foreign syntax in a text without code, as kind to list of matches.

    Markdown itself is foreign only inside HTML that asks for it, which CommonMark would show as it is.
    """
    return {kind: found for kind, pattern in KINDS.items() if (found := [m.group(0).strip() for m in pattern.finditer(text)])}


def braces(text):
    """Removes balanced `{…}` expressions and the tags of components, for MDX alone."""
    out, depth, tag = [], 0, False
    for at, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif not depth and character == "<" and re.match(r"</?[A-Za-z]", text[at : at + 3]):
            tag = True
        elif tag and not depth and character == ">":
            tag = False
            out.append(" ")
        elif not depth and not tag:
            out.append(character)
    return "".join(out)


def readable(path, body):
    """Returns the text that a reader of the finished page should see, as well as a few rules can tell."""
    text = re.sub(r"^import\s[^\n]*\bfrom\s+['\"][^\n]*$", "", prose(body), flags=re.M)
    if path.lower().endswith(".mdx"):
        text = re.sub(r"^(?:import|export)\b.*?(?=\n\s*\n|\Z)", "", text, flags=re.M | re.S)
        text = braces(text)
    for kind in ("liquid", "shortcode", "include", "expression", "comment", "contents", "callout", "template", "emoji", "abbreviation", "block"):
        text = KINDS[kind].sub(" ", text)
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.S)
    text = re.sub(r"^[ \t>]*\d+[.)](?=[ \t])", "", text, flags=re.M)
    text = re.sub(r"^[ \t]*:{3,}[ \t]*\{?[\w-]*\}?", "", text, flags=re.M)
    text = re.sub(r"^[ \t]*(?:!!!|\?\?\?\+?)[ \t]+[\w -]*", "", text, flags=re.M)
    text = re.sub(r"\{[ ]*(?:[:#.]|[\w-]+=)[^}\n]*\}", " ", text)
    text = re.sub(r"^[ \t>]*\[[^\]\n]+\]:\s*\S+.*$", "", text, flags=re.M)
    text = re.sub(r"\[\^[^\]\s]+\]", " ", text)
    text = re.sub(r"!\[\[[^\]\n]+\]\]", " ", text)
    text = re.sub(r"\[\[(?:[^\]|\n]*\|)?([^\]\n]+)\]\]", r" \1 ", text)
    text = re.sub(r"!\[((?:[^\[\]]|\[[^\]]*\])*)\]\([^)]*\)", " ", text)
    text = re.sub(r"\]\(<[^>\n]*>(?:\s+[\"'][^\n]*?[\"'])?\)", "]", text)
    text = re.sub(r"\]\(\s*(?:[^()\s]|\([^()\s]*\))*(?:\s+[\"'(][^\n]*?[\"')])?\s*\)", "]", text)
    text = re.sub(r"\]\[[^\]\n]*\]", "]", text)
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S | re.I)
    text = re.sub(r"</?(?:a|b|code|em|i|kbd|mark|s|small|span|strong|sub|sup|u|wbr|abbr)\b[^<>]*>", "", text, flags=re.I)
    text = re.sub(r"</?[A-Za-z][^<>]*>", " ", text)
    text = re.sub(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", " ", text)
    return html.unescape(text)


def words(text):
    """Returns the words of a text in order, in lower case and without marks of emphasis."""
    text = re.sub(r"[*~`\\\[\]\u00ad\u200b]|(?<!\w)_+|_+(?!\w)", "", text.replace("’", "'").replace("‘", "'"))
    return WORD.findall(text.lower())


def lost(source, page):
    """Returns the words of the source that the page doesn't have, each with how often it is missing."""
    return Counter(source) - Counter(page)


def inside_html(prose):
    """Returns the text inside elements with the attribute `markdown`."""
    return "\n".join(m.group(2) for m in re.finditer(r"<(\w+)[^>]*\smarkdown\b[^>]*>(.*?)</\1>", prose, re.S))
