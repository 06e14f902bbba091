// The record of a conversation between two people: both assessments, what they agreed on, and one
// plan. Compares the two assessments.
//
// Input: two records and what the role expects. Output: the differences, and the text of the file
// that both keep. Never touches the page or the storage, and never computes a score.
(() => {
  const { PLANNED, expected, keptRecord, levelNow, match, plain, readFile, recordFormats, recordShapes: { about, head, lists, plan }, splitRecord, take: { level, list, table, text }, told, weight } = globalThis.rolebookAssess;
  const FORMAT = "rolebook-conversation";
  const VERSION = 1;
  const SIDES = ["report", "manager"];

  const { levels, ratings, cases } = lists;
  const side = table({ name: text, edition: text, saved: head.saved, levels, ratings, cases });
  const agreed = table({ competency: text, title: text, level: (value, where) => (value === null ? null : level(value, where)), name: text, note: text });
  const file = table({
    ...head, role: about.role, scale: about.scale, expects: about.expects, report: side, manager: side,
    agreed: list(agreed), plan: list(plan, PLANNED), notes: text, next: head.saved,
  });
  const formats = { ...recordFormats, [FORMAT]: { 1: file } };

  const blankSide = (name = "") => ({ name, edition: "", saved: "", levels: [], ratings: [], cases: [] });

  /** Begins a conversation about an assessment, as it was read from a file. */
  function begin({ record, about: of }) {
    const { levels: theirs, ratings: answers, cases: written } = keptRecord(record);
    return {
      handbook: of.handbook, edition: of.edition, saved: of.saved, role: of.role, scale: of.scale, expects: of.expects,
      report: { name: record.person, edition: of.edition, saved: of.saved, levels: theirs, ratings: answers, cases: written },
      manager: blankSide(), agreed: [], plan: structuredClone(record.plan), notes: "", next: "",
    };
  }

  /**
   * Reads a file of either format. Returns `{ record, about }` for an assessment, `{ talk }` for a
   * conversation, or `{ fault, where }`.
   */
  function readAny(source) {
    const { value, fault, where } = readFile(source, formats);
    if (fault) return { fault, where };
    if (value.format !== FORMAT) return splitRecord(value);
    const talk = { ...value };
    delete talk.format;
    delete talk.version;
    return { talk };
  }

  /** Writes a conversation. */
  function writeTalk(talk) {
    const clean = (one) => { const { levels: l, ratings: r, cases: c } = keptRecord({ ...one, plan: [], manager: [] }); return { ...one, levels: l, ratings: r, cases: c }; };
    const said = talk.agreed.filter((one) => one.level !== null || one.note.trim() !== "");
    return `${JSON.stringify({ format: FORMAT, version: VERSION, ...talk, report: clean(talk.report), manager: clean(talk.manager), agreed: said }, null, 2)}\n`;
  }

  /** Returns what a role expects in the form of the page, from the form in which files say it. */
  function askedOf(expects) {
    return expects.map((one) => {
      const statements = one.statements.map((of) => ({ ...of, competency: one.competency, replaces: of.replaces || null }));
      statements.sort((a, b) => a.level - b.level || Number(b.key) - Number(a.key));
      return { id: one.competency, title: one.title, url: null, level: one.level, focus: one.key, isComplete: one.complete, statements, key: one.key || statements.some((of) => of.key), meaning: null, grow: null };
    });
  }

  /** Sets the two answers to a statement next to each other. */
  function pair(statement, found) {
    const [report, manager] = SIDES.map((name) => found[name].get(statement)?.rating ?? null);
    const [a, b] = [report?.answer ?? null, manager?.answer ?? null];
    const kind = a && b ? (a === b ? "same" : "differ") : a || b ? "one" : "none";
    return { statement, report: a, manager: b, kind, told: { report: told(report), manager: told(manager) } };
  }

  /**
   * Compares both assessments, competency by competency. Differences come first, and among them what
   * the role is judged on, and then the largest.
   */
  function compare(talk, asked) {
    const statements = asked.flatMap((one) => one.statements);
    const matched = Object.fromEntries(SIDES.map((name) => [name, match(statements, talk[name].ratings)]));
    const found = Object.fromEntries(SIDES.map((name) => [name, matched[name].found]));
    const rows = asked.map((one) => {
      const [report, manager] = SIDES.map((name) => levelNow(talk[name].levels.find((of) => of.competency === one.id), talk.scale));
      const pairs = one.statements.map((statement) => pair(statement, found)).filter((of) => of.kind !== "none" || of.told.report.length + of.told.manager.length > 0);
      const differs = report !== null && manager !== null && report !== manager;
      const isOpen = report === null || manager === null;
      const kind = differs || pairs.some((of) => of.kind === "differ") ? "differ" : isOpen ? "open" : "same";
      return { asked: one, report, manager, kind, pairs, apart: differs ? Math.abs(report - manager) : 0 };
    });
    const place = { differ: 0, open: 1, same: 2 };
    rows.sort((a, b) => place[a.kind] - place[b.kind] || weight(b.asked) - weight(a.asked) || b.apart - a.apart);
    return { rows, found, rest: Object.fromEntries(SIDES.map((name) => [name, matched[name].rest])) };
  }

  /** Returns the level that both agreed on: the one they wrote down, or else the one both gave. */
  function agreedLevel(row, talk) {
    const said = talk.agreed.find((one) => one.competency === row.asked.id);
    const now = said && said.level !== null ? levelNow(said, talk.scale) : null;
    if (now !== null) return now;
    return row.report !== null && row.report === row.manager ? row.report : null;
  }

  /**
   * Lists the statements that a plan could be about: first those below the level that both agreed on,
   * and in each group what the role is judged on.
   */
  function candidates(rows, talk) {
    const open = rows.map((row) => {
      const level = agreedLevel(row, talk);
      const answers = new Map(row.pairs.map((one) => [one.statement, [one.report, one.manager]]));
      const isOpen = (one) => answers.get(one)?.some((answer) => ["not-yet", "sometimes", "no-chance"].includes(answer)) || (level !== null && one.level > level);
      const list = expected(row.asked).filter(isOpen).sort((a, b) => Number(b.key) - Number(a.key));
      return { row, isBelow: level !== null && level < row.asked.level, list };
    });
    open.sort((a, b) => Number(b.isBelow) - Number(a.isBelow) || weight(b.row.asked) - weight(a.row.asked));
    return open.flatMap(({ row, list }) => list.map((statement) => ({ asked: row.asked, statement })));
  }

  /**
   * Compares what a role expected when a file was written with what it expects now. Returns a list of
   * `{ kind, title, then, now }` with the kind `added`, `removed`, `level`, `new`, `gone`, `moved` or
   * `reworded`.
   */
  function changesSince(before, now) {
    const [old, current] = [new Map(before.map((one) => [one.competency, one])), new Map(now.map((one) => [one.competency, one]))];
    const changes = [];
    for (const [id, one] of current) if (!old.has(id)) changes.push({ kind: "added", title: one.title, then: "", now: "" });
    for (const [id, one] of old) if (!current.has(id)) changes.push({ kind: "removed", title: one.title, then: "", now: "" });
    for (const [id, one] of current) {
      const was = old.get(id);
      if (!was) continue;
      if (was.level !== one.level || plain(was.name) !== plain(one.name)) changes.push({ kind: "level", title: one.title, then: was.level, now: one.level, names: [was.name, one.name] });
      const statements = one.statements.map((of) => ({ ...of, competency: id }));
      const { found, rest } = match(statements, was.statements.map((of) => ({ ...of, competency: id })));
      for (const statement of statements) {
        const known = found.get(statement);
        if (!known) changes.push({ kind: "new", title: one.title, then: "", now: statement.text });
        else if (known.change !== "same") changes.push({ kind: known.change, title: one.title, then: known.rating.text, now: statement.text, levels: [known.rating.level, statement.level] });
      }
      for (const gone of rest) changes.push({ kind: "gone", title: one.title, then: gone.text, now: "" });
    }
    return changes;
  }

  Object.assign(globalThis.rolebookAssess, { SIDES, agreedLevel, askedOf, beginTalk: begin, blankSide, candidates, changesSince, compare, readAny, writeTalk });
})();
