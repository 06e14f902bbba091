// Undoes changes: a button and Ctrl+Z for the newest one, and a list of all that were made since the
// preview was started. Where the same place has changed again, the author decides between three
// texts. Also deletes the open chapter, because that can be undone.
(() => {
  const { get, post, make, say, corner, saved, drafts, after } = globalThis.rolebook;
  if (top !== self) return;
  const KINDS = { text: "Text of", facts: "Properties of", level: "Level in", new: "New chapter", deleted: "Deletion of", renamed: "New name of", name: "Corrected name in", picture: "Picture", undo: "Undo in" };
  // Changes that turned out to have no effect any more.
  const spent = new Set();
  let next = null;
  let again = null;
  let list = null;
  let known = [];

  const undoer = press("Undo", undo);
  const opener = press("Changes", open);
  const remover = press("Delete", remove);
  for (const button of [undoer, opener, remover]) button.hidden = true;
  corner(10, undoer, opener);
  corner(22, remover);

  function press(text, click, name = "") {
    return make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
  }

  /* The newest change */

  async function look() {
    const { ok, value } = await get("edit/changes", { most: 30 });
    if (!ok) return;
    known = value.changes;
    const own = known.filter((change) => !change.earlier);
    const newest = own.find((change) => !change.taken && !spent.has(change.number) && change.what !== "undo");
    next = newest || null;
    // A change that was undone can be redone, until something else is changed.
    again = own[0] && own[0].what === "undo" && !own[0].taken ? own[0] : null;
    undoer.hidden = !next;
    if (next) undoer.title = "Undo: " + lower(name(next)) + " (Ctrl+Z)";
    opener.hidden = value.changes.length === 0;
    const { value: source } = await get("source", { page: location.pathname });
    remover.hidden = !source;
    if (list && list.isConnected) fill(value);
  }

  function undo() {
    if (next) takeBack(next);
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.code !== "KeyZ") return;
    const at = document.activeElement;
    // A text field undoes what was typed in it. In an editor or a form, nothing that was saved is
    // undone by accident.
    const isOwn = at && (at.isContentEditable || at.matches("input, textarea, select, .rolebook-editor *, .rolebook-facts *"));
    if (isOwn || document.querySelector("dialog:modal")) return;
    const change = event.shiftKey ? again : next;
    if (!change) return;
    event.preventDefault();
    takeBack(change);
  });

  function name(change) {
    if (change.what === "settings") return "Handbook settings";
    const root = rootOf(change);
    if (root !== change) return name(root);
    return (KINDS[change.what] || "rolebook " + change.command + ":") + " “" + change.title + "”";
  }

  /** Returns the change that was undone, redone and so on by a change, or the change itself. */
  function rootOf(change) {
    const before = change.what === "undo" && known.find((other) => other.number === change.undoes);
    return before ? rootOf(before) : change;
  }

  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);

  async function takeBack(change, decided = {}) {
    // Without this change, there may be no page.
    const removes = change.files.some((file) => file.kind === "created" && isHere(file));
    after.expect(removes);
    const { ok, value } = await post("edit/undo", { number: change.number, ...decided });
    if (ok && !value.nothing && removes) return after.leave(undone(change));
    after.expect(false);
    if (ok && value.nothing) {
      spent.add(change.number);
      say("There is nothing to undo: the files are already as they were before.");
    } else if (ok) {
      tell(change, value);
    } else if (value.apart) {
      return decide(change, value, decided.choices);
    } else if (value.links) {
      return confirm("Remove “" + change.title + "”?", value.links, "Remove", () => takeBack(change, { ...decided, confirmed: true }));
    } else {
      say(value.error);
    }
    look();
  }

  const isHere = ({ url }) => url !== null && "/" + url === location.pathname;

  function undone(change) {
    return (change.what === "undo" ? "Redone: " : "Undone: ") + lower(name(change)) + ".";
  }

  async function tell(change, value) {
    const text = undone(change);
    if (change.files.some((file) => file.kind === "removed" && !file.picture)) return back(text, value.path);
    // What was undone may be on another page.
    const action = isHere(change) || change.url === null ? null : make("a", { href: "/" + change.url, text: "Show it" });
    if (value.hash && isHere(change)) saved({ path: value.path, hash: value.hash, text });
    else say(text, { action });
  }

  /** Opens the page of a chapter that is there again, or links to it from the list of changes. */
  async function back(text, path) {
    for (let n = 0; n < 40; n += 1) {
      const { value } = await get("edit/page", { path });
      const to = value && value.url !== undefined ? "/" + value.url : null;
      if (to && (to === location.pathname || list?.isConnected)) return say(text, { action: to === location.pathname ? null : make("a", { href: to, text: "Show it" }) });
      if (to) return after.go(to, text);
      await new Promise((wake) => setTimeout(wake, 75));
    }
    say(text);
  }

  /* The list of changes */

  async function open() {
    const { ok, value } = await get("edit/changes", { most: 100 });
    if (!ok) return say(value.error);
    const dialog = ask("Changes");
    list = make("ol", { class: "rolebook-changes" });
    dialog.firstChild.append(list, make("div", { class: "rolebook-foot" }, press("Close", () => dialog.close())));
    fill(value);
    dialog.showModal();
  }

  function ask(title) {
    const dialog = make("dialog", { class: "rolebook-dialog rolebook-wide", "aria-label": title, "data-rolebook": true, on: { close: () => dialog.remove() } },
      make("div", {}, make("h2", { text: title })));
    document.body.append(dialog);
    return dialog;
  }

  function fill({ changes, audiences }) {
    const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const own = changes.filter((change) => !change.earlier);
    const earlier = changes.filter((change) => change.earlier);
    known = changes;
    // An undo is shown at the change that it undoes.
    const rows = (all) => all.filter((change) => rootOf(change) === change).map(item);
    const items = rows(own);
    if (!own.length) items.push(make("li", { text: "Nothing has been changed since the preview was started." }));
    if (earlier.length) items.push(make("li", { class: "rolebook-before", text: "Before this preview was started" }), ...rows(earlier));
    if (audiences) items.push(make("li", { class: "rolebook-before", text: "Changes of text for another audience are listed when you view the handbook as that audience." }));
    list.replaceChildren(...items);
    for (const one of list.querySelectorAll("details")) one.open = open.has(one.dataset.key);
  }

  function item(change) {
    const time = new Date(change.at);
    const what = make("span", { class: "rolebook-what" }, make("strong", { text: name(change) }), " ", make("time", { datetime: time.toISOString(), text: time.toLocaleTimeString([], { timeStyle: "short" }) }));
    // Of a change that is undone, the undo that still applies can be undone.
    const undo = change.taken ? known.find((other) => !other.taken && other.what === "undo" && rootOf(other) === change) : null;
    const button = press(change.taken ? "Redo" : "Undo", () => takeBack(undo || change));
    button.setAttribute("aria-label", button.textContent + ": " + lower(name(change)));
    const state = make("span", { class: "rolebook-foot" }, change.taken ? make("em", { text: "Undone" }) : null, change.taken && !undo ? null : button);
    const files = change.files.flatMap((file) => places(file, change.files.length > 1));
    const more = make("details", { "data-key": String(change.number) }, make("summary", { text: "What changed" }), ...files);
    if (change.late) more.append(make("p", { text: "An editor saved another text at the same moment. It is kept in .rolebook/journal." }));
    return make("li", { class: change.taken ? "rolebook-taken" : "" }, make("div", { class: "rolebook-change" }, what, state), more);
  }

  function places(file, isNamed) {
    const head = isNamed ? [make("p", { class: "rolebook-file", text: file.title })] : [];
    if (file.kind === "moved") return [...head, make("p", { text: "From " + file.places[0].from + " to " + file.path + "." })];
    if (file.picture) return [...head, make("p", { text: file.path + ", a picture of " + Math.ceil(file.picture / 1024) + " KB." })];
    const parts = file.places.map((place) => make("div", { class: "rolebook-place" },
      make("p", { class: "rolebook-line", text: file.path + ", line " + place.line }),
      place.was ? make("pre", { class: "rolebook-was", tabindex: "0", "aria-label": "Before", text: place.was }) : null,
      place.made ? make("pre", { class: "rolebook-made", tabindex: "0", "aria-label": "After", text: place.made }) : null));
    if (!parts.length) parts.push(make("p", { text: "A part of this text is for another audience, so it isn't shown here." }));
    return [...head, ...parts];
  }

  /* Decisions */

  /** Shows three texts for each place that has changed again since. `before` are earlier choices. */
  function decide(change, { error, apart, state }, before = []) {
    const dialog = ask("Undo: " + lower(name(change)));
    const kept = [];
    const fields = apart.map((place, n) => {
      const field = choice(place, n, before[n]);
      kept.push(field.kept);
      return field;
    });
    const finish = () => { for (const one of kept) { one.drop(); one.end(); } };
    const go = async () => {
      const choices = fields.map((field) => field.value());
      finish();
      dialog.close();
      await takeBack(change, { choices, state, confirmed: true });
    };
    dialog.addEventListener("close", () => kept.forEach((one) => one.end()));
    dialog.firstChild.append(make("p", { told: error }), ...fields.map((field) => field.box),
      make("div", { class: "rolebook-foot" }, press("Save these texts", go, "rolebook-save"), press("Leave everything as it is", () => { finish(); dialog.close(); })));
    dialog.showModal();
  }

  function choice(place, n, before) {
    let isNone = before === null || (before === undefined && place.now === null);
    const id = "rolebook-choice-" + n;
    const kept = drafts.begin(place.path, place.now ?? "");
    const area = make("textarea", { id, class: "rolebook-text", rows: "6" });
    area.value = before ?? place.now ?? "";
    const show = (text) => {
      isNone = text === null;
      area.disabled = isNone;
      area.value = text ?? "";
    };
    show(isNone ? null : area.value);
    area.addEventListener("input", () => kept.keep(area.value));
    const version = (label, text, use) => make("div", { class: "rolebook-version" }, make("p", { class: "rolebook-line", text: label }),
      text === null ? make("p", { text: "No chapter." }) : make("pre", { tabindex: "0", "aria-label": label, text: text.replace(/\n$/, "") || " " }),
      use ? press(use, () => show(text)) : null);
    const box = make("section", { class: "rolebook-three", "aria-label": place.title },
      make("h3", { text: place.title + ", line " + place.line }),
      version("Before this change", place.was, place.was === null ? "No chapter, as before" : "Use this text"),
      version("After this change", place.made, null),
      version("Now", place.now, place.now === null ? "Leave it deleted" : "Keep this text"),
      make("label", { for: id, text: "Text to save" }), area);
    return { box, kept, value: () => (isNone ? null : area.value) };
  }

  /** Asks before something is removed, and says what links to it. */
  function confirm(title, links, action, then) {
    const dialog = ask(title);
    const items = links.map((link) => make("li", {}, make("a", { href: "/" + link.url, text: link.title })));
    const some = links.length === 1 ? "1 chapter links to it, and that link will break:" : links.length + " chapters link to it, and those links will break:";
    dialog.firstChild.append(make("p", { text: links.length ? some : "No other chapter links to it." }), make("ul", { class: "rolebook-links", tabindex: "0", "aria-label": "Links that will break" }, ...items),
      make("p", { text: "You can undo this." }),
      make("div", { class: "rolebook-foot" }, press(action, () => { dialog.close(); then(); }, "rolebook-danger"), press("Cancel", () => dialog.close())));
    dialog.showModal();
  }

  async function remove() {
    const { ok, value } = await post("edit/delete", { page: location.pathname });
    if (!ok) return say(value.error);
    confirm("Delete “" + value.title + "”?", value.links, "Delete", async () => {
      after.expect(true);
      const { ok, value: done } = await post("edit/delete", { page: location.pathname, confirmed: true });
      if (ok) return after.leave("Deleted “" + done.title + "”.");
      after.expect(false);
      say(done.error);
    });
  }

  // For a message about the newest change, on the page that it led to.
  globalThis.rolebook.undo = { newest: async () => { await look(); return next; }, takeBack };
  document.addEventListener("rolebook:updated", look);
  document.addEventListener("rolebook:audiences", look);
  look();
})();
