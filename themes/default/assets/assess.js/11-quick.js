// The quick pass: one answer for each competency.
//
// Input: the page's state. Output: the step's elements. Never shows a number without its name, or
// what the role expects, because that would influence the answer.
(() => {
  const { choices, copied, deck, el, examplesOf, fold } = globalThis.rolebookAssess;

  function statements(asked, state) {
    return fold([state.words("read-statements"), el("span", { class: "sr" }, ` (${asked.title})`)], () => state.scale.map((step) => {
      const rows = asked.statements.filter((one) => one.level === step.level);
      return rows.length ? [el("p", { class: "level" }, step.name), el("ul", { class: "statements" }, rows.map((one) => el("li", {}, copied(one.row), examplesOf(one))))] : [];
    }));
  }

  function question(asked, n, state) {
    const options = [{ value: "0", name: state.words("level-none"), means: state.words("level-none-means") }];
    for (const step of state.scale) options.push({ value: String(step.level), name: step.name, means: step.means });
    const level = state.levelOf(asked);
    return el("fieldset", { class: "assess-question" },
      el("legend", {}, asked.title),
      choices({
        name: `quick-${n}`, options, chosen: level === null ? null : String(level), className: "assess-levels",
        pick: (value) => state.setLevel(asked, Number(value)),
      }),
      statements(asked, state));
  }

  /** Lets the reader answer only what is key for the role. Their other answers are kept. */
  function scope(state, redraw) {
    const key = state.all.filter((asked) => asked.key).length;
    if (!key || key === state.all.length) return null;
    const options = [{ value: "key", name: state.words("scope-key", { n: key }) }, { value: "all", name: state.words("scope-all", { n: state.all.length }) }];
    return el("fieldset", { class: "assess-scope" }, el("legend", {}, state.words("scope")),
      choices({ name: "scope", options, chosen: state.scope, className: "assess-answers", pick: (value) => { state.setScope(value); redraw(".assess-scope input:checked"); } }));
  }

  function quick(state, redraw) {
    const cards = deck({
      name: "quick", all: state.asked, isDone: (asked) => state.levelOf(asked) !== null, state, redraw,
      show: (asked) => question(asked, state.asked.indexOf(asked), state),
    });
    return {
      title: state.words("quick"),
      content: [el("p", { class: "hint" }, state.words("quick-means")), scope(state, redraw), cards.content],
      card: cards.next,
      progress: () => {
        const done = state.asked.filter((asked) => state.levelOf(asked) !== null).length;
        return state.words(done === state.asked.length ? "progress-all" : "progress-n", { n: done, of: state.asked.length });
      },
    };
  }

  globalThis.rolebookAssess.steps = { ...globalThis.rolebookAssess.steps, quick };
})();
