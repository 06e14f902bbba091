// Writes one card, or several next to each other, as a document and as a table.
//
// Input: cards and what the role expects. Output: blocks of text and rows. Never contains a total or an
// average.
(() => {
  const { block, compareCards, keptCard } = globalThis.rolebookAssess;

  const markWord = (mark, words) => words(mark ?? "no-mark");
  const verdictWord = (card, words) => words(card.verdict === null ? "verdict-none" : `verdict-${card.verdict}`);
  const levelWord = (asked, words) => words("asks", { level: asked.name });
  const whose = (card, words) => card.interviewer.trim() || words("unnamed");

  function head(cards, state) {
    const [card] = cards;
    const { heading, line } = block;
    return [
      heading(1, state.words("paper-title", { role: state.title, candidate: card.candidate.trim() || state.words("unnamed") })),
      line([state.handbook, state.edition, ...new Set(cards.map((one) => one.date).filter(Boolean))].filter(Boolean).join(", ")),
    ];
  }

  /** Writes one interviewer's card, in the order of the page. */
  function cardBlocks(card, state) {
    const { words } = state;
    const { heading, line, list } = block;
    const byId = new Map(state.asked.map((one) => [one.id, one]));
    const one = (mark) => [
      heading(3, mark.title), line([levelWord(byId.get(mark.competency) ?? mark, words), `${words("mark")}: ${markWord(mark.mark, words)}.`].join(" ")),
      mark.evidence.trim() && line(mark.evidence),
      mark.statements.length > 0 && list(mark.statements.map((of) => `${of.text} ${markWord(of.mark, words)}`)),
    ].filter(Boolean);
    const order = state.asked.map((asked) => asked.id);
    const marks = [...keptCard(card).marks].sort((a, b) => order.indexOf(a.competency) - order.indexOf(b.competency));
    return [
      ...head([card], state), line(`${words("interviewer")}: ${whose(card, words)}`),
      heading(2, words("verdict-title")), line(verdictWord(card, words)), ...(card.reason.trim() ? [line(card.reason)] : []),
      heading(2, words("fill-title")), ...(marks.length ? marks.flatMap(one) : [line(words("paper-none"))]),
    ];
  }

  /** Writes all cards about a candidate, differences first, with the evidence of every interviewer. */
  function togetherBlocks(cards, state) {
    const { words } = state;
    const { heading, line, list } = block;
    const { rows, rest } = compareCards(cards, state.asked);
    const said = (text, n) => `${whose(cards[n], words)}: ${text}`;
    const one = (row) => [
      heading(3, row.asked.title), line(levelWord(row.asked, words)),
      list(row.marks.map((mark, n) => said([markWord(mark, words), row.evidence[n]].filter(Boolean).join(". "), n))),
      ...row.statements.flatMap((of) => [line(of.statement.text), list(of.marks.map((mark, n) => said(markWord(mark, words), n)))]),
    ];
    const part = (key, kind) => {
      const of = rows.filter((row) => row.kind === kind);
      return of.length ? [heading(2, words(key, { n: of.length })), ...of.flatMap(one)] : [];
    };
    const silent = rows.filter((row) => row.kind === "none").map((row) => row.asked.title);
    return [
      ...head(cards, state), heading(2, words("verdict-title")), list(cards.map((card, n) => said([verdictWord(card, words), card.reason.trim()].filter(Boolean).join(". "), n))),
      ...part("differences", "differ"), ...part("same", "same"), ...part("few", "few"),
      ...(silent.length ? [line(words("nobody", { list: silent.join(", ") }))] : []),
      ...(rest.length ? [heading(2, words("rest")), list(rest.map((of) => said([of.title, markWord(of.mark, words), of.text].filter(Boolean).join(". "), of.n)))] : []),
    ];
  }

  /** Writes cards as rows: one for each interviewer's recommendation, competency and statement. */
  function cardRows(cards, state) {
    const { words } = state;
    const titles = ["candidate", "interviewer", "date", "competency", "asked-level", "statement", "mark", "evidence"].map((key) => words(key));
    const of = (card) => {
      const who = [card.candidate, whose(card, words), card.date];
      return [
        [...who, words("verdict-title"), "", "", verdictWord(card, words), card.reason],
        ...keptCard(card).marks.flatMap((mark) => [
          [...who, mark.title, mark.name, "", markWord(mark.mark, words), mark.evidence],
          ...mark.statements.map((statement) => [...who, mark.title, mark.name, statement.text, markWord(statement.mark, words), ""]),
        ]),
      ];
    };
    return [titles, ...cards.flatMap(of)];
  }

  Object.assign(globalThis.rolebookAssess, { cardBlocks, cardRows, markWord, togetherBlocks, verdictWord, whose });
})();
