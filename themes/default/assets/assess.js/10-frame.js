// The frame around the steps: their list, the current step, and the bar that leads to the next one.
//
// Input: the names of the steps, and what shows one. Output: elements, and the functions that draw
// them. Moves the focus to what is new.
(() => {
  const { button, el, narrow } = globalThis.rolebookAssess;

  /**
   * Creates the frame of the steps in `order`. `show` returns the content of a step. The step in the
   * address is shown first. Returns the elements `nav`, `stage` and `bar`, the functions `draw`, `go`
   * and `update`, and `say`, which shows a message in the bar.
   */
  function frame({ order, show, words }) {
    const status = el("span", { class: "assess-status", role: "status" });
    const progress = el("span", { class: "assess-progress" });
    const next = el("a", { class: "assess-button strong" });
    const card = button("", () => shown?.card?.go(), { class: "assess-button strong", hidden: true });
    const stage = el("section", { class: "assess-stage", "aria-labelledby": "assess-step" });
    const nav = el("nav", { class: "assess-steps", "aria-label": words("steps") }, el("ol", {}, order.map((step) => el("li", {}, el("a", { href: `#assess-${step}` }, words(`${step}-short`))))));
    const bar = el("div", { class: "assess-bar" }, el("div", {}, progress, status), card, next);
    let shown = null;
    let current = order[0];

    function update() {
      if (shown) progress.textContent = shown.progress();
    }

    /** Draws the current step. `focus` is the selector of the element that gets the focus. */
    function draw(focus) {
      shown = show(current, (at) => draw(at ?? "#assess-step"));
      const title = el("h2", { id: "assess-step", tabindex: -1 }, shown.title);
      stage.replaceChildren(title, ...shown.content.flat(Infinity).filter(Boolean));
      for (const link of nav.querySelectorAll("a")) {
        if (link.hash !== `#assess-${current}`) { link.removeAttribute("aria-current"); continue; }
        link.setAttribute("aria-current", "step");
        // On a phone, the row of steps is wider than the screen.
        link.closest("ol").scrollLeft = link.offsetLeft - link.closest("ol").clientWidth / 3;
      }
      const following = order[order.indexOf(current) + 1];
      next.hidden = !following || Boolean(shown.card);
      card.hidden = !shown.card;
      if (shown.card) card.textContent = words("next-step", { step: shown.card.title });
      if (following) {
        next.setAttribute("href", `#assess-${following}`);
        next.textContent = words("next-step", { step: words(`${following}-short`) });
      }
      update();
      if (focus) (stage.querySelector(focus) ?? title).focus();
    }

    function go(step, focus) {
      current = step;
      draw(null);
      if (!focus) return;
      nav.scrollIntoView({ block: "start" });
      stage.querySelector("#assess-step").focus({ preventScroll: true });
    }

    const asked = () => order.find((step) => location.hash === `#assess-${step}`);
    narrow.addEventListener("change", () => { if (shown) draw(null); });
    return { nav, stage, bar, draw, go, update, asked, say: (text) => { status.textContent = text; } };
  }

  Object.assign(globalThis.rolebookAssess, { frame });
})();
