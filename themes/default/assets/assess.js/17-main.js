// Runs the self-assessment against a role: manages the answers, stores them in this browser, and
// moves from step to step.
//
// Input: the page, what this browser has stored, and what the reader does. Output: the steps, and
// what is stored. Never fetches or sends anything.
(() => {
  const { answers, el, empty, frame, isEmpty, keep, readPage, readRecord, snapshot, steps, store, tools, unreadable, warning, writeRecord } = globalThis.rolebookAssess;
  const root = document.getElementById("assess");
  if (!root) return;

  const page = readPage(root);
  const { words } = page;
  // Each handbook has its own key, so that two on one host don't mix.
  const place = store(`rolebook-assess:${new URL(root.dataset.home, location.href).pathname}`);
  const order = ["quick", "statements", "result", "plan", "case"];
  const alert = el("div", { class: "assess-alert", role: "alert" });
  let timer = null;
  let unsaved = false;
  let locked = null;
  let first = order[0];

  const own = answers(page, { save, typed, full: () => say(words("plan-full")) });
  const { nav, stage, bar, draw, go, update, asked, say } = frame({ order, words, show: (step, redraw) => steps[step](state, redraw) });
  const { setScope } = own;
  const state = Object.assign(own, {
    root,
    setScope(scope) { setScope(scope); place.saveScope(scope); },
    today: () => new Date().toLocaleDateString("sv-SE"),
    about: () => ({ handbook: page.handbook, edition: page.edition, saved: state.today() }),
    /** Returns what an exported file says besides the answers, so that it can be read without this page. */
    exportAbout: () => ({ ...state.about(), by: "self", role: { id: page.role, title: page.title }, scale: page.scale, expects: snapshot(state.all, page.scale) }),
    exported() { unsaved = false; },
    replace(record) {
      state.take(record);
      save();
      draw(null);
    },
    clear() {
      clearTimeout(timer);
      const fault = place.clear();
      locked = null;
      state.take(empty());
      setScope("all");
      unsaved = false;
      alert.replaceChildren();
      say("");
      go("quick", true);
      return fault;
    },
  });

  /** Saves what is being typed, after a short pause. */
  function typed() {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  }

  function save() {
    clearTimeout(timer);
    tell(locked ?? place.save(writeRecord(state.record, state.about())));
    update();
  }

  /** Tells the reader whether the answers are stored. They stay on the screen in any case. */
  function tell(fault) {
    unsaved = fault !== null;
    if (fault) {
      if (alert.dataset.fault !== fault) alert.replaceChildren(...warning(fault, state));
      alert.dataset.fault = fault;
      say(words("not-saved"));
      return;
    }
    if (alert.dataset.fault) { alert.replaceChildren(); delete alert.dataset.fault; }
    say(words("saved", { time: new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }) }));
  }

  function start() {
    const { value, fault } = place.read();
    let broken = place.readAside();
    if (value !== null) {
      const { record } = readRecord(value);
      if (record) state.take(record);
      else {
        // Never overwrite unreadable data, because it may be the reader's only copy. If it can't be
        // set aside, save nothing.
        broken = value;
        locked = place.setAside(value);
      }
    }
    if (fault) tell(fault);
    else if (broken) alert.replaceChildren(...unreadable(broken, state));
    document.querySelector(".assess-asked").hidden = true;
    document.querySelector(".assess-about").classList.add("with-scripts");
    root.append(tools(state), nav, alert, stage, bar, keep(state));
    root.hidden = false;
    if (place.readScope() === "key") setScope("key");
    const answered = state.asked.filter((one) => state.levelOf(one) !== null).length;
    first = answered && answered === state.asked.length ? "result" : "quick";
    go(asked() ?? first, false);
  }

  addEventListener("hashchange", () => { const step = asked() ?? (location.hash ? null : first); if (step) go(step, true); });
  addEventListener("storage", (event) => {
    if (event.key !== place.key) return;
    const { record } = event.newValue === null ? { record: empty() } : readRecord(event.newValue);
    if (!record) return;
    state.take(record);
    draw(null);
  });
  const flush = () => { if (unsaved) state.save(); };
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });
  addEventListener("beforeunload", (event) => {
    flush();
    if (unsaved && !isEmpty(state.record)) event.preventDefault();
  });
  addEventListener("afterprint", () => { delete root.dataset.print; });

  start();
})();
