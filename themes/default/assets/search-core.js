// Searches the index: finds words, ranks the results, and cuts excerpts. Doesn't use the page, so
// it runs wherever JavaScript does.
//
// `rolebookSearchCore(load)` takes a function that loads a file of the index by name, and returns
// { open, search, lines, texts, topics, statement, excerpt, place, label, entry }. `docs/search-format.md` describes the
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
  // How strongly the share of the query that a result contains counts. Measured together with
  // NAME_WORTH on the queries in `tests/search`: anything from 0.6 to 0.8 differs by less than 0.002.
  const COVER_WORTH = 0.6;
  // How much more a result is worth if the query is its name.
  const NAME_WORTH = 2.5;
  // A word that is only similar to the typed one counts as this much of it.
  const NEAR_WORTH = 0.5;
  // What finds a result by another name counts as this much of the name itself.
  const OTHER_WORTH = 0.5;
  // Shorter words are similar to too many others.
  const SHORTEST_NEAR = 5;
  // The number of files that are searched for the start of a word.
  const MOST_FILES = 3;
  const MOST_TRIED = 8;
  // A number above the place of any statement in its chapter.
  const STATEMENTS = 2 ** 20;
  // What a word in a statement counts, in the units of the scores of the index.
  const STATEMENT_WORTH = 10;
  // A statement has at least this share of what the best result has of the query.
  const STATEMENT_FOLD = 0.7;
  // The number of statements and of decisions below their chapter, and of those that stand alone
  // because they rank above it. The filter shows more.
  const MOST_BELOW = 2, MOST_ALONE = 3;
  const VOWELS = "aeiouy";
  // A longer word may be a compound, whose parts have at least this length.
  const SHORTEST_COMPOUND = 7, SHORTEST_PART = 4;
  // The end of a sentence, or of what needs no sign between it and what follows.
  const ENDS = /[.!?\u2026:;,\u3002\uff01\uff1f]["'\u2019\u201d)\]\u00bb]?$/;

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

  /** Returns whether a word ends with a form, perhaps with an ending of up to two letters. */
  const isEnd = (form, word) => [0, 1, 2].some((count) => word.slice(0, word.length - count).endsWith(form));

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

  /** Splits a text into sentences: [start, end]. Lines and rows of tables are sentences too. */
  function sentences(text) {
    const list = [];
    let start = 0;
    for (const match of text.matchAll(/(?<=(?<!(?:^|[^\p{L}])\p{L})[.!?\u2026]["'\u2019\u201d)\]\u00bb]?) +(?=[^\p{Ll}\s])|(?<=[\u3002\uff01\uff1f])|\n+/gu)) {
      if (match.index > start) list.push([start, match.index]);
      start = match.index + match[0].length;
    }
    if (start < text.length) list.push([start, text.length]);
    return list;
  }

  /** Returns where a word begins between `from` and `to`, or else `to`. */
  function wordAt(text, from, to) {
    const space = text.slice(from, to + 1).search(/\s\S/);
    if (space >= 0) return from + space + 1;
    const begin = Math.max(0, from - 100);
    if (PAIRED.test(text.slice(from, to)) && Intl.Segmenter) {
      for (const { index } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text.slice(begin, to + 20))) {
        if (begin + index > from) return Math.min(begin + index, to);
      }
    }
    return to;
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
    let entry, runs, bounds, stops, parents, tags;
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
      const chapters = numbers(entry.decisions);
      parents = new Map();
      for (let n = 0, chapter = 0; n < chapters.length; n++) parents.set(entry.units - chapters.length + n, chapter += chapters[n]);
      tags = null;
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
      const list = numbers(row.list.split(".")[0]);
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

    /** Decodes the statements of a row: [unit, place of the statement in its chapter]. */
    function statements(row) {
      if (row.statements) return row.statements;
      const list = numbers(row.list.split(".")[1] ?? "");
      row.statements = [];
      for (let n = 0, unit = 0; n < list.length;) {
        unit += list[n++];
        for (let left = list[n++], place = 0; left > 0; left--) row.statements.push([unit, place += list[n++]]);
      }
      return row.statements;
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
      const files = await Promise.all(order.map(([n]) => wordFile(n)));
      // The end of a compound, if the index has no such part.
      for (const file of entry.compounds ? files : []) {
        for (const form of file.forms) if (form.endsWith(word)) rows.set(file.rows.get(form), 0.8);
      }
      if (rows.size) return { word, rows };
      for (const file of files) {
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
     * Scores a word's rows: unit -> { score, sections }, and key of a statement -> score. Several
     * rows count as one word, as common as all of them.
     */
    function weigh({ rows }) {
      const scores = new Map(), said = new Map();
      let count = 0;
      for (const [row, weight] of rows) { units(row); count += row.count * (weight === 1 ? 1 : weight * 0.5); }
      for (const [row, weight] of rows) {
        const rare = rarity(weight === 1 ? row.count : Math.max(count, 1));
        for (const [unit, place] of statements(row)) {
          const key = unit * STATEMENTS + place;
          said.set(key, Math.max(said.get(key) ?? 0, rare * weight * STATEMENT_WORTH));
        }
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
      return { scores, said, rare: rarity(Math.max(1, count)) };
    }

    const isForm = (word, { rows }) => [...rows].some(([row, weight]) => weight === 1 && row.forms.includes(word));

    /**
     * Finds names that have other names among the words: [from, to, scored words of the other name].
     */
    async function otherNames(words, found) {
      const spans = [];
      for (let n = 0; n < words.length; n++) {
        const names = [...found[n].rows.keys()].flatMap((row) => row.names ?? []).map(([name, ...others]) => [name.split(" "), others]);
        const has = (list, isSame) => list.every((word, k) => n + k < words.length && isSame(word, n + k));
        const exact = names.filter(([list]) => has(list, (word, at) => word === words[at]));
        // Another form may mean something else: "seniority" is a name, and "senior" a form of it.
        const fitting = exact.length ? exact : names.filter(([list]) => has(list, (word, at) => word === words[at] || isForm(word, found[at])));
        for (const [list, others] of fitting) {
          for (const other of others) {
            const rows = await Promise.all(other.split(" ").map(async (word) => {
              const exact = (await wordFile(fileOf(word))).rows.get(word);
              return { word, rows: new Map(exact ? [[exact, 1]] : []) };
            }));
            spans.push([n, n + list.length, rows.map(weigh), rows]);
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

    /** Loads the tags, which only the filter needs: { name, units }. */
    const topics = async () => {
      if (!tags && entry.tags) {
        tags = (await kept(tables, entry.tags, () => load(entry.tags))).map(([name, list]) => {
          let unit = 0;
          return { name, units: new Set(numbers(list).map((step) => unit += step)) };
        });
      }
      return tags ?? [];
    };

    // The last two kinds are decisions and statements.
    const isPart = (kind) => kind >= entry.labels.length - 2;
    /** Returns the facets of a result. */
    const kindOf = (hit) => hit.place === undefined ? facetsOf(hit.unit) : [entry.labels.length - 1, ...facetsOf(hit.unit).slice(1)];

    /** Loads the rows of the table for units: { title, url, text, chapter }. */
    async function lines(list) {
      const line = async (unit) => {
        const table = entry.table;
        const row = Array.isArray(table) ? table[unit]
          : (await kept(tables, unit >> 4, () => load(nameAt(table, unit >> 4))))[unit & 15];
        return { title: row[0], url: row[1], text: row[2], chapter: row[3] };
      };
      return Promise.all(list.map(line));
    }

    /** Loads a page's sections: [heading, anchor, text, statements or who is accountable]. */
    const texts = async (place) => {
      const name = nameAt(place, 0);
      return (await kept(tables, name, () => load(name)))[place.slice(NAME)];
    };

    /** Finds a statement of a page: { text, anchor, level, section }. */
    function statement(sections, place) {
      for (const [section, [,, text, list]] of sections.entries()) {
        if (!Array.isArray(list)) continue;
        if (place >= list.length) { place -= list.length; continue; }
        const [anchor, level, ...ends] = list[place], said = [];
        for (let n = 0; n < ends.length; n += 2) said.push(text.slice(ends[n], ends[n + 1]).trim());
        return { text: said.filter(Boolean).join(" "), anchor, level, section };
      }
      return null;
    }

    /**
     * Scores the statements that have most of the query: { unit, place, covered, score }. `share`
     * returns how much of the query a list of values has.
     */
    function said(words, weighed, spans, share) {
      const all = new Map();
      const at = (key) => all.get(key) ?? all.set(key, words.map(() => 0)).get(key);
      weighed.forEach((word, n) => { for (const [key, value] of word.said) at(key)[n] = value; });
      // The words of a longer other name may be anywhere in a statement and mean something else.
      for (const [from, to, other] of spans.filter((span) => span[2].length === 1)) {
        for (const [key, worth] of other[0].said) {
          const values = at(key);
          for (let n = from; n < to; n++) values[n] = Math.max(values[n], worth * OTHER_WORTH / (to - from));
        }
      }
      return [...all].map(([key, values]) => {
        const covered = share(values);
        return { unit: Math.floor(key / STATEMENTS), place: key % STATEMENTS, sections: [], covered, score: values.reduce((sum, value) => sum + value, 0) * covered };
      });
    }

    /**
     * Searches. `chosen` has the numbers of a kind, a part, an owner and a tag, or null for any.
     * Returns { results, total, facets, forms, names, near, prefix, similar }. The facets have
     * numbers for tags if `topics` has loaded them. Results have unit, score and sections, and
     * the best come first. A statement also has its place in the chapter. A chapter has in `parts`
     * its statements and decisions that have most of the query, unless `chosen` has a kind.
     */
    async function search(query, chosen = [null, null, null, null]) {
      const { words: typed, phrases, open } = read(query);
      const none = { results: [], total: 0, facets: [[], [], [], []], forms: new Set(), names: [], near: new Set(), prefix: "", similar: [] };
      if (!typed.length) return none;
      // Words such as "how" and "the" say nothing, unless there are no others.
      const needed = typed.filter((word) => !stops.has(word));
      const words = needed.length ? needed.slice(0, MOST_WORDS) : typed.slice(0, MOST_WORDS);
      const goesOn = open && words.at(-1) === typed.at(-1);
      const found = await Promise.all(words.map((word, n) => rowsOf(word, goesOn && n === words.length - 1)));
      const weighed = found.map(weigh);
      const spans = await otherNames(words, found);
      const all = new Map();
      const at = (unit) => all.get(unit) ?? all.set(unit, { unit, values: words.map(() => 0), names: [], sections: new Map(), parts: [] }).get(unit);
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
        for (const [unit, { sections }] of other[0].scores) {
          if (!other.every(({ scores }) => scores.has(unit))) continue;
          // Words that are in different sections are no name.
          if (![...sections.keys()].some((section) => other.every(({ scores }) => scores.get(unit).sections.has(section)))) continue;
          const sum = other.reduce((sum, { scores }) => sum + scores.get(unit).value, 0) * OTHER_WORTH / (to - from) / Math.sqrt(other.length);
          const value = sum < least ? sum : least * sum / (sum + 1);
          const hit = at(unit);
          for (let n = from; n < to; n++) hit.values[n] = Math.max(hit.values[n], value);
          for (const { scores } of other) for (const [section, strength] of scores.get(unit).sections) hit.sections.set(section, (hit.sections.get(section) ?? 0) + strength / 2);
        }
      }
      const whole = weighed.reduce((sum, { rare }) => sum + rare, 0) || 1;
      const share = (values) => weighed.reduce((sum, { rare }, n) => sum + (values[n] ? rare * (found[n].similar ? NEAR_WORTH : 1) : 0), 0) / whole;
      let hits = [...all.values()];
      let most = 0;
      for (const hit of hits) {
        hit.covered = share(hit.values);
        // How much of the query is in a name, times how much of that name is in the query.
        const known = hit.names.length;
        const named = known ? known / words.length * Math.min(1, known / Math.max(...hit.names)) : 0;
        hit.score = hit.values.reduce((sum, value) => sum + value, 0) * hit.covered ** COVER_WORTH * (1 + NAME_WORTH * named * named);
        most = Math.max(most, hit.covered);
      }
      const isFolded = (hit) => hit.covered < most * FOLD;
      const order = (a, b) => Number(isFolded(a)) - Number(isFolded(b)) || b.score - a.score || a.unit - b.unit || (a.place ?? -1) - (b.place ?? -1);
      const statements = said(words, weighed, spans, share).filter((hit) => hit.covered >= most * STATEMENT_FOLD).sort(order);
      hits.sort(order);
      hits = (phrases.length ? [...await holding(hits, phrases), ...await holding(statements, phrases)] : [...hits, ...statements]).sort(order);
      const topic = (chosen[3] ?? null) !== null ? (await topics())[chosen[3]] : null;
      const facets = [...entry.facets.map((names) => names.map(() => 0)), (tags ?? []).map(() => 0)];
      const results = [], alone = new Map();
      for (const hit of hits) {
        const own = kindOf(hit);
        const misses = own.map((value, n) => chosen[n] !== null && chosen[n] !== value);
        misses.push(topic !== null && !topic?.units.has(hit.unit));
        // The counts of a facet ignore the choice in that facet, and results that have little of
        // the query.
        const counts = (n) => !isFolded(hit) && !misses.some((miss, k) => miss && k !== n);
        own.forEach((value, n) => { if (counts(n)) facets[n][value]++; });
        if (counts(3)) tags?.forEach(({ units }, n) => { if (units.has(hit.unit)) facets[3][n]++; });
        if (misses.includes(true)) continue;
        // Statements and decisions don't push chapters out of sight.
        const parent = chosen[0] === null && isPart(own[0]) ? hit.place === undefined ? parents.get(hit.unit) : hit.unit : undefined;
        if (parent === undefined) { hit.isShown = true; results.push(hit); continue; }
        const above = all.get(parent);
        if (above && above.isShown) { if (above.parts.length < MOST_BELOW && hit.covered >= most * STATEMENT_FOLD) above.parts.push(hit); continue; }
        const count = (alone.get(own[0]) ?? 0) + 1;
        alone.set(own[0], count);
        if (count <= MOST_ALONE) results.push(hit);
      }
      for (const hit of hits) hit.sections = [...hit.sections].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([section]) => section);
      // Other names of several words are highlighted only as a whole, because their words also
      // occur where they mean something else.
      const formsOf = (items) => items.flatMap(({ rows }) => [...rows].filter(([, weight]) => weight > 0.4).flatMap(([row]) => row.forms));
      const others = spans.map((span) => span[3]);
      const forms = new Set([...words, ...formsOf([...found.filter(({ similar }) => !similar), ...others.filter((other) => other.length === 1).flat()])]);
      const names = others.filter((other) => other.length > 1).map((other) => other.map((word) => new Set([word.word, ...formsOf([word])])));
      const near = new Set(formsOf(found.filter(({ similar }) => similar)));
      return { results, total: results.filter((hit) => !isFolded(hit)).length, facets, forms, names, near, prefix: goesOn ? words.at(-1) : "", similar: found.map((item) => item.similar).filter(Boolean) };
    }

    /** Keeps the results that contain every phrase as typed. Checks only the best results. */
    async function holding(hits, phrases) {
      const best = hits.slice(0, 30);
      const known = await lines(best.map((hit) => hit.unit));
      const padded = (text) => ` ${wordsOf(text).join(" ")} `;
      const wanted = phrases.map((words) => ` ${words.join(" ")} `);
      const checked = await Promise.all(best.map(async (hit, n) => {
        const sections = await texts(known[n].text);
        if (hit.place !== undefined) {
          const text = padded(statement(sections, hit.place)?.text ?? "");
          return wanted.every((phrase) => text.includes(phrase)) ? hit : null;
        }
        const title = padded(known[n].title);
        const own = sections.map(([heading, , text], section) => [section, padded(`${heading} . ${text}`)]);
        const holders = own.filter(([section, text]) => (!known[n].chapter || hit.sections.has(section)) && wanted.some((phrase) => text.includes(phrase)));
        if (!wanted.every((phrase) => title.includes(phrase) || holders.some(([, text]) => text.includes(phrase)))) return null;
        for (const [section] of holders) hit.sections.set(section, (hit.sections.get(section) ?? 0) + 100);
        if (wanted.some((phrase) => title.includes(phrase))) hit.score *= 1.5;
        return hit;
      }));
      return checked.filter(Boolean).sort((a, b) => b.score - a.score || a.unit - b.unit);
    }

    /** Finds the words that make up a name of several words. Stop words may be between them. */
    function namesIn(matches, names) {
      const inside = new Set();
      const words = matches.map((match) => [match, parts(match[0])[0]]).filter(([, word]) => word && !stops.has(word));
      words.forEach((_, n) => {
        for (const name of names) {
          if (!name.every((forms, k) => forms.has(words[n + k]?.[1]))) continue;
          for (let k = 0; k < name.length; k++) inside.add(words[n + k][0]);
        }
      });
      return inside;
    }

    /** Finds the words of a text that were searched for: [start, end, isFound]. */
    function marks(text, { forms, names = [], near, prefix }) {
      const hits = [], matches = [...text.matchAll(WORD)];
      const named = names.length ? namesIn(matches, names) : new Set();
      const isForm = (word) => forms.has(word) || prefix.length > 2 && word.startsWith(prefix)
        || entry.compounds && word.length > SHORTEST_COMPOUND && [...forms].some((form) => form.length >= SHORTEST_PART && (word.startsWith(form) || isEnd(form, word)));
      for (const match of matches) {
        const words = withHumps(match[0]), isFound = named.has(match) || words.some(isForm) || words.some((word) => near?.has(word)) && "near";
        if (!isFound) continue;
        const before = hits.length;
        if (PAIRED.test(match[0])) {
          // Without spaces, a match is a whole sentence. Mark only the pairs that were searched for.
          const letters = [...match[0]];
          for (let n = 0, at = match.index; n < letters.length; at += letters[n++].length) {
            const pair = letters[n] + (letters[n + 1] ?? ""), last = hits.at(-1);
            if (!PAIRED.test(letters[n]) || !forms.has(fold(pair))) continue;
            if (hits.length > before && last[1] >= at) last[1] = at + pair.length; else hits.push([at, at + pair.length, true]);
          }
        }
        if (hits.length === before) hits.push([match.index, match.index + match[0].length, isFound]);
      }
      return hits;
    }

    /**
     * Cuts an excerpt of about `size` characters: the sentences that have most of the found words.
     * Returns [[text, isFound], …], where `isFound` is "near" for a word that is only similar.
     */
    function excerpt(text, found, size = 170) {
      const hits = marks(text, found);
      const spans = sentences(text);
      // The best run of sentences has the most different words, and begins as early as possible.
      let best = 0, most = -1;
      for (let n = 0; n < spans.length && most < hits.length; n++) {
        if (n && !hits.some(([start]) => start >= spans[n][0] && start < spans[n][1])) continue;
        const inside = hits.filter(([start, end]) => start >= spans[n][0] && (end <= spans[n][0] + size || end <= spans[n][1]));
        const count = new Set(inside.map(([start, end]) => fold(text.slice(start, end)))).size * 2 + Number(inside.length > 1);
        if (count > most) { most = count; best = n; }
      }
      let [from, to] = spans[best] ?? [0, 0];
      const isLong = to - from > size;
      if (isLong) {
        const own = hits.filter(([start]) => start >= from && start < to);
        // Begin within the sentence only if the found words are far from its beginning.
        if (own.length && own[0][1] > from + size) from = wordAt(text, own[0][0] - 40, own[0][0]);
        if (to - from > size) to = wordAt(text, from + size - 25, from + size);
      } else {
        let next = best + 1;
        while (next < spans.length && spans[next][1] - from <= size) to = spans[next++][1];
        if (to - from < size / 2 && next < spans.length) to = wordAt(text, from + size - 25, from + size);
      }
      const pieces = [];
      let at = from;
      const gap = (all, where) => ENDS.test(text.slice(0, at + where).slice(-2)) ? " " : " \u00b7 ";
      const plain = (end) => { if (end > at) pieces.push([text.slice(at, end).replace(/[\n\t]+/g, gap).replace(/\s+/g, " "), false]); at = end; };
      if (!spans.some(([start]) => start === from)) pieces.push(["\u2026 ", false]);
      for (const [start, end, isFound] of hits) {
        if (start < from || end > to) continue;
        plain(start);
        pieces.push([text.slice(start, end), isFound]);
        at = end;
      }
      plain(to);
      if (to < text.length && !spans.some(([, end]) => end === to)) {
        pieces[pieces.length - 1][0] = pieces[pieces.length - 1][0].trimEnd();
        pieces.push([" \u2026", false]);
      }
      return pieces;
    }

    /** Returns the name of a unit's part, or else of its kind. */
    const place = (unit) => { const [kind, part] = facetsOf(unit); return entry.facets[1][part] || entry.facets[0][kind]; };
    /** Returns what a result is called by its kind, such as "Role". Pages have no such name. */
    const label = (hit) => entry.labels[kindOf(hit)[0]];
    return { open, search, lines, texts, topics, statement, excerpt, place, label, get entry() { return entry; } };
  };
})();
