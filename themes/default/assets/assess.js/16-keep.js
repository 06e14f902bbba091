// What readers can do with their answers: export, import, print and clear them. Also the warnings
// when answers can't be stored.
//
// Input: the page's state. Output: elements. Never takes anything from a file without asking, and
// never sends anything.
(() => {
  const { LARGEST, ask, button, download, el, field, fileName, isEmpty, merge, readAny, writeRecord } = globalThis.rolebookAssess;
  let file = null;

  /** Downloads the current answers as a file. */
  function exported(state) {
    download(`${fileName(state.record.person.trim(), "self-assessment", state.today())}.json`, "application/json", writeRecord(state.record, state.exportAbout()));
    state.exported();
  }

  /** Creates the warning that answers can't be stored, with a button to export them. */
  function warning(of, state) {
    return [el("p", {}, el("strong", {}, state.words(`store-${of}`)), " ", state.words("store-means")), button(state.words("export"), () => exported(state))];
  }

  /** Creates the warning that stored data couldn't be read, with a button to download it. */
  function unreadable(text, state) {
    return [el("p", {}, el("strong", {}, state.words("unreadable")), " ", state.words("unreadable-means")), button(state.words("unreadable-take"), () => download("self-assessment-unreadable.json", "application/json", text))];
  }

  /**
   * Reads a file that the reader chose. Returns what `parse` finds in it, or the sentence that says why
   * it is refused.
   */
  async function readChosen(chosen, words, parse = readAny) {
    if (chosen.size > LARGEST) return { refused: words("fault-large") };
    let text;
    try { text = await chosen.text(); } catch { return { refused: words("fault-file") }; }
    const read = parse(text);
    return read.fault ? { refused: words(`fault-${read.fault}`, { where: read.where }) } : read;
  }

  /** Says in one line whose answers a file contains. */
  function summary(record, about, words) {
    const answered = record.ratings.filter((one) => one.answer !== null).length;
    return [record.person, about.role.title, about.edition, about.saved, words("import-levels", { n: record.levels.length }), words("import-ratings", { n: answered })].filter(Boolean).join(", ");
  }

  async function importTalk(talk, state) {
    const answer = await ask(state.words("import-talk"), state.words("import-talk-means"), [["import-talk-take", ""]], state.words);
    if (answer === null) return state.words("import-none");
    state.replace({ ...state.record, person: state.record.person || talk.report.name, plan: structuredClone(talk.plan), manager: structuredClone(talk.manager.levels) });
    return state.words("imported");
  }

  async function imported(chosen, state) {
    const { record, about, talk, refused } = await readChosen(chosen, state.words);
    if (refused) return `${refused} ${state.words("unchanged")}`;
    if (talk) return importTalk(talk, state);
    if (about.by === "manager") return state.words("import-manager");
    const isNew = isEmpty(state.record);
    const answers = isNew ? [["import-use", ""]] : [["import-add", ""], ["import-replace", "danger"]];
    const answer = await ask(state.words(isNew ? "import-new" : "import-ask"), state.words(isNew ? "import-new-means" : "import-ask-means"), answers, state.words, summary(record, about, state.words));
    if (answer === null) return state.words("import-none");
    state.replace(answer === "import-add" ? merge(state.record, record) : record);
    return state.words("imported");
  }

  /** Creates the place where the page says what became of a file. It moves to where it was asked. */
  const told = el("p", { class: "assess-told", role: "status" });

  function choose(event) {
    event.currentTarget.closest(".assess-tools, .assess-keep").append(told);
    file.click();
  }

  /** Creates what is shown above the steps. */
  function tools(state) {
    return el("div", { class: "assess-tools" }, el("div", { class: "assess-actions" },
      button(state.words("export"), () => exported(state), { class: "assess-button quiet" }), button(state.words("import"), choose, { class: "assess-button quiet" }),
      state.root.dataset.desk && el("a", { class: "assess-button quiet", href: state.root.dataset.desk }, state.words("to-desk"))), told);
  }

  function keep(state) {
    file = el("input", { type: "file", accept: ".json,application/json", hidden: true, on: {
      change: async () => {
        const [chosen] = file.files;
        if (!chosen) return;
        told.textContent = await imported(chosen, state);
        file.value = "";
      },
    } });
    const clear = async (event) => {
      event.currentTarget.closest(".assess-keep").append(told);
      if (await ask(state.words("clear"), state.words("clear-means"), [["clear", "danger"]], state.words) !== "clear") return;
      const fault = state.clear();
      told.textContent = state.words(fault ? `store-${fault}` : "cleared");
    };
    return el("section", { class: "assess-keep", "aria-labelledby": "assess-keep" },
      el("h2", { id: "assess-keep" }, state.words("keep")),
      field({ label: state.words("person"), hint: state.words("person-means"), value: state.record.person, change: (text) => { state.record.person = text; state.typed(); }, done: () => state.save() }),
      el("div", { class: "assess-actions" },
        button(state.words("export"), () => exported(state)), button(state.words("import"), choose), file,
        button(state.words("print"), () => window.print()), button(state.words("clear"), clear, { class: "assess-button danger" })));
  }

  Object.assign(globalThis.rolebookAssess, { keep, readChosen, tools, unreadable, warning });
})();
