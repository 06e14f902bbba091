// Edits passages in the page: what the author sees, what is on disk, and what happens when two
// people edit at the same time.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\nBegin with [[a]].\n",
  "handbook/guides/a.md": "\uFEFF# A page\r\n\r\nThe first sentence.\r\n\r\n- one\r\n- two\r\n\r\nThe last sentence.\r\n",
  "handbook/roles/lead.md": "---\nrank: 2\ncompetencies:\n  talk: 2\n---\n# Lead\n\nLeads.\n",
  "handbook/roles/chief.md": "---\nrank: 3\n---\n# Chief\n\nLeads leads.\n",
  "handbook/competencies/talk.md": "# Talk\n\n### Practising\n\n- Says it.\n\n### Owning\n\n- Writes it.\n",
};

async function start(path = "guides/a/", options = {}) {
  const dir = project(texts);
  const { address } = await preview(dir, "--edit");
  const page = await open(address + path, options);
  const file = (name) => join(dir, "handbook", name);
  return { page, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text) };
}

async function edit(page, words) {
  await page.locator(".prose > *", { hasText: words }).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.waitForSelector(".rolebook-editor textarea");
}

const area = (page) => page.locator("#rolebook-text");

// The browser logs every unsuccessful response to its console.
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

test("an edited sentence is previewed while typing and saved with the file's line endings", async () => {
  const { page, read } = await start();
  const before = read("guides/a.md");
  await edit(page, "The first sentence.");
  await area(page).fill("The *new* sentence, with [[lead]].");
  await page.waitForSelector('.rolebook-draft em:text("new")');
  assert.equal(await page.locator(".rolebook-draft a").getAttribute("href"), "../../roles/lead/");
  assert.equal(read("guides/a.md"), before);
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector('.prose > p:not([hidden]) > em:text("new")');
  assert.equal(read("guides/a.md"), before.replace("The first sentence.", "The *new* sentence, with [[lead]]."));
  await page.waitForFunction(() => !document.querySelector(".rolebook-draft, .rolebook-editor"));
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("Escape closes an unchanged passage and asks before discarding a change", async () => {
  const { page, read } = await start();
  const before = read("guides/a.md");
  await edit(page, "The last sentence.");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".rolebook-editor").count(), 0);
  await edit(page, "The last sentence.");
  await page.keyboard.type(" More.");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Keep writing" }).click();
  assert.equal(await area(page).inputValue(), "The last sentence. More.");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Discard" }).click();
  assert.equal(await page.locator(".rolebook-editor").count(), 0);
  assert.ok(await page.locator(".prose > p", { hasText: "The last sentence." }).isVisible());
  assert.equal(read("guides/a.md"), before);
  await close(page);
});

test("when two people edit at once, both texts are kept until one is chosen", async () => {
  const { page, read, write } = await start();
  await edit(page, "The first sentence.");
  await area(page).fill("The first sentence, mine.");
  const theirs = read("guides/a.md").replace("The first sentence.", "The first sentence, theirs.");
  write("guides/a.md", theirs);
  // The page around the editor is updated from the file, but the text being written stays.
  await page.waitForFunction(() => document.querySelector(".prose").textContent.includes("theirs"));
  assert.equal(await area(page).inputValue(), "The first sentence, mine.");
  await page.keyboard.press("Control+Enter");
  const other = page.getByLabel("The text on disk now");
  await other.waitFor();
  assert.equal(await other.inputValue(), "The first sentence, theirs.");
  assert.equal(read("guides/a.md"), theirs);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Save mine in its place" }).click();
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  assert.equal(read("guides/a.md"), theirs.replace("theirs.", "mine."));
  await close(page);
});

test("references can be completed from the handbook with the keyboard alone", async () => {
  const { page } = await start();
  await edit(page, "The last sentence.");
  await page.keyboard.type(" See [[lea");
  await page.waitForSelector('.rolebook-choices [aria-selected=true]:has-text("Lead")');
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Enter");
  await page.keyboard.type(" and [[talk@");
  await page.waitForSelector('.rolebook-choices li:has-text("Owning")');
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const text = await area(page).inputValue();
  assert.match(text, /^The last sentence\. See \[\[lead\]\] and \[\[talk@\d\]\]$/);
  await close(page);
});

test("a passage can be reached, changed and saved with the keyboard alone", async () => {
  const { page, read } = await start();
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  for (let n = 0; n < 60 && !(await page.evaluate(() => document.activeElement.matches(".rolebook-pencil"))); n += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#rolebook-text:focus");
  await page.keyboard.type(" By hand.");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector('.prose > p:not([hidden]):has-text("By hand.")');
  assert.ok(read("guides/a.md").endsWith("The last sentence. By hand.\r\n"));
  await close(page);
});

test("pasted rich text becomes Markdown", async () => {
  const { page } = await start();
  const cases = [
    ["<h2>Plan</h2><p>A <b>bold</b> and <i>slanted</i> <a href='https://example.com/a(b)'>link</a>.</p>", "## Plan\n\nA **bold** and *slanted* [link](https://example.com/a%28b%29)."],
    ["<ul><li>one<ul><li>inner</li></ul></li><li><p>two</p></li></ul><ol start=3><li>c</li></ol>", "- one\n  - inner\n- two\n\n3. c"],
    ["<table><tr><th>a</th><th>b|c</th></tr><tr><td><b>1</b></td><td>x</td></tr></table>", "| a | b\\|c |\n| --- | --- |\n| **1** | x |"],
    ["<pre><code class='language-rust'>let a = 1;\nb</code></pre><p>see <code>x_y</code></p>", "```rust\nlet a = 1;\nb\n```\n\nsee `x_y`"],
    ["<b style='font-weight:normal'><p><span style='font-weight:700'>Docs</span> text</p></b>", "**Docs** text"],
    ["<p><b>1. not</b> a [list]* &lt;b&gt;</p><p># no</p>", "**1. not** a [list]\\* \\<b>\n\n\\# no"],
    ["<p onclick='x()'><a href='javascript:x()'>no</a><script>y()</script> <em>way</em></p>", "no *way*"],
    ["<p>plain</p>", null],
  ];
  for (const [html, wanted] of cases) assert.equal(await page.evaluate((html) => globalThis.rolebook.readPaste(html)?.text ?? null, html), wanted);
  await edit(page, "The last sentence.");
  await area(page).evaluate((element) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", "<p>Now <strong>bold</strong></p>");
    element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  assert.equal(await area(page).inputValue(), "The last sentence. Now **bold**");
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a matrix cell becomes a menu, and choosing a level changes one line", async () => {
  const { page, read } = await start("matrix/");
  await page.getByRole("button", { name: "Change levels" }).first().click();
  const cell = page.getByLabel("Lead: Talk");
  assert.equal(await cell.inputValue(), "2");
  assert.deepEqual(await violations(page), []);
  await cell.selectOption("3");
  await page.waitForSelector("td.l3");
  assert.equal(read("roles/lead.md"), texts["handbook/roles/lead.md"].replace("talk: 2", "talk: 3"));
  const empty = page.getByLabel("Chief: Talk");
  await empty.selectOption("2");
  await page.waitForSelector("td.l2");
  assert.equal(read("roles/chief.md"), "---\nrank: 3\ncompetencies:\n  talk: 2\n---\n# Chief\n\nLeads leads.\n");
  await page.getByRole("button", { name: "Done" }).first().click();
  assert.equal(await page.locator(".rolebook-cell").count(), 0);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("the open editor is accessible and fits a phone", async () => {
  const { page } = await start("guides/a/", { width: 390, height: 844 });
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  await page.locator(".prose > p", { hasText: "The first sentence." }).tap();
  await page.locator(".rolebook-pencil.near").tap();
  await page.waitForSelector(".rolebook-editor textarea");
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  const small = await page.evaluate(() => [...document.querySelectorAll(".rolebook-editor button, .rolebook-pencil.near")].filter((element) => element.getClientRects().length && element.getBoundingClientRect().height < 44).map((element) => element.textContent));
  assert.deepEqual(small, []);
  await close(page);
});
