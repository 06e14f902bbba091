// Opens search with `/`, Ctrl+K or its link, and loads the scripts that aren't needed until the
// reader first moves. What is typed while search loads is passed on to it.
(() => {
  const { later, searchScript: search, ...rest } = document.currentScript.dataset;

  const add = (address) => new Promise((loaded, missing) => {
    const script = document.createElement("script");
    Object.assign(script.dataset, rest);
    Object.assign(script, { src: address, onload: loaded, onerror: missing });
    document.head.append(script);
  });
  let arriving = null;
  const arrive = () => {
    arriving ??= add(search);
    arriving.catch(() => { arriving = null; });
    return arriving;
  };
  const moves = ["pointermove", "pointerdown", "keydown", "scroll"];
  const fetchLater = () => {
    for (const move of moves) removeEventListener(move, fetchLater, true);
    for (const address of later.split(" ")) add(address).catch(() => { /* The page works without it. */ });
    if (search) arrive().catch(() => { /* Tried again when the reader searches. */ });
  };
  for (const move of moves) addEventListener(move, fetchLater, { capture: true, passive: true });

  if (!search) return;
  if (document.querySelector("[data-search]")) arrive();
  /** What has been typed since the reader asked for search, or null if search isn't awaited. */
  let typed = null;
  const find = async () => {
    if (typed !== null) return;
    if (globalThis.rolebookFind) return globalThis.rolebookFind("");
    typed = "";
    try {
      await arrive();
    } catch {
      return location.assign(rest.page);
    }
    if (typed !== null) globalThis.rolebookFind(typed);
    typed = null;
  };

  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!(event.target instanceof Element) || !event.target.closest("a.search")) return;
    event.preventDefault();
    find();
  });
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping;
    if (typed !== null && isPlain && (event.key.length === 1 || event.key === "Escape")) typed = event.key === "Escape" ? null : typed + event.key;
    else if (isChord || isPlain && event.key === "/") find();
    else return;
    event.preventDefault();
  });
})();
