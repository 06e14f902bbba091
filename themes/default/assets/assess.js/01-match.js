// Finds answers again after the handbook has changed, and says what is open against a role.
//
// Input: statements as they are now, answers as they were given. Output: which answer belongs to which statement, which belong to none, and the gaps. Never
// touches the page or the storage, never drops an answer, never counts points.
(() => {
  const LIKE = 0.5;

  /** Returns a text without what does not change its meaning: case, punctuation, spaces. */
  const plain = (text) => words(text).join(" ");

  /** Splits a text into words; scripts without spaces into their signs. */
  function words(text) {
    const sign = "[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}]";
    return text.normalize("NFC").toLowerCase().match(new RegExp(`${sign}|(?:(?!${sign})[\\p{L}\\p{N}])+`, "gu")) ?? [];
  }

  /** Tells how alike the words of two texts are: 1 for the same ones, 0 for none in common. */
  function likeness(a, b) {
    const [left, right] = [telling(a), telling(b)];
    if (!left.size || !right.size) return plain(a) === plain(b) ? 1 : 0;
    const both = [...left].filter((word) => right.has(word)).length;
    return (2 * both) / (left.size + right.size);
  }

  /** Short words say little about whether two statements mean the same; where there are only short ones, they must do. */
  function telling(text) {
    const all = words(text);
    const long = all.filter((word) => word.length > 3);
    return new Set(long.length > 1 ? long : all);
  }

  /**
   * Gives each answer the statement that it was given to: by id, then by equal text, then by similar words in the same level. Each is given once.
   * Returns `found`, a map from statement to `{ rating, change }` with the change `same`, `moved` or `reworded`, and `rest`, the answers without a statement.
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
    // An id that now belongs to a text which another answer was given to has moved: the text decides.
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
    // The sort is stable: of two equally near ones the first in the handbook wins.
    for (const { one, rating } of near.sort((a, b) => b.score - a.score)) {
      if (free(one) && open.has(rating)) give(one, rating);
    }
    return { found, rest: [...open] };
  }

  /** Returns the level that an answer of the quick pass means on the scale of today: by name, else by number; null where the scale has neither. */
  function levelNow(answer, scale) {
    if (!answer) return null;
    if (answer.level === 0) return 0;
    const byName = scale.find((step) => plain(step.name) === plain(answer.name));
    return (byName ?? scale.find((step) => step.level === answer.level))?.level ?? null;
  }

  /** Lists what a role expects of a competency: the statements up to its level, without those that another one up to there replaces. */
  function expected(asked) {
    const upTo = asked.statements.filter((one) => one.level <= asked.level);
    return upTo.filter((one) => !upTo.some((other) => other.replaces === one.id && other.level > one.level));
  }

  /** Lists the statements to answer for somebody at `level`: those of the level and of the next one that has any. */
  function toAnswer(asked, level) {
    const levels = [...new Set(asked.statements.map((one) => one.level))].sort((a, b) => a - b);
    const next = levels.find((other) => other > level);
    return asked.statements.filter((one) => one.level === level || one.level === next);
  }

  /** Puts what the role is judged on before the rest; otherwise the order stays. */
  const keyFirst = (list) => [...list].sort((a, b) => Number(Boolean(b.key)) - Number(Boolean(a.key)));

  /** Says what is open in one competency. `level` is null where the quick pass has no answer. */
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

  /** Lists all competencies: gaps first, among them those that the role is judged on first; then what is not answered; then what is met. */
  function gaps(all, levelOf, found) {
    const place = { below: 0, open: 0, unknown: 1, met: 2 };
    const depth = { below: 0, open: 1, unknown: 0, met: 0 };
    // A competency in focus comes before one of which single statements count.
    const weight = ({ asked }) => (asked.focus ? 2 : Number(Boolean(asked.key)));
    const list = all.map((asked) => gap(asked, levelOf(asked), found));
    return list.sort((a, b) => place[a.kind] - place[b.kind] || weight(b) - weight(a) || depth[a.kind] - depth[b.kind]);
  }

  globalThis.rolebookAssess = Object.assign(globalThis.rolebookAssess ?? {}, { expected, gap, gaps, levelNow, likeness, match, plain, toAnswer });
})();
