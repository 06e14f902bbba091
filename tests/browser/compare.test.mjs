// Tests the comparison of any two roles: the pair is in the URL, the content is the same as on a
// prebuilt comparison page, and a failure to load is explained.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";

const site = build(project());

/** Returns the text of a comparison and the targets of its links. */
const said = (page) => page.evaluate(() => {
  const compare = [...document.querySelectorAll(".compare")].find((element) => !element.hidden);
  for (const details of compare.querySelectorAll("details")) details.open = true;
  const links = [...compare.querySelectorAll("a")].map((a) => `${a.textContent} ${new URL(a.href).pathname}${a.hash}`);
  // Statements shown with the chapter's own HTML have links that aren't in the data.
  const own = links.filter((_, n) => !compare.querySelectorAll("a")[n].closest(".statements, .pair > div > ul > li:not(:has(> a.link:only-child)), .both li:not(:has(> a.link))"));
  // A page built from data shows statements with the quotes that their authors typed.
  const typed = compare.innerText.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"');
  return { text: typed.replace(/\s+/g, " ").trim(), own };
});

const ready = (page) => page.waitForSelector(".compare:not([hidden])");

test("a pair in the URL shows the same as the prebuilt comparison page", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/?a=product-manager&b=product-leader`);
  for (const [a, b] of [["product-manager", "product-leader"], ["director-of-product", "vice-president-of-product"], ["senior-product-manager", "group-product-manager"]]) {
    await page.goto(`${address}compare/${a}/${b}/`);
    const wanted = await said(page);
    await page.goto(`${address}compare/?a=${a}&b=${b}`);
    await ready(page);
    const shown = await said(page);
    assert.equal(shown.text, wanted.text, `${a} and ${b}`);
    assert.deepEqual(shown.own, wanted.own, `${a} and ${b}`);
  }
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("levels that replace each other, a role's own words and words for proficiency are compared as on the prebuilt page", async () => {
  const address = await host(build(project({
    "handbook/handbook.toml": "title = \"Small\"\nlevels = \"replace\"\ncompare = [[\"low\", \"high\"], [\"low\", \"other\"]]\n",
    "handbook/index.md": "# Small\n",
    "handbook/roles/low.md": "---\ncompetencies: {writing: 1, choosing: 2}\n---\n# Low\n",
    "handbook/roles/high.md": "---\ncompetencies: {writing: 2, choosing: 1}\nmeaning: {writing: Release notes.}\n---\n# High\n",
    "handbook/roles/other.md": "---\ncompetencies: {writing: 1, choosing: 2}\nmeaning: {writing: Letters.}\n---\n# Other\n",
    "handbook/competencies/writing.md": "# Writing\n\n### Learning {proficiency=Aware}\n\n- Writes with guidance.\n- Keeps a log.\n\n### Practising {proficiency=Working}\n\n- Writes alone.\n- Keeps a log.\n",
    "handbook/competencies/choosing.md": "---\nlevels: add-up\n---\n# Choosing\n\n### Learning\n\n- Names the price.\n\n### Practising\n\n- Says what is not done.\n",
  })));
  const page = await open(`${address}compare/`);
  for (const [b, part] of [["high", "1 no longer expected"], ["other", "Other: Letters."]]) {
    await page.goto(`${address}compare/low/${b}/`);
    const wanted = await said(page);
    assert.ok(wanted.text.includes(part), wanted.text);
    await page.goto(`${address}compare/?a=low&b=${b}`);
    await ready(page);
    assert.equal((await said(page)).text, wanted.text);
  }
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("tracks with statements of their own and families with one name are compared as on the prebuilt page", async () => {
  const role = (track, level) => `---\ntrack: ${track}\nrank: ${level}\ncompetencies: {writing: ${level}, craft: ${level}}\n---\n# ${track} ${level}\n`;
  const tracks = ["maker", "lead", "drawer"].map((id) => `[[tracks]]\nid = "${id}"\nfamily = "${id === "drawer" ? "drawing" : "making"}"\n`);
  const craft = (who) => `# Craft\n\n### Owning\n\n- Works as ${who}.\n`;
  const address = await host(build(project({
    "handbook/handbook.toml": `title = "Small"\ncompare = [["maker", "lead"], ["maker", "drawer"], ["low", "lead"]]\n${tracks[0]}${tracks[2]}${tracks[1]}[[tracks.scale]]\nlevel = 3\nname = "Head"\n`,
    "handbook/index.md": "# Small\n",
    "handbook/roles/maker.md": role("maker", 3),
    "handbook/roles/low.md": role("maker", 2),
    "handbook/roles/lead.md": role("lead", 3),
    "handbook/roles/drawer.md": role("drawer", 3),
    "handbook/competencies/writing.md": "# Writing\n\n### Practising\n\n- Below.\n\n### Owning\n\n- For makers.\n- Said twice.\n\n### Head\n\n- For leaders.\n- Said twice.\n",
    "handbook/competencies/making/craft.md": craft("maker"),
    "handbook/competencies/drawing/craft.md": craft("drawer"),
  })));
  const page = await open(`${address}compare/`);
  for (const [a, b, part] of [["maker", "lead", "1 new expectation; 1 no longer expected."], ["maker", "drawer", "Craft (drawing) +3"], ["low", "lead", "new: For leaders."]]) {
    await page.goto(`${address}compare/${a}/${b}/`);
    const wanted = await said(page);
    assert.ok(wanted.text.includes(part), wanted.text);
    await page.goto(`${address}compare/?a=${a}&b=${b}`);
    await ready(page);
    assert.equal((await said(page)).text, wanted.text);
  }
  // The matrix shows the statements of the track that a cell is about.
  await page.goto(`${address}matrix/`);
  const shown = async (track) => {
    await page.locator(`.matrix td[data-track="${track}"].l3 a`).first().focus();
    await page.waitForFunction((own) => document.querySelector("#matrix-glimpse:not([hidden])")?.innerText.includes(own), track === "lead" ? "Head" : "Owning");
    return page.locator("#matrix-glimpse li").allInnerTexts();
  };
  assert.deepEqual(await shown("maker"), ["For makers.", "Said twice."]);
  assert.deepEqual(await shown("lead"), ["For leaders.", "Said twice."]);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("statements are open in two columns, and each mark is a sign as well as a color", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/product-manager/product-leader/`, { javascript: false });
  const row = page.locator(".changes > li").first();
  const [before, after] = [row.locator(".column").nth(0), row.locator(".column").nth(1)];
  const boxes = await Promise.all([before.boundingBox(), after.boundingBox()]);
  assert.ok(boxes[0].x + boxes[0].width < boxes[1].x && boxes[0].y === boxes[1].y, JSON.stringify(boxes));
  assert.ok(await before.locator(".kept").first().isVisible() && await after.locator(".new").first().isVisible());
  const sign = (mark) => page.locator(`.marks .${mark}`).evaluate((element) => getComputedStyle(element, "::before").content.slice(0, 3));
  assert.deepEqual(await Promise.all(["new", "reworded", "gone"].map(sign)), ['"+"', '"~"', '"−"']);
  assert.match(await page.locator(".in-short").innerText(), /^12 of 13 competencies rise by up to \d levels; .*\d+ new expectations/);
  // The names of the roles stay in sight.
  await page.evaluate(() => scrollTo(0, 3000));
  assert.ok(await page.locator(".heads").evaluate((heads) => heads.getBoundingClientRect().top > 0 && heads.getBoundingClientRect().top < 80));
  await close(page);
});

test("any two roles can be chosen, swapped, shared by URL and left with the back button", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/`);
  await page.getByLabel("From", { exact: true }).selectOption("associate-product-manager");
  assert.equal(await page.locator("[data-compared]").isHidden(), true);
  await page.getByLabel("To", { exact: true }).selectOption("chief-product-officer");
  await ready(page);
  assert.match(page.url(), /\?a=associate-product-manager&b=chief-product-officer$/);
  assert.equal(await page.locator(".picked").innerText(), "Comparing Associate Product Manager with Chief Product Officer.");
  await page.getByRole("button", { name: "Swap" }).click();
  await ready(page);
  assert.match(page.url(), /\?a=chief-product-officer&b=associate-product-manager$/);
  assert.ok((await page.locator(".diff.down").count()) > 5);
  await page.goBack();
  await ready(page);
  assert.equal(await page.getByLabel("From", { exact: true }).inputValue(), "associate-product-manager");
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a role compared with itself has no differences, and an unknown role leaves the choice empty", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/?a=product-manager&b=product-manager`);
  await ready(page);
  assert.match(await page.locator(".picked").innerText(), /nothing changes/);
  assert.equal(await page.locator(".changes, .pair, .facts-table").count(), 0);
  await page.goto(`${address}compare/?a=product-manager&b=head-of-vibes`);
  assert.equal(await page.getByLabel("To", { exact: true }).inputValue(), "");
  assert.equal(await page.locator("[data-compared]").isHidden(), true);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a comparison that can't be loaded says so and works again once the connection is back", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/?a=product-manager`);
  await page.route("**/api/v1/**", (route) => route.abort());
  await page.getByLabel("To", { exact: true }).selectOption("staff-product-manager");
  await page.waitForSelector(".picked.failed");
  assert.match(await page.locator(".picked").innerText(), /couldn.t be loaded/);
  assert.equal(await page.locator("[data-compared]").isHidden(), true);
  await page.unroute("**/api/v1/**");
  await page.getByLabel("To", { exact: true }).selectOption("principal-product-manager");
  await ready(page);
  assert.equal(await page.locator(".picked.failed").count(), 0);
  await close(page);
});

test("the comparison also works when the site is opened from a folder", async () => {
  const dir = project();
  const toml = join(dir, "handbook/handbook.toml");
  writeFileSync(toml, `urls = "file"\n${readFileSync(toml, "utf8")}`);
  const files = build(dir);
  const page = await open(`${pathToFileURL(join(files, "compare.html"))}?a=product-manager&b=product-leader`);
  await ready(page);
  assert.ok((await page.locator(".changes > li").count()) > 5);
  await page.locator(".changes .what a").first().click();
  assert.match(page.url(), /competencies\/[a-z-]+\.html$/);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("without JavaScript, the page lists the prebuilt comparisons", async () => {
  const address = await host(site);
  const page = await open(`${address}compare/`, { javascript: false });
  assert.equal(await page.locator(".picker").isVisible(), false);
  assert.ok((await page.locator(".columns-list a").count()) > 10);
  await close(page);
});

for (const dark of [false, true]) {
  test(`the comparison is accessible and fits a narrow phone${dark ? " in dark mode" : ""}`, async () => {
    const address = await host(site);
    const page = await open(`${address}compare/?a=associate-product-manager&b=product-leader`, { width: 320, height: 640, dark });
    await ready(page);
    assert.deepEqual(await violations(page), []);
    assert.equal(await overflow(page), 0);
    await close(page);
  });
}
