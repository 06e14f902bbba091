// Shows a document, with buttons to copy, download and print it.
//
// Input: a function that writes the document's blocks, and one that writes its rows if there is a table.
// Output: elements. What was typed is only ever shown as text.
(() => {
  const { block, button, csv, download, el, markdown, narrow } = globalThis.rolebookAssess;

  const paragraphs = (text) => text.split(/\n\s*\n/u).filter((part) => part.trim()).map((part) => el("p", {}, part.trim()));

  /** Shows blocks of text as elements. Markup in them is shown as text. */
  function shown(blocks) {
    return blocks.map((one) => {
      if (one.kind === "heading") return el(`h${one.level + 2}`, {}, one.text);
      if (one.kind === "list") return el("ul", {}, one.items.map((item) => el("li", {}, item)));
      return paragraphs(one.text);
    });
  }

  /** A long document is folded on a phone. Printing unfolds it. */
  const isShort = (sheet) => sheet.textContent.length < 800;

  /**
   * Creates a document with buttons to copy, download and print it. `write` returns its blocks. If
   * `state` has a function `rows`, the document can be downloaded as a table, too. With `isFolded`, it is
   * folded on any screen.
   */
  function paper(id, name, write, state, { rows = null, isFolded = false } = {}) {
    const sheet = el("div", { class: "assess-sheet" });
    const source = el("textarea", { class: "assess-field", rows: 8, readonly: true, "aria-label": state.words("markdown") });
    const told = el("span", { role: "status", class: "note" });
    const refresh = () => {
      const blocks = write();
      sheet.replaceChildren(...shown(blocks).flat(Infinity));
      source.value = markdown(blocks);
    };
    const copy = async () => {
      refresh();
      try {
        await navigator.clipboard.writeText(source.value);
        told.textContent = state.words("copied");
      } catch {
        // There is no clipboard, for example in a folder opened in a browser. Select the text, so
        // that the reader can copy it with the keyboard.
        raw.open = true;
        source.select();
        told.textContent = state.words("copy-by-hand");
      }
    };
    const print = (event) => {
      refresh();
      const fold = event.currentTarget.closest(".assess-paper").querySelector("details");
      if (fold?.contains(sheet)) fold.open = true;
      state.root.dataset.print = id;
      window.print();
    };
    const raw = el("details", { class: "lower assess-raw" }, el("summary", {}, state.words("markdown")), source);
    refresh();
    return {
      refresh,
      element: el("section", { class: "assess-paper", "data-paper": id }, el("h3", {}, name), narrow.matches || isFolded ? el("details", { class: "lower", open: !isFolded && isShort(sheet) }, el("summary", {}, state.words("paper-show"), el("span", { class: "sr" }, ` (${name})`)), sheet) : sheet,
        el("div", { class: "assess-actions" }, button(state.words("copy-markdown"), copy), button(state.words("download-markdown"), () => { refresh(); download(`${state.role}-${id}.md`, "text/markdown", source.value); }), rows && button(state.words("download-csv"), () => download(`${state.role}-${id}.csv`, "text/csv", csv(rows()))), button(state.words("print"), print), told), raw),
    };
  }

  /** Returns the line that says which handbook and edition a document is based on, and its date. */
  function source(state) {
    return block.line([state.handbook, state.edition, state.today()].filter(Boolean).join(", "));
  }

  Object.assign(globalThis.rolebookAssess, { paper, paragraphs, source });
})();
