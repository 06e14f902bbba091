// Keeps the open page up to date while its chapter is edited. Patches only what has changed, so the
// reader keeps their place and whatever they have opened.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** The time to wait for the worker's first message, in milliseconds. */
  const PATIENCE = 2000;
  let stream = null;
  let shown = buildOf(document);
  let newest = shown;
  let scripts = null;
  let busy = false;

  // Returns the ID of the build that made a page. Unlike a build number, it is unique across runs.
  function buildOf(page) {
    return page.querySelector('meta[name="rolebook-build"]')?.content ?? "";
  }

  // All pages share the connection of one worker. Without workers, each page has its own connection,
  // and browsers allow six per host.
  function listen() {
    if (stream || document.hidden) return;
    stream = globalThis.SharedWorker ? join() : connect();
  }

  function join() {
    const { port } = new SharedWorker("/_rolebook/listen.js", "rolebook");
    let isHeard = false;
    port.onmessage = ({ data: { name, data } }) => {
      isHeard = true;
      take(name, data);
    };
    port.postMessage("join");
    const own = { close: () => port.postMessage("leave") };
    // A worker that ends with the page before this one may never answer.
    setTimeout(() => {
      if (isHeard || stream !== own) return;
      leave();
      stream = connect();
    }, PATIENCE);
    return own;
  }

  function connect() {
    const source = new EventSource("/_rolebook/events");
    for (const name of ["hello", "build", "findings", "audiences"]) source.addEventListener(name, (event) => take(name, event.data));
    // The browser reconnects after a lost connection, but not after an error response. The preview
    // may only be busy, so try again.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(listenAgain, 2000);
    });
    return source;
  }

  function take(name, data) {
    if (name === "findings") find();
    else if (name === "audiences") tell(name, JSON.parse(data));
    else arrived(JSON.parse(data));
  }

  // The findings of this page. The event only says that there are new ones.
  async function find() {
    try {
      const answer = await fetch("/_rolebook/found?page=" + encodeURIComponent(location.pathname), { cache: "no-store" });
      if (answer.ok) tell("findings", await answer.json());
    } catch { /* The preview was stopped. */ }
  }

  function leave() {
    if (stream) stream.close();
    stream = null;
  }

  function listenAgain() {
    leave();
    listen();
  }

  // A hidden page doesn't listen, and catches up when it is shown again.
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);

  function arrived(event) {
    // Running scripts can't be replaced.
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
      // A deleted chapter or a page that can't be rendered needs a reload.
      if (!answer.ok) {
        const event = new CustomEvent("rolebook:gone", { cancelable: true });
        if (document.dispatchEvent(event)) location.reload();
        return;
      }
      if (answer.redirected) follow(answer.url);
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown = buildOf(next);
      patch(next);
    } catch {
      // The preview was stopped. When it runs again, the stream reconnects and reports a build.
      shown = newest;
    } finally {
      busy = false;
    }
    if (shown !== newest) update();
  }

  // After a rename, the page has a new URL and its own events.
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
    tell("updated", { build: shown });
  }

  // Notifies the preview's other scripts.
  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent("rolebook:" + name, { detail }));
  }

  // Returns the first visible block, which has to stay where it is on the screen.
  function firstVisible() {
    // At its beginning, the page stays where it is by itself.
    if (scrollY === 0) return null;
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

  // Gives `from` the children of `to`. Unchanged children remain the same nodes, with their focus,
  // selection and state.
  function morph(from, to, changed) {
    copyAttributes(from, to);
    const old = [...from.childNodes].filter((node) => !own(node));
    const wanted = [...to.childNodes];
    const partners = align(old, wanted);
    const kept = new Set(partners);
    for (const node of old) if (!kept.has(node)) node.remove();
    let at = null;
    for (let n = wanted.length - 1; n >= 0; n -= 1) {
      const node = wanted[n];
      const partner = partners[n];
      if (partner) {
        patchNode(partner, node, changed);
        at = partner;
        continue;
      }
      const copy = document.importNode(node, true);
      from.insertBefore(copy, at ?? firstOwnAtEnd(from));
      at = copy;
      if (copy.nodeType === 1) changed.push(copy);
      else if (copy.nodeValue.trim()) changed.push(from);
    }
  }

  // Elements added by scripts (the preview's own, and the theme's copy buttons) aren't in the HTML
  // from the server.
  const made = "[data-rolebook], button.copy";
  const own = (node) => node.nodeType === 1 && node.matches(made);

  function firstOwnAtEnd(parent) {
    let at = null;
    for (let node = parent.lastChild; node && own(node); node = node.previousSibling) at = node;
    return at;
  }

  // Finds the existing node for each wanted node: first the longest common sequence of equal nodes,
  // then pairs of the same kind between them.
  function align(old, wanted) {
    const partners = new Array(wanted.length).fill(null);
    let start = 0;
    while (start < old.length && start < wanted.length && isSame(old[start], wanted[start])) {
      partners[start] = old[start];
      start += 1;
    }
    let end = 0;
    while (end < old.length - start && end < wanted.length - start && isSame(old.at(-1 - end), wanted.at(-1 - end))) {
      partners[wanted.length - 1 - end] = old[old.length - 1 - end];
      end += 1;
    }
    const a = { from: start, to: old.length - end };
    const b = { from: start, to: wanted.length - end };
    for (const [i, j] of longest(old.slice(a.from, a.to).map(key), wanted.slice(b.from, b.to).map(key))) {
      pairKinds(old, wanted, partners, a.from, start + i, b.from, start + j);
      partners[start + j] = old[start + i];
      a.from = start + i + 1;
      b.from = start + j + 1;
    }
    pairKinds(old, wanted, partners, a.from, a.to, b.from, b.to);
    return partners;
  }

  // Says the same as equal keys, without writing out whole elements.
  function isSame(a, b) {
    if (a.nodeType !== 1 || b.nodeType !== 1) return a.nodeType !== 1 && b.nodeType !== 1 && a.nodeValue === b.nodeValue;
    return a.id || b.id ? a.nodeName === b.nodeName && a.id === b.id : a.isEqualNode(b);
  }

  const key = (node) => (node.nodeType !== 1 ? "#" + node.nodeValue : node.id ? node.nodeName + "#" + node.id : node.outerHTML);

  // Returns the longest common subsequence as pairs of indices, or nothing for very long lists.
  function longest(a, b) {
    if (!a.length || !b.length || a.length * b.length > 1_000_000) return [];
    const width = b.length + 1;
    const lengths = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i -= 1) {
      for (let j = b.length - 1; j >= 0; j -= 1) {
        const below = lengths[(i + 1) * width + j];
        const right = lengths[i * width + j + 1];
        lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(below, right);
      }
    }
    const pairs = [];
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i] === b[j]) pairs.push([i++, j++]);
      else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
      else j += 1;
    }
    return pairs;
  }

  // Pairs changed nodes in order. Nodes with form fields or `details` only pair with each other.
  function pairKinds(old, wanted, partners, from, to, wantedFrom, wantedTo) {
    let at = from;
    for (let n = wantedFrom; n < wantedTo; n += 1) {
      for (let look = at; look < to; look += 1) {
        if (!isOfAKind(old[look], wanted[n])) continue;
        partners[n] = old[look];
        at = look + 1;
        break;
      }
    }
  }

  const stateful = "input, textarea, select, details";
  const holdsState = (node) => node.nodeType === 1 && [...node.querySelectorAll(stateful)].some((field) => !field.closest(made));

  function isOfAKind(a, b) {
    return a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "") && holdsState(a) === holdsState(b);
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
      // A script may have shown an element that is hidden for readers without scripts.
      if (name !== "hidden" && from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    for (const { name } of [...from.attributes]) {
      // A script marks where the reader is, but the site says which page this is.
      const isPage = name === "aria-current" && from.getAttribute(name) === "page";
      const kept = !isPage && ["open", "hidden", "title", "style", "aria-label", "aria-current", "aria-expanded"].includes(name);
      if (!kept && !to.hasAttribute(name)) from.removeAttribute(name);
    }
  }

  function mark(changed) {
    const blocks = changed
      .map((element) => element.closest("main :is(p, li, h1, h2, h3, h4, h5, h6, tr, pre, figure, dt, dd, blockquote)") || element)
      .filter((element) => element.closest("main"))
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    for (const block of new Set(blocks)) {
      block.classList.add("rolebook-changed");
      setTimeout(() => block.classList.remove("rolebook-changed"), 1200);
    }
    const first = blocks[0];
    if (!first) return;
    // Don't scroll away from a reader who is typing or has selected text.
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

  document.addEventListener("rolebook:refresh", update);
  listen();
})();
