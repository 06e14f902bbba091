// Measures how long an author waits from saving until the page shows it: of a fact in the form, and
// of a passage. Run it with `node tests/browser/saves.mjs`, or `node tests/browser/saves.mjs FOLDER
// PAGE` to measure a page of another project. ROLEBOOK names the program; measure a release build.
//
// Input: a generated handbook of a thousand chapters. Output: the fastest save, the median, the slowest
// of ten and the slowest of all in milliseconds on the terminal. The time begins with the click on Save. The
// steps are: the save is answered, the page asks for its new version, has it, shows it, and paints it.
// Without a browser, the time ends when the preview has served the page with the new text.

import { execFileSync } from "node:child_process";
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, folder, open, preview, repository } from "./support.mjs";

const SAVES = Number(process.env.SAVES ?? 40);
const PAGES = Number(process.env.PAGES ?? 1000);
const STEPS = ["answered", "asked", "fetched", "seen", "painted"];

/** Generates a handbook, and returns its folder and a page of it. */
function generated() {
  const dir = join(folder(), "k");
  execFileSync("python3", ["-B", "-c", `import corpus; corpus.make(${JSON.stringify(dir)}, "rolebook", ${PAGES})`], { cwd: join(repository, "benches") });
  const [file] = readdirSync(join(dir, "handbook/roles"), { recursive: true }).filter((name) => name.endsWith(".md") && !name.endsWith("index.md")).sort();
  return [dir, `roles/${file.replace(/\.md$/, "/")}`];
}

/** Clicks on `save` in the page, and returns the times until each step is done; `selector` then has the text `text`. */
function timed(page, { save, selector, text }) {
  return page.evaluate(({ save, selector, text }) => new Promise((done) => {
    const isThere = () => [...document.querySelectorAll(selector)].some((one) => !one.closest("[data-rolebook]") && one.textContent.includes(text));
    performance.clearResourceTimings();
    const start = performance.now();
    const steps = () => {
      const all = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
      const posted = all.find((one) => /\/edit\/(save|facts)$/.test(new URL(one.name).pathname) && one.startTime >= start - 1);
      const page = all.filter((one) => one.name === location.href).pop();
      // The page may be told before the answer arrives.
      return [posted?.responseEnd ?? performance.now(), page.startTime, page.responseEnd].map((time) => time - start);
    };
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      const seen = performance.now() - start;
      requestAnimationFrame(() => setTimeout(() => done([...steps(), seen, performance.now() - start])));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    document.querySelector(save).click();
  }), { save, selector, text });
}

async function fact(page, n) {
  await page.locator("main .lede").click();
  await page.waitForSelector(".rolebook-facts[open]");
  const text = `Measured ${n}, and saved again.`;
  await page.locator('[data-field="summary"] textarea').fill(text);
  const times = await timed(page, { save: ".rolebook-facts .rolebook-save", selector: "main .lede", text });
  await page.waitForFunction(() => !document.querySelector(".rolebook-facts"));
  return times;
}

/** Saves a fact without a browser, and asks for the page until it has the new text. */
async function served(address, path, n) {
  const page = await (await fetch(address + path)).text();
  const token = page.match(/name="rolebook-token" content="([^"]+)"/)[1];
  const form = await (await fetch(`${address}_rolebook/edit/facts?page=/${path}`)).json();
  const text = `Served ${n}, and saved again.`;
  const was = form.fields.find(({ name }) => name === "summary").value;
  const headers = { "content-type": "application/json", "rolebook-token": token, origin: address.replace(/\/$/, "") };
  const body = JSON.stringify({ path: form.path, changes: [{ field: "summary", was, value: text }] });
  const start = performance.now();
  const answer = await fetch(`${address}_rolebook/edit/facts`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(await answer.text());
  const answered = performance.now() - start;
  while (!(await (await fetch(address + path)).text()).includes(text));
  return [answered, performance.now() - start];
}

async function passage(page, n) {
  await page.locator(".prose > p").first().hover();
  await page.locator(".rolebook-pencil.near").click();
  const text = `Measured ${n}, and saved again.`;
  await page.locator("#rolebook-text").fill(text);
  const times = await timed(page, { save: ".rolebook-editor .rolebook-save", selector: ".prose > p", text });
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  return times;
}

function show(name, all, steps) {
  console.log(name);
  for (const [part, step] of steps.entries()) {
    const times = all.map((one) => one[part]).sort((a, b) => a - b);
    const told = [0, 0.5, 0.9, 1].map((share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1).padStart(7));
    console.log(`  ${step.padEnd(20)}${told.join("")}`);
  }
}

// This is a test only so that the shared browser and servers are shut down afterwards.
test("saves", async () => {
  const [given, at] = process.argv.slice(2);
  const [from, path] = given ? [given, at ?? ""] : generated();
  const dir = join(folder(), "copy");
  cpSync(from, dir, { recursive: true });
  const { address } = await preview(dir, "--edit");
  const page = await open(address + path);
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  console.log("ms since the click     fastest median    90%    max");
  /** @type {Record<string, any>} */
  const measured = {
    "a fact, without a browser": [(n) => served(address, path, n), ["answered", "served"]],
    "a fact in the form": [(n) => fact(page, n), STEPS],
    "a passage": [(n) => passage(page, n), STEPS],
  };
  for (const [name, [save, steps]] of Object.entries(measured)) {
    const all = [];
    for (let n = 0; n < SAVES + 3; n += 1) {
      const times = await save(n);
      // The first saves warm up the program and the browser.
      if (n >= 3) all.push(times);
      await page.waitForTimeout(150);
    }
    show(name, all, steps);
  }
  await close(page);
});
