// Begins texts: a button where a chapter or a section is empty, and a menu of what can be inserted
// for `/` at the beginning of a line.
(() => {
  const { make, passages } = globalThis.rolebook;
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

  let lists = 0;

  /** Offers blocks to insert in `area`. Returns the list of choices to put below it. */
  function blocks(area) {
    const id = "rolebook-blocks-" + (lists += 1);
    const list = make("ul", { class: "rolebook-choices rolebook-blocks", id, role: "listbox", "aria-label": "Blocks to insert", hidden: true });
    let choices = [];
    let at = 0;

    // Returns the text after the slash that begins the caret's paragraph, or null.
    function begun() {
      if (area.selectionStart !== area.selectionEnd) return null;
      const found = area.value.slice(0, area.selectionStart).match(/(?:^|\n[ \t]*\n)\/([\p{L} ]*)$/u);
      const isAtEnd = /^[ \t]*(\n|$)/.test(area.value.slice(area.selectionStart));
      return found && isAtEnd ? found[1].toLowerCase() : null;
    }

    function look() {
      const typed = begun();
      choices = typed === null ? [] : BLOCKS.filter(([name, words]) => (name.toLowerCase() + " " + words).split(" ").some((word, n, all) => all.slice(n).join(" ").startsWith(typed)));
      at = 0;
      draw();
    }

    function draw() {
      const wasOpen = !list.hidden;
      list.replaceChildren(...choices.map(([name], n) => {
        const item = make("li", { id: id + "-" + n, role: "option", "aria-selected": String(n === at) }, make("span", { text: name }));
        // Choosing with the mouse must not take the focus from the text.
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(n); });
        return item;
      }));
      list.hidden = choices.length === 0;
      if (!list.hidden) {
        if (!wasOpen) before = area.getAttribute("aria-controls");
        area.setAttribute("aria-controls", id);
        area.setAttribute("aria-activedescendant", id + "-" + at);
        list.children[at].scrollIntoView({ block: "nearest" });
      } else if (wasOpen) {
        if (before) area.setAttribute("aria-controls", before);
        area.removeAttribute("aria-activedescendant");
      }
    }
    let before = null;

    function close() {
      choices = [];
      draw();
    }

    function take(n) {
      const typed = begun();
      if (typed === null) return close();
      const [, , text, part, nth = 0] = choices[n];
      const start = area.selectionStart - typed.length - 1;
      close();
      area.setSelectionRange(start, area.selectionStart);
      // The browser's own command keeps its undo history.
      if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, area.selectionEnd, "end");
      const from = part ? start + text.split(part).slice(0, nth + 1).join(part).length : start + text.length;
      area.setSelectionRange(from, from + (part ? part.length : 0));
      area.dispatchEvent(new Event("input", { bubbles: true }));
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
