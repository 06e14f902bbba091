// Defines the record of an assessment (answers, evidence, plan and promotion cases), and reads and
// writes it as a file.
//
// Input: the text of a file. Output: a record, or the reason why it isn't one. Never touches the
// page or the storage, and never accepts a part of a damaged file.
//
// The file is JSON that people can read:
//   { "format": "rolebook-assessment", "version": 1, "handbook": title, "edition": text, "saved": day,
//     "levels":  [{ competency, title, level, name }]                 the quick pass; level 0: none of the levels yet
//     "ratings": [{ competency, title, id, level, text, answer,       answer: not-yet, sometimes, consistently, no-chance, or null
//                   evidence: [{ what, outcome, number, scope, seen }] }]
//     "plan":    [{ competency, title, id, level, text, practices: [text], date, note }]
//     "cases":   [{ role, title, need, wrong }] }
// `text` is the statement as it was when it was answered. A change to this format that old pages
// can't read needs a new version number.
(() => {
  const FORMAT = "rolebook-assessment";
  const VERSION = 1;
  const ANSWERS = ["not-yet", "sometimes", "consistently", "no-chance"];
  const PLANNED = 3;
  const LARGEST = 4_000_000;

  const empty = () => ({ levels: [], ratings: [], plan: [], cases: [] });
  const blankEvent = () => ({ what: "", outcome: "", number: "", scope: "", seen: "" });
  const isBlank = (event) => Object.values(event).every((text) => text.trim() === "");

  const text = (value) => typeof value === "string";
  const texts = (value) => Array.isArray(value) && value.every(text);
  const level = (value) => Number.isInteger(value) && value >= 0 && value <= 20;
  const answer = (value) => value === null || ANSWERS.includes(value);
  const events = (value) => Array.isArray(value) && value.every((one) => isTable(one) && fits(one, EVENT));
  const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  const EVENT = { what: text, outcome: text, number: text, scope: text, seen: text };
  const SHAPES = {
    levels: { competency: text, title: text, level, name: text },
    ratings: { competency: text, title: text, id: text, level, text, answer, evidence: events },
    plan: { competency: text, title: text, id: text, level, text, practices: texts, date: text, note: text },
    cases: { role: text, title: text, need: text, wrong: text },
  };

  function fits(value, shape) {
    return Object.entries(shape).every(([key, test]) => Object.hasOwn(value, key) && test(value[key]));
  }

  /** Copies from `value` only the fields that the shape declares. */
  function pick(value, shape) {
    const made = {};
    for (const key of Object.keys(shape)) made[key] = key === "evidence" ? value[key].map((one) => pick(one, EVENT)) : value[key];
    return made;
  }

  /**
   * Reads a file. Returns `{ record }`, or `{ fault, where }`: `large`, `json`, `format`, `version`
   * or `damaged`.
   */
  function read(source) {
    if (source.length > LARGEST) return { fault: "large" };
    let value;
    try { value = JSON.parse(source); } catch { return { fault: "json" }; }
    if (!isTable(value) || value.format !== FORMAT) return { fault: "format" };
    if (value.version !== VERSION) return { fault: Number.isInteger(value.version) && value.version > VERSION ? "version" : "format" };
    const record = empty();
    for (const [list, shape] of Object.entries(SHAPES)) {
      if (!Array.isArray(value[list])) return { fault: "damaged", where: list };
      for (const [n, one] of value[list].entries()) {
        if (!isTable(one) || !fits(one, shape)) return { fault: "damaged", where: `${list} ${n + 1}` };
        record[list].push(pick(one, shape));
      }
    }
    if (record.plan.length > PLANNED) return { fault: "damaged", where: `plan ${PLANNED + 1}` };
    return { record };
  }

  /** Writes a record. `about` has `handbook`, `edition` and `saved`. Leaves out blank entries. */
  function write(record, about) {
    const ratings = record.ratings.map((one) => ({ ...one, evidence: one.evidence.filter((event) => !isBlank(event)) }));
    const kept = {
      levels: record.levels,
      ratings: ratings.filter((one) => one.answer !== null || one.evidence.length > 0),
      plan: record.plan,
      cases: record.cases.filter((one) => `${one.need}${one.wrong}`.trim() !== ""),
    };
    return `${JSON.stringify({ format: FORMAT, version: VERSION, ...about, ...kept }, null, 2)}\n`;
  }

  /** Returns whether the record has nothing that could be lost. */
  function isEmpty(record) {
    const kept = JSON.parse(write(record, {}));
    return Object.keys(SHAPES).every((list) => kept[list].length === 0);
  }

  /**
   * Adds what `mine` lacks from another record. If both differ, `mine` wins. Keeps all evidence.
   */
  function merge(mine, other) {
    const merged = structuredClone(mine);
    const sameStatement = (a) => (b) => a.competency === b.competency && a.id === b.id && a.text === b.text;
    for (const one of other.levels) {
      if (!merged.levels.some((known) => known.competency === one.competency)) merged.levels.push(structuredClone(one));
    }
    for (const one of other.ratings) {
      const known = merged.ratings.find(sameStatement(one));
      if (!known) {
        merged.ratings.push(structuredClone(one));
        continue;
      }
      known.answer ??= one.answer;
      const told = new Set(known.evidence.map((event) => JSON.stringify(pick(event, EVENT))));
      known.evidence.push(...structuredClone(one.evidence.filter((event) => !told.has(JSON.stringify(pick(event, EVENT))))));
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

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, {
    ANSWERS, PLANNED, blankEvent, empty, isBlank, isEmpty, merge, readRecord: read, writeRecord: write,
  });
})();
