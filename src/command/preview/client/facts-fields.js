// Draws the fields of a form: one control for each form of value that `declare/fields` knows. A
// control has an element, and functions that return its value and focus it.
(() => {
  const { make } = globalThis.rolebook;
  let ids = 0;
  const nextId = () => "rolebook-field-" + (ids += 1);
  const press = (text, click, more = {}) => make("button", { type: "button", class: "rolebook-button", text, on: { click }, ...more });
  const single = (element, value = () => element.value.trim() || null) => ({ element, value, focus: () => element.focus(), main: element });

  /** Names that are typed, with suggestions; all other names are chosen. */
  const TYPED = ["tag", "cluster", "statement"];
  const LONG = ["summary", "description", "scope", "means", "meaning", "reason"];

  /** Creates a control. `about` has the field's `name`, its `label`, and the form's `choices` and `titles`. */
  function control(shape, value, about) {
    return KINDS[shape.is](shape, value, about);
  }

  const KINDS = {
    text: (_, value, about) => (isLong(value, about) ? area(value) : input(value)),
    any: (_, value) => input(value),
    integer: (_, value) => input(value, { inputmode: "numeric" }, number),
    duration: (_, value) => input(value, { placeholder: "6 months" }),
    date,
    boolean: (_, value) => {
      const chosen = select([["true", "Yes"], ["false", "No"]], value === null || value === undefined ? "" : String(value));
      return single(chosen, () => (chosen.value === "" ? null : chosen.value === "true"));
    },
    choice: (shape, value) => single(select(shape.words, value)),
    level: (_, value, about) => {
      const chosen = select(choices("level", about).map(([level, name]) => [level, level + " " + name]), value);
      return single(chosen, () => (chosen.value === "" ? null : /^\d+$/.test(chosen.value) ? Number(chosen.value) : chosen.value));
    },
    name: (shape, value, about) => (isChosen(shape.of, about) ? single(select(choices(shape.of, about), value, about)) : suggested(shape.of, value, about)),
    list: (shape, value, about) => (shape.of.is === "name" && (shape.of.of === "statement" || isChosen(shape.of.of, about)) ? names(shape.of.of, value || [], about) : list(shape.of, value || [], about)),
    map,
    table: (shape, value, about) => table(shape.fields, value || {}, about),
  };

  const choices = (word, { choices }) => choices[word] || [];
  const isChosen = (word, about) => !TYPED.includes(word) && choices(word, about).length > 0;
  const isLong = (value, { name }) => LONG.includes(name) || String(value || "").length > 44 || String(value || "").includes("\n");
  const purpose = (text) => (text.charAt(0).toUpperCase() + text.slice(1) + ".").replaceAll("'", "’");
  const number = (text) => (/^-?\d+$/.test(text) ? Number(text) : text || null);

  function input(value, more = {}, read = (text) => text || null) {
    const field = make("input", { autocomplete: "off", ...more });
    field.value = value ?? "";
    return single(field, () => read(field.value.trim()));
  }

  function area(value) {
    const field = make("textarea", { rows: "2" });
    field.value = value ?? "";
    const keepsLines = field.value.includes("\n");
    return single(field, () => (keepsLines ? field.value.replace(/\n+$/, "") : field.value.trim().replace(/\s*\n\s*/g, " ")) || null);
  }

  function date(_, value) {
    const isDay = !value || /^\d{4}-\d\d-\d\d$/.test(value);
    const field = make("input", isDay ? { type: "date" } : { autocomplete: "off" });
    field.value = value ?? "";
    const now = new Date();
    const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    const button = press("Today", () => { field.value = today; });
    return { ...single(field), element: make("span", { class: "rolebook-row" }, field, button) };
  }

  /** Creates a menu. A value that isn't among the choices stays a choice of its own. */
  function select(pairs, value, about) {
    const now = value === null || value === undefined ? "" : String(value);
    const known = now === "" || pairs.some(([name]) => name === now);
    const all = [["", "Not set"], ...pairs, ...(known ? [] : [[now, title(now, about)]])];
    const menu = make("select", {}, ...all.map(([name, text]) => make("option", { value: name, text })));
    menu.value = now;
    return menu;
  }

  const title = (name, about) => (about && about.titles[name]) || name;

  function suggested(word, value, about) {
    const id = nextId();
    const field = make("input", { autocomplete: "off", list: id });
    field.value = value ?? "";
    const options = choices(word, about).map(([name, text]) => make("option", { value: name, label: name === text ? null : text }));
    return { ...single(field), element: make("span", { class: "rolebook-row" }, field, make("datalist", { id }, ...options)) };
  }

  /* Lists */

  /** Creates a list whose rows can be moved and removed. `adder` is what adds a row. */
  function rows(label) {
    const list = make("ul", { class: "rolebook-rows", "aria-label": label });
    const all = [];
    const near = (row, by) => {
      const at = all.indexOf(row);
      const to = at + by;
      if (to < 0 || to >= all.length) return;
      all.splice(to, 0, ...all.splice(at, 1));
      list.replaceChildren(...all.map((one) => one.element));
      mark();
    };
    // The first row can't move up, and the last one can't move down.
    const mark = () => all.forEach((row, n) => {
      row.up.setAttribute("aria-disabled", String(n === 0));
      row.down.setAttribute("aria-disabled", String(n === all.length - 1));
    });
    function add(name, content, value, { moves = true } = {}) {
      const named = () => (typeof name === "function" ? name() : name);
      const tool = (text, does, click) => make("button", { type: "button", class: "rolebook-tool", text, title: does, on: { click, focus: ({ target }) => target.setAttribute("aria-label", does + ": " + named()) }, "aria-label": does + ": " + named() });
      const row = { value, up: tool("↑", "Move up", () => { near(row, -1); row.up.focus(); }), down: tool("↓", "Move down", () => { near(row, 1); row.down.focus(); }) };
      const remove = tool("×", "Remove", () => {
        const at = all.indexOf(row);
        all.splice(at, 1);
        row.element.remove();
        mark();
        const next = all[at] || all[at - 1];
        if (next) next.element.querySelector("button:last-of-type").focus();
        else list.parentElement.querySelector(".rolebook-add, .rolebook-search").focus();
      });
      row.element = make("li", {}, content, ...(moves ? [row.up, row.down] : []), remove);
      all.push(row);
      list.append(row.element);
      mark();
    }
    return { list, add, all, values: () => all.map((row) => row.value()) };
  }

  /** Creates a list of names that are chosen from a menu. */
  function names(word, value, about) {
    const held = rows(about.label);
    const label = (name) => (choices(word, about).find(([known]) => known === name) || [name, title(name, about)])[1];
    const put = (name) => held.add(label(name), make("span", { class: "rolebook-name", text: label(name) }), () => name);
    value.forEach(put);
    const add = (name) => { if (!held.values().includes(name)) put(name); };
    if (word === "statement") return searched(word, about, held, add);
    const menu = adder(word, about, add);
    return { element: make("div", { class: "rolebook-list-field" }, held.list, menu), value: held.values, focus: () => menu.focus(), main: null };
  }

  /** Adds names to a list by searching for words of what they stand for, because there are many. */
  function searched(word, about, held, add) {
    const id = nextId();
    const all = choices(word, about);
    const search = make("input", { autocomplete: "off", list: id, class: "rolebook-search", "aria-label": "Add to: " + about.label, placeholder: "Search…" });
    const take = (known) => {
      if (!known) return;
      add(known[0]);
      search.value = "";
    };
    search.addEventListener("input", () => take(all.find(([, text]) => search.value === text)));
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !search.value) return;
      event.preventDefault();
      take(all.find((one) => one.includes(search.value.trim())));
    });
    // What was typed and isn't known is sent too, so that the answer says what is wrong with it.
    const value = () => [...held.values(), ...(search.value.trim() ? [search.value.trim()] : [])];
    const list = make("datalist", { id }, ...all.map(([, text]) => make("option", { value: text })));
    return { element: make("div", { class: "rolebook-list-field" }, held.list, search, list), value, focus: () => search.focus(), main: null };
  }

  /** Creates a menu that adds what is chosen. */
  function adder(word, about, add) {
    const menu = make("select", { class: "rolebook-add", "aria-label": "Add to: " + about.label }, ...[["", "Add…"], ...choices(word, about)].map(([name, text]) => make("option", { value: name, text })));
    menu.addEventListener("change", () => {
      if (menu.value) add(menu.value);
      menu.value = "";
    });
    return menu;
  }

  /** Creates a list of controls. */
  function list(shape, value, about) {
    const held = rows(about.label);
    const put = (one) => {
      const part = control(shape, one, { ...about, label: about.label + " " + (held.all.length + 1) });
      if (part.main) part.main.setAttribute("aria-label", about.label);
      const from = one && typeof one === "object" ? one.from : undefined;
      const read = () => (from === undefined || part.value() === null ? part.value() : { ...part.value(), from });
      held.add(() => (part.main && part.main.value) || about.label, part.element, read);
      return part;
    };
    value.forEach(put);
    const add = press("Add", () => put(null).focus(), { class: "rolebook-button rolebook-add", "aria-label": "Add to: " + about.label });
    const first = () => held.list.querySelector("input, textarea, select") || add;
    return { element: make("div", { class: "rolebook-list-field" }, held.list, add), value: () => held.values().filter((one) => one !== null), focus: () => first().focus(), main: null };
  }

  /** Creates a table whose keys the author chooses. */
  function map(shape, value, about) {
    const held = rows(about.label);
    const chosen = shape.keys && isChosen(shape.keys, about);
    const label = (key) => (choices(shape.keys, about).find(([known]) => known === key) || [key, title(key, about)])[1];
    const put = (key, one) => {
      const name = chosen ? label(key) : key;
      const part = control(shape.of, one, { ...about, label: name || about.label });
      const field = chosen ? null : make("input", { "aria-label": "Name, in: " + about.label, autocomplete: "off", class: "rolebook-key" });
      if (field) field.value = key;
      if (part.main) part.main.setAttribute("aria-label", chosen ? name : "Value, in: " + about.label);
      const content = make("div", { class: "rolebook-pair" + (shape.of.is === "level" ? " rolebook-short" : "") }, field || make("span", { class: "rolebook-name", text: name }), part.element);
      held.add(() => (field ? field.value : name) || about.label, content, () => [field ? field.value.trim() : key, part.value()], { moves: false });
      return field || part;
    };
    (value || []).forEach(([key, one]) => put(key, one));
    const isListed = (key) => held.values().some(([known]) => known === key);
    const add = chosen
      ? adder(shape.keys, about, (key) => { if (!isListed(key)) put(key, null).focus(); })
      : press("Add", () => put("", null).focus(), { class: "rolebook-button rolebook-add", "aria-label": "Add to: " + about.label });
    const read = () => held.values().filter(([key, one]) => key && one !== null);
    const first = () => held.list.querySelector("input, textarea, select") || add;
    return { element: make("div", { class: "rolebook-list-field" }, held.list, add), value: read, focus: () => first().focus(), main: null };
  }

  /** Creates a group of named fields. */
  function table(fields, value, about) {
    const parts = fields.map((field) => [field, control(field.shape, value[field.name] ?? null, { ...about, name: field.name, label: field.label })]);
    const element = make("div", { class: "rolebook-group", role: "group", "aria-label": about.label }, ...parts.map(([field, part]) => labelled(field, part)));
    const read = () => {
      const all = parts.map(([field, part]) => [field.name, part.value()]).filter(([, one]) => one !== null && !(Array.isArray(one) && !one.length));
      return all.length ? Object.fromEntries(all) : null;
    };
    return { element, value: read, focus: () => parts[0][1].focus(), main: null };
  }

  /** Puts a label and the field's purpose with a control. */
  function labelled(field, part, ...more) {
    const id = nextId();
    const hint = make("small", { id: id + "-hint", text: purpose(field.meaning) });
    const body = [part.element, hint, ...more];
    const inFile = "In the file: " + field.name;
    if (part.main) {
      part.main.id = id;
      part.main.setAttribute("aria-describedby", id + "-hint");
      return make("div", { class: "rolebook-field", "data-field": field.name }, make("label", { for: id, text: field.label, title: inFile }), ...body);
    }
    return make("div", { class: "rolebook-field", "data-field": field.name, role: "group", "aria-labelledby": id, "aria-describedby": id + "-hint" }, make("span", { id, class: "rolebook-label", text: field.label, title: inFile }), ...body);
  }

  Object.assign(globalThis.rolebook, { control, labelled });
})();
