// Reads a file that somebody else may have written: checks every part of it and copies only the parts
// that it knows.
//
// Input: the text of a file and a description of what it may contain. Output: a copy, or the reason
// why the file is refused, with the place. Never accepts a part of a file, and never uses a name from
// a file as the name of a property.
(() => {
  const LARGEST = 4_000_000;
  const LONGEST = 20_000;
  const MANY = 5_000;
  // Names that change how objects work. No page writes them.
  const FORGED = ["__proto__", "constructor", "prototype"];

  const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const at = (where, part) => (where ? `${where} ${part}` : part);

  class Refusal extends Error {
    constructor(fault, where) {
      super(fault);
      this.fault = fault;
      this.where = where;
    }
  }
  const refuse = (fault, where) => { throw new Refusal(fault, where); };

  function text(value, where) {
    if (typeof value !== "string") refuse("damaged", where);
    return value.length > LONGEST ? refuse("long", where) : value;
  }
  const day = (value, where) => (text(value, where) === "" || /^\d{4}-\d\d-\d\d$/u.test(value) ? value : refuse("damaged", where));
  const flag = (value, where) => (typeof value === "boolean" ? value : refuse("damaged", where));
  const level = (value, where) => (Number.isInteger(value) && value >= 0 && value <= 20 ? value : refuse("damaged", where));
  const oneOf = (...values) => (value, where) => (values.includes(value) ? value : refuse("damaged", where));
  const list = (take, most = MANY) => (value, where) => {
    if (!Array.isArray(value)) refuse("damaged", where);
    if (value.length > most) refuse("many", where);
    return value.map((one, n) => take(one, at(where, n + 1)));
  };
  /** Describes a part that may be missing. */
  const maybe = (take, without) => Object.assign((value, where) => take(value, where), { without });

  /** Describes a table with exactly these parts. */
  const table = (shape) => (value, where) => {
    if (!isTable(value)) refuse("damaged", where);
    for (const key of Object.keys(value)) {
      if (FORGED.includes(key)) refuse("forged", at(where, key));
      if (!Object.hasOwn(shape, key)) refuse("unknown", at(where, key.slice(0, 40)));
    }
    const made = {};
    for (const [key, take] of Object.entries(shape)) {
      if (Object.hasOwn(value, key)) made[key] = take(value[key], at(where, key));
      else if ("without" in take) made[key] = structuredClone(take.without);
      else refuse("damaged", at(where, key));
    }
    return made;
  };

  /**
   * Reads a file. `formats` lists, for each format, a description for every version that is still
   * read. Returns `{ value }`, or `{ fault, where }`: `large`, `html`, `json`, `format`, `version`,
   * `forged`, `unknown`, `long`, `many` or `damaged`.
   */
  function readFile(source, formats) {
    try {
      if (source.length > LARGEST) refuse("large", "");
      if (/^\s*</u.test(source)) refuse("html", "");
      let value;
      try { value = JSON.parse(source); } catch { refuse("json", ""); }
      if (!isTable(value) || !Object.hasOwn(value, "format") || !Object.hasOwn(formats, value.format)) refuse("format", "");
      const versions = formats[value.format];
      if (!Number.isInteger(value.version) || value.version < 1) refuse("format", "");
      if (!Object.hasOwn(versions, value.version)) refuse("version", "");
      return { value: versions[value.version](value, "") };
    } catch (error) {
      if (error instanceof Refusal) return { fault: error.fault, where: error.where };
      throw error;
    }
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { LARGEST, readFile, take: { day, flag, level, list, maybe, oneOf, table, text } });
})();
