// Compares the two assessments: differences first, with both people's evidence, and what both agree
// on folded away.
//
// Input: the conversation. Output: the step's elements. Never shows a total, and never says who is
// right.
(() => {
  const { SIDES, agreedLevel, compare, deck, el, eventText, field, picture } = globalThis.rolebookAssess;

  /** Shows what has changed in the handbook since the answers were given. */
  function changes(state) {
    const { basis: { changes: list, isHere }, talk } = state;
    if (!isHere) return el("p", { class: "assess-changed" }, state.words("desk-no-role", { role: talk.role.title }));
    if (!list.length) return null;
    const names = (one) => (one.levels ?? [one.then, one.now]).map((level, n) => (one.names?.[n] ? one.names[n] : state.levelName(level)));
    const line = (one) => {
      if (one.kind === "level" || one.kind === "moved") { const [then, now] = names(one); return el("li", {}, el("strong", {}, one.title), `: ${one.kind === "moved" ? `${one.now} ` : ""}${state.words(`desk-change-${one.kind}`, { then, now })}`); }
      const texts = one.kind === "reworded" && el("dl", {}, el("div", {}, el("dt", {}, state.words("text-then")), el("dd", {}, one.then)), el("div", {}, el("dt", {}, state.words("text-now")), el("dd", {}, one.now)));
      return el("li", {}, el("strong", {}, one.title), `: ${state.words(`desk-change-${one.kind}`)}`, texts || (one.now || one.then) && ` ${one.now || one.then}`);
    };
    const editions = state.edition && talk.edition && state.edition !== talk.edition;
    return el("details", { class: "assess-changed desk-changes", open: true },
      el("summary", {}, state.words(editions ? "desk-changes-edition" : "desk-changes", { n: list.length, then: talk.edition, now: state.edition })),
      el("p", {}, state.words("desk-changes-means")), el("ul", {}, list.map(line)));
  }

  function evidence(events, name, state) {
    if (!events.length) return null;
    return el("div", { class: "desk-told" }, el("span", { class: "note" }, state.words("desk-evidence-of", { name })), el("ul", {}, events.map((event) => el("li", {}, eventText(event, state.words)))));
  }

  function statement(pair, state) {
    const said = (name) => el("span", { class: `desk-answer ${name}` }, el("b", {}, `${state.names[name]}:`), " ", state.words(pair[name] ? `answer-${pair[name]}` : "desk-no-answer"));
    return el("li", {}, el("p", {}, pair.statement.text, pair.statement.key && [" ", el("strong", { class: "flag" }, state.words("focus"))]),
      el("p", { class: "desk-answers" }, SIDES.map(said)), SIDES.map((name) => evidence(pair.told[name], state.names[name], state)));
  }

  /** Creates the fields for what both agreed on. */
  function agreement(row, state) {
    const { talk } = state;
    const id = row.asked.id;
    const said = () => {
      const known = talk.agreed.find((one) => one.competency === id);
      if (known) return known;
      const made = { competency: id, title: row.asked.title, level: null, name: "", note: "" };
      talk.agreed.push(made);
      return made;
    };
    const now = agreedLevel(row, state.now());
    const choose = el("select", { class: "assess-field", on: { change: (event) => {
      const level = event.target.value === "" ? null : Number(event.target.value);
      Object.assign(said(), { level, name: state.basis.scale.find((step) => step.level === level)?.name ?? "" });
      state.save();
    } } }, el("option", { value: "" }, state.words("desk-agreed-none")), [0, ...state.basis.scale.map((step) => step.level)].map((level) => el("option", { value: level, selected: level === now }, state.levelName(level))));
    return el("div", { class: "desk-agreement" },
      el("label", { class: "assess-label" }, el("span", {}, state.words("desk-agreed")), el("span", { class: "sr" }, ` (${row.asked.title})`), choose),
      field({ label: state.words("desk-agreed-note"), rows: 2, value: talk.agreed.find((one) => one.competency === id)?.note ?? "", change: (text) => { said().note = text; state.typed(); }, done: state.save }));
  }

  const levelOf = (row, name, state) => (row[name] === null ? state.words("desk-no-answer") : state.levelName(row[name]));

  function title(asked, state) {
    const name = asked.url === null ? asked.title : el("a", { class: "competency", href: state.home + asked.url }, asked.title);
    return [name, asked.key && [" ", el("strong", { class: "flag" }, state.words("focus"))]];
  }

  function card(row, state) {
    const apart = row.pairs.filter((pair) => pair.kind === "differ");
    const others = row.pairs.filter((pair) => pair.kind !== "differ");
    return el("section", { class: "assess-gap desk-row" },
      el("h3", {}, title(row.asked, state)),
      el("dl", { class: "desk-levels" }, [["role", state.words("picture-role"), state.levelName(row.asked.level)], ...SIDES.map((name) => [name, state.names[name], levelOf(row, name, state)])]
        .map(([name, label, level]) => el("div", { class: name }, el("dt", {}, label), el("dd", {}, level)))),
      apart.length > 0 && [el("h4", {}, state.words("desk-apart")), el("ul", { class: "assess-open" }, apart.map((pair) => statement(pair, state)))],
      others.length > 0 && el("details", { class: "lower" }, el("summary", {}, state.words("desk-others", { n: others.length }), el("span", { class: "sr" }, ` (${row.asked.title})`)), el("ul", { class: "assess-open" }, others.map((pair) => statement(pair, state)))),
      agreement(row, state));
  }

  function agreed(rows, state) {
    if (!rows.length) return null;
    return el("details", { class: "lower desk-same" }, el("summary", {}, state.words("desk-same", { n: rows.length })), rows.map((row) => card(row, state)));
  }

  function comparison(state, redraw) {
    const { rows } = compare(state.now(), state.basis.asked);
    const [apart, open, same] = ["differ", "open", "same"].map((kind) => rows.filter((row) => row.kind === kind));
    const byId = new Map(rows.map((row) => [row.asked.id, row]));
    const cards = deck({ name: "compare", all: apart.map((row) => row.asked), show: (asked) => card(byId.get(asked.id), state), isDone: (asked) => agreedLevel(byId.get(asked.id), state.now()) !== null, state, redraw });
    const drawn = rows.filter((row) => row.report !== null || row.manager !== null);
    return {
      title: state.words("desk-compare", { name: state.names.report }),
      content: [
        changes(state),
        drawn.length === 0 ? el("p", { class: "hint" }, state.words("desk-nothing")) : picture({
          rows: drawn.map((row) => ({ title: row.asked.title, flag: row.asked.key && state.words("focus"), role: row.asked.level, report: row.report, manager: row.manager })),
          names: { role: state.words("picture-role"), ...state.names }, steps: state.basis.scale.length, caption: state.words("desk-picture"), level: state.stepName, words: state.words,
        }),
        el("h3", {}, state.words("desk-differences", { n: apart.length })),
        drawn.length > 0 && el("p", { class: "hint" }, state.words(apart.length ? "desk-differences-means" : "desk-differences-none")),
        cards.content,
        agreed(same, state),
        open.length > 0 && el("section", {}, el("h3", {}, state.words("desk-unrated")), el("ul", { class: "plain" }, open.map((row) => el("li", {}, title(row.asked, state), " ", el("span", { class: "note" }, SIDES.map((name) => `${state.names[name]}: ${levelOf(row, name, state)}`).join(". ")))))),
      ],
      card: cards.next,
      progress: () => state.words("desk-progress", { n: rows.filter((row) => agreedLevel(row, state.now()) !== null).length, of: rows.length }),
    };
  }

  globalThis.rolebookAssess.deskSteps = { ...globalThis.rolebookAssess.deskSteps, compare: comparison };
})();
