// Tests search as readers use it: keys, links, filters, failures, folders opened without a server,
// and the preview.

import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { build, close, host, open, overflow, preview, project, violations } from "./support.mjs";

const site = build(project());

/** Opens the dialog with its key and types the query. */
async function search(page, query) {
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  // The key only works once the script has run.
  for (let n = 0; n < 20 && await page.locator("dialog[open] input").count() === 0; n += 1) {
    await page.keyboard.press("/");
    await page.waitForTimeout(100);
  }
  await page.locator("dialog[open] input").fill(query);
}

/** Waits for the first result and returns the titles of the chapters found. */
async function titles(page, within = "dialog") {
  await page.locator(`${within} .search-chapter`).first().waitFor();
  return page.locator(`${within} .search-chapter .search-title`).allTextContents();
}

/** Runs axe-core, after giving Chromium time to paint the dialog. */
async function violationsOf(page) {
  await page.waitForTimeout(100);
  return violations(page);
}

const small = (more = {}, config = "title = \"T\"\n") => project({
  "handbook/handbook.toml": config,
  "handbook/index.md": "# Home\n\nStart here.\n",
  "handbook/guides/a.md": "# Kettle care\n\nOpening.\n\n## Descaling\n\nUse vinegar once a month.\n",
  ...more,
});

test("nothing is fetched before search opens, and the first result takes five requests and at most 30 kB", async () => {
  const page = await open(await host(site));
  assert.ok(!page.requests.some((url) => /\/search\/|search-core|search\.(css|js)/.test(url)), page.requests.join("\n"));
  page.requests.length = 0;
  await search(page, "roadmap");
  assert.equal((await titles(page))[0], "Product roadmap");
  // Other scripts of the page may still be loading.
  const names = page.requests.filter((url) => /\/search[/.-]/.test(url)).slice(0, 5).map((url) => decodeURIComponent(new URL(url).pathname).slice(1));
  const known = names.map((name) => ["search.js", "search-core.js", "search.css", "search/index.json"].find((end) => name.endsWith(end)) ?? "words");
  assert.deepEqual(known.sort(), ["search-core.js", "search.css", "search.js", "search/index.json", "words"], page.requests.join("\n"));
  const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(site, name))).length, 0);
  assert.ok(bytes < 30_000, `${bytes} bytes`);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("the keyboard opens the dialog, moves through the results, follows one and closes the dialog", async () => {
  const page = await open(await host(site));
  await page.keyboard.press("Control+k");
  await page.locator("dialog[open] input").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await search(page, "calibrate the wording");
  await titles(page);
  const input = page.locator("dialog input");
  const pointed = async () => page.locator(`[id="${await input.getAttribute("aria-activedescendant")}"]`);
  await page.keyboard.press("ArrowDown");
  assert.equal(await (await pointed()).getAttribute("aria-selected"), "true");
  const first = await input.getAttribute("aria-activedescendant");
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await input.getAttribute("aria-activedescendant"), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await input.getAttribute("aria-activedescendant"), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.locator("dialog [aria-selected=true]").count(), 1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const to = await (await pointed()).getAttribute("href");
  const all = await page.locator("dialog [role=option]").evaluateAll((options) => options.map((option) => option.getAttribute("href")));
  assert.equal(to, all[1]);
  assert.ok(all.some((href) => href.endsWith("/about/adopting-it/#calibrate-the-wording")), all.join(" "));
  await page.keyboard.press("Enter");
  await page.waitForURL(to);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("what is typed while search loads is searched for, and Escape gives up", async () => {
  const page = await open(await host(site));
  let isHeld = true;
  const held = [];
  await page.route("**/search.js", (route) => { if (isHeld) held.push(route); else route.continue(); });
  await page.waitForFunction(() => document.readyState === "complete");
  await page.keyboard.type("/pricing");
  await page.keyboard.press("Escape");
  await page.keyboard.type("/road?map");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  isHeld = false;
  for (const route of held) await route.continue();
  await page.locator("dialog[open] input").waitFor();
  assert.equal(await page.locator("dialog input").inputValue(), "road?map");
  assert.equal((await titles(page))[0], "Product roadmap");
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a link to search opens its page if search can't be loaded", async () => {
  const address = await host(site);
  const page = await open(address);
  await page.route("**/search.js", (route) => route.abort());
  await page.locator(".bar a.search").click();
  await page.waitForURL(`${address}search/`);
  await close(page);
});

test("a slash typed into a field doesn't open search", async () => {
  const page = await open(`${await host(site)}search/`);
  await page.locator("main input").fill("a");
  await page.keyboard.press("/");
  assert.equal(await page.locator("main input").inputValue(), "a/");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await close(page);
});

test("the search page reads its query from the URL and, without JavaScript, says that it needs it", async () => {
  const address = await host(site);
  const page = await open(`${address}search/?q=premortem`);
  assert.match((await titles(page, "main"))[0], /Pre-mortem/);
  await page.locator("main input").fill("roadmap");
  await page.waitForURL(/q=roadmap/);
  await page.locator("main [role=status]", { hasText: /\d+ results?/ }).waitFor();
  assert.deepEqual(page.faults, []);
  await close(page);
  const plain = await open(`${address}search/`, { javascript: false });
  assert.match(await plain.locator("main").textContent(), /needs JavaScript/);
  await close(plain);
});

test("markup in queries and titles is shown as text", async () => {
  const evil = "<img src=x onerror=\"window.harm=1\">";
  const dir = small({ "handbook/guides/b.md": `---\ntitle: 'Evil ${evil} title'\n---\n\n## Head \`${evil}\`\n\nBody \`<script>window.harm=1</script>\` kettle\n` });
  const page = await open(`${await host(build(dir))}search/?q=${encodeURIComponent(evil)}`);
  await titles(page, "main");
  const texts = await page.locator("main .search-list").textContent();
  assert.ok(texts.includes(evil), texts);
  await page.locator("main input").fill("<zzz qqq=xyzzy()>");
  await page.locator("main .search-status", { hasText: "“<zzz qqq=xyzzy()>”" }).waitFor();
  await page.locator("main input").fill("evil");
  await titles(page, "main");
  assert.equal(await page.locator("main .search-page :is(img, script)").count(), 0);
  assert.equal(await page.evaluate(() => window.harm), undefined);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("search works on a site that is published under a path", async () => {
  const address = await host(site, "/deep/book/");
  const page = await open(`${address}roles/product-manager/`);
  await search(page, "pricing and packaging");
  assert.equal((await titles(page))[0], "Pricing and packaging");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${address}strategy/pricing-and-packaging/`);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("search works in a folder opened without a server", async () => {
  const folder = build(small({}, "title = \"T\"\nurls = \"file\"\n"));
  const page = await open(pathToFileURL(join(folder, "guides/a.html")).href);
  await search(page, "vinegar");
  assert.deepEqual(await titles(page), ["Kettle care"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/guides\/a\.html#descaling$/);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a failure to load the index is reported and can be retried", async () => {
  const folder = build(small());
  const page = await open(await host(folder));
  await page.route("**/search/index.json", (route) => route.abort());
  await search(page, "vinegar");
  await page.locator("dialog .search-status", { hasText: /couldn.t be loaded/ }).waitFor();
  // What was under way has failed by then too.
  await page.waitForTimeout(500);
  await page.unroute("**/search/index.json");
  await page.getByRole("button", { name: "Try again" }).click();
  assert.deepEqual(await titles(page), ["Kettle care"]);
  await close(page);
});

test("search finds the new content of a site that is republished while search is open", async () => {
  const dir = small();
  const folder = build(dir);
  const page = await open(await host(folder));
  await search(page, "zzz");
  await page.locator("dialog .search-status", { hasText: "Nothing found" }).waitFor();
  for (const name of readdirSync(join(folder, "search"))) if (name.endsWith(".json")) rmSync(join(folder, "search", name));
  const fresh = build(small({ "handbook/guides/c.md": "# Teapot\n\nPorcelain.\n" }));
  for (const name of readdirSync(join(fresh, "search")).filter((name) => name.endsWith(".json"))) {
    cpSync(join(fresh, "search", name), join(folder, "search", name));
  }
  // The words are still cached from the old files, but the row of the table isn't.
  await page.locator("dialog input").fill("vinegar");
  assert.deepEqual(await titles(page), ["Kettle care"]);
  await page.keyboard.press("Escape");
  await search(page, "porcelain");
  await page.locator("dialog .search-title", { hasText: "Teapot" }).waitFor();
  await close(page);
});

test("results can be filtered by kind, part, owner and topic", async () => {
  const page = await open(`${await host(site)}search/?q=product`);
  const all = (await titles(page, "main")).length;
  await page.locator("main .search-facets summary").click();
  assert.ok(await page.locator("main .search-facets details button").count() > 1);
  // The topics are fetched when the filters are opened.
  const topic = page.locator("main .search-facets details button", { hasText: /^leadership / });
  const count = Number((await topic.textContent()).split(" ")[1]);
  await topic.click();
  await page.locator("main .search-facets details button[aria-pressed=true]", { hasText: "leadership" }).waitFor();
  // The number of the topic also counts statements and decisions, which are below their chapters.
  await page.waitForFunction((most) => { const shown = parseInt(document.querySelector("main [role=status]").textContent); return shown > 0 && shown <= most; }, count);
  await page.locator("main .search-facets button[aria-pressed=true]").click();
  await page.locator("main .search-facets button[aria-pressed=true]").waitFor({ state: "detached" });
  await page.locator("main .search-facets > .search-choices button", { hasText: "Competencies" }).click();
  await page.locator("main .search-facets button[aria-pressed=true]").waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("main .search-note")].every((note) => note.textContent === "Competency"));
  assert.ok(all > 0 && (await titles(page, "main")).length > 0);
  assert.equal(await page.evaluate(() => document.activeElement.closest(".search-facets") !== null), true);
  await close(page);
});

test("an empty search field shows links to the parts of the handbook", async () => {
  const page = await open(`${await host(site)}roles/product-manager/`);
  await page.keyboard.press("/");
  await page.locator("dialog .search-rest a", { hasText: "Strategy" }).waitFor();
  await close(page);
});

test("search in the preview finds a word that was just saved", async () => {
  const dir = small();
  const served = await preview(dir);
  const page = await open(`${served.address}guides/a/`);
  await search(page, "lemon");
  await page.locator("dialog .search-status", { hasText: "Nothing found" }).waitFor();
  await page.keyboard.press("Escape");
  writeFileSync(join(dir, "handbook/guides/a.md"), "# Kettle care\n\nOpening.\n\n## Descaling\n\nUse lemon once a month.\n");
  await page.locator("main", { hasText: "lemon" }).waitFor();
  await search(page, "lemon");
  assert.deepEqual(await titles(page), ["Kettle care"]);
  await close(page);
});

test("the search dialog and the search page pass axe-core in light, in dark and on a phone", async () => {
  const address = await host(site);
  for (const shape of [{}, { dark: true }, { width: 390, height: 800 }, { width: 390, height: 800, dark: true }]) {
    const page = await open(address, shape);
    await page.locator(".bar a.search").click();
    await page.locator("dialog .search-rest a").first().waitFor();
    assert.deepEqual(await violationsOf(page), [], `empty ${JSON.stringify(shape)}`);
    await page.locator("dialog input").fill("decision");
    await titles(page);
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await violationsOf(page), [], JSON.stringify(shape));
    await page.goto(`${address}search/?q=decision`);
    await titles(page, "main");
    assert.deepEqual(await violationsOf(page), [], `page ${JSON.stringify(shape)}`);
    assert.ok(await overflow(page) <= 0);
    await close(page);
  }
});
