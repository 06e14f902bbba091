// Searches the index: finds words, ranks the results, and cuts excerpts. Doesn't use the page, so
// it runs wherever JavaScript does.
//
// `rolebookSearchCore(load)` takes a function that loads a file of the index by name, and returns
// { open, search, lines, texts, excerpt, place, entry }. `docs/search-format.md` describes the
// files.
(() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
  const NAME = 10;
  // Text in languages without spaces is indexed as pairs of characters.
  const PAIRED = /([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)/;
  // Invisible inside words: soft hyphens, and what joins letters or keeps them apart.
  const JOINERS = "\\u00ad\\u200c\\u200d\\u2060";
  const LETTER = `[\\p{Alphabetic}\\p{N}\\p{M}${JOINERS}]`;
  // Ratios such as 1:1, languages such as C++, and words.
  // eslint-disable-next-line no-misleading-character-class -- joiners and marks are listed one by one on purpose
  const WORD = new RegExp(`\\d{1,2}:\\d{1,2}(?![\\p{Alphabetic}\\p{N}\\p{M}${JOINERS}:])|[A-Za-z](?:\\+\\+|#)(?![\\p{Alphabetic}\\p{N}\\p{M}${JOINERS}+#])|${LETTER}+(?:['\\u2019]${LETTER}+)*`, "gu");
  // Accents, the vowel signs of Hebrew and Arabic, and the stroke that stretches Arabic words.
  // eslint-disable-next-line no-misleading-character-class -- as above
  const MARKS = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u00ad\u200c\u200d\u2060]/g;
  const PLAIN = { "\u00df": "ss", "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u0111": "d", "\u00f0": "d", "\u00fe": "th", "\u0142": "l", "\u0131": "i" };
  const LONGEST = 40;
  const MOST_WORDS = 12;
  // A result that has less than this share of what the best one has of the query is shown last.
  const FOLD = 0.3;
  // How much more a result is worth if the query is its name.
  const NAME_WORTH = 1;
  // A word that is only similar to the typed one counts as this much of it.
  const NEAR_WORTH = 0.5;
  // What finds a result by another name counts as this much of the name itself.
  const OTHER_WORTH = 0.5;
  // Shorter words are similar to too many others.
  const SHORTEST_NEAR = 5;
  // The number of files that are searched for the start of a word.
  const MOST_FILES = 3;
  const MOST_TRIED = 8;
  const VOWELS = "aeiouy";

  /** Decodes a list of packed numbers. */
  function numbers(text) {
    const list = [];
    let value = 0, shift = 0;
    for (let at = 0; at < text.length; at++) {
      const digit = VALUES.get(text[at]);
      value += (digit & 31) * 2 ** shift;
      shift += 5;
      if (digit < 32) { list.push(value); value = shift = 0; }
    }
    return list;
  }

  /** Folds a word in the same way as the index. */
  function fold(word) {
    const bare = word.normalize("NFKD").replace(MARKS, "").normalize("NFC").toLowerCase();
    return bare.replace(/[^\p{Alphabetic}\p{N}\p{M}]/gu, "").replace(/[\u00df\u00e6\u0153\u00f8\u0111\u00f0\u00fe\u0142\u0131]/g, (letter) => PLAIN[letter]);
  }

  /** Splits one match of WORD into folded words. */
  function parts(match) {
    if (match.includes(":")) return [match];
    if (/[+#]/.test(match)) return [match[0].toLowerCase(), match.toLowerCase()];
    const split = match.split(/['\u2019]/);
    const long = split.filter((part) => [...part].length > 2);
    const words = [];
    for (const part of split.length < 2 ? split : long.length ? long : [split.join("")]) {
      for (const run of fold(part).split(PAIRED).filter(Boolean)) {
        const letters = [...run];
        if (!PAIRED.test(run) || letters.length < 3) { if (letters.length <= LONGEST) words.push(run); continue; }
        for (let n = 0; n + 1 < letters.length; n++) words.push(letters[n] + letters[n + 1]);
      }
    }
    return words;
  }

  /** Returns the words of one match, and the last parts of an identifier such as setTimeout. */
  const withHumps = (match) => [match, ...[...match.matchAll(/(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g)].map(({ index }) => match.slice(index)).filter((part) => part.length > 2)].flatMap(parts);

  const wordsOf = (text) => (text.match(WORD) ?? []).flatMap(parts);

  /** Parses a query: its words, the quoted phrases, and whether the last word may be unfinished. */
  function read(query) {
    const words = [], phrases = [];
    query.split(/["\u201c\u201d\u201e\u00ab\u00bb]/).forEach((piece, n, all) => {
      const list = wordsOf(piece);
      if (n % 2 && list.length && (n < all.length - 1 || list.length > 1)) phrases.push(list);
      words.push(...list);
    });
    const open = /[\p{Alphabetic}\p{N}\p{M}]$/u.test(query);
    return { words, phrases, open };
  }

  /** Returns whether two words differ by one letter added, removed or replaced, or two swapped. */
  function isNear(a, b) {
    if (Math.abs(a.length - b.length) > 1) return false;
    let at = 0;
    while (at < a.length && a[at] === b[at]) at++;
    const same = (x, y) => a.slice(at + x) === b.slice(at + y);
    return same(1, 1) || same(1, 0) || same(0, 1) || (a[at] === b[at + 1] && a[at + 1] === b[at] && same(2, 2));
  }

  globalThis.rolebookSearchCore = (load) => {
    let entry, runs, bounds, stops;
    let files = new Map(), tables = new Map();

    /** Loads the entry file. Returns whether it has changed. */
    async function open() {
      const fresh = await load("index");
      if (entry && JSON.stringify(fresh) === JSON.stringify(entry)) return false;
      entry = fresh;
      bounds = entry.bounds.split(" ");
      stops = new Set(entry.stop.split(" "));
      runs = [];
      const list = numbers(entry.runs);
      for (let n = 0, unit = 0; n < list.length; n += 4) {
        unit += list[n];
        runs.push({ end: unit, facets: list.slice(n + 1, n + 4) });
      }
      files = new Map();
      tables = new Map();
      return true;
    }

    const kept = (map, key, make) => {
      if (!map.has(key)) map.set(key, make().catch((error) => { map.delete(key); throw error; }));
      return map.get(key);
    };
    const nameAt = (names, n) => names.slice(n * NAME, (n + 1) * NAME);

    /** Returns the number of the file that a word is in. */
    function fileOf(word) {
      let low = 0, high = bounds.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (bounds[middle] <= word) low = middle; else high = middle;
      }
      return low;
    }

    /** Loads a file of words: the sorted forms, and the row of each. */
    const wordFile = (n) => kept(files, n, async () => {
      if (!entry.words) return { forms: [], rows: new Map() };
      const rows = new Map();
      let before = "";
      for (const [packed, list, count, names] of await load(nameAt(entry.words, n))) {
        const row = { list, count, names, forms: [] };
        for (const form of packed.split(" ")) {
          before = before.slice(0, parseInt(form[0], 36)) + form.slice(1);
          row.forms.push(before);
          rows.set(before, row);
        }
      }
      return { forms: [...rows.keys()].sort(), rows };
    });

    /** Decodes the results of a row: [unit, score, sections with strengths, words of the name]. */
    function units(row) {
      if (row.units) return row.units;
      const list = numbers(row.list);
      row.units = [];
      for (let n = 0, unit = 0; n < list.length;) {
        unit += list[n];
        const score = list[n + 1], count = list[n + 2] >> 3, name = list[n + 2] & 7, sections = [];
        n += 3;
        for (let k = 0, section = 0; k < count; k++, n++) {
          section += list[n] >> 2;
          sections.push([section, list[n] & 3]);
        }
        row.units.push([unit, score, sections, name]);
      }
      row.count ||= row.units.length;
      return row.units;
    }

    /**
     * Returns the weight of a word in `count` units. For prefixes, `count` may exceed all units.
     */
    const rarity = (count) => {
      const holders = Math.min(count, entry.units);
      return Math.log(1 + (entry.units - holders + 0.5) / (holders + 0.5));
    };

    /** Finds the rows of a typed word: [row, weight]. With `goesOn`, the word may be unfinished. */
    async function rowsOf(word, goesOn) {
      const first = fileOf(word);
      const found = new Map();
      const add = (row, weight) => { if ((found.get(row) ?? 0) < weight) found.set(row, weight); };
      const exact = (await wordFile(first)).rows.get(word);
      const isUsed = Boolean(exact?.list);
      if (exact) add(exact, 1);
      const min = [...word].length;
      if (goesOn && min > 1 || !isUsed && min > 2) {
        const last = Math.min(fileOf(word + "\uffff"), first + MOST_FILES - 1);
        const weight = isUsed ? 0.5 : 0.95;
        for (let n = first; n <= last; n++) {
          const { forms, rows } = await wordFile(n);
          for (const form of forms) {
            if (form > word && form.startsWith(word)) add(rows.get(form), weight * Math.sqrt(word.length / form.length));
          }
        }
      }
      if (found.size || min < SHORTEST_NEAR) return { word, rows: found };
      return similar(word);
    }

    /**
     * Finds rows if no word starts with the typed one: words one edit away, or else with the
     * longest prefix in common.
     */
    async function similar(word) {
      const own = fileOf(word);
      // Sort the files by their most likely edit, then by the number of edits that lead there.
      const counts = new Map([[own, [Infinity, 0]]]);
      const letters = [...word];
      const vote = (form, weight) => {
        const [most, sum] = counts.get(fileOf(form)) ?? [0, 0];
        counts.set(fileOf(form), [Math.max(most, weight), sum + 1]);
      };
      for (let n = 0; n <= letters.length; n++) {
        const [left, right] = [letters.slice(0, n).join(""), letters.slice(n)];
        if (right.length > 1) vote(left + right[1] + right[0] + right.slice(2).join(""), 20);
        if (right.length) vote(left + right.slice(1).join(""), 10);
        for (let c = 97; c < 123; c++) {
          const letter = String.fromCharCode(c);
          vote(left + letter + right.join(""), 1);
          // Vowels are confused with each other most often.
          if (right.length) vote(left + letter + right.slice(1).join(""), VOWELS.includes(letter) && VOWELS.includes(right[0]) ? 15 : 1);
        }
      }
      const order = [...counts].sort(([n, a], [m, b]) => b[0] - a[0] || b[1] - a[1] || n - m).slice(0, MOST_TRIED);
      const rows = new Map();
      const near = [];
      for (const file of await Promise.all(order.map(([n]) => wordFile(n)))) {
        for (const form of file.forms) if (isNear(word, form)) { rows.set(file.rows.get(form), 0.8); near.push(form); }
      }
      if (rows.size) return { word, rows, similar: near[0] };
      const { forms, rows: all } = await wordFile(own);
      let longest = Math.max(SHORTEST_NEAR, word.length - 3), best = [];
      for (const form of forms) {
        let at = 0;
        while (at < word.length && form[at] === word[at]) at++;
        if (at > longest) { longest = at; best = []; }
        if (at === longest) best.push(form);
      }
      for (const form of best) rows.set(all.get(form), 0.6);
      return { word, rows, similar: best[0] };
    }

    /**
     * Scores a word's rows: unit -> { score, sections }. Several rows count as one word, as common
     * as all of them.
     */
    function weigh({ rows }) {
      const scores = new Map();
      let count = 0;
      for (const [row, weight] of rows) { units(row); count += row.count * (weight === 1 ? 1 : weight * 0.5); }
      for (const [row, weight] of rows) {
        const rare = rarity(weight === 1 ? row.count : Math.max(count, 1));
        for (const [unit, score, sections, length] of units(row)) {
          const value = rare * score * weight, name = weight === 1 ? length : 0;
          const known = scores.get(unit);
          if (!known) scores.set(unit, { value, name, sections: new Map(sections.map(([n, strength]) => [n, rare * weight * (strength + 1)])) });
          else {
            known.value = Math.max(known.value, value);
            known.name ||= name;
            for (const [n, strength] of sections) known.sections.set(n, Math.max(known.sections.get(n) ?? 0, rare * weight * (strength + 1)));
          }
        }
      }
      return { scores, rare: rarity(Math.max(1, count)) };
    }

    const isForm = (word, { rows }) => [...rows].some(([row, weight]) => weight === 1 && row.forms.includes(word));

    /**
     * Finds names that have other names among the words: [from, to, scored words of the other name].
     */
    async function otherNames(words, found) {
      const spans = [];
      for (let n = 0; n < words.length; n++) {
        for (const row of found[n].rows.keys()) {
          for (const [name, ...others] of row.names ?? []) {
            const list = name.split(" ");
            if (!list.every((word, k) => word === words[n + k] || n + k < words.length && isForm(word, found[n + k]))) continue;
            for (const other of others) {
              const rows = await Promise.all(other.split(" ").map(async (word) => {
                const exact = (await wordFile(fileOf(word))).rows.get(word);
                return { word, rows: new Map(exact ? [[exact, 1]] : []) };
              }));
              spans.push([n, n + list.length, rows.map(weigh), rows]);
            }
          }
        }
      }
      return spans;
    }

    const facetsOf = (unit) => {
      let low = 0, high = runs.length - 1;
      while (low < high) { const middle = (low + high) >> 1; if (runs[middle].end > unit) high = middle; else low = middle + 1; }
      return runs[low].facets;
    };

    /** Loads the rows of the table for units: { title, url, text, chapter }. */
    async function lines(list) {
      const line = async (unit) => {
        const table = entry.table;
        const row = Array.isArray(table) ? table[unit]
          : (await kept(tables, unit >> 6, () => load(nameAt(table, unit >> 6))))[unit & 63];
        return { title: row[0], url: row[1], text: row[2], chapter: row[3] };
      };
      return Promise.all(list.map(line));
    }

    /** Loads a page's sections: [heading, anchor, text]. */
    const texts = async (place) => {
      const name = nameAt(place, 0);
      return (await kept(tables, name, () => load(name)))[place.slice(NAME)];
    };

    /**
     * Searches. `chosen` has the numbers of a kind, a part and an owner, or null for any. Returns
     * { results, total, facets, forms, prefix, similar }. Results have unit, score and sections, and
     * the best come first.
     */
    async function search(query, chosen = [null, null, null]) {
      const { words: typed, phrases, open } = read(query);
      const none = { results: [], total: 0, facets: [[], [], []], forms: new Set(), near: new Set(), prefix: "", similar: [] };
      if (!typed.length) return none;
      // Words such as "how" and "the" say nothing, unless there are no others.
      const needed = typed.filter((word) => !stops.has(word));
      const words = needed.length ? needed.slice(0, MOST_WORDS) : typed.slice(0, MOST_WORDS);
      const goesOn = open && words.at(-1) === typed.at(-1);
      const found = await Promise.all(words.map((word, n) => rowsOf(word, goesOn && n === words.length - 1)));
      const weighed = found.map(weigh);
      const spans = await otherNames(words, found);
      const all = new Map();
      const at = (unit) => all.get(unit) ?? all.set(unit, { unit, values: words.map(() => 0), names: [], sections: new Map() }).get(unit);
      weighed.forEach(({ scores }, n) => {
        for (const [unit, { value, name, sections }] of scores) {
          const hit = at(unit);
          hit.values[n] = value;
          if (name) hit.names.push(name);
          for (const [section, strength] of sections) hit.sections.set(section, (hit.sections.get(section) ?? 0) + strength);
        }
      });
      // An exact word ranks above its other names: what a single word finds by them gets less than
      // what has the word itself.
      const least = words.length > 1 ? Infinity : Math.min(Infinity, ...[...found[0].rows].filter(([, weight]) => weight === 1).flatMap(([row]) => units(row).map(([, score]) => score * rarity(row.count))));
      for (const [from, to, other] of spans) {
        for (const unit of other[0].scores.keys()) {
          if (!other.every(({ scores }) => scores.has(unit))) continue;
          const sum = other.reduce((sum, { scores }) => sum + scores.get(unit).value, 0) * OTHER_WORTH / (to - from) / Math.sqrt(other.length);
          const value = sum < least ? sum : least * sum / (sum + 1);
          const hit = at(unit);
          for (let n = from; n < to; n++) hit.values[n] = Math.max(hit.values[n], value);
          for (const { scores } of other) for (const [section, strength] of scores.get(unit).sections) hit.sections.set(section, (hit.sections.get(section) ?? 0) + strength / 2);
        }
      }
      const whole = weighed.reduce((sum, { rare }) => sum + rare, 0) || 1;
      let hits = [...all.values()];
      let most = 0;
      for (const hit of hits) {
        const covered = weighed.reduce((sum, { rare }, n) => sum + (hit.values[n] ? rare * (found[n].similar ? NEAR_WORTH : 1) : 0), 0) / whole;
        hit.covered = covered;
        // How much of the query is in a name, times how much of that name is in the query.
        const known = hit.names.length;
        const named = known ? known / words.length * Math.min(1, known / Math.max(...hit.names)) : 0;
        hit.score = hit.values.reduce((sum, value) => sum + value, 0) * covered * (1 + NAME_WORTH * named * named);
        most = Math.max(most, covered);
      }
      const isFolded = (hit) => hit.covered < most * FOLD;
      hits.sort((a, b) => Number(isFolded(a)) - Number(isFolded(b)) || b.score - a.score || a.unit - b.unit);
      if (phrases.length) hits = await holding(hits, phrases);
      const facets = entry.facets.map((names) => names.map(() => 0));
      const results = [];
      for (const hit of hits) {
        const own = facetsOf(hit.unit);
        const misses = chosen.map((choice, n) => choice !== null && choice !== own[n]);
        // The counts of a facet ignore the choice in that facet.
        own.forEach((value, n) => { if (!misses.some((miss, k) => miss && k !== n)) facets[n][value]++; });
        if (!misses.includes(true)) results.push(hit);
      }
      for (const hit of results) hit.sections = [...hit.sections].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([section]) => section);
      // Highlight the other names of a single word. The other names of several words aren't
      // highlighted, because their words would also be highlighted where they mean something else.
      const formsOf = (items) => items.flatMap(({ rows }) => [...rows].filter(([, weight]) => weight > 0.4).flatMap(([row]) => row.forms));
      const forms = new Set([...words, ...formsOf([...found.filter(({ similar }) => !similar), ...spans.filter(([from, to]) => to - from === 1).flatMap((span) => span[3])])]);
      const near = new Set(formsOf(found.filter(({ similar }) => similar)));
      return { results, total: results.filter((hit) => !isFolded(hit)).length, facets, forms, near, prefix: goesOn ? words.at(-1) : "", similar: found.map((item) => item.similar).filter(Boolean) };
    }

    /** Keeps the results that contain every phrase as typed. Checks only the best results. */
    async function holding(hits, phrases) {
      const best = hits.slice(0, 30);
      const known = await lines(best.map((hit) => hit.unit));
      const padded = (text) => ` ${wordsOf(text).join(" ")} `;
      const wanted = phrases.map((words) => ` ${words.join(" ")} `);
      const checked = await Promise.all(best.map(async (hit, n) => {
        const title = padded(known[n].title);
        const sections = await texts(known[n].text);
        const own = sections.map(([heading, , text], section) => [section, padded(`${heading} . ${text}`)]);
        const holders = own.filter(([section, text]) => (!known[n].chapter || hit.sections.has(section)) && wanted.some((phrase) => text.includes(phrase)));
        if (!wanted.every((phrase) => title.includes(phrase) || holders.some(([, text]) => text.includes(phrase)))) return null;
        for (const [section] of holders) hit.sections.set(section, (hit.sections.get(section) ?? 0) + 100);
        if (wanted.some((phrase) => title.includes(phrase))) hit.score *= 1.5;
        return hit;
      }));
      return checked.filter(Boolean).sort((a, b) => b.score - a.score || a.unit - b.unit);
    }

    /**
     * Cuts an excerpt of about `size` characters around as many found words as fit. Returns
     * [[text, isFound], …], where `isFound` is "near" for a word that is only similar.
     */
    function excerpt(text, { forms, near, prefix }, size = 170) {
      const hits = [];
      for (const match of text.matchAll(WORD)) {
        const words = withHumps(match[0]), isFound = words.some((word) => forms.has(word) || prefix.length > 2 && word.startsWith(prefix)) || words.some((word) => near?.has(word)) && "near";
        if (isFound) hits.push([match.index, match.index + match[0].length, isFound]);
      }
      let best = 0, most = 0;
      for (let n = 0, last = 0; n < hits.length; n++) {
        while (last < hits.length && hits[last][1] - hits[n][0] <= size - 40) last++;
        if (last - n > most) { most = last - n; best = n; }
      }
      // If all found words fit from the start of the text, don't cut anything before them.
      const isEarly = !hits.length || hits[Math.min(best + most, hits.length) - 1][1] <= size;
      let from = isEarly ? 0 : Math.max(0, hits[best][0] - 40);
      // Start the excerpt with a sentence or a line if one starts nearby, or else with a word.
      const before = text.slice(Math.max(0, from - 60), hits.length ? hits[best][0] : 0);
      const begins = Math.max(before.lastIndexOf("\n"), before.lastIndexOf(". ") + 1, before.lastIndexOf("? ") + 1);
      if (from > 0 && begins > 0) from = Math.max(0, from - 60) + begins + (text[Math.max(0, from - 60) + begins] === " " || text[Math.max(0, from - 60) + begins] === "\n" ? 1 : 0);
      else if (from > 0) { const space = text.slice(from).search(/\s/); from += space + 1; }
      let to = Math.min(text.length, from + size);
      if (to < text.length) { const space = text.slice(from, to).lastIndexOf(" "); if (space > 0) to = from + space; }
      const pieces = [];
      let at = from;
      const plain = (end) => { if (end > at) pieces.push([text.slice(at, end).replace(/\s+/g, " "), false]); at = end; };
      if (from > 0 && text[from - 1] !== "\n") pieces.push(["\u2026 ", false]);
      for (const [start, end, isFound] of hits) {
        if (start < from || end > to) continue;
        plain(start);
        pieces.push([text.slice(start, end), isFound]);
        at = end;
      }
      plain(to);
      if (to < text.length) pieces.push([" \u2026", false]);
      return pieces;
    }

    /** Returns the name of a unit's part, or else of its kind. */
    const place = (unit) => { const [kind, part] = facetsOf(unit); return entry.facets[1][part] || entry.facets[0][kind]; };
    return { open, search, lines, texts, excerpt, place, get entry() { return entry; } };
  };
})();
