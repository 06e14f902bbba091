// Keeps readers on their reading path, and stores in this browser which chapters they have read.
(() => {
  const along = document.querySelector(".along"), stops = document.querySelector(".stops");
  const place = along ?? stops;
  if (!place) return;
  // Each handbook has its own key, so that two on one host don't mix.
  const key = `rolebook-read ${new URL(place.dataset.home, location.href).pathname}`;
  let kept = true;
  const read = () => {
    try {
      const list = JSON.parse(localStorage.getItem(key) ?? "[]");
      return new Set(Array.isArray(list) ? list : []);
    } catch { return new Set(); }
  };
  let marks = read();
  const keep = () => {
    try {
      if (marks.size) localStorage.setItem(key, JSON.stringify([...marks])); else localStorage.removeItem(key);
      kept = true;
    } catch { kept = false; }
  };
  const mark = (chapter, on) => {
    if (kept) marks = read();
    if (on) marks.add(chapter); else marks.delete(chapter);
    keep();
  };
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  if (along) {
    const chapter = along.dataset.key;
    const wanted = new URLSearchParams(location.search).get("path");
    const way = [...along.querySelectorAll("[data-path]")].find((item) => item.dataset.path === wanted);
    const button = make("button", { type: "button", className: "mark" });
    const note = make("span", { className: "note" });
    const show = () => {
      const isRead = marks.has(chapter);
      button.textContent = isRead ? along.dataset.marked : along.dataset.mark;
      button.setAttribute("aria-pressed", String(isRead));
      note.textContent = kept ? along.dataset.kept : along.dataset.lost;
    };
    button.addEventListener("click", () => { mark(chapter, !marks.has(chapter)); show(); });
    along.append(make("p", { className: "marking" }, button, " ", note));
    addEventListener("storage", (event) => { if (event.key === key) { marks = read(); show(); } });
    addEventListener("pageshow", () => { if (kept) marks = read(); show(); });
    show();

    if (way) {
      way.setAttribute("aria-current", "true");
      let turn = document.querySelector(".turn");
      if (!turn) {
        turn = make("nav", { className: "turn" });
        turn.setAttribute("aria-label", along.dataset.turn);
        along.after(turn);
      }
      const links = [...way.querySelectorAll(".steps-along a")].map((link) => link.cloneNode(true));
      turn.replaceChildren(...links);
      // Going on to the next chapter marks this one as read.
      turn.querySelector(".next")?.addEventListener("click", () => mark(chapter, true));
      const head = way.querySelector(".stop").cloneNode(true);
      head.classList.add("came-by");
      document.querySelector(".top").append(head);
    }
  }

  if (stops) {
    const progress = stops.querySelector(".progress");
    const items = [...stops.querySelectorAll("li[data-key]")];
    const boxes = new Map();
    for (const item of items) {
      const box = make("input", { type: "checkbox" });
      const title = item.querySelector("h3 a").textContent;
      const label = make("label", { className: "read" }, box, ` ${stops.dataset.mark}`, make("span", { className: "sr", textContent: `: ${title}` }));
      box.addEventListener("change", () => { mark(item.dataset.key, box.checked); show(); });
      boxes.set(item, box);
      item.append(label);
    }
    const show = () => {
      let done = 0, left = 0;
      for (const [item, box] of boxes) {
        box.checked = marks.has(item.dataset.key);
        if (box.checked) done += 1; else left += Number(item.dataset.minutes);
      }
      const { progress: going, done: all, lost } = progress.dataset;
      const text = (done === items.length ? all : going).replace("{n}", done).replace("{of}", items.length).replace("{minutes}", left);
      progress.querySelector("[role=status]").textContent = kept ? text : `${text} ${lost}`;
    };
    progress.querySelector(".clear").addEventListener("click", () => { marks.clear(); keep(); show(); });
    addEventListener("storage", (event) => { if (event.key === key || event.key === null) { marks = read(); show(); } });
    addEventListener("pageshow", () => { if (kept) marks = read(); show(); });
    progress.hidden = false;
    show();
  }
})();
