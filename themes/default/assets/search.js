// Shows search in a dialog, or on the search page. `page.js/find.js` loads it. It fetches nothing until
// it is opened.
//
// Results are written as text, never as markup. `search-core.js` searches the index.
(() => {
  const { page, core: coreUrl, style, label, placeholder, close, failed, retry } = document.currentScript.dataset;
  const home = new URL(page, location.href);
  const isFile = home.pathname.endsWith(".html");
  const base = isFile ? new URL(home.pathname.replace(/\.html$/, "/"), home) : home;
  const root = new URL("../", base);
  const FIRST = 10;

  /** Creates an element with attributes and content. Leaves out false and undefined attributes. */
  function make(name, attributes = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : value);
    element.append(...inside.filter((item) => item !== null && item !== undefined));
    return element;
  }

  /** Loads a script or a style sheet. */
  function add(element, isKept) {
    return new Promise((loaded, missing) => {
      element.onload = loaded;
      element.onerror = () => { element.remove(); missing(new Error(element.src ?? element.href)); };
      document.head.append(element);
    }).finally(() => { if (!isKept) element.remove(); });
  }

  const waiting = new Map();
  /** Loads a file of the index. In a local folder, the file is a script that passes on the data. */
  async function load(name) {
    if (!isFile) {
      const answer = await fetch(new URL(`${name}.json`, base), { cache: name === "index" ? "no-cache" : "default" });
      if (!answer.ok) throw new Error(`${answer.status} ${answer.url}`);
      return answer.json();
    }
    globalThis.rolebookSearch = (arrived, data) => waiting.set(arrived, data);
    await add(make("script", { src: new URL(`${name}.js`, base) }));
    return waiting.get(name);
  }

  let core = null, starting = null;
  /** Loads what the first search needs. Each time search opens, checks for a new index. */
  function start() {
    starting ??= Promise.all([
      globalThis.rolebookSearchCore ? null : add(make("script", { src: coreUrl }), true),
      add(make("link", { rel: "stylesheet", href: style }), true),
    ]).then(() => { core = globalThis.rolebookSearchCore(load); });
    starting.catch(() => { starting = null; });
    return starting.then(() => core.open());
  }

  /** Creates the search field, the list of results, and the controls around them. */
  function search(isPage, leave) {
    const id = isPage ? "search" : "search-dialog";
    const input = make("input", {
      type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", "aria-label": label, placeholder,
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go",
    });
    const list = make("div", { role: "listbox", id: `${id}-list`, "aria-label": label, class: "search-list" });
    const status = make("p", { role: "status", class: "search-status" });
    const facets = make("div", { class: "search-facets" });
    const rest = make("div", { class: "search-rest" });
    const bar = make("div", { class: "search-bar" }, input, leave ? make("button", { type: "button", class: "search-close" }, close) : null);
    bar.querySelector("button")?.addEventListener("click", leave);
    let chosen = [null, null, null, null], topics = [], shown = FIRST, turn = 0, active = -1, timer, unfolded = false;

    const ui = (key, values = {}) => (core.entry.ui[`search-${key}`] ?? "").replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (all, name, one, many) => (one === undefined ? values[name] : values[name] === 1 ? one : many) ?? all);
    const options = () => [...list.querySelectorAll("[role=option]")];

    function point(to) {
      const all = options();
      all[active]?.setAttribute("aria-selected", "false");
      active = all.length ? (to + all.length) % all.length : -1;
      input.removeAttribute("aria-activedescendant");
      if (active < 0) return;
      all[active].setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }

    const marked = (pieces) => pieces.map(([text, isFound]) => isFound ? make("mark", { class: isFound === "near" && "search-near" }, text) : text);

    /** Creates an option: a link with a title, a note next to it, and an excerpt. */
    function option(number, url, title, note, pieces, name) {
      return make("a", { role: "option", id: `${id}-${number}`, class: name, href: new URL(url, root), tabindex: "-1", "aria-selected": "false" },
        make("span", { class: "search-title" }, ...title), note ? make("span", { class: "search-note" }, note) : null,
        pieces.length ? make("span", { class: "search-excerpt" }, ...pieces) : null);
    }

    /** Returns what kind of result this is, and where it is: "Decision in Roadmap". */
    const note = (hit, chapter) => [core.label(hit) || core.place(hit.unit), chapter && ui("in", { chapter })].filter(Boolean).join(" ");

    /** Creates the option of a statement, with the name of its level. */
    function statement(found, hit, line, sections, number, name) {
      const said = sections && core.statement(sections, hit.place);
      if (!said?.text) return null;
      const title = marked(core.excerpt(said.text, found, 400));
      const level = said.level ? `${ui("level", { n: said.level })}, ${sections[said.section][0]}` : sections[said.section][0];
      return option(number, `${line.url}#${said.anchor}`, title, `${note(hit, name ? "" : line.title)} \u00b7 ${level}`, [], name ?? "search-statement");
    }

    /** Creates the option of a decision, with who is accountable. */
    function decision(found, hit, [heading, anchor, text, party], line, number, name) {
      // The text begins with the same words if the chapter has them in a list.
      const who = party ? ui("accountable", { name: party }) : "";
      const pieces = who && !text?.startsWith(who.replace(/\.$/, "")) ? [make("span", { class: "search-party" }, who), " "] : [];
      const cut = text ? marked(core.excerpt(text, found)) : [];
      const title = marked(core.excerpt(heading, found, 400));
      return option(number, `${line.url.split("#")[0]}#${anchor}`, title, note(hit, name ? "" : line.chapter), [...pieces, ...cut], name ?? "search-chapter");
    }

    /**
     * Creates the options of a chapter: the chapter itself, and its best matching statements,
     * decisions and sections.
     */
    function group(found, hit, line, sections, number) {
      const title = marked(core.excerpt(line.title, found, 400));
      const cut = (section) => sections?.[section]?.[2] ? marked(core.excerpt(sections[section][2], found)) : [];
      const url = line.url.split("#")[0];
      const made = [];
      if (hit.place !== undefined) made.push(statement(found, hit, line, sections, `${number}-0`));
      else if (typeof sections?.[hit.sections[0]]?.[3] === "string") made.push(decision(found, hit, sections[hit.sections[0]], line, `${number}-0`));
      else if (line.chapter) made.push(option(`${number}-0`, line.url, title, note(hit, line.chapter), cut(hit.sections[0]), "search-chapter"));
      else {
        const parts = sections ? hit.parts : [];
        const taken = new Set(parts.map((part) => part.place === undefined ? part.sections[0] : core.statement(sections, part.place)?.section));
        const below = hit.sections.filter((section) => section > 0 && sections?.[section]?.[1] && !taken.has(section)).slice(0, 2 - parts.length);
        made.push(option(`${number}-0`, line.url, title, note(hit), below.length && !hit.sections.includes(0) ? [] : cut(Math.max(0, (sections ?? []).findIndex((section) => section[2]))), "search-chapter"));
        for (const [n, part] of parts.entries()) {
          const id = `${number}-p${n}`;
          made.push(part.place === undefined ? decision(found, part, sections[part.sections[0]], line, id, "search-part") : statement(found, part, line, sections, id, "search-part"));
        }
        for (const [n, section] of below.entries()) {
          const heading = marked(core.excerpt(sections[section][0], found, 400));
          made.push(option(`${number}-${n + 1}`, `${url}#${sections[section][1]}`, heading, "", cut(section), "search-section"));
        }
      }
      const options = made.filter(Boolean);
      return options.length ? make("div", { role: "group", "aria-label": line.title, class: "search-group" }, ...options) : null;
    }

    /** Creates the buttons that filter by kind, part, owner and topic. */
    function choices(found) {
      const rows = found.facets.map((counts, facet) => {
        const names = core.entry.facets[facet] ?? topics;
        const known = counts.map((count, n) => [n, count]).filter(([n, count]) => names[n] && (count || chosen[facet] === n));
        if (known.length < 2 && chosen[facet] === null) return null;
        const buttons = known.sort((a, b) => b[1] - a[1]).slice(0, 8).map(([n, count]) => {
          const button = make("button", { type: "button", "aria-pressed": String(chosen[facet] === n) }, names[n], make("span", { class: "search-number" }, ` ${count}`));
          button.addEventListener("click", async () => {
            chosen[facet] = chosen[facet] === n ? null : n;
            shown = FIRST;
            await run();
            // The buttons are new, so move the focus back to the one that was pressed.
            [...facets.querySelectorAll("button")].find((other) => other.firstChild.data === names[n])?.focus();
          });
          return button;
        });
        const title = ui(["kind", "part", "owner", "tag"][facet]);
        return make("div", { role: "group", "aria-label": title, class: "search-choices" }, make("span", {}, title), ...buttons);
      });
      const [kinds, ...others] = rows;
      const more = others.filter(Boolean);
      const fold = more.length || core.entry.tags ? make("details", { open: unfolded || chosen.slice(1).some((choice) => choice !== null) }, make("summary", {}, ui("filter")), ...more) : null;
      fold?.addEventListener("toggle", async () => {
        unfolded = fold.open;
        // The topics are in a file that only this filter needs.
        if (!unfolded || topics.length || !core.entry.tags) return;
        topics = (await core.topics().catch(() => [])).map((topic) => topic.name);
        if (topics.length) run();
      });
      facets.replaceChildren(...[kinds, fold].filter(Boolean));
    }

    /** Suggests where to start: the parts of the handbook, as in the page's navigation. */
    function begin(text) {
      const shelves = [...document.querySelectorAll(".side > ul > li > a")].map((link) => make("li", {}, make("a", { href: link.href }, link.textContent)));
      rest.replaceChildren(...[make("p", {}, text), shelves.length ? make("ul", {}, ...shelves) : null].filter(Boolean));
    }

    function empty() {
      list.replaceChildren();
      facets.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      active = -1;
    }

    /** Returns how many results to show. Those that have little of the query need a click. */
    const most = (found) => shown > FIRST ? shown : Math.min(shown, found.total || shown);

    async function show(found, mine) {
      const hits = found.results.slice(0, most(found));
      const lines = await core.lines(hits.map((hit) => hit.unit));
      const texts = lines.map(() => null);
      const arriving = lines.map((line, n) => core.texts(line.text).then((text) => { texts[n] = text; }, () => {}));
      const write = () => {
        if (mine !== turn) return;
        const before = options()[active]?.id;
        list.replaceChildren(...hits.map((hit, n) => group(found, hit, lines[n], texts[n], n)).filter(Boolean));
        const again = options().findIndex((option) => option.id === before);
        active = -1;
        if (again >= 0) point(again);
      };
      // Show the titles without waiting for slow excerpts.
      await Promise.race([Promise.all(arriving), new Promise((soon) => setTimeout(soon, 150))]);
      const isWhole = !texts.includes(null);
      write();
      if (!isWhole) Promise.all(arriving).then(write);
    }

    /** Searches for what is in the field. */
    async function run(isAgain = false) {
      const mine = ++turn, query = input.value;
      if (isPage) history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
      try {
        if (!core?.entry) await start();
        if (mine !== turn) return;
        const found = await core.search(query, chosen);
        if (mine !== turn) return;
        if (!query.trim()) {
          empty();
          status.textContent = "";
          return begin(`${ui("hint")} ${ui("start")}`);
        }
        const isChosen = chosen.some((choice) => choice !== null);
        if (found.results.length || isChosen) choices(found); else facets.replaceChildren();
        if (!found.results.length) {
          list.replaceChildren();
          input.setAttribute("aria-expanded", "false");
          status.textContent = ui("none", { query });
          return begin(ui("none-means"));
        }
        await show(found, mine);
        if (mine !== turn) return;
        input.setAttribute("aria-expanded", "true");
        const count = ui("count", { n: found.total });
        status.textContent = found.similar.length ? `${count} ${ui("similar", { word: found.similar.join(", ") })}` : count;
        const more = found.results.length > most(found) ? make("button", { type: "button" }, ui("more")) : null;
        more?.addEventListener("click", () => { shown += FIRST; run(); input.focus(); });
        const own = isPage ? null : make("a", { href: `${home}?q=${encodeURIComponent(query)}` }, ui("all"));
        rest.replaceChildren(...[more, own].filter(Boolean));
      } catch {
        if (mine !== turn) return;
        // The site may have been republished, and then its files have new names.
        if (!isAgain && await core?.open().catch(() => false)) return run(true);
        empty();
        status.textContent = failed;
        const button = make("button", { type: "button" }, retry);
        button.addEventListener("click", () => { input.focus(); run(); });
        rest.replaceChildren(button);
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      shown = FIRST;
      chosen = [null, null, null, null];
      active = -1;
      timer = setTimeout(run, 60);
    });
    input.addEventListener("keydown", async (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        point(active < 0 && step < 0 ? -1 : active + step);
      } else if (event.key === "Enter") {
        event.preventDefault();
        (options()[Math.max(active, 0)])?.click();
      } else if (event.key === "Escape" && leave) {
        event.preventDefault();
        leave();
      }
    });
    list.addEventListener("click", (event) => { if (leave && event.target.closest("a") && !(event.ctrlKey || event.metaKey || event.shiftKey)) leave(); });
    return { input, run, parts: [bar, status, facets, list, rest] };
  }

  let dialog = null, inside = null;
  function open(typed) {
    if (!dialog) {
      dialog = make("dialog", { class: "search-dialog", "aria-label": label });
      inside = search(false, () => dialog.close());
      dialog.append(...inside.parts);
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      // Outside of the body, because the preview updates the body.
      document.documentElement.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
    inside.input.focus();
    if (typed) inside.input.value = typed; else inside.input.select();
    start().then((isNew) => { if (isNew) inside.run(); }, () => inside.run());
  }

  const field = document.querySelector("[data-search]");
  let onPage = null;
  if (field) {
    onPage = search(true, null);
    field.replaceChildren(...onPage.parts);
    onPage.input.value = new URLSearchParams(location.search).get("q") ?? "";
    onPage.input.focus();
    onPage.run();
  }
  /** Opens search, with what the reader has typed while it was loading. */
  globalThis.rolebookFind = (typed) => {
    if (!onPage) return open(typed);
    onPage.input.focus();
    onPage.input.select();
  };
})();
