// Tests the findings in the corner of the page: they appear when something is wrong, disappear when
// it is fixed, and never cover the text.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, folder, open, overflow, preview, project, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\n[[a]] and [[b]].\n",
  "handbook/guides/a.md": "# A\n\nSee [[b]].\n",
  "handbook/guides/b.md": "# B\n\nText.\n",
};

async function start(options = {}, ...flags) {
  const dir = project(texts);
  const { address } = await preview(dir, ...flags);
  const page = await open(address + "guides/a/", options);
  return { page, write: (name, text) => writeFileSync(join(dir, "handbook", name), text) };
}

test("a mistake is shown with its location and disappears once it is fixed, without a reload", async () => {
  const { page, write } = await start();
  await page.evaluate(() => { globalThis.stays = true; });
  write("guides/a.md", "# A\n\nSee [[bb]].\n");
  await page.waitForSelector(".rolebook-findings.rolebook-error[open]");
  const shown = await page.locator(".rolebook-finding").textContent();
  for (const part of ["No chapter called `bb`.", "dead-link", "handbook/guides/a.md:3:5", "See [[bb]].", "^^^^^^"]) assert.ok(shown.includes(part), `${part} in ${shown}`);
  assert.equal(await page.locator(".prose .dead").textContent(), "bb");
  assert.deepEqual(await violations(page), []);
  write("guides/a.md", "# A\n\nSee [[b]].\n");
  await page.waitForSelector(".rolebook-findings", { state: "detached" });
  assert.equal(await page.evaluate(() => globalThis.stays), true);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("mistakes in other chapters are shown as a count that opens a list", async () => {
  const { page, write } = await start();
  write("guides/b.md", "# B\n\n[[nowhere]]\n");
  const summary = page.locator(".rolebook-findings > summary");
  await summary.waitFor();
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  assert.match(await summary.textContent(), /1 finding in other chapters/);
  await summary.click();
  assert.ok((await page.locator(".rolebook-others a").getAttribute("href")).startsWith("/guides/b/"));
  assert.deepEqual(await violations(page), []);
  await page.locator(".rolebook-others summary").press("Escape");
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  await close(page);
});

test("on a phone, findings stay in the corner and don't cover the end of the page", async () => {
  const { page, write } = await start({ width: 390, height: 844 });
  write("guides/a.md", `# A\n\n[[bb]]\n\n${"Text. \n\n".repeat(60)}`);
  await page.waitForSelector(".rolebook-findings");
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  assert.equal(await overflow(page), 0);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  const [corner, end] = await page.evaluate(() => [".rolebook-findings", ".colophon"].map((at) => document.querySelector(at).getBoundingClientRect()));
  assert.ok(corner.top >= end.bottom - 1, "the findings cover the last line");
  await close(page);
});

test("a passage opens in the author's editor at the right line", async () => {
  const told = join(folder(), "told");
  const script = join(folder(), "editor.sh");
  writeFileSync(script, `#!/bin/sh\necho "$1" > ${told}\n`, { mode: 0o755 });
  const { page } = await start({}, "--editor", `${script} {file}:{line}:{column}`);
  await page.locator(".prose > p").click({ modifiers: ["Alt"], position: { x: 5, y: 5 } });
  await page.waitForSelector('.rolebook-note:has-text("Opened")');
  await page.waitForFunction(() => true);
  assert.match(readFileSync(told, "utf8"), /\/handbook\/guides\/a\.md:3:1\n$/);
  assert.equal(await page.locator(".rolebook-pencil").count(), 0, "nothing can be changed without --edit");
  await close(page);
});
