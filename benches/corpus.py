"""Generates a handbook of any size, with the same text in the format of each generator.

A page has about 1,000 words under seven headings, a table, lists, a quotation, and nine links to other pages, two of them to a
heading. Every second page has a code block that no other page has. Pages are in folders of 25, two levels deep, so that the shape
stays the same as the handbook grows. The same size and format give the same bytes.
"""
import posixpath
import random
from pathlib import Path

FORMS = ("rolebook", "mdbook", "hugo", "zola", "zensical")
CONTENT = {"rolebook": "handbook", "mdbook": "src", "hugo": "content", "zola": "content", "zensical": "docs"}
LEVELS = ("Follows", "Contributes", "Leads", "Directs", "Sets the course")

WHO = ("A product leader", "The group lead", "Each squad", "The pricing circle", "Our research team", "The operations partner", "Whoever owns the outcome",
       "The account team", "A new manager", "The steering round", "Finance", "The design director")
DOES = ("weighs", "rewrites", "defends", "publishes", "funds", "halves", "inspects", "retells", "schedules", "closes", "doubles", "questions", "inherits",
        "simplifies", "delays", "signs", "maps", "audits")
WHAT = ("quarterly plan", "customer promise", "release train", "price list", "opportunity tree", "interview notes", "hiring bar", "outcome review",
        "usage report", "platform budget", "partner contract", "decision record", "escalation path", "onboarding journey", "support queue", "market thesis",
        "risk register", "growth model", "feature request", "value story", "team charter", "capacity forecast", "retention curve", "service target",
        "launch checklist", "vision paper", "trade show", "migration path", "feedback channel", "cost estimate")
WHEN = ("while the evidence is fresh", "before anybody writes code", "with the people who answer the phone", "and says aloud what was left out",
        "until two customers pay for it", "at the pace of the slowest team", "in one page that all can read", "once a month and never in passing",
        "so that nobody has to ask twice", "although the numbers are small", "and leaves a date for the next look")
SECTIONS = ("In one paragraph", "How it is done", "What shows that it works", "Where it goes wrong", "Who else is in it", "An example", "Questions to ask")
CODE = {
    "python": 'def activated(events, days=%d):\n    """Counts accounts that came back."""\n    seen = {}\n    for event in events:\n        seen.setdefault(event["account_%d"], set()).add(event["day"])\n    return sum(1 for found in seen.values() if len(found) > 2)\n',
    "sql": "SELECT team_%d, count(*) AS bets, avg(confidence) AS mean\nFROM bets\nWHERE decided_on >= date '2026-01-%02d' AND state <> 'dropped'\nGROUP BY team_%d\nORDER BY mean DESC;\n",
    "rust": "pub fn value_%d(bets: &[Bet], cost: f64) -> Option<f64> {\n    let reach: f64 = bets.iter().map(|bet| bet.reach * %d.0).sum();\n    (cost > 0.0).then(|| reach / cost) // per unit\n}\n",
    "yaml": "bet: shorter-trial-%d\nowner: growth\nevidence:\n  - interviews: %d\nstop_when: paid_share < 0.%d\n",
}


class Page:
    def __init__(self, number, kind, path, title):
        self.number, self.kind, self.path, self.title = number, kind, path, title


def slug(text):
    return text.lower().replace(" ", "-")


def plan(size, rng):
    """Returns all pages: a few roles and competencies, a fifth strategy chapters, and the rest guides."""
    few = max(5, size // 50)
    counts = [("roles", "role", min(180, few)), ("competencies", "competency", min(120, few)), ("strategy", "strategy", size // 5)]
    counts.append(("guides", "page", size - sum(count for _, _, count in counts)))
    pages = []
    for folder, kind, count in counts:
        for n in range(count):
            title = f"{rng.choice(WHAT).capitalize()} {rng.choice(DOES)} {rng.choice(WHAT)} {len(pages)}"
            pages.append(Page(len(pages), kind, f"{folder}/part-{n // 500:02}/group-{n // 25 % 20:02}/{slug(title)}.md", title))
    return pages


def sentence(rng):
    return f"{rng.choice(WHO)} {rng.choice(DOES)} the {rng.choice(WHAT)} and {rng.choice(DOES)} the {rng.choice(WHAT)} {rng.choice(WHEN)}."


def link(form, page, to, section):
    anchor = f"#{slug(section)}" if section else ""
    if form == "rolebook":
        return f"[[{to.path[:-3]}{anchor}|{to.title}]]"
    if form == "zola":
        return f"[{to.title}](@/{to.path}{anchor})"
    return f"[{to.title}]({posixpath.relpath(to.path, posixpath.dirname(page.path))}{anchor})"


def text(form, page, pages, rng):
    parts = []
    for n, section in enumerate(SECTIONS):
        parts.append(f"## {section}")
        for paragraph in range(3):
            words = " ".join(sentence(rng) for _ in range(2))
            if paragraph == 2:
                to = link(form, page, rng.choice(pages), rng.choice(SECTIONS) if n < 2 else None)
                words += f" The **other side** of it is in {to}, and *not* here."
            parts.append(words)
        if n == 0:
            rows = "\n".join(f"| {rng.choice(WHAT)} | {rng.randint(1, 90)} % | {rng.randint(1, 90)} % |" for _ in range(4))
            parts.append(f"| Sign | Then | Now |\n|---|---|---|\n{rows}")
        if n == 1 and page.kind == "competency":
            parts.append("## Levels")
            parts += [f"### {level}\n\n" + "\n".join(f"- {sentence(rng)}" for _ in range(3)) for level in LEVELS]
        if n == 2:
            parts.append("\n".join(f"- {sentence(rng)}" for _ in range(4)))
        if n == 3:
            parts.append(f"> {sentence(rng)}")
        if n == 5 and page.number % 2:
            name = list(CODE)[page.number // 2 % len(CODE)]
            code = CODE[name]
            numbers = tuple(page.number % 28 + 1 if code[at:at + 4] == "%02d" else page.number for at in range(len(code)) if code.startswith(("%d", "%02d"), at))
            parts.append(f"```{name}\n{code % numbers}```")
        if n == 6:
            parts.append("\n".join(f"{k + 1}. {sentence(rng)}" for k in range(4)))
            parts += [f"Read {link(form, page, rng.choice(pages), None)} next." for _ in range(2)]
    return "\n\n".join(parts) + "\n"


def relations(page, kinds, rng):
    """Returns the lines of front matter that only Rolebook understands."""
    if page.kind == "role":
        n = kinds["role"].index(page)
        lines = ["kind: role", f"track: {('maker', 'leader')[n % 2]}", f"rank: {n // 2 + 1}"]
        if n + 2 < len(kinds["role"]):
            lines.append(f"grows_into: [{kinds['role'][n + 2].path[:-3]}]")
        asked = rng.sample(kinds["competency"], min(6, len(kinds["competency"])))
        return lines + ["competencies:"] + [f"  {other.path[:-3]}: {rng.randint(1, 5)}" for other in asked]
    if page.kind == "strategy":
        return ["kind: strategy", f"led_by: {rng.choice(kinds['role']).path[:-3]}"]
    if page.kind == "competency":
        return ["kind: competency", f"supports: [{rng.choice(kinds['strategy']).path[:-3]}]"]
    return ["kind: page"]


def front_matter(form, page, kinds, rng):
    summary, tags = sentence(rng), sorted(rng.sample(WHAT, 2))
    if form in ("mdbook", "zensical"):
        return f"# {page.title}\n\n"
    if form == "zola":
        listed = ", ".join(f'"{tag}"' for tag in tags)
        return f'+++\ntitle = "{page.title}"\ndescription = "{summary}"\nweight = {page.number + 1}\n[taxonomies]\ntags = [{listed}]\n+++\n\n'
    keys = ("summary", "order") if form == "rolebook" else ("description", "weight")
    lines = [f"title: {page.title}", f"{keys[0]}: {summary}", f"tags: [{', '.join(tags)}]", f"{keys[1]}: {page.number + 1}"]
    if form == "rolebook":
        lines += relations(page, kinds, rng)
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def above(page):
    """Returns the folders that contain a page, from the top."""
    parts = page.path.split("/")[:-1]
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def folders(pages):
    """Returns all folders in order of first appearance, each with its number."""
    found = {}
    for page in pages:
        for folder in above(page):
            found.setdefault(folder, len(found) + 1)
    return found


def put(path, words):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")


def name(folder):
    return folder.split("/")[-1].replace("-", " ").capitalize()


def configure(form, root, pages):
    """Writes the configuration and the index pages of the folders."""
    content = root / CONTENT[form]
    if form == "rolebook":
        scale = "".join(f'\n[[scale]]\nlevel = {n + 1}\nname = "{level}"\nmeans = "{level}, step {n + 1}."\n' for n, level in enumerate(LEVELS))
        tracks = "".join(f'\n[[tracks]]\nid = "{track}"\ntitle = "{track.capitalize()}"\n' for track in ("maker", "leader"))
        put(content / "handbook.toml", 'title = "Handbook"\nbase_url = "https://example.org"\n' + scale + tracks)
        put(content / "index.md", "---\ntitle: Handbook\n---\nWelcome.\n")
        for folder, order in folders(pages).items():
            put(content / folder / "index.md", f"---\ntitle: {name(folder)}\nkind: page\norder: {order}\n---\n")
    elif form == "mdbook":
        put(root / "book.toml", '[book]\ntitle = "Handbook"\n')
        put(content / "index.md", "# Handbook\n\nWelcome.\n")
        lines, known = ["# Summary", "", "[Home](index.md)", ""], set()
        for page in pages:
            for folder in above(page):
                if folder not in known:
                    known.add(folder)
                    lines.append("  " * folder.count("/") + f"- [{name(folder)}]({folder}/index.md)")
                    put(content / folder / "index.md", f"# {name(folder)}\n")
            lines.append("  " * page.path.count("/") + f"- [{page.title}]({page.path})")
        put(content / "SUMMARY.md", "\n".join(lines) + "\n")
    elif form == "hugo":
        put(root / "hugo.toml", 'baseURL = "https://example.org/"\ntitle = "Handbook"\n[services.rss]\nlimit = 20\n[markup.highlight]\nnoClasses = false\n[markup.goldmark.renderHooks.link]\nuseEmbedded = "always"\n')
        put(content / "_index.md", "---\ntitle: Handbook\n---\nWelcome.\n")
        for folder, order in folders(pages).items():
            put(content / folder / "_index.md", f"---\ntitle: {name(folder)}\nweight: {order}\n---\n")
    elif form == "zola":
        put(root / "zola.toml", 'base_url = "https://example.org"\ntitle = "Handbook"\nbuild_search_index = true\ngenerate_feeds = true\ntaxonomies = [{name = "tags"}]\n[markdown.highlighting]\ntheme = "github-light"\nstyle = "class"\n')
        put(content / "_index.md", '+++\ntitle = "Handbook"\nsort_by = "weight"\n+++\nWelcome.\n')
        for folder, order in folders(pages).items():
            put(content / folder / "_index.md", f'+++\ntitle = "{name(folder)}"\nsort_by = "weight"\nweight = {order}\n+++\n')
    else:
        put(root / "zensical.toml", '[project]\nsite_name = "Handbook"\n')
        put(content / "index.md", "# Handbook\n\nWelcome.\n")


def make(root, form, size):
    """Writes a handbook of `size` pages in the format `form` to the folder `root`."""
    root = Path(root)
    pages = plan(size, random.Random(7))
    kinds = {}
    for page in pages:
        kinds.setdefault(page.kind, []).append(page)
    for page in pages:
        rng = random.Random(f"page {page.number}")
        words = text(form, page, pages, rng)
        put(root / CONTENT[form] / page.path, front_matter(form, page, kinds, rng) + words)
    configure(form, root, pages)
    return pages
