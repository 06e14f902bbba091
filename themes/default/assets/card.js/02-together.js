// Compares the cards of several interviewers about one candidate.
//
// Input: cards, and what the role expects. Output: rows, those with differences first. Never computes
// a total or an average, and never drops what an interviewer wrote.
(() => {
  const { MARKS, markedBy, plain, weight } = globalThis.rolebookAssess;

  const rank = (mark) => MARKS.indexOf(mark);
  const isOpinion = (mark) => rank(mark) >= 0;

  /** Returns how far apart marks are: 0 if all are the same, or if fewer than two people marked. */
  function apart(marks) {
    const ranks = marks.filter(isOpinion).map(rank);
    return ranks.length > 1 ? Math.max(...ranks) - Math.min(...ranks) : 0;
  }

  /** Returns the cards of each candidate, in the order in which the candidates first occur. */
  function candidates(cards) {
    const groups = new Map();
    for (const card of cards) {
      const key = plain(card.candidate);
      groups.set(key, [...groups.get(key) ?? [], card]);
    }
    return [...groups].map(([key, of]) => ({ key, name: of[0].candidate.trim(), cards: of }));
  }

  /**
   * Sets all cards next to each other, competency by competency. Returns `rows` of
   * `{ asked, kind, marks, evidence, statements }` with the kind `differ`, `same`, `few` if fewer than two
   * people marked the competency, or `none` if all cards are empty there, and `rest`, what was written
   * about anything that the role doesn't expect today. Among the differences, what the role is judged on
   * comes first, and then the largest.
   */
  function compareCards(cards, asked) {
    const found = cards.map((card) => markedBy(card, asked));
    const rows = asked.map((one) => {
      const own = cards.map((card) => card.marks.find((of) => of.competency === one.id));
      const marks = own.map((of) => of?.mark ?? null);
      const statements = one.statements.map((statement) => ({ statement, marks: found.map((of) => of.found.get(statement)?.rating.mark ?? null) })).filter((of) => of.marks.some((mark) => mark !== null));
      const differing = statements.filter((of) => apart(of.marks) > 0);
      const evidence = own.map((of) => of?.evidence.trim() ?? "");
      const isSilent = marks.every((mark) => mark === null) && statements.length === 0 && evidence.every((text) => text === "");
      const kind = apart(marks) > 0 || differing.length > 0 ? "differ" : marks.filter(isOpinion).length > 1 ? "same" : isSilent ? "none" : "few";
      return { asked: one, kind, marks, evidence, statements, apart: apart(marks) };
    });
    const place = { differ: 0, few: 1, same: 2, none: 3 };
    rows.sort((a, b) => place[a.kind] - place[b.kind] || weight(b.asked) - weight(a.asked) || b.apart - a.apart);
    const here = new Set(asked.map((one) => one.id));
    const rest = cards.flatMap((card, n) => [
      ...card.marks.filter((one) => !here.has(one.competency)).map((one) => ({ n, title: one.title, mark: one.mark, text: one.evidence.trim() })),
      ...found[n].rest.map((of) => ({ n, title: card.marks.find((one) => one.competency === of.competency)?.title ?? "", mark: of.mark, text: of.text })),
    ]);
    return { rows, rest };
  }

  /** Returns whether the interviewers recommend different things. */
  const isSplit = (cards) => new Set(cards.map((card) => card.verdict).filter((verdict) => verdict !== null)).size > 1;

  Object.assign(globalThis.rolebookAssess, { candidateGroups: candidates, compareCards, isSplit });
})();
