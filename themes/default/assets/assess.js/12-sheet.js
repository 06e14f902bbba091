// The whole assessment as a document and as a table: levels, answers, evidence and plan.
//
// Input: the page's state. Output: blocks of text, and rows. Contains every answer, also those whose
// statement is gone, and no total.
(() => {
  const { block, gaps, paper, sentence, source, told } = globalThis.rolebookAssess;

  /** Writes an event as a sentence, with who saw it. */
  const eventText = (event, words) => [sentence(event), event.seen.trim() && words("seen-by", { who: event.seen.trim() })].filter(Boolean).join(" ");
  const events = (rating, words) => told(rating).map((event) => eventText(event, words));
  const answer = (rating, words) => (rating.answer ? words(`answer-${rating.answer}`) : "");

  /** Writes the rows' cells that say what is planned for a statement. */
  const planned = (item) => (item ? [item.date, item.helper, item.practices.join("\n"), item.note] : ["", "", "", ""]);
  const planTitles = (words) => [words("plan-date"), words("plan-helper"), words("practices"), words("plan-note")];

  /** Returns the answers to a competency's statements, in the order of the handbook. */
  const answered = (asked, state) => asked.statements.filter((one) => state.found.has(one)).map((statement) => ({ statement, rating: state.found.get(statement).rating })).filter(({ rating }) => rating.answer || events(rating, state.words).length);

  const levels = (asked, state) => [["role", asked.level], ["you", state.levelOf(asked)], ["manager", state.managerOf(asked)]]
    .map(([key, level]) => [state.words(`picture-${key}`), level === null ? "" : state.levelName(level)]);

  function blocks(state) {
    const { heading, line, list } = block;
    const { words } = state;
    const one = ({ asked }) => [
      heading(2, [asked.title, asked.key && words("focus")].filter(Boolean).join(", ")), list(levels(asked, state).filter(([, level]) => level).map((pair) => pair.join(": "))),
      ...answered(asked, state).flatMap(({ statement, rating }) => [line([statement.text, answer(rating, words)].filter(Boolean).join(" ")), events(rating, words).length > 0 && list(events(rating, words))]),
    ].filter(Boolean);
    const said = gaps(state.all, state.levelOf, state.found).filter(({ asked, level }) => level !== null || answered(asked, state).length);
    return [heading(1, words("title", { role: state.title })), source({ ...state, handbook: [state.record.person.trim(), state.handbook].filter(Boolean).join(", ") }), ...said.flatMap(one)];
  }

  function rows(state) {
    const { words } = state;
    const titles = [words("picture-competency"), words("focus"), ...["picture-role", "picture-you", "picture-manager", "column-statement", "column-level", "column-answer", "case-evidence"].map((key) => words(key)), ...planTitles(words)];
    const statement = (rating, item) => [rating.text, state.levelName(rating.level), answer(rating, words), events(rating, words).join("\n"), ...planned(item)];
    const of = (asked) => {
      const head = [asked.title, asked.key ? words("focus") : "", ...levels(asked, state).map(([, level]) => level)];
      const said = answered(asked, state);
      const only = asked.statements.filter((one) => state.planned(one) && !said.some((other) => other.statement === one));
      return [
        [...head, "", "", "", "", ...planned(null)],
        ...said.map((one) => [...head, ...statement({ ...one.rating, text: one.statement.text, level: one.statement.level }, state.planned(one.statement))]),
        ...only.map((one) => [...head, one.text, state.levelName(one.level), "", "", ...planned(state.planned(one))]),
      ];
    };
    return [titles, ...state.all.flatMap(of), ...state.rest.map((rating) => [rating.title, "", "", "", "", ...statement(rating, null)])];
  }

  /** Creates the document, which can be downloaded as Markdown and as CSV. */
  const sheet = (state) => paper("assessment", state.words("sheet"), () => blocks(state), state, { isFolded: true, rows: () => rows(state) });

  Object.assign(globalThis.rolebookAssess, { eventText, planTitles, planned, sheet });
})();
