// Shows the findings of the open page in a corner, and the number of findings elsewhere. Disappears
// once they are fixed. Never covers text, because it has its own space at the end of the page.
(() => {
  const { make, post, say, canOpen, canEdit, open } = globalThis.rolebook;
  const isListing = location.pathname === "/_rolebook/findings";
  let panel = null;
  let isClosed = false;
  let last = { here: [], elsewhere: 0, list: [] };

  document.addEventListener("rolebook:findings", ({ detail }) => show(detail));

  function show(found) {
    // The page that lists all findings is rendered again.
    if (isListing) return void document.dispatchEvent(new CustomEvent("rolebook:refresh"));
    const grew = found.here.length > last.here.length;
    const had = last.here.length;
    last = found;
    if (!found.here.length && !found.elsewhere) {
      if (panel) remove();
      if (had) say("All findings are fixed.", { weak: true });
      return;
    }
    // A new finding on this page opens the panel if there is room next to the text.
    if (grew) isClosed = !matchMedia("(width >= 88rem)").matches;
    if (!found.here.length && had) isClosed = true;
    draw(found);
  }

  function remove() {
    panel.remove();
    panel = null;
  }

  function draw({ here, elsewhere, list }) {
    const focused = panel && panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const open = panel ? panel.open : here.length > 0 && !isClosed;
    const scrolled = panel ? panel.lastChild.scrollTop : 0;
    const isError = here.some((finding) => finding.severity === "error");
    const next = make("details", { class: "rolebook-findings" + (isError ? " rolebook-error" : ""), "data-rolebook": true });
    next.open = here.length ? !isClosed : open && !isClosed;
    next.append(make("summary", { "data-key": "summary" }, make("span", { class: "rolebook-mark", "aria-hidden": "true", text: isError ? "!" : "i" }), make("span", { role: "status", text: headline(here, elsewhere) })));
    const body = make("div", { class: "rolebook-list", tabindex: "0", role: "region", "aria-label": "Findings" });
    grouped(here).forEach((places, n) => body.append(whole(places, n)));
    if (elsewhere) body.append(others(elsewhere, list, here.length === 0));
    body.append(make("p", { class: "rolebook-all" }, make("a", { href: "/_rolebook/findings", text: "All findings on one page" })));
    next.append(body);
    next.addEventListener("toggle", () => { isClosed = !next.open; });
    if (panel) panel.replaceWith(next);
    else {
      // The bar is the last thing of the page.
      const bar = document.querySelector("body > .rolebook-corner");
      document.body.insertBefore(next, bar);
    }
    panel = next;
    body.scrollTop = scrolled;
    const again = focused && panel.querySelector('[data-key="' + focused + '"]');
    if (again) again.focus();
  }

  function headline(here, elsewhere) {
    const things = (n) => (n === 1 ? "1 finding" : n + " findings");
    if (!here.length) return things(elsewhere) + " in other chapters";
    return things(here.length) + " on this page" + (elsewhere ? ", " + elsewhere + " elsewhere" : "");
  }

  // Findings with the same words are shown once, with all of their places.
  function grouped(findings) {
    const groups = new Map();
    for (const finding of findings) {
      const key = [finding.code, finding.message, finding.help].join("\n");
      if (groups.has(key)) groups.get(key).push(finding);
      else groups.set(key, [finding]);
    }
    return [...groups.values()];
  }

  // Shows what is wrong in words, and each place where it is.
  function whole(places, n) {
    const [finding] = places;
    const box = make("article", { class: "rolebook-finding " + finding.severity });
    box.append(make("p", { class: "rolebook-message" }, make("strong", { told: sentence(finding.message) })));
    if (finding.help) box.append(make("p", { class: "rolebook-help", told: sentence(finding.help) }));
    for (const [m, one] of places.entries()) box.append(spot(one, n + "-" + m));
    return box;
  }

  function spot(finding, key) {
    const lines = [];
    if (finding.quote) {
      const [before, inside, after] = finding.quote;
      lines.push(make("pre", { tabindex: "0", "aria-label": "Text of line " + finding.line }, before, make("mark", { text: inside }), after));
    }
    const where = finding.line === null ? place(finding) : "Line " + finding.line;
    const buttons = make("div", { class: "rolebook-foot" }, make("span", { class: "rolebook-help", title: place(finding), text: where }), ...actions(finding, "here" + key));
    return make("div", { class: "rolebook-spot" }, ...lines, buttons);
  }

  function actions(finding, key) {
    const press = (text, label, name, click) => make("button", { type: "button", class: "rolebook-button", "data-key": name + key, told: text, "aria-label": text.replaceAll("`", "") + ": " + label, on: { click } });
    const at = place(finding);
    const names = canEdit ? finding.names.map((name, n) => press("Use `" + name + "`", at, "use" + n, () => correct(finding, name))) : [];
    const go = finding.url === null ? [] : [press("Go to it", at, "go", () => goTo(finding))];
    return [...names, ...go, opener(finding, key)];
  }

  // Writes the nearest name. It can be taken back like any other change.
  async function correct(finding, name) {
    const { path, start, end } = { path: finding.source, start: finding.start, end: finding.end };
    const { ok, value } = await post("edit/correct", { path, start, end, message: finding.message, name });
    if (ok) globalThis.rolebook.saved({ path: value.path, hash: value.hash, text: "Changed to `" + name + "`." });
    else say(value.error);
  }

  function others(count, list, isOpen) {
    const more = make("details", { class: "rolebook-others" }, make("summary", { "data-key": "others", text: "In other chapters (" + count + ")" }));
    more.open = isOpen;
    const items = list.map((finding, n) => {
      const where = finding.url === null ? make("span", { text: place(finding) }) : make("a", { href: "/" + finding.url, text: place(finding), on: { click: (event) => { event.preventDefault(); goTo(finding); } } });
      return make("li", {}, where, " ", make("span", { told: sentence(finding.message) }), " ", opener(finding, "there" + n));
    });
    more.append(make("ul", {}, ...items));
    if (count > list.length) more.append(make("p", { text: "… and " + (count - list.length) + " more." }));
    return more;
  }

  function opener(finding, key) {
    if (!canOpen || !finding.source) return "";
    const click = () => open(finding.source, finding.line || 1, finding.column || 1);
    return make("button", { type: "button", class: "rolebook-button", "data-key": key, text: "Open in editor", "aria-label": "Open in editor: " + place(finding), on: { click } });
  }

  function place(finding) {
    return [finding.path, finding.line, finding.column].filter((part) => part !== null).join(":") || "the handbook";
  }

  /** Shows the place of a finding: on this page, on its own page, or in the author's editor. */
  async function goTo(finding) {
    if (finding.url === null) return finding.source ? open(finding.source, finding.line || 1, finding.column || 1) : undefined;
    const path = "/" + finding.url.split("#")[0];
    if (innerWidth < 640 && panel) panel.open = false;
    if (decodeURI(path) === decodeURI(location.pathname)) return reveal(finding.line);
    sessionStorage.setItem("rolebook:line", String(finding.line ?? 1));
    location.assign(path);
  }

  // Scrolls to the passage at a line of the chapter's file.
  async function reveal(line) {
    const shown = await globalThis.rolebook.passages.current();
    const list = shown ? shown.list : [];
    const at = list.filter((passage) => passage.line <= line).pop() || list[0];
    const element = at ? at.own[0] : document.querySelector("h1");
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.classList.add("rolebook-changed");
    setTimeout(() => element.classList.remove("rolebook-changed"), 1200);
    element.setAttribute("tabindex", "-1");
    element.addEventListener("blur", () => element.removeAttribute("tabindex"), { once: true });
    element.focus({ preventScroll: true });
  }

  // The page was opened to show a finding.
  addEventListener("load", () => {
    const line = sessionStorage.getItem("rolebook:line");
    sessionStorage.removeItem("rolebook:line");
    if (line) reveal(Number(line));
  });

  // On the page that lists all findings, a link leads to the passage too.
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.matches("a.rolebook-go")) sessionStorage.setItem("rolebook:line", target.getAttribute("data-line"));
  });

  globalThis.rolebook.goTo = goTo;

  // Messages start in lower case and have no full stop, which suits a terminal but not a page.
  function sentence(text) {
    return text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel && panel.contains(document.activeElement)) {
      panel.open = false;
      panel.querySelector("summary").focus();
    }
  });
})();
