// Writes a role from nothing in the browser alone, as somebody would who never opens an editor or a
// terminal: from the new chapter to the proposal. Each step has its own test; each continues where the
// one before it ended.
//
// With SHOTS=FOLDER, saves pictures of each step there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const texts = {
  "handbook/handbook.toml": 'title = "Handbook"\n\n[[tracks]]\nid = "product"\ntitle = "Product management"\n\n[owners.product]\nname = "Product team"\n',
  "handbook/index.md": "# Handbook\n\nHow we work. Begin with [[communication]].\n",
  "handbook/roles/product-manager.md": "---\ntrack: product\nrank: 1\n---\n# Product Manager\n\nDecides what a team builds next.\n\n## Responsibilities\n\n- Talks to customers every week.\n",
  "handbook/competencies/communication.md": "# Communication\n\n## Levels\n\n### Learning {level=1}\n\n- Writes down what was agreed.\n\n### Owning {level=3}\n\n- Makes a plan that two teams follow. {#plan}\n",
};

const clean = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
const git = (dir, ...words) => execFileSync("git", words, { cwd: dir, env: clean, encoding: "utf8" });
const ROLE = "roles/research-lead.md";
let dir, page;
const read = (name) => readFileSync(join(dir, "handbook", name), "utf8");

before(async () => {
  dir = project(texts);
  for (const words of [["init", "-q", "-b", "main"], ["config", "user.name", "A Writer"], ["config", "user.email", "writer@example.org"], ["add", "-A"], ["commit", "-q", "-m", "One"]]) git(dir, ...words);
  const { address } = await preview(dir, "--edit");
  page = await open(address);
});

after(() => close(page));

/** Takes pictures of the page as it is now: wide and narrow, light and dark. */
async function look(name) {
  const to = process.env.SHOTS;
  if (!to) return;
  mkdirSync(to, { recursive: true });
  for (const width of [1440, 390]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(120);
      await page.screenshot({ path: join(to, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

const dialog = (name) => page.getByRole("dialog", { name });
const says = (text) => page.locator(".rolebook-note", { hasText: text }).waitFor();
const bar = (name) => page.locator(".rolebook-corner").getByRole("button", { name, exact: true });

/** Opens the passage that contains `words`. */
async function edit(words) {
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  await page.locator(".prose :is(p, ul, h2)", { hasText: words }).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.locator(".rolebook-editor").waitFor();
}

async function save(text = "Saved.") {
  await page.keyboard.press("Control+Enter");
  await says(text);
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
}

/** Checks what holds after every step: nothing is inaccessible, too wide or an error. */
async function checked() {
  assert.deepEqual(await violations(page), []);
  assert.equal(await overflow(page), 0);
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("Failed to load resource")), []);
}

test("1: a new role is created from its title, and its properties open with that title", async () => {
  await look("00-home");
  await bar("New chapter").click();
  const form = dialog("New chapter");
  await form.getByLabel("Kind").selectOption("Role");
  await form.getByLabel("Title").fill("Research Lead");
  await look("01-new");
  await checked();
  await form.getByRole("button", { name: "Create" }).click();
  await page.waitForURL("**/roles/research-lead/");
  await dialog("Properties").waitFor();
  assert.equal(await dialog("Properties").getByLabel("Title", { exact: true }).inputValue(), "Research Lead");
  assert.ok(existsSync(join(dir, "handbook", ROLE)));
});

test("2: its title and facts are chosen in the form, and the title changes in the heading alone", async () => {
  const form = dialog("Properties");
  await form.getByLabel("Title", { exact: true }).fill("Head of Research");
  await form.getByLabel("Summary").fill("Finds out what customers need before we build it.");
  await form.getByLabel("Owner").selectOption({ label: "Product team" });
  await form.getByLabel("Track").selectOption({ label: "Product management" });
  await form.getByLabel("Rank").fill("2");
  await form.getByLabel("Scope").fill("all research");
  await look("02-properties");
  await checked();
  await form.getByRole("button", { name: "Save" }).click();
  await page.locator("h1", { hasText: "Head of Research" }).waitFor();
  await says("Saved.");
  assert.match(read(ROLE), /^# Head of Research$/m);
  assert.doesNotMatch(read(ROLE), /^title:/m);
  assert.match(read(ROLE), /^owner: product/m);
  assert.match(read(ROLE), /^track: product/m);
  await checked();
});

test("3: the expected level of a competency is chosen by its name", async () => {
  await bar("Properties").click();
  const form = dialog("Properties");
  await form.getByLabel("Add to: Competencies").selectOption({ label: "Communication" });
  await form.getByLabel("Communication", { exact: true }).selectOption({ label: "3 Owning" });
  await form.getByLabel("Add to: Key for this role").selectOption({ label: "Communication" });
  await look("03-levels");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("Makes a plan that two teams follow").first().waitFor();
  assert.match(read(ROLE), /^ {2}communication: 3$/m);
  await checked();
});

test("4: responsibilities are written as a list, one item after the other", async () => {
  await edit("something that this role is responsible for");
  await page.getByLabel("Item 1", { exact: true }).fill("Interviews customers every week.");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Tells every team what was learned.");
  await look("04-responsibilities");
  await checked();
  await save();
  assert.match(read(ROLE), /^- Interviews customers every week\.\n- Tells every team what was learned\.$/m);
});

test("5: a picture is pasted into the opening paragraph and described", async () => {
  await edit("what this role is for");
  await page.locator("#rolebook-text").fill("The head of research makes sure that teams know their customers.");
  await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [400, 200];
    canvas.getContext("2d").fillRect(0, 0, 200, 200);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const data = new DataTransfer();
    data.items.add(new File([blob], "image.png", { type: "image/png" }));
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.getByLabel(/What does .* show\?/).fill("Two teams at one table");
  await look("05-picture");
  await checked();
  await page.keyboard.press("Control+Enter");
  await page.locator('.prose img[alt="Two teams at one table"]').waitFor();
  assert.ok(existsSync(join(dir, "handbook/roles/head-of-research.png")));
});

test("6: a table is inserted from the menu and filled in cell by cell", async () => {
  await edit("what others could see within a year");
  await page.locator("#rolebook-text").fill("/table");
  await page.keyboard.press("Enter");
  await look("06-menu");
  await save();
  await page.locator(".prose table").waitFor();
  await page.locator(".prose table").hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.getByLabel("Header of column 1").fill("When");
  await page.getByLabel("Header of column 2").fill("What we see");
  await page.getByLabel(/^Row 1, /).nth(0).fill("After a quarter");
  await page.getByLabel(/^Row 1, /).nth(1).fill("Each team has met five customers");
  await look("07-table");
  await checked();
  await save();
  assert.match(read(ROLE), /\| When \| What we see \|/);
  assert.match(read(ROLE), /\| After a quarter \| Each team has met five customers \|/);
});

test("7: a link is completed from the titles of the handbook", async () => {
  await edit("what people expect of this role");
  await page.locator("#rolebook-text").fill("Deciding the roadmap is the job of the ");
  await page.keyboard.press("End");
  await page.keyboard.type("[[product man");
  const choice = page.getByRole("listbox", { name: "Chapters to link to" }).getByRole("option").first();
  await choice.filter({ hasText: "Product Manager" }).waitFor();
  await look("08-link");
  await page.keyboard.press("Enter");
  // Ctrl+Z undoes the choice in the field, and not the last save.
  const saved = read(ROLE);
  await page.keyboard.press("Control+z");
  assert.doesNotMatch(await page.locator("#rolebook-text").inputValue(), /product-manager/);
  assert.equal(read(ROLE), saved);
  await page.keyboard.press("Control+Shift+z");
  assert.match(await page.locator("#rolebook-text").inputValue(), /\[\[product-manager\]\]/);
  await save();
  await page.locator('.prose a[href$="roles/product-manager/"], .prose a[href$="../product-manager/"]').first().waitFor();
  await checked();
});

test("8: a mistyped name is found, and fixed with “Use”", async () => {
  await edit("Deciding the roadmap");
  const now = await page.locator("#rolebook-text").inputValue();
  await page.locator("#rolebook-text").fill(now.replace("[[product-manager]]", "[[roles/prodct-manager]]") + ".");
  await save();
  const use = page.locator(".rolebook-findings").getByRole("button", { name: /^Use .*product-manager/ }).first();
  await use.waitFor();
  assert.ok(await page.locator(".rolebook-findings code").count() > 0, "names are shown as code");
  const findings = await page.locator(".rolebook-findings").textContent();
  assert.doesNotMatch(findings, /`/);
  assert.doesNotMatch(findings, /comment/, "the comments of a new chapter are no mistakes");
  await look("09-mistake");
  await checked();
  await use.click();
  await page.locator('.prose a[href$="/product-manager/"]').first().waitFor();
  assert.doesNotMatch(read(ROLE), /prodct/);
});

test("9: all of it is proposed on a branch of its own", async () => {
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  await bar("Propose").click();
  const form = dialog("Propose these changes");
  await form.getByLabel("Why, in one line").fill("A head of research");
  assert.match(await form.getByRole("region", { name: "What changes in the handbook" }).textContent(), /Head of Research/);
  await look("10-propose");
  await checked();
  await form.getByRole("button", { name: "Make the proposal" }).click();
  await form.getByRole("heading", { name: "Proposed" }).waitFor();
  await look("11-proposed");
  await checked();
  const branch = git(dir, "branch", "--format=%(refname:short)").trim().split("\n").find((name) => name.startsWith("proposal-"));
  assert.equal(git(dir, "show", branch + ":handbook/" + ROLE), read(ROLE));
  const files = git(dir, "diff", "--name-only", "main", branch).trim().split("\n");
  assert.deepEqual(files, ["handbook/roles/head-of-research.png", "handbook/" + ROLE]);
  assert.equal(git(dir, "rev-parse", "--abbrev-ref", "HEAD").trim(), "main");
});
