// Several people side by side, so that a manager rates by one measure.
//
// Input: all conversations on the desk. Output: a table in words, and the same as a document. Never
// ranks people, and never adds levels up.
(() => {
  const { block, compare, el, levelLine, paper, pictureKey } = globalThis.rolebookAssess;

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

  /** Whose levels are shown, with the words for them. */
  const KINDS = [["role", "desk-team-role"], ["report", "desk-report"], ["manager", "desk-manager"]];

  /** Names the three levels of a cell: `named` is the function of the state that names one. */
  function levels(cell, one, named = one.levelName) {
    const given = { role: cell.asked.level, report: cell.report, manager: cell.manager };
    return KINDS.map(([kind, label]) => [one.words(label), given[kind] === null ? one.words("desk-no-answer") : named(given[kind])]);
  }

  function blocks(people, words, today) {
    const { heading, line, list } = block;
    const one = ({ asked, cells }) => [heading(2, asked.title), list(cells.flatMap((cell, n) => (cell ? [`${people[n].names.report}: ${levels(cell, people[n]).map((pair) => pair.join(": ")).join("; ")}`] : [])))];
    return [heading(1, words("desk-team")), line(today), ...rowsOf(people).flatMap(one)];
  }

  /** Writes the view as rows: three columns for each person. */
  function tableRows(people, words) {
    const titles = people.flatMap((one) => KINDS.map(([, label]) => `${one.names.report}: ${words(label)}`));
    const cells = (of, n) => (of ? levels(of, people[n]).map(([, level]) => level) : [words("desk-team-not"), "", ""]);
    return [[words("desk-team-competency"), ...titles], ...rowsOf(people).map((row) => [row.asked.title, ...row.cells.flatMap(cells)])];
  }

  /** Creates the view of all `people`, each with the state of their conversation. */
  function team(people, { words, root, today }) {
    const asks = (of, one) => one.stepName(of.asked.level);
    const cell = (of, n, isShared) => el("td", {}, of ? [
      levelLine({ role: of.asked.level, report: of.report, manager: of.manager }, people[n].scale.length),
      el("dl", {}, levels(of, people[n], people[n].stepName).slice(isShared ? 1 : 0).map((pair) => el("div", {}, el("dt", {}, pair[0]), el("dd", {}, pair[1])))),
    ] : words("desk-team-not"));
    /** What is expected is said once if it is the same of everybody. */
    const line = (row) => {
      const isShared = row.cells.every((of, n) => of && asks(of, people[n]) === asks(row, people[0]));
      return el("tr", {}, el("th", { scope: "row" }, row.asked.title, row.asked.key && [" ", el("strong", { class: "flag" }, words("focus"))], isShared && el("span", { class: "note" }, words("asks", { level: asks(row, people[0]) }))), row.cells.map((of, n) => cell(of, n, isShared)));
    };
    const rows = rowsOf(people);
    const key = el("p", { class: "picture-key" }, KINDS.map(([kind, label]) => pictureKey(kind, words(label))));
    const table = el("div", { class: "table-scroll", role: "region", tabindex: 0, "aria-labelledby": "desk-team" }, el("table", { class: "desk-team" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words("desk-team-competency")), people.map((one) => el("th", { scope: "col" }, one.names.report, el("span", { class: "note" }, one.talk.role.title))))),
      el("tbody", {}, rows.map(line))));
    const sheet = paper("calibration", words("desk-team-paper"), () => blocks(people, words, today()), { words, root, role: "team" }, { isFolded: true, rows: () => tableRows(people, words) });
    return [el("h2", { id: "desk-team", tabindex: -1 }, words("desk-team")), el("p", { class: "hint" }, words("desk-team-means")), key, table, sheet.element];
  }

  Object.assign(globalThis.rolebookAssess, { team });
})();
