// Sets the colours that the reader chose before the page is painted, and makes the button that changes them work.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const key = "rolebook-theme";
  let chosen = null;
  try { chosen = localStorage.getItem(key); } catch { /* No storage: the choice lasts for this page. */ }
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
      // The system's own choice needs no override: then the page follows the system again.
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
