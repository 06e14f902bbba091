// Opens every URL in the sitemap: no page may violate its security policy or have another fault.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, close, host, open, overflow, project } from "./support.mjs";

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
