// Shared by the preview's scripts: sends requests to the server and creates elements. Tells the
// author what went wrong, and never fails silently.
(() => {
  const meta = document.querySelector('meta[name="rolebook-token"]');
  let token = meta ? meta.content : null;

  async function get(name, query = {}) {
    return answer(() => fetch("/_rolebook/" + name + "?" + new URLSearchParams(query).toString().replaceAll("+", "%20"), { cache: "no-store" }));
  }

  async function post(name, value) {
    const body = JSON.stringify(value);
    const send = () => fetch("/_rolebook/" + name, { method: "POST", headers: { "Content-Type": "application/json", "Rolebook-Token": token }, body });
    const first = await answer(send);
    // If the preview has been restarted, its pages have a new token.
    if (first.status !== 403 || !(await renewed())) return first;
    return answer(send);
  }

  async function renewed() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href, { cache: "no-store" })).text(), "text/html");
      const fresh = page.querySelector('meta[name="rolebook-token"]');
      if (!fresh || fresh.content === token) return false;
      token = fresh.content;
      return true;
    } catch {
      return false;
    }
  }

  async function answer(send) {
    try {
      const got = await send();
      const text = await got.text();
      const isJson = (got.headers.get("Content-Type") || "").startsWith("application/json");
      const value = isJson ? JSON.parse(text) : { error: text.trim() };
      return { ok: got.ok, status: got.status, value };
    } catch {
      return { ok: false, status: 0, value: { error: "The preview isn't responding. Is it still running? Nothing was changed, and your text is still here." } };
    }
  }

  /** Returns a message as nodes: what is between backticks becomes code. */
  function told(text) {
    return text.split(/`([^`]+)`/).map((part, n) => (n % 2 ? make("code", { text: part }) : part)).filter((part) => part !== "");
  }

  /**
   * Creates an element from attributes, `text`, `told` (a text with code between backticks), event
   * handlers under `on`, and children.
   */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
      else if (name === "text") element.textContent = value;
      else if (name === "told") element.append(...told(value));
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  /** Creates the icon of the buttons that change something. */
  function pencilIcon() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true" })) svg.setAttribute(name, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M2.5 13.5l.7-3L10.5 3.2a1.4 1.4 0 0 1 2 0l.3.3a1.4 1.4 0 0 1 0 2L5.5 12.8zM9.3 4.4l2.3 2.3");
    svg.append(path);
    return svg;
  }

  let note = null;
  let timer = null;
  /**
   * Shows a message for a few seconds, or until the next one if it `stays`. Screen readers announce
   * it. `action` is a button or a link to put after the text. A `weak` message doesn't replace
   * another one.
   */
  function say(text, { stays = false, action = null, weak = false } = {}) {
    if (weak && note && note.textContent) return;
    if (!note) {
      note = make("p", { class: "rolebook-note", role: "status", "data-rolebook": true });
      document.body.append(note);
    }
    note.replaceChildren(...told(text));
    if (action) note.append(" ", action);
    clearTimeout(timer);
    timer = stays ? null : setTimeout(() => { note.replaceChildren(); }, action ? 15000 : 6000);
  }

  let bar = null;
  /** Puts controls into the bar at the end of the window. Those with a lower `order` come first. */
  function corner(order, ...controls) {
    if (!bar) {
      bar = make("aside", { class: "rolebook-corner", "aria-label": "Preview", "data-rolebook": true });
      document.body.append(bar);
    }
    const next = [...bar.children].find((other) => Number(/** @type {HTMLElement} */ (other).dataset.order) > order) ?? null;
    for (const control of controls) {
      control.dataset.order = String(order);
      bar.insertBefore(control, next);
    }
  }

  const canOpen = Boolean(meta && meta.dataset.can.includes("open"));
  const canEdit = Boolean(meta && meta.dataset.can.includes("edit"));
  /** Opens a location in the author's editor. */
  async function open(path, line, column) {
    const { ok, value } = await post("open", { path, line, column });
    say(ok ? "Opened in your editor." : value.error);
  }

  globalThis.rolebook = { get, post, make, told, say, pencilIcon, corner, canOpen, canEdit, open };
})();
