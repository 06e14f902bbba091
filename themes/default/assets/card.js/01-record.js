// Defines the record of a scorecard: what one interviewer heard, how they marked it, and what they
// recommend. Reads and writes it as a file.
//
// Input: the text of a file. Output: a card, or the reason why it isn't one. Never touches the page or
// the storage. The chapter "Interview scorecards" of the manual describes the format.
(() => {
  const { match, readFile, recordShapes: { head, about }, take: { day, flag, level, list, oneOf, table, text } } = globalThis.rolebookAssess;
  const FORMAT = "rolebook-scorecard";
  const VERSION = 1;
  /** The marks, lowest first. Only these count as an opinion. */
  const MARKS = ["not-yet", "partly", "shown"];
  const NOT_ASKED = "not-asked";
  const VERDICTS = ["strong-yes", "yes", "no", "strong-no"];

  const mark = oneOf(null, NOT_ASKED, ...MARKS);
  const statement = { id: text, level, text };
  const shape = table({
    ...head, role: about.role,
    // What the role expected when the card was written, with the text of every statement.
    expects: list(table({ competency: text, title: text, level, name: text, key: flag, statements: list(table({ ...statement, key: flag })) })),
    candidate: text, interviewer: text, date: day,
    marks: list(table({ competency: text, title: text, level, name: text, mark, evidence: text, statements: list(table({ ...statement, mark })) })),
    verdict: oneOf(null, ...VERDICTS), reason: text,
  });

  const blank = (role) => ({ handbook: "", edition: "", saved: "", role, expects: [], candidate: "", interviewer: "", date: "", marks: [], verdict: null, reason: "" });

  /** Reads a file. Returns `{ card }`, or `{ fault, where }` as `readFile` does. */
  function read(source) {
    const { value, fault, where } = readFile(source, { [FORMAT]: { [VERSION]: shape } });
    if (fault) return { fault, where };
    const card = { ...value };
    delete card.format;
    delete card.version;
    return { card };
  }

  /** Returns a card without entries that say nothing. */
  function kept(card) {
    const marks = card.marks.map((one) => ({ ...one, statements: one.statements.filter((of) => of.mark !== null) }));
    return { ...card, marks: marks.filter((one) => one.mark !== null || one.evidence.trim() !== "" || one.statements.length > 0) };
  }

  const write = (card) => `${JSON.stringify({ format: FORMAT, version: VERSION, ...kept(card) }, null, 2)}\n`;

  /** Returns whether a card says nothing that could be lost. */
  const isBlank = (card) => kept(card).marks.length === 0 && card.verdict === null && `${card.candidate}${card.interviewer}${card.date}${card.reason}`.trim() === "";

  /** Describes what the role expects, to be written into a card. */
  const expectsNow = (asked) => asked.map((of) => ({
    competency: of.id, title: of.title, level: of.level, name: of.name, key: of.key, statements: of.statements.map(({ id, level: at, text: words, key }) => ({ id, level: at, text: words, key })),
  }));

  /** Finds the marks of a card's statements among today's statements. */
  function marked(card, asked) {
    const answers = card.marks.flatMap((one) => one.statements.map((of) => ({ ...of, competency: one.competency })));
    return match(asked.flatMap((one) => one.statements), answers);
  }

  Object.assign(globalThis.rolebookAssess, { MARKS, NOT_ASKED, VERDICTS, blankCard: blank, cardExpects: expectsNow, isBlankCard: isBlank, keptCard: kept, markedBy: marked, readCard: read, writeCard: write });
})();
