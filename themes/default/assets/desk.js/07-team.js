// Several people side by side, so that a manager rates by one measure.
//
// Input: all conversations on the desk. Output: a table in words, and the same as a document. Never
// ranks people, and never adds levels up.
(() => {
  const { block, compare, el, paper } = globalThis.rolebookAssess;

  /** Lists the competencies of all people, those in which the ratings are furthest apart first. */
  function rowsOf(people) {
    const compared = people.map((one) => new Map(compare(one.now(), one.basis.asked).rows.map((row) => [row.asked.id, row])));
    const all = new Map();
    for (const rows of compared) for (const [id, row] of rows) if (!all.has(id)) all.set(id, row.asked);
    const rows = [...all].map(([id, asked]) => {
      const cells = compared.map((of) => of.get(id) ?? null);
      const rated = cells.filter((cell) => cell && cell.manager !== null).map((cell) => cell.manager - cell.asked.level);
      return { asked, cells, spread: rated.length > 1 ? Math.max(...rated) - Math.min(...rated) : -1 };
    });
    return rows.sort((a, b) => b.spread - a.spread || Number(b.asked.key) - Number(a.asked.key));
  }

  const levels = (cell, one) => [
    [one.words("desk-team-role"), one.levelName(cell.asked.level)],
    [one.words("desk-report"), cell.report === null ? one.words("desk-no-answer") : one.levelName(cell.report)],
    [one.words("desk-manager"), cell.manager === null ? one.words("desk-no-answer") : one.levelName(cell.manager)],
  ];

  function blocks(people, words, today) {
    const { heading, line, list } = block;
    const one = ({ asked, cells }) => [heading(2, asked.title), list(cells.flatMap((cell, n) => (cell ? [`${people[n].names.report}: ${levels(cell, people[n]).map((pair) => pair.join(": ")).join("; ")}`] : [])))];
    return [heading(1, words("desk-team")), line(today), ...rowsOf(people).flatMap(one)];
  }

  /** Writes the view as rows: three columns for each person. */
  function tableRows(people, words) {
    const titles = people.flatMap((one) => ["desk-team-role", "desk-report", "desk-manager"].map((key) => `${one.names.report}: ${words(key)}`));
    const cells = (of, n) => (of ? levels(of, people[n]).map(([, level]) => level) : [words("desk-team-not"), "", ""]);
    return [[words("desk-team-competency"), ...titles], ...rowsOf(people).map((row) => [row.asked.title, ...row.cells.flatMap(cells)])];
  }

  /** Creates the view of all `people`, each with the state of their conversation. */
  function team(people, { words, root, today }) {
    const cell = (of, n) => el("td", {}, of ? el("dl", {}, levels(of, people[n]).map(([name, level]) => el("div", {}, el("dt", {}, name), el("dd", {}, level)))) : words("desk-team-not"));
    const rows = rowsOf(people);
    const table = el("div", { class: "table-scroll", role: "region", tabindex: 0, "aria-labelledby": "desk-team" }, el("table", { class: "desk-team" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words("desk-team-competency")), people.map((one) => el("th", { scope: "col" }, one.names.report, el("span", { class: "note" }, one.talk.role.title))))),
      el("tbody", {}, rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.asked.title), row.cells.map(cell))))));
    const sheet = paper("calibration", words("desk-team-paper"), () => blocks(people, words, today()), { words, root, role: "team", rows: () => tableRows(people, words) });
    return [el("h2", { id: "desk-team", tabindex: -1 }, words("desk-team")), el("p", { class: "hint" }, words("desk-team-means")), table, sheet.element];
  }

  Object.assign(globalThis.rolebookAssess, { team });
})();
