// Tests the pages generated from the model as readers use them: few clicks to what a promotion
// takes, one sheet of paper per role, cards on a phone, and overdue reviews.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const dir = project();
const site = build(dir, "--audience", "editors");
const folders = (name) => readdirSync(join(site, name), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => `${name}/${entry.name}/`);

test("from the home page, what a product manager needs to become a product leader is at most three clicks away", async () => {
  const address = await host(site);
  const page = await open(address, { javascript: false });
  const row = page.locator(".ahead tr", { has: page.getByRole("rowheader", { name: "Product Manager", exact: true }) });
  await row.getByRole("link", { name: "Product Leader" }).click();
  assert.match(page.url(), /compare\/product-manager\/product-leader\/$/);
  assert.ok((await page.locator(".changes > li").count()) > 5);
  await close(page);
});

test("on paper what is key for a role fits the first sheet in 9 points, and its own text follows", async () => {
  const address = await host(site);
  // A4 within the margins of the sheet, at 96 pixels to the inch.
  const page = await open(address, { width: Math.floor((210 - 26) / 25.4 * 96), height: 1123 });
  await page.emulateMedia({ media: "print" });
  const sheet = (297 - 22) / 25.4 * 96;
  const over = {};
  for (const role of folders("roles")) {
    await page.goto(address + role);
    const end = await page.locator(".profile").first().evaluate((part) => part.getBoundingClientRect().bottom + scrollY);
    const size = await page.locator(".comp li").first().evaluate((item) => parseFloat(getComputedStyle(item).fontSize));
    if (end > sheet || size < 11.9) over[role] = [Math.round(end), size];
    assert.ok(await page.locator(".chapter > .prose").first().isVisible(), role);
  }
  assert.ok(folders("roles").length > 10);
  assert.deepEqual(over, {});
  await close(page);
});

test("on a phone, the matrix is a card for each competency with the role next to each level", async () => {
  const address = await host(site);
  const page = await open(`${address}matrix/`, { width: 390, height: 844 });
  assert.equal(await overflow(page), 0);
  const cell = page.locator(".matrix td a").first();
  const [shown, frame] = [await cell.boundingBox(), await page.locator(".matrix tr:not(.cluster)").nth(1).boundingBox()];
  assert.ok(shown.height >= 44 && frame.width > 300, JSON.stringify([shown, frame]));
  const role = await cell.evaluate((a) => getComputedStyle(a.parentElement, "::before").content);
  assert.match(role, /Product Manager/);
  assert.deepEqual(await violations(page), []);
  await close(page);
});

test("a review is called overdue only after its due date", async () => {
  const address = await host(site);
  const page = await open(address);
  await page.clock.setFixedTime(new Date("2027-06-06T12:00:00"));
  await page.goto(`${address}health/`);
  const late = await page.locator(".overdue").count(), all = await page.locator("time.due").count();
  assert.ok(late > 0 && late < all, `${late} of ${all}`);
  await page.goto(`${address}competencies/communication/`);
  assert.match(await page.locator(".status.due").innerText(), /overdue.*2027-05-28/i);
  await page.clock.setFixedTime(new Date("2027-05-28T23:00:00"));
  await page.goto(`${address}competencies/communication/`);
  assert.equal(await page.locator(".status.due").isVisible(), false);
  assert.equal(await page.locator(".overdue").count(), 0);
  await close(page);
});

test("pages generated from the model are accessible in light and dark mode, on wide and narrow screens", async () => {
  const address = await host(site);
  const pages = ["", "roles/director-of-product/", "competencies/communication/", "strategy/roadmap/", "matrix/", "ladder/", "compare/product-manager/product-leader/", "decisions/", "decisions/by-role/", "decisions/by-scope/", "hiring/director-of-product/", "health/"];
  for (const [width, dark] of /** @type {[number, boolean][]} */ ([[1440, false], [390, true]])) {
    const page = await open(address, { width, dark });
    for (const path of pages) {
      await page.goto(address + path);
      assert.deepEqual(await violations(page), [], `${path} at ${width}`);
      assert.equal(await overflow(page), 0, `${path} at ${width}`);
      assert.deepEqual(page.faults, [], path);
    }
    await close(page);
  }
});
