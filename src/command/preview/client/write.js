// Begins texts: a button where a chapter or a section is empty, and a menu of what can be inserted
// for `/` at the beginning of a line.
(() => {
  const { make, passages, choices } = globalThis.rolebook;
  const box = (name, text = "Text.") => "> [!" + name + "]\n> " + text;
  // A name, words that find it too, the Markdown, and the part of it to type over.
  /** @type {any[][]} */
  const BLOCKS = [
    ["Heading", "title section", "## Heading", "Heading"],
    ["Smaller heading", "title subsection", "### Heading", "Heading"],
    ["List", "bullets", "- Item", "Item"],
    ["Numbered list", "ordered steps", "1. Item", "Item"],
    ["Tasks", "list to do checkboxes", "- [ ] Task", "Task"],
    ["Table", "grid columns", "| Column | Column |\n| --- | --- |\n|  |  |", "Column"],
    ["Quotation", "quote", "> Text.", "Text."],
    ["Note", "callout box", box("NOTE"), "Text."],
    ["Tip", "callout box", box("TIP"), "Text."],
    ["Important", "callout box", box("IMPORTANT"), "Text."],
    ["Warning", "callout box", box("WARNING"), "Text."],
    ["Caution", "callout box", box("CAUTION"), "Text."],
    ["Worked example", "callout box", box("EXAMPLE"), "Text."],
    ["Competency matrix", "view roles levels", "{{ matrix() }}"],
    ["Comparison of two roles", "view compare", '{{ compare(a="role", b="role") }}', "role"],
    ["Career ladder", "view ranks", "{{ ladder() }}"],
    ["Chart of a role", "view radar levels", '{{ radar(role="role") }}', "role", 1],
    ["Decision rights", "view decisions", "{{ decisions() }}"],
    ["List of roles", "view roles", "{{ roles() }}"],
    ["Chapters in this folder", "view children", "{{ children() }}"],
    ["Recent changes", "view history", "{{ changes() }}"],
    ["Template", "blank document form", '```markdown template="name"\n# Title\n```', "name"],
    ["Picture", "image photo", "![What the picture says](picture.png)", "What the picture says"],
  ];

  /** Offers blocks to insert in `area`. Returns the list of choices to put below it. */
  function blocks(area) {
    // Returns the text after the slash that begins the caret's paragraph, or null.
    function begun() {
      if (area.selectionStart !== area.selectionEnd) return null;
      const found = area.value.slice(0, area.selectionStart).match(/(?:^|\n[ \t]*\n)\/([\p{L} ]*)$/u);
      const isAtEnd = /^[ \t]*(\n|$)/.test(area.value.slice(area.selectionStart));
      return found && isAtEnd ? found[1].toLowerCase() : null;
    }

    function find() {
      const typed = begun();
      if (typed === null) return [];
      return BLOCKS.filter(([name, words]) => (name.toLowerCase() + " " + words).split(" ").some((word, n, all) => all.slice(n).join(" ").startsWith(typed)));
    }

    function take([, , text, part, nth = 0]) {
      const typed = begun();
      if (typed === null) return;
      const start = area.selectionStart - typed.length - 1;
      area.setSelectionRange(start, area.selectionStart);
      // The browser's own command keeps its undo history.
      if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, area.selectionEnd, "end");
      const from = part ? start + text.split(part).slice(0, nth + 1).join(part).length : start + text.length;
      area.setSelectionRange(from, from + (part ? part.length : 0));
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }

    return choices(area, { label: "Blocks to insert", name: " rolebook-blocks", find, draw: ([name]) => [make("span", { text: name })], take });
  }

  /* Empty chapters and sections */

  /** Puts a button where a chapter or a section has no text. `write` opens a passage to add to. */
  function offer(shown, write) {
    for (const old of document.querySelectorAll(".rolebook-write")) old.remove();
    if (!shown) return;
    const holder = passages.chapter();
    if (shown.isEmpty) {
      const passage = { number: 0, text: "", own: [], line: 1, column: 1 };
      return holder.append(place("this chapter", () => write(passage)));
    }
    shown.list.forEach((passage, n) => {
      const [level, next] = [levelOf(passage), levelOf(shown.list[n + 1])];
      const isEmpty = level > 0 && passage.text !== undefined && passage.own.length === 1 && (!shown.list[n + 1] || (next > 0 && next <= level));
      if (isEmpty) passage.own[0].after(place(passage.own[0].textContent.trim(), () => write(passage)));
    });
  }

  function place(name, click) {
    const button = make("button", { type: "button", class: "rolebook-button", text: "Write here", "aria-label": "Write here: " + name, on: { click } });
    return make("p", { class: "rolebook-write", "data-rolebook": true }, button);
  }

  /** Returns the level of the heading that a passage is, or 0. */
  function levelOf(passage) {
    const first = passage && passage.own[0];
    const heading = first && (first.matches("h1, h2, h3, h4, h5, h6") ? first : first.matches(".heading") ? first.querySelector("h1, h2, h3, h4, h5, h6") : null);
    return heading ? Number(heading.nodeName[1]) : 0;
  }

  globalThis.rolebook.blocks = blocks;
  globalThis.rolebook.writeHere = offer;
})();
