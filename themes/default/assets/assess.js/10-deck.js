// Shows competencies one at a time on a narrow screen or if there is much to answer, and otherwise all
// on one page.
//
// Input: the competencies, and what shows one. Output: elements, and what comes next. Never skips a
// competency, or forgets where the reader was.
(() => {
  const { button, el, labelled } = globalThis.rolebookAssess;
  const narrow = matchMedia("(width < 40rem)");

  /** Puts what the role is judged on first, as `labelled` does. */
  const inOrder = (all) => [...all.filter((one) => one.key), ...all.filter((one) => !one.key)];

  /**
   * Creates the deck `name` of `all` competencies. `show` creates the element of one, `isDone` tells
   * which are answered: the deck begins with the first that isn't. With `isLong`, there is one at a
   * time on any screen. Returns `{ content, next }`, where `next` goes to the next competency and is
   * null if there is none or all are shown.
   */
  function deck({ name, all, show, isDone, state, redraw, isLong = false }) {
    if (!(narrow.matches || isLong) || all.length < 2) return { content: labelled(all, state.words, show), next: null };
    const list = inOrder(all);
    const known = list.findIndex((one) => one.id === state.places.get(name));
    const first = list.findIndex((one) => !isDone(one));
    const at = known >= 0 ? known : Math.max(first, 0);
    const go = (n) => () => {
      state.places.set(name, list[n].id);
      redraw("#assess-card");
    };
    const one = list[at];
    const part = list.some((other) => other.key) && state.words(one.key ? "judged" : "judged-also");
    const content = el("div", { class: "assess-deck" },
      el("div", { class: "assess-deck-head" },
        el("p", { id: "assess-card", tabindex: -1 }, state.words("card-n", { n: at + 1, of: list.length }), part && el("span", { class: "note" }, ` ${part}`)),
        button(state.words("card-back"), go(at - 1), { class: "assess-button quiet", disabled: at === 0 })),
      show(one));
    return { content: [content], next: at + 1 < list.length ? { title: list[at + 1].title, go: go(at + 1) } : null };
  }

  Object.assign(globalThis.rolebookAssess, { deck, narrow });
})();
