// The plan that both agree on: at most three statements, each with a date, practices and who helps.
//
// Input: the conversation. Output: the step's elements. Never removes a note without asking.
(() => {
  const { PLANNED, ask, button, candidates, compare, el, field } = globalThis.rolebookAssess;

  const isSame = (a, b) => a.competency === b.competency && a.id === b.id;

  function item(planned, state, redraw) {
    const one = (key, label, more = {}) => field({ label: state.words(label), value: planned[key], change: (text) => { planned[key] = text; state.typed(); }, done: state.save, ...more });
    const practices = field({
      label: state.words("desk-practices"), hint: state.words("desk-practices-means"), rows: 3, value: planned.practices.join("\n"), done: state.save,
      change: (text) => { planned.practices = text.split("\n").map((line) => line.trim()).filter(Boolean); state.typed(); },
    });
    const remove = async () => {
      if (`${planned.note}${planned.helper}`.trim() && await ask(state.words("plan-remove"), state.words("desk-remove-means"), [["plan-remove", "danger"]], state.words) !== "plan-remove") return;
      state.talk.plan = state.talk.plan.filter((other) => other !== planned);
      state.save();
      redraw();
    };
    return el("fieldset", { class: "assess-planned" }, el("legend", {}, planned.text), el("p", { class: "level" }, [planned.title, state.levelName(planned.level)].join(", ")),
      practices, one("date", "plan-date", { type: "date" }), one("helper", "plan-helper", { hint: state.words("desk-helper-means") }), one("note", "plan-note", { rows: 2 }),
      button(state.words("plan-remove"), remove, { class: "assess-button quiet", "aria-label": `${state.words("plan-remove")}: ${planned.text}` }));
  }

  function offer(state, redraw) {
    const { talk } = state;
    if (talk.plan.length >= PLANNED) return el("p", { class: "hint" }, state.words("plan-full"));
    const { rows } = compare(state.now(), state.basis.asked);
    const free = candidates(rows, state.now()).filter(({ statement }) => !talk.plan.some((planned) => isSame(planned, statement)));
    if (!free.length) return el("p", { class: "hint" }, state.words("desk-plan-none"));
    const take = ({ asked, statement }) => () => {
      talk.plan.push({ competency: asked.id, title: asked.title, id: statement.id, level: statement.level, text: statement.text, practices: [], date: "", note: "", helper: "" });
      state.save();
      redraw(".assess-planned:last-of-type textarea");
    };
    const row = (of) => el("li", {}, el("div", { class: "assess-row" }, el("span", {}, of.statement.text, " ", el("span", { class: "note" }, of.asked.title, of.asked.key && `, ${state.words("focus")}`)),
      button(state.words("plan-this"), take(of), { class: "assess-button quiet", "aria-label": `${state.words("plan-this")}: ${of.statement.text}` })));
    return el("details", { class: "lower assess-choose", open: talk.plan.length === 0 }, el("summary", {}, state.words("plan-choose")), el("ul", { class: "assess-open" }, free.slice(0, 12).map(row)),
      free.length > 12 && el("details", { class: "lower" }, el("summary", {}, state.words("desk-plan-more", { n: free.length - 12 })), el("ul", { class: "assess-open" }, free.slice(12).map(row))));
  }

  function plan(state, redraw) {
    return {
      title: state.words("desk-plan"),
      content: [
        el("p", { class: "hint" }, state.words("plan-means")),
        el("div", { class: "assess-form" }, state.talk.plan.map((planned) => item(planned, state, redraw)), offer(state, redraw)),
        field({ label: state.words("desk-next-date"), type: "date", value: state.talk.next, change: (text) => { state.talk.next = text; state.typed(); }, done: state.save }),
        field({ label: state.words("desk-notes"), hint: state.words("desk-notes-means"), rows: 3, value: state.talk.notes, change: (text) => { state.talk.notes = text; state.typed(); }, done: state.save }),
      ],
      card: null,
      progress: () => state.words("plan-n", { n: state.talk.plan.length }),
    };
  }

  globalThis.rolebookAssess.deskSteps = { ...globalThis.rolebookAssess.deskSteps, plan };
})();
