// Says that something is saved only once the page shows it. If a mistake keeps the last good state
// on the screen, says which one and where it is.
(() => {
  const { get, make, say, goTo, canOpen } = globalThis.rolebook;
  // What was saved and isn't shown yet, so that it is still known if the page has to be reloaded.
  const KEY = "rolebook:saving";
  // Findings are looked for once a page has been updated, so a reason can arrive a little later.
  const PATIENCE = 1500;
  // A message that is gone again at once would only flicker, and delay the page.
  const SOON = 250;
  let build = document.querySelector('meta[name="rolebook-build"]')?.content ?? "";
  document.addEventListener("rolebook:updated", ({ detail }) => { if (detail) build = detail.build; });

  /**
   * Waits until the page shows the file `path` with the hash `hash`, and then says `text`. Calls
   * `done` as soon as it is clear whether the page shows it.
   */
  async function saved({ path, hash, text = "Saved." }, done = () => {}) {
    remember({ path, hash, text });
    const slow = setTimeout(() => say("Saving …", { stays: true }), SOON);
    const start = Date.now();
    let told = false;
    // The page is usually updated before it could ask.
    await soon(60);
    for (;;) {
      const { ok, value } = await get("edit/state", { path, hash });
      // Another save replaced this one, which is then the one to wait for.
      if (recalled()?.hash !== hash) {
        clearTimeout(slow);
        return done();
      }
      if (ok && value && value.shown && value.build === build) break;
      const isLate = Date.now() - start > PATIENCE;
      if (ok && value && value.arrived && !value.shown && (value.why || isLate) && !told) {
        told = true;
        clearTimeout(slow);
        notYet(value.why);
        done();
      }
      await soon(told || !ok ? 1000 : 60);
    }
    clearTimeout(slow);
    forget();
    say(text);
    done();
  }

  function notYet(why) {
    if (!why) return say("Saved, not shown yet: this chapter isn't part of the pages that are shown here.", { stays: true });
    const place = [why.path, why.line].filter((part) => part !== null).join(":");
    const text = "Saved, not shown yet because of " + (place || "the handbook") + ": " + why.message + ".";
    const go = make("button", { type: "button", class: "rolebook-button", text: "Go to it", on: { click: () => goTo(why) } });
    say(text, { stays: true, action: why.url === null && !(canOpen && why.source) ? null : go });
  }

  /** Waits for the next update of the page, but no longer than `most` milliseconds. */
  function soon(most) {
    return new Promise((wake) => {
      const done = () => {
        document.removeEventListener("rolebook:updated", done);
        clearTimeout(timer);
        wake(null);
      };
      const timer = setTimeout(done, most);
      document.addEventListener("rolebook:updated", done);
    });
  }

  function remember(value) {
    try { sessionStorage.setItem(KEY, JSON.stringify(value)); } catch { forget(); }
    last = value;
  }

  let last = null;
  function recalled() {
    return last;
  }

  function forget() {
    last = null;
    try { sessionStorage.removeItem(KEY); } catch { /* Nothing was kept. */ }
  }

  try {
    const before = JSON.parse(sessionStorage.getItem(KEY) || "null");
    if (before) saved(before);
  } catch { forget(); }

  globalThis.rolebook.saved = saved;
})();
