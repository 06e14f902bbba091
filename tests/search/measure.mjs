// Compares our search with Pagefind: how high the wanted chapters rank, how long indexing takes,
// and how much is fetched before the first result.
//
// Run it with `node tests/search/measure.mjs FOLDER QUERIES [--alone] [--audience NAME]`. It needs
// `target/release/rolebook` or the program in ROLEBOOK, and `pagefind` and `playwright-core` in
// MODULES (a `node_modules` folder). With `--alone`, it measures only our search and needs no
// modules. FOLDER is a handbook. QUERIES is a file like `handbook.txt`, or `-` to measure only
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
const [folder, queriesFile, ...rest] = process.argv.slice(2);
const isAlone = rest.includes("--alone");
const flags = rest.filter((flag) => flag !== "--alone");
const program = process.env.ROLEBOOK ?? join(repository, "target/release/rolebook");
const work = mkdtempSync(join(tmpdir(), "rolebook-search-"));
const site = join(work, "site");
execFileSync(program, ["build", folder, "--out", site, ...flags], { stdio: "ignore" });

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
    async search(query, most = 30) {
      const found = await core.search(query);
      const lines = await core.lines(found.results.slice(0, most).map((hit) => hit.unit));
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

const a = await ours(), b = isAlone ? null : await theirs();
const word = process.env.WORD ?? "roadmap";
await a.search(word, 10);
const [entry, words] = a.fetched;
const rows = a.fetched.slice(2).reduce((x, y) => x + y, 0);
const assets = ["search-core.js", "search.css"].map((name) => zipped(join(repository, "themes/default/assets", name)));
const needed = [...assets, entry, words];
console.log(`first ten results for "${word}": ours ${needed.join(" + ")} bytes and ${a.fetched.length - 2} files of the table (${rows}) = ${rows + needed.reduce((x, y) => x + y)} bytes`);
await b?.search(word, 1);
if (b) console.log(`                        Pagefind without its interface ${b.fetched.join(" + ")} = ${b.fetched.reduce((x, y) => x + y)} bytes`);
if (b) console.log(`index: Pagefind ${b.seconds.toFixed(1)} s`);
if (queriesFile !== "-") {
  const totals = [[], []], empty = [0, 0];
  for (const line of readFileSync(queriesFile, "utf8").split("\n").filter((line) => line.includes(" | ") && !line.startsWith("#"))) {
    const [query, chapters] = line.split(" | ");
    if (chapters === "NONE") continue;
    const wanted = chapters.split(", ").map((path) => `${path.replace(/(^|\/)index$/, "$1").replace(/\/$/, "")}/`);
    const lists = [await a.search(query), ...(b ? [await b.search(query)] : [])];
    const ranks = lists.map((list) => worth(list, wanted));
    ranks.forEach((rank, n) => { totals[n].push(rank); empty[n] += Number(lists[n].length === 0); });
    console.log(`${ranks.map((rank) => rank.toFixed(2)).join("  ")}  ${query}`);
  }
  const mean = (list) => (list.reduce((sum, value) => sum + value, 0) / list.length).toFixed(3);
  const among = (list, most) => mean(list.map((rank) => Number(rank >= 1 / most)));
  const report = (list, n) => `${mean(list)}, first three ${among(list, 3)}, first five ${among(list, 5)}, ${empty[n]} without a result`;
  console.log(`mean reciprocal rank of ${totals[0].length} queries: ours ${report(totals[0], 0)}${b ? `; Pagefind ${report(totals[1], 1)}` : ""}`);
}
await b?.end();
rmSync(work, { recursive: true });
