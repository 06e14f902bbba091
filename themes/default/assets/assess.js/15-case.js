// The promotion case and the résumé bullets, written from the notes on evidence.
//
// Input: the page's state. Output: the step's elements and two documents. Says what has no evidence
// yet, and never makes up evidence.
(() => {
  const { block, coverage, el, eventText, evidence, expected, field, fold, narrow, paper, sentence, source, told } = globalThis.rolebookAssess;
  // More statements than this are folded on any screen.
  const FEW = 3;

  /** Describes in words how well one kind of evidence is covered. */
  function covered(group, state) {
    const n = group.events.length;
    const times = n < 3 ? state.words(`coverage-${n}`) : state.words("coverage-n", { n });
    const lacks = Object.entries(group.lacks).filter(([, count]) => count > 0).map(([key, count]) => state.words(`lacks-${key}`, { n: count }));
    const by = n ? [] : state.all.filter((asked) => group.competencies.includes(asked.id)).map((asked) => asked.title);
    return [times, ...lacks, by.length ? state.words("coverage-by", { list: by.join(", ") }) : ""].filter(Boolean).join(" ");
  }

  function coverageTable(state) {
    const made = el("dl", { class: "facts assess-coverage" });
    const refresh = () => {
      const groups = coverage(state.evidence, state.record.ratings);
      made.replaceChildren(...groups.map((group) => el("div", {}, el("dt", {}, group.name ?? state.words("evidence-other")), el("dd", {}, covered(group, state)))));
    };
    refresh();
    return { element: made, refresh };
  }

  function editors(state) {
    const withNotes = state.statements.filter((one) => state.found.has(one) && told(state.found.get(one).rating).length);
    const isWanted = (one, asked) => (one.level === asked.level || one.key) && !withNotes.includes(one);
    const wanted = state.asked.flatMap((asked) => expected(asked).filter((one) => isWanted(one, asked)).map((one) => ({ one, asked })));
    wanted.sort((a, b) => Number(b.one.key) - Number(a.one.key));
    const titles = new Map(state.all.map((asked) => [asked.id, asked.title]));
    const one = (statement) => el("fieldset", { class: "assess-planned" }, el("legend", {}, statement.text), el("p", { class: "level" }, titles.get(statement.competency)), evidence(statement, state, true));
    // On a phone, the fields of one statement fill the screen, and those of many fill any.
    const about = (statement) => [statement.text, " ", el("span", { class: "note" }, titles.get(statement.competency))];
    const folded = (statement) => fold(about(statement), () => one(statement));
    const more = ({ one: statement }) => el("li", {}, fold(about(statement), () => evidence(statement, state, true)));
    return [
      withNotes.length ? withNotes.map(narrow.matches || withNotes.length > FEW ? folded : one) : el("p", { class: "hint" }, state.words("case-none"), " ", el("a", { href: "#assess-statements" }, state.words("to-statements"))),
      wanted.length > 0 && el("details", { class: "lower" }, el("summary", {}, state.words("case-more")), el("ul", { class: "plain" }, wanted.map(more))),
    ];
  }

  /**
   * Lists, for each competency that the role is judged on at least in part, which statements have
   * evidence and which don't. If the role declares none, lists all competencies.
   */
  function judged(state) {
    const key = state.asked.filter((asked) => asked.key);
    return (key.length ? key : state.asked).map((asked) => {
      const shown = asked.statements.filter((one) => state.found.has(one) && told(state.found.get(one).rating).length);
      // Someone who answered "consistently" only lacks a note. The form asks for it, but the
      // document doesn't list it as missing.
      const counts = (one) => (key.length ? one.key : one.level === asked.level);
      const isOpen = (one) => counts(one) && !shown.includes(one) && state.found.get(one)?.rating.answer !== "consistently";
      return { asked, shown, open: expected(asked).filter(isOpen) };
    });
  }

  function caseBlocks(state) {
    const { heading, line, list } = block;
    const { need, wrong } = state.caseOf();
    const all = judged(state);
    const shown = all.filter((one) => one.shown.length).flatMap(({ asked, shown: statements }) => [
      heading(3, [asked.title, state.levelName(asked.level)].join(", ")),
      ...statements.flatMap((one) => [line(one.text), list(told(state.found.get(one).rating).map((event) => eventText(event, state.words)))]),
    ]);
    const open = all.flatMap((one) => one.open.map((statement) => `${one.asked.title}: ${statement.text}`));
    return [
      heading(1, state.words("case-title", { role: state.title })), source(state),
      heading(2, state.words("case-need")), line(need.trim() || state.words("case-need-open")),
      heading(2, state.words("case-evidence")), ...(shown.length ? shown : [line(state.words("case-evidence-open"))]),
      ...(wrong.trim() ? [heading(2, state.words("case-wrong")), line(wrong)] : []),
      ...(open.length ? [heading(2, state.words("case-open")), list(open)] : []),
    ];
  }

  function resumeBlocks(state) {
    const { heading, line, list } = block;
    const groups = coverage(state.evidence, state.record.ratings);
    const one = (group) => [heading(2, group.name ?? state.words("evidence-other")), group.events.length ? list(group.events.map(({ event }) => sentence(event))) : line(state.words("coverage-0"))];
    return [heading(1, state.words("resume-title")), ...groups.flatMap(one)];
  }

  function theCase(state) {
    const covers = coverageTable(state);
    const papers = [
      paper("promotion-case", state.words("case-paper"), () => caseBlocks(state), state),
      paper("resume-bullets", state.words("resume-paper"), () => resumeBlocks(state), state),
    ];
    const refresh = () => { covers.refresh(); for (const one of papers) one.refresh(); };
    const own = (key) => field({
      label: state.words(`case-${key}`), hint: state.words(`case-${key}-means`), rows: 4, value: state.caseOf()[key],
      change: (text) => { state.setCase(key, text); state.typed(); }, done: () => state.save(),
    });
    const form = el("div", { class: "assess-form" },
      el("h3", {}, state.words("coverage")), el("p", { class: "hint" }, state.words("coverage-means")), covers.element,
      el("h3", {}, state.words("case-evidence")), el("p", { class: "hint" }, state.words("case-evidence-means")), editors(state),
      own("need"), own("wrong"));
    form.addEventListener("input", refresh);
    return {
      title: state.words("case"),
      content: [el("p", { class: "hint" }, state.words("case-means")), form, papers.map((one) => one.element)],
      progress: () => "",
    };
  }

  globalThis.rolebookAssess.steps = { ...globalThis.rolebookAssess.steps, case: theCase };
})();
