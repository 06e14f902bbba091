// Tests that with `urls = "file"` the site works from a folder, without a server.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { test } from "node:test";
import { build, close, open, project } from "./support.mjs";

test("every page opens from the disk, and every link has an existing file and anchor as its target", async () => {
  const dir = project();
  const file = join(dir, "handbook/handbook.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace('title = "', 'urls = "file"\ntitle = "'));
  const site = build(dir);
  const page = await open(pathToFileURL(join(site, "index.html")).href);
  const waiting = [page.url()];
  const seen = new Set(waiting);
  const anchors = new Map();
  const wanted = [];
  while (waiting.length) {
    const url = waiting.pop();
    await page.goto(url);
    assert.deepEqual(page.faults, [], url);
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll("[id], a[name]")].flatMap((element) => [element.id, element.getAttribute("name")]),
      links: [...document.links].map((link) => link.href),
    }));
    anchors.set(url, new Set(found.ids));
    for (const link of found.links.filter((link) => link.startsWith("file:"))) {
      const to = new URL(link);
      const anchor = decodeURIComponent(to.hash.slice(1));
      to.hash = "";
      to.search = "";
      // The manual is a site of its own, built into this folder later.
      if (to.href.startsWith(new URL("docs/", pathToFileURL(`${site}/`)).href)) continue;
      assert.ok(existsSync(fileURLToPath(to)), `${link} from ${url}`);
      if (anchor) wanted.push([to.href, anchor, url]);
      if (to.pathname.endsWith(".html") && !seen.has(to.href)) {
        seen.add(to.href);
        waiting.push(to.href);
      }
    }
  }
  assert.ok(seen.size > 90, `only ${seen.size} pages`);
  // The steps of an assessment are created by its script when the reader gets there.
  for (const [to, anchor, from] of wanted.filter(([to]) => anchors.has(to) && !to.includes("/assess/"))) {
    assert.ok(anchors.get(to).has(anchor), `${to}#${anchor} from ${from}`);
  }
  await close(page);
});
