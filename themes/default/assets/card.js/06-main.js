// Runs the scorecard: keeps the cards in this browser, opens others, and moves from step to step.
//
// Input: the hiring kit's page, what this browser has stored, and files that the reader opens. Output: the
// steps, and what is stored. Never fetches or sends anything.
(() => {
  const { ask, blankCard, button, cardExpects, cardSteps, chooser, download, el, fileName, frame, isBlankCard, keeper, plain, readAll, readCard, readChosen, readWords, store, whose, writeCard } = globalThis.rolebookAssess;
  const VERSION = 1;
  const root = document.getElementById("card");
  const words = readWords(["card-", "hiring-", "assess-", "desk-"]);
  const { role, title, handbook, edition } = root.dataset;
  const asked = readAll(".profile");
  const place = store(`rolebook-cards:${new URL(root.dataset.home, location.href).pathname}`);
  const told = el("p", { class: "assess-told", role: "status" });
  const alert = el("div", { class: "assess-alert", role: "alert" });
  const list = el("div", { class: "desk-people" });
  const today = () => new Date().toLocaleDateString("sv-SE");
  const named = (card) => card.candidate.trim() || words("unnamed");
  /** All cards of this handbook: `{ own, card }`. */
  let all = [];

  const { save: keep, typed, restore, clear: empty } = keeper({
    place, alert, words, say: (text) => { frameOf.say(text); frameOf.update(); },
    write: () => {
      const said = all.filter(({ card }) => !isBlankCard(card));
      return said.length ? JSON.stringify({ version: VERSION, cards: said.map(({ own, card }) => ({ own, card: JSON.parse(writeCard(card)) })) }) : "";
    },
  });

  const ofRole = (own) => all.filter((one) => one.card.role.id === role && (own === undefined || one.own === own)).map((one) => one.card);

  /** Begins a card for this role. It is stored once it says something. */
  function begin() {
    const card = blankCard({ id: role, title });
    all.push({ own: true, card });
    return card;
  }

  function save() {
    const { card } = state;
    if (!isBlankCard(card)) Object.assign(card, { handbook, edition, saved: today(), expects: cardExpects(asked) });
    keep();
  }

  function exported() {
    save();
    download(`${fileName(named(state.card), whose(state.card, words), "scorecard", today())}.json`, "application/json", writeCard(state.card));
  }

  const state = {
    root, asked, words, role, title, handbook, edition, typed, save, places: new Map(), candidate: null, card: null,
    cards: () => ofRole(),
    isOwn: (card) => all.some((one) => one.own && one.card === card),
    named: () => { save(); people(); },
    exportButton: () => el("div", { class: "assess-actions" }, button(words("export"), exported, { class: "assess-button strong" })),
    /** Goes on filling in a card that was opened from a file. */
    takeOver(card) {
      all.find((one) => one.card === card).own = true;
      choose(card);
    },
    async remove(card) {
      if (await ask(words("remove"), words("remove-means", { name: whose(card, words) }), [["remove", "danger"]], words) !== "remove") return;
      all = all.filter((one) => one.card !== card);
      if (state.card === card) state.card = ofRole(true)[0] ?? begin();
      keep();
      people();
      frameOf.draw(null);
      told.textContent = words("removed");
    },
  };
  const order = ["fill", "verdict", "together"];
  const frameOf = frame({ order, words, show: (step, redraw) => cardSteps[step](state, redraw) });

  function go(step, focus) {
    frameOf.go(step, focus);
    if (focus && location.hash !== `#assess-${step}`) history.replaceState(null, "", `#assess-${step}`);
  }

  function choose(card) {
    Object.assign(state, { card, candidate: null });
    state.places.clear();
    people();
    go("fill", true);
  }

  /** Lists one's own cards if there are several. Nothing moves while a name is being typed. */
  function people() {
    const own = ofRole(true);
    const one = (card) => button(named(card), () => choose(card), { class: "assess-button quiet", "aria-pressed": String(card === state.card) });
    const more = button(words("new"), () => choose(ofRole(true).find(isBlankCard) ?? begin()), { class: "assess-button quiet" });
    list.replaceChildren(el("div", { class: "assess-actions", role: "group", "aria-label": words("own-cards") }, own.length > 1 && own.map(one), more));
  }

  /** Opens one file. Returns the sentence that says what became of it. */
  async function openOne(file) {
    const { card, refused } = await readChosen(file, words, readCard);
    if (refused) return `${file.name}: ${refused}`;
    if (card.role.id !== role) return `${file.name}: ${words("other-role", { role: card.role.title })}`;
    const same = (one) => one.card.role.id === role && plain(one.card.candidate) === plain(card.candidate) && plain(one.card.interviewer) === plain(card.interviewer);
    const known = all.find((one) => same(one) && !isBlankCard(one.card));
    if (known && writeCard(known.card) === writeCard(card)) return words("open-already", { name: whose(card, words) });
    const answer = known ? await ask(words("ask-known", { name: whose(card, words) }), words(known.own ? "ask-known-own" : "ask-known-means"), [["ask-beside", ""], ["ask-replace", "danger"]], words, [named(card), card.date, card.edition].filter(Boolean).join(", ")) : "ask-beside";
    if (answer === null) return words("not-opened");
    if (answer === "ask-replace") {
      if (state.card === known.card) state.card = card;
      known.card = card;
    } else all.push({ own: false, card });
    state.candidate = plain(card.candidate);
    return words("opened", { name: whose(card, words) });
  }

  async function open(files) {
    const said = [];
    const before = all.length;
    for (const file of files) said.push(await openOne(file));
    keep();
    people();
    if (all.length > before) go("together", true);
    else frameOf.draw(null);
    told.textContent = said.join(" ");
  }

  async function clear() {
    if (await ask(words("clear"), words("clear-means"), [["clear", "danger"]], words) !== "clear") return;
    const fault = empty();
    all = [];
    choose(begin());
    told.textContent = words(fault ? `store-${fault}` : "cleared");
  }

  /** Returns the stored cards, or null if they can't be read. */
  function stored(text) {
    try {
      const read = JSON.parse(text).cards.map(({ own, card }) => ({ own: own === true, card: readCard(JSON.stringify(card)).card }));
      return read.every(({ card }) => card) ? read : null;
    } catch { return null; }
  }

  all = restore(stored) ?? [];
  state.card = ofRole(true).at(-1) ?? begin();
  root.append(
    el("p", { class: "desk-private" }, el("strong", {}, words("private")), " ", words("private-means")),
    el("div", { class: "assess-tools" }, el("div", { class: "assess-actions" }, button(words("export"), exported, { class: "assess-button quiet" }), chooser("open-cards", words, open, { several: true, className: "quiet" }), button(words("clear"), clear, { class: "assess-button danger" })), told),
    alert, list, frameOf.nav, frameOf.stage, frameOf.bar);
  root.hidden = false;
  root.closest(".card").classList.add("on-screen");
  people();
  go(frameOf.asked() ?? order[0], "asked" in root.dataset);
  addEventListener("hashchange", () => { const step = frameOf.asked(); if (step) go(step, true); });
  addEventListener("afterprint", () => { delete root.dataset.print; });
})();
