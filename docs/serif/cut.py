"""Cuts the theme's type from the fonts in this folder.

Input: `serif.woff2` and `serif-italic.woff2`, which have all letters of Western Europe. Output: two
files for each in `themes/default/assets/`, one with the letters of ordinary English and German text
and one (`-more`) with the rest, and on the terminal the `unicode-range` of each. Never changes the
fonts in this folder.

    python3 -m venv /tmp/serif && /tmp/serif/bin/pip install fonttools==4.68.0 brotli==1.2.1
    /tmp/serif/bin/python docs/serif/cut.py
"""

import io
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib import instancer

HERE = Path(__file__).resolve().parent
ASSETS = HERE.parent.parent / "themes/default/assets"

# Counted on the pages of the handbook. Chromium shapes the markers of lists as bullets.
# Italics are rarer and shorter, so their file needs fewer signs.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ÄÖÜßäöüé"
SIGNS = " \u00a0\u00ad\u2010\u2011.,;:!?()-/&%'\"–—‘’‚“”„…"
CORE = {"serif": LETTERS + SIGNS + "#$€+=×÷−²[]·•", "serif-italic": LETTERS + SIGNS + "•"}

# Steps per em. A step is a ninth of a pixel in the largest title, and half the source's number
# makes the outlines a tenth smaller.
STEPS = 500


def part(source: Path, letters: set[int]) -> TTFont:
    """Returns the font with only these letters."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["kern", "liga", "ccmp", "locl"]
    options.name_IDs = [0, 1, 2, 5]
    options.drop_tables += ["BASE", "STAT"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    return font


def cut(source: Path, letters: set[int]) -> TTFont:
    """Returns the font with only these letters, and as few bytes as possible without a visible difference."""
    font = part(source, letters)
    if "fvar" in font:
        # The kerning of regular text serves all weights. Its differences would be a tenth of the file.
        still = instancer.instantiateVariableFont(part(source, letters), {"wght": 400})
        font["GPOS"] = still["GPOS"]
        if "GDEF" in font:
            font["GDEF"].table.VarStore = None
    plain = io.BytesIO()
    font.flavor = None
    font.save(plain)
    plain.seek(0)
    font = TTFont(plain, recalcTimestamp=False)
    scale_upem(font, STEPS)
    font.flavor = "woff2"
    return font


def ranges(codes: set[int]) -> str:
    """Writes code points as the value of `unicode-range`."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{a:04X}" if a == b else f"U+{a:04X}-{b:04X}" for a, b in runs)


for name, core in CORE.items():
    source = HERE / f"{name}.woff2"
    every = set(TTFont(source).getBestCmap())
    first = every & set(map(ord, core))
    for suffix, letters in (("", first), ("-more", every - first)):
        target = ASSETS / f"{name}{suffix}.woff2"
        cut(source, letters).save(target)
        print(f"{target.name}: {target.stat().st_size} bytes, unicode-range: {ranges(letters)};")
