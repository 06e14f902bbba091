// Suggests chapters, headings, statements and levels while the author types a reference between
// `[[` and `]]`.
(() => {
  const { get, make } = globalThis.rolebook;
  let lists = 0;

  /**
   * Completes references in `area`, which edits the chapter at `path`. Returns the list of choices
   * to put below it.
   */
  function complete(area, path) {
    const id = "rolebook-choices-" + (lists += 1);
    const list = make("ul", { class: "rolebook-choices", id, role: "listbox", "aria-label": "Chapters to link to", hidden: true });
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", id);
    let choices = [];
    let at = 0;
    let asked = 0;

    // Returns the text between the opening brackets and the caret, or null outside of a reference.
    function begun() {
      if (area.selectionStart !== area.selectionEnd) return null;
      const found = area.value.slice(0, area.selectionStart).match(/\[\[([^[\]\n|]*)$/);
      return found ? found[1] : null;
    }

    async function look() {
      const written = begun();
      const number = (asked += 1);
      if (written === null) return close();
      const { ok, value } = await get("edit/complete", { q: written, path });
      if (number !== asked || !ok) return;
      choices = value;
      at = 0;
      draw();
    }

    function draw() {
      list.replaceChildren(...choices.map((choice, n) => {
        const item = make("li", { id: id + "-" + n, role: "option", "aria-selected": String(n === at) },
          make("span", { text: choice.label }), make("span", { class: "rolebook-kind", text: choice.kind }), make("code", { text: choice.insert }));
        // Choosing with the mouse must not take the focus from the text.
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(n); });
        return item;
      }));
      list.hidden = choices.length === 0;
      if (list.hidden) return area.removeAttribute("aria-activedescendant");
      area.setAttribute("aria-activedescendant", id + "-" + at);
      list.scrollIntoView({ block: "nearest" });
    }

    function close() {
      choices = [];
      draw();
    }

    function take(n) {
      const written = begun();
      if (written === null) return close();
      const start = area.selectionStart - written.length;
      const after = area.value.slice(area.selectionStart);
      // Also replace the rest of the reference, after the caret.
      const rest = after.match(/^[^[\]\n|]*(?=\]\])/);
      const end = area.selectionStart + (rest ? rest[0].length : 0);
      area.setRangeText(choices[n].insert + (rest || after.startsWith("|") ? "" : "]]"), start, end, "end");
      if (rest) area.setSelectionRange(area.selectionStart + 2, area.selectionStart + 2);
      asked += 1;
      close();
      area.dispatchEvent(new Event("input", { bubbles: true }));
      area.focus();
    }

    area.addEventListener("input", look);
    area.addEventListener("click", look);
    area.addEventListener("blur", close);
    area.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        at = (at + step + choices.length) % choices.length;
        draw();
      } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
        take(at);
      } else if (event.key === "Escape") {
        close();
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    });
    return list;
  }

  globalThis.rolebook.complete = complete;
})();
