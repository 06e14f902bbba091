// The result: the gaps to what the role expects, with what helps, and what has changed in the
// handbook since the answers were given. What the role is judged on comes first.
//
// Input: the page's state. Output: the step's elements. Never shows a total, an average or a
// percentage, and never leaves out an answer.
(() => {
  const { button, changed, copied, el, fold, gaps, levelNow, narrow, picture, sheet, told: toldIn } = globalThis.rolebookAssess;

  function row(statement, state, note) {
    const planned = () => state.planned(statement);
    const label = () => (planned() ? state.words("planned") : state.words("plan-this"));
    const press = (event) => {
      if (!planned() && !state.plan(statement)) return;
      event.currentTarget.textContent = label();
      event.currentTarget.disabled = true;
    };
    return el("li", {}, el("div", { class: "assess-row" }, el("span", {}, copied(statement.row), note && [" ", el("em", { class: "note" }, note)]),
      button(label(), press, { class: "assess-button quiet", disabled: Boolean(planned()), "aria-label": `${label()}: ${statement.text}` })));
  }

  function part(key, statements, state, note) {
    return statements.length > 0 && [el("h4", {}, state.words(key)), el("ul", { class: "assess-open" }, statements.map((one) => row(one, state, note?.(one))))];
  }

  function grow(asked, state) {
    if (!asked.grow) return null;
    return el("details", { class: "lower" }, el("summary", {}, state.words("grow", { title: asked.title })),
      el("div", { class: "grow-text" }, copied(asked.grow.text)),
      el("p", {}, el("a", { class: "competency", href: asked.grow.url }, state.words("grow-more", { title: asked.title }))));
  }

  const title = (asked, state) => [el("a", { class: "competency", href: asked.url }, asked.title), asked.key && [" ", el("strong", { class: "flag" }, state.words("focus"))]];

  /** Folds the statements of a gap on a narrow screen. */
  function folded(asked, parts, state) {
    if (!narrow.matches || !parts.length) return parts;
    return fold([state.words("gap-statements"), el("span", { class: "sr" }, ` (${asked.title})`)], () => parts);
  }

  function card(gap, state) {
    const { asked } = gap;
    const answer = (one) => state.words(`answer-${state.found.get(one).rating.answer}`);
    return el("section", { class: "assess-gap" },
      el("h3", {}, title(asked, state)),
      el("p", { class: "level" }, state.words("asks", { level: state.levelName(asked.level) }), " ", state.words("you", { level: state.levelName(gap.level) })),
      asked.meaning && el("p", { class: "meaning" }, copied(asked.meaning)),
      folded(asked, [part("open", gap.open, state, answer), part("chance", gap.chance, state), part("ahead", gap.ahead, state)].filter(Boolean), state),
      grow(asked, state));
  }

  function lines(key, list, state, more) {
    if (!list.length) return null;
    const one = ({ asked, level }) => el("li", {}, title(asked, state), level !== null && [" ", el("span", { class: "note" }, state.words("asks", { level: state.levelName(asked.level) }), " ", state.words("you", { level: state.levelName(level) }))]);
    return el("section", {}, el("h3", {}, state.words(key)), el("ul", { class: "plain" }, list.map(one)), more);
  }

  function rewordings(state, redraw) {
    const list = [...state.found.entries()].filter(([, { change }]) => change !== "same");
    if (!list.length) return null;
    const names = new Map(state.all.map((asked) => [asked.id, asked.title]));
    return el("section", { class: "assess-news" }, el("h3", {}, state.words("changes")), el("p", { class: "hint" }, state.words("changes-means")),
      list.map(([statement]) => el("div", {}, el("p", { class: "level" }, names.get(statement.competency)), changed(statement, state, () => redraw(".assess-news button")))));
  }

  function kept(rating, state) {
    const told = toldIn(rating).map((event) => Object.values(event).filter((text) => text.trim()).join("; "));
    const level = levelNow({ level: rating.level, name: "" }, state.scale);
    return el("li", {}, rating.text, " ", el("span", { class: "note" }, [rating.title, level && state.levelName(level), rating.answer && state.words(`answer-${rating.answer}`)].filter(Boolean).join(", ")),
      told.length > 0 && el("ul", {}, told.map((text) => el("li", {}, text))));
  }

  /** Lists answers to removed statements, and to competencies that this role doesn't expect. */
  function leftOver(state) {
    const here = new Set(state.all.map((asked) => asked.id));
    const removed = state.rest.filter((rating) => here.has(rating.competency));
    const others = state.rest.filter((rating) => !here.has(rating.competency));
    const levels = state.record.levels.filter((one) => !here.has(one.competency) && !others.some((rating) => rating.competency === one.competency));
    return [
      removed.length > 0 && el("section", { class: "assess-news" }, el("h3", {}, state.words("removed")), el("p", { class: "hint" }, state.words("removed-means")), el("ul", {}, removed.map((rating) => kept(rating, state)))),
      others.length + levels.length > 0 && el("details", { class: "lower" }, el("summary", {}, state.words("others")), el("p", { class: "hint" }, state.words("others-means")),
        el("ul", {}, others.map((rating) => kept(rating, state)), levels.map((one) => el("li", {}, one.title, " ", el("span", { class: "note" }, one.level ? one.name : state.words("level-none")))))),
    ];
  }

  /** Draws what the role expects, what the reader answered, and what their manager said. */
  function drawing(all, state) {
    const said = all.filter((gap) => gap.level !== null);
    if (!said.length) return null;
    const hasManager = said.some(({ asked }) => state.managerOf(asked) !== null);
    const names = { role: state.words("picture-role"), report: state.words("picture-you"), ...hasManager && { manager: state.words("picture-manager") } };
    const rows = said.map(({ asked, level }) => ({ title: asked.title, flag: asked.key && state.words("focus"), role: asked.level, report: level, manager: state.managerOf(asked) }));
    return picture({ rows, names, steps: state.scale.length, caption: state.words("picture"), level: state.stepName, words: state.words });
  }

  function result(state, redraw) {
    const all = gaps(state.asked, state.levelOf, state.found);
    const open = all.filter((gap) => ["below", "open"].includes(gap.kind));
    const unknown = all.filter((gap) => gap.kind === "unknown");
    const isBlankYet = unknown.length === all.length;
    return {
      title: state.words("result", { role: state.title }),
      content: [
        el("p", { class: "hint" }, state.words(isBlankYet ? "result-none" : "result-means")),
        drawing(all, state),
        rewordings(state, redraw),
        !isBlankYet && (open.length ? open.map((gap) => card(gap, state)) : el("p", {}, state.words("no-gaps"))),
        lines("met", all.filter((gap) => gap.kind === "met"), state),
        lines("unknown", unknown, state, el("p", {}, el("a", { href: "#assess-quick" }, state.words("to-quick")))),
        leftOver(state),
        !isBlankYet && sheet(state).element,
      ],
      progress: () => state.words("plan-n", { n: state.record.plan.length }),
    };
  }

  globalThis.rolebookAssess.steps = { ...globalThis.rolebookAssess.steps, result };
})();
