// Marks in the contents the section being read, keeps the navigation where it was, and turns pages with [ and ].
(() => {
  const links = new Map();
  for (const link of document.querySelectorAll(".toc a[href^='#']")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) links.set(section, link);
  }
  let current = null;
  const follow = () => {
    let reading = null;
    for (const section of links.keys()) {
      if (section.getBoundingClientRect().top > innerHeight / 4) break;
      reading = section;
    }
    if (reading === current) return;
    links.get(current)?.removeAttribute("aria-current");
    links.get(reading)?.setAttribute("aria-current", "true");
    current = reading;
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; follow(); });
  };
  if (links.size) {
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    follow();
  }

  const side = document.querySelector(".side");
  const key = "rolebook-nav";
  if (side) {
    try {
      const kept = sessionStorage.getItem(key);
      if (kept !== null) side.scrollTop = Number(kept);
      addEventListener("pagehide", () => sessionStorage.setItem(key, String(side.scrollTop)));
    } catch { /* No storage: the navigation starts at its top. */ }
    const here = side.querySelector("[aria-current]");
    if (here && side.scrollHeight > side.clientHeight) {
      const place = here.getBoundingClientRect(), frame = side.getBoundingClientRect();
      if (place.top < frame.top || place.bottom > frame.bottom) side.scrollTop += place.top - frame.top - frame.height / 3;
    }
  }

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
    const turn = { "[": "prev", "]": "next" }[event.key];
    if (turn) document.querySelector(`.turn a[rel="${turn}"]`)?.click();
  });
})();
