// The form of one card: for each competency first what was said or done, then the mark, and at the end
// the recommendation.
//
// Input: the page's state with the card that is being filled in. Output: the steps' elements.
(() => {
  const { MARKS, NOT_ASKED, VERDICTS, cardBlocks, cardRows, choices, copied, deck, el, examplesOf, field, fold, markWord, markedBy, narrow, paper } = globalThis.rolebookAssess;

  const options = (words) => [...MARKS, NOT_ASKED].map((value) => ({ value, name: markWord(value, words) }));

  /** Returns the card's entry for a competency. Adds an empty one if the card has no entry yet. */
  function entry(asked, state) {
    const known = state.card.marks.find((one) => one.competency === asked.id);
    if (known) return known;
    const made = { competency: asked.id, title: asked.title, level: asked.level, name: asked.name, mark: null, evidence: "", statements: [] };
    state.card.marks.push(made);
    return made;
  }

  function setStatement(statement, asked, value, state) {
    const of = entry(asked, state);
    const old = markedBy(state.card, state.asked).found.get(statement)?.rating;
    of.statements = of.statements.filter((one) => !(old && one.id === old.id && one.text === old.text));
    of.statements.push({ id: statement.id, level: statement.level, text: statement.text, mark: value });
    state.save();
  }

  const about = (label, asked) => [label, el("span", { class: "sr" }, ` (${asked.title})`)];

  function statements(asked, n, state) {
    const rows = asked.statements.filter((one) => one.level === asked.level || one.key);
    if (!rows.length) return null;
    const fill = () => {
      const { found } = markedBy(state.card, state.asked);
      return rows.map((statement, at) => el("fieldset", { class: "assess-statement" },
        el("legend", {}, copied(statement.row), statement.key && [" ", el("strong", { class: "flag" }, state.words("judged"))]), examplesOf(statement),
        choices({ name: `statement-${n}-${at}`, className: "assess-answers", options: options(state.words), chosen: found.get(statement)?.rating.mark ?? null, pick: (value) => setStatement(statement, asked, value, state) })));
    };
    return fold(about(state.words("statements", { n: rows.length }), asked), fill);
  }

  function competency(asked, state) {
    const n = state.asked.indexOf(asked);
    const known = state.card.marks.find((one) => one.competency === asked.id);
    return el("fieldset", { class: "assess-question card-question" },
      el("legend", {}, asked.title, asked.focus && [" ", el("strong", { class: "flag" }, state.words("focus"))]),
      el("p", { class: "level" }, state.words("asks", { level: asked.name })),
      asked.interview && fold(about(state.words("ask"), asked), () => el("div", { class: "card-ask" }, copied(asked.interview))),
      field({ label: state.words("evidence"), rows: 2, value: known?.evidence ?? "", change: (text) => { entry(asked, state).evidence = text; state.typed(); }, done: state.save }),
      choices({ name: `mark-${n}`, className: "assess-answers", options: options(state.words), chosen: known?.mark ?? null, pick: (value) => { entry(asked, state).mark = value; state.save(); } }),
      statements(asked, n, state));
  }

  const markOf = (asked, state) => state.card.marks.find((one) => one.competency === asked.id)?.mark ?? null;

  function progress(state) {
    const done = state.asked.filter((asked) => markOf(asked, state) !== null).length;
    return state.words("progress", { n: done, of: state.asked.length });
  }

  function fill(state, redraw) {
    const one = (key, more = {}) => field({ label: state.words(key), value: state.card[key], change: (text) => { state.card[key] = text; state.typed(); }, done: state.named, ...more });
    const named = [state.card.candidate, state.card.interviewer, state.card.date].map((text) => text.trim()).filter(Boolean);
    const fields = el("div", { class: "card-who" }, one("candidate", { hint: state.words("candidate-means") }), one("interviewer"), one("date", { type: "date" }));
    // On a phone, the names would be above every question.
    const who = narrow.matches && named.length === 3 ? el("details", { class: "lower" }, el("summary", {}, named.join(", ")), fields) : fields;
    const cards = deck({ name: "fill", all: state.asked, isDone: (asked) => markOf(asked, state) !== null, show: (asked) => competency(asked, state), state, redraw });
    return {
      title: state.words("fill"),
      content: [el("p", { class: "hint" }, state.words("fill-means")), who, cards.content],
      card: cards.next,
      progress: () => progress(state),
    };
  }

  function verdict(state) {
    const sheet = paper("scorecard", state.words("paper"), () => cardBlocks(state.card, state), state, { rows: () => cardRows([state.card], state) });
    return {
      title: state.words("verdict"),
      content: [
        el("p", { class: "hint" }, state.words("verdict-means")),
        el("fieldset", {}, el("legend", { class: "sr" }, state.words("verdict")), choices({
          name: "verdict", className: "assess-answers", chosen: state.card.verdict, options: VERDICTS.map((value) => ({ value, name: state.words(`verdict-${value}`) })),
          pick: (value) => { state.card.verdict = value; state.save(); sheet.refresh(); },
        })),
        field({ label: state.words("reason"), hint: state.words("reason-means"), rows: 3, value: state.card.reason, change: (text) => { state.card.reason = text; state.typed(); sheet.refresh(); }, done: state.save }),
        state.exportButton(), sheet.element,
      ],
      progress: () => progress(state),
    };
  }

  Object.assign(globalThis.rolebookAssess, { cardSteps: { fill, verdict } });
})();
