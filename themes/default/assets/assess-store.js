// Keeps a text in this browser, and says so where that cannot be done.
//
// Input: a key and a text. Output: nothing, or what is wrong: `full` or `blocked`. Never throws, never sends anything.
(() => {
  const fault = (error) => (error?.name === "QuotaExceededError" || error?.name === "NS_ERROR_DOM_QUOTA_REACHED" ? "full" : "blocked");

  /** Makes the place for one handbook; what cannot be read is set aside under the key with `:unreadable`. */
  function store(key) {
    const aside = `${key}:unreadable`;
    const attempt = (work) => {
      try { return { value: work(), fault: null }; } catch (error) { return { value: null, fault: fault(error) }; }
    };
    return {
      key,
      read: () => attempt(() => localStorage.getItem(key)),
      save: (text) => attempt(() => localStorage.setItem(key, text)).fault,
      setAside: (text) => attempt(() => localStorage.setItem(aside, text)).fault,
      readAside: () => attempt(() => localStorage.getItem(aside)).value,
      clear: () => attempt(() => { localStorage.removeItem(key); localStorage.removeItem(aside); }).fault,
    };
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { store });
})();
