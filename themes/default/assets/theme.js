// Applies the color scheme that the reader chose before the page is painted, and offers the choice:
// the system's scheme, light or dark.
(() => {
  const root = document.documentElement;
  const key = "rolebook-theme";
  const apply = (chosen) => {
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen; else delete root.dataset.theme;
  };
  const stored = () => {
    try { return localStorage.getItem(key); } catch { return root.dataset.theme ?? null; /* Without storage, the choice only lasts for this page. */ }
  };
  apply(stored());

  addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector(".theme select");
    if (!choice) return;
    const show = () => { choice.value = root.dataset.theme ?? ""; };
    choice.addEventListener("change", () => {
      apply(choice.value);
      try {
        if (choice.value) localStorage.setItem(key, choice.value); else localStorage.removeItem(key);
      } catch { /* As above. */ }
    });
    // The choice reaches the other open tabs, and pages that the browser kept while it was made.
    const follow = () => { apply(stored()); show(); };
    addEventListener("storage", (event) => { if (event.key === key || event.key === null) follow(); });
    addEventListener("pageshow", follow);
    show();
    choice.parentElement.hidden = false;
  });
})();
