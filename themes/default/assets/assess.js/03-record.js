// Defines the record of an assessment (answers, evidence, plan and promotion cases), and reads and
// writes it as a file.
//
// Input: the text of a file. Output: a record, or the reason why it isn't one. Never touches the
// page or the storage. The chapter "Growth conversations" of the manual describes the format;
// a change that old pages can't read needs a new version number.
(() => {
  const { readFile, take: { day, flag, level, list, maybe, oneOf, table, text } } = globalThis.rolebookAssess;
  const FORMAT = "rolebook-assessment";
  const VERSION = 2;
  const ANSWERS = ["not-yet", "sometimes", "consistently", "no-chance"];
  const PLANNED = 3;
  const LISTS = ["levels", "ratings", "plan", "cases", "manager"];

  const empty = () => ({ person: "", levels: [], ratings: [], plan: [], cases: [], manager: [] });
  const blankEvent = () => ({ what: "", outcome: "", number: "", scope: "", seen: "" });
  const isBlank = (event) => Object.values(event).every((one) => one.trim() === "");
  /** Returns the evidence of an answer that says something. */
  const told = (rating) => rating?.evidence.filter((event) => !isBlank(event)) ?? [];

  const statement = { competency: text, title: text, id: text, level, text };
  const event = table({ what: text, outcome: text, number: text, scope: text, seen: text });
  const shapes = {
    step: table({ level, name: text, means: text }),
    level: table({ competency: text, title: text, level, name: text }),
    rating: table({ ...statement, answer: oneOf(null, ...ANSWERS), evidence: list(event) }),
    plan: table({ ...statement, practices: list(text), date: day, note: text, helper: maybe(text, "") }),
    case: table({ role: text, title: text, need: text, wrong: text }),
    role: table({ id: text, title: text }),
    // What the role expected when the file was written, with the text of every statement.
    expected: table({
      competency: text, title: text, level, name: text, key: flag, complete: flag,
      statements: list(table({ id: text, level, text, key: flag, replaces: text })),
    }),
  };

  const head = { format: text, version: level, handbook: maybe(text, ""), edition: maybe(text, ""), saved: maybe(day, "") };
  const lists = { levels: list(shapes.level), ratings: list(shapes.rating), plan: list(shapes.plan, PLANNED), cases: list(shapes.case) };
  const about = {
    person: maybe(text, ""), by: maybe(oneOf("self", "manager"), "self"), role: maybe(shapes.role, { id: "", title: "" }),
    scale: maybe(list(shapes.step, 20), []), expects: maybe(list(shapes.expected), []),
  };
  const formats = { [FORMAT]: { 1: table({ ...head, ...lists }), 2: table({ ...head, ...about, ...lists, manager: maybe(list(shapes.level), []) }) } };

  /** Splits what a file says into the record and what the file says about it. */
  function split(value) {
    const record = empty();
    for (const key of Object.keys(record)) record[key] = value[key] ?? record[key];
    const { handbook, edition, saved, by = "self", role = { id: "", title: "" }, scale = [], expects = [] } = value;
    return { record, about: { handbook, edition, saved, by, role, scale, expects } };
  }

  /** Reads a file. Returns `{ record, about }`, or `{ fault, where }` as `readFile` does. */
  function read(source) {
    const { value, fault, where } = readFile(source, formats);
    return fault ? { fault, where } : split(value);
  }

  /** Returns a record without entries that say nothing. */
  function kept(record) {
    const ratings = record.ratings.map((one) => ({ ...one, evidence: one.evidence.filter((told) => !isBlank(told)) }));
    return {
      ...record,
      ratings: ratings.filter((one) => one.answer !== null || one.evidence.length > 0),
      cases: record.cases.filter((one) => `${one.need}${one.wrong}`.trim() !== ""),
    };
  }

  /** Writes a record. `known` has what `read` returns as `about`, or a part of it. */
  function write(record, known) {
    const { person, ...all } = kept(record);
    return `${JSON.stringify({ format: FORMAT, version: VERSION, person, ...known, ...all }, null, 2)}\n`;
  }

  /** Returns whether the record has nothing that could be lost. */
  function isEmpty(record) {
    const all = kept(record);
    return LISTS.every((name) => all[name].length === 0);
  }

  /** Describes what a role expects, to be written into a file. */
  function snapshot(asked, scale) {
    const name = (at) => scale.find((step) => step.level === at)?.name ?? "";
    const one = ({ id, level: at, text: words, key, replaces }) => ({ id, level: at, text: words, key: Boolean(key), replaces: replaces ?? "" });
    return asked.map((of) => ({
      competency: of.id, title: of.title, level: of.level, name: name(of.level), key: Boolean(of.focus), complete: Boolean(of.isComplete), statements: of.statements.map(one),
    }));
  }

  /**
   * Adds what `mine` lacks from another record. If both differ, `mine` wins. Keeps all evidence.
   */
  function merge(mine, other) {
    const merged = structuredClone(mine);
    const sameStatement = (a) => (b) => a.competency === b.competency && a.id === b.id && a.text === b.text;
    const same = (told) => JSON.stringify(Object.keys(blankEvent()).map((key) => told[key]));
    for (const name of ["levels", "manager"]) {
      for (const one of other[name]) {
        if (!merged[name].some((known) => known.competency === one.competency)) merged[name].push(structuredClone(one));
      }
    }
    for (const one of other.ratings) {
      const known = merged.ratings.find(sameStatement(one));
      if (!known) {
        merged.ratings.push(structuredClone(one));
        continue;
      }
      known.answer ??= one.answer;
      const told = new Set(known.evidence.map(same));
      known.evidence.push(...structuredClone(one.evidence.filter((more) => !told.has(same(more)))));
    }
    for (const one of other.plan) {
      if (merged.plan.length < PLANNED && !merged.plan.some(sameStatement(one))) merged.plan.push(structuredClone(one));
    }
    for (const one of other.cases) {
      const known = merged.cases.find((mineToo) => mineToo.role === one.role);
      if (!known) merged.cases.push(structuredClone(one));
      else for (const key of ["need", "wrong"]) if (known[key].trim() === "") known[key] = one[key];
    }
    return merged;
  }

  Object.assign(globalThis.rolebookAssess, {
    ANSWERS, PLANNED, blankEvent, empty, isBlank, isEmpty, keptRecord: kept, merge, readRecord: read, recordFormats: formats, recordShapes: { ...shapes, head, lists, about }, snapshot, splitRecord: split, told,
    writeRecord: write,
  });
})();
