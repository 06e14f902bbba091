// Escapes pasted text for Markdown, but only characters that would have a meaning where they are.
// While Markdown is put together, typed characters are replaced by code points that no text
// contains, so that they can be told from marks. They are decided about once their line is known.
(() => {
  const CHARS = "\\*_[]<&~{|!`";
  const FIRST = 0xfdd0;
  const TYPED = /[\ufdd0-\ufddb]/g;

  /** Marks the characters of a text that was typed. */
  function typed(text) {
    return text.replace(/[\ufdd0-\ufdef]/g, "").replace(/[\\*_[\]<&~{|!`]/g, (char) => String.fromCharCode(FIRST + CHARS.indexOf(char)));
  }

  /** Returns text as it was typed. */
  function plain(text) {
    return text.replace(TYPED, (char) => CHARS[char.charCodeAt(0) - FIRST]);
  }

  /** Decides about the typed characters of a text. In the label of a link, brackets have a meaning. */
  function settled(text, { cell = false, label = false } = {}) {
    const bare = plain(text);
    const isMade = (char) => text.includes(char);
    const edge = (at) => /\s/.test(bare[at] || " ");
    const word = (at) => /[\p{L}\p{N}]/u.test(bare[at] || " ");
    // Returns whether a character could begin or end emphasis.
    const acts = (at) => {
      let [from, to] = [at, at];
      while (bare[from - 1] === bare[at]) from -= 1;
      while (bare[to + 1] === bare[at]) to += 1;
      if (edge(from - 1) && edge(to + 1)) return false;
      return bare[at] !== "_" || !(word(from - 1) && word(to + 1));
    };
    const acting = {};
    for (const char of "*_~`") {
      const all = Array.from(bare.split(""), (_, at) => at).filter((at) => bare[at] === char && text[at] !== char && (char === "`" || acts(at)));
      acting[char] = new Set(all.length > 1 || isMade(char) ? all : []);
    }
    const needs = (char, at) => {
      const rest = bare.slice(at);
      const starts = at === 0 || bare[at - 1] === "\n";
      if ("*_~`".includes(char)) return acting[char].has(at) || (starts && "*_".includes(char) && /^([*_])(\s|[\s*_]*$)/m.test(rest));
      if (char === "\\") return rest.length === 1 || /^\\[\n!-/:-@[-`{-~]/.test(rest);
      if (char === "[") return label || /^\[(\[|\^|[^\]]*\]\s?[([:]|[ xX]\](\s|$))/.test(rest);
      if (char === "]") return label;
      if (char === "<") return /^<[a-z/!?]/i.test(rest);
      if (char === "&") return /^&(#\d+|#x[\da-f]+|\w+);/i.test(rest);
      if (char === "{") return rest[1] === "#";
      if (char === "|") return cell;
      return text[at + 1] === "[";
    };
    return text.replace(TYPED, (_, at) => (needs(bare[at], at) ? "\\" : "") + bare[at]);
  }

  /** Escapes the start of lines that would otherwise start another block. */
  function guarded(text) {
    return text.replace(/^(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|:::|=+(?=\s*$)|-+(?=\s*$)|\|?[ :|-]*-[ :|-]*(?=$))/gm, (start) => (start ? "\\" + start : start))
      .replace(/^(\d{1,9})([.)])(?=\s|$)/gm, "$1\\$2");
  }

  globalThis.rolebook.escaping = { typed, plain, settled, guarded };
})();
