// The growth plan: at most three statements, each with practices, a date and a note.
//
// Input: the page's state. Output: the step's elements and the plan as a document.
(() => {
  const { PLANNED, ask, block, button, copied, el, field, gaps, paper, source } = globalThis.rolebookAssess;

  // Whether the reader is choosing statements. The list stays open until they are done.
  let choosing = false;

  function practices(item, state, changed) {
    const grow = state.all.find((asked) => asked.id === item.competency)?.grow;
    const offered = grow ? [...grow.text.querySelectorAll("li, p")].filter((one) => !one.querySelector("li, p") && !(one.tagName === "P" && one.closest("li"))).map((one) => ({ text: one.textContent.replace(/\s+/gu, " ").trim(), from: one })) : [];
    const known = new Set(offered.map((one) => one.text));
    // A chosen practice stays, even if it is no longer in the handbook.
    const kept = item.practices.filter((text) => !known.has(text)).map((text) => ({ text, from: null }));
    const all = [...offered, ...kept].filter((one) => one.text);
    if (!all.length) return null;
    const pick = (text) => (event) => {
      item.practices = event.target.checked ? [...item.practices, text] : item.practices.filter((one) => one !== text);
      changed();
    };
    const option = ({ text, from }) => el("label", { class: "assess-option" }, el("input", { type: "checkbox", checked: item.practices.includes(text), on: { change: pick(text) } }), el("span", {}, from ? copied(from) : text));
    return el("fieldset", { class: "assess-practices" }, el("legend", {}, state.words("practices")), all.map(option),
      grow && el("p", {}, el("a", { href: grow.url, class: "competency" }, state.words("grow-more", { title: item.title }))));
  }

  function itemFields(item, state, changed, redraw) {
    const now = state.statements.find((one) => one.competency === item.competency && one.id === item.id);
    const typed = () => { state.typed(); changed(); };
    const remove = async () => {
      if (item.note.trim() && await ask(state.words("plan-remove"), state.words("plan-remove-means"), [["plan-remove", "danger"]], state.words) !== "plan-remove") return;
      state.unplan(item);
      redraw();
    };
    return el("fieldset", { class: "assess-planned" }, el("legend", {}, item.text),
      el("p", { class: "level" }, [item.title, state.levelName(item.level)].join(", ")),
      now && now.text !== item.text && el("p", { class: "assess-changed" }, state.words("text-now"), ": ", now.text),
      practices(item, state, () => { state.save(); changed(); }),
      field({ label: state.words("plan-date"), type: "date", value: item.date, change: (text) => { item.date = text; typed(); }, done: () => state.save() }),
      field({ label: state.words("plan-helper"), value: item.helper, change: (text) => { item.helper = text; typed(); }, done: () => state.save() }),
      field({ label: state.words("plan-note"), hint: state.words("plan-note-means"), rows: 2, value: item.note, change: (text) => { item.note = text; typed(); }, done: () => state.save() }),
      button(state.words("plan-remove"), remove, { class: "assess-button quiet", "aria-label": `${state.words("plan-remove")}: ${item.text}` }));
  }

  function candidates(state, redraw) {
    if (state.record.plan.length >= PLANNED) return el("p", { class: "hint" }, state.words("plan-full"));
    const list = gaps(state.asked, state.levelOf, state.found).flatMap((gap) => [...gap.open, ...gap.chance, ...gap.ahead].map((statement) => ({ gap, statement })));
    const free = list.filter(({ statement }) => !state.planned(statement));
    if (!free.length) return el("p", { class: "hint" }, state.words("plan-no-gaps"), " ", el("a", { href: "#assess-result" }, state.words("to-result")));
    const row = ({ gap, statement }) => el("li", {}, el("div", { class: "assess-row" }, el("span", {}, statement.text, " ", el("span", { class: "note" }, gap.asked.title)),
      button(state.words("plan-this"), () => { state.plan(statement); redraw(".assess-choose summary"); }, { class: "assess-button quiet", "aria-label": `${state.words("plan-this")}: ${statement.text}` })));
    return el("details", { class: "lower assess-choose", open: choosing || state.record.plan.length === 0, on: { toggle: (event) => { choosing = event.target.open; } } }, el("summary", {}, state.words("plan-choose")), el("ul", { class: "assess-open" }, free.map(row)));
  }

  function blocks(state) {
    const { heading, line, list } = block;
    const one = (item) => [
      heading(2, item.text), line([item.title, state.levelName(item.level)].join(", ")),
      item.date && line(`${state.words("plan-date")}: ${item.date}`),
      item.helper.trim() && line(`${state.words("plan-helper")}: ${item.helper}`),
      item.practices.length > 0 && line(`${state.words("practices")}:`), item.practices.length > 0 && list(item.practices), item.note.trim() && line(item.note),
    ];
    return [heading(1, state.words("plan-title", { role: state.title })), source(state), ...state.record.plan.flatMap(one)].filter(Boolean);
  }

  function plan(state, redraw) {
    const made = state.record.plan.length > 0 && paper("growth-plan", state.words("plan-paper"), () => blocks(state), state);
    const changed = () => made && made.refresh();
    return {
      title: state.words("plan"),
      content: [
        el("p", { class: "hint" }, state.words("plan-means")),
        el("div", { class: "assess-form" }, state.record.plan.map((item) => itemFields(item, state, changed, redraw)), candidates(state, redraw)),
        made && made.element,
      ],
      progress: () => state.words("plan-n", { n: state.record.plan.length }),
    };
  }

  globalThis.rolebookAssess.steps = { ...globalThis.rolebookAssess.steps, plan };
})();
