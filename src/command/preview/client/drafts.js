// Keeps text that isn't saved yet in the browser's storage, so that it survives a crash of the tab,
// a reload and the end of the preview. Offers it again on the page that it was typed on.
(() => {
  const { post, make, say, corner, passages } = globalThis.rolebook;
  if (top !== self) return;
  const meta = document.querySelector('meta[name="rolebook-token"]');
  const PREFIX = "rolebook:draft:" + (meta ? meta.dataset.book : "") + ":";
  let audience = null;
  // Until the preview has said for whom it shows the page, no text is offered.
  let isAudienceKnown = false;
  let boxes = [];
  let offers = 0;
  let hasFailed = false;

  /**
   * Begins to keep the text that replaces `before` in the chapter `path`. `key` continues with a
   * text that was kept earlier.
   */
  function begin(path, before, key = null) {
    // Each editor has its own key, because two tabs may change the same passage.
    const own = key || PREFIX + path + ":" + Math.random().toString(36).slice(2);
    /** @type {(value: any) => void} */
    let release = () => {};
    // The lock tells other tabs, and this page, that someone is still writing this text.
    navigator.locks?.request(own, () => new Promise((wake) => { release = wake; }));
    watched.add(own);
    return {
      keep(text) {
        if (text === before) return drop(own);
        const value = { path, before, text, audience, at: Date.now(), page: location.pathname, title: title() };
        try {
          localStorage.setItem(own, JSON.stringify(value));
        } catch {
          if (!hasFailed) say("Your browser has no room to keep unsaved text: save before you leave this page.");
          hasFailed = true;
        }
      },
      drop: () => drop(own),
      end: () => {
        release(null);
        watched.delete(own);
      },
    };
  }

  function title() {
    const heading = document.querySelector("h1");
    return heading ? heading.textContent.trim() : document.title;
  }

  function drop(key) {
    try { localStorage.removeItem(key); } catch { /* Nothing was kept. */ }
  }

  /** Returns the texts that nobody is writing now, the oldest first. */
  async function waiting() {
    const held = new Set();
    if (navigator.locks) for (const lock of (await navigator.locks.query()).held ?? []) held.add(lock.name);
    const found = [];
    try {
      for (let n = 0; n < localStorage.length; n += 1) {
        const key = localStorage.key(n);
        if (!key.startsWith(PREFIX)) continue;
        if (held.has(key)) {
          watch(key);
          continue;
        }
        const value = JSON.parse(localStorage.getItem(key));
        // A text may be meant for fewer people than the page that is shown now.
        if (value.audience === audience) found.push({ key, ...value });
      }
    } catch { /* Without storage, nothing was kept. */ }
    return found.sort((a, b) => a.at - b.at);
  }

  // Offers a text as soon as the tab that writes it is closed or has crashed. A tab that is reloaded
  // keeps its lock for a moment.
  const watched = new Set();
  function watch(key) {
    if (watched.has(key)) return;
    watched.add(key);
    navigator.locks.request(key, () => watched.delete(key)).then(offer);
  }

  const others = make("button", { type: "button", class: "rolebook-button", hidden: true, on: { click: list } });

  /** Shows the unsaved texts of this page, and the number of those elsewhere. */
  async function offer() {
    if (!isAudienceKnown) return;
    const turn = ++offers;
    const shown = await passages.current();
    const found = await waiting();
    // The page may have changed meanwhile, and a later call knows its passages.
    if (turn !== offers) return;
    const here = found.filter((draft) => shown && draft.path === shown.path);
    for (const box of boxes) box.remove();
    boxes = here.map((draft) => {
      const passage = shown.list.find((one) => one.text === draft.before);
      const box = ask(draft, passage);
      const holder = passages.chapter();
      if (passage) passage.own[passage.own.length - 1].after(box);
      else holder.prepend(box);
      return box;
    });
    const elsewhere = found.length - here.length;
    others.textContent = elsewhere === 1 ? "1 unsaved text" : elsewhere + " unsaved texts";
    others.hidden = elsewhere === 0;
    if (!others.isConnected) corner(40, others);
  }

  function ask(draft, passage) {
    const go = press("Continue writing", () => resume(draft, passage), "rolebook-save");
    const text = passage ? "You have unsaved text for this passage, from " : "You have unsaved text for a passage that has changed since, from ";
    return make("section", { class: "rolebook-unsaved", "aria-label": "Unsaved text", "data-rolebook": true },
      make("p", { text: text + when(draft.at) + "." }), make("pre", { tabindex: "0", "aria-label": "Unsaved text", text: draft.text }),
      make("div", { class: "rolebook-foot" }, go, press("Copy", () => copy(draft.text)), press("Discard", () => discard(draft))));
  }

  async function resume(draft, passage) {
    const { edit } = globalThis.rolebook;
    if (passage) return edit(passage.number, draft, null);
    // The preview finds the passage that is in its place now, and shows both texts.
    const { value } = await post("edit/draft", { path: draft.path, hash: "", passage: 0, before: draft.before, text: draft.text });
    if (value.passage === null || value.passage === undefined) return say("The passage is gone. Copy your text to where it belongs.");
    return edit(value.passage, draft, value);
  }

  function discard(draft) {
    drop(draft.key);
    offer();
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      say("Select the text and copy it with your keyboard.");
    }
  }

  /** Lists the unsaved texts of other pages. */
  async function list() {
    const shown = await passages.current();
    const found = (await waiting()).filter((draft) => !shown || draft.path !== shown.path);
    const close = press("Close", () => dialog.close());
    const items = found.map((draft) => {
      const remove = press("Discard", () => { drop(draft.key); item.remove(); offer(); });
      const item = make("li", {}, make("p", {}, make("a", { href: draft.page, text: draft.title }), " ", make("small", { text: draft.path + ", " + when(draft.at) })),
        make("pre", { tabindex: "0", "aria-label": "Unsaved text of " + draft.title, text: draft.text }),
        make("div", { class: "rolebook-foot" }, press("Copy", () => copy(draft.text)), remove));
      return item;
    });
    const dialog = make("dialog", { class: "rolebook-dialog rolebook-wide", "aria-label": "Unsaved text", "data-rolebook": true, on: { close: () => dialog.remove() } },
      make("h2", { text: "Unsaved text" }), make("p", { text: "Open a page to continue writing there." }), make("ol", { class: "rolebook-changes" }, ...items), make("div", { class: "rolebook-foot" }, close));
    document.body.append(dialog);
    dialog.showModal();
  }

  function press(text, click, name = "") {
    return make("button", { type: "button", class: "rolebook-button " + name, text, on: { click } });
  }

  function when(at) {
    const day = new Date(at);
    const isToday = day.toDateString() === new Date().toDateString();
    return isToday ? day.toLocaleTimeString([], { timeStyle: "short" }) : day.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }

  document.addEventListener("rolebook:audiences", ({ detail }) => {
    audience = detail.shown;
    isAudienceKnown = true;
    offer();
  });
  document.addEventListener("rolebook:updated", offer);

  globalThis.rolebook.drafts = { begin, offer };
})();
