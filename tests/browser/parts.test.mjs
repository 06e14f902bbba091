// Edits headings, lists and tables in fields of their own: what the author sees, and which bytes of
// the file change.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const talk = `# Talk

## Practising {#practising level=1}

- Says *it*. {#says}
    - **Example:** Says it in a meeting.
    - **Not yet:** Nods.
- Writes
  it down.
- Asks first. {#asks replaces=says}
`;
const more = `# More

- [ ] Call them
- [x] Write it

1. One
2. Two

   More about two.
3. Three

| Name | Owner |
|:-----|------:|
| a\\|b |   Ann |
| c    |   Ben |

| x | y |
|---|---|
| 1 | 2 |
|3|4|

- - odd
`;

async function start(path = "competencies/talk/", options = {}) {
  const dir = project({
    "handbook/handbook.toml": 'title = "T"\n[levels]\nnames = ["Practising", "Owning"]\n', "handbook/index.md": "# Home\n\nBegin.\n",
    "handbook/competencies/talk.md": talk, "handbook/guides/more.md": more, "handbook/guides/empty.md": "", "handbook/guides/head.md": "# Head\n\n## First\n\n## Second\n\nText.\n\n## Third\n",
  });
  const { address } = await preview(dir, "--edit");
  const page = await open(address + path, options);
  const file = (name) => join(dir, "handbook", name);
  return { page, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text) };
}

async function edit(page, selector) {
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  await page.locator(".prose").locator(selector).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.waitForSelector(".rolebook-editor");
}

async function save(page) {
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction(() => !document.querySelector(".rolebook-draft, .rolebook-editor"));
}

const item = (page, number) => page.getByRole("textbox", { name: "Item " + number, exact: true });
const cell = (page, name) => page.getByRole("textbox", { name, exact: true });
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

test("the anchor of a heading is hidden while its text is edited, and kept", async () => {
  const { page, read } = await start();
  await edit(page, "h2");
  const field = page.getByRole("textbox", { name: "Text of this heading" });
  assert.equal(await field.inputValue(), "Practising");
  assert.equal(await page.getByRole("textbox", { name: "Attributes of this heading" }).isVisible(), false);
  await field.fill("Practising well");
  await save(page);
  assert.equal(read("competencies/talk.md"), talk.replace("## Practising {", "## Practising well {"));
  await edit(page, "h2");
  await page.getByRole("button", { name: "Show attributes" }).click();
  await page.getByRole("textbox", { name: "Attributes of this heading" }).fill("{#well level=1}");
  await save(page);
  assert.match(read("competencies/talk.md"), /## Practising well \{#well level=1\}\n/);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a reworded statement keeps its ID and its examples, and no other byte changes", async () => {
  const { page, read } = await start();
  await edit(page, "ul > li");
  assert.equal(await item(page, "1").inputValue(), "Says *it*.");
  assert.equal(await item(page, "1.2").inputValue(), "**Not yet:** Nods.");
  assert.equal(await item(page, "2").inputValue(), "Writes\nit down.");
  await item(page, "1").fill("Says it clearly.");
  await page.waitForSelector('.rolebook-draft:has-text("Says it clearly.")');
  assert.deepEqual(await violations(page), []);
  await save(page);
  assert.equal(read("competencies/talk.md"), talk.replace("Says *it*. {", "Says it clearly. {"));
  await close(page);
});

test("items are added, moved, put inside others and removed with the keyboard alone", async () => {
  const { page, read } = await start();
  await edit(page, "ul > li");
  await item(page, "3").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("New one.");
  assert.equal(await item(page, "4").inputValue(), "New one.");
  await page.keyboard.press("Alt+ArrowUp");
  assert.equal(await item(page, "3").inputValue(), "New one.");
  assert.ok(await item(page, "3").evaluate((field) => field === document.activeElement));
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowRight");
  assert.equal(await item(page, "1.3").inputValue(), "New one.");
  await item(page, "2").focus();
  await page.keyboard.press("Alt+ArrowUp");
  await item(page, "3").fill("");
  await page.keyboard.press("Backspace");
  await save(page);
  const wanted = talk.split("\n").slice(0, 4).join("\n") + `
- Writes
  it down.
- Says *it*. {#says}
    - **Example:** Says it in a meeting.
    - **Not yet:** Nods.
    - New one.
`;
  assert.equal(read("competencies/talk.md"), wanted);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("buttons do the same as the keys, and Enter in the middle of a text divides it", async () => {
  const { page, read } = await start();
  await edit(page, "ul > li");
  await item(page, "2").focus();
  await page.getByRole("button", { name: "Remove this item" }).click();
  await item(page, "1").evaluate((field) => { field.focus(); field.setSelectionRange(4, 4); });
  await page.keyboard.press("Enter");
  assert.equal(await item(page, "2").inputValue(), "*it*.");
  await page.getByRole("button", { name: "Move this item down" }).click();
  await save(page);
  assert.ok(read("competencies/talk.md").endsWith("\n- Says {#says}\n    - **Example:** Says it in a meeting.\n    - **Not yet:** Nods.\n- Asks first. {#asks replaces=says}\n- *it*.\n"), read("competencies/talk.md"));
  await close(page);
});

test("tasks keep their boxes, and numbers count up again", async () => {
  const { page, read } = await start("guides/more/");
  await edit(page, "ul:has(input)");
  await page.getByRole("checkbox", { name: "Item 1 is done" }).check();
  await item(page, "2").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Send it");
  await save(page);
  assert.ok(read("guides/more.md").includes("- [x] Call them\n- [x] Write it\n- [ ] Send it\n\n1. One"));
  await edit(page, "ol");
  await item(page, "1").focus();
  await page.keyboard.press("Alt+ArrowDown");
  await save(page);
  assert.ok(read("guides/more.md").includes("\n1. Two\n\n   More about two.\n2. One\n3. Three\n"), read("guides/more.md"));
  await close(page);
});

test("an item is dragged among its siblings", async () => {
  const { page, read } = await start();
  await edit(page, "ul > li");
  const grip = (n) => page.locator(".rolebook-grip").nth(n);
  await grip(4).dragTo(grip(0));
  assert.equal(await item(page, "1").inputValue(), "Asks first.");
  await save(page);
  assert.match(read("competencies/talk.md"), /level=1\}\n\n- Asks first\. \{#asks replaces=says\}\n- Says/);
  await close(page);
});

test("a list that can't be split exactly is edited as Markdown", async () => {
  const { page } = await start("guides/more/");
  await edit(page, "ul:has(ul)");
  assert.equal(await page.locator("#rolebook-text").inputValue(), "- - odd");
  await close(page);
});

test("a list can be changed as Markdown and in fields in turn, and an unsaved one survives", async () => {
  const { page, read } = await start();
  await edit(page, "ul > li");
  await page.getByRole("button", { name: "Change as Markdown" }).click();
  const area = page.locator("#rolebook-text");
  await area.fill((await area.inputValue()).replace("Asks first.", "Asks twice."));
  await page.getByRole("button", { name: "Change as Markdown" }).click();
  await item(page, "3").waitFor();
  assert.equal(await item(page, "3").inputValue(), "Asks twice.");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await page.getByRole("button", { name: "Continue writing" }).click();
  assert.equal(await item(page, "3").inputValue(), "Asks twice.");
  await save(page);
  assert.equal(read("competencies/talk.md"), talk.replace("Asks first.", "Asks twice."));
  await close(page);
});

test("a cell is edited in a grid, pipes are escaped, and an aligned table stays aligned", async () => {
  const { page, read } = await start("guides/more/");
  await edit(page, "table >> nth=0");
  assert.equal(await cell(page, "Row 1, Name").inputValue(), "a|b");
  assert.deepEqual(await violations(page), []);
  await cell(page, "Row 2, Name").fill("d|e");
  await save(page);
  assert.equal(read("guides/more.md"), more.replace("| c    |", "| d\\|e |"));
  await edit(page, "table >> nth=0");
  await cell(page, "Row 2, Owner").fill("Benedict");
  await save(page);
  assert.ok(read("guides/more.md").includes("| Name |    Owner |\n|:-----|---------:|\n| a\\|b |      Ann |\n| d\\|e | Benedict |\n"), read("guides/more.md"));
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("rows and columns are added, moved and removed with the keyboard, and untouched rows keep their bytes", async () => {
  const { page, read } = await start("guides/more/");
  await edit(page, "table >> nth=1");
  await cell(page, "Row 1, y").focus();
  await page.keyboard.press("Enter");
  assert.ok(await cell(page, "Row 2, y").evaluate((field) => field === document.activeElement));
  await page.keyboard.press("Enter");
  await page.keyboard.type("6");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("5");
  await page.keyboard.press("Alt+ArrowUp");
  await save(page);
  assert.ok(read("guides/more.md").includes("| x | y |\n|---|---|\n| 1 | 2 |\n| 5 | 6 |\n|3|4|\n"), read("guides/more.md"));
  await edit(page, "table >> nth=1");
  await cell(page, "Header of column 1").focus();
  await page.keyboard.press("Alt+ArrowRight");
  await page.getByRole("button", { name: "Add a column after this one" }).click();
  await page.keyboard.type("z");
  await cell(page, "Row 2, x").focus();
  await page.getByRole("button", { name: "Remove this row" }).click();
  await cell(page, "Header of column 1").focus();
  await page.getByRole("button", { name: "Remove this column" }).click();
  await save(page);
  assert.ok(read("guides/more.md").includes("| x | z |\n|---|---|\n| 1 |  |\n|3|  |\n"), read("guides/more.md"));
  await close(page);
});

test("an empty chapter and an empty section offer to write there, and / inserts blocks", async () => {
  const { page, read } = await start("guides/empty/");
  await page.getByRole("button", { name: "Write here: this chapter" }).click();
  const area = page.locator("#rolebook-text");
  await area.press("/");
  const menu = page.getByRole("listbox", { name: "Blocks to insert" });
  assert.ok((await menu.getByRole("option").count()) > 20);
  assert.deepEqual(await violations(page), []);
  await area.pressSequentially("war");
  assert.equal(await menu.getByRole("option").count(), 1);
  await area.press("Enter");
  await page.keyboard.type("Careful.");
  await page.waitForSelector('.rolebook-draft:has-text("Careful.")');
  await save(page);
  assert.equal(read("guides/empty.md"), "> [!WARNING]\n> Careful.\n");
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  assert.equal(await page.getByRole("button", { name: /^Write here/ }).count(), 0);
  assert.deepEqual(faults(page), []);

  await page.goto(page.url().replace("empty", "head"));
  await page.getByRole("button", { name: "Write here: First" }).click();
  await page.keyboard.type("/");
  await page.keyboard.type("picture");
  await page.keyboard.press("Enter");
  await page.keyboard.type("A chart");
  await area.fill("Now written.\n\n" + (await area.inputValue()));
  await page.waitForSelector('.rolebook-draft:has-text("Now written.")');
  await save(page);
  assert.equal(read("guides/head.md"), "# Head\n\n## First\n\nNow written.\n\n![A chart](picture.png)\n\n## Second\n\nText.\n\n## Third\n");
  await page.getByRole("button", { name: "Write here: Third" }).click();
  await page.keyboard.type("The end.");
  await save(page);
  assert.ok(read("guides/head.md").endsWith("## Third\n\nThe end.\n"));
  await page.getByRole("button", { name: /^Write here/ }).waitFor({ state: "detached" });
  await close(page);
});

test("text for an empty section that its colleague renames meanwhile is kept", async () => {
  const { page, read, write } = await start("guides/head/");
  await page.getByRole("button", { name: "Write here: Third" }).click();
  await page.keyboard.type("The end.");
  write("guides/head.md", read("guides/head.md").replace("## Third", "## Third part"));
  await page.keyboard.press("Control+Enter");
  await page.getByLabel("The text on disk now").waitFor();
  assert.equal(await page.locator("#rolebook-text").inputValue(), "## Third\n\nThe end.");
  await close(page);
});

// Makes random changes to lists and tables, and reads what was written with the program's parser.
const change = async ({ text, seed, kind }) => {
  const { post, surfaces } = globalThis.rolebook;
  const parts = async (markdown) => (await post("edit/parts", { path: "guides/more.md", text: markdown })).value;
  let dice = seed;
  const below = (n) => { dice = (dice * 1103515245 + 12345) % 2147483648; return Math.floor(dice / 65536) % n; };
  let written = text;
  const surface = surfaces[kind](await parts(text), { changed: (markdown) => { written = markdown; }, prepare: () => [] });
  document.body.append(surface.element);
  const fields = () => [...surface.element.querySelectorAll("textarea")];
  const log = [];
  for (let n = 0; n < 12; n += 1) {
    const all = fields();
    const field = all[below(all.length)];
    field.focus();
    const tools = surface.element.querySelectorAll("[role=toolbar] button");
    const pick = below(3);
    if (pick === 0) {
      field.value = ["Word " + n, "Two\nlines", "Some `code` and [[a|b]]", "**b**"][below(4)];
      field.dispatchEvent(new Event("input", { bubbles: true }));
      log.push("type " + field.value);
    } else {
      const tool = tools[below(tools.length)];
      log.push(field.getAttribute("aria-label") + ": " + tool.title);
      tool.click();
    }
  }
  // An empty item interrupts nothing, but says little about where its text is.
  const plain = (value) => value.trim().replace(/\s*\n\s*/g, kind === "table" ? " " : "\n");
  for (const field of fields()) {
    if (!field.value.trim()) { field.value = "Filled"; field.dispatchEvent(new Event("input", { bubbles: true })); }
  }
  const shown = fields().map((field) => plain(field.value));
  const depths = [...surface.element.querySelectorAll("li")].map((item) => Number(item.style.getPropertyValue("--depth")));
  surface.element.remove();
  const found = await parts(written);
  if (!found || found.kind !== kind) return { text, log, written, why: "no " + kind };
  const read = kind === "list" ? found.items.map((item) => item.text) : found.rows.flatMap((row, n) => (n === 1 ? [] : row.cells.map((cell) => cell.text)));
  const read2 = kind === "list" ? found.items.map((item) => item.depth) : [];
  const isSame = JSON.stringify([read, read2]) === JSON.stringify([shown, depths]);
  const isAligned = kind === "list" || !/Name/.test(text) || found.aligned;
  return isSame && isAligned ? null : { text, log, written, read, shown, read2, depths };
};

test("whatever is done to a list or a table, what is written reads as what the fields show", async () => {
  const { page } = await start("guides/more/");
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  const lists = [
    "- a\n- b\n- c", "- a {#x}\n    - b\n\n      more\n    - c\n- d", "* a\n\n  second\n\n* b", "9. a\n   - x\n10. b\n11. c",
    "1. a\n1. b\n   1. c\n   2. d", "- [ ] a\n- [x] b\n  lazy\n  - [ ] c", "3) a\n\n   ```\n   code\n   ```\n4) b",
  ];
  const tables = [
    "| Name | Owner |\n|:-----|------:|\n| a    |   Ann |\n| cc   | Benny |", "| x | y |\n|---|---|\n|1|2|\n| 3 |", "x | y\n--|--\n1 | 2", "| a |\n| - |\n| b\\|c |",
  ];
  for (const [kind, texts] of [["list", lists], ["table", tables]]) {
    for (let seed = 1; seed <= 60; seed += 1) {
      const wrong = await page.evaluate(change, { text: texts[seed % texts.length], seed: seed * 7919, kind });
      assert.equal(wrong, null, JSON.stringify(wrong, null, 1));
    }
  }
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("the fields fit a phone", async () => {
  const { page } = await start("guides/more/", { width: 320, height: 700, dark: true });
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  await page.locator(".rolebook-pencil").nth(3).evaluate((button) => button.click());
  await page.waitForSelector(".rolebook-grid");
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  await close(page);
});
