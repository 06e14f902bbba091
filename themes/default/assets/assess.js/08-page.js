// Reads the page and creates elements. No other file knows the page's markup.
//
// Input: the expectations on the page. Output: competencies with their statements, labels, and
// elements. What a reader types is only ever shown as text.
(() => {
  /**
   * Creates an element. `has` contains attributes (`true` sets an empty one, `false` and null
   * none), and listeners by event under `on`.
   */
  function el(name, has = {}, ...children) {
    const made = document.createElement(name);
    const { on = {}, ...attributes } = has;
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value === true ? "" : value);
    }
    for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return made;
  }

  /** Copies an element's content without IDs, which must stay unique. */
  function copied(from) {
    const made = document.createDocumentFragment();
    for (const child of from.childNodes) made.append(child.cloneNode(true));
    for (const one of made.querySelectorAll("[id]")) one.removeAttribute("id");
    return made;
  }

  const said = (element) => element.textContent.replace(/\s+/gu, " ").trim();

  /**
   * Reads the page's labels. Returns a function that fills in `{name}` in a label. Of labels with the
   * same name, it takes the one with the first of the `prefixes`.
   */
  function readWords(prefixes = ["assess-"]) {
    const words = new Map();
    for (const one of document.getElementById("assess-words").content.querySelectorAll("[data-word]")) words.set(one.dataset.word, one.textContent);
    return (key, fill = {}) => {
      const text = [...prefixes, ""].map((prefix) => words.get(prefix + key)).find((found) => found !== undefined) ?? key;
      return text.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/gu, (all, name, one, many) => String((one === undefined ? fill[name] : Number(fill[name]) === 1 ? one : many) ?? all));
    };
  }

  /** Reads a statement. Its examples are shown with it but aren't part of its text. */
  function readStatement(row, competency) {
    const own = row.cloneNode(true);
    const examples = [...own.children].filter((child) => child.classList.contains("examples"));
    for (const one of examples) one.remove();
    return {
      competency, id: row.dataset.statement, level: Number(row.closest("[data-level]").dataset.level), text: said(own), replaces: row.dataset.replaces ?? null,
      key: row.hasAttribute("data-key"), row: own, examples,
    };
  }

  /** Reads the statements by level. In each level, what the role is judged on comes first. */
  function readStatements(blocks, competency) {
    const rows = blocks.flatMap((block) => [...block.querySelectorAll("[data-statement]")]);
    return rows.map((row) => readStatement(row, competency)).sort((a, b) => a.level - b.level || Number(b.key) - Number(a.key));
  }

  /** Reads a competency. It has two blocks if the role is judged on only some of its statements. */
  function readAsked(blocks) {
    const [block] = blocks;
    const link = block.querySelector("h4 a");
    const grow = block.querySelector(".grow");
    const id = block.dataset.competency;
    return {
      id, title: said(link), url: link.getAttribute("href"), level: Number(block.dataset.level), focus: block.classList.contains("focus"),
      isComplete: block.dataset.levels === "replace", name: block.dataset.name ?? "", meaning: block.querySelector(".meaning"), interview: blocks.map((one) => one.querySelector(".ask")).find(Boolean),
      statements: readStatements(blocks, id),
      grow: grow && { text: grow.querySelector(".grow-text"), title: said(grow.querySelector("summary").firstChild), url: grow.querySelector("p:last-child a").getAttribute("href") },
    };
  }

  /** Collects the blocks of each competency below `place`, in the order of the page. */
  function readAll(place = ".assess-asked") {
    const blocks = new Map();
    for (const block of document.querySelectorAll(`${place} [data-competency]`)) {
      blocks.set(block.dataset.competency, [...(blocks.get(block.dataset.competency) ?? []), block]);
    }
    const asked = [...blocks.values()].map(readAsked);
    for (const one of asked) one.key = one.focus || one.statements.some((statement) => statement.key);
    return asked;
  }

  /** Labels what the role is judged on and the rest. Adds no labels if it is judged on nothing. */
  function labelled(all, words, show) {
    const [key, rest] = [all.filter((one) => one.key), all.filter((one) => !one.key)];
    const part = (label, list) => list.length > 0 && [el("p", { class: "assess-part" }, words(label)), list.map(show)];
    return key.length ? [part("judged", key), part("judged-also", rest)] : all.map(show);
  }

  /** Copies the examples of a statement. */
  const examplesOf = (statement) => statement.examples.map((one) => { const made = one.cloneNode(true); for (const inner of made.querySelectorAll("[id]")) inner.removeAttribute("id"); return made; });

  /** Reads the page. */
  function readPage(root) {
    const scale = [...document.querySelectorAll(".assess-scale [data-level]")];
    const evidence = [...document.getElementById("assess-evidence").content.querySelectorAll("ul")];
    return {
      role: root.dataset.role,
      title: root.dataset.title,
      handbook: root.dataset.handbook,
      edition: root.dataset.edition,
      words: readWords(),
      scale: scale.map((step) => ({ level: Number(step.dataset.level), name: said(step.querySelector("dt")), means: said(step.querySelector("dd")) })),
      asked: readAll(),
      evidence: evidence.map((kind) => ({ name: kind.dataset.name, competencies: [...kind.children].map((one) => one.textContent) })),
    };
  }

  /**
   * Creates radio buttons from `options` (`{ value, name, means }`). Calls `pick` with the value.
   */
  function choices({ name, options, chosen, pick, className }) {
    const option = ({ value, name: title, means }) => el("label", { class: "assess-option" },
      el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => pick(value) } }),
      el("span", {}, el("b", {}, title), means && [" ", el("small", {}, means)]));
    return el("div", { class: className }, options.map(option));
  }

  /**
   * Creates a labeled text field. Calls `change` while typing, and `done` after leaving the field.
   */
  function field({ label, value, change, done, rows = 0, type = "text", hint = null }) {
    const made = el(rows ? "textarea" : "input", {
      class: "assess-field", ...(rows ? { rows } : { type }), on: { input: (event) => change(event.target.value), change: () => done?.() },
    });
    made.value = value;
    return el("label", { class: "assess-label" }, el("span", {}, label), hint && el("small", {}, hint), made);
  }

  /** Creates a fold that `fill` fills only when it is opened. In a large handbook, there would be thousands of statements. */
  function fold(summary, fill) {
    const box = el("details", { class: "lower" }, el("summary", {}, summary));
    box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(...[fill()].flat(Infinity)); });
    return box;
  }

  const button = (text, press, has = {}) => el("button", { type: "button", class: "assess-button", ...has, on: { click: press } }, text);

  /**
   * Asks a question in a dialog. Returns the key of the answer, or null if it was closed. `about` is
   * what the question is about.
   */
  function ask(title, text, answers, words, about = "") {
    return new Promise((answered) => {
      const close = (key) => () => { dialog.close(key); };
      const buttons = answers.map(([key, className]) => button(words(key), close(key), { class: `assess-button ${className ?? ""}` }));
      const dialog = el("dialog", { class: "assess-dialog", "aria-labelledby": "assess-ask" },
        el("h2", { id: "assess-ask" }, title), about && el("p", {}, el("strong", {}, about)), el("p", {}, text), el("div", { class: "assess-actions" }, buttons, button(words("cancel"), close(""), { autofocus: true })));
      dialog.addEventListener("close", () => { dialog.remove(); answered(dialog.returnValue || null); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  /** Returns a name for a file from parts that may be empty. */
  const fileName = (...parts) => parts.filter(Boolean).map((part) => part.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-")).join("-");

  /** Downloads a text as a file. */
  function download(name, type, text) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { ask, button, choices, copied, download, el, examplesOf, field, fileName, fold, labelled, readAll, readPage, readWords });
})();
