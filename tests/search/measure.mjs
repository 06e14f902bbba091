// Compares our search with Pagefind: how high the wanted chapters rank, how long indexing takes,
// and how much is fetched before the first result.
//
// Run it with `node tests/search/measure.mjs FOLDER QUERIES [--audience NAME]`. It needs
// `target/release/rolebook`, and `pagefind` and `playwright-core` in MODULES (a `node_modules`
// folder). FOLDER is a handbook. QUERIES is a file like `handbook.txt`, or `-` to measure only
// times and bytes. Pagefind gets the chapters' pages without navigation and lists of links, so it
// indexes the same text.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, "../..");
const modules = process.env.MODULES ?? join(repository, "tests/browser/node_modules");
const [folder, queriesFile, ...flags] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "rolebook-search-"));
const site = join(work, "site");
execFileSync(join(repository, "target/release/rolebook"), ["build", folder, "--out", site, ...flags], { stdio: "ignore" });

const zipped = (path) => gzipSync(readFileSync(path), { level: 9 }).length;

/** Opens our search: the code that browsers run, on the files of the site. */
async function ours() {
  await import(join(repository, "themes/default/assets/search-core.js"));
  const fetched = [];
  const core = globalThis.rolebookSearchCore(async (name) => {
    const path = join(site, "search", `${name}.json`);
    fetched.push(zipped(path));
    return JSON.parse(readFileSync(path, "utf8"));
  });
  await core.open();
  return {
    fetched,
    async search(query) {
      const found = await core.search(query);
      const lines = await core.lines(found.results.slice(0, 30).map((hit) => hit.unit));
      return [...new Set(lines.map((line) => decodeURIComponent(line.url.split("#")[0])))];
    },
  };
}

/** Opens Pagefind in Chromium, with its index of a copy of the site. */
async function theirs() {
  const copy = join(work, "copy");
  cpSync(site, copy, { recursive: true });
  for (const name of ["search", "compare", "matrix", "ladder", "decisions", "backlinks", "changes", "print", "health", "404.html"]) rmSync(join(copy, name), { recursive: true, force: true });
  writeFileSync(join(copy, "blank.html"), "<!DOCTYPE html><title>blank</title>");
  const runner = join(modules, "pagefind/lib/runner/bin.cjs");
  const start = performance.now();
  execFileSync(process.execPath, [runner, "--site", copy, "--root-selector", "main", "--exclude-selectors", ".backlinks, .relations, .about, .levels, .profile"], { stdio: "ignore" });
  const seconds = (performance.now() - start) / 1000;
  const { createServer } = await import("node:http");
  const types = { html: "text/html", js: "text/javascript", json: "application/json" };
  let fetched = [];
  const server = createServer((request, response) => {
    const path = join(copy, decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (!existsSync(path)) return response.writeHead(404).end();
    // Pagefind's index files are already compressed, but its scripts aren't.
    fetched.push(path.endsWith(".js") ? zipped(path) : readFileSync(path).length);
    response.writeHead(200, { "content-type": types[path.split(".").pop()] ?? "application/octet-stream" }).end(readFileSync(path));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { chromium } = createRequire(join(modules, "_"))("playwright-core");
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: ["--disable-gpu"] });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/blank.html`);
  fetched = [];
  await page.evaluate(async () => { const script = "/pagefind/pagefind.js"; window.pagefind = await import(script); await window.pagefind.init(); });
  return {
    seconds,
    get fetched() { return fetched; },
    async search(query, most = 30) {
      const urls = await page.evaluate(async ([query, most]) => {
        const found = await window.pagefind.search(query);
        return Promise.all(found.results.slice(0, most).map(async (hit) => (await hit.data()).raw_url ?? (await hit.data()).url));
      }, [query, most]);
      return [...new Set(urls.map((url) => decodeURIComponent(url).replace(/^\//, "").replace(/index\.html$/, "").split("#")[0]))];
    },
    async end() { await browser.close(); server.close(); },
  };
}

/** Returns 1 for the first place, 1/2 for the second, and so on (the reciprocal rank). */
function worth(list, wanted) {
  const place = list.findIndex((url) => wanted.includes(url)) + 1;
  return place ? 1 / place : 0;
}

const a = await ours(), b = await theirs();
const word = process.env.WORD ?? "roadmap";
await a.search(word);
const [entry, words] = a.fetched;
const assets = ["search-core.js", "search.css"].map((name) => zipped(join(repository, "themes/default/assets", name)));
console.log(`first result for "${word}": ours ${[...assets, entry, words].join(" + ")} = ${[...assets, entry, words].reduce((x, y) => x + y)} bytes, then ${a.fetched.length - 2} files of the table (${a.fetched.slice(2, 3)} bytes each)`);
await b.search(word, 1);
console.log(`                        Pagefind without its interface ${b.fetched.join(" + ")} = ${b.fetched.reduce((x, y) => x + y)} bytes`);
console.log(`index: Pagefind ${b.seconds.toFixed(1)} s`);
if (queriesFile !== "-") {
  let sums = [0, 0], count = 0;
  const five = [0, 0], three = [0, 0], empty = [0, 0];
  for (const line of readFileSync(queriesFile, "utf8").split("\n").filter((line) => line.includes(" | ") && !line.startsWith("#"))) {
    const [query, chapters] = line.split(" | ");
    const wanted = chapters.split(", ").map((path) => `${path.replace(/(^|\/)index$/, "$1").replace(/\/$/, "")}/`);
    if (chapters === "NONE") continue;
    const lists = [await a.search(query), await b.search(query)];
    const [own, other] = lists.map((list) => worth(list, wanted));
    [own, other].forEach((value, side) => { five[side] += value >= 0.2; three[side] += value > 0.3; empty[side] += lists[side].length === 0; });
    sums = [sums[0] + own, sums[1] + other];
    count++;
    console.log(`${own.toFixed(2)}  ${other.toFixed(2)}  ${query}`);
  }
  console.log(`mean reciprocal rank of ${count} queries: ours ${(sums[0] / count).toFixed(3)}, Pagefind ${(sums[1] / count).toFixed(3)}`);
  for (const [name, hits] of Object.entries({ "among the first three": three, "among the first five": five, "without a result": empty })) console.log(`${name}: ours ${(hits[0] / count).toFixed(3)}, Pagefind ${(hits[1] / count).toFixed(3)}`);
}
await b.end();
rmSync(work, { recursive: true });
