// What becomes of the answers: export, import, print, clear; and what to say where they cannot be kept.
//
// Input: the page's state. Output: elements. Never replaces what is there without asking, never sends anything.
(() => {
  const { ask, button, download, el, isEmpty, merge, readRecord, writeRecord } = globalThis.rolebookAssess;

  /** Offers what is on the screen as a file. */
  function exported(state) {
    download(`self-assessment-${state.today()}.json`, "application/json", writeRecord(state.record, state.about()));
    state.exported();
  }

  /** Makes the line that says why answers cannot be kept, with the way out. */
  function warning(fault, state) {
    return [el("p", {}, el("strong", {}, state.words(`store-${fault}`)), " ", state.words("store-means")), button(state.words("export"), () => exported(state))];
  }

  /** Makes the line that says that what was kept could not be read, with the way to take it along. */
  function unreadable(text, state) {
    return [el("p", {}, el("strong", {}, state.words("unreadable")), " ", state.words("unreadable-means")), button(state.words("unreadable-take"), () => download("self-assessment-unreadable.json", "application/json", text))];
  }

  async function imported(file, state) {
    let text;
    try { text = await file.text(); } catch { return state.words("fault-file"); }
    const { record, fault, where } = readRecord(text);
    if (fault) return state.words(`fault-${fault}`, { where: where ?? "" });
    if (isEmpty(state.record)) {
      state.replace(record);
      return state.words("imported");
    }
    const answer = await ask(state.words("import-ask"), state.words("import-ask-means"), [["import-add", ""], ["import-replace", "danger"]], state.words);
    if (answer === null) return state.words("import-none");
    state.replace(answer === "import-add" ? merge(state.record, record) : record);
    return state.words("imported");
  }

  function keep(state) {
    const told = el("p", { class: "assess-told", role: "status" });
    const file = el("input", { type: "file", accept: ".json,application/json", hidden: true, on: {
      change: async () => {
        const [chosen] = file.files;
        if (!chosen) return;
        told.textContent = await imported(chosen, state);
        file.value = "";
      },
    } });
    const clear = async () => {
      if (await ask(state.words("clear"), state.words("clear-means"), [["clear", "danger"]], state.words) !== "clear") return;
      const fault = state.clear();
      told.textContent = state.words(fault ? `store-${fault}` : "cleared");
    };
    return el("section", { class: "assess-keep", "aria-labelledby": "assess-keep" },
      el("h2", { id: "assess-keep" }, state.words("keep")),
      el("div", { class: "assess-actions" },
        button(state.words("export"), () => exported(state)), button(state.words("import"), () => file.click()), file,
        button(state.words("print"), () => window.print()), button(state.words("clear"), clear, { class: "assess-button danger" })),
      told);
  }

  Object.assign(globalThis.rolebookAssess, { keep, unreadable, warning });
})();
