// Keeps the open page up to date while its chapter is written: patches what changed, keeps what the reader has open.
(() => {
  const url = "/_rolebook/events?page=" + encodeURIComponent(location.pathname);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let stream = null;
  let shown = null;
  let busy = false;
  let again = false;

  function listen() {
    if (stream || document.hidden) return;
    stream = new EventSource(url);
    stream.addEventListener("hello", (event) => arrived(JSON.parse(event.data).build));
    stream.addEventListener("build", (event) => arrived(JSON.parse(event.data).build));
    stream.addEventListener("findings", (event) => tell("findings", JSON.parse(event.data)));
  }

  // Browsers allow six connections to a host: a page that nobody looks at gives its own back, and catches up by the build's number.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return listen();
    if (stream) stream.close();
    stream = null;
  });

  function arrived(build) {
    const known = shown;
    shown = build;
    if (known !== null && known !== build) update();
  }

  async function update() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      // A chapter that is gone, or a page that cannot be made, is another page.
      if (!answer.ok) return location.reload();
      patch(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The preview was stopped: the stream comes back by itself, and with it the next build.
    } finally {
      busy = false;
    }
    if (again) {
      again = false;
      update();
    }
  }

  function patch(next) {
    const anchor = firstVisible();
    const changed = [];
    document.title = next.title;
    swapStyles(next);
    morph(document.body, next.body, changed);
    keepInPlace(anchor);
    mark(changed);
    tell("updated", null);
  }

  // The preview's other scripts listen for what happens here.
  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent("rolebook:" + name, { detail }));
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

  // What scripts have put into the page (the preview's own, the theme's copy buttons) is not in what the server sends.
  const own = (node) => node.nodeType === 1 && node.matches("[data-rolebook], button.copy");

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
      const kept = ["open", "hidden", "title", "aria-label", "aria-current"].includes(name);
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
    const box = first.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) {
      first.scrollIntoView({ block: "center", behavior: calm.matches ? "instant" : "smooth" });
    }
  }

  listen();
})();
