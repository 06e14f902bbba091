// Several interviewers' cards side by side: recommendations, then differences, with everybody's
// evidence.
//
// Input: the page's state with all cards. Output: the step's elements. Never shows a total, an average
// or a count of votes.
(() => {
  const { button, candidateGroups, cardExpects, cardRows, changesSince, compareCards, deck, el, isBlankCard, isSplit, markWord, paper, paragraphs, plain, togetherBlocks, verdictWord, whose } = globalThis.rolebookAssess;

  /** Sets what each interviewer said next to each other: `said` returns the words and the text of one. */
  const columns = (cards, words, said) => el("dl", { class: "card-columns" }, cards.map((one, n) => {
    const { word, text } = said(one, n);
    return el("div", {}, el("dt", {}, whose(one, words)), el("dd", {}, el("strong", {}, word)), text && el("dd", {}, paragraphs(text)));
  }));

  function statements(row, cards, words) {
    if (!row.statements.length) return null;
    const one = (of) => el("li", {}, el("p", {}, of.statement.text), el("p", { class: "desk-answers" }, of.marks.map((mark, n) => el("span", {}, el("b", {}, `${whose(cards[n], words)}:`), " ", markWord(mark, words)))));
    return [el("h4", {}, words("statements-marked")), el("ul", { class: "assess-open" }, row.statements.map(one))];
  }

  function card(row, cards, state) {
    const { words } = state;
    return el("section", { class: "assess-gap desk-row" },
      el("h3", {}, row.asked.title, row.asked.key && [" ", el("strong", { class: "flag" }, words("focus"))]), el("p", { class: "level" }, words("asks", { level: row.asked.name })),
      columns(cards, words, (one, n) => ({ word: markWord(row.marks[n], words), text: row.evidence[n] })), statements(row, cards, words));
  }

  function recommendations(cards, words) {
    const given = cards.filter((one) => one.verdict !== null).length;
    const key = isSplit(cards) ? "verdicts-differ" : given < cards.length ? "verdicts-open" : "verdicts-same";
    return el("section", { class: "card-verdicts" }, el("h3", {}, words("verdict-title")), el("p", { class: "hint" }, words(key)),
      columns(cards, words, (one) => ({ word: verdictWord(one, words), text: one.reason.trim() })));
  }

  /** Lists the cards, with what can be done with each. */
  function listed(cards, state) {
    const { words } = state;
    const one = (of) => {
      const changes = of.expects.length ? changesSince(of.expects, cardExpects(state.asked)).length : 0;
      const facts = [of.candidate.trim(), of.date, of.edition, changes > 0 && words("changed", { n: changes })].filter(Boolean).join(", ");
      return el("li", {}, el("div", { class: "assess-row" }, el("span", {}, el("strong", {}, whose(of, words)), " ", el("span", { class: "note" }, [state.isOwn(of) ? words("own") : words("opened-card"), facts].filter(Boolean).join(": "))),
        el("span", { class: "assess-actions" }, !state.isOwn(of) && button(words("take"), () => state.takeOver(of), { class: "assess-button quiet", "aria-label": `${words("take")}: ${whose(of, words)}` }),
          button(words("remove"), () => state.remove(of), { class: "assess-button quiet", "aria-label": `${words("remove")}: ${whose(of, words)}` }))));
    };
    return el("details", { class: "lower" }, el("summary", {}, words("list", { n: cards.length })), el("ul", { class: "assess-open" }, cards.map(one)));
  }

  function together(state, redraw) {
    const { words } = state;
    const all = state.cards().filter((one) => !isBlankCard(one));
    const groups = candidateGroups(all);
    const wanted = state.candidate ?? plain(state.card.candidate);
    const group = groups.find((one) => one.key === wanted) ?? groups[0];
    const choose = groups.length > 1 && el("label", { class: "assess-label" }, el("span", {}, words("candidate")), el("select", { class: "assess-field card-candidate", on: { change: (event) => { state.candidate = event.target.value; redraw(".card-candidate"); } } },
      groups.map((one) => el("option", { value: one.key, selected: one === group }, one.name || words("unnamed")))));
    const lead = [el("p", { class: "hint" }, words("together-means")), choose];
    const made = { title: words("together"), progress: () => words("cards-n", { n: group?.cards.length ?? 0 }) };
    if (!group || group.cards.length < 2) return { ...made, content: [...lead, el("p", { class: "hint" }, words("together-none")), all.length > 0 && listed(all, state)] };
    const { cards } = group;
    const { rows, rest } = compareCards(cards, state.asked);
    const [apart, same, few, none] = ["differ", "same", "few", "none"].map((kind) => rows.filter((row) => row.kind === kind));
    const byId = new Map(rows.map((row) => [row.asked.id, row]));
    const shown = deck({ name: "together", all: apart.map((row) => row.asked), show: (asked) => card(byId.get(asked.id), cards, state), isDone: () => false, state, redraw });
    const folded = (key, list) => list.length > 0 && el("details", { class: "lower desk-same" }, el("summary", {}, words(key, { n: list.length })), list.map((row) => card(row, cards, state)));
    const sheet = paper("scorecards", words("paper-together"), () => togetherBlocks(cards, state), state, { rows: () => cardRows(cards, state) });
    return {
      ...made,
      content: [
        ...lead, recommendations(cards, words),
        el("h3", {}, words("differences", { n: apart.length })), apart.length === 0 && el("p", { class: "hint" }, words("differences-none")), shown.content,
        folded("same", same), folded("few", few),
        none.length > 0 && el("p", { class: "hint" }, words("nobody", { list: none.map((row) => row.asked.title).join(", ") })),
        rest.length > 0 && el("section", { class: "assess-news" }, el("h3", {}, words("rest")), el("ul", {}, rest.map((of) => el("li", {}, `${whose(cards[of.n], words)}: ${[of.title, markWord(of.mark, words), of.text].filter(Boolean).join(". ")}`)))),
        listed(all, state), sheet.element,
      ],
      card: shown.next,
    };
  }

  Object.assign(globalThis.rolebookAssess.cardSteps, { together });
})();
