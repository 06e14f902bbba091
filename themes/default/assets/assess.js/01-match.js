// Matches answers to the statements of a changed handbook, and finds gaps to what a role expects.
//
// Input: the current statements, and the answers as they were given. Output: the statement of each
// answer, the answers that match none, and the gaps. Never touches the page or the storage, drops
// an answer, or computes a score.
(() => {
  const LIKE = 0.5;

  /** Normalizes a text: removes differences in case, punctuation and spaces. */
  const plain = (text) => words(text).join(" ");

  /** Splits a text into words, and text in scripts without spaces into characters. */
  function words(text) {
    const sign = "[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}]";
    return text.normalize("NFC").toLowerCase().match(new RegExp(`${sign}|(?:(?!${sign})[\\p{L}\\p{N}])+`, "gu")) ?? [];
  }

  /** Returns how similar the words of two texts are, from 0 (none in common) to 1 (the same). */
  function likeness(a, b) {
    const [left, right] = [telling(a), telling(b)];
    if (!left.size || !right.size) return plain(a) === plain(b) ? 1 : 0;
    const both = [...left].filter((word) => right.has(word)).length;
    return (2 * both) / (left.size + right.size);
  }

  /**
   * Returns the words to compare texts by. Short words say little about the meaning, so they count
   * only if there is nothing else.
   */
  function telling(text) {
    const all = words(text);
    const long = all.filter((word) => word.length > 3);
    return new Set(long.length > 1 ? long : all);
  }

  /**
   * Matches each answer to its statement: by ID, then by equal text, then by similar words at the
   * same level. Each statement gets at most one answer. Returns `found`, a map from statement to
   * `{ rating, change }` with the change `same`, `moved` or `reworded`, and `rest`, the answers
   * without a statement.
   */
  function match(statements, ratings) {
    const found = new Map();
    const open = new Set(ratings);
    const free = (statement) => !found.has(statement);
    const give = (statement, rating) => {
      const same = plain(statement.text) === plain(rating.text);
      const change = same ? (statement.level === rating.level ? "same" : "moved") : "reworded";
      found.set(statement, { rating, change });
      open.delete(rating);
    };
    const pass = (fits) => {
      for (const rating of [...open]) {
        const statement = statements.find((one) => one.competency === rating.competency && free(one) && fits(one, rating));
        if (statement) give(statement, rating);
      }
    };
    pass((one, rating) => one.id === rating.id && plain(one.text) === plain(rating.text));
    // If the text under this ID is one that another answer was given to, the ID has moved to that
    // statement and only the text counts.
    const texts = new Set([...open].map((rating) => `${rating.competency}\n${plain(rating.text)}`));
    const claimed = (one, rating) => plain(one.text) !== plain(rating.text) && texts.has(`${one.competency}\n${plain(one.text)}`);
    pass((one, rating) => one.id === rating.id && !claimed(one, rating));
    pass((one, rating) => plain(one.text) === plain(rating.text) && one.level === rating.level);
    pass((one, rating) => plain(one.text) === plain(rating.text));
    pass((one, rating) => one.id === rating.id);
    const near = [];
    for (const rating of open) {
      for (const one of statements) {
        if (one.competency !== rating.competency || one.level !== rating.level || !free(one)) continue;
        const score = likeness(one.text, rating.text);
        if (score >= LIKE) near.push({ one, rating, score });
      }
    }
    // The sort is stable, so of two equally similar statements the first in the handbook wins.
    for (const { one, rating } of near.sort((a, b) => b.score - a.score)) {
      if (free(one) && open.has(rating)) give(one, rating);
    }
    return { found, rest: [...open] };
  }

  /**
   * Returns the level on the current scale that an answer of the quick pass refers to: by name, or
   * else by number. Returns null if the scale has neither.
   */
  function levelNow(answer, scale) {
    if (!answer) return null;
    if (answer.level === 0) return 0;
    const byName = scale.find((step) => plain(step.name) === plain(answer.name));
    return (byName ?? scale.find((step) => step.level === answer.level))?.level ?? null;
  }

  /**
   * Lists the statements that a role expects: those up to its level, unless one replaces another.
   * If each level is complete, lists those of its level alone.
   */
  function expected(asked) {
    if (asked.isComplete) return asked.statements.filter((one) => one.level === asked.level);
    const upTo = asked.statements.filter((one) => one.level <= asked.level);
    return upTo.filter((one) => !upTo.some((other) => other.replaces === one.id && other.level > one.level));
  }

  /** Lists the statements to answer at `level`: those of that level and of the next with any. */
  function toAnswer(asked, level) {
    const levels = [...new Set(asked.statements.map((one) => one.level))].sort((a, b) => a - b);
    const next = levels.find((other) => other > level);
    return asked.statements.filter((one) => one.level === level || one.level === next);
  }

  /** Puts what the role is judged on first and otherwise keeps the order. */
  const keyFirst = (list) => [...list].sort((a, b) => Number(Boolean(b.key)) - Number(Boolean(a.key)));

  /** A focus competency comes before one in which only some statements count. */
  const weight = (asked) => (asked.focus ? 2 : Number(Boolean(asked.key)));

  /** Finds the gaps in one competency. `level` is null if the quick pass has no answer. */
  function gap(asked, level, found) {
    const answer = (one) => found.get(one)?.rating.answer ?? null;
    const all = keyFirst(expected(asked));
    const open = all.filter((one) => ["not-yet", "sometimes"].includes(answer(one)));
    const chance = all.filter((one) => answer(one) === "no-chance");
    const ahead = level === null ? [] : all.filter((one) => one.level > level && answer(one) === null);
    let kind = "met";
    if (level === null) kind = "unknown";
    else if (level < asked.level) kind = "below";
    else if (open.length || chance.length) kind = "open";
    return { asked, level, kind, open, chance, ahead };
  }

  /**
   * Sorts all competencies: first gaps, then unanswered ones, then those that meet the expectation.
   * In each group, those that the role is judged on come first.
   */
  function gaps(all, levelOf, found) {
    const place = { below: 0, open: 0, unknown: 1, met: 2 };
    const depth = { below: 0, open: 1, unknown: 0, met: 0 };
    const list = all.map((asked) => gap(asked, levelOf(asked), found));
    return list.sort((a, b) => place[a.kind] - place[b.kind] || weight(b.asked) - weight(a.asked) || depth[a.kind] - depth[b.kind]);
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { expected, gap, gaps, levelNow, likeness, match, plain, toAnswer, weight });
})();
