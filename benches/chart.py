"""Draws the table as an SVG bar chart that is readable on light and dark pages."""

NAMES = {"rolebook": "Rolebook", "hugo": "Hugo", "hugo-bare": "Hugo, bare layout", "zola": "Zola", "mdbook": "mdBook", "zensical": "Zensical"}
STYLE = """text{font:13px system-ui,sans-serif;fill:#1f2328}.quiet{fill:#59636e}.size{font-weight:600}rect{fill:#8c959f}rect.own{fill:#0a6b58}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}rect{fill:#656c76}rect.own{fill:#3fb8a0}}"""
LEFT, BAR, LINE = 150, 400, 22


def seconds(value):
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def draw(table):
    """Returns the chart of wall times. Each number of pages is a group of bars, relative to the longest bar of the group."""
    parts, y = [], 8
    for size, rows in table.items():
        shown = [(peer, row[0]) for peer, row in rows.items() if peer in NAMES]
        longest = max(value for _, value in shown)
        y += 18
        parts.append(f'<text class="size" x="0" y="{y}">{size:,} pages</text>')
        y += 8
        for peer, value in sorted(shown, key=lambda item: item[1]):
            width = max(2, round(BAR * value / longest))
            own = ' class="own"' if peer == "rolebook" else ""
            parts.append(f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{NAMES[peer]}</text>')
            parts.append(f'<rect{own} x="{LEFT}" y="{y + 3}" width="{width}" height="14" rx="2"/>')
            parts.append(f'<text class="quiet" x="{LEFT + width + 8}" y="{y + 14}">{seconds(value)}</text>')
            y += LINE
    height = y + 8
    about = "Seconds that cold builds of the same pages take; shorter is better"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" viewBox="0 0 640 {height}" role="img" aria-label="{about}">\n'
            f"<title>{about}</title>\n<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n")
