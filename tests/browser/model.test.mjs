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
  await page.locator("#main").getByRole("link", { name: "Product Manager", exact: true }).first().click();
  await page.locator(".more-facts a[href*='compare/']").getByText("Product Leader").click();
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
  const [shown, frame] = [await cell.boundingBox(), await page.locator(".matrix tbody tr:not(.cluster)").first().boundingBox()];
  assert.ok(shown.height >= 44 && frame.width > 300, JSON.stringify([shown, frame]));
  const role = await cell.evaluate((a) => getComputedStyle(a.parentElement, "::before").content);
  assert.match(role, /Product Manager/);
  assert.deepEqual(await violations(page), []);
  await close(page);
});

test("the matrix fits the window, and its head stays in sight while the page scrolls", async () => {
  const address = await host(site);
  for (const width of [1440, 1024]) {
    const page = await open(`${address}matrix/`, { width, height: 900 });
    const table = page.locator(".matrix table");
    const [box, holder] = [await table.boundingBox(), await page.locator(".matrix").boundingBox()];
    assert.ok(box.width <= holder.width + 1 && box.x + box.width <= width, JSON.stringify([box, holder]));
    await page.evaluate(() => scrollTo(0, 500));
    const head = await page.locator(".matrix thead th[data-id]").first().boundingBox();
    assert.ok(head.y >= 0 && head.y < 200, JSON.stringify(head));
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await violations(page), []);
    await close(page);
  }
});

test("the matrix remembers the reader's role, filters in place, and is walked with the arrow keys", async () => {
  const address = await host(site);
  const page = await open(`${address}matrix/`);
  await page.getByLabel("My role", { exact: true }).selectOption({ label: "Product Manager" });
  assert.equal((await page.locator("thead .mine .flag").innerText()), "You");
  assert.ok(await page.locator("thead .after .flag").first().isVisible());
  await page.reload();
  assert.match(await page.locator("thead .mine").innerText(), /^Product\s*Manager/);
  await page.getByLabel("Only my role and the next").check();
  assert.equal(await page.locator("thead th[data-id]:visible").count(), 2);
  await page.getByLabel("Only my role and the next").uncheck();
  await page.getByLabel("Cluster").selectOption({ index: 1 });
  assert.equal(await page.locator("tbody:visible").count(), 1);
  await page.locator("tbody td a:visible").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const place = await page.evaluate(() => [document.activeElement.parentElement.cellIndex, document.activeElement.closest("tr").rowIndex]);
  assert.deepEqual(place, [2, 4]);
  await page.waitForSelector("#matrix-glimpse:not([hidden])");
  assert.ok((await page.locator("#matrix-glimpse li").count()) > 1);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#matrix-glimpse").isHidden(), true);
  assert.deepEqual(page.faults, []);
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
