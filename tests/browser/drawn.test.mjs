// Shows formulas and diagrams under the site's policy: light and dark, chosen by the system or by
// the reader, on phones and on paper.

import assert from "node:assert/strict";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const wide = Array.from({ length: 60 }, (_, n) => `x_{${n}}`).join(" + ");
const site = build(project({
  "handbook/handbook.toml": 'title = "T"\n[markdown]\nmath = true\n',
  "handbook/index.md": "# Home\n",
  "handbook/guides/drawn.md": `# Drawn

A root $\\sqrt{\\frac{a}{b}}$ in a line.

$$
\\left( \\frac{a}{b} \\right)^2 = \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}
$$

$$
${wide}
$$

\`\`\`mermaid title="A flow"
flowchart LR
  Idea --> Check{Worth it?} --> Discovery --> Delivery --> Launch --> Review --> Retirement
\`\`\`

\`\`\`mermaid
pie title Time
  "Discovery" : 60
  "Delivery" : 40
\`\`\`
`,
}));
const address = await host(site, "/", { coding: true });

/** Returns which images of the first diagram are visible and loaded. */
const visible = (page) => page.evaluate(async () => {
  const all = [...document.querySelectorAll(".diagram:first-of-type .drawing img")];
  const images = all.filter((image) => image instanceof HTMLImageElement && image.checkVisibility()).map((image) => /** @type {HTMLImageElement} */ (image));
  for (const image of images) { image.loading = "eager"; await image.decode(); }
  return images.map((image) => `${image.className} ${image.naturalWidth > 0}`);
});

for (const [name, shape] of Object.entries({ light: {}, dark: { dark: true }, phone: { width: 390, height: 844 }, narrow: { width: 320, height: 700, dark: true }, "forced colors": { context: { forcedColors: "active" } } })) {
  test(`formulas and diagrams are shown without a fault: ${name}`, async () => {
    const page = await open(`${address}guides/drawn/`, shape);
    assert.deepEqual(await visible(page), [`${shape.dark ? "dark" : "light"} true`]);
    await page.evaluate(() => document.fonts.ready);
    assert.ok(page.requests.some((url) => url.endsWith("/math.woff2")));
    const heights = await page.$$eval("math", (all) => all.map((math) => math.getBoundingClientRect().height));
    assert.equal(heights.length, 3);
    assert.ok(heights.every((height) => height > 12), String(heights));
    // The brackets grow with the fraction between them.
    const [bracket, fraction] = await page.$eval(".formula math", (math) => ["mo", "mfrac"].map((inner) => math.querySelector(inner).getBoundingClientRect().height));
    assert.ok(bracket > fraction * .8, `${bracket} ${fraction}`);
    assert.equal(await overflow(page), 0);
    await page.click(".diagram summary");
    assert.ok(await page.isVisible(".diagram pre"));
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.faults, []);
    await close(page);
  });
}

test("the reader's choice of colors decides which image is shown, and paper is light", async () => {
  const page = await open(`${address}guides/drawn/`, { dark: true });
  await page.evaluate(() => { document.documentElement.dataset.theme = "light"; });
  assert.deepEqual(await visible(page), ["light true"]);
  await page.evaluate(() => { document.documentElement.dataset.theme = "dark"; });
  assert.deepEqual(await visible(page), ["dark true"]);
  await page.emulateMedia({ media: "print" });
  assert.deepEqual(await visible(page), ["light true"]);
  await page.emulateMedia({ colorScheme: "light", media: "screen" });
  assert.deepEqual(await visible(page), ["dark true"]);
  await close(page);
});

test("formulas and diagrams are there without scripts, and other pages don't load their files", async () => {
  const page = await open(`${address}guides/drawn/`, { javascript: false });
  assert.equal(await page.locator("math").count(), 3);
  assert.equal(await page.locator(".drawing img:visible").count(), 2);
  await close(page);
  const home = await open(address);
  assert.ok(!home.requests.some((url) => /math|diagram/.test(url)), home.requests.join(" "));
  await close(home);
});
