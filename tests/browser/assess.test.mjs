// Tests the self-assessment in a real browser: answers are stored, restored, exported, imported and
// cleared, and the reader is told whenever something can't be saved.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { small, stage, take } from "./forms.mjs";
import { build, close, host, open, overflow, project, violations, write } from "./support.mjs";

const levels = (texts) => texts.map((list, n) => `### ${["Learning", "Practising", "Owning"][n]} {level=${n + 1}}\n\n${list.join("\n")}\n`).join("\n");

const texts = {
  "handbook/handbook.toml": `title = "Small"
edition = "First"
[[evidence]]
name = "Deciding by data"
competencies = ["data"]
[[evidence]]
name = "Working with others"
competencies = ["talk"]
[check]
empty-level = "allow"
`,
  "handbook/index.md": "# Small\n",
  "handbook/competencies/data.md": `# Data\n\n## Levels\n\n${levels([
    ["- Shows the raw rows when asked. {#rows}", "- Defines a measure precisely. {#measure}"],
    ["- Looks at the distribution before quoting an average. {#distribution}", "- Names two other explanations. {#explanations}"],
    ["- Says in advance which result will stop the work. {#stop}"],
  ])}\n## Grow\n\n- Write your expectation down first. See [[talk]].\n- Read a figure down to its rows.\n`,
  "handbook/competencies/talk.md": `# Talk\n\n## Levels\n\n${levels([
    ["- Says what is missing. {#missing}"], ["- Writes one text for several readers. {#one-text}"], ["- Tells bad news early. {#bad-news}"],
  ])}`,
  "handbook/roles/maker.md": "---\nrank: 1\ngrows_into: [leader]\ncompetencies:\n  data: 2\n  talk: 1\nfocus: [data]\n---\n# Maker\n\n## Responsibilities\n\n- Makes.\n",
  "handbook/roles/leader.md": "---\nrank: 2\ncompetencies:\n  data: 3\n---\n# Leader\n\n## Responsibilities\n\n- Leads.\n",
};
const dir = project(texts);
const site = build(dir);
const maker = "assess/maker/";

const step = async (page, name) => {
  await page.evaluate((hash) => { location.hash = hash; }, `#assess-${name}`);
  await page.waitForFunction((hash) => document.querySelector(".assess-steps [aria-current]")?.hash === hash, `#assess-${name}`);
};
const level = async (page, competency, name) => {
  const group = page.getByRole("group", { name: competency });
  // On a phone, there is one competency at a time.
  if (page.viewportSize().width < 640 && await group.count() === 0) await page.getByRole("button", { name: `Next: ${competency}` }).click();
  await group.getByRole("radio", { name: new RegExp(`^${name}`) }).check();
};
const row = (page, text) => page.locator(".assess-statement", { has: page.locator("legend", { hasText: text }) });
const note = async (page, text, value) => {
  await row(page, text).locator(".assess-evidence summary").click();
  await row(page, text).locator("textarea").first().fill(value);
};
const saved = (page) => page.waitForFunction(() => document.querySelector(".assess-status").textContent.startsWith("Saved"));
/** Answers the quick pass and three statements, and adds a note to two of them. */
async function answer(page) {
  await level(page, "Data", "Practising");
  await level(page, "Talk", "Learning");
  await step(page, "statements");
  await row(page, "Looks at the distribution").getByRole("radio", { name: "Sometimes" }).check();
  await row(page, "Names two other").getByRole("radio", { name: "No opportunity yet" }).check();
  await note(page, "Looks at the distribution", "Drew the spread for support");
  await note(page, "Names two other", "Named the autumn");
  if (page.viewportSize().width < 640) await page.getByRole("button", { name: "Next: Talk" }).click();
  await row(page, "Says what is missing").getByRole("radio", { name: "Consistently" }).check();
  await saved(page);
  await page.waitForTimeout(500);
}
const give = async (page, text) => {
  await page.locator("input[type=file]").setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(text) });
};

test("without scripts, the page explains itself, lists what the role expects, and says that answering needs scripts", async () => {
  const page = await open(await host(site) + maker, { javascript: false });
  const text = await page.locator("main").innerText();
  for (const part of ["Self-assessment: Maker", "need JavaScript", "Practising (2 of 5)", "Looks at the distribution", "Your answers stay in this browser"]) assert.ok(text.includes(part), part);
  assert.equal(await page.locator("#assess").isVisible(), false);
  await close(page);
  // axe-core needs JavaScript, so test it on the same page with the page's own scripts emptied.
  const still = await open(await host(site));
  await still.route("**/assess*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await still.goto(new URL(maker, still.url()).href);
  assert.equal(await still.locator(".assess-asked").isVisible(), true);
  assert.deepEqual(await violations(still), []);
  await close(still);
});

test("the role page and the home page link to the assessment", async () => {
  const address = await host(site);
  const page = await open(`${address}roles/maker/`);
  await page.getByRole("link", { name: "Assess yourself for this role" }).click();
  assert.equal(page.url(), address + maker);
  await page.goto(address);
  await page.getByRole("link", { name: "Self-assessment" }).first().click();
  await page.getByRole("link", { name: "Maker" }).click();
  assert.equal(page.url(), address + maker);
  await close(page);
});

test("answers, notes, plan and promotion case survive a reload without any request for them", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await step(page, "result");
  await page.getByRole("button", { name: /^Add to plan: Looks at the distribution/ }).click();
  await step(page, "plan");
  await page.getByLabel(/Read a figure down to its rows/).check();
  await page.locator("input[type=date]").fill("2027-01-31");
  await step(page, "case");
  await page.getByLabel(/^Need/).fill("Nobody answers for the count.");
  await page.waitForTimeout(500);
  const before = page.requests.length;
  await page.reload();
  assert.deepEqual(page.requests.slice(before).filter((url) => !/\.(css|js|svg|woff2)$/.test(url) && !url.endsWith(maker)), []);
  assert.equal(await page.getByLabel(/^Need/).inputValue(), "Nobody answers for the count.");
  await step(page, "plan");
  assert.equal(await page.getByLabel(/Read a figure down to its rows/).isChecked(), true);
  assert.equal(await page.locator("input[type=date]").inputValue(), "2027-01-31");
  await step(page, "statements");
  assert.equal(await row(page, "Looks at the distribution").getByRole("radio", { name: "Sometimes" }).isChecked(), true);
  assert.equal(await row(page, "Looks at the distribution").locator("textarea").inputValue(), "Drew the spread for support");
  await step(page, "quick");
  assert.equal(await page.getByRole("group", { name: "Talk" }).getByRole("radio", { name: /^Learning/ }).isChecked(), true);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("the result lists gaps first, links to what helps, and shows no percentage, total or average", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await step(page, "result");
  const text = await stage(page);
  assert.ok(text.indexOf("Data") < text.indexOf("No gaps") && text.indexOf("No gaps") < text.lastIndexOf("Talk"), text);
  assert.deepEqual(await page.locator(".assess-picture tbody tr").allInnerTexts(), ["Data Key\t\n\tPractising\tPractising", "Talk\t\n\tLearning\tLearning"]);
  assert.match(text, /No opportunity yet: ask for one\s+Names two other explanations/);
  // The picture says the same as the gaps. The only numbers are level numbers, each next to the level's name.
  assert.doesNotMatch(text.replace(/\w+ \(\d of \d\)/g, ""), /\d|%|percent|score/i);
  await page.getByText("How to grow: Data").click();
  assert.equal(await page.getByRole("link", { name: "Everything about Data" }).getAttribute("href"), "../../competencies/data/#grow");
  assert.equal(await page.locator(".assess-gap .grow-text a").getAttribute("href"), "../../competencies/talk/");
  await close(page);
});

test("after the handbook changes, an imported answer to a reworded statement shows both texts and nothing is lost", async () => {
  const before = await open(await host(site) + maker);
  await answer(before);
  const file = await take(before, "Export as a file");
  await close(before);
  const data = texts["handbook/competencies/data.md"]
    .replace("Looks at the distribution before quoting an average.", "Shows the spread of a figure, and only then an average.")
    .replace("- Names two other explanations. {#explanations}\n", "");
  const changed = project(texts);
  write(changed, { "handbook/competencies/data.md": data });
  const page = await open(await host(build(changed)) + maker);
  await give(page, file);
  await page.getByRole("button", { name: "Use as my answers" }).click();
  await page.getByText("Imported.").waitFor();
  await step(page, "result");
  const text = await stage(page);
  for (const part of ["Reworded since you answered", "Looks at the distribution before quoting an average.", "Shows the spread of a figure, and only then an average.", "Your answer: Sometimes."]) assert.ok(text.includes(part), part);
  assert.match(text, /No longer in the handbook[\s\S]*Names two other explanations\.[\s\S]*Named the autumn/);
  await step(page, "statements");
  const box = row(page, "Shows the spread");
  assert.equal(await box.getByRole("radio", { name: "Sometimes" }).isChecked(), true);
  assert.equal(await box.locator("textarea").inputValue(), "Drew the spread for support");
  await box.getByRole("button", { name: "My answer still holds" }).click();
  assert.equal(await box.locator(".assess-changed").count(), 0);
  const after = JSON.parse(await take(page, "Export as a file"));
  assert.deepEqual(after.ratings.map((one) => [one.id, one.text, one.answer, one.evidence.map((event) => event.what)]), [
    ["distribution", "Shows the spread of a figure, and only then an average.", "sometimes", ["Drew the spread for support"]],
    ["explanations", "Names two other explanations.", "no-chance", ["Named the autumn"]],
    ["missing", "Says what is missing.", "consistently", []],
  ]);
  assert.deepEqual(after.levels, JSON.parse(file).levels);
  await close(page);
});

test("a file that isn't an export is rejected with a reason, and an import asks before it changes answers", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  const mine = await take(page, "Export as a file");
  for (const [text, reason] of [["{", /isn.t JSON/], ["{}", /isn.t an export/], [mine.replace("\"version\": 2", "\"version\": 9"), /newer version/], [mine.replace("\"sometimes\"", "\"often\""), /damaged \(at ratings 1 answer\)/]]) {
    await give(page, text);
    await page.locator(".assess-told", { hasText: reason }).waitFor();
    assert.equal(await page.locator("dialog[open]").count(), 0);
  }
  const other = JSON.parse(mine);
  other.ratings = [];
  other.levels = [{ ...other.levels[0], level: 3, name: "Owning" }];
  await give(page, JSON.stringify(other));
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.locator(".assess-told", { hasText: "unchanged" }).waitFor();
  assert.equal(await take(page, "Export as a file"), mine);
  await give(page, JSON.stringify(other));
  await page.getByRole("button", { name: "Add what is missing" }).click();
  assert.deepEqual(JSON.parse(await take(page, "Export as a file")).ratings, JSON.parse(mine).ratings);
  await give(page, JSON.stringify(other));
  await page.getByRole("button", { name: "Replace all" }).click();
  await page.locator(".assess-told", { hasText: "Imported" }).waitFor();
  assert.deepEqual(JSON.parse(await take(page, "Export as a file")).levels, other.levels);
  await close(page);
});

for (const [name, words, script] of [
  ["full", "storage is full", "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"],
  ["blocked", /doesn.t let the page store anything/, "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"],
]) {
  test(`with ${name} storage, the page says so, keeps what is on the screen, and offers it as a file`, async () => {
    const page = await open(await host(site));
    await page.addInitScript(script);
    await page.goto(new URL(maker, page.url()).href);
    await level(page, "Data", "Practising");
    await page.getByRole("alert").getByText(words).waitFor();
    assert.equal(await page.locator(".assess-status").textContent(), "Not saved");
    await step(page, "statements");
    await note(page, "Looks at the distribution", "Not to be lost");
    await page.waitForTimeout(500);
    await step(page, "result");
    await step(page, "statements");
    assert.equal(await row(page, "Looks at the distribution").locator("textarea").inputValue(), "Not to be lost");
    assert.match(await take(page, "Export as a file"), /Not to be lost/);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.faults, []);
    await close(page);
  });
}

test("unreadable stored data is set aside and offered as a file, never overwritten", async () => {
  const page = await open(await host(site) + maker);
  await level(page, "Data", "Learning");
  await saved(page);
  const key = await page.evaluate(() => { const [name] = Object.keys(localStorage).filter((one) => one.startsWith("rolebook-assess")); localStorage.setItem(name, "from another time"); return name; });
  await page.reload();
  await page.getByRole("alert").getByText(/couldn.t be read/).waitFor();
  await level(page, "Data", "Owning");
  await saved(page);
  assert.equal(await page.evaluate((name) => localStorage.getItem(`${name}:unreadable`), key), "from another time");
  await page.reload();
  assert.equal(await take(page, "Save as a file"), "from another time");
  await close(page);
});

test("clearing everything asks first and then leaves nothing in storage", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("rolebook-assess")).length);
  await page.getByRole("button", { name: "Clear everything" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await kept(), 1);
  await page.getByRole("button", { name: "Clear everything" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Clear everything" }).click();
  await page.getByText("Everything has been cleared.").waitFor();
  assert.equal(await kept(), 0);
  assert.equal(await page.locator(".assess-question input:checked").count(), 0);
  await page.reload();
  assert.equal(await page.locator(".assess-question input:checked").count(), 0);
  assert.equal(await kept(), 0);
  await close(page);
});

test("markup in notes and imported files is shown as text", async () => {
  const page = await open(await host(site) + maker);
  const bad = "<img src=x onerror=\"document.title='broken'\"><b>bold</b>";
  await level(page, "Data", "Practising");
  await step(page, "statements");
  await note(page, "Looks at the distribution", bad);
  await page.waitForTimeout(500);
  const file = JSON.parse(await take(page, "Export as a file"));
  file.ratings.push({ ...file.ratings[0], id: bad, text: bad, title: bad, answer: "sometimes" });
  file.plan.push({ competency: "data", title: bad, id: bad, level: 2, text: bad, practices: [bad], date: "", note: bad });
  await give(page, JSON.stringify(file));
  await page.getByRole("button", { name: "Replace all" }).click();
  for (const name of ["result", "plan", "case"]) {
    await step(page, name);
    assert.ok((await page.locator(".assess-stage").textContent()).includes("<b>bold</b>"), name);
    assert.equal(await page.locator(".assess-stage img, .assess-stage .assess-sheet b").count(), 0, name);
  }
  assert.match(await take(page, "Download as Markdown"), /\\<img src=x/);
  assert.doesNotMatch(await page.title(), /broken/);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("the assessment for another role uses the same answers", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await page.getByRole("link", { name: "Leader" }).first().click();
  await step(page, "result");
  const text = await stage(page);
  assert.match(text, /The role expects: Owning \(3 of 5\)\. Your answer: Practising \(2 of 5\)\./);
  assert.match(text, /Answers for other roles/);
  await page.getByText("Answers for other roles").click();
  assert.match(await stage(page), /Says what is missing\./);
  await close(page);
});

test("the plan holds at most three statements", async () => {
  const page = await open(await host(site) + maker);
  await level(page, "Data", "None of these");
  await step(page, "plan");
  for (let n = 0; n < 3; n++) await page.getByRole("button", { name: /^Add to plan:/ }).first().click();
  assert.equal(await page.getByRole("button", { name: /^Add to plan:/ }).count(), 0);
  assert.match(await stage(page), /The plan holds three statements/);
  await step(page, "result");
  await page.getByRole("button", { name: /^Add to plan:/ }).first().click();
  await page.locator(".assess-status", { hasText: "The plan holds three statements" }).waitFor();
  await close(page);
});

test("evidence becomes a promotion case and resume bullets, and its coverage is described in words", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await step(page, "case");
  const event = page.locator(".assess-planned", { hasText: "Looks at the distribution" });
  await event.getByLabel(/^What changed/).fill("support plans by it");
  await event.getByLabel(/^From what/).fill("8 calls a week");
  await event.getByLabel(/^Who saw it/).fill("support lead");
  const coverage = await page.locator(".assess-coverage").innerText();
  assert.match(coverage, /Deciding by data\s+Shown twice\. 1 without an outcome\. 1 without a number\. 2 without a scope\./);
  assert.match(coverage, /Working with others\s+Not shown yet\. Shown in: Talk\./);
  const paper = page.locator("[data-paper=promotion-case]");
  await paper.getByText("View as Markdown").click();
  assert.match(await paper.locator("textarea").inputValue(), /## Evidence\n\n### Data, Practising \(2 of 5\)\n\nLooks at the distribution before quoting an average\.\n\n- Drew the spread for support; support plans by it \(8 calls a week\)\. Seen by: support lead\./);
  const bullets = page.locator("[data-paper=resume-bullets]");
  assert.match(await bullets.locator("textarea").inputValue(), /## Deciding by data\n\n- Drew the spread[^\n]*\n- Named the autumn\.\n\n## Working with others\n\nNot shown yet\.\n/);
  await close(page);
});

test("the whole assessment can be taken as Markdown and as CSV, and its document prints alone", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await note(page, "Says what is missing", "=HYPERLINK(\"x\")");
  await page.waitForTimeout(500);
  await step(page, "result");
  await page.getByRole("button", { name: "Add to plan: Looks at the distribution" }).click();
  await page.evaluate(() => { location.hash = "#assess-plan"; });
  await page.getByLabel("Who helps").fill("Mara");
  await page.waitForTimeout(500);
  await step(page, "result");
  const markdown = await page.locator("[data-paper=assessment] textarea").inputValue();
  for (const part of ["# Self-assessment: Maker\n\nSmall, First, ", "## Data, Key\n\n- What the role expects: Practising (2 of 5)\n- Your answer: Practising (2 of 5)\n\nLooks at the distribution before quoting an average. Sometimes\n\n- Drew the spread for support.", "## Talk"]) assert.ok(markdown.includes(part), `${part}\n${markdown}`);
  const csv = await take(page, "Download as CSV");
  assert.ok(csv.startsWith("\uFEFFCompetency,Key,What the role expects,Your answer,Your manager,Statement,Level of the statement,Answer,Evidence,Review on,Who helps,Practices,Note\r\nData,Key,Practising (2 of 5),Practising (2 of 5),,,,,,,,,\r\n"), csv);
  for (const row of ["Data,Key,Practising (2 of 5),Practising (2 of 5),,Looks at the distribution before quoting an average.,Practising (2 of 5),Sometimes,Drew the spread for support.,,Mara,,\r\n", "Talk,,Learning (1 of 5),Learning (1 of 5),,Says what is missing.,Learning (1 of 5),Consistently,\"'=HYPERLINK(\"\"x\"\").\",,,,\r\n"]) assert.ok(csv.includes(row), `${row}\n${csv}`);
  const visible = (selector) => page.locator(selector).first().isVisible();
  await page.emulateMedia({ media: "print" });
  // The result prints as it is shown, unless its document is asked for.
  assert.deepEqual([await visible(".assess-gap"), await visible("[data-paper=assessment]"), await visible(".top")], [true, false, true]);
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => { window.print = () => {}; });
  await page.locator("[data-paper=assessment]").getByRole("button", { name: "Print" }).click();
  await page.emulateMedia({ media: "print" });
  assert.deepEqual([await visible(".assess-gap"), await visible("[data-paper=assessment] .assess-sheet"), await visible(".top")], [false, true, false]);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a document prints without the form and the page around it", async () => {
  const page = await open(await host(site) + maker);
  await answer(page);
  await step(page, "case");
  await page.evaluate(() => { document.getElementById("assess").dataset.print = "resume-bullets"; });
  await page.emulateMedia({ media: "print" });
  const visible = (selector) => page.locator(selector).isVisible();
  assert.equal(await visible("[data-paper=resume-bullets] .assess-sheet"), true);
  for (const selector of ["[data-paper=promotion-case]", ".assess-form", ".assess-steps", ".assess-bar", ".assess-keep", ".top", "[data-paper=resume-bullets] .assess-actions"]) assert.equal(await visible(selector), false, selector);
  await close(page);
});

test("everything can be answered with the keyboard, and the focus stays in place", async () => {
  const page = await open(await host(site) + maker);
  const group = page.getByRole("group", { name: "Data" });
  await group.getByRole("radio").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await group.getByRole("radio", { name: /^Practising/ }).isChecked(), true);
  assert.equal(await group.getByRole("radio", { name: /^Practising/ }).evaluate((one) => one === document.activeElement), true);
  assert.equal(await page.locator(".assess-status").getAttribute("role"), "status");
  await saved(page);
  await page.getByRole("link", { name: "Next: Statements" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.id === "assess-step");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.type), "radio");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector(".assess-steps [aria-current]")?.hash !== "#assess-statements");
  await close(page);
});

test("two tabs don't overwrite each other's answers", async () => {
  const page = await open(await host(site) + maker);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await level(page, "Data", "Practising");
  await other.waitForFunction(() => document.querySelectorAll(".assess-question input:checked").length === 1);
  await level(other, "Talk", "Owning");
  await page.waitForFunction(() => document.querySelectorAll(".assess-question input:checked").length === 2);
  await close(page);
});

test("answers are also stored when the site is opened from a folder", async () => {
  const folder = project({ ...texts, "handbook/handbook.toml": `${texts["handbook/handbook.toml"].replace("title", "urls = \"file\"\ntitle")}` });
  const page = await open(pathToFileURL(join(build(folder), "assess/maker.html")).href);
  await answer(page);
  await page.reload();
  await step(page, "statements");
  assert.equal(await row(page, "Looks at the distribution").locator("textarea").inputValue(), "Drew the spread for support");
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("on a phone, there is one competency at a time, and a reader goes on where they stopped", async () => {
  const page = await open(await host(site) + maker, { width: 390, height: 844 });
  assert.equal(await page.locator(".assess-question").count(), 1);
  assert.match(await page.locator(".assess-deck-head").innerText(), /1 of 2 Key for this role/);
  await level(page, "Data", "Practising");
  await saved(page);
  await page.reload();
  assert.deepEqual(await page.locator(".assess-question > legend").allInnerTexts(), ["Talk"]);
  await page.getByRole("button", { name: "Back" }).click();
  assert.equal(await page.getByRole("group", { name: "Data" }).getByRole("radio", { name: /^Practising/ }).isChecked(), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "assess-card");
  await close(page);
});

test("a reader can answer only what is key for the role, and keeps that choice", async () => {
  const page = await open(await host(site) + maker);
  await page.getByLabel("Only what is key (1)").check();
  assert.deepEqual(await page.locator(".assess-question > legend").allInnerTexts(), ["Data"]);
  await level(page, "Data", "Practising");
  await page.reload();
  await page.locator(".assess-picture").waitFor();
  assert.doesNotMatch(await stage(page), /Talk/);
  await step(page, "quick");
  await page.getByLabel("Everything (2)").check();
  assert.equal(await page.locator(".assess-question").count(), 2);
  await close(page);
});

for (const [name, options] of /** @type {[string, any][]} */ ([["in light colours", {}], ["in dark colours", { dark: true }], ["on a phone", { width: 390, height: 844 }], ["on a narrow phone in dark colours", { width: 320, height: 640, dark: true }]])) {
  test(`every step passes axe-core, fits the width and has large enough targets ${name}`, async () => {
    const page = await open(await host(site) + maker, options);
    await answer(page);
    await page.evaluate(() => { const key = Object.keys(localStorage).find((one) => one.startsWith("rolebook-assess")); localStorage.setItem(key, localStorage.getItem(key).replace("Names two other explanations.", "Named something.")); });
    await page.reload();
    await step(page, "result");
    if (page.viewportSize().width < 640) await page.locator(".assess-gap summary").first().click();
    await page.getByRole("button", { name: /^Add to plan:/ }).first().click();
    for (const at of ["quick", "statements", "result", "plan", "case"]) {
      await step(page, at);
      assert.deepEqual(await violations(page), [], at);
      assert.equal(await overflow(page), 0, at);
      assert.deepEqual(await small(page), [], at);
    }
    await close(page);
  });
}

test("statements that the role is judged on come first, and examples are shown but aren't part of a statement", async () => {
  const judged = project({
    "handbook/handbook.toml": "title = \"Judged\"\n[check]\nempty-level = \"allow\"\n",
    "handbook/index.md": "# Judged\n",
    "handbook/competencies/data.md": "# Data\n\n## Levels\n\n### Learning\n\n- Shows the rows. {#rows}\n- Defines a measure. {#measure}\n  - **Example:** A zeppelin measure.\n- Counts twice. {#twice}\n",
    "handbook/competencies/talk.md": "# Talk\n\n## Levels\n\n### Learning\n\n- Says what is missing. {#missing}\n",
    "handbook/competencies/write.md": "# Write\n\n## Levels\n\n### Learning\n\n- Writes a page. {#page}\n",
    "handbook/roles/maker.md": "---\ncompetencies:\n  data: 1\n  talk: 1\n  write: 1\nfocus: [write]\njudged: [data#measure]\n---\n# Maker\n",
  });
  const page = await open(await host(build(judged)) + "assess/maker/");
  assert.deepEqual(await page.locator(".assess-question > legend").allInnerTexts(), ["Data", "Write", "Talk"]);
  assert.deepEqual(await page.locator(".assess-stage .assess-part").allInnerTexts(), ["Key for this role", "Also expected"]);
  for (const name of ["Data", "Write", "Talk"]) await level(page, name, "Learning");
  await step(page, "statements");
  const legends = await page.locator(".assess-statement > legend").allInnerTexts();
  assert.deepEqual(legends.map((text) => text.split(".")[0]), ["Defines a measure", "Shows the rows", "Counts twice", "Writes a page", "Says what is missing"]);
  assert.deepEqual(legends.map((text) => text.includes("Key for this role")), [true, false, false, true, false]);
  assert.equal(await row(page, "Defines a measure").locator(".examples").innerText(), "Example: A zeppelin measure.");
  assert.equal(await page.locator("legend", { hasText: "zeppelin" }).count(), 0);
  await row(page, "Defines a measure").getByRole("radio", { name: "Not yet" }).check();
  await row(page, "Shows the rows").getByRole("radio", { name: "Not yet" }).check();
  await row(page, "Says what is missing").getByRole("radio", { name: "Not yet" }).check();
  await saved(page);
  const kept = await page.evaluate(() => Object.values(localStorage).join());
  assert.equal(kept.includes("Defines a measure.") && !kept.includes("zeppelin"), true);
  await step(page, "result");
  assert.deepEqual(await page.locator(".assess-gap > h3").allInnerTexts(), ["Data Key", "Talk"]);
  assert.deepEqual(await page.locator(".assess-gap").first().locator(".assess-row > span").allInnerTexts(), ["Defines a measure. Not yet", "Shows the rows. Not yet"]);
  assert.deepEqual(await violations(page), []);
  await close(page);
});
