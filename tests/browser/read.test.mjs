// Tests that a role's page remembers what a reader has read and says what has changed since, without
// sending anything and without loading more at first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { build, close, host, open, overflow, project, violations, write } from "./support.mjs";

const talk = (list) => `# Talk\n\n## Levels\n\n### Learning {level=1}\n\n${list.join("\n")}\n\n### Practising {level=2}\n\n- Writes it down. {#writes}\n`;
const texts = {
  "handbook/handbook.toml": "title = \"Small\"\nedition = \"First\"\n[check]\nempty-level = \"allow\"\n",
  "handbook/index.md": "# Small\n",
  "handbook/competencies/talk.md": talk(["- Says what is missing. {#missing}", "- Says it early. {#early}"]),
  "handbook/competencies/data.md": "# Data\n\n## Levels\n\n### Learning {level=1}\n\n- Shows the rows. {#rows}\n",
  "handbook/roles/maker.md": "---\ncompetencies:\n  talk: 1\n  data: 1\nfocus: [talk]\n---\n# Maker\n\n## Responsibilities\n\n- Makes.\n",
};
const dir = project(texts);

for (const [name, width] of /** @type {[string, number][]} */ ([["a desk", 1440], ["a phone", 390]])) {
  test(`at ${name}, a role's page says which lines have changed since it was marked as read`, async () => {
    write(dir, texts);
    const address = await host(build(dir));
    const page = await open(`${address}roles/maker/`, { width });
    assert.equal(await page.locator("p.read button").count(), 0);
    assert.ok(!page.requests.some((url) => url.endsWith("/read.js")), "it is loaded before the reader moves");
    const top = () => page.locator(".profile").first().evaluate((profile) => profile.getBoundingClientRect().top + scrollY);
    const before = await top();
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Mark as read" }).waitFor();
    assert.ok(Math.abs(await top() - before) < 1, `what is below moves by ${await top() - before} px`);
    await page.getByRole("button", { name: "Mark as read" }).click();
    await page.locator("p.read", { hasText: /You read this: First, \d{4}-\d\d-\d\d\. Nothing has changed since\./ }).waitFor();
    const memory = await page.evaluate(() => JSON.stringify(localStorage));
    assert.doesNotMatch(memory, /missing|early/);
    // The same browser, after the next edition.
    write(dir, {
      "handbook/handbook.toml": texts["handbook/handbook.toml"].replace("First", "Second"), "handbook/competencies/talk.md": talk(["- Says what is missing, and to whom. {#missing}"]),
      "handbook/roles/maker.md": texts["handbook/roles/maker.md"].replace("talk: 1", "talk: 2"),
    });
    const next = await open(`${await host(build(dir))}roles/maker/`, { width });
    await next.evaluate((kept) => { for (const [key, value] of Object.entries(JSON.parse(kept))) localStorage.setItem(key, value); }, memory);
    await next.reload();
    await next.keyboard.press("Tab");
    await next.locator("p.read", { hasText: "You read this: First" }).waitFor();
    // The level, the statement of the new level and the reworded one; gone are the old level, the old wording and a statement.
    assert.match(await next.locator("p.read").innerText(), /3 lines have changed since\. 3 lines are gone\./);
    await next.locator(".comp .lower summary").first().click();
    assert.deepEqual((await next.locator("li:has(.since)").allInnerTexts()).map((text) => text.replace(/\s+/gu, " ")), ["Writes it down. Changed", "Says what is missing, and to whom. Changed"]);
    assert.deepEqual(await violations(next), []);
    assert.equal(await overflow(next), 0);
    await next.getByRole("button", { name: "Mark as read" }).click();
    await next.locator("p.read", { hasText: "You read this: Second" }).waitFor();
    assert.equal(await next.locator(".since").count(), 0);
    for (const one of [page, next]) {
      assert.deepEqual(one.faults, []);
      await close(one);
    }
  });
}

for (const [to, expected] of [
  ["people@example.com", /^mailto:people@example\.com\?subject=Read%3A%20Maker%2C%20First.*&body=I%20have%20read/],
  ["https://forge.example/handbook/issues/new", /^https:\/\/forge\.example\/handbook\/issues\/new\?title=Read%3A\+Maker.*&body=I\+have\+read/],
  ["https://forge.example/handbook/-/issues/new", /\/-\/issues\/new\?issue%5Btitle%5D=/],
  ["file", /^blob:/],
]) {
  test(`a handbook that asks for acknowledgements (${to}) shows the whole text before anything is sent`, async () => {
    const asking = project({ ...texts, "handbook/handbook.toml": `${texts["handbook/handbook.toml"]}[acknowledge]\nto = "${to}"\n` });
    const page = await open(`${await host(build(asking))}roles/maker/`);
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Mark as read" }).click();
    assert.match(await page.locator(".confirm blockquote").innerText(), /^I have read what this role expects: Maker, First, \d{4}-\d\d-\d\d\.$/);
    assert.match(await page.locator(".confirm a").getAttribute("href"), expected);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.faults, []);
    await close(page);
  });
}
