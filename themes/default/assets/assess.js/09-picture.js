// Draws the levels of a result: for each competency, what the role expects and what people say.
//
// Input: rows of levels. Output: a table with a drawing in each row and the same facts in words. Never shows a
// total or an average.
(() => {
  const { el } = globalThis.rolebookAssess;
  const SPACE = "http://www.w3.org/2000/svg";
  const [ROW, EDGE, WIDTH] = [30, 14, 172];

  function draw(name, has, ...children) {
    const made = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(has)) made.setAttribute(key, String(value));
    made.append(...children);
    return made;
  }

  /** Draws a mark. Each person has a shape of their own, so that color isn't needed to tell them apart. */
  function mark(kind, x, y) {
    if (kind === "role") return draw("rect", { class: "picture-role", x: x - 11, y: y - 11, width: 22, height: 22, rx: 4 });
    if (kind === "manager") return draw("path", { class: "picture-manager", d: `M${x} ${y - 7}l7 7-7 7-7-7z` });
    return draw("circle", { class: "picture-report", cx: x, cy: y, r: 5.5 });
  }

  /** Draws one row: its levels as marks on a line with `steps` steps. */
  function line(row, steps) {
    const y = ROW / 2;
    const x = (level) => EDGE + (level * (WIDTH - 2 * EDGE)) / steps;
    const both = row.report !== null && row.report === row.manager;
    const people = ["report", "manager"].filter((name) => Number.isInteger(row[name]));
    const places = people.map((name) => x(row[name]) + (both ? { report: -6, manager: 7 }[name] : 0));
    return draw("svg", { viewBox: `0 0 ${WIDTH} ${ROW}`, width: WIDTH, height: ROW, "aria-hidden": "true", focusable: "false" },
      draw("path", { class: "picture-line", d: `M${x(0)} ${y}H${x(steps)}` }),
      ...Array.from({ length: steps + 1 }, (_, level) => draw("path", { class: "picture-line", d: `M${x(level)} ${y - 3}v6` })),
      mark("role", x(row.role), y),
      ...people.map((name, n) => mark(name, places[n], y)));
  }

  const key = (kind, name) => el("span", {}, draw("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", focusable: "false" }, mark(kind, 12, 12)), " ", name);

  /**
   * Creates the picture of `rows` (`{ title, role, report, manager, flag }`, with levels or null).
   * `names` has a name for each kind of mark that occurs, and `level` returns the name of a level. The
   * table contains the names of the levels, too: they are what screen readers read.
   */
  function picture({ rows, names, steps, caption, level, words }) {
    const kinds = Object.keys(names);
    return el("figure", { class: "assess-picture" },
      el("figcaption", {}, el("strong", {}, caption), el("span", { class: "picture-key" }, kinds.map((kind) => key(kind, names[kind])))),
      el("table", {},
        el("thead", {}, el("tr", {}, [words("picture-competency"), words("picture-drawing"), ...kinds.map((kind) => names[kind])].map((text) => el("th", { scope: "col" }, text)))),
        el("tbody", {}, rows.map((row) => el("tr", {},
          el("th", { scope: "row" }, row.title, row.flag && [" ", el("strong", { class: "flag" }, row.flag)]),
          el("td", { class: "picture-cell" }, line(row, steps)),
          kinds.map((kind) => el("td", {}, row[kind] === null ? "–" : level(row[kind]))))))));
  }

  Object.assign(globalThis.rolebookAssess, { levelLine: line, picture, pictureKey: key });
})();
