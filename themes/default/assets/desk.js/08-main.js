// Runs the desk: keeps the conversations, stores them in this browser, and moves from step to step.
//
// Input: the page, what roles expect, what this browser has stored, and files that the reader opens.
// Output: the steps, and what is stored. Never fetches or sends anything.
(() => {
  const { answers, ask, basis, blankSide, button, chooser, deskSteps, download, el, expectsOf, field, frame, isBlankSide, keeper, openMine, openOne, readAny, readWords, saveTalk, snapshot, steps, store, team, writeMine, writeTalk } = globalThis.rolebookAssess;
  const VERSION = 1;
  const order = ["quick", "statements", "compare", "plan", "summary"];

  function begin(data) {
    const root = document.getElementById("desk");
    if (!root) return;
    const words = readWords(["desk-", "assess-"]);
    const place = store(`rolebook-desk:${new URL(root.dataset.home, location.href).pathname}`);
    const told = el("p", { class: "assess-told", role: "status" });
    const alert = el("div", { class: "assess-alert", role: "alert" });
    const list = el("div", { class: "desk-people" });
    const area = el("div", { class: "desk-area" });
    const today = () => new Date().toLocaleDateString("sv-SE");
    let current = null;
    const desk = { talks: [], words, nameOf: (talk) => talk.report.name.trim() || words("desk-unnamed"), choose(talk) { current = talk; } };
    const { save, typed, restore, clear: empty } = keeper({
      place, alert, words, say: (text) => { frameOf.say(text); frameOf.update(); },
      write: () => (desk.talks.length ? JSON.stringify({ version: VERSION, talks: desk.talks.map((talk) => JSON.parse(writeTalk(talk))) }) : ""),
    });

    /** Creates the state of a conversation: the manager's answers, and what the steps need. */
    function stateOf(talk) {
      const of = basis(talk, data);
      const page = { asked: of.asked, scale: of.scale, words, role: talk.role.id, title: talk.role.title };
      const state = answers(page, { save: () => { talk.manager.levels = state.record.levels; talk.manager.ratings = state.record.ratings; touched(talk); save(); }, typed });
      state.take({ person: "", levels: talk.manager.levels, ratings: talk.manager.ratings, plan: [], cases: [], manager: [] });
      Object.defineProperty(state, "names", { get: () => ({ report: desk.nameOf(talk), manager: talk.manager.name.trim() || words("desk-manager") }) });
      return Object.assign(state, {
        root, talk, basis: of, home: root.dataset.home, edition: data.edition ?? "", today,
        now: () => ({ ...talk, scale: of.scale }),
        expectsNow: () => snapshot(of.asked, of.scale),
      });
    }

    const touched = (talk) => Object.assign(talk.manager, { saved: today(), edition: data.edition ?? "" });

    /** What the reader has opened, by conversation, so that switching between people keeps their place. */
    const states = new Map();
    const state = () => {
      if (!states.has(current)) states.set(current, stateOf(current));
      return states.get(current);
    };
    const allSteps = { ...steps, ...deskSteps };
    const frameOf = frame({ order, words, show: (step, redraw) => allSteps[step](state(), redraw) });

    const take = button(words("desk-save"), () => saveTalk(state()), { hidden: true });

    function about() {
      const talk = current;
      const name = (side, label) => field({ label: words(label), value: talk[side].name, change: (text) => { talk[side].name = text; typed(); people(); }, done: save });
      const mine = chooser("desk-open-mine", words, async ([file]) => {
        const said = await openMine(file, talk, desk);
        states.delete(talk);
        save();
        show(frameOf.asked() ?? order[0], false);
        told.textContent = said;
      });
      const remove = async () => {
        if (await ask(words("desk-remove"), words("desk-remove-person-means", { name: desk.nameOf(talk) }), [["desk-remove", "danger"]], words) !== "desk-remove") return;
        desk.talks = desk.talks.filter((other) => other !== talk);
        current = desk.talks[0] ?? null;
        save();
        show(order[0], false);
        told.textContent = words("desk-removed");
      };
      const takeMine = () => download(`ratings-${today()}.json`, "application/json", writeMine(talk, { handbook: root.dataset.handbook, edition: data.edition ?? "", saved: today(), by: "manager", role: talk.role, scale: state().basis.scale, expects: state().expectsNow() }));
      return el("details", { class: "lower desk-about" }, el("summary", {}, words("desk-about", { name: desk.nameOf(talk) })),
        el("p", { class: "note" }, [talk.role.title, talk.report.edition, talk.report.saved].filter(Boolean).join(", ")),
        name("report", "desk-name-report"), name("manager", "desk-name-manager"),
        el("div", { class: "assess-actions" }, mine, button(words("desk-take-mine"), takeMine), button(words("desk-remove"), remove, { class: "assess-button danger" })));
    }

    async function open(files) {
      const said = [];
      for (const file of files) said.push(await openOne(file, desk));
      states.clear();
      save();
      show(current && !isBlankSide(current.manager) ? "compare" : "quick", false);
      told.textContent = said.join(" ");
    }

    const roles = () => el("select", { class: "assess-field" }, data.roles.map((role) => el("option", { value: role.id }, role.title)));

    /** Asks which role the answers are about. Files of the first version don't say. */
    function whichRole() {
      const choose = roles();
      const take = () => {
        const role = data.roles.find((one) => one.id === choose.value);
        current.role = { id: role.id, title: role.title };
        states.delete(current);
        save();
        show("quick", true);
      };
      return el("div", {}, el("label", { class: "assess-label" }, el("span", {}, words("desk-which-role")), choose), button(words("desk-which-role-take"), take));
    }

    /** Begins a conversation before the other person's file has arrived. */
    function starter() {
      const choose = roles();
      const start = () => {
        const role = data.roles.find((one) => one.id === choose.value);
        const talk = { handbook: root.dataset.handbook, edition: data.edition ?? "", saved: "", role: { id: role.id, title: role.title }, scale: role.scale.map((step) => ({ ...step, means: step.means ?? "" })), expects: expectsOf(role, data), report: blankSide(), manager: blankSide(), agreed: [], plan: [], notes: "", next: "" };
        desk.talks.push(talk);
        current = talk;
        save();
        show("quick", true);
      };
      return el("details", { class: "lower" }, el("summary", {}, words("desk-start")), el("p", { class: "hint" }, words("desk-start-means")),
        el("label", { class: "assess-label" }, el("span", {}, words("desk-start-role")), choose), button(words("desk-start"), start));
    }

    function people() {
      const one = (talk) => button(desk.nameOf(talk), () => { current = talk; show("compare", true); }, { class: "assess-button quiet", "aria-pressed": String(talk === current) });
      const side = desk.talks.length > 1 && button(words("desk-team-short"), () => { current = null; show(null, true); }, { class: "assess-button quiet", "aria-pressed": String(current === null) });
      list.replaceChildren(...desk.talks.length ? [el("div", { class: "assess-actions", role: "group", "aria-label": words("desk-people") }, desk.talks.map(one), side)] : []);
    }

    /** Shows a step of the current conversation, or everybody if there is none. */
    function show(step, focus) {
      people();
      document.querySelector(".desk-how").hidden = desk.talks.length > 0;
      take.hidden = !current?.role.id;
      if (current && !current.role.id) return area.replaceChildren(about(), whichRole());
      if (current) {
        area.replaceChildren(about(), frameOf.nav, frameOf.stage, frameOf.bar);
        frameOf.go(step, focus);
        if (`#assess-${step}` !== location.hash) history.replaceState(null, "", `#assess-${step}`);
        return;
      }
      if (desk.talks.length === 0) return area.replaceChildren(el("p", { class: "hint" }, words("desk-empty")));
      area.replaceChildren(el("section", { class: "assess-stage" }, team(desk.talks.map((talk) => { current = talk; return state(); }), { words, root, today })));
      current = null;
      if (focus) area.querySelector("h2").focus();
    }

    async function clear() {
      if (await ask(words("desk-clear"), words("desk-clear-means"), [["desk-clear", "danger"]], words) !== "desk-clear") return;
      const fault = empty();
      Object.assign(desk, { talks: [] });
      current = null;
      states.clear();
      history.replaceState(null, "", location.pathname + location.search);
      show(null, false);
      told.textContent = words(fault ? `desk-store-${fault}` : "desk-cleared");
    }

    /** Returns the stored conversations, or null if they can't be read. */
    function stored(text) {
      try {
        const read = JSON.parse(text).talks.map((talk) => readAny(JSON.stringify(talk)).talk);
        return read.every(Boolean) ? read : null;
      } catch { return null; }
    }

    desk.talks = restore(stored) ?? [];
    current = desk.talks[0] ?? null;
    root.append(
      el("div", { class: "assess-tools" }, el("div", { class: "assess-actions" }, chooser("desk-open", words, open, { several: true, className: "strong" }), take, button(words("desk-clear"), clear, { class: "assess-button danger" })), told, starter()),
      alert, list, area);
    document.querySelector(".assess-about").classList.add("with-scripts");
    root.hidden = false;
    show(frameOf.asked() ?? (current && !isBlankSide(current.manager) ? "compare" : "quick"), false);
    addEventListener("hashchange", () => { const step = frameOf.asked(); if (step && current) show(step, true); });
    addEventListener("afterprint", () => { delete root.dataset.print; });
  }

  /** Called by the site's data, which says what roles expect. */
  globalThis.rolebookDesk = begin;
})();
