// Knows what is kept: answers, evidence, plan and cases; reads them from a file and writes them to one.
//
// Input: the text of a file. Output: a record, or the reason why it is none. Never touches the page or the storage; never takes a part of a broken file.
//
// The file is JSON, and everything in it can be read by a person:
//   { "format": "rolebook-assessment", "version": 1, "handbook": title, "edition": text, "saved": day,
//     "levels":  [{ competency, title, level, name }]                 the quick pass; level 0: none of the levels yet
//     "ratings": [{ competency, title, id, level, text, answer,       answer: not-yet, sometimes, consistently, no-chance, or null
//                   evidence: [{ what, outcome, number, scope, seen }] }]
//     "plan":    [{ competency, title, id, level, text, practices: [text], date, note }]
//     "cases":   [{ role, title, need, wrong }] }
// `text` is the statement as it was when it was answered. A change of this shape that old pages cannot read raises the version.
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

  /** Takes from `value` what the shape names, and nothing else. */
  function pick(value, shape) {
    const made = {};
    for (const key of Object.keys(shape)) made[key] = key === "evidence" ? value[key].map((one) => pick(one, EVENT)) : value[key];
    return made;
  }

  /** Reads a file. Returns `{ record }`, or `{ fault, where }`: `large`, `json`, `format`, `version` or `damaged`. */
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

  /** Writes a record; `about` holds `handbook`, `edition` and `saved`. What holds nothing is left out. */
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

  /** Tells whether there is nothing that could be lost. */
  function isEmpty(record) {
    const kept = JSON.parse(write(record, {}));
    return Object.keys(SHAPES).every((list) => kept[list].length === 0);
  }

  /** Adds to a record what another one has beside it; where both say something, `mine` holds, and evidence of both is kept. */
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
