// Tests the findings in the corner of the page: they appear when something is wrong, disappear when
// it is fixed, and never cover the text.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, folder, open, overflow, preview, project, violations, written } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\n[[a]] and [[b]].\n",
  "handbook/guides/a.md": "# A\n\nSee [[b]].\n",
  "handbook/guides/b.md": "# B\n\nText.\n",
};

async function start(options = {}, ...flags) {
  const dir = project(texts);
  const { address } = await preview(dir, ...flags);
  const page = await open(address + "guides/a/", options);
  const file = (name) => join(dir, "handbook", name);
  return { page, address, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text) };
}

test("a mistake is shown with its location and disappears once it is fixed, without a reload", async () => {
  const { page, write } = await start();
  await page.evaluate(() => { globalThis.stays = true; });
  write("guides/a.md", "# A\n\nSee [[bb]].\n");
  await page.waitForSelector(".rolebook-findings.rolebook-error[open]");
  const shown = await page.locator(".rolebook-finding").textContent();
  for (const part of ["No chapter called bb.", "Line 3", "See [[bb]]."]) assert.ok(shown.includes(part), `${part} in ${shown}`);
  assert.equal(await page.locator(".prose .dead").textContent(), "bb");
  assert.equal(await page.locator(".rolebook-message code").textContent(), "bb");
  assert.deepEqual(await violations(page), []);
  write("guides/a.md", "# A\n\nSee [[b]].\n");
  await page.waitForSelector(".rolebook-findings", { state: "detached" });
  assert.equal(await page.evaluate(() => globalThis.stays), true);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("mistakes in other chapters are shown as a count that opens a list", async () => {
  const { page, write } = await start();
  write("guides/b.md", "# B\n\n[[nowhere]]\n");
  const summary = page.locator(".rolebook-findings > summary");
  await summary.waitFor();
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  assert.match(await summary.textContent(), /1 finding in other chapters/);
  await summary.click();
  assert.ok((await page.locator(".rolebook-others a").getAttribute("href")).startsWith("/guides/b/"));
  assert.deepEqual(await violations(page), []);
  await page.locator(".rolebook-others summary").press("Escape");
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  await close(page);
});

test("on a phone, findings stay in the corner and don't cover the end of the page", async () => {
  const { page, write } = await start({ width: 390, height: 844 });
  write("guides/a.md", `# A\n\n[[bb]]\n\n${"Text. \n\n".repeat(60)}`);
  await page.waitForSelector(".rolebook-findings");
  assert.equal(await page.locator(".rolebook-findings").getAttribute("open"), null);
  assert.equal(await overflow(page), 0);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  const [corner, end] = await page.evaluate(() => [".rolebook-findings", ".colophon"].map((at) => document.querySelector(at).getBoundingClientRect()));
  assert.ok(corner.top >= end.bottom - 1, "the findings cover the last line");
  await close(page);
});

test("a passage opens in the author's editor at the right line", async () => {
  const told = join(folder(), "told");
  const script = join(folder(), "editor.sh");
  writeFileSync(script, `#!/bin/sh\necho "$1" > ${told}\n`, { mode: 0o755 });
  const { page } = await start({}, "--editor", `${script} {file}:{line}:{column}`);
  await page.locator(".prose > p").click({ modifiers: ["Alt"], position: { x: 5, y: 5 } });
  await page.waitForSelector('.rolebook-note:has-text("Opened")');
  const place = /\/handbook\/guides\/a\.md:3:1\n$/;
  assert.match(await written(told, place), place);
  assert.equal(await page.locator(".rolebook-pencil").count(), 0, "nothing can be changed without --edit");
  await close(page);
});

test("a misspelled name is fixed with one click, which can be undone", async () => {
  const { page, write, read } = await start({}, "--edit");
  const text = "# A\n\nSee [[long-chapter#the-last-part]] and [[lng-chapter]].\n";
  write("guides/long-chapter.md", "# Long chapter\n\n## The last part\n\nText.\n");
  write("guides/a.md", text);
  const corner = page.locator(".rolebook-findings[open]");
  await corner.getByRole("button", { name: "Use long-chapter" }).click();
  await page.locator(".rolebook-note", { hasText: "Changed to long-chapter." }).waitFor();
  assert.equal(read("guides/a.md"), text.replace("lng-chapter", "long-chapter"));
  await page.locator(".rolebook-corner").getByRole("button", { name: "Undo", exact: true }).click();
  await corner.getByRole("button", { name: "Use long-chapter" }).waitFor();
  assert.equal(read("guides/a.md"), text);
  // A heading is fixed without changing the name of the chapter before it.
  write("guides/a.md", "# A\n\nSee [[long-chapter#the-lst-part]].\n");
  await corner.getByRole("button", { name: "Use the-last-part" }).click();
  await page.locator(".rolebook-note", { hasText: "Changed to the-last-part." }).waitFor();
  assert.equal(read("guides/a.md"), "# A\n\nSee [[long-chapter#the-last-part]].\n");
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("findings with the same words are shown once, and each place can be gone to", async () => {
  const { page, write } = await start();
  write("guides/a.md", `# A\n\nSee [[nowhere]].\n\n${"Text. \n\n".repeat(60)}And [[nowhere]].\n`);
  await page.locator(".rolebook-findings[open]").waitFor();
  assert.equal(await page.locator(".rolebook-message").count(), 1);
  assert.equal(await page.locator(".rolebook-spot").count(), 2);
  assert.equal(await page.getByRole("button", { name: /^Use / }).count(), 0, "nothing can be changed without --edit");
  await page.getByRole("button", { name: /Go to it: .*a.md:125/ }).click();
  await page.waitForFunction(() => document.activeElement.textContent === "And nowhere.");
  const family = (at) => page.locator(at).first().evaluate((element) => getComputedStyle(element).fontFamily);
  assert.equal(await family(".rolebook-finding p"), await family(".site-nav, nav"));
  await close(page);
});

test("nothing covers the text that is being edited, at any width", async () => {
  for (const width of [390, 800, 1100, 1408, 1440, 1900]) {
    const { page, write } = await start({ width }, "--edit");
    write("guides/a.md", `# A\n\nSee [[nowhere]].\n\n${"Text.\n\n".repeat(40)}The last text.\n`);
    await page.locator(".rolebook-findings").waitFor();
    if (width >= 1408) assert.ok(await page.locator(".rolebook-findings").evaluate((panel) => panel.open), `open at ${width}`);
    await page.locator(".rolebook-pencil").nth(30).evaluate((button) => button.click());
    const area = page.locator("#rolebook-text");
    await area.fill("A long text. ".repeat(60));
    await area.evaluate((element) => element.closest(".rolebook-editor").scrollIntoView({ block: "end", behavior: "instant" }));
    await page.locator(".rolebook-findings").hover({ trial: true, force: true });
    const covered = await page.evaluate(() => {
      const box = document.querySelector(".rolebook-editor").getBoundingClientRect();
      const over = [...document.querySelectorAll(".rolebook-findings, .rolebook-corner")].map((element) => element.getBoundingClientRect());
      return over.some((other) => other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom);
    });
    assert.equal(covered, false, `${width}`);
    await close(page);
  }
});

test("all findings are on one page, which is kept up to date", async () => {
  const { page, address, write } = await start();
  write("guides/b.md", "# B\n\n[[nowhere]]\n");
  await page.locator(".rolebook-findings > summary").click();
  await page.getByRole("link", { name: "All findings on one page" }).click();
  await page.getByRole("heading", { name: "Findings" }).waitFor();
  const list = page.locator(".rolebook-page");
  assert.match(await list.textContent(), /handbook\/guides\/b\.md[^]*Line 3: No chapter called `nowhere`\./);
  assert.equal(await page.locator("header.bar, header").first().isVisible(), true);
  assert.equal(await page.locator(".rolebook-findings").count(), 0);
  assert.deepEqual(await violations(page), []);
  write("guides/a.md", "# A\n\n[[elsewhere]]\n");
  await list.locator("strong", { hasText: "elsewhere" }).waitFor();
  await page.getByRole("link", { name: "Go to it" }).last().click();
  await page.waitForURL(address + "guides/b/*");
  await page.waitForFunction(() => document.activeElement.textContent === "nowhere");
  write("guides/a.md", "# A\n");
  write("guides/b.md", "# B\n");
  await page.goto(address + "_rolebook/findings");
  await page.getByText("There are no findings.").waitFor();
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("the bar leaves room for the navigation, and everything in it can be reached on a phone", async () => {
  const links = Array.from({ length: 40 }, (_, n) => [`handbook/guides/c-${n}.md`, `# Chapter ${n}\n\nText.\n`]);
  const dir = project({ "handbook/handbook.toml": 'title = "T"\n', "handbook/index.md": "# Home\n\nText.\n", "handbook/guides/index.md": "# Guides\n", ...Object.fromEntries(links) });
  const { address } = await preview(dir, "--edit");
  const page = await open(address + "guides/c-3/", { width: 1440, height: 900 });
  await page.locator(".rolebook-corner").getByRole("button", { name: "Delete" }).waitFor();
  const covered = await page.evaluate(() => {
    const side = document.querySelector(".side");
    side.scrollTop = side.scrollHeight;
    const last = [...side.querySelectorAll("a")].pop().getBoundingClientRect();
    return document.elementFromPoint(last.left + 5, last.top + 5).closest(".rolebook-corner") !== null || last.bottom > document.querySelector(".rolebook-corner").getBoundingClientRect().top;
  });
  assert.ok(!covered);
  await close(page);
  const phone = await open(address + "guides/c-3/", { width: 390, height: 844 });
  await phone.locator(".rolebook-pencil").first().waitFor();
  const pencils = await phone.evaluate(() => [...document.querySelectorAll(".rolebook-pencil")].map((one) => ({ opacity: Number(getComputedStyle(one).opacity), right: one.getBoundingClientRect().right })));
  assert.ok(pencils.length > 1 && pencils.every(({ opacity, right }) => opacity > 0.5 && right <= 390), JSON.stringify(pencils));
  assert.equal(await overflow(phone), 0);
  const bar = await phone.locator(".rolebook-corner").boundingBox();
  assert.ok(bar.y + bar.height <= 844 && bar.height < 80);
  await phone.locator(".rolebook-corner").getByRole("button", { name: "Handbook settings" }).tap();
  await phone.getByRole("dialog", { name: "Handbook settings" }).waitFor();
  assert.deepEqual(await violations(phone), []);
  await close(phone);
});
