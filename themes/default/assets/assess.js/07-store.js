// Stores a text in this browser, and reports when that isn't possible.
//
// Input: a key and a text. Output: nothing, or the fault: `full` or `blocked`. Never throws an
// error or sends anything.
(() => {
  const fault = (error) => (error?.name === "QuotaExceededError" || error?.name === "NS_ERROR_DOM_QUOTA_REACHED" ? "full" : "blocked");

  /**
   * Creates the store of a handbook. Sets unreadable text aside under the key plus `:unreadable`.
   */
  function store(key) {
    const aside = `${key}:unreadable`;
    const scope = `${key}:scope`;
    const attempt = (work) => {
      try { return { value: work(), fault: null }; } catch (error) { return { value: null, fault: fault(error) }; }
    };
    return {
      key,
      read: () => attempt(() => localStorage.getItem(key)),
      save: (text) => attempt(() => localStorage.setItem(key, text)).fault,
      setAside: (text) => attempt(() => localStorage.setItem(aside, text)).fault,
      readAside: () => attempt(() => localStorage.getItem(aside)).value,
      // Whether the reader answers everything or only what is key for the role.
      readScope: () => attempt(() => localStorage.getItem(scope)).value,
      saveScope: (text) => attempt(() => localStorage.setItem(scope, text)).fault,
      clear: () => attempt(() => { for (const one of [key, aside, scope]) localStorage.removeItem(one); }).fault,
    };
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { store });
})();
