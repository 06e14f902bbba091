// What readers can do with their answers: export, import, print and clear them. Also the warnings
// when answers can't be stored.
//
// Input: the page's state. Output: elements. Never replaces answers without asking, and never sends
// anything.
(() => {
  const { ask, button, download, el, isEmpty, merge, readRecord, writeRecord } = globalThis.rolebookAssess;

  /** Downloads the current answers as a file. */
  function exported(state) {
    download(`self-assessment-${state.today()}.json`, "application/json", writeRecord(state.record, state.about()));
    state.exported();
  }

  /** Creates the warning that answers can't be stored, with a button to export them. */
  function warning(fault, state) {
    return [el("p", {}, el("strong", {}, state.words(`store-${fault}`)), " ", state.words("store-means")), button(state.words("export"), () => exported(state))];
  }

  /** Creates the warning that stored data couldn't be read, with a button to download it. */
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
