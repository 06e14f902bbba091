// Tests the logo, the icon and the accent color of `[brand]` in a browser, under the policy of every page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const logo = (color) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 40" width="400" height="40"><rect width="400" height="40" fill="${color}"/></svg>`;
/** Starts a handbook whose accent can't be read on light pages as it is. */
const branded = (accent) => project({
  "handbook/handbook.toml": `title = "The handbook of product and engineering"\n[brand]\nlogo = "logo.svg"\nlogo_dark = "dark.svg"\nfavicon = "icon.svg"\naccent = "${accent}"\n`,
  "handbook/index.md": "# Home\n\nSee [how we hire](hiring.md) and [the law](https://law.example/).\n",
  "handbook/hiring.md": "# Hiring\n\nBack to [the start](index.md).\n\n- [ ] A task\n",
  "handbook/roles/product-manager.md": "---\nsummary: Decides.\n---\n# Product manager\n\n## Responsibilities\n\n- Decides.\n",
  "handbook/logo.svg": logo("#334"), "handbook/dark.svg": logo("#eef"), "handbook/icon.svg": logo("#334"),
});
const kinds = ["", "hiring/", "roles/product-manager/", "search/", "nowhere/"];
const shapes = { light: {}, dark: { dark: true }, phone: { width: 390, height: 844 }, "dark phone": { width: 390, height: 844, dark: true }, small: { width: 320, height: 640 } };

for (const accent of ["#ffcc00", "#0b1f66"]) {
  for (const [name, options] of Object.entries(shapes)) {
    test(`pages with the accent ${accent} pass axe-core and fit (${name})`, async () => {
      const address = await host(build(branded(accent)));
      const page = await open(address, options);
      for (const path of kinds) {
        await page.goto(address + path);
        assert.deepEqual(await violations(page), [], path);
        assert.ok(await overflow(page) <= 0, path);
        const color = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--focus"));
        assert.match(color, /brand|light-dark/, "the style sheet of the accent is loaded");
      }
      // The page for missing addresses is answered with 404, which the console lists.
      assert.deepEqual(page.faults.filter((fault) => !fault.includes("404")), []);
      await close(page);
    });
  }
}

test("the logo follows the color scheme, chosen by the system or by the reader", async () => {
  const address = await host(build(branded("#0b1f66")));
  for (const dark of [false, true]) {
    const page = await open(address, { dark });
    const shown = () => page.evaluate(() => [...document.querySelectorAll("img.logo")].filter((image) => getComputedStyle(image).display !== "none").map((image) => image.className));
    assert.deepEqual(await shown(), [dark ? "logo dark" : "logo"]);
    await page.selectOption(".theme select", dark ? "light" : "dark");
    assert.deepEqual(await shown(), [dark ? "logo" : "logo dark"], "the reader's choice comes first");
    const image = page.locator("img.logo:visible");
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction(() => [...document.querySelectorAll("img.logo")].some((one) => getComputedStyle(one).display !== "none" && one.naturalWidth > 0));
    const { height } = await image.boundingBox();
    assert.equal(height, 28);
    await close(page);
  }
});

test("plain links have the accent, and links to roles keep the color of roles", async () => {
  const address = await host(build(branded("#0b1f66")));
  const page = await open(address);
  const colors = await page.evaluate(() => [...document.querySelectorAll(".prose a")].map((link) => getComputedStyle(link).color));
  assert.ok(colors.includes("rgb(11, 31, 102)"), `${colors}`);
  await close(page);
});
