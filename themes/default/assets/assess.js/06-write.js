// Writes the documents that readers take with them: growth plan, promotion case, résumé bullets, and
// tables. Also groups evidence by what it shows.
//
// Input: blocks of text, or rows. Output: Markdown in which everything that was typed is escaped, or
// CSV that a spreadsheet reads as text. Never touches the page.
(() => {
  const heading = (level, text) => ({ kind: "heading", level, text });
  const line = (text) => ({ kind: "text", text });
  const list = (items) => ({ kind: "list", items });

  /** Escapes typed text so that it doesn't become Markdown or HTML. */
  function escape(text) {
    const inline = text.replace(/\s+/gu, " ").trim().replace(/[\\`*_[\]<]/g, "\\$&");
    return inline.replace(/^([#>+-])/, "\\$1").replace(/^(\d+)([.)])/, "$1\\$2");
  }

  /** Writes blocks as Markdown. */
  function markdown(blocks) {
    const one = (block) => {
      if (block.kind === "heading") return `${"#".repeat(block.level)} ${escape(block.text)}`;
      if (block.kind === "text") return block.text.split(/\n\s*\n/u).map(escape).filter(Boolean).join("\n\n");
      return block.items.map((item) => `- ${escape(item)}`).join("\n");
    };
    return `${blocks.map(one).filter(Boolean).join("\n\n")}\n`;
  }

  /**
   * Writes rows as CSV (RFC 4180). Begins with a byte order mark, without which Excel doesn't read it as
   * UTF-8. What a spreadsheet would read as a formula gets an apostrophe in front, also where a
   * spreadsheet that separates cells by semicolons or tabs, and so ignores quotes inside a cell,
   * would begin a new one.
   */
  function csv(rows) {
    const start = /^([\s\p{Cc}\p{Cf}]*)(?=[=+\-@＝＋－＠])/u;
    const inside = /([;\t\r\n][\s\p{Cc}\p{Cf}";]*)(?=[=+\-@＝＋－＠])/gu;
    const cell = (value) => {
      const text = String(value ?? "").trim().replace(start, "$1'").replace(inside, "$1'");
      return /[";,\t\r\n]/u.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
    };
    return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
  }

  /** Writes an event as one sentence: the action, the outcome, and (the number and the scope). */
  function sentence(event) {
    const bare = (text) => text.replace(/\s+/gu, " ").trim().replace(/[.;,\s]+$/u, "");
    const done = [event.what, event.outcome].map(bare).filter(Boolean).join("; ");
    const measured = [event.number, event.scope].map(bare).filter(Boolean).join(", ");
    if (!done && !measured) return "";
    return `${done}${measured ? `${done ? " " : ""}(${measured})` : ""}.`;
  }

  /**
   * Groups evidence by what it shows. `kinds` are `{ name, competencies }`. An event counts for the
   * first kind that lists its competency, or else for the kind `null`. Returns
   * `{ name, events, lacks }` for each kind, where `lacks` counts the events without an outcome, a
   * number or a scope.
   */
  function coverage(kinds, ratings) {
    const groups = kinds.map((kind) => ({ name: kind.name, competencies: kind.competencies, events: [] }));
    const others = { name: null, competencies: [], events: [] };
    for (const rating of ratings) {
      const group = groups.find((one) => one.competencies.includes(rating.competency)) ?? others;
      for (const event of rating.evidence) {
        if (sentence(event)) group.events.push({ rating, event });
      }
    }
    const lack = (events, key) => events.filter(({ event }) => event[key].trim() === "").length;
    const told = others.events.length ? [...groups, others] : groups;
    return told.map((group) => ({ ...group, lacks: Object.fromEntries(["outcome", "number", "scope"].map((key) => [key, lack(group.events, key)])) }));
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { block: { heading, line, list }, coverage, csv, markdown, sentence });
})();
