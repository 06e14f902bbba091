// Tests that search finds the chapters people want, with the browser's code but without a browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, folder, project, repository, rolebook } from "./support.mjs";

await import(join(repository, "themes/default/assets/search-core.js"));

/** Opens the index of a built site. */
async function index(site) {
  const core = globalThis.rolebookSearchCore(async (name) => JSON.parse(readFileSync(join(site, "search", `${name}.json`), "utf8")));
  await core.open();
  return core;
}

/** Returns the URLs of the pages found, best first. */
async function pages(core, query) {
  const found = await core.search(query);
  const lines = await core.lines(found.results.slice(0, 20).map((hit) => hit.unit));
  return [...new Set(lines.map((line) => decodeURIComponent(line.url.split("#")[0])))];
}

/** Reads queries and the URLs of the chapters that they should find. */
function queries(name) {
  const lines = readFileSync(join(repository, "tests/search", name), "utf8").split("\n").filter((line) => line.includes(" | ") && !line.startsWith("#"));
  return lines.map((line) => {
    const [query, chapters] = line.split(" | ");
    return { query, wanted: chapters.split(", ").map((path) => `${path.replace(/(^|\/)index$/, "$1").replace(/\/$/, "")}/`) };
  });
}

const place = (list, wanted) => list.findIndex((url) => wanted.includes(url)) + 1;

test("every query on this handbook finds its chapter among the first three results", async () => {
  const core = await index(build(project(), "--audience", "managers"));
  for (const { query, wanted } of queries("handbook.txt")) {
    const list = await pages(core, query);
    const at = place(list, wanted);
    assert.ok(at > 0 && at <= 3, `${query}: place ${at} in ${list.slice(0, 5).join(", ")}`);
  }
});

test("every query on the manual finds its chapter among the first three", async () => {
  const core = await index(build(join(repository, "docs/handbook")));
  for (const { query, wanted } of queries("manual.txt")) {
    const list = await pages(core, query);
    const at = place(list, wanted);
    assert.ok(at > 0 && at <= 3, `${query}: place ${at} in ${list.slice(0, 5).join(", ")}`);
  }
});

test("fresh queries on this handbook find their chapters", async () => {
  const core = await index(build(project(), "--audience", "managers"));
  const places = [];
  for (const { query, wanted } of queries("fresh.txt")) places.push(place(await pages(core, query), wanted));
  const rank = places.reduce((sum, at) => sum + (at ? 1 / at : 0), 0) / places.length;
  assert.ok(rank > 0.85, `mean reciprocal rank ${rank}`);
  assert.ok(places.filter((at) => at > 0 && at <= 5).length / places.length > 0.92, places.join(" "));
});

test("what people call things finds the right page first", async () => {
  const core = await index(build(project(), "--audience", "managers"));
  const wanted = {
    "senior pm": "roles/senior-product-manager/", APM: "roles/associate-product-manager/", GPM: "roles/group-product-manager/", pm: "roles/product-manager/",
    deprecate: "guides/stopping-a-product/", "performance review": "assess/", "level 4": "matrix/", "1:1": "guides/growth-conversations/",
    "hiring kit for product manager": "hiring/product-manager/", "decision rights": "decisions/", prioritization: "strategy/prioritisation/",
  };
  for (const [query, url] of Object.entries(wanted)) assert.equal((await pages(core, query))[0], url, query);
  assert.match((await pages(core, "hiring kit"))[0], /^hiring\//);
});

/** Opens the index of a handbook with an empty home page and these chapters. */
const chapters = (texts, config = "title = \"T\"\n") => index(build(project({
  "handbook/handbook.toml": config,
  "handbook/index.md": "# Home\n",
  ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [`handbook/${name}.md`, text])),
})));

test("an exact word ranks above its synonyms, which the handbook can extend", async () => {
  const texts = { a: "# One\n\nWe sunset a kettle.\n", b: "# Two\n\nWe deprecate a kettle.\n", c: "# Teapots\n" };
  const core = await chapters(texts, "title = \"T\"\n[search.synonyms]\nsamovar = [\"teapot\"]\n");
  assert.deepEqual(await pages(core, "deprecate"), ["b/", "a/"]);
  assert.deepEqual(await pages(core, "sunset"), ["a/", "b/"]);
  assert.deepEqual(await pages(core, "samovar"), ["c/"]);
  assert.deepEqual((await core.search("samovar")).similar, []);
});

test("both English spellings find a word", async () => {
  const core = await chapters({ a: "# A\n\nOrganisation and color.\n" });
  for (const query of ["organization", "organisation", "colour", "color"]) assert.deepEqual(await pages(core, query), ["a/"], query);
});

test("only words of five letters or more find similar words, which are marked as similar", async () => {
  const core = await chapters({ a: "# A\n\nThe bay is quite roomy for kettles.\n" });
  for (const query of ["baby", "quitting"]) assert.deepEqual(await pages(core, query), [], query);
  const found = await core.search("ketles");
  assert.deepEqual(found.similar, ["kettles"]);
  assert.deepEqual(core.excerpt("Boil kettles.", found), [["Boil ", false], ["kettles", "near"], [".", false]]);
});

test("stop words aren't needed and aren't highlighted, unless there are no others", async () => {
  const core = await chapters({ a: "# A\n\nHow to boil water.\n", b: "# B\n\nHow to what.\n" });
  assert.equal((await pages(core, "how to boil"))[0], "a/");
  assert.equal((await core.search("how to boil")).forms.has("how"), false);
  assert.equal((await pages(core, "how to")).length, 2);
});

test("letters are found by plain forms, scripts without spaces inside a sentence, and identifiers by their last part", async () => {
  const core = await chapters({
    a: "# A\n\nc\u0153ur l\u00e6ring sm\u00f8r \u0110or\u0111e Ent\u00adschei\u00addung \u05e1\u05b5\u05e4\u05b6\u05e8 \u0645\u064f\u062f\u0650\u064a\u0631\n",
    b: "# B\n\n\u0e1c\u0e39\u0e49\u0e08\u0e31\u0e14\u0e01\u0e32\u0e23\u0e23\u0e31\u0e1a\u0e1c\u0e34\u0e14\u0e0a\u0e2d\u0e1a\u0e41\u0e1c\u0e19\u0e07\u0e32\u0e19\n",
    d: "# D\n\nCall `app.setTimeout()`.\n",
  });
  for (const query of ["coeur", "laering", "smor", "dorde", "entscheidung", "\u05e1\u05e4\u05e8", "\u0645\u062f\u064a\u0631"]) assert.deepEqual(await pages(core, query), ["a/"], query);
  assert.deepEqual(await pages(core, "\u0e41\u0e1c\u0e19\u0e07\u0e32\u0e19"), ["b/"]);
  for (const query of ["timeout", "setTimeout"]) assert.deepEqual(await pages(core, query), ["d/"], query);
});

test("parts of German compounds are found after whole words, and highlighted", async () => {
  const core = await chapters({
    a: "# A\n\nUnsere Produktstrategie und die Unternehmensstrategie. Das Produkt, das Unternehmen.\n",
    b: "# B\n\nEin Entscheidungsprozess je Team. Eine Entscheidung, ein Prozess.\n", d: "# D\n\nNeue Entscheidungsprozesse.\n",
  }, "title = \"T\"\nlanguage = \"de\"\n");
  for (const query of ["Strategie", "strategien"]) assert.deepEqual(await pages(core, query), ["a/"], query);
  assert.deepEqual(await pages(core, "Prozess"), ["b/", "d/"]);
  assert.deepEqual(await pages(core, "Entscheidung"), ["b/", "d/"]);
  const found = await core.search("Prozess");
  assert.deepEqual(core.excerpt("Neue Entscheidungsprozesse.", found).filter(([, isFound]) => isFound), [["Entscheidungsprozesse", true]]);
});

test("C++ and C# are found before C", async () => {
  const core = await chapters({ a: "# A\n\nWritten in C, in C, in C.\n", b: "# B\n\nWritten in C++.\n", d: "# D\n\nWritten in C#.\n" });
  assert.equal((await pages(core, "C++"))[0], "b/");
  assert.equal((await pages(core, "C#"))[0], "d/");
});

test("queries on a real handbook rank their chapters high", { timeout: 120_000 }, async (context) => {
  const archive = join(repository, "../shared/real/sourcegraph-handbook.tar.gz");
  if (!existsSync(archive)) return context.skip("the real handbook isn't next to this checkout");
  const dir = folder();
  execFileSync("tar", ["xzf", archive, "-C", dir]);
  const site = join(dir, "site");
  // It has hundreds of findings, which don't matter here.
  execFileSync(rolebook, ["build", join(dir, "content"), "--out", site], { stdio: "ignore" });
  const core = await index(site);
  let sum = 0;
  const all = queries("real.txt");
  for (const { query, wanted } of all) {
    const at = place(await pages(core, query), wanted);
    sum += at ? 1 / at : 0;
  }
  assert.ok(sum / all.length > 0.8, `mean reciprocal rank ${sum / all.length}`);
});

test("a word is found in other forms, in any case, without accents, and by pairs of characters in Chinese", async () => {
  const dir = project({
    "handbook/handbook.toml": "title = \"T\"\n",
    "handbook/index.md": "# Home\n",
    "handbook/a.md": "# Caf\u00e9 r\u00e9sum\u00e9s\n\nShe prioritised the leader\u2019s work.\n",
    "handbook/b.md": "# \u4ea7\u54c1\u7ecf\u7406\n\n\u8def\u7ebf\u56fe\u3002\n",
  });
  const core = await index(build(dir));
  for (const query of ["CAFE", "re\u0301sume\u0301", "prioritising", "leader's", "leaders", "resum"]) {
    assert.deepEqual(await pages(core, query), ["a/"], query);
  }
  for (const query of ["\u4ea7\u54c1\u7ecf\u7406", "\u7ecf\u7406", "\u8def\u7ebf\u56fe"]) assert.deepEqual(await pages(core, query), ["b/"], query);
  for (const query of ["", "   ", "\"", "\"\"", "?!", "constructor", "__proto__"]) assert.deepEqual(await pages(core, query), [], query);
});

test("words in quotes are found only as a phrase", async () => {
  const dir = project({
    "handbook/handbook.toml": "title = \"T\"\n",
    "handbook/index.md": "# Home\n",
    "handbook/a.md": "# One\n\nA green kettle stands here.\n",
    "handbook/b.md": "# Two\n\nThe kettle is green.\n",
  });
  const core = await index(build(dir));
  assert.deepEqual(await pages(core, "\"green kettle\""), ["a/"]);
  assert.equal((await pages(core, "green kettle")).length, 2);
});

const competency = "# Pricing craft\n\nAbout the craft.\n\n## Levels\n\n### Learning\n\n- Writes down what a kettle costs. {#costs}\n\n### Owning\n\n- Says no to a discount, with the reason. {#says-no}\n- Names the price before anybody asks. {#names-it}\n";
const strategy = "# Prices\n\nPrices follow the season.\n\n## Decisions\n\n### Which discounts are allowed {#discounts}\n\n- Accountable: [[lead]]\n- Consulted: sales\n\nTwice a year for all prices.\n\n### Who is billed first\n\n- Accountable: sales\n";
const company = { "competencies/craft": competency, "strategy/prices": strategy, "roles/lead": "# Price Lead\n\nLeads.\n", ...Object.fromEntries([1, 2, 3, 4].map((n) => [`n${n}`, `# Note ${n}\n\nA kettle and a teapot.\n`])) };
const partners = "title = \"T\"\n[partners]\nsales = \"Sales\"\n";

test("a statement is found as a statement, with its level and its anchor", async () => {
  const core = await chapters(company, partners);
  const kind = core.entry.facets[0].indexOf("Statements");
  const found = await core.search("no discount reason", [kind, null, null, null]);
  assert.equal(found.total, 1);
  const [hit] = found.results;
  assert.equal(core.label(hit), "Statement");
  const [line] = await core.lines([hit.unit]);
  const said = core.statement(await core.texts(line.text), hit.place);
  assert.deepEqual([line.title, said.text, said.anchor, said.level], ["Pricing craft", "Says no to a discount, with the reason.", "says-no", 3]);
  // A statement that has less of the query than its chapter isn't an answer.
  assert.equal((await core.search("pricing craft discount", [kind, null, null, null])).total, 0);
});

test("a decision is found by its name, with who is accountable", async () => {
  const core = await chapters(company, partners);
  for (const [query, anchor, party] of [["which discounts are allowed", "discounts", "Price Lead"], ["who is billed first", "who-is-billed-first", "Sales"]]) {
    const found = await core.search(query, [core.entry.facets[0].indexOf("Decisions"), null, null, null]);
    const [line] = await core.lines([found.results[0].unit]);
    assert.equal(line.url, `strategy/prices/#${anchor}`, query);
    const [heading, , , accountable] = (await core.texts(line.text))[found.results[0].sections[0]];
    assert.deepEqual([line.title, heading, line.chapter, accountable], [line.title, line.title, "Prices", party]);
  }
});

test("statements and decisions are below their chapter, and few stand alone", async () => {
  const many = Object.fromEntries([...Array(6).keys()].map((n) => [`competencies/c${n}`, `# Craft ${n}\n\n## Levels\n\n### Owning\n\n${[0, 1, 2].map((k) => `- Pours a samovar of kind ${n}${k}. {#s${k}}\n`).join("")}`]));
  const core = await chapters({ ...company, ...many }, partners);
  const found = await core.search("samovar");
  assert.ok(found.results.filter((hit) => hit.place !== undefined).length <= 3);
  assert.equal(found.facets[0][core.entry.facets[0].indexOf("Statements")], 18);
  const below = (await core.search("prices discounts")).results[0];
  assert.deepEqual(below.parts.map((part) => core.label(part)), ["Decision"]);
  assert.equal(new Set(found.results.map((hit) => `${hit.unit} ${hit.place}`)).size, found.results.length);
});

test("an excerpt consists of sentences, highlights what was found, and separates the cells of a table", async () => {
  const core = await chapters({ a: "# A\n\n| Day | Tea |\n|---|---|\n| Monday | a kettle |\n\nFirst item\n\nSecond item\n" });
  const shown = (text, words, size) => core.excerpt(text, { forms: new Set(words), prefix: "" }, size).map(([piece]) => piece).join("");
  const text = `${"Many other words stand here. ".repeat(20)}The kettles boil over. ${"And more follow after. ".repeat(20)}`;
  const pieces = core.excerpt(text, { forms: new Set(["kettles"]), prefix: "" });
  assert.deepEqual(pieces.filter(([, found]) => found), [["kettles", true]]);
  assert.match(pieces.map(([piece]) => piece).join(""), /^The kettles boil over\. (And more follow after\. ?)+$/);
  const [line] = await core.lines([(await core.search("monday")).results[0].unit]);
  const [, , cells] = (await core.texts(line.text)).find((section) => section[2]);
  assert.equal(shown(cells, ["kettle"]), "Day \u00b7 Tea \u00b7 Monday \u00b7 a kettle \u00b7 First item \u00b7 Second item");
  // A sentence that is too long is cut between words.
  const long = `${"word ".repeat(80)}kettle ${"after ".repeat(80)}`.trim();
  assert.match(shown(long, ["kettle"]), /^\u2026 word (word )+kettle (after )+after \u2026$/u);
  assert.match(shown(`${"x".repeat(300)} kettle ${"y".repeat(300)}`, ["kettle"]), /^\u2026 kettle /);
  assert.equal(shown("He met E. Smith. A kettle.", ["kettle"]), "He met E. Smith. A kettle.");
});

test("other names of several words are highlighted only as a whole", async () => {
  const core = await chapters({ a: "# A\n\nAn associate product manager. A product, and an associate.\n" });
  const found = await core.search("apm");
  const marked = core.excerpt("An associate product manager. A product, and an associate.", found).filter(([, isFound]) => isFound).map(([text]) => text);
  assert.deepEqual(marked, ["associate", "product", "manager"]);
});

/** Generates queries. The same number gives the same queries (xorshift32, Marsaglia 2003). */
function* made(first, words) {
  let state = first | 1;
  const below = (n) => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) % n; };
  const pieces = ["\"", "\u201c", "\u00ab", " ", "  ", "-", "'", "\u2019", "\ud800", "\u0301", "\u202e", "\u4ea7\u54c1", "\u{1f600}", "\u00df", "\u0130", "\uffff", "0", "__proto__", "constructor", "<b>", "&amp;", "\0", "\n", "%", "\\", "(", "*", "x".repeat(300)];
  for (;;) {
    let query = "";
    for (let n = below(8); n >= 0; n--) {
      const word = words[below(words.length)];
      const cut = word.slice(0, 1 + below(word.length));
      query += [word, cut, cut + pieces[below(pieces.length)], pieces[below(pieces.length)], word.split("").reverse().join("")][below(5)];
      if (below(3)) query += " ";
    }
    yield query;
  }
}

test("any query gets sorted results with existing pages and excerpts from those pages", { timeout: 3_600_000 }, async () => {
  const core = await index(build(project()));
  const words = [...new Set(readFileSync(join(repository, "README.md"), "utf8").match(/\p{L}+/gu))];
  const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
  const end = Date.now() + seconds * 1000;
  // An excerpt has a sign between cells and lines.
  const plain = (text) => text.replace(/[\s\u00b7]+/g, " ");
  let count = 0;
  for (const query of made(seconds ? process.pid : 7, words)) {
    if (seconds ? Date.now() > end : count === 300) break;
    count++;
    const said = JSON.stringify(query);
    const found = await core.search(query);
    assert.ok(found.results.every(({ score, unit }) => Number.isFinite(score) && unit >= 0 && unit < core.entry.units), said);
    assert.ok(found.results.every(({ score }, n) => !n || n === found.total || score <= found.results[n - 1].score), said);
    const lines = await core.lines(found.results.slice(0, 3).map(({ unit }) => unit));
    for (const line of lines) {
      assert.ok(line.title && typeof line.url === "string" && !/^[a-z]+:/i.test(line.url), said);
      for (const [, , text] of await core.texts(line.text)) {
        const shown = core.excerpt(text, found).map(([piece]) => piece).join("").replace(/^\u2026 | \u2026$/g, "");
        assert.ok(plain(text).includes(plain(shown).trim()), `${said}: ${shown}`);
      }
    }
  }
  console.log(`query: ${count} queries in ${seconds} s`);
});
