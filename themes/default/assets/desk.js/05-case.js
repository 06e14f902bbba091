// The promotion case and the résumé bullets, written from both people's evidence.
//
// Input: the conversation. Output: blocks of the two documents. Says whose evidence it is and what has
// none yet, and never makes up evidence.
(() => {
  const { SIDES, block, compare, eventText, expected, sentence } = globalThis.rolebookAssess;

  const events = (row, state) => row.pairs.map((pair) => ({
    statement: pair.statement,
    told: SIDES.flatMap((name) => pair.told[name].map((event) => ({ name: state.names[name], event, text: sentence(event) }))).filter((one) => one.text),
  })).filter((one) => one.told.length > 0);

  /** Writes the promotion case: the need, the evidence of both, and what isn't shown yet. */
  function caseBlocks(state) {
    const { heading, line, list } = block;
    const { rows } = compare(state.now(), state.basis.asked);
    const written = state.talk.report.cases.find((one) => one.role === state.talk.role.id) ?? { need: "", wrong: "" };
    const key = rows.filter((row) => row.asked.key);
    const judged = key.length ? key : rows;
    const seen = ({ name, event }) => `${eventText(event, state.words)} (${name})`;
    const shown = judged.flatMap((row) => {
      const all = events(row, state);
      return all.length ? [heading(3, [row.asked.title, state.levelName(row.asked.level)].join(", ")), ...all.flatMap((one) => [line(one.statement.text), list(one.told.map(seen))])] : [];
    });
    const open = judged.flatMap((row) => {
      const has = new Set(events(row, state).map((one) => one.statement));
      return expected(row.asked).filter((one) => (key.length ? one.key : one.level === row.asked.level) && !has.has(one)).map((one) => `${row.asked.title}: ${one.text}`);
    });
    return [
      heading(1, state.words("case-title", { role: state.talk.role.title })),
      line([state.names.report, state.talk.handbook, state.edition || state.talk.edition, state.today()].filter(Boolean).join(", ")),
      heading(2, state.words("case-need")), line(written.need.trim() || state.words("case-need-open")),
      heading(2, state.words("case-evidence")), ...(shown.length ? shown : [line(state.words("case-evidence-open"))]),
      ...(written.wrong.trim() ? [heading(2, state.words("case-wrong")), line(written.wrong)] : []),
      ...(open.length ? [heading(2, state.words("case-open")), list(open)] : []),
    ];
  }

  /** Writes one bullet for each event, by competency. An event that both told is written once. */
  function bulletBlocks(state) {
    const { heading, line, list } = block;
    const { rows } = compare(state.now(), state.basis.asked);
    const groups = rows.map((row) => ({ title: row.asked.title, bullets: [...new Set(events(row, state).flatMap((one) => one.told.map(({ text }) => text)))] })).filter((one) => one.bullets.length > 0);
    return [heading(1, state.words("resume-title")), ...(groups.length ? groups.flatMap((one) => [heading(2, one.title), list(one.bullets)]) : [line(state.words("case-evidence-open"))])];
  }

  Object.assign(globalThis.rolebookAssess, { bulletBlocks, talkCase: caseBlocks });
})();
