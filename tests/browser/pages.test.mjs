// Opens every URL in the sitemap: no page may violate its security policy or have another fault, and
// the largest must still be light.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, close, host, open, overflow, project, weigh } from "./support.mjs";

const site = build(project());
const listed = [...readFileSync(join(site, "sitemap.xml"), "utf8").matchAll(/<loc>https:\/\/rolebook\.example\/(.*?)<\/loc>/g)].map((found) => found[1]);

test("every page opens without errors, policy violations or requests to other hosts", async () => {
  const address = await host(site);
  assert.ok(listed.length > 80, `only ${listed.length} addresses`);
  const page = await open(address);
  for (const path of listed) {
    await page.goto(address + path);
    assert.deepEqual(page.faults, [], path);
  }
  await close(page);
});

test("no page scrolls sideways at 320 pixels", async () => {
  const address = await host(site);
  const page = await open(address, { width: 320, height: 640 });
  const wide = [];
  for (const path of listed) {
    await page.goto(address + path);
    if (await overflow(page) > 0) wide.push(path);
  }
  assert.deepEqual(wide, []);
  await close(page);
});

test("the first page, a chapter and a role take at most 55 kB, 8 requests and 12 kB of script, with all their type", async () => {
  const address = await host(site, "/", { coding: true });
  // The second list has the heaviest pages of the handbook. Nearly all hosts send them as brotli.
  const paths = { gzip: ["", "guides/when-data-misleads/", "roles/product-manager/", "strategy/roadmap/"], br: ["roles/chief-product-officer/", "understanding/leader-and-manager/"] };
  for (const [coding, all] of Object.entries(paths)) for (const path of all) {
    const { bytes, requests, files } = await weigh(address + path, coding);
    const told = `/${path} ${JSON.stringify(bytes)} ${files.join(" ")}`;
    assert.ok(bytes.woff2 > 10_000 && bytes.all <= 55_000, told);
    assert.ok(requests <= 8, told);
    assert.ok(bytes.js <= 12_000, told);
  }
});

test("letters that are rare in English and German text load the rest of the type, and other scripts load none", async () => {
  const texts = { "handbook/handbook.toml": "title = \"T\"\n", "handbook/index.md": "# T\n" };
  // Each has a plain chapter on both sides, whose titles are in the links to the previous and the next chapter.
  const titles = { a: "# Größe, été\n\nPlain *slanted* text, a “quote” and 5 €.\n\n- One\n", b: "# Ça\n", c: "# Слово 言葉\n" };
  for (const [name, text] of Object.entries(titles)) {
    for (const [at, one] of ["# Plain\n", text, "# Plain\n"].entries()) texts[`handbook/${name}${at}.md`] = `---\norder: ${"abc".indexOf(name) * 3 + at + 1}\n---\n\n${one}`;
  }
  const address = await host(build(project(texts)));
  const loaded = async (path) => {
    const page = await open(address + path);
    await page.evaluate(() => document.fonts.ready);
    await page.waitForLoadState("networkidle");
    const names = page.requests.filter((url) => url.endsWith(".woff2")).map((url) => url.split("/").pop());
    await close(page);
    return names.sort();
  };
  assert.deepEqual(await loaded("a1/"), ["serif-italic.woff2", "serif.woff2"]);
  assert.deepEqual(await loaded("b1/"), ["serif-more.woff2", "serif.woff2"]);
  // The first file is for the frame.
  assert.deepEqual(await loaded("c1/"), ["serif.woff2"]);
});
