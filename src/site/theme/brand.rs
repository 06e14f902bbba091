//! Writes the style sheet of the accent color in `handbook.toml`.
//!
//! Input: an [`Accent`]. Output: a part of the default theme's `style.css`, so that pages need neither
//! an inline style nor another request. Never decides which colors can be read.

use super::ThemeFiles;
use crate::declare::brand::Accent;

/// The part's path in a theme. It comes last, because its colors replace those of the other parts.
const PART: &str = "assets/style.css/8-brand.css";

/// Adds the accent's style sheet to the lowest theme of a chain, so that every other theme can change it.
pub fn add(accent: &Accent, chain: &mut [ThemeFiles]) {
    if let Some(lowest) = chain.last_mut() {
        lowest.files.insert(PART.to_owned(), sheet(accent).into_bytes().into());
    }
}

fn sheet(accent: &Accent) -> String {
    let ((light, light_tint), (dark, dark_tint)) = (accent.light, accent.dark);
    format!(
        "/* The accent color of handbook.toml. Roles, competencies and strategies keep their own colors. */
@layer tokens {{
  :root {{
    --brand: light-dark({light}, {dark});
    --brand-tint: light-dark({light_tint}, {dark_tint});
    --accent: var(--brand);
    --accent-tint: var(--brand-tint);
    --focus: var(--brand);
  }}
}}
@layer frame {{
  .bar {{ box-shadow: inset 0 3px var(--brand); }}
}}
@layer prose {{
  .prose a:is(:not([class]), .page, .path, .glossary, .external) {{ color: var(--brand); text-decoration-color: color-mix(in srgb, currentcolor 55%, transparent); }}
}}
@layer parts {{
  .kind-home :is(.question, .roles-list) {{ background: var(--brand-tint); border-color: var(--brand); }}
  .kind-home .question button {{ background: var(--brand); border-color: var(--brand); }}
}}
"
    )
}
