// Keeps what the pages for several people hold: stores it in this browser, and says when that fails.
//
// Input: where to store, and what. Output: what is stored, and messages on the page. Never overwrites
// stored text that it can't read.
(() => {
  const { button, el, unreadable } = globalThis.rolebookAssess;

  /**
   * Creates a keeper. `write` returns the text to store, `alert` is the element for warnings, and `say`
   * gets the sentence that says whether everything is stored.
   */
  function keeper({ place, write, alert, words, say }) {
    let timer = null;
    let locked = null;
    const stop = () => { clearTimeout(timer); timer = null; };
    const now = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const kept = {
      save() {
        stop();
        const fault = locked ?? place.save(write());
        alert.replaceChildren(...fault ? [el("p", {}, el("strong", {}, words(`store-${fault}`)), " ", words("store-means"))] : []);
        say(fault ? words("not-saved") : words("saved", { time: now() }));
      },
      /** Saves what is being typed, after a short pause. */
      typed() {
        stop();
        timer = setTimeout(kept.save, 400);
      },
      /** Returns what `parse` finds in the stored text, or null. Sets text aside that can't be read. */
      restore(parse) {
        const { value } = place.read();
        let broken = place.readAside();
        const found = value ? parse(value) : null;
        if (value && !found) {
          broken = value;
          locked = place.setAside(value);
        }
        if (broken) alert.replaceChildren(...unreadable(broken, { words }));
        return found;
      },
      /** Clears the storage. Returns the fault, or null. */
      clear() {
        stop();
        locked = null;
        alert.replaceChildren();
        return place.clear();
      },
    };
    addEventListener("pagehide", () => { if (timer !== null) kept.save(); });
    addEventListener("storage", (event) => { if (event.key === place.key) { stop(); location.reload(); } });
    return kept;
  }

  /** Creates a button that opens files. `label` is also the name by which its input can be found. */
  function chooser(label, words, opened, { several = false, className = "" } = {}) {
    const file = el("input", { type: "file", accept: ".json,application/json", multiple: several, hidden: true, "data-for": label, on: {
      change: async () => {
        const files = [...file.files];
        file.value = "";
        if (files.length) await opened(files);
      },
    } });
    return [button(words(label), () => file.click(), { class: `assess-button ${className}` }), file];
  }

  Object.assign(globalThis.rolebookAssess, { chooser, keeper });
})();
