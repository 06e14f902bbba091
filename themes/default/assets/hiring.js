// Offers to fill in the scorecard on screen, and loads the scripts for that only when they are needed.
//
// Input: the hiring kit's page. Output: a button, and after a click the scorecard as a form. A reader who
// has filled in a card in this browser gets the form at once.
(() => {
  const { scripts, styles } = document.currentScript.dataset;
  const [card, start] = ["card", "card-start"].map((id) => document.getElementById(id));

  const add = (name, has) => new Promise((loaded, missing) => {
    document.head.append(Object.assign(document.createElement(name), has, { onload: loaded, onerror: missing }));
  });

  let isLoading = false;
  /** Loads the styles first, so that nothing moves, and the scripts in their order. */
  async function load() {
    if (isLoading) return;
    isLoading = true;
    try {
      await Promise.all(styles.split(" ").map((href) => add("link", { rel: "stylesheet", href })));
      for (const src of scripts.split(" ")) await add("script", { src });
      start.hidden = true;
    } catch { isLoading = false; }
  }

  const key = `rolebook-cards:${new URL(card.dataset.home, location.href).pathname}`;
  const isStored = () => { try { return localStorage.getItem(key)?.includes(`"id":${JSON.stringify(card.dataset.role)}`) ?? false; } catch { return false; } };
  start.hidden = false;
  start.querySelector("button").addEventListener("click", () => { card.dataset.asked = ""; load(); });
  if (isStored()) load();
})();
