// Suggests chapters, headings, statements and levels while the author types a reference between
// `[[` and `]]`.
(() => {
  const { get, make, choices } = globalThis.rolebook;

  /**
   * Completes references in `area`, which edits the chapter at `path`. Returns the list of choices
   * to put below it.
   */
  function complete(area, path) {
    area.setAttribute("aria-autocomplete", "list");

    // Returns the text between the opening brackets and the caret, or null outside of a reference.
    function begun() {
      if (area.selectionStart !== area.selectionEnd) return null;
      const found = area.value.slice(0, area.selectionStart).match(/\[\[([^[\]\n|]*)$/);
      return found ? found[1] : null;
    }

    async function find() {
      const written = begun();
      if (written === null) return [];
      const { ok, value } = await get("edit/complete", { q: written, path });
      return ok ? value : null;
    }

    function take(choice) {
      const written = begun();
      if (written === null) return;
      const start = area.selectionStart - written.length;
      const after = area.value.slice(area.selectionStart);
      // Also replace the rest of the reference, after the caret.
      const rest = after.match(/^[^[\]\n|]*(?=\]\])/);
      const end = area.selectionStart + (rest ? rest[0].length : 0);
      const text = choice.insert + (rest || after.startsWith("|") ? "" : "]]");
      area.focus();
      area.setSelectionRange(start, end);
      // The browser's own command keeps its undo history.
      if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, end, "end");
      if (rest) area.setSelectionRange(area.selectionStart + 2, area.selectionStart + 2);
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    const draw = ({ label, kind, insert }) => [make("span", { text: label }), make("span", { class: "rolebook-kind", text: kind }), make("code", { text: insert })];
    const list = choices(area, { label: "Chapters to link to", find, draw, take });
    area.setAttribute("aria-controls", list.id);
    return list;
  }

  globalThis.rolebook.complete = complete;
})();
