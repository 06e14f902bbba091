// Proposes changes in the page: from an edit to a branch, and from there to a remote or a patch file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, folder, open, overflow, preview, project, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "T"\n',
  "handbook/index.md": "# Home\n\nBegin with [[talk]].\n",
  "handbook/competencies/talk.md": "# Talk\n\n### Practising\n\n- Says it.\n",
  "handbook/guides/a.md": "# A page\n\nThe first sentence.\n\nThe last sentence.\n",
};

const clean = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

function git(dir, ...words) {
  return execFileSync("git", words, { cwd: dir, env: clean, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

async function start(remote = false, options = {}) {
  const dir = project(texts);
  git(dir, "init", "-q", "-b", "main");
  git(dir, "config", "user.name", "A Writer");
  git(dir, "config", "user.email", "writer@example.org");
  git(dir, "add", "-A");
  git(dir, "commit", "-q", "-m", "One");
  const bare = join(folder(), "book.git");
  if (remote) {
    git(dir, "init", "-q", "--bare", bare);
    git(dir, "remote", "add", "origin", bare);
    git(dir, "push", "-q", "origin", "main");
  }
  const { address } = await preview(dir, "--edit");
  const page = await open(address + "guides/a/", options);
  return { dir, bare, page, write: (name, text) => writeFileSync(join(dir, "handbook", name), text) };
}

async function edit(page, words, text) {
  await page.locator(".prose > p", { hasText: words }).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.locator("#rolebook-text").fill(text);
  await page.keyboard.press("Control+Enter");
  await page.locator(".rolebook-note", { hasText: "Saved." }).waitFor();
}

/** Opens the panel and waits for the list of changes. */
async function panel(page) {
  await page.locator(".rolebook-corner").getByRole("button", { name: "Propose", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Propose these changes" });
  await dialog.getByRole("button", { name: /Close|Cancel/ }).waitFor();
  return dialog;
}

const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));
const branches = (dir) => git(dir, "branch", "--format=%(refname:short)").trim().split("\n");

test("an edit is proposed on a branch, and pushed with a second click", async () => {
  const { dir, bare, page, write } = await start(true);
  const none = await panel(page);
  assert.match(await none.textContent(), /Nothing has changed since the last commit\./);
  await none.getByRole("button", { name: "Close" }).click();
  await edit(page, "The first", "A better sentence.");
  write("competencies/talk.md", "# Talk\n\n### Practising\n\n- Says it plainly.\n");
  const state = () => [git(dir, "status", "--porcelain"), readFileSync(join(dir, ".git/index"), "hex"), git(dir, "rev-parse", "HEAD")];
  await page.waitForTimeout(300);
  const before = state();
  const dialog = await panel(page);
  assert.match(await dialog.getByRole("region", { name: "What changes in the handbook" }).textContent(), /Talk: rewords at Practising “Says it\.” → “Says it plainly\.”/);
  assert.deepEqual(await dialog.getByRole("checkbox").count(), 2);
  await dialog.getByRole("checkbox", { name: "Talk (changed)" }).uncheck();
  await dialog.locator("summary").nth(1).click();
  assert.deepEqual(await dialog.locator("details[open] pre").allTextContents(), ["The first sentence.", "A better sentence."]);
  assert.deepEqual(await violations(page), []);
  await dialog.getByLabel("Why, in one line").fill("Say it better");
  await page.keyboard.press("Enter");
  await dialog.getByRole("heading", { name: "Proposed" }).waitFor();
  const name = await dialog.locator("code").first().textContent();
  assert.match(name, /^proposal-\d{4}-\d\d-\d\d-say-it-better$/);
  assert.equal(git(dir, "diff-tree", "-r", "--no-commit-id", "--name-only", name), "handbook/guides/a.md\n");
  assert.equal(git(dir, "show", name + ":handbook/guides/a.md"), texts["handbook/guides/a.md"].replace("The first", "A better"));
  assert.deepEqual(state(), before);
  assert.deepEqual(branches(bare), ["main"], "nothing is sent before the second click");
  assert.ok((await dialog.textContent()).includes(bare), "the address is shown first");
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Push to origin" }).click();
  await dialog.getByText("is at").waitFor();
  assert.deepEqual(branches(bare), ["main", name]);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("the whole way works with the keyboard, and ends in a patch file without a remote", async () => {
  const { dir, page } = await start();
  await edit(page, "The first", "A better sentence.");
  await page.evaluate(() => document.activeElement.blur());
  await page.locator(".rolebook-corner").getByRole("button", { name: "Propose", exact: true }).focus();
  await page.keyboard.press("Enter");
  const why = page.getByLabel("Why, in one line");
  await why.waitFor();
  for (let n = 0; n < 12 && !(await why.evaluate((field) => field === document.activeElement)); n += 1) await page.keyboard.press("Tab");
  await page.keyboard.type("Why not");
  await page.keyboard.press("Enter");
  const link = page.getByRole("link", { name: "Download a patch file" });
  await link.waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), link.press("Enter")]);
  assert.match(download.suggestedFilename(), /^proposal-.*-why-not\.patch$/);
  const patch = readFileSync(await download.path(), "utf8");
  assert.match(patch, /^Subject: \[PATCH\] Why not$/m);
  git(dir, "checkout", "-q", "--", ".");
  writeFileSync(join(dir, "x.patch"), patch);
  git(dir, "am", "-q", "x.patch");
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a failed push shows Git's words, and a line that was typed survives a reload", async () => {
  const { dir, page, write } = await start(true, { width: 320, height: 700 });
  write("guides/a.md", "# A page\n\nA better sentence.\n");
  await page.locator(".prose > p", { hasText: "A better" }).waitFor();
  let dialog = await panel(page);
  await dialog.getByLabel("Why, in one line").fill("Because of this");
  assert.equal(await overflow(page), 0);
  await page.reload();
  dialog = await panel(page);
  assert.equal(await dialog.getByLabel("Why, in one line").inputValue(), "Because of this");
  await dialog.getByRole("button", { name: "Make the proposal" }).click();
  const push = dialog.getByRole("button", { name: "Push to origin" });
  await push.waitFor();
  git(dir, "config", "remote.origin.url", "/nowhere/at/all");
  await push.click();
  await dialog.getByText("The address of the remote has changed").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  // What is proposed already isn't proposed again by mistake, but can still be pushed.
  dialog = await panel(page);
  await dialog.getByText("Already proposed as it is now.").waitFor();
  assert.ok(!(await dialog.getByRole("checkbox").isChecked()));
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Push or download it" }).click();
  await push.click();
  await dialog.getByText("does not appear to be a git repository").waitFor();
  assert.match(await dialog.textContent(), /git push origin proposal-/);
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  await close(page);
});

test("outside a repository, nothing offers to propose", async () => {
  const { address } = await preview(project(texts), "--edit");
  const page = await open(address);
  await page.locator(".rolebook-corner").getByRole("button", { name: "New chapter" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Propose", exact: true }).count(), 0);
  await close(page);
});
