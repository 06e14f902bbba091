// Takes changes back in the page, and checks that no text that was typed is ever lost.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, overflow, preview, project, rolebook, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\nBegin with [[a]].\n",
  "handbook/guides/a.md": "# A page\n\nThe first sentence.\n\nThe middle.\n\nThe last sentence.\n",
  "handbook/guides/b.md": "# B page\n\nAnother sentence.\n",
};

async function start(path = "guides/a/", options = {}) {
  const dir = project(texts);
  const { address, child } = await preview(dir, "--edit");
  const page = await open(address + path, options);
  const file = (name) => join(dir, "handbook", name);
  return { dir, address, child, page, file, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text) };
}

async function edit(page, words) {
  await page.locator(".prose > p", { hasText: words }).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.waitForSelector(".rolebook-editor textarea");
}

const area = (page) => page.locator("#rolebook-text");

/** Saves a passage and waits until the page says so. */
async function save(page, words, text) {
  await edit(page, words);
  await area(page).fill(text);
  await page.keyboard.press("Control+Enter");
  await says(page, "Saved.");
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
}

const says = (page, text) => page.locator(".rolebook-note", { hasText: text }).waitFor();
const button = (page, name) => page.locator(".rolebook-corner").getByRole("button", { name, exact: true });
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

test("a save is undone with the button, redone and undone with the keyboard", async () => {
  const { page, read } = await start();
  const before = read("guides/a.md");
  assert.ok(await button(page, "Undo").isHidden());
  await save(page, "The first", "A new sentence.");
  const saved = read("guides/a.md");
  await button(page, "Undo").click();
  await says(page, "Undone: text of “A page”.");
  assert.equal(read("guides/a.md"), before);
  await page.locator(".prose > p", { hasText: "The first sentence." }).waitFor();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("Control+Shift+Z");
  await says(page, "Redone: text of “A page”.");
  assert.equal(read("guides/a.md"), saved);
  await button(page, "Undo").waitFor();
  await page.keyboard.press("Control+Z");
  await says(page, "Undone");
  assert.equal(read("guides/a.md"), before);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("Ctrl+Z in a text field takes back typing there, not the last save", async () => {
  const { page, read } = await start();
  await save(page, "The first", "A new sentence.");
  const saved = read("guides/a.md");
  await edit(page, "The middle");
  await page.keyboard.type(" More.");
  await page.keyboard.press("Control+Z");
  await page.waitForTimeout(300);
  assert.equal(read("guides/a.md"), saved);
  assert.ok(!(await area(page).inputValue()).endsWith(" More."));
  await close(page);
});

test("the list shows what changed on every page, and takes an older change back", async () => {
  const { page, address, read } = await start();
  await save(page, "The first", "A new sentence.");
  await save(page, "The last", "A new end.");
  await page.goto(address + "guides/b/");
  await save(page, "Another", "A third.");
  await button(page, "Changes").click();
  const rows = page.locator(".rolebook-changes > li");
  await rows.first().waitFor();
  assert.deepEqual(await rows.locator("strong").allTextContents(), ["Text of “B page”", "Text of “A page”", "Text of “A page”"]);
  await rows.nth(2).locator("summary").click();
  assert.equal(await rows.nth(2).locator(".rolebook-was").textContent(), "The first sentence.");
  assert.equal(await rows.nth(2).locator(".rolebook-made").textContent(), "A new sentence.");
  assert.deepEqual(await violations(page), []);
  await rows.nth(2).getByRole("button", { name: "Undo: text of “A page”" }).click();
  await rows.nth(2).locator("em", { hasText: "Undone" }).waitFor();
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"].replace("The last sentence.", "A new end."));
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("where the same passage has changed again, three texts are shown and the author decides", async () => {
  const { page, read, write } = await start();
  await save(page, "The first", "A new sentence.");
  write("guides/a.md", read("guides/a.md").replace("A new sentence.", "A new sentence, reworded."));
  await page.locator(".prose > p", { hasText: "reworded" }).waitFor();
  await button(page, "Undo").click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("textarea").waitFor();
  const shown = await dialog.locator("pre").allTextContents();
  assert.deepEqual(shown, ["The first sentence.", "A new sentence.", "A new sentence, reworded."]);
  assert.equal(await dialog.locator("textarea").inputValue(), "A new sentence, reworded.\n");
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Use this text" }).click();
  await dialog.locator("textarea").fill("The first sentence, reworded.");
  await dialog.getByRole("button", { name: "Save these texts" }).click();
  await page.locator(".prose > p", { hasText: "The first sentence, reworded." }).waitFor();
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"].replace("sentence.", "sentence, reworded."));
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a deleted chapter leads to the page above it, which says so and brings it back", async () => {
  const { page, file, read } = await start();
  await button(page, "Delete").click();
  const dialog = page.locator("dialog[open]");
  assert.match(await dialog.textContent(), /1 chapter links to it, and that link will break:.*Home.*You can undo this\./);
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.waitForURL("**/guides/");
  await says(page, "Deleted “A page”.");
  assert.ok(!existsSync(file("guides/a.md")));
  assert.deepEqual(await violations(page), []);
  await page.locator(".rolebook-note").getByRole("button", { name: "Undo" }).click();
  await page.waitForURL("**/guides/a/");
  await says(page, "Undone: deletion of “A page”.");
  await page.locator(".prose > p", { hasText: "The first sentence." }).waitFor();
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"]);
  await close(page);
});

test("a new chapter that is undone leads to the page above it, and can be redone", async () => {
  const { page, address, file } = await start("guides/b/");
  await button(page, "New chapter").click();
  await page.getByLabel("Kind").selectOption("page");
  await page.getByLabel("Title").fill("Another chapter");
  await page.getByLabel("Folder").fill("guides");
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/guides/another-chapter/");
  await says(page, "Created.");
  await page.keyboard.press("Escape");
  await button(page, "Undo").click();
  await page.waitForURL("**/guides/");
  await says(page, "Undone: new chapter “Another chapter”.");
  assert.ok(!existsSync(file("guides/another-chapter.md")));
  await page.keyboard.press("Control+Shift+Z");
  await page.waitForURL(address + "guides/another-chapter/");
  await says(page, "Redone: new chapter “Another chapter”.");
  assert.ok(existsSync(file("guides/another-chapter.md")));
  await close(page);
});

test("a chapter that somebody deletes on disk is missed by its name, with the way to its section", async () => {
  const { page, file, write } = await start();
  rmSync(file("guides/a.md"));
  await says(page, "“A page” was deleted or moved.");
  assert.match(await page.locator(".rolebook-note a").getAttribute("href"), /^\/guides\/$/);
  write("guides/a.md", texts["handbook/guides/a.md"]);
  await page.locator(".prose > p", { hasText: "The first sentence." }).waitFor();
  await close(page);
});

test("in an editor or a form, Ctrl+Z undoes no save, wherever the focus is", async () => {
  const { page, read } = await start();
  await save(page, "The first", "A new sentence.");
  const saved = read("guides/a.md");
  await edit(page, "The middle");
  await page.locator(".rolebook-editor").getByRole("button", { name: "Bold" }).focus();
  await page.keyboard.press("Control+Z");
  await page.locator("#rolebook-text").focus();
  await page.keyboard.press("Escape");
  await button(page, "Properties").click();
  const close_ = page.locator(".rolebook-facts").getByRole("button", { name: "Close" });
  await close_.focus();
  await page.keyboard.press("Control+Z");
  await page.waitForTimeout(300);
  assert.equal(read("guides/a.md"), saved);
  await close_.click();
  await page.locator("body").click({ position: { x: 5, y: 400 } });
  await page.keyboard.press("Control+Z");
  await says(page, "Undone");
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"]);
  await close(page);
});

test("unsaved text survives a crash of the tab and is offered again", async () => {
  const { page, address, read } = await start();
  await edit(page, "The middle");
  await page.keyboard.type(" Typed before the crash.");
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await new Promise((crashed) => page.on("crash", crashed));
  const next = await page.context().newPage();
  await next.goto(address + "guides/a/");
  const box = next.locator(".rolebook-unsaved");
  await box.waitFor();
  assert.equal(await box.locator("pre").textContent(), "The middle. Typed before the crash.");
  assert.deepEqual(await violations(next), []);
  await box.getByRole("button", { name: "Continue writing" }).click();
  assert.equal(await area(next).inputValue(), "The middle. Typed before the crash.");
  assert.equal(await box.count(), 0);
  await next.keyboard.press("Control+Enter");
  await says(next, "Saved.");
  assert.ok(read("guides/a.md").includes("The middle. Typed before the crash."));
  await next.reload();
  await next.waitForSelector(".rolebook-pencil", { state: "attached" });
  await next.waitForTimeout(300);
  assert.equal(await box.count(), 0, "what was saved isn't offered again");
  await page.context().close();
});

test("unsaved text survives a reload and is offered as long as nobody discards it", async () => {
  const { page } = await start();
  page.on("dialog", (dialog) => dialog.accept());
  await edit(page, "The middle");
  await page.keyboard.type(" Typed before the reload.");
  await page.reload();
  const box = page.locator(".rolebook-unsaved");
  await box.waitFor();
  await page.reload();
  await box.waitFor();
  await box.getByRole("button", { name: "Discard" }).click();
  await box.waitFor({ state: "detached" });
  await page.reload();
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  await page.waitForTimeout(300);
  assert.equal(await box.count(), 0);
  await close(page);
});

test("unsaved text is offered once the page is up to date, if it wasn't when it was opened", async () => {
  const { page, read, write } = await start();
  page.on("dialog", (dialog) => dialog.accept());
  await edit(page, "The middle");
  await page.keyboard.type(" Typed before the reload.");
  await page.route("**/_rolebook/source*", (route) => route.fulfill({ json: null }), { times: 1 });
  await page.reload();
  await button(page, "1 unsaved text").waitFor();
  write("guides/a.md", read("guides/a.md").replace("The last", "The very last"));
  await page.locator(".rolebook-unsaved").waitFor();
  assert.ok(await button(page, "1 unsaved text").isHidden());
  await close(page);
});

test("text typed before and after the preview ends is offered when it runs again", async () => {
  const { page, dir, address, child, read } = await start();
  page.on("dialog", (dialog) => dialog.accept());
  await edit(page, "The middle");
  await page.keyboard.type(" One.");
  child.kill();
  await new Promise((ended) => child.on("exit", ended));
  await page.keyboard.type(" Two.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".rolebook-problem", { hasText: "isn't responding" }).waitFor();
  const again = spawn(rolebook, ["serve", dir, "--edit", "--port", new URL(address).port], { stdio: "ignore" });
  try {
    for (let n = 0; ; n += 1) {
      try {
        await page.goto(address + "guides/a/");
        break;
      } catch (error) {
        if (n === 50) throw error;
        await page.waitForTimeout(100);
      }
    }
    const box = page.locator(".rolebook-unsaved");
    assert.equal(await box.locator("pre").textContent(), "The middle. One. Two.");
    await box.getByRole("button", { name: "Continue writing" }).click();
    await area(page).press("Control+Enter");
    await says(page, "Saved.");
    assert.ok(read("guides/a.md").includes("The middle. One. Two."));
    await close(page);
  } finally {
    again.kill();
  }
});

test("unsaved text whose passage has changed since is offered with the other text", async () => {
  const { page, address, read, write } = await start();
  page.on("dialog", (dialog) => dialog.accept());
  await edit(page, "The middle");
  await area(page).fill("The middle, mine.");
  await page.goto(address);
  const elsewhere = button(page, "1 unsaved text");
  await elsewhere.click();
  assert.equal(await page.locator("dialog[open] pre").textContent(), "The middle, mine.");
  assert.deepEqual(await violations(page), []);
  write("guides/a.md", read("guides/a.md").replace("The middle.", "The middle, theirs."));
  await page.locator("dialog[open]").getByRole("link", { name: "A page" }).click();
  await page.locator(".prose > p", { hasText: "The middle, theirs." }).waitFor();
  await page.locator(".rolebook-unsaved").getByRole("button", { name: "Continue writing" }).click();
  assert.equal(await page.getByLabel("The text on disk now").inputValue(), "The middle, theirs.");
  assert.equal(await area(page).inputValue(), "The middle, mine.");
  await page.getByRole("button", { name: "Save mine in its place" }).click();
  await says(page, "Saved.");
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"].replace("The middle.", "The middle, mine."));
  await close(page);
});

test("when two tabs change one passage, the second save is compared and shows both texts", async () => {
  const { page, address, read } = await start();
  const other = await page.context().newPage();
  await other.goto(address + "guides/a/");
  await edit(page, "The middle");
  await area(page).fill("The middle, from one tab.");
  await edit(other, "The middle");
  await area(other).fill("The middle, from the other tab.");
  await page.keyboard.press("Control+Enter");
  await says(page, "Saved.");
  await other.keyboard.press("Control+Enter");
  assert.equal(await other.getByLabel("The text on disk now").inputValue(), "The middle, from one tab.");
  assert.equal(await area(other).inputValue(), "The middle, from the other tab.");
  assert.ok(read("guides/a.md").includes("from one tab."));
  // Taking the other text doesn't lose the author's own, even if the tab is closed now.
  await other.getByRole("button", { name: "Take the other text, and edit it" }).click();
  await other.close();
  await page.reload();
  assert.equal(await page.locator(".rolebook-unsaved pre").textContent(), "The middle, from the other tab.");
  await close(page);
});

test("a save is called saved only once the page shows it, and otherwise the reason is said", async () => {
  const { page, read } = await start();
  const before = read("guides/a.md");
  await page.locator(".rolebook-pencil").first().click();
  await page.getByRole("button", { name: "Change as Markdown" }).click();
  await area(page).fill("---\ntitle: [\n---\n# A page");
  await area(page).press("Control+Enter");
  await says(page, "Saved, not shown yet because of handbook/guides/a.md:2");
  assert.ok(!/Saved\.$/.test(await page.locator(".rolebook-note").textContent()));
  assert.ok(await page.getByRole("heading", { name: "A page" }).isVisible(), "the last good page stays");
  assert.deepEqual(await violations(page), []);
  await page.locator(".rolebook-note").getByRole("button", { name: "Go to it" }).click();
  await button(page, "Undo").click();
  await says(page, "Undone");
  assert.equal(read("guides/a.md"), before);
  await close(page);
});

test("the list and the decision fit a phone", async () => {
  const { page, read, write } = await start("guides/a/", { width: 390, height: 844 });
  await page.locator(".prose > p", { hasText: "The first" }).tap();
  await page.locator(".rolebook-pencil.near").tap();
  await area(page).fill("A new sentence.");
  await page.getByRole("button", { name: "Save", exact: true }).tap();
  await says(page, "Saved.");
  await button(page, "Changes").tap();
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await page.getByRole("button", { name: "Close" }).tap();
  write("guides/a.md", read("guides/a.md").replace("A new sentence.", "A new sentence, reworded."));
  await page.locator(".prose > p", { hasText: "reworded" }).waitFor();
  await button(page, "Undo").tap();
  await page.locator("dialog[open] textarea").waitFor();
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  await close(page);
});
