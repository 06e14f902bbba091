// Tests a page that is open while its chapter is being edited: every save shows up, and nothing
// that the reader has opened, selected or typed is lost.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, preview, project, rolebook, write } from "./support.mjs";

const paragraphs = (text) => Array.from({ length: 60 }, (_, n) => (n === 30 ? text : `Paragraph ${n} stays as it is, whatever happens around it.`));
const chapter = (text, head = "") =>
  `# Chapter\n\n${head}${paragraphs(text).slice(0, 29).join("\n\n")}\n\n<details id="more"><summary>More</summary>Inside.</details>\n\n<p><input id="field"></p>\n\n${paragraphs(text).slice(29).join("\n\n")}\n`;

function handbook() {
  const dir = project({
    "handbook/handbook.toml": 'title = "T"\ntheme = "own"\n[security]\nhtml = "trusted"\n',
    "handbook/index.md": "# Home\n",
    "handbook/guides/a.md": chapter("Save 0."),
    "themes/own/theme.toml": "",
    "themes/own/assets/own.css": "",
  });
  return { dir, save: (text, head) => write(dir, { "handbook/guides/a.md": chapter(text, head) }) };
}

/** Marks the page, so that a reload can be detected. */
const mark = (page) => page.evaluate(() => { window.marked = true; });
const isMarked = (page) => page.evaluate(() => window.marked === true);
const sees = (page, text) => page.getByText(text, { exact: true }).waitFor({ timeout: 10_000 });
const place = (page) => page.evaluate(() => ({
  at: Math.round(document.querySelector("#field").getBoundingClientRect().top),
  focus: document.activeElement.id,
  value: document.querySelector("#field").value,
  chosen: [document.querySelector("#field").selectionStart, document.querySelector("#field").selectionEnd],
  open: document.querySelector("#more").open,
}));

test("fifty saves all show up without moving the page or losing the focus, the selection or what is open", async () => {
  const { dir, save } = handbook();
  const { address } = await preview(dir);
  const page = await open(`${address}guides/a/`);
  await mark(page);
  await page.locator("#more summary").click();
  await page.locator("#field").fill("half a word");
  await page.evaluate(() => document.querySelector("#field").setSelectionRange(2, 6));
  await page.evaluate(() => document.querySelector("#field").scrollIntoView({ block: "center", behavior: "instant" }));
  const before = await place(page);
  assert.deepEqual({ focus: before.focus, open: before.open, chosen: before.chosen }, { focus: "field", open: true, chosen: [2, 6] });
  for (let n = 1; n <= 50; n += 1) {
    // Every fifth save also adds text above the visible part.
    save(`Save ${n}.`, n % 5 ? "" : `New at the top ${n}.\n\n`);
    await sees(page, `Save ${n}.`);
    assert.deepEqual(await place(page), before, `save ${n}`);
  }
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => getSelection().selectAllChildren([...document.querySelectorAll("main p")].find((p) => p.textContent.startsWith("Paragraph 32"))));
  const chosen = await page.evaluate(() => getSelection().toString());
  for (let n = 51; n <= 55; n += 1) {
    save(`Save ${n}.`);
    await sees(page, `Save ${n}.`);
    assert.equal(await page.evaluate(() => getSelection().toString()), chosen);
  }
  assert.ok(await isMarked(page));
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a change outside the visible part is scrolled to and highlighted, without motion if the reader prefers none", async () => {
  const { dir, save } = handbook();
  const { address } = await preview(dir);
  const page = await open(`${address}guides/a/`, { reducedMotion: true });
  const block = page.getByText("Save 1.", { exact: true });
  save("Save 1.");
  await block.waitFor();
  await page.waitForFunction(() => {
    const marked = document.querySelector(".rolebook-changed");
    return marked && marked.getBoundingClientRect().top < innerHeight && getComputedStyle(marked).animationName === "none";
  });
  await page.waitForFunction(() => !document.querySelector(".rolebook-changed"));
  await close(page);
});

test("a changed style sheet is replaced without a reload", async () => {
  const { dir } = handbook();
  write(dir, { "themes/own/assets/style.css": "body { outline: 3px solid rgb(1, 2, 3); }" });
  const { address } = await preview(dir);
  const page = await open(`${address}guides/a/`);
  await mark(page);
  const outline = (wanted) => page.waitForFunction((color) => getComputedStyle(document.body).outlineColor === color, wanted);
  await outline("rgb(1, 2, 3)");
  write(dir, { "themes/own/assets/style.css": "body { outline: 3px solid rgb(4, 5, 6); }" });
  await outline("rgb(4, 5, 6)");
  assert.ok(await isMarked(page));
  await page.waitForFunction(() => document.querySelectorAll('link[href$="style.css"]').length === 1);
  await close(page);
});

test("an open page follows its chapter when the chapter is renamed", async () => {
  const { dir } = handbook();
  const { address } = await preview(dir);
  const page = await open(`${address}guides/a/`);
  await mark(page);
  renameSync(join(dir, "handbook/guides/a.md"), join(dir, "handbook/guides/b.md"));
  await page.waitForURL("**/guides/b/");
  assert.ok(await isMarked(page));
  writeFileSync(join(dir, "handbook/guides/b.md"), chapter("After the move."));
  await sees(page, "After the move.");
  assert.ok(await isMarked(page));
  await close(page);
});

test("an eleventh tab loads while ten are open, and a hidden tab catches up when it is shown", async () => {
  const { dir, save } = handbook();
  const { address } = await preview(dir);
  const first = await open(`${address}guides/a/`);
  await mark(first);
  const shown = first.context();
  const tabs = [first];
  // Playwright tells every page that it is visible. Here, background tabs are hidden as in a real
  // window.
  const really = async (page) => (await shown.newCDPSession(page)).send("Emulation.setFocusEmulationEnabled", { enabled: false });
  await really(first);
  const hide = (page) => page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  const show = (page) => page.evaluate(() => {
    Reflect.deleteProperty(document, "hidden");
    document.dispatchEvent(new Event("visibilitychange"));
  });
  for (let n = 1; n < 11; n += 1) {
    await hide(tabs[n - 1]);
    const page = await shown.newPage();
    await really(page);
    await page.goto(`${address}guides/a/?tab=${n}`, { timeout: 10_000 });
    await page.getByRole("heading", { name: "Chapter" }).first().waitFor();
    tabs.push(page);
  }
  save("Saved behind.");
  await sees(tabs[10], "Saved behind.");
  assert.equal(await first.getByText("Saved behind.").count(), 0);
  await hide(tabs[10]);
  await show(first);
  await sees(first, "Saved behind.");
  assert.ok(await isMarked(first));
  await shown.close();
});

test("after the preview restarts, an open page reconnects and shows what was written in the meantime", async () => {
  const { dir, save } = handbook();
  const one = await preview(dir);
  const page = await open(`${one.address}guides/a/`);
  await mark(page);
  one.child.kill();
  await new Promise((ended) => one.child.on("exit", ended));
  save("Written meanwhile.");
  const port = new URL(one.address).port;
  const two = spawn(rolebook, ["serve", dir, "--port", port], { stdio: "ignore" });
  try {
    await sees(page, "Written meanwhile.");
    assert.ok(await isMarked(page));
    await close(page);
  } finally {
    two.kill();
  }
});

test("seven visible tabs all keep up to date, and a change of the audience reaches each", async () => {
  const { dir, save } = handbook();
  write(dir, { "handbook/handbook.toml": 'title = "T"\ntheme = "own"\n[audiences.managers]\ntitle = "Managers"\n' });
  const { address } = await preview(dir);
  const first = await open(`${address}guides/a/`);
  const tabs = [first];
  while (tabs.length < 9) {
    const page = await first.context().newPage();
    await page.goto(`${address}guides/a/?tab=${tabs.length}`, { timeout: 10_000 });
    await page.getByRole("heading", { name: "Chapter" }).first().waitFor();
    tabs.push(page);
  }
  await mark(first);
  assert.ok(await first.evaluate(() => !document.hidden));
  save("Saved for all.");
  await Promise.all(tabs.map((page) => sees(page, "Saved for all.")));
  write(dir, { "themes/own/assets/own.css": "", "themes/own/assets/style.css": "body { outline: 3px solid rgb(7, 8, 9); }" });
  await Promise.all(tabs.map((page) => page.waitForFunction(() => getComputedStyle(document.body).outlineColor === "rgb(7, 8, 9)")));
  await tabs[3].getByLabel("View as").selectOption("managers");
  await Promise.all(tabs.map((page) => page.waitForFunction(() => document.querySelector(".rolebook-audience select")?.value === "managers")));
  assert.ok(await isMarked(first));
  await first.context().close();
});
