// Maps each element of the page to its passage in the chapter's file. Alt+click or Alt+O opens the
// passage in the author's editor.
(() => {
  const { get, canOpen, open } = globalThis.rolebook;
  let known = null;

  /** Returns the element with the chapter's text. */
  function chapter() {
    return document.querySelector("article.chapter > div.prose:not(.opening)");
  }

  /** Returns the title of the chapter's text, if the page shows it apart from the rest. */
  function opening() {
    return [...document.querySelectorAll("article.chapter > div.opening > *")];
  }

  /**
   * Requests the passages of the page. Returns null if the page isn't a chapter or doesn't show the
   * current state of the file.
   */
  function load() {
    known = fetchPassages();
    return known;
  }

  async function fetchPassages() {
    const { ok, value } = await get("source", { page: location.pathname });
    const holder = chapter();
    if (!ok || !value || !holder) return null;
    const elements = [...opening(), ...blocks(holder, holder.querySelector(":scope > [data-moved]"))];
    if (elements.length !== value.elements) return null;
    let next = 0;
    const list = value.passages.map((passage, number) => {
      const own = elements.slice(next, next + passage.elements);
      next += passage.elements;
      return { ...passage, number, own };
    });
    return { path: value.path, hash: value.hash, list, isEmpty: value.empty };
  }

  /**
   * Returns the elements of the chapter's blocks in the order of the file. The page may show some of
   * them earlier (`moved`), in elements of its own, and with its own text in between.
   */
  function blocks(holder, moved) {
    return [...holder.children].flatMap((element) => {
      if (element.matches("[data-rolebook], [data-made], .asking, .footnotes") || element === moved) return [];
      if (element.matches("[data-place]")) return moved ? blocks(moved, null) : [];
      return element.matches("[data-blocks]") ? blocks(element, null) : [element];
    });
  }

  /** Returns the passages that were requested last. */
  function current() {
    return known || load();
  }

  /** Returns the passage that contains a node. */
  function passageOf(passages, node) {
    return passages && passages.list.find((passage) => passage.own.some((element) => element.contains(node)));
  }

  async function openAt(node) {
    const passages = await current();
    const passage = passageOf(passages, node);
    if (passage) open(passages.path, passage.line, passage.column);
  }

  if (canOpen) {
    document.addEventListener("click", (event) => {
      if (!event.altKey || ![chapter(), ...opening()].some((part) => part && part.contains(event.target))) return;
      event.preventDefault();
      openAt(event.target);
    });
    document.addEventListener("keydown", (event) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyO") return;
      event.preventDefault();
      openAt(chosen());
    });
  }

  // Returns the node with the focus or the selection, or else the first visible element.
  function chosen() {
    const holder = chapter();
    if (!holder) return null;
    const selected = getSelection().anchorNode;
    const candidates = [document.activeElement, selected].filter((node) => node && node !== holder && holder.contains(node));
    return candidates[0] || blocks(holder, holder.querySelector(":scope > [data-moved]")).find((element) => element.getBoundingClientRect().bottom > 80) || null;
  }

  document.addEventListener("rolebook:updated", load);
  globalThis.rolebook.passages = { chapter, load, current, passageOf };
})();
