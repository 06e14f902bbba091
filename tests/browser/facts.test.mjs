// Changes the facts of a chapter and the settings of a handbook in a form next to the page: what the
// author sees, what is on disk, and that all of it works with the keyboard and for screen readers.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const role = "---\r\n# Facts of the role.\r\ntitle: Lead # the old name\r\nrank: 2\r\nscope: 'one team'\r\nmine: 1\r\ngrows_into:\r\n  - chief # next\r\ncompetencies:\r\n  talk: 2 # for now\r\n---\r\n\r\nLeads.\r\n";
const texts = {
  "handbook/handbook.toml": '# Ours.\ntitle = "T" # short\n\n[[tracks]]\nid = "lead"\ntitle = "Leadership"\n\n[owners.people]\nname = "People team"\n\n[audiences.managers]\n',
  "handbook/index.md": "# Home\n\nBegin with [[lead]].\n",
  "handbook/roles/lead.md": role,
  "handbook/roles/chief.md": "---\nrank: 3\n---\n# Chief\n\nLeads leads.\n",
  "handbook/roles/head.md": "+++\nrank = 4 # top\n+++\n# Head\n\nLeads all.\n",
  "handbook/competencies/talk.md": "# Talk\n\n### Practising\n\n- Says it.\n\n### Owning\n\n- Writes it.\n",
  "handbook/competencies/write.md": "---\ncluster: Words\n---\n# Write\n\n### Practising\n\n- Writes it.\n",
};

async function start(path = "roles/lead/", options = {}) {
  const dir = project(texts);
  const { address } = await preview(dir, "--edit");
  const page = await open(address + path, options);
  const file = (name) => join(dir, "handbook", name);
  return { page, address, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text) };
}

const panel = (page) => page.getByRole("dialog");
const field = (page, label) => panel(page).getByLabel(label, { exact: true });
const shut = (page) => page.waitForFunction(() => !document.querySelector(".rolebook-facts"));

// The browser logs every unsuccessful response to its console.
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

async function facts(page, name = "Properties") {
  await page.getByRole("button", { name, exact: true }).click();
  await panel(page).waitFor();
}

test("facts are chosen from the handbook, and only their own bytes change", async () => {
  const { page, read } = await start();
  await facts(page);
  assert.equal(await field(page, "Title").inputValue(), "Lead");
  await field(page, "Title").fill("Team lead");
  await field(page, "Owner").selectOption({ label: "People team" });
  await field(page, "Track").selectOption({ label: "Leadership" });
  await panel(page).getByLabel("Add to: Grows into").selectOption({ label: "Head" });
  await panel(page).getByLabel("Add to: Competencies").selectOption({ label: "Write" });
  await field(page, "Write").selectOption({ label: "1 Learning" });
  await field(page, "Talk").selectOption({ label: "3 Owning" });
  await field(page, "Reviewed").fill("2026-11-01");
  assert.deepEqual(await violations(page), []);
  await panel(page).getByRole("button", { name: "Save" }).click();
  await shut(page);
  await page.waitForSelector('h1:text("Team lead")');
  const wanted = role
    .replace("title: Lead # the old name\r\n", "title: Team lead # the old name\r\nowner: people\r\nreviewed: 2026-11-01\r\ntrack: lead\r\n")
    .replace("  - chief # next\r\n", "  - chief # next\r\n  - head\r\n")
    .replace("  talk: 2 # for now\r\n", "  talk: 3 # for now\r\n  write: 1\r\n");
  assert.equal(read("roles/lead.md"), wanted);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("clicking a fact on the page opens its field, and an emptied field loses its key", async () => {
  const { page, read } = await start();
  await page.locator("dl.facts dd", { hasText: "one team" }).click();
  await panel(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.value), "one team");
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Control+Enter");
  await shut(page);
  assert.equal(read("roles/lead.md"), role.replace("scope: 'one team'\r\n", ""));
  await page.getByRole("button", { name: "Change: Grows into" }).click();
  await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "Add to: Grows into");
  await close(page);
});

test("a whole change is made with the keyboard alone, and focus returns", async () => {
  const { page, read } = await start("roles/head/");
  const button = page.getByRole("button", { name: "Properties", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  await panel(page).waitFor();
  for (let n = 0; n < 80 && (await page.evaluate(() => document.activeElement.getAttribute("inputmode"))) !== "numeric"; n += 1) await page.keyboard.press("Tab");
  await page.keyboard.type("5");
  for (let n = 0; n < 80 && !(await page.evaluate(() => document.activeElement.getAttribute("aria-label") === "Add to: Also called")); n += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Chief of all");
  // Escape asks before it discards anything.
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Keep editing");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await shut(page);
  assert.ok(await button.evaluate((element) => element === document.activeElement));
  assert.equal(read("roles/head.md"), "+++\nrank = 5 # top\nalso_called = [\"Chief of all\"]\n+++\n# Head\n\nLeads all.\n");
  await close(page);
});

test("a value that can't be used is explained at its field, and nothing is written", async () => {
  const { page, read } = await start();
  await facts(page);
  await panel(page).getByText("More fields").click();
  await field(page, "Review every").fill("now and then");
  await panel(page).getByRole("button", { name: "Save" }).click();
  const wrong = panel(page).locator('[data-field="review_every"] [role=alert] p');
  await wrong.waitFor();
  assert.match(await wrong.textContent(), /is not a span of time/);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-invalid")), "");
  assert.deepEqual(await violations(page), []);
  assert.equal(read("roles/lead.md"), role);
  await close(page);
});

test("when a fact was changed on disk meanwhile, both values are shown", async () => {
  const { page, read, write } = await start();
  await facts(page);
  await field(page, "Rank").fill("7");
  write("roles/lead.md", role.replace("rank: 2", "rank: 5"));
  await panel(page).getByRole("button", { name: "Save" }).click();
  await panel(page).getByText("In the file: 5").waitFor();
  assert.equal(read("roles/lead.md"), role.replace("rank: 2", "rank: 5"));
  assert.deepEqual(await violations(page), []);
  await panel(page).getByRole("button", { name: "Keep mine" }).click();
  await shut(page);
  assert.equal(read("roles/lead.md"), role.replace("rank: 2", "rank: 7"));
  await close(page);
});

test("the settings of the handbook are changed where they are", async () => {
  const { page, read } = await start("");
  await facts(page, "Handbook settings");
  await field(page, "Title").first().fill("The handbook");
  const owner = panel(page).getByRole("group", { name: "Owners", exact: true }).getByRole("listitem").first();
  await owner.getByLabel("Contact").fill("#people");
  assert.deepEqual(await violations(page), []);
  await panel(page).getByRole("button", { name: "Save" }).click();
  await shut(page);
  const wanted = texts["handbook/handbook.toml"].replace('"T" # short', '"The handbook" # short').replace('"People team"\n', '"People team"\ncontact = "#people"\n');
  assert.equal(read("handbook.toml"), wanted);
  await close(page);
});

test("a new chapter begins with the form, and its prompts give way to what is filled in", async () => {
  const { page, read } = await start("");
  await page.getByRole("button", { name: "New chapter" }).click();
  await page.getByLabel("Kind").selectOption("competency");
  await page.getByLabel("Title").fill("Listening well");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.waitForURL("**/competencies/listening-well/");
  await panel(page).waitFor();
  await field(page, "Summary").fill("Hears what is meant.");
  await field(page, "Cluster").fill("Words");
  await panel(page).getByRole("button", { name: "Save" }).click();
  await shut(page);
  const text = read("competencies/listening-well.md");
  assert.match(text, /^summary: Hears what is meant\. # one sentence/m);
  assert.match(text, /^cluster: Words # the group/m);
  await close(page);
});

test("on a phone the form covers the page and fits", async () => {
  const { page } = await start("roles/lead/", { width: 360, height: 700, dark: true });
  await facts(page);
  const box = await panel(page).boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 700]);
  assert.equal(await overflow(page), 0);
  const small = await panel(page).evaluate((dialog) => [...dialog.querySelectorAll("button, input, select, summary")]
    .filter((one) => one.getBoundingClientRect().height > 0 && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML));
  assert.deepEqual(small, []);
  assert.deepEqual(await violations(page), []);
  await close(page);
});
