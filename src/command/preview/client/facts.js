// Shows the facts of a chapter or of `handbook.toml` in a form next to the page, and marks the facts
// on the page that the form can change. Sends only the fields that were changed.
(() => {
  const { get, post, make, told, say, pencilIcon, corner, control, labelled, saved } = globalThis.rolebook;
  // In another site's frame, that site could place its own button over ours (clickjacking).
  if (top !== self) return;

  const BEGUN = "rolebook-facts";
  const press = (text, name, click) => make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
  let panel = null;

  /* Panel */

  /** Opens the form of the page's chapter, or that of the handbook, at a field. */
  async function open(route, field) {
    if (panel) {
      if (panel.route === route) return panel.focus(field);
      if (panel.isChanged()) return panel.ask();
      panel.end();
    }
    const { ok, value } = await get(route, route === "edit/facts" ? { page: location.pathname } : {});
    if (!ok) return say(value.error);
    if (!value) return say("This page is not made from one chapter.");
    panel = draw(route, value);
    panel.focus(field);
  }

  function draw(route, form) {
    const from = /** @type {HTMLElement} */ (document.activeElement);
    const title = form.kind ? "Properties" : "Handbook settings";
    const parts = [];
    const message = make("p", { class: "rolebook-said", role: "alert" });
    const question = make("div", { class: "rolebook-question", role: "group", hidden: true, "aria-label": "Discard your changes?" });
    const save = make("button", { type: "submit", class: "rolebook-button rolebook-save", text: "Save" });
    const close = make("button", { type: "button", class: "rolebook-tool", text: "×", "aria-label": "Close", on: { click: cancel } });
    const usual = form.fields.map(put);
    const more = form.rare.length ? make("details", { class: "rolebook-more" }, make("summary", { text: "More fields" }), ...form.rare.map(put)) : null;
    const body = make("form", { class: "rolebook-facts-form", novalidate: true, on: { submit: send } },
      make("div", { class: "rolebook-facts-head" }, make("h2", { id: "rolebook-facts-title", text: title }), close),
      make("div", { class: "rolebook-facts-body", tabindex: "0", role: "region", "aria-labelledby": "rolebook-facts-title" }, ...usual, more),
      make("div", { class: "rolebook-facts-foot" }, message, question, make("div", { class: "rolebook-foot" }, save, press("Cancel", "", cancel), make("span", { class: "rolebook-keys", text: form.path }))));
    const dialog = make("dialog", { class: "rolebook-facts", "aria-labelledby": "rolebook-facts-title", "data-rolebook": true }, body);
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(); });
    dialog.addEventListener("keydown", keys);
    document.body.append(dialog);
    // On a wide screen, the page stays usable next to the form.
    if (matchMedia("(width >= 64rem)").matches) dialog.show();
    else dialog.showModal();
    let isBusy = false;

    /** Draws a field. A field that can't be changed says why. */
    function put(field) {
      const wrong = make("div", { class: "rolebook-wrong", role: "alert" });
      if (field.locked) return make("div", { class: "rolebook-field", "data-field": field.name, tabindex: "-1" }, make("span", { class: "rolebook-label", text: field.label }), make("small", { text: field.locked }));
      const part = { field, wrong, was: field.value };
      const fresh = (value) => {
        part.control = control(field.shape, value, { name: field.name, label: field.label, choices: form.choices, titles: form.titles });
        part.first = JSON.stringify(part.control.value());
        const element = labelled(field, part.control, wrong);
        if (part.element) part.element.replaceWith(element);
        part.element = element;
      };
      fresh(field.value);
      part.redraw = fresh;
      parts.push(part);
      return part.element;
    }

    const changed = () => parts.filter((part) => JSON.stringify(part.control.value()) !== part.first);
    const isChanged = () => changed().length > 0;

    function keys(event) {
      if (event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && event.key === "Enter") send(event);
      else if (event.key === "Escape") leave();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    async function send(event) {
      event.preventDefault();
      if (isBusy) return;
      const list = changed();
      if (!list.length) return end();
      isBusy = true;
      save.setAttribute("aria-disabled", "true");
      for (const part of parts) tell(part);
      message.textContent = "";
      const changes = list.map((part) => ({ field: part.field.name, was: part.was, value: part.control.value() }));
      const { ok, value } = await post("edit/facts", { path: form.path, changes });
      if (ok && value.shown) {
        // The form stays until the page shows what was saved.
        for (const part of list) {
          part.first = JSON.stringify(changes.find(({ field }) => field === part.field.name).value);
          part.was = JSON.parse(part.first);
        }
        return void saved({ path: value.path, hash: value.hash }, () => {
          isBusy = false;
          save.removeAttribute("aria-disabled");
          // The author may have changed something else in the meantime.
          if (!isChanged()) end();
        });
      }
      isBusy = false;
      save.removeAttribute("aria-disabled");
      if (ok) {
        say("Saved. The audience that you view the page as can't see this chapter any more.");
        return end();
      }
      const part = parts.find(({ field }) => field.name === value.field);
      if (!part) return message.replaceChildren(...told(value.error));
      if ("theirs" in value) return conflict(part, value);
      tell(part, value.error);
      reveal(part.element);
      part.control.focus();
    }

    /** Says what is wrong with a field. */
    function tell({ control, wrong }, ...what) {
      wrong.replaceChildren(...what.map((one) => (typeof one === "string" ? make("p", { told: one }) : one)));
      if (control.main) control.main.toggleAttribute("aria-invalid", what.length > 0);
    }

    /** Shows both values. Whichever the author chooses, the other is still there to be copied. */
    function conflict(part, { error, theirs }) {
      const mine = press("Keep mine", "rolebook-save", () => {
        part.was = theirs;
        send(new Event("submit"));
      });
      const take = press("Take the other", "", () => {
        tell(part);
        part.was = theirs;
        part.redraw(theirs);
        part.control.focus();
      });
      tell(part, error, make("p", { text: "In the file: " + words(theirs) }), make("div", { class: "rolebook-foot" }, mine, take));
      reveal(part.element);
      mine.focus();
    }

    function words(value) {
      if (value === null) return "not set";
      if (!Array.isArray(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
      return value.map((one) => (Array.isArray(one) ? one.join(": ") : words(one))).join(", ");
    }

    function cancel() {
      if (isChanged()) ask();
      else end();
    }

    function leave() {
      if (question.hidden) cancel();
      else keep();
    }

    function ask() {
      question.replaceChildren(make("span", { text: "Discard your changes?" }), press("Discard", "", end), press("Keep editing", "rolebook-save", keep));
      question.hidden = false;
      question.lastChild.focus();
    }

    function keep() {
      question.hidden = true;
      focus();
    }

    function end() {
      if (!dialog.isConnected) return;
      dialog.close();
      dialog.remove();
      panel = null;
      if (from && from.isConnected) from.focus({ preventScroll: true });
    }

    function reveal(element) {
      const rare = element.closest("details");
      if (rare) rare.open = true;
      element.scrollIntoView({ block: "nearest" });
    }

    /** Focuses a field, or the first one. */
    function focus(name) {
      const part = parts.find(({ field }) => field.name === name);
      const locked = name && !part && dialog.querySelector('[data-field="' + CSS.escape(name) + '"]');
      if (locked) {
        reveal(locked);
        return locked.focus();
      }
      const to = part || parts[0];
      if (!to) return close.focus();
      reveal(to.element);
      to.control.focus();
    }

    return { route, focus, isChanged, ask, end };
  }

  addEventListener("beforeunload", (event) => {
    if (panel && panel.isChanged()) event.preventDefault();
  });

  /* Facts on the page */

  let marked = [];

  /** Marks the facts on the page that the form can change. */
  async function lay() {
    const { ok, value } = await get("edit/facts", { page: location.pathname, labels: "1" });
    button.hidden = !ok || !value;
    const { activeElement: active } = document;
    const focused = active && active.matches(".rolebook-fact") ? active.getAttribute("aria-label") : null;
    for (const mark of document.querySelectorAll(".rolebook-fact")) mark.remove();
    marked = [];
    if (button.hidden) return;
    const fields = new Map(value.fields.map((field) => [field.shown, field]));
    const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
    for (const name of document.querySelectorAll("main dl.facts dt, main footer.about dt")) {
      const field = fields.get(text(name));
      if (!field) continue;
      marked.push([name.parentElement, field.name]);
      // The pencil is after the last value, because some themes put a colon after the name.
      const group = name.parentElement;
      (group.matches("dl") ? name.nextElementSibling ?? name : group.lastElementChild).append(pencil(field));
    }
    for (const head of document.querySelectorAll("main section:is(.profile, .stops) > h2")) {
      const field = fields.get(text(head));
      if (!field) continue;
      marked.push([head, field.name]);
      head.after(pencil(field));
    }
    for (const [place, name] of [[".top > h1", "title"], [".top > .lede", "summary"], [".top > .status:not(.due)", "status"]]) {
      const element = document.querySelector("main " + place);
      if (element) marked.push([element, name]);
    }
    for (const [element] of marked) element.classList.add("rolebook-has-fact");
    const again = focused && /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".rolebook-fact")]).find((mark) => mark.getAttribute("aria-label") === focused);
    if (again) again.focus({ preventScroll: true });
  }

  function pencil(field) {
    const click = (event) => {
      event.stopPropagation();
      open("edit/facts", field.name);
    };
    return make("button", { type: "button", class: "rolebook-fact", "data-rolebook": true, "aria-label": "Change: " + field.label, title: "Change: " + field.label, on: { click } }, pencilIcon());
  }

  // A click on a fact opens its field, unless it follows a link or selects text.
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (!(target instanceof Element) || event.button || target.closest("a, button, input, select, textarea, summary, label, [data-rolebook]") || !getSelection().isCollapsed) return;
    const found = marked.find(([element]) => element.contains(target));
    if (found) open("edit/facts", found[1]);
  });

  const button = press("Properties", "", () => open("edit/facts"));
  button.hidden = true;
  corner(20, button);
  corner(31, press("Handbook settings", "", () => open("edit/settings")));
  document.addEventListener("rolebook:updated", lay);
  lay();

  // A new chapter begins with its facts.
  if (sessionStorage.getItem(BEGUN)) {
    sessionStorage.removeItem(BEGUN);
    open("edit/facts");
  }
})();
