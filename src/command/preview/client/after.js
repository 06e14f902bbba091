// Takes the author to another page if a change removes the open one, and says there what happened.
(() => {
  const { make, say } = globalThis.rolebook;
  const KEY = "rolebook:after";
  let isExpected = false;

  /** Says whether the author has just asked for something that may remove the open page. */
  function expect(isSo) {
    isExpected = isSo;
  }

  /** Opens a page and says `text` there. With `undo`, the newest change can be undone from there. */
  function go(to, text, undo = false) {
    keep({ to, text, undo });
    location.assign(to);
  }

  /** Waits until the open page is gone, and then opens the nearest page above it. */
  async function leave(text, undo = true) {
    for (let n = 0; n < 40 && (await exists(location.pathname)); n += 1) await new Promise((wake) => setTimeout(wake, 75));
    go(await above(location.pathname), text, undo);
  }

  async function exists(path) {
    try {
      return (await fetch(path, { cache: "no-store" })).ok;
    } catch {
      return false;
    }
  }

  async function above(path) {
    let at = path;
    do at = at.replace(/[^/]*\/?$/, ""); while (at !== "/" && !(await exists(at)));
    return at;
  }

  function keep(value) {
    try { sessionStorage.setItem(KEY, JSON.stringify(value)); } catch { /* The next page says nothing. */ }
  }

  function taken() {
    try {
      const text = sessionStorage.getItem(KEY);
      sessionStorage.removeItem(KEY);
      return JSON.parse(text || "null");
    } catch {
      return null;
    }
  }

  // The chapter of the open page was deleted. If the author didn't do that here, the page that is
  // shown instead says so.
  document.addEventListener("rolebook:gone", (event) => {
    if (isExpected) return event.preventDefault();
    const heading = document.querySelector("h1");
    keep({ to: location.pathname, gone: heading ? heading.textContent.trim() : document.title });
  });

  addEventListener("load", async () => {
    const value = taken();
    if (!value || value.to !== location.pathname) return;
    if (value.gone) {
      const link = make("a", { href: await above(value.to), text: "Go to the section" });
      return say("“" + value.gone + "” was deleted or moved.", { stays: true, action: link });
    }
    const { undo } = globalThis.rolebook;
    const change = value.undo && undo ? await undo.newest() : null;
    const action = change ? make("button", { type: "button", class: "rolebook-button", text: "Undo", on: { click: () => undo.takeBack(change) } }) : null;
    say(value.text, { action });
  });

  globalThis.rolebook.after = { expect, go, leave };
})();
