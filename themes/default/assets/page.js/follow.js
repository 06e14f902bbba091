// Marks the current section in the table of contents, keeps the navigation as the reader left it,
// copies the URL of a heading, and handles keyboard shortcuts. Loads scripts that aren't needed
// until the reader first moves.
(() => {
  const { addressCopied, later, ...rest } = document.currentScript.dataset;

  const links = new Map();
  for (const link of document.querySelectorAll(".toc a[href^='#']")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  // On phones, a line below the bar names the section that the reader is in.
  const now = document.createElement("p");
  now.className = "now";
  now.setAttribute("aria-hidden", "true");
  now.hidden = true;
  if (links.size) document.querySelector(".bar")?.append(now);
  let current = null;
  const follow = () => {
    let reading = null, before = 0;
    for (const section of links.keys()) {
      const { top } = section.getBoundingClientRect();
      if (top > innerHeight / 4) break;
      // Of levels next to each other, the reader is in the one that they jumped to.
      if (reading && Math.abs(top - before) < 2 && !section.closest(".stair")?.querySelector(":target")) continue;
      reading = section;
      before = top;
    }
    reading = [...links.keys()].find((section) => section.closest(".stair:hover")) ?? reading;
    if (reading === current) return;
    links.get(current)?.removeAttribute("aria-current");
    links.get(reading)?.setAttribute("aria-current", "true");
    current = reading;
    now.textContent = links.get(reading)?.textContent ?? "";
    now.hidden = !reading;
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  };
  if (links.size) {
    addEventListener("scroll", soon, { passive: true });
    for (const move of ["resize", "pointerover", "hashchange"]) addEventListener(move, soon);
    follow();
  }

  // The state of the navigation is stored for this tab. Without storage, it starts as in the HTML.
  const read = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* As above. */ } };

  const menu = document.querySelector(".menu"), side = document.querySelector(".side");
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu?.open || event.defaultPrevented) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  if (side) {
    const folds = JSON.parse(read("rolebook-folds") ?? "{}");
    for (const details of side.querySelectorAll("details")) {
      const part = details.parentElement.querySelector("a").pathname;
      // The part that contains the page is always open at first.
      if (part in folds && !details.parentElement.matches(".here")) details.open = folds[part];
      details.addEventListener("toggle", () => {
        folds[part] = details.open;
        keep("rolebook-folds", JSON.stringify(folds));
      });
    }
    const kept = read("rolebook-nav");
    if (kept !== null) side.scrollTop = Number(kept);
    addEventListener("pagehide", () => keep("rolebook-nav", String(side.scrollTop)));
    const here = side.querySelector("[aria-current]");
    if (here && side.scrollHeight > side.clientHeight) {
      const place = here.getBoundingClientRect(), frame = side.getBoundingClientRect();
      if (place.top < frame.top || place.bottom > frame.bottom) side.scrollTop += place.top - frame.top - frame.height / 3;
    }
  }

  const moves = ["pointermove", "pointerdown", "keydown", "scroll"];
  const fetchLater = () => {
    for (const move of moves) removeEventListener(move, fetchLater, true);
    for (const address of later.split(" ")) {
      const script = document.createElement("script");
      Object.assign(script.dataset, rest);
      script.src = address;
      document.head.append(script);
    }
  };
  for (const move of moves) addEventListener(move, fetchLater, { capture: true, passive: true });

  const said = document.createElement("span");
  said.className = "sr";
  said.setAttribute("role", "status");
  document.body.append(said);
  document.addEventListener("click", async (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a.anchor") : null;
    if (!anchor || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
    try {
      await navigator.clipboard.writeText(anchor.href);
    } catch {
      return;
    }
    anchor.dataset.said = said.textContent = addressCopied;
    setTimeout(() => { delete anchor.dataset.said; said.textContent = ""; }, 2000);
  });

  const keys = document.querySelector("dialog.keys");
  const help = () => { if (keys && !keys.open) keys.showModal(); };
  const opener = document.querySelector(".keys-open");
  if (opener && keys) {
    opener.hidden = false;
    opener.addEventListener("click", help);
  }
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
    if (event.key === "?") {
      event.preventDefault();
      help();
    }
    const turn = { "[": "prev", "]": "next" }[event.key];
    if (turn) document.querySelector(`.turn a[rel="${turn}"]`)?.click();
  });
})();
