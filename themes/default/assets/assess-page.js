// Reads what the page prints and makes elements: the one place that knows the page's markup.
//
// Input: the printed expectations. Output: competencies with their statements, words, elements. What somebody typed only ever becomes text.
(() => {
  /** Makes an element. `has` holds attributes (`true` sets an empty one, `false` and null none) and `on`, listeners by event. */
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

  /** Copies an element's content; ids stay with the original. */
  function copied(from) {
    const made = document.createDocumentFragment();
    for (const child of from.childNodes) made.append(child.cloneNode(true));
    for (const one of made.querySelectorAll("[id]")) one.removeAttribute("id");
    return made;
  }

  const said = (element) => element.textContent.replace(/\s+/gu, " ").trim();

  /** Returns what fills `{name}` in the words of the page. */
  function readWords() {
    const words = new Map();
    for (const one of document.getElementById("assess-words").content.querySelectorAll("[data-word]")) words.set(one.dataset.word, one.textContent);
    return (key, fill = {}) => {
      const text = words.get(`assess-${key}`) ?? words.get(key) ?? key;
      return Object.entries(fill).reduce((filled, [name, value]) => filled.replaceAll(`{${name}}`, () => String(value)), text);
    };
  }

  function readStatements(block, competency) {
    const rows = [...block.querySelectorAll("[data-statement]")];
    const read = (row) => ({
      competency, id: row.dataset.statement, level: Number(row.closest("[data-level]").dataset.level), text: said(row), replaces: row.dataset.replaces ?? null, row,
    });
    return rows.map(read).sort((a, b) => a.level - b.level);
  }

  function readAsked(block) {
    const link = block.querySelector("h4 a");
    const grow = block.querySelector(".grow");
    const id = block.dataset.competency;
    return {
      id, title: said(link), url: link.getAttribute("href"), level: Number(block.dataset.level), focus: block.classList.contains("focus"),
      statements: readStatements(block, id),
      grow: grow && { text: grow.querySelector(".grow-text"), title: said(grow.querySelector("summary").firstChild), url: grow.querySelector("p:last-child a").getAttribute("href") },
    };
  }

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
      asked: [...document.querySelectorAll(".assess-asked [data-competency]")].map(readAsked),
      evidence: evidence.map((kind) => ({ name: kind.dataset.name, competencies: [...kind.children].map((one) => one.textContent) })),
    };
  }

  /** Makes a group of radio buttons. `options` are `{ value, name, means }`; `pick` is called with the value. */
  function choices({ name, options, chosen, pick, className }) {
    const option = ({ value, name: title, means }) => el("label", { class: "assess-option" },
      el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => pick(value) } }),
      el("span", {}, el("b", {}, title), means && [" ", el("small", {}, means)]));
    return el("div", { class: className }, options.map(option));
  }

  /** Makes a labelled field of text that reports each change, and the end of each. */
  function field({ label, value, change, done, rows = 0, type = "text", hint = null }) {
    const made = el(rows ? "textarea" : "input", {
      class: "assess-field", ...(rows ? { rows } : { type }), on: { input: (event) => change(event.target.value), change: () => done?.() },
    });
    made.value = value;
    return el("label", { class: "assess-label" }, el("span", {}, label), hint && el("small", {}, hint), made);
  }

  const button = (text, press, has = {}) => el("button", { type: "button", class: "assess-button", ...has, on: { click: press } }, text);

  /** Lays a question over the page; returns the key of the answer, or null where it was closed. */
  function ask(title, text, answers, words) {
    return new Promise((answered) => {
      const close = (key) => () => { dialog.close(key); };
      const buttons = answers.map(([key, className]) => button(words(key), close(key), { class: `assess-button ${className ?? ""}` }));
      const dialog = el("dialog", { class: "assess-dialog", "aria-labelledby": "assess-ask" },
        el("h2", { id: "assess-ask" }, title), el("p", {}, text), el("div", { class: "assess-actions" }, buttons, button(words("cancel"), close(""), { autofocus: true })));
      dialog.addEventListener("close", () => { dialog.remove(); answered(dialog.returnValue || null); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  /** Offers a text as a file. */
  function download(name, type, text) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { ask, button, choices, copied, download, el, field, readPage });
})();
