// The summary that both keep, as a document and as a file that the desk opens again.
//
// Input: the conversation. Output: the step's elements. Contains what both said and agreed, and no
// number that sums it up.
(() => {
  const { SIDES, agreedLevel, block, bulletBlocks, button, compare, download, el, eventText, fileName, paper, planTitles, planned: planCells, talkCase, writeTalk } = globalThis.rolebookAssess;

  function events(pair, state) {
    return SIDES.flatMap((name) => pair.told[name].map((event) => `${state.names[name]}: ${eventText(event, state.words)}`));
  }

  /** Writes one competency: both levels, the agreement, and the evidence of both. */
  function competency(row, state) {
    const { heading, line, list } = block;
    const said = (name) => `${state.names[name]}: ${row[name] === null ? state.words("desk-no-answer") : state.levelName(row[name])}`;
    const agreed = agreedLevel(row, state.now());
    const note = state.talk.agreed.find((one) => one.competency === row.asked.id)?.note.trim();
    const told = row.pairs.flatMap((pair) => {
      const all = events(pair, state);
      const answers = pair.kind === "differ" ? SIDES.map((name) => `${state.names[name]}: ${state.words(`answer-${pair[name]}`)}`) : [];
      return answers.length + all.length ? [line(pair.statement.text), list([...answers, ...all])] : [];
    });
    return [
      heading(3, row.asked.title),
      list([`${state.words("picture-role")}: ${state.levelName(row.asked.level)}`, ...SIDES.map(said), `${state.words("desk-agreed")}: ${agreed === null ? state.words("desk-agreed-none") : state.levelName(agreed)}`]),
      note && line(note),
      ...told,
    ].filter(Boolean);
  }

  function planned(one, state) {
    const { heading, line, list } = block;
    const facts = [[state.words("plan-date"), one.date], [state.words("plan-helper"), one.helper.trim()]].filter(([, value]) => value).map(([label, value]) => `${label}: ${value}`);
    return [heading(3, one.text), line([one.title, state.levelName(one.level)].join(", ")), facts.length > 0 && list(facts), one.practices.length > 0 && line(`${state.words("practices")}:`), one.practices.length > 0 && list(one.practices), one.note.trim() && line(one.note)].filter(Boolean);
  }

  function blocks(state) {
    const { heading, line, list } = block;
    const { talk } = state;
    const { rows } = compare(state.now(), state.basis.asked);
    const [apart, same] = [rows.filter((row) => row.kind === "differ"), rows.filter((row) => row.kind === "same")];
    const section = (title, list_) => (list_.length ? [heading(2, title), ...list_.flat()] : []);
    return [
      heading(1, state.words("desk-summary-title", { name: state.names.report, role: talk.role.title })),
      line([talk.handbook, state.edition || talk.edition, state.today(), `${state.names.report}, ${state.names.manager}`].filter(Boolean).join(", ")),
      ...section(state.words("desk-plan"), talk.plan.map((one) => planned(one, state))),
      ...(talk.next ? [line(`${state.words("desk-next-date")}: ${talk.next}`)] : []),
      ...(talk.notes.trim() ? [line(talk.notes)] : []),
      ...section(state.words("desk-differences", { n: apart.length }), apart.map((row) => competency(row, state))),
      ...(same.length ? [heading(2, state.words("desk-same", { n: same.length })), list(same.map((row) => `${row.asked.title}: ${state.levelName(row.report)} (${state.words("asks", { level: state.levelName(row.asked.level) })})`))] : []),
    ];
  }

  /** Writes the conversation as rows: one for each competency, and one for each statement that either answered or that is planned. */
  function rows(state) {
    const { names, talk, words } = state;
    const level = (of) => (of === null ? "" : state.levelName(of));
    const answer = (of) => (of ? words(`answer-${of}`) : "");
    const both = (title) => SIDES.map((name) => `${title}: ${names[name]}`);
    const titles = [words("picture-competency"), words("focus"), words("picture-role"), ...SIDES.map((name) => names[name]), words("desk-agreed"), words("desk-agreed-note"), words("column-statement"), words("column-level"), ...both(words("column-answer")), ...both(words("case-evidence")), ...planTitles(words)];
    const { rows: compared, rest } = compare(state.now(), state.basis.asked);
    const left = new Set(talk.plan);
    const planOf = (row, statement) => {
      const item = talk.plan.find((one) => one.competency === row.asked.id && one.id === statement.id);
      left.delete(item);
      return planCells(item);
    };
    const of = (row) => {
      const note = talk.agreed.find((one) => one.competency === row.asked.id)?.note ?? "";
      const head = [row.asked.title, row.asked.key ? words("focus") : "", level(row.asked.level), ...SIDES.map((name) => level(row[name])), level(agreedLevel(row, state.now())), note];
      const statement = (pair) => [...head, pair.statement.text, state.levelName(pair.statement.level), ...SIDES.map((name) => answer(pair[name])), ...SIDES.map((name) => pair.told[name].map((event) => eventText(event, words)).join("\n")), ...planOf(row, pair.statement)];
      return [[...head, "", "", "", "", "", "", ...planCells(null)], ...row.pairs.map(statement)];
    };
    const all = compared.flatMap(of);
    const bare = (one, name) => [one.title, "", "", "", "", "", "", one.text, state.levelName(one.level), ...SIDES.map((side) => (side === name ? answer(one.answer) : "")), ...SIDES.map((side) => (side === name ? one.evidence.map((event) => eventText(event, words)).join("\n") : ""))];
    return [
      titles, ...all, ...[...left].map((item) => [...bare({ ...item, answer: null, evidence: [] }, null), ...planCells(item)]),
      ...SIDES.flatMap((name) => rest[name].map((one) => [...bare(one, name), ...planCells(null)])),
    ];
  }

  /** Saves the conversation as a file for both. */
  function save(state) {
    const { talk } = state;
    const expects = talk.expects.length ? {} : { expects: state.expectsNow(), scale: state.basis.scale };
    download(`${fileName(state.names.report, "conversation", state.today())}.json`, "application/json", writeTalk({ ...talk, ...expects, saved: state.today() }));
  }

  function summary(state) {
    const sheet = paper("conversation", state.words("desk-summary-paper"), () => blocks(state), state, { rows: () => rows(state) });
    const others = [paper("promotion-case", state.words("case-paper"), () => talkCase(state), state), paper("resume-bullets", state.words("resume-paper"), () => bulletBlocks(state), state)];
    return {
      title: state.words("desk-summary"),
      content: [
        el("p", { class: "hint" }, state.words("desk-summary-means")),
        el("div", { class: "assess-actions" }, button(state.words("desk-save"), () => save(state), { class: "assess-button strong" })),
        sheet.element,
        el("details", { class: "lower desk-cases" }, el("summary", {}, state.words("desk-cases")), el("p", { class: "hint" }, state.words("desk-cases-means")), others.map((one) => one.element)),
      ],
      card: null,
      progress: () => state.words("plan-n", { n: state.talk.plan.length }),
    };
  }

  globalThis.rolebookAssess.deskSteps = { ...globalThis.rolebookAssess.deskSteps, summary };
  Object.assign(globalThis.rolebookAssess, { saveTalk: save });
})();
