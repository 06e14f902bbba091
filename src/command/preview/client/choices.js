// Shows a list of choices below a text field, which the author goes through without leaving the field:
// arrow keys choose, Enter and Tab take, Escape closes.
(() => {
  const { make } = globalThis.rolebook;
  let lists = 0;

  /**
   * Adds a list of choices to `area`. `find` returns the choices for what is typed now, `draw` the
   * content of one, and `take` puts one into the text. Returns the list, to be put below the field.
   */
  function choices(area, { label, name = "", find, draw, take }) {
    const id = "rolebook-choices-" + (lists += 1);
    const list = make("ul", { class: "rolebook-choices" + name, id, role: "listbox", "aria-label": label, hidden: true });
    // A field may have several lists, and controls the open one.
    let before = null;
    let all = [];
    let at = 0;
    let asked = 0;

    async function look() {
      const number = (asked += 1);
      const found = await find();
      if (number === asked && found) show(found);
    }

    function show(found) {
      all = found;
      at = 0;
      redraw();
    }

    function redraw() {
      const wasOpen = !list.hidden;
      list.replaceChildren(...all.map((choice, n) => {
        const item = make("li", { id: id + "-" + n, role: "option", "aria-selected": String(n === at) }, ...draw(choice));
        // Choosing with the mouse must not take the focus from the text.
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(n); });
        return item;
      }));
      list.hidden = all.length === 0;
      if (!list.hidden) {
        if (!wasOpen) before = area.getAttribute("aria-controls");
        area.setAttribute("aria-controls", id);
        area.setAttribute("aria-activedescendant", id + "-" + at);
        if (!wasOpen) list.scrollIntoView({ block: "nearest" });
        list.children[at].scrollIntoView({ block: "nearest" });
      } else if (wasOpen) {
        if (before) area.setAttribute("aria-controls", before);
        else area.removeAttribute("aria-controls");
        area.removeAttribute("aria-activedescendant");
      }
    }

    function close() {
      asked += 1;
      show([]);
    }

    function choose(n) {
      const choice = all[n];
      close();
      take(choice);
    }

    area.addEventListener("input", look);
    area.addEventListener("click", look);
    area.addEventListener("blur", close);
    area.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        at = (at + step + all.length) % all.length;
        redraw();
      } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
        choose(at);
      } else if (event.key === "Escape") {
        close();
      } else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    });
    return list;
  }

  globalThis.rolebook.choices = choices;
})();
