// Holds one person's answers about what a role expects, and changes them.
//
// Input: the expectations, and what the reader answers. Output: a record that is always current.
// Never touches the page or the storage: `save` and `typed` do that.
(() => {
  const { PLANNED, empty, levelNow, match } = globalThis.rolebookAssess;

  /**
   * Creates the answers about `page` (`{ asked, scale, words, role, title }`). Calls `save` after each
   * change, `typed` while something is being typed, and `full` if the plan can't take any more.
   */
  function answers(page, { save, typed, full = () => {} }) {
    const title = (id) => page.asked.find((asked) => asked.id === id).title;
    const named = (one) => ({ competency: one.competency, title: title(one.competency), id: one.id, level: one.level, text: one.text });
    const state = {
      ...page, all: page.asked, scope: "all", places: new Map(), record: empty(), found: new Map(), rest: [],
      statements: page.asked.flatMap((asked) => asked.statements),
      save, typed,
      take(record) {
        state.record = record;
        Object.assign(state, match(state.statements, record.ratings));
      },
      levelName(level) {
        const step = page.scale.find((one) => one.level === level);
        return step ? page.words("level-of", { name: step.name, n: level, of: page.scale.length }) : page.words("level-none");
      },
      stepName: (level) => page.scale.find((one) => one.level === level)?.name ?? page.words("level-none"),
      levelOf: (asked) => levelNow(state.record.levels.find((one) => one.competency === asked.id), page.scale),
      managerOf: (asked) => levelNow(state.record.manager.find((one) => one.competency === asked.id), page.scale),
      setLevel(asked, level) {
        const name = page.scale.find((one) => one.level === level)?.name ?? "";
        state.record.levels = state.record.levels.filter((one) => one.competency !== asked.id);
        state.record.levels.push({ competency: asked.id, title: asked.title, level, name });
        save();
      },
      /** Asks about all competencies, or only about those that are key for the role. */
      setScope(scope) {
        state.scope = scope;
        state.asked = scope === "key" ? state.all.filter((asked) => asked.key) : state.all;
      },
      /** Returns the answer to a statement. If there is none, adds a blank one. */
      rate(statement) {
        const known = state.found.get(statement);
        if (known) return known.rating;
        const rating = { ...named(statement), answer: null, evidence: [] };
        state.record.ratings.push(rating);
        state.found.set(statement, { rating, change: "same" });
        return rating;
      },
      answer(statement, value) {
        state.rate(statement).answer = value;
        state.confirm(statement);
      },
      /** Confirms that the answer applies to the statement as it is now. */
      confirm(statement) {
        const rating = state.rate(statement);
        Object.assign(rating, named(statement));
        state.found.set(statement, { rating, change: "same" });
        save();
      },
      planned: (statement) => state.record.plan.find((one) => one.competency === statement.competency && one.id === statement.id) ?? null,
      plan(statement) {
        if (state.record.plan.length >= PLANNED) {
          full();
          return false;
        }
        state.record.plan.push({ ...named(statement), practices: [], date: "", note: "", helper: "" });
        save();
        return true;
      },
      unplan(item) {
        state.record.plan = state.record.plan.filter((one) => one !== item);
        save();
      },
      caseOf: () => state.record.cases.find((one) => one.role === page.role) ?? { role: page.role, title: page.title, need: "", wrong: "" },
      setCase(key, text) {
        const known = state.caseOf();
        known[key] = text;
        if (!state.record.cases.includes(known)) state.record.cases.push(known);
      },
    };
    return state;
  }

  Object.assign(globalThis.rolebookAssess, { answers });
})();
