// Tests the audience menu of the preview: the author can view the site as each audience would, and
// sees exactly what a build for that audience contains.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { close, open, overflow, preview, project, violations, write } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n[audiences.public]\n[audiences.managers]\ntitle = "people who lead"\nincludes = ["public"]\n',
  "handbook/index.md": "# Home\n\nFor all.\n\n::: {audience=managers}\nFor managers alone.\n:::\n",
};

const mark = (page) => page.evaluate(() => { window.marked = true; });

test("the author can view the site as each audience without a reload, and saving keeps the choice", async () => {
  const dir = project(texts);
  const { address } = await preview(dir);
  const page = await open(address);
  const secret = page.getByText("For managers alone.");
  const list = page.getByLabel("View as");
  await list.waitFor();
  assert.deepEqual(await list.locator("option").allTextContents(), ["Everyone", "people who lead", "public"]);
  assert.equal(await secret.count(), 0);
  await mark(page);
  await list.selectOption("people who lead");
  await secret.waitFor();
  assert.equal(await list.inputValue(), "managers");
  write(dir, { "handbook/index.md": `${texts["handbook/index.md"]}\nSaved.\n` });
  await page.getByText("Saved.").waitFor();
  assert.equal(await secret.count(), 1);
  await list.selectOption("public");
  await secret.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => window.marked), true);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a chapter that appears for another audience isn't mistaken for a renamed one", async () => {
  const dir = project({
    "handbook/handbook.toml": 'title = "T"\n[audiences.public]\n[audiences.managers]\n',
    "handbook/index.md": "# Home\n",
    "handbook/guides/one.md": "---\naudience: public\n---\n# One\n",
    "handbook/guides/two.md": "---\naudience: managers\n---\n# Two\n",
  });
  const { address } = await preview(dir, "--audience", "public");
  const page = await open(address);
  const status = async (path) => (await fetch(address + path, { redirect: "manual" })).status;
  assert.deepEqual([await status("guides/one/"), await status("guides/two/")], [200, 404]);
  await page.getByLabel("View as").selectOption("managers");
  for (let tries = 0; tries < 500 && await status("guides/two/") !== 200; tries++) await setTimeout(10);
  assert.deepEqual([await status("guides/one/"), await status("guides/two/")], [404, 200]);
  await close(page);
});

test("a handbook without audiences has no audience menu, and on a phone the menu doesn't cover the findings", async () => {
  const { address } = await preview(project({ "handbook/handbook.toml": 'title = "T"\n', "handbook/index.md": "# Home\n\n[[nobody]]\n" }));
  const page = await open(address);
  await page.waitForSelector(".rolebook-findings");
  assert.equal(await page.locator(".rolebook-corner").count(), 0);
  await close(page);
  const other = await preview(project({ ...texts, "handbook/index.md": "# Home\n\n[[nobody]]\n" }));
  const phone = await open(other.address, { width: 390, height: 844 });
  const [choice, findings] = await Promise.all([".rolebook-corner", ".rolebook-findings"].map(async (name) => (await phone.waitForSelector(name)).boundingBox()));
  assert.ok(choice.y + choice.height <= findings.y || findings.y + findings.height <= choice.y || choice.x + choice.width <= findings.x, JSON.stringify([choice, findings]));
  assert.equal(await overflow(phone), 0);
  await close(phone);
});
