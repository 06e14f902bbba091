"""Cuts the theme's type for formulas from the font in this folder.

Input: `math.woff2`, which is STIX Math 1.1.1 as a whole. Output: `math.woff2` in
`themes/default/assets/`, with the signs of ordinary formulas, under a name of its own as the
license asks. Letters and signs that are missing come from the reader's system.

    python3 -m venv /tmp/math && /tmp/math/bin/pip install fonttools==4.68.0 brotli==1.2.1
    /tmp/math/bin/python docs/math/cut.py
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "themes/default/assets/math.woff2"

# ASCII, and the signs that a formula of school or of statistics needs.
SIGNS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "¬±×÷·…′″‴‖∂∅∇∈∉∋∏∑−∓∗∘√∝∞∠∣∥∧∨∩∪∫∬∮∴∼≃≅≈≠≡≤≥≪≫⊂⊃⊆⊇⊕⊗⊥⊢⊤⋀⋁⋂⋃⋅⋆⋮⋯⋱⌈⌉⌊⌋⟨⟩⟵⟶⟹⟸⟺←↑→↓↔⇐⇒⇔↦∀∃∄⏞⏟ˆ˜¯‾⃗→~^ℏℓℎℕℤℚℝℂℙℒℋ"
)
# Greek; italic and bold letters of mathematics; script and double-struck capitals; digits.
LETTERS = [(0x391, 0x3AA), (0x3B1, 0x3CA), (0x1D400, 0x1D468), (0x1D49C, 0x1D4B6), (0x1D538, 0x1D551), (0x1D6FC, 0x1D71C)]


def cut() -> None:
    """Writes the font with only these letters and the pieces that stretch."""
    font = TTFont(HERE / "math.woff2", recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["ssty", "dtls", "flac"]
    options.name_IDs = [0, 1, 2, 5, 13]
    options.drop_tables += ["FFTM", "GPOS"]
    options.hinting = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={*map(ord, SIGNS), *(code for first, end in LETTERS for code in range(first, end))})
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 2):
            record.string = "Rolebook Math" if record.nameID == 1 else "Regular"
    top = font["CFF "].cff
    top.fontNames = ["RolebookMath"]
    top.topDictIndex[0].FullName = top.topDictIndex[0].FamilyName = "Rolebook Math"
    font.flavor = "woff2"
    font.save(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


cut()
