// Tests reading paths: previous and next follow the path that the reader is on, and what they have
// read is stored only in this browser and can be cleared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { build, close, host, open, project, violations } from "./support.mjs";

const site = build(project());
const path = "paths/becoming-a-product-leader/";

test("a reader on a path stays on it, and each stop that they leave counts as read", async () => {
  const address = await host(site);
  const page = await open(address + path);
  const stops = await page.locator(".stops h3 a").evaluateAll((links) => links.map((a) => a.href));
  await page.locator(".stops h3 a").first().click();
  for (const stop of stops.slice(1)) {
    assert.match(await page.locator(".came-by").innerText(), /Becoming a product leader/);
    await page.locator(".turn .next").click();
    await page.waitForURL(stop);
  }
  assert.equal(await page.locator(".turn .next").count(), 0, "the last stop leads nowhere");
  await page.goto(address + path);
  assert.match(await page.locator(".progress [role=status]").innerText(), new RegExp(`^${stops.length - 1} of ${stops.length} read · \\d+ min left$`));
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("without a path in the URL, previous and next are the chapter's neighbors", async () => {
  const address = await host(site);
  const page = await open(`${address}understanding/leader-and-manager/`);
  assert.equal(await page.locator(".came-by").count(), 0);
  const next = await page.locator(".turn .next").getAttribute("href");
  assert.ok(!next.includes("?path="), next);
  // The page still lists every path that the chapter is on.
  assert.ok((await page.locator(".along [data-path]").count()) > 1);
  await close(page);
});

test("reading marks are kept between pages, shown in other tabs, and gone when cleared", async () => {
  const address = await host(site);
  const page = await open(`${address}understanding/leader-and-manager/`);
  const other = await page.context().newPage();
  await other.goto(address + path);
  const box = other.getByRole("checkbox", { name: /Product leader vs product manager/ });
  assert.equal(await box.isChecked(), false);
  await page.getByRole("button", { name: "Mark as read" }).click();
  assert.equal(await page.getByRole("button", { name: "Read" }).getAttribute("aria-pressed"), "true");
  await other.waitForFunction(() => document.querySelectorAll(".stops input:checked").length === 1);
  assert.deepEqual(await page.evaluate(() => Object.values(localStorage)), ['["understanding/leader-and-manager/"]']);
  await other.getByRole("button", { name: "Clear progress" }).click();
  assert.equal(await other.locator(".stops input:checked").count(), 0);
  assert.equal(await other.evaluate(() => localStorage.length), 0, "nothing is left behind");
  await close(page);
});

test("without storage, the page says so and keeps the marks until it is left", async () => {
  const address = await host(site);
  const page = await open(address);
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", { get() { throw new DOMException("denied", "SecurityError"); } });
  });
  await page.goto(address + path);
  await page.locator(".stops input").first().check();
  assert.equal(await page.locator(".stops input").first().isChecked(), true);
  assert.match(await page.locator(".progress [role=status]").innerText(), /1 of \d+ read.* will be lost when you leave/s);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("without JavaScript, a stop links to the previous and next stops", async () => {
  const address = await host(site);
  const page = await open(`${address}understanding/leader-and-manager/?path=becoming-a-product-leader`, { javascript: false });
  const next = await page.locator("[data-path=becoming-a-product-leader] .next").getAttribute("href");
  assert.match(next, /\?path=becoming-a-product-leader$/);
  assert.equal(await page.locator(".mark").count(), 0);
  await close(page);
});

for (const dark of [false, true]) {
  test(`a path and its stops are accessible${dark ? " in dark mode" : ""}`, async () => {
    const address = await host(site);
    const page = await open(address + path, { width: 390, height: 844, dark });
    assert.deepEqual(await violations(page), []);
    await page.goto(`${address}understanding/leader-and-manager/?path=becoming-a-product-leader`);
    assert.deepEqual(await violations(page), []);
    await close(page);
  });
}
