"""The order, titles and addresses that the source's own generator gives its pages.

Input: the folder of a source. Output: sequences of files, in each of which a file comes before the
next one; and old addresses of each file. Where a source says nothing of order, numbers in names do.
"""

import os
import re

import source

KEY = re.compile(r"^([A-Za-z_][\w-]*)\s*[:=]\s*(.*?)\s*$")


def fields(front):
    """Reads the flat part of front matter: key to text, or to a list of texts."""
    found, key = {}, None
    for line in front.split("\n"):
        match = KEY.match(line)
        if match:
            key, value = match.group(1), match.group(2)
            if value.startswith("[") and value.endswith("]"):
                found[key] = [plain(item) for item in value[1:-1].split(",") if item.strip()]
            else:
                found[key] = plain(value)
        elif key and re.match(r"^\s*-\s+\S", line) and not isinstance(found[key], str | None) or key and re.match(r"^\s*-\s+\S", line) and not found[key]:
            found[key] = (found[key] or []) + [plain(line.strip()[1:])]
    return found


def plain(text):
    text = text.strip()
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        return text[1:-1]
    return re.split(r"\s+#", text)[0].strip()


def text_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def sequences(kind, root, content, facts):
    """Returns lists of files, relative to `root`, each in the order of the source's generator."""
    reader = {"mkdocs": mkdocs, "summary": summary, "toc": listed, "quarto": listed, "docusaurus": docusaurus, "starlight": starlight, "vitepress": vitepress}.get(kind)
    found = reader(root, content) if reader else []
    if not found and kind in ("hugo", "jekyll", "docusaurus", "starlight"):
        found = weighted(kind, facts)
    return [s for s in found if len(s) > 1] or numbered(facts)


def within(root, content, names):
    """Keeps the first mention of each name that is a file of the content folder."""
    kept = []
    for name in names:
        path = os.path.normpath(os.path.join(content, name.split("#")[0]))
        if path not in kept and os.path.isfile(os.path.join(root, path)):
            kept.append(path)
    return kept


def mkdocs(root, content):
    pages = [os.path.join(d, ".pages") for d, _, names in os.walk(os.path.join(root, content)) if ".pages" in names]
    if pages:
        return [s for path in pages if (s := dot_pages(root, path))]
    for name in ("mkdocs.yml", "mkdocs.yaml", ".config/mkdocs.yml"):
        path = os.path.join(root, name)
        if os.path.isfile(path):
            nav = re.search(r"^nav:\s*\n((?:[ \t-].*\n|#.*\n|\n)*)", text_of(path) + "\n", re.M)
            names = re.findall(r"([^\s:\"'][^:\"'\n]*\.md)[\"']?\s*$", nav.group(1), re.M) if nav else []
            return [within(root, content, [re.sub(r"^-\s+", "", n.strip()) for n in names])]
    return []


def dot_pages(root, path):
    folder = os.path.dirname(path)
    kept = []
    for name in re.findall(r"^\s*-\s+(?:[^:\n]*:\s*)?(\S.*?)\s*$", text_of(path), re.M):
        target = os.path.join(folder, plain(name))
        for candidate in (target, os.path.join(target, "index.md"), os.path.join(target, "README.md")):
            if os.path.isfile(candidate):
                kept.append(os.path.relpath(candidate, root))
                break
    return kept


def summary(root, content):
    text = text_of(os.path.join(root, content, "SUMMARY.md"))
    return [within(root, content, re.findall(r"\]\(<?([^)>#?]+\.md)", source.COMMENT.sub("", text)))]


def parents(root, content):
    """Returns the chapter that each chapter of `SUMMARY.md` is nested in by its indentation, or nothing."""
    above, found = [], {}
    for line in source.COMMENT.sub("", text_of(os.path.join(root, content, "SUMMARY.md"))).split("\n"):
        match = re.match(r"(\s*)(?:[-*+]\s+)?\[.*?\]\(<?([^)>#?]+\.md)", line)
        if match:
            depth = len(match.group(1).expandtabs(4))
            above = [(d, path) for d, path in above if d < depth]
            path = os.path.normpath(os.path.join(content, match.group(2)))
            found.setdefault(path, above[-1][1] if above else None)
            above.append((depth, path))
    return found


def listed(root, content):
    names = []
    for name in ("_toc.yml", "_quarto.yml"):
        path = os.path.join(root, name)
        if os.path.isfile(path):
            for entry in re.findall(r"^\s*-?\s*(?:file|part|root):\s*(\S+)\s*$|^\s*-\s+(\S+\.qmd)\s*$", text_of(path), re.M):
                entry = entry[0] or entry[1]
                names += [entry, entry + ".md"]
    return [within(root, content, names)]


def docusaurus(root, content):
    for folder in (root, os.path.join(root, "../website")):
        for name in ("sidebars.js", "sidebars.ts", "sidebars.json"):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                names = re.findall(r"[\"']([\w./-]+)[\"']", text_of(path))
                return [within(root, content, [n + e for n in names for e in (".md", ".mdx")])]
    return []


def starlight(root, content):
    text = text_of(os.path.join(root, "astro.config.mjs"))
    start = text.find("sidebar:")
    names, groups = [], []
    for slug, bare, folder in re.findall(r"slug:\s*'([^']+)'|^\s*'([\w/-]+)',\s*$|directory:\s*'([^']+)'", text[start:], re.M):
        if folder:
            group = [f for f in sorted(os.listdir(os.path.join(root, content, folder))) if f.lower().endswith(source.SUFFIXES)]
            ranked = sorted(group, key=lambda f: (rank(os.path.join(root, content, folder, f)), f))
            groups.append(within(root, content, [os.path.join(folder, f) for f in ranked]))
            names += [os.path.join(folder, f) for f in ranked]
        else:
            names += [(slug or bare) + e for e in (".md", ".mdx")]
    return [within(root, content, names)] + groups


def rank(path):
    match = re.search(r"^\s*order:\s*(-?[\d.]+)", source.split(text_of(path))[0], re.M)
    return float(match.group(1)) if match else float("inf")


def vitepress(root, content):
    for name in (".vitepress/config.ts", ".vitepress/config.mts", ".vitepress/config.js", ".vitepress/config/en.ts", "en/config.ts", "config.ts"):
        path = os.path.join(root, name)
        if os.path.isfile(path) and "sidebar" in text_of(path):
            text = text_of(path)
            found = []
            for base in ("", "en", "en/guide", "en/reference", "guide", "reference"):
                links = re.findall(r"link:\s*['\"]/?([\w./-]+)['\"]", text)
                found.append(within(root, content, [os.path.join(base, link.rstrip("/") + ".md") for link in links]))
            return found
    return []


def weighted(kind, facts):
    """Orders the files of each folder by the number in their front matter, then by title."""
    names = {"hugo": ("weight",), "jekyll": ("nav_order",), "docusaurus": ("sidebar_position",), "starlight": ("order",)}[kind]
    groups = {}
    for path, (front, title) in facts.items():
        number = next((front[name] for name in names if name in front), None)
        folder, name = os.path.split(path)
        if re.match(r"_?index\.", name.lower()):
            folder = os.path.dirname(folder)
        if kind == "jekyll":
            folder = (front.get("parent"), front.get("grand_parent")) if front.get("parent") else "top"
        if isinstance(number, str) and re.fullmatch(r"-?\d+(\.\d+)?", number) and (kind == "jekyll" or float(number)):
            groups.setdefault(folder, []).append((float(number), title.lower(), path))
    found = []
    for group in groups.values():
        numbers = [g[0] for g in group]
        group = [g for g in sorted(group) if numbers.count(g[0]) == 1]
        found.append([path for _, _, path in group])
    return found


def numbered(facts):
    """Orders files and folders whose names begin with numbers, by the numbers."""
    groups = {}
    for path in facts:
        folder, name = os.path.split(path)
        match = re.match(r"(\d+)[-_. ]", name)
        if match:
            groups.setdefault(folder, []).append((int(match.group(1)), path))
        if re.match(r"(_?index|readme)\.", name.lower()) and (match := re.match(r"(\d+)[-_. ]", os.path.basename(folder))):
            groups.setdefault(os.path.dirname(folder), []).append((int(match.group(1)), path))
    return [[path for _, path in sorted(group)] for group in groups.values() if len({n for n, _ in group}) == len(group)]


def collected(inside, root):
    """Returns the address of a page in a collection of Jekyll, as `_config.yml` says."""
    collection, name = inside[1:].split("/")[0], os.path.basename(inside).rsplit(".", 1)[0]
    pattern = re.search(rf"^  {collection}:\s*\n(?:    .*\n)*?    permalink:\s*(\S+)", text_of(os.path.join(root, "_config.yml")), re.M)
    if not pattern:
        return None
    return "/" + pattern.group(1).strip("\"'/").replace(":title", re.sub(r"^\d+-\d+-\d+-", "", name)).replace(":name", name)


def addresses(kind, path, content, front):
    """Returns addresses at which the source's own site answered for a file, without the host."""
    old = []
    for key in ("permalink", "url", "slug", "redirect_from", "aliases", "alias"):
        if key == "slug" and kind not in ("docusaurus", "starlight", "hugo") or key in ("aliases", "alias") and kind == "obsidian":
            continue
        values = front.get(key) or []
        for value in [values] if isinstance(values, str) else values:
            if (value.startswith("/") or kind in ("obsidian", "hugo") and key == "permalink") and ":" not in value and "{" not in value:
                old.append(value)
    return old


def default_address(kind, path, content, root):
    """Returns the address that the generator makes from the file's path, or nothing if it's unclear."""
    inside = os.path.relpath(path, content)
    if kind == "jekyll" and inside.startswith("_"):
        return collected(inside, root)
    if kind == "hugo" and re.match(r"(blog|posts?)/", inside):
        return None
    stem = re.sub(r"\.(md|mdx|markdown|mkd|mdown|qmd|rmd|html\.md\.erb)$", "", inside, flags=re.I)
    folder, name = os.path.split(stem)
    if name.lower() in ("index", "_index", "readme"):
        stem = folder
    if kind == "hugo":
        stem = re.sub(r"\s+", "-", stem.lower())
    if kind == "docusaurus":
        stem = "/".join(re.sub(r"^\d+[-_.]\s*", "", part) for part in stem.split("/"))
    return "/" + stem.strip("/.")
