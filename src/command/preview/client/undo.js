// Takes changes back: a button and Ctrl+Z for the newest one, and a list of all that were made since
// the preview was started. Where the same place has changed again, the author decides between three
// texts. Also deletes the open chapter, because that can be taken back.
(() => {
  const { get, post, make, say, corner, saved, drafts } = globalThis.rolebook;
  if (top !== self) return;
  const KINDS = { text: "Text", facts: "Facts", settings: "Settings", level: "Level", new: "New chapter", deleted: "Deleted chapter", renamed: "Renamed chapter", name: "Name corrected", picture: "Picture", undo: "Taken back" };
  // Changes that turned out to have no effect any more.
  const spent = new Set();
  let next = null;
  let again = null;
  let list = null;

  const undoer = press("Undo", undo);
  const opener = press("Changes", open);
  const remover = press("Delete", remove);
  for (const button of [undoer, opener, remover]) button.hidden = true;
  corner().append(remover, undoer, opener);

  function press(text, click, name = "") {
    return make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
  }

  /* The newest change */

  async function look() {
    const { ok, value } = await get("edit/changes", { most: 30 });
    if (!ok) return;
    const own = value.changes.filter((change) => !change.earlier);
    const newest = own.find((change) => !change.taken && !spent.has(change.number) && change.what !== "undo");
    next = newest || null;
    // A change that was taken back can be made again, until something else is changed.
    again = own[0] && own[0].what === "undo" && !own[0].taken ? own[0] : null;
    undoer.hidden = !next;
    if (next) undoer.title = "Take back: " + name(next) + " (Ctrl+Z)";
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
    if (at && (at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.nodeName)) || document.querySelector("dialog[open]")) return;
    const change = event.shiftKey ? again : next;
    if (!change) return;
    event.preventDefault();
    takeBack(change);
  });

  function name(change) {
    const kind = KINDS[change.what] || "rolebook " + change.command;
    return kind + ": " + change.title;
  }

  async function takeBack(change, decided = {}) {
    const { ok, value } = await post("edit/undo", { number: change.number, ...decided });
    if (ok && value.nothing) {
      spent.add(change.number);
      say("Nothing to take back: the files are as they were before.");
    } else if (ok) {
      told(change, value);
    } else if (value.apart) {
      return decide(change, value, decided.choices);
    } else if (value.links) {
      return confirm("Remove “" + change.title + "”?", value.links, "Remove it", () => takeBack(change, { ...decided, confirmed: true }));
    } else {
      say(value.error);
    }
    look();
  }

  function told(change, value) {
    const text = change.what === "undo" ? "Made again: " + change.title + "." : "Taken back: " + name(change) + ".";
    // What was taken back may be on another page.
    const isHere = change.url !== null && "/" + change.url === location.pathname;
    const action = isHere || change.url === null ? null : make("a", { href: "/" + change.url, text: "Show it" });
    if (value.hash && isHere) saved({ path: value.path, hash: value.hash, text });
    else say(text, { action });
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
    const items = [...own.map(item)];
    if (!own.length) items.push(make("li", { text: "Nothing has been changed since the preview was started." }));
    if (earlier.length) items.push(make("li", { class: "rolebook-before", text: "Before this preview was started" }), ...earlier.map(item));
    if (audiences) items.push(make("li", { class: "rolebook-before", text: "Changes of text for another audience are listed when you view the handbook as that audience." }));
    list.replaceChildren(...items);
    for (const one of list.querySelectorAll("details")) one.open = open.has(one.dataset.key);
  }

  function item(change) {
    const time = new Date(change.at);
    const what = make("span", { class: "rolebook-what" }, make("strong", { text: name(change) }), " ", make("time", { datetime: time.toISOString(), text: time.toLocaleTimeString([], { timeStyle: "short" }) }));
    const button = press(change.what === "undo" ? "Make it again" : "Take back", () => takeBack(change));
    button.setAttribute("aria-label", button.textContent + ": " + name(change));
    const state = change.taken ? make("em", { text: "taken back" }) : button;
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
    const dialog = ask("Take back: " + name(change));
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
    dialog.firstChild.append(make("p", { text: error }), ...fields.map((field) => field.box),
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
      version("What this change made of it", place.made, null),
      version("Now", place.now, place.now === null ? "Leave it deleted" : "Keep this text"),
      make("label", { for: id, text: "Text to save" }), area);
    return { box, kept, value: () => (isNone ? null : area.value) };
  }

  /** Asks before something is removed, and says what links to it. */
  function confirm(title, links, action, then) {
    const dialog = ask(title);
    const items = links.map((link) => make("li", {}, make("a", { href: "/" + link.url, text: link.title })));
    const some = links.length === 1 ? "1 chapter links to it, and that link will be dead:" : links.length + " chapters link to it, and those links will be dead:";
    dialog.firstChild.append(make("p", { text: links.length ? some : "No other chapter links to it." }), make("ul", { class: "rolebook-links" }, ...items),
      make("p", { text: "It can be taken back." }),
      make("div", { class: "rolebook-foot" }, press(action, () => { dialog.close(); then(); }, "rolebook-save"), press("Cancel", () => dialog.close())));
    dialog.showModal();
  }

  async function remove() {
    const { ok, value } = await post("edit/delete", { page: location.pathname });
    if (!ok) return say(value.error);
    confirm("Delete “" + value.title + "”?", value.links, "Delete it", async () => {
      const { ok, value: done } = await post("edit/delete", { page: location.pathname, confirmed: true });
      if (!ok) return say(done.error);
      say("Deleted: " + done.title + ". Undo brings it back.", { stays: true });
      look();
    });
  }

  document.addEventListener("rolebook:updated", look);
  document.addEventListener("rolebook:audiences", look);
  look();
})();
