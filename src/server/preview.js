// Keeps the open page up to date while its chapter is written: patches what changed, keeps what the reader has open, shows findings.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let stream = null;
  let shown = buildOf(document);
  let newest = shown;
  let scripts = null;
  let busy = false;

  // The build that a page was made by: unlike its number of today, no other run of the preview has the same.
  function buildOf(page) {
    return page.querySelector('meta[name="rolebook-build"]')?.content ?? "";
  }

  function listen() {
    if (stream || document.hidden) return;
    stream = new EventSource("/_rolebook/events?page=" + encodeURIComponent(location.pathname));
    stream.addEventListener("hello", (event) => arrived(JSON.parse(event.data)));
    stream.addEventListener("build", (event) => arrived(JSON.parse(event.data)));
    stream.addEventListener("findings", (event) => showFindings(JSON.parse(event.data)));
    // A refusal ends a stream for good, where a lost connection does not: the preview may only just have too much to do.
    stream.addEventListener("error", () => {
      if (stream && stream.readyState === EventSource.CLOSED) setTimeout(listenAgain, 2000);
    });
  }

  function leave() {
    if (stream) stream.close();
    stream = null;
  }

  function listenAgain() {
    leave();
    listen();
  }

  // Browsers allow six connections to a host: a page that nobody looks at gives its own back, and catches up by the build when it is shown.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);

  function arrived(event) {
    // Scripts that run cannot be exchanged.
    if (scripts !== null && scripts !== event.scripts) return location.reload();
    scripts = event.scripts;
    newest = event.build;
    if (newest !== shown) update();
  }

  async function update() {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      // A chapter that is gone, or a page that cannot be made, is another page.
      if (!answer.ok) return location.reload();
      if (answer.redirected) follow(answer.url);
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown = buildOf(next);
      patch(next);
    } catch {
      // The preview was stopped: the stream comes back by itself, and with it the next build.
      shown = newest;
    } finally {
      busy = false;
    }
    if (shown !== newest) update();
  }

  // The chapter was renamed: its page has another address, and events of its own.
  function follow(url) {
    history.replaceState(history.state, "", url + location.hash);
    listenAgain();
  }

  function patch(next) {
    const anchor = firstVisible();
    const changed = [];
    document.title = next.title;
    swapStyles(next);
    morph(document.body, next.body, changed);
    keepInPlace(anchor);
    mark(changed);
  }

  // The block that the reader sees first stays where it is.
  function firstVisible() {
    for (const element of document.querySelectorAll("main :is(h1, h2, h3, p, li, table, figure, dl, blockquote)")) {
      const top = element.getBoundingClientRect().top;
      if (top >= 0) return { element, top };
    }
    return null;
  }

  function keepInPlace(anchor) {
    if (!anchor || !anchor.element.isConnected) return;
    const moved = anchor.element.getBoundingClientRect().top - anchor.top;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }

  function swapStyles(next) {
    const links = (page) => [...page.querySelectorAll("head link[rel=stylesheet]")];
    const old = links(document);
    links(next).forEach((link, n) => {
      const before = old[n];
      if (before && before.getAttribute("href") === link.getAttribute("href")) return;
      const copy = document.importNode(link, true);
      if (!before) return document.head.append(copy);
      copy.addEventListener("load", () => before.remove());
      before.after(copy);
    });
  }

  // Makes the children of `from` those of `to`: what is the same stays the same node, with its focus, selection and state.
  function morph(from, to, changed) {
    copyAttributes(from, to);
    const wanted = [...to.childNodes];
    let at = from.firstChild;
    for (const node of wanted) {
      const match = at && pairs(at, node) ? at : find(at, node);
      if (!match) {
        const copy = document.importNode(node, true);
        from.insertBefore(copy, at);
        if (copy.nodeType === 1) changed.push(copy);
        else if (copy.nodeValue.trim()) changed.push(from);
        continue;
      }
      while (at && at !== match) at = removed(at);
      at = match.nextSibling;
      patchNode(match, node, changed);
    }
    while (at) at = removed(at);
  }

  function removed(node) {
    const next = node.nextSibling;
    if (!own(node)) node.remove();
    return next;
  }

  // What scripts have put into the page (the preview's corner, the theme's copy buttons) is not in what the server sends.
  const made = '[class^="rolebook-"]:not(.rolebook-changed), button.copy';
  const own = (node) => node.nodeType === 1 && node.matches(made);

  function pairs(a, b) {
    if (own(a) || a.nodeType !== b.nodeType || a.nodeName !== b.nodeName) return false;
    if (a.nodeType !== 1) return true;
    return a.id === b.id;
  }

  // Looks a little ahead, so that a new paragraph does not make all that follow look changed.
  function find(at, node) {
    let look = at;
    for (let n = 0; look && n < 40; n += 1, look = look.nextSibling) {
      if (!pairs(look, node)) continue;
      if (node.nodeType !== 1 ? look.nodeValue === node.nodeValue : node.id || look.isEqualNode(node)) return look;
    }
    return at && pairs(at, node) ? at : null;
  }

  function patchNode(old, node, changed) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== node.nodeValue) {
        old.nodeValue = node.nodeValue;
        if (node.nodeValue.trim()) changed.push(old.parentElement);
      }
      return;
    }
    if (old.isEqualNode(node) || old === document.activeElement && "value" in old) return;
    const open = old.nodeName === "DETAILS" ? old.open : null;
    morph(old, node, changed);
    if (open !== null) old.open = open;
  }

  function copyAttributes(from, to) {
    for (const { name, value } of to.attributes) {
      // A script may have shown what the page hides for those without scripts.
      if (name !== "hidden" && from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    for (const { name } of [...from.attributes]) {
      const kept = ["open", "hidden", "title", "style", "aria-label", "aria-current", "aria-expanded"].includes(name);
      if (!kept && !to.hasAttribute(name)) from.removeAttribute(name);
    }
  }

  function mark(changed) {
    const blocks = changed
      .map((element) => element.closest("main :is(p, li, h1, h2, h3, h4, h5, h6, tr, pre, figure, dt, dd, blockquote)") || element)
      .filter((element) => element.closest("main"));
    for (const block of new Set(blocks)) {
      block.classList.add("rolebook-changed");
      setTimeout(() => block.classList.remove("rolebook-changed"), 1200);
    }
    const first = blocks[0];
    if (!first) return;
    // Whoever writes in a field or has chosen text is busy there.
    if (isBusy()) return;
    const box = first.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) {
      first.scrollIntoView({ block: "center", behavior: calm.matches ? "instant" : "smooth" });
    }
  }

  function isBusy() {
    const at = document.activeElement;
    const writes = at && (at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.nodeName));
    return writes || !getSelection().isCollapsed;
  }

  // The findings: a small corner that opens a panel, and goes away by itself.
  let panel = null;

  function showFindings({ here, elsewhere, list }) {
    const wasOpen = panel && panel.open;
    if (panel) panel.remove();
    panel = null;
    if (!here.length && !elsewhere) return;
    panel = document.createElement("details");
    panel.className = "rolebook-findings";
    panel.open = Boolean(wasOpen);
    const summary = document.createElement("summary");
    const parts = [];
    if (here.length) parts.push(here.length + " here");
    if (elsewhere) parts.push(elsewhere + " elsewhere");
    summary.textContent = "Findings: " + parts.join(", ");
    if (here.some((finding) => finding.severity === "error")) summary.className = "rolebook-error";
    panel.append(summary);
    const body = document.createElement("div");
    for (const finding of here) {
      const drawing = document.createElement("pre");
      drawing.textContent = finding.drawing;
      body.append(drawing);
    }
    for (const finding of list) {
      const line = document.createElement("p");
      const link = document.createElement(finding.url === null ? "span" : "a");
      link.textContent = [finding.path, finding.line, finding.column].filter((part) => part !== null).join(":");
      if (finding.url !== null) link.href = "/" + finding.url;
      line.append(link, " " + finding.message);
      body.append(line);
    }
    panel.append(body);
    document.body.append(panel);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel) panel.open = false;
  });

  listen();
})();
