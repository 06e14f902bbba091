// Creates and renames chapters from the page: what is written, what is rejected, and which page the
// author sees afterwards.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\r\n\r\nSee [[a]] and [it](guides/a.md).\r\n",
  "handbook/guides/a.md": "# A\n\nText.\n",
  "handbook/guides/c.md": "# C\n\nText.\n",
};

async function start(path, options = {}) {
  const dir = project(texts);
  const { address } = await preview(dir, "--edit");
  const page = await open(address + path, options);
  const text = (name) => readFileSync(join(dir, "handbook", name), "utf8");
  return { page, text, has: (name) => existsSync(join(dir, "handbook", name)) };
}

// The browser logs every unsuccessful response to its console.
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

test("a new chapter gets its kind and title, and its page opens with prompts to fill in", async () => {
  const { page, text } = await start("", { width: 390, height: 844 });
  await page.getByRole("button", { name: "New chapter" }).click();
  const form = page.getByRole("dialog", { name: "New chapter" });
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await form.getByLabel("Kind").selectOption("Role");
  await form.getByLabel("Title").fill("Head of *Research*");
  await form.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/roles/head-of-research/");
  assert.match(await page.locator("h1").textContent(), /Head of \*Research\*/);
  assert.match(text("roles/head-of-research.md"), /## Responsibilities/);
  await page.getByRole("dialog", { name: "Properties" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "New chapter" }).click();
  await form.getByLabel("Kind").selectOption("Role");
  await form.getByLabel("Title").fill("Head of Research");
  await form.getByRole("button", { name: "Create" }).click();
  await form.getByText("already exists").waitFor();
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("renaming a chapter updates every reference, and a name that is taken is rejected", async () => {
  const { page, text, has } = await start("guides/a/");
  await page.getByRole("button", { name: "Rename" }).click();
  const form = page.getByRole("dialog");
  const name = form.getByLabel("File name");
  assert.equal(await name.inputValue(), "a");
  await name.fill("c");
  await form.getByRole("button", { name: "Rename" }).click();
  await form.getByRole("alert").filter({ hasText: /\w/ }).waitFor();
  assert.ok(has("guides/a.md"));
  await name.fill("b");
  await form.getByRole("button", { name: "Rename" }).click();
  await page.waitForURL("**/guides/b/");
  assert.equal(text("index.md"), "# Home\r\n\r\nSee [[b]] and [it](guides/b.md).\r\n");
  assert.ok(!has("guides/a.md"));
  assert.deepEqual(faults(page), []);
  await close(page);
});
