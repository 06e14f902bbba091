// The statements of the current and the next level, each with an answer and notes on evidence.
//
// Input: the page's state. Output: the step's elements, and the elements with which other steps
// show a reworded statement. Never drops a note.
(() => {
  const { ANSWERS, blankEvent, button, choices, copied, deck, el, examplesOf, field, levelNow, toAnswer, told } = globalThis.rolebookAssess;

  // More statements than this aren't shown on one page.
  const MANY = 30;

  /**
   * Shows that a statement has changed since it was answered: both texts, and a button to confirm
   * the answer.
   */
  function changed(statement, state, redraw) {
    const { rating, change } = state.found.get(statement);
    if (change === "same") return null;
    const answer = rating.answer ? state.words(`answer-${rating.answer}`) : state.words("answer-none");
    const then = levelNow({ level: rating.level, name: "" }, state.scale);
    return el("div", { class: "assess-changed" },
      el("p", {}, el("strong", {}, state.words(change)), " ", change === "moved" && then ? state.words("moved-from", { level: state.levelName(then) }) : state.words("reworded-means")),
      change === "reworded" && el("dl", {},
        el("div", {}, el("dt", {}, state.words("text-then")), el("dd", {}, rating.text)),
        el("div", {}, el("dt", {}, state.words("text-now")), el("dd", {}, statement.text))),
      el("p", {}, state.words("answer-then", { answer })),
      button(state.words("still-holds"), () => { state.confirm(statement); redraw(); }));
  }

  /**
   * Creates the fields of an event. With `full`, also asks for outcome, number, scope and witness.
   */
  function eventFields(event, state, full) {
    const one = (key, rows) => field({
      label: state.words(`event-${key}`), hint: full && key !== "what" ? state.words(`event-${key}-means`) : null, value: event[key], rows,
      change: (text) => { event[key] = text; state.typed(); }, done: () => state.save(),
    });
    return el("div", { class: full ? "assess-event full" : "assess-event" }, one("what", 2), full && ["outcome", "number", "scope", "seen"].map((key) => one(key, 0)));
  }

  /**
   * Creates the notes of a statement. If there are none, adds a blank one, which is kept once it
   * has text.
   */
  function evidence(statement, state, full = false) {
    const box = el("div", { class: "assess-events" });
    const add = (focus) => {
      const event = blankEvent();
      const fields = eventFields(event, state, full);
      fields.addEventListener("input", () => { const { evidence: kept } = state.rate(statement); if (!kept.includes(event)) kept.push(event); }, true);
      box.append(fields);
      if (focus) fields.querySelector("textarea").focus();
    };
    const known = told(state.found.get(statement)?.rating);
    box.append(...known.map((event) => eventFields(event, state, full)));
    if (!known.length) add(false);
    return el("div", {}, box, button(state.words("event-more"), () => add(true), { class: "assess-button quiet" }));
  }

  function statementFields(statement, n, state) {
    const rated = () => state.found.get(statement)?.rating;
    const notes = () => told(rated()).length;
    const box = el("fieldset", { class: "assess-statement" }, el("legend", {}, copied(statement.row), statement.key && [" ", el("strong", { class: "flag" }, state.words("judged"))]), examplesOf(statement));
    const draw = () => { box.querySelector(".assess-changed")?.remove(); };
    const mark = state.found.has(statement) && changed(statement, state, () => { draw(); box.querySelector("input:checked")?.focus(); });
    const group = choices({
      name: `statement-${n}`, className: "assess-answers", chosen: rated()?.answer ?? null,
      options: ANSWERS.map((value) => ({ value, name: state.words(`answer-${value}`) })),
      pick: (value) => { state.answer(statement, value); draw(); },
    });
    const details = el("details", { class: "lower assess-evidence" },
      el("summary", {}, notes() ? state.words("evidence-n", { n: notes() }) : state.words("evidence-add"), el("span", { class: "sr" }, ` (${statement.text})`)));
    const fill = () => { if (details.children.length === 1) details.append(evidence(statement, state)); };
    details.addEventListener("toggle", () => { if (details.open) fill(); });
    if (notes()) { fill(); details.open = true; }
    box.append(...[mark, group, details].filter(Boolean));
    return box;
  }

  function competency(asked, state, numbers) {
    const level = state.levelOf(asked);
    const rows = toAnswer(asked, level);
    const heading = (of) => el("h4", {}, state.words(of === level ? "level-current" : "level-next", { level: state.levelName(of) }));
    const parts = [...new Set(rows.map((one) => one.level))].map((of) =>
      [heading(of), rows.filter((one) => one.level === of).map((one) => statementFields(one, numbers.next += 1, state))]);
    return el("section", { class: "assess-group" }, el("h3", {}, asked.title), parts);
  }

  function statements(state, redraw) {
    const known = state.asked.filter((asked) => state.levelOf(asked) !== null);
    const open = state.asked.filter((asked) => state.levelOf(asked) === null);
    const numbers = { next: 0 };
    const withRows = known.filter((asked) => toAnswer(asked, state.levelOf(asked)).length > 0);
    const many = withRows.flatMap((asked) => toAnswer(asked, state.levelOf(asked))).length;
    const cards = deck({
      name: "statements", isLong: many > MANY, all: withRows, show: (asked) => competency(asked, state, numbers), state, redraw,
      isDone: (asked) => toAnswer(asked, state.levelOf(asked)).every((one) => state.found.get(one)?.rating.answer),
    });
    const all = known.flatMap((asked) => toAnswer(asked, state.levelOf(asked)));
    return {
      title: state.words("statements"),
      content: [
        el("p", { class: "hint" }, known.length ? state.words("statements-means") : state.words("statements-none")),
        cards.content,
        open.length > 0 && el("p", { class: "hint" }, state.words("quick-open", { list: open.map((asked) => asked.title).join(", ") }), " ", el("a", { href: "#assess-quick" }, state.words("to-quick"))),
      ],
      card: cards.next,
      progress: () => {
        const done = all.filter((one) => state.found.get(one)?.rating.answer).length;
        return all.length ? state.words(done === all.length ? "progress-all" : "progress-n", { n: done, of: all.length }) : "";
      },
    };
  }

  Object.assign(globalThis.rolebookAssess, { changed, evidence });
  globalThis.rolebookAssess.steps = { ...globalThis.rolebookAssess.steps, statements };
})();
