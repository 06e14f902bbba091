// Reads a competency whose levels are next to each other: what is on the first screen, what the
// contents mark, which links a keyboard reaches, and what an author can edit.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build, close, host, open, preview, project, violations } from "./support.mjs";

const talk = [
  "# Talk", "", "Talking so that others act.", "", "## Why it matters", "", "It does.", "", "## Levels", "", "All of it is invented.", "",
  ...["Learning", "Practising", "Owning", "Guiding"].flatMap((name, n) => [
    `### ${name}`, "", ...n === 1 ? ["A sentence of the author.", ""] : [],
    `- Says the first thing of level ${n + 1}. {#first-${n + 1}}`, "    - **Example:** Said on Monday.", `- Says the second thing of level ${n + 1}. {#second-${n + 1}}`, "",
  ]),
  "### Not a level", "", "Below the levels.", "", "## Traps", "", ...Array(40).fill("A trap.\n"),
].join("\n");
const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\nBegin with [[talk]].\n",
  "handbook/roles/lead.md": "---\nrank: 2\ncompetencies:\n  talk: 3\n---\n# Lead\n\nLeads.\n\n## Responsibilities\n\n- Leads the team. {#leads}\n",
  "handbook/competencies/talk.md": talk,
};
const address = host(build(project(texts)));
const talks = async (options) => {
  const page = await open(`${await address}competencies/talk/`, options);
  return page;
};

test("levels are next to each other on a wide screen and below each other on a phone", async () => {
  for (const [width, height, columns] of [[1440, 900, 2], [390, 844, 1], [320, 640, 1]]) {
    const page = await talks({ width, height });
    const places = await page.locator(".stair").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
    assert.equal(new Set(places).size, columns, `${width}`);
    assert.equal(await page.locator(".stair").nth(2).locator(".who a").textContent(), "Lead");
    assert.match(await page.locator("#owning").textContent(), /Owning\s+3 of 5/);
    assert.ok(await page.locator("#first-1").evaluate((one) => one.getBoundingClientRect().bottom < innerHeight + 200), `${width}`);
    assert.deepEqual(await violations(page), []);
    await close(page);
  }
});

test("the contents mark the level that was jumped to or is pointed at", async () => {
  const page = await talks({ width: 1440, height: 900 });
  const marked = (text) => page.waitForFunction((wanted) => document.querySelector(".toc [aria-current]")?.textContent === wanted, text);
  await page.goto(`${await address}competencies/talk/#second-4`);
  await marked("4 Guiding");
  await page.getByRole("link", { name: "3 Owning" }).click();
  await marked("3 Owning");
  await page.locator("#first-2").hover();
  await marked("2 Practising");
  await page.getByRole("link", { name: "Traps", exact: true }).click();
  await marked("Traps");
  await close(page);
});

test("a keyboard reaches the link to each heading and statement, and headings keep their names", async () => {
  const page = await talks({ width: 1440, height: 900 });
  for (const name of ["Why it matters", "Owning 3 of 5"]) assert.equal(await page.getByRole("heading", { name, exact: true }).count(), 1, name);
  await page.locator(".show-examples input").focus();
  const reached = [];
  for (let n = 0; n < 12; n++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.matches(".anchor") && getComputedStyle(document.activeElement).opacity === "1" ? document.activeElement.hash : ""));
  }
  for (const hash of ["#learning", "#first-1", "#second-1", "#practising", "#first-2"]) assert.ok(reached.includes(hash), `${hash} in ${reached}`);
  const anchor = page.locator("#second-2 > .anchor");
  assert.equal(await anchor.evaluate((one) => getComputedStyle(one).opacity), "0");
  await page.locator("#second-2").hover();
  assert.equal(await anchor.evaluate((one) => getComputedStyle(one).opacity), "1");
  const { width, height } = await anchor.boundingBox();
  assert.ok(width >= 24 && height >= 24, `${width} x ${height}`);
  await close(page);
});

test("without scripts, examples are shown on request, and always on paper", async () => {
  const page = await talks({ width: 1440, height: 900, javascript: false });
  const example = page.locator("#first-1 .examples");
  assert.equal(await example.isVisible(), false);
  await page.getByRole("checkbox", { name: "Show examples" }).check();
  assert.equal(await example.isVisible(), true);
  await page.getByRole("checkbox", { name: "Show examples" }).uncheck();
  await page.emulateMedia({ media: "print" });
  assert.equal(await example.isVisible(), true);
  await close(page);
});

test("an author edits each block of the levels in its place", async () => {
  const dir = project(texts);
  const { address } = await preview(dir, "--edit");
  const page = await open(`${address}competencies/talk/`, { width: 1440, height: 900 });
  const file = () => readFileSync(join(dir, "handbook/competencies/talk.md"), "utf8");
  await page.waitForSelector(".rolebook-pencil");
  const shown = await page.evaluate(async () => (await globalThis.rolebook.passages.current()).list.map(({ text, own }) => [text, own.map((one) => one.textContent).join(" ")]));
  assert.equal(shown.length, talk.trim().split(/\n\n(?! )/).length);
  for (const [text, words] of shown) assert.ok(words.includes(text.replace(/^[#\s-]+/, "").split(/[\n{]/)[0].trim()), `${text} / ${words}`);
  await page.locator(".stair p", { hasText: "A sentence of the author." }).hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.locator("#rolebook-text").fill("Another sentence.");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector('.stair > p:text("Another sentence.")');
  assert.equal(file(), talk.replace("A sentence of the author.", "Another sentence."));
  await close(page);
});
