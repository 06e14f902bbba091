// Puts a pencil next to each passage that opens its text in place, with a live draft above it and
// completion. Saving changes only this passage.
(() => {
  const { post, make, say, pencilIcon, canOpen, open, complete, passages, pasting, drawPictures, toMarkdown, drafts, saved, surfaces, blocks, writeHere } = globalThis.rolebook;
  // In another site's frame, that site could place its own button over ours (clickjacking).
  if (top !== self) return;

  const PAUSE = 150;
  let shown = null;
  let bar = null;
  let editor = null;

  /* Pencils */

  async function lay() {
    shown = await passages.current();
    const focused = bar ? [...bar.children].indexOf(document.activeElement) : -1;
    if (bar) bar.remove();
    bar = null;
    writeHere(shown, write);
    if (!shown || !shown.list.length) return;
    bar = make("div", { class: "rolebook-pencils", role: "toolbar", "aria-label": "Change this page", "aria-orientation": "vertical", "data-rolebook": true });
    for (const passage of shown.list) bar.append(pencil(passage));
    document.querySelector("main").append(bar);
    place();
    // The pointer may have been on a passage before its pencil was there.
    const under = passages.passageOf(shown, [...document.querySelectorAll("main :hover")].pop() ?? null);
    if (under) near(under);
    if (bar.children[focused]) bar.children[focused].focus({ preventScroll: true });
    if (editor) editor.found(shown);
  }

  function pencil(passage) {
    const words = passage.own.map((element) => element.textContent).join(" ").replace(/\s+/g, " ").trim();
    const isOpen = passage.text !== undefined;
    const locked = "Part of this passage is for another audience. View the page as that audience to change it.";
    const button = make("button", { type: "button", class: "rolebook-pencil", title: isOpen ? "Change this text" : locked, tabindex: passage.number ? "-1" : "0", "aria-label": "Change: " + (words.slice(0, 60) || (passage.text || "").slice(0, 60)) });
    button.append(pencilIcon());
    button.addEventListener("click", () => (isOpen ? start(passage.number) : say(locked)));
    button.addEventListener("focus", () => near(passage));
    button.addEventListener("pointerenter", () => near(passage));
    return button;
  }

  // Places each pencil next to the text if there is room, and otherwise at the edge of the window.
  function place() {
    const chapter = passages.chapter();
    // While the page is being updated, there may be no chapter.
    if (!bar || !shown || !chapter) return;
    const holder = chapter.getBoundingClientRect();
    const isBeside = holder.left >= 44 && matchMedia("(width >= 64rem)").matches;
    const edge = document.documentElement.clientWidth - 28;
    bar.classList.toggle("beside", isBeside);
    // First measure, and then write, so that the page is laid out once.
    const boxes = shown.list.map(({ own: [first] }) => [first.getBoundingClientRect(), first.closest("[data-blocks]")]);
    [...bar.children].forEach((button, n) => {
      const [box, column] = boxes[n];
      // Blocks in columns have their pencils between the columns.
      const left = column ? box.left - 33 : holder.left - 38;
      button.hidden = box.height === 0;
      button.style.insetBlockStart = box.top + scrollY + (isBeside ? -2 : -10) + "px";
      button.style.insetInlineStart = (isBeside ? left : edge) + scrollX + "px";
    });
  }

  function near(passage) {
    if (!bar) return;
    [...bar.children].forEach((button, n) => button.classList.toggle("near", Boolean(passage) && n === passage.number));
    for (const other of shown.list) for (const element of other.own) element.toggleAttribute("data-rolebook-near", other === passage);
  }

  function point(event) {
    if (!bar || bar.contains(event.target)) return;
    near(passages.passageOf(shown, event.target) || null);
  }

  // On a touch screen, tapping a passage shows its pencil.
  document.addEventListener("pointerover", point);
  document.addEventListener("click", point);

  // Tab stops once at the pencils, and the arrow keys move between them.
  document.addEventListener("keydown", (event) => {
    if (!bar || !bar.contains(document.activeElement)) return;
    const all = [...bar.children].filter((button) => !button.hidden);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    all.forEach((button) => button.setAttribute("tabindex", "-1"));
    all[to].setAttribute("tabindex", "0");
    all[to].focus();
  });

  /* Editor */

  // Opens a passage. `kept` is an unsaved text to continue with, and `other` the text that has
  // taken the place of the one that it was written for.
  async function start(number, kept = null, other = null) {
    if (editor) {
      if (editor.isChanged()) return editor.ask();
      editor.end();
    }
    const fresh = await passages.load();
    const passage = fresh && fresh.list[number];
    if (!passage || passage.text !== shown.list[number].text) {
      say("This page has just changed. Try again.");
      return lay();
    }
    const parts = await split(fresh.path, passage, kept ? kept.text : passage.text);
    shown = fresh;
    editor = edit(fresh, passage, kept, parts);
    if (kept) drafts.offer();
    if (other) editor.conflict({ ...other, theirs: passage.text, hash: fresh.hash });
  }
  globalThis.rolebook.edit = start;

  // Opens a field for text to add to an empty chapter, or after the heading of an empty section.
  function write(passage) {
    if (editor && editor.isChanged()) return editor.ask();
    if (editor) editor.end();
    editor = edit(shown, passage, null, null, true);
  }

  // Returns a text in parts, or null if it is edited as a whole.
  async function split(path, passage, text) {
    // Without the spaces before it, an indented list would be a different one.
    if (passage.column !== 1 || !text) return null;
    const { ok, value } = await post("edit/parts", { path, text });
    return ok ? value : null;
  }

  function edit({ path, hash }, passage, unsaved, parts, adds = false) {
    const base = { path, hash, passage: passage.number, before: passage.text };
    let own = passage.own;
    let asked = 0;
    let timer = 0;
    let isBusy = false;
    // The unsaved text, and unsaved texts that the author has put aside.
    let kept = drafts.begin(path, passage.text, unsaved && unsaved.key);
    const aside = [];
    const key = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";

    const area = make("textarea", { id: "rolebook-text", class: "rolebook-text", spellcheck: "true", rows: String(Math.min(20, passage.text.split("\n").length + 1)) });
    // The heading that the text is added to.
    let lead = adds && passage.text ? passage.text + "\n\n" : "";
    area.value = unsaved ? unsaved.text : lead ? "" : passage.text;
    if (!area.value) area.setAttribute("placeholder", "Write, or type / to insert a heading, a list, a table, a box, a view, a template or a picture.");
    const choices = complete(area, path);
    const message = make("div", { class: "rolebook-problem", role: "alert" });
    const findings = make("ul", { class: "rolebook-hints", "aria-label": "Findings in this text" });
    const question = make("div", { class: "rolebook-question", role: "group", hidden: true, "aria-label": "Discard your changes?" });
    const save = button("Save", "rolebook-save", send);
    const draft = make("div", { class: "rolebook-draft", "data-rolebook": true });
    // The fields of a heading, a list or a table, which write into the hidden text.
    let fields = null;
    const holder = make("div", { class: "rolebook-fields" });
    const pasted = pasting(area, { path, insert, element: () => own[0], fields: () => (fields ? [...holder.querySelectorAll("textarea")] : [area]) });
    const attributes = tool("{#}", "Show attributes", () => show(attributes.getAttribute("aria-pressed") !== "true"));
    const whole = tool("Markdown", "Change as Markdown", () => (fields ? raw() : divide(true)));
    const name = make("label", { for: "rolebook-text", text: "Text" });
    const hint = make("span", { class: "rolebook-keys" });
    const box = make("section", { class: "rolebook-editor", "aria-label": "Change this passage", "data-rolebook": true },
      make("div", { class: "rolebook-head" }, name,
        make("span", { class: "rolebook-tools" }, attributes, whole, tool("B", "Bold", () => wrap("**")), tool("I", "Italic", () => wrap("*")), tool("[[ ]]", "Link to a chapter", link))),
      holder, area, choices, blocks(area), pasted.box, findings, message, question,
      make("div", { class: "rolebook-foot" }, save, button("Cancel", "", cancel),
        canOpen ? button("Open in editor", "", () => open(path, passage.line, passage.column)) : null,
        hint));

    appear();
    if (parts) fill(parts);
    else raw(false);
    area.addEventListener("input", typed);
    box.addEventListener("keydown", keys);
    redraw();

    function button(text, name, click) {
      return make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
    }

    function tool(text, label, click) {
      return make("button", { type: "button", class: "rolebook-tool", text, title: label, "aria-label": label, on: { click } });
    }

    /** Returns the whole passage. */
    function text() {
      return lead && !area.value.trim() ? base.before : lead + area.value;
    }

    function typed() {
      kept.keep(text());
      clearTimeout(timer);
      timer = setTimeout(redraw, PAUSE);
    }

    /* Fields */

    function fill(found) {
      parts = found;
      fields = surfaces[found.kind](found, { changed: take, prepare });
      holder.replaceChildren(fields.element);
      name.textContent = fields.name;
      hint.textContent = key + "+Enter saves, Esc cancels.";
      name.removeAttribute("for");
      area.hidden = true;
      attributes.hidden = !fields.hasAttributes;
      whole.setAttribute("aria-pressed", "false");
      show(false);
      fields.focus();
    }

    function take(markdown) {
      area.value = markdown;
      typed();
    }

    // Makes a field of a list or a table take pictures, and rich text unless it `takesLines` itself.
    function prepare(input, takesLines = false) {
      pasted.listen(input);
      if (!takesLines) input.addEventListener("paste", paste);
      return [complete(input, path)];
    }

    // Shows the text as Markdown.
    function raw(canReturn = true) {
      fields = null;
      holder.replaceChildren();
      name.textContent = "Text";
      name.setAttribute("for", "rolebook-text");
      hint.textContent = key + "+Enter saves, Esc cancels. An empty line begins a new paragraph.";
      area.hidden = false;
      attributes.hidden = true;
      whole.hidden = !canReturn;
      whole.setAttribute("aria-pressed", "true");
      focus();
      area.setSelectionRange(area.value.length, area.value.length);
    }

    // Shows the text in fields again, if it can be split.
    async function divide(isWanted = false) {
      const text = area.value;
      const found = await split(path, passage, text);
      if (area.value !== text || !box.isConnected) return;
      if (found) fill(found);
      else if (isWanted) say("This text is not a single heading, list or table, so it has no fields.");
      else if (fields) raw();
    }

    function show(isShown) {
      attributes.setAttribute("aria-pressed", String(isShown));
      holder.classList.toggle("with-attributes", isShown);
    }

    function input() {
      return fields ? fields.active() : area;
    }

    function focus() {
      if (fields) fields.focus();
      else area.focus();
    }

    // Shows the draft and the editor in place of the passage. If they are already there, don't move
    // them, because that would lose the caret.
    function appear() {
      const last = own[own.length - 1];
      if (!last) {
        if (!box.isConnected) passages.chapter().append(draft, box);
      } else if (last.nextElementSibling !== draft) last.after(draft, box);
      for (const button of document.querySelectorAll(".rolebook-write")) button.hidden = true;
      for (const element of own) element.hidden = true;
      place();
    }

    async function redraw() {
      const number = (asked += 1);
      const { ok, value } = await post("edit/draft", { ...base, text: text() });
      if (number !== asked || !box.isConnected) return;
      if (!ok) return void (draft.dataset.stale = "");
      delete draft.dataset.stale;
      const page = new DOMParser().parseFromString(value.html, "text/html");
      draft.replaceChildren(...drawPictures([...page.body.childNodes].map((node) => document.importNode(node, true))));
      findings.replaceChildren(...value.findings.map((finding) => make("li", { class: finding.severity, told: "Line " + finding.line + ": " + finding.message + (finding.help ? " – " + finding.help : "") })));
      place();
    }

    function keys(event) {
      if (event.isComposing) return;
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && event.key === "Enter") send();
      else if (event.key === "Escape") question.hidden ? cancel() : keep();
      else if (isCommand && event.key === "b") wrap("**");
      else if (isCommand && event.key === "i") wrap("*");
      else if (isCommand && event.key === "k") link();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    function insert(text, select) {
      const at = input();
      at.focus();
      const start = at.selectionStart;
      // The browser's own command keeps its undo history.
      if (!document.execCommand("insertText", false, text)) at.setRangeText(text, start, at.selectionEnd, "end");
      if (select) at.setSelectionRange(start + select[0], start + select[1]);
      at.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function chosen() {
      const at = input();
      return at.value.slice(at.selectionStart, at.selectionEnd);
    }

    function wrap(mark) {
      const words = chosen();
      insert(mark + words + mark, [mark.length, mark.length + words.length]);
    }

    function link() {
      const words = chosen();
      insert(words ? "[[|" + words + "]]" : "[[]]", [2, 2]);
    }

    // Pastes into a field of a list or a table, where only text can be.
    function paste(event) {
      if (event.defaultPrevented) return;
      const html = event.clipboardData.getData("text/html");
      const text = html && toMarkdown(html);
      if (!text) return;
      event.preventDefault();
      insert(text);
      say("Pasted as Markdown.", { weak: true });
    }

    async function send() {
      if (isBusy) return;
      if (!isChanged()) return end();
      isBusy = true;
      save.setAttribute("aria-disabled", "true");
      message.replaceChildren();
      const { ok, status, value } = await post("edit/save", { ...base, text: text() });
      isBusy = false;
      save.removeAttribute("aria-disabled");
      if (ok) return done(value);
      if (status === 409 && value.hash) return conflict(value);
      message.replaceChildren(make("p", { told: value.error }), button("Copy my text", "", copy));
    }

    function done(value) {
      for (const one of [kept, ...aside]) one.drop();
      const text = value.kept.length ? "Saved. Reworded text keeps its old link." : "Saved.";
      // Show the draft until the page has been updated.
      box.remove();
      saved({ path, hash: value.hash, text }, finish);
    }

    // Shows both texts. Whichever the author chooses, neither is lost.
    function conflict(value) {
      area.value = text();
      lead = "";
      message.replaceChildren(make("p", { told: value.error }));
      save.hidden = value.theirs !== null;
      if (value.theirs === null) return message.append(button("Copy my text", "", copy));
      const theirs = make("textarea", { class: "rolebook-text", readonly: true, rows: area.rows, "aria-label": "The text on disk now" });
      theirs.value = value.theirs;
      const mine = button("Save mine in its place", "rolebook-save", () => {
        Object.assign(base, { hash: value.hash, passage: value.passage, before: value.theirs });
        send();
      });
      const take = button("Take the other text, and edit it", "", () => {
        Object.assign(base, { hash: value.hash, passage: value.passage, before: value.theirs });
        // The author's own text is kept until the other one has been saved.
        aside.push(kept);
        kept = drafts.begin(path, value.theirs);
        [area.value, theirs.value] = [theirs.value, area.value];
        theirs.setAttribute("aria-label", "My text");
        label.textContent = "My text, to copy from:";
        save.hidden = false;
        mine.remove();
        take.remove();
        redraw();
        if (fields) divide();
        else focus();
      });
      const label = make("p", { text: "The text on disk now:" });
      message.append(label, theirs, make("div", { class: "rolebook-foot" }, mine, take, button("Copy my text", "", copy)));
      mine.focus();
    }

    async function copy() {
      try {
        await navigator.clipboard.writeText(area.value);
        say("Copied.");
      } catch {
        raw();
        area.select();
        say("Selected: copy it with your keyboard.");
      }
    }

    function isChanged() {
      return text() !== base.before;
    }

    function cancel() {
      if (isChanged()) ask();
      else end();
    }

    function ask() {
      question.replaceChildren(make("span", { text: "Discard your changes?" }), button("Discard", "", end), button("Keep writing", "rolebook-save", keep));
      question.hidden = false;
      question.scrollIntoView({ block: "nearest" });
      question.lastChild.focus();
    }

    function keep() {
      question.hidden = true;
      focus();
    }

    function finish() {
      for (const one of [kept, ...aside]) one.end();
      const hadFocus = box.contains(document.activeElement) || document.activeElement === document.body;
      draft.remove();
      box.remove();
      for (const element of own) element.hidden = false;
      clearTimeout(timer);
      editor = null;
      writeHere(shown, write);
      place();
      const back = bar && bar.children[base.passage];
      if (back && hadFocus) back.focus({ preventScroll: true });
    }

    function end() {
      for (const one of [kept, ...aside]) one.drop();
      finish();
    }

    // After an update of the page, the passage may consist of different elements.
    function found(fresh) {
      const again = fresh.list.find((other) => other.text === base.before && other.number === base.passage) || fresh.list.find((other) => other.text === base.before);
      for (const element of own) element.hidden = false;
      if (again) own = again.own;
      if (own[0] && !own[0].isConnected) return;
      if (box.isConnected || draft.isConnected) appear();
      if (box.isConnected && document.activeElement === document.body) focus();
    }

    return { isChanged: () => box.isConnected && isChanged(), ask, end, found, conflict };
  }

  addEventListener("beforeunload", (event) => {
    if (editor && editor.isChanged()) event.preventDefault();
  });
  addEventListener("resize", place);
  new ResizeObserver(place).observe(document.body);
  document.addEventListener("rolebook:updated", lay);
  lay();
})();
