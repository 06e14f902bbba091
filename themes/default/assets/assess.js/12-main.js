// Runs the self-assessment against a role: manages the answers, stores them in this browser, and
// moves from step to step.
//
// Input: the page, what this browser has stored, and what the reader does. Output: the steps, and
// what is stored. Never fetches or sends anything.
(() => {
  const { el, empty, isEmpty, keep, levelNow, match, PLANNED, readPage, readRecord, steps, store, unreadable, warning, writeRecord } = globalThis.rolebookAssess;
  const root = document.getElementById("assess");
  if (!root) return;

  const page = readPage(root);
  const { words } = page;
  // Each handbook has its own key, so that two on one host don't mix.
  const place = store(`rolebook-assess:${new URL(root.dataset.home, location.href).pathname}`);
  const order = ["quick", "statements", "result", "plan", "case"];
  const alert = el("div", { class: "assess-alert", role: "alert" });
  const status = el("span", { class: "assess-status", role: "status" });
  const progress = el("span", { class: "assess-progress" });
  const next = el("a", { class: "assess-button strong" });
  const stage = el("section", { class: "assess-stage", "aria-labelledby": "assess-step" });
  const nav = el("nav", { class: "assess-steps", "aria-label": words("steps") }, el("ol", {}, order.map((step) => el("li", {}, el("a", { href: `#assess-${step}` }, words(`${step}-short`))))));
  let shown = null;
  let current = order[0];
  let timer = null;
  let unsaved = false;
  let locked = null;
  let first = order[0];

  const state = {
    ...page, root, record: empty(), found: new Map(), rest: [],
    statements: page.asked.flatMap((asked) => asked.statements),
    today: () => new Date().toLocaleDateString("sv-SE"),
    about: () => ({ handbook: page.handbook, edition: page.edition, saved: state.today() }),
    levelName(level) {
      const step = page.scale.find((one) => one.level === level);
      return step ? words("level-of", { name: step.name, n: level, of: page.scale.length }) : words("level-none");
    },
    levelOf: (asked) => levelNow(state.record.levels.find((one) => one.competency === asked.id), page.scale),
    setLevel(asked, level) {
      const name = page.scale.find((one) => one.level === level)?.name ?? "";
      state.record.levels = state.record.levels.filter((one) => one.competency !== asked.id);
      state.record.levels.push({ competency: asked.id, title: asked.title, level, name });
      state.save();
    },
    /** Returns the answer to a statement. If there is none, adds a blank one. */
    rate(statement) {
      const known = state.found.get(statement);
      if (known) return known.rating;
      const rating = { ...named(statement), answer: null, evidence: [] };
      state.record.ratings.push(rating);
      state.found.set(statement, { rating, change: "same" });
      return rating;
    },
    answer(statement, value) {
      state.rate(statement).answer = value;
      state.confirm(statement);
    },
    /** Confirms that the answer applies to the statement as it is now. */
    confirm(statement) {
      const rating = state.rate(statement);
      Object.assign(rating, named(statement));
      state.found.set(statement, { rating, change: "same" });
      state.save();
    },
    planned: (statement) => state.record.plan.find((one) => one.competency === statement.competency && one.id === statement.id) ?? null,
    plan(statement) {
      if (state.record.plan.length >= PLANNED) {
        say(words("plan-full"));
        return false;
      }
      state.record.plan.push({ ...named(statement), practices: [], date: "", note: "" });
      state.save();
      return true;
    },
    unplan(item) {
      state.record.plan = state.record.plan.filter((one) => one !== item);
      state.save();
    },
    caseOf: () => state.record.cases.find((one) => one.role === page.role) ?? { role: page.role, title: page.title, need: "", wrong: "" },
    setCase(key, text) {
      const known = state.caseOf();
      known[key] = text;
      if (!state.record.cases.includes(known)) state.record.cases.push(known);
    },
    /** Saves what is being typed, after a short pause. */
    typed() {
      unsaved = true;
      clearTimeout(timer);
      timer = setTimeout(state.save, 400);
    },
    save() {
      clearTimeout(timer);
      tell(locked ?? place.save(writeRecord(state.record, state.about())));
      update();
    },
    exported() { unsaved = false; },
    replace(record) {
      take(record);
      state.save();
      draw(null);
    },
    clear() {
      clearTimeout(timer);
      const fault = place.clear();
      locked = null;
      take(empty());
      unsaved = false;
      alert.replaceChildren();
      status.textContent = "";
      go("quick", true);
      return fault;
    },
  };

  function named(statement) {
    const { title } = page.asked.find((asked) => asked.id === statement.competency);
    return { competency: statement.competency, title, id: statement.id, level: statement.level, text: statement.text };
  }

  function take(record) {
    state.record = record;
    Object.assign(state, match(state.statements, record.ratings));
  }

  const say = (text) => { status.textContent = text; };

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

  function update() {
    if (shown) progress.textContent = shown.progress();
  }

  /** Draws the current step. `focus` is the selector of the element that gets the focus. */
  function draw(focus) {
    shown = steps[current](state, (at) => draw(at ?? "#assess-step"));
    const title = el("h2", { id: "assess-step", tabindex: -1 }, shown.title);
    stage.replaceChildren(title, ...shown.content.flat(Infinity).filter(Boolean));
    for (const link of nav.querySelectorAll("a")) {
      if (link.hash !== `#assess-${current}`) { link.removeAttribute("aria-current"); continue; }
      link.setAttribute("aria-current", "step");
      // On a phone, the row of steps is wider than the screen.
      link.closest("ol").scrollLeft = link.offsetLeft - link.closest("ol").clientWidth / 3;
    }
    next.hidden = !shown.next;
    if (shown.next) {
      next.setAttribute("href", `#assess-${shown.next}`);
      next.textContent = words("next-step", { step: words(`${shown.next}-short`) });
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

  function start() {
    const { value, fault } = place.read();
    let broken = place.readAside();
    if (value !== null) {
      const { record } = readRecord(value);
      if (record) take(record);
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
    root.append(nav, alert, stage, el("div", { class: "assess-bar" }, el("div", {}, progress, status), next), keep(state));
    root.hidden = false;
    const answered = page.asked.filter((one) => state.levelOf(one) !== null).length;
    first = answered && answered === page.asked.length ? "result" : "quick";
    go(asked() ?? first, false);
  }

  addEventListener("hashchange", () => { const step = asked() ?? (location.hash ? null : first); if (step) go(step, true); });
  addEventListener("storage", (event) => {
    if (event.key !== place.key) return;
    const { record } = event.newValue === null ? { record: empty() } : readRecord(event.newValue);
    if (!record) return;
    take(record);
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
