// Applies the color scheme that the reader chose before the page is painted, and runs the button
// that changes it.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const key = "rolebook-theme";
  let chosen = null;
  try { chosen = localStorage.getItem(key); } catch { /* Without storage, the choice only lasts for this page. */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("button.theme");
    if (!button) return;
    const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
    const name = () => {
      button.title = isDark() ? button.dataset.light : button.dataset.dark;
      button.setAttribute("aria-label", button.title);
    };
    button.addEventListener("click", () => {
      const wanted = isDark() ? "light" : "dark";
      // If the choice equals the system's, remove it, so that the page follows the system again.
      const follows = wanted === (dark.matches ? "dark" : "light");
      if (follows) delete root.dataset.theme; else root.dataset.theme = wanted;
      try {
        if (follows) localStorage.removeItem(key); else localStorage.setItem(key, wanted);
      } catch { /* As above. */ }
      name();
    });
    dark.addEventListener("change", name);
    name();
    button.hidden = false;
  });
})();
