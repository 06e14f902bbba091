// Shows a preview of a link's target: on hover, on focus, and on the first tap in body text, where
// a second tap follows the link.
//
// The text is in a small file, together with that of a few other pages. The page's URL determines
// the file. In a folder opened in a browser, where nothing can be fetched, the file is a script
// that passes on the same data.
(() => {
  const { home, extension, open } = document.currentScript.dataset;
  const base = new URL(".", new URL(home, document.baseURI));
  const known = new Map();
  const awaited = new Map();
  const running = ".prose a[href]:not(.anchor, .external, .footnote-back, .stair-facts a)";
  /** Generated pages without a preview, because the text of the link already says what they are. */
  const made = /^(compare|hiring|assess|backlinks|print)\//;
  const typed = "main a.link:is(.role, .competency, .strategy, .path)";

  /** Returns the name of a link's preview, or null if the target isn't another handbook page. */
  const key = (link) => {
    // Links in SVG drawings are not HTMLAnchorElements.
    if (!(link instanceof HTMLAnchorElement)) return null;
    const path = link.pathname;
    if (link.origin !== location.origin || !path.startsWith(base.pathname) || path === location.pathname) return null;
    const page = path.slice(base.pathname.length);
    if (made.test(page)) return null;
    if (extension === "json" ? page !== "" && !page.endsWith("/") : !page.endsWith(".html")) return null;
    const name = page.replace(/(\/|\.html)$/, "") || "index";
    return link.matches(".term") ? [name + link.hash, ""] : [name, link.hash];
  };
  /** Returns the path of a preview's file: FNV-1a of the name, folded to one of 1,024 files. */
  const address = (key) => {
    let hash = 0x811c9dc5;
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return `glimpse/${(hash ^ hash >>> 16) & 1023}.${extension}`;
  };

  globalThis.rolebookGlimpse = (name, data) => awaited.get(name)?.(data);
  const load = (name) => new Promise((done) => {
    if (extension === "json") {
      fetch(new URL(name, base)).then((answer) => (answer.ok ? answer.json() : null)).then(done, () => done(null));
      return;
    }
    const script = document.createElement("script");
    awaited.set(name, done);
    script.addEventListener("error", () => done(null));
    script.src = new URL(name, base).href;
    document.head.append(script);
  });
  /** Returns the preview of a page, or of the level or decision that a link to the page points to. */
  const glimpse = async (link) => {
    const [key, hash] = link;
    const name = address(key);
    if (!known.has(name)) known.set(name, load(name));
    const file = await known.get(name);
    const found = [key + hash, key].find((key) => file && Object.hasOwn(file, key));
    return found === undefined ? null : file[found];
  };

  const box = document.createElement("div");
  box.id = "glimpse";
  box.className = "glimpse";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  let shown = null;
  let timer = 0;

  const hide = () => {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  };
  const line = (name, text) => {
    const made = document.createElement("p");
    made.className = name;
    made.textContent = text;
    return made;
  };
  const show = async (link, tapped) => {
    const name = key(link);
    const data = name !== null && await glimpse(name);
    if (!data || (!tapped && wanted !== link)) return data;
    hide();
    shown = link;
    box.replaceChildren(line("glimpse-title", data.title), line("glimpse-text", data.text));
    if (data.label) box.prepend(line(`glimpse-kind ${data.kind}`, data.label));
    if (tapped) {
      const follow = document.createElement("a");
      follow.href = link.href;
      follow.className = "glimpse-open";
      follow.textContent = open;
      box.append(follow);
    }
    box.classList.toggle("sheet", tapped);
    if (!box.isConnected) document.body.append(box);
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    if (tapped) {
      box.style.removeProperty("left");
      box.style.removeProperty("top");
    } else {
      place(link);
    }
    return data;
  };
  const place = (link) => {
    const lines = [...link.getClientRects()];
    const at = lines.find((rect) => pointer >= rect.top && pointer <= rect.bottom) ?? lines[0];
    const above = at.bottom + box.offsetHeight + 16 > innerHeight && at.top > box.offsetHeight + 16;
    const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8));
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(above ? at.top - box.offsetHeight - 6 : at.bottom + 6) + scrollY}px`;
  };

  let wanted = null;
  let pointer = 0;
  const later = (wait, action) => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
  const linkAt = (target) => (target instanceof Element ? target.closest(`${running}, ${typed}`) : null);

  const enter = (link, y) => {
    pointer = y;
    wanted = link;
    if (link === shown) clearTimeout(timer);
    else later(250, () => show(link, false));
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = linkAt(event.target);
    if (link) {
      enter(link, event.clientY);
    } else if (box.contains(event.target)) {
      clearTimeout(timer);
    } else if (wanted !== document.activeElement) {
      wanted = null;
      later(shown ? 250 : 0, hide);
    }
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event.target);
    if (!link?.matches(":focus-visible")) return;
    pointer = -1;
    wanted = link;
    later(250, () => show(link, false));
  });
  document.addEventListener("focusout", () => {
    wanted = null;
    if (!box.classList.contains("sheet")) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) hide();
  });

  let touched = false;
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    if (touched && shown && !box.contains(event.target) && linkAt(event.target) !== shown) hide();
  });
  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element ? event.target.closest(running) : null;
    if (!touched || !link || link === shown || event.defaultPrevented || key(link) === null) return;
    event.preventDefault();
    if (!await show(link, true)) location.assign(link.href);
  });
  addEventListener("pagehide", hide);

  // This script is loaded when the reader first moves, so the pointer or the focus may already be
  // on a link.
  const under = linkAt([...document.querySelectorAll("a:hover")].at(-1)) ?? linkAt(document.querySelector("a:focus-visible"));
  if (under && matchMedia("(hover: hover)").matches) enter(under, -1);
})();
