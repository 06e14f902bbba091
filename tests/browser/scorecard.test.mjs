// Tests the scorecard of the hiring kit: filled in on screen, stored and resumed, exported, opened by
// another interviewer in a browser profile of their own, and compared there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { giver, hostile, markup, small, stage, step, take, taken, told, unharmed } from "./forms.mjs";
import { build, close, host, open, overflow, project, violations, write } from "./support.mjs";

const levels = (word) => `## Levels\n\n### Learning {level=1}\n\n- Says what is ${word}. {#a}\n\n### Practising {level=2}\n\n- Writes what is ${word}. {#b}\n- Shows what is ${word}. {#s}\n`;
const data = (text) => `# Data\n\n${levels("measured")}\n- ${text} {#m}\n\n## Interview\n\n- Which measure did you drop?\n`;
const texts = {
  "handbook/handbook.toml": "title = \"Small\"\nedition = \"First\"\n[check]\nempty-level = \"allow\"\n",
  "handbook/index.md": "# Small\n",
  "handbook/competencies/data.md": data("Defines a measure precisely."),
  "handbook/competencies/plan.md": `# Plan\n\n${levels("next")}`,
  "handbook/competencies/talk.md": `# Talk\n\n${levels("missing")}`,
  "handbook/roles/maker.md": "---\ncompetencies:\n  plan: 2\n  talk: 1\n  data: 2\nfocus: [data]\n---\n# Maker\n\n## Responsibilities\n\n- Makes.\n",
  "handbook/roles/leader.md": "---\ncompetencies:\n  data: 2\n---\n# Leader\n\n## Responsibilities\n\n- Leads.\n",
};
const dir = project(texts);
const site = build(dir);
const kit = "hiring/maker/";

const start = async (page) => {
  await page.getByRole("button", { name: "Fill in on screen" }).click();
  await page.locator("#card:not([hidden])").waitFor();
};
const question = (page, title) => page.locator(".card-question", { has: page.locator("legend", { hasText: title }) });
const mark = (page, title, name) => question(page, title).locator(".assess-answers").first().getByRole("radio", { name, exact: true }).check();
const give = giver("open-cards");

/** Fills in a card in a profile of its own, and returns the page. */
async function interviewed(address, who, { marks, verdict, candidate = "A. B.", options = {} }) {
  const page = await open(address + kit, options);
  await start(page);
  await page.getByLabel(/^Candidate/).fill(candidate);
  await page.getByLabel("Interviewer").fill(who);
  await page.getByLabel("Date", { exact: true }).fill("2026-11-28");
  for (const [title, name, evidence] of marks) {
    await question(page, title).getByLabel("What was said or done").fill(evidence);
    await mark(page, title, name);
  }
  await step(page, "verdict");
  await page.getByRole("radio", { name: verdict, exact: true }).check();
  await page.getByLabel(/^Why/).fill(`${who} heard it.`);
  await page.waitForTimeout(500);
  return page;
}

const mara = { marks: [["Data", "Shown", "Dropped a measure.\n\nSaid why."], ["Talk", "Partly", "Told it late."], ["Plan", "Partly", "=1+1"]], verdict: "Yes" };
const jon = { marks: [["Data", "Not yet", "Quoted an average."], ["Talk", "Not yet", "Told nobody."], ["Plan", "Partly", "One page."]], verdict: "Strong no" };

async function cardOf(address, who, has) {
  const page = await interviewed(address, who, has);
  const text = await take(page, "Export as a file");
  await close(page);
  return text;
}

test("without scripts the scorecard is a form on paper, and the page loads none of the form's files", async () => {
  const address = await host(site);
  const still = await open(address + kit, { javascript: false });
  assert.equal(await still.locator("#card-start").isVisible(), false);
  assert.equal(await still.locator(".scorecard tbody tr").count(), 3);
  await close(still);
  const page = await open(address + kit);
  assert.deepEqual(page.requests.filter((url) => /(assess|card|desk)\.(js|css)$/.test(url)), []);
  assert.equal(await page.locator(".scorecard").isVisible(), true);
  await start(page);
  assert.equal(await page.locator(".scorecard").isVisible(), false);
  // On paper, the form stays what it was.
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".scorecard").isVisible(), true);
  assert.equal(await page.locator("#card").isVisible(), false);
  await close(page);
});

test("two interviewers fill in cards, export them, and compare them with differences first", async () => {
  const address = await host(site);
  const file = await cardOf(address, "Jon", jon);
  const page = await interviewed(address, "Mara", mara);
  const before = page.requests.length;
  assert.match(await page.locator("#card").innerText(), /Everything stays on this computer\./);
  await step(page, "fill");
  await question(page, "Data").getByText("3 statements to mark one by one").click();
  await page.getByRole("group", { name: "Defines a measure precisely" }).getByRole("radio", { name: "Shown" }).check();
  await question(page, "Data").getByText("Interview questions").click();
  await question(page, "Data").getByText("Which measure did you drop?").waitFor();
  assert.match(await page.locator(".assess-bar").innerText(), /3 of 3 marked\s+Saved in this browser at/);

  // The file says what the role expected, with the text of every statement.
  const { name, text } = await taken(page, "Export as a file");
  assert.match(name, /^a-b--mara-scorecard-\d{4}-\d\d-\d\d\.json$/);
  const value = JSON.parse(text);
  assert.deepEqual([value.format, value.version, value.handbook, value.edition, value.role, value.candidate, value.interviewer, value.date, value.verdict], ["rolebook-scorecard", 1, "Small", "First", { id: "maker", title: "Maker" }, "A. B.", "Mara", "2026-11-28", "yes"]);
  assert.deepEqual(value.expects.map((of) => [of.competency, of.level, of.name, of.key, of.statements.length]), [["data", 2, "Practising", true, 4], ["plan", 2, "Practising", false, 3], ["talk", 1, "Learning", false, 1]]);
  const of = value.marks.find((one) => one.competency === "data");
  assert.deepEqual([of.mark, of.evidence, of.statements], ["shown", "Dropped a measure.\n\nSaid why.", [{ id: "m", level: 2, text: "Defines a measure precisely.", mark: "shown" }]]);

  // The page resumes where the card was left, without a click.
  await page.reload();
  await page.locator("#card:not([hidden])").waitFor();
  await step(page, "fill");
  assert.equal(await page.getByLabel("Interviewer").inputValue(), "Mara");
  assert.equal(await question(page, "Data").getByRole("radio", { name: "Shown" }).first().isChecked(), true);

  await give(page, file);
  await told(page, "Opened: Jon.");
  const shown = await stage(page);
  // What the role is judged on comes first, and marks that don't differ are folded away.
  const parts = ["Recommendation", "The recommendations differ.", "Yes", "Mara heard it.", "Strong no", "Jon heard it.", "2 differences", "Data", "Shown", "Dropped a measure.", "Said why.", "Not yet", "Quoted an average.", "Talk", "Marked the same: 1 competency", "All cards as a document"];
  let at = 0;
  for (const part of parts) { const found = shown.indexOf(part, at); assert.ok(found >= 0, `${part}\n${shown}`); at = found + part.length; }
  assert.doesNotMatch(shown, /average mark|total|%/i);
  assert.deepEqual(await violations(page), []);
  const markdown = await page.locator("[data-paper=scorecards] textarea").inputValue();
  for (const part of ["# Scorecard: A. B., Maker", "## Recommendation\n\n- Mara: Yes. Mara heard it.\n- Jon: Strong no. Jon heard it.", "## 2 differences\n\n### Data", "- Jon: Not yet. Quoted an average.", "## Marked the same: 1 competency\n\n### Plan", "Defines a measure precisely.\n\n- Mara: Shown\n- Jon: Not marked"]) assert.ok(markdown.includes(part), `${part}\n${markdown}`);
  const csv = await take(page, "Download as CSV");
  assert.ok(csv.startsWith("\uFEFFCandidate,Interviewer,Date,Competency,Expected level,Statement,Mark,What was said or done\r\nA. B.,Mara,2026-11-28,Recommendation,,,Yes,Mara heard it.\r\n"), csv);
  for (const row of ["A. B.,Mara,2026-11-28,Data,Practising,,Shown,\"Dropped a measure.\n\nSaid why.\"\r\n", "A. B.,Mara,2026-11-28,Data,Practising,Defines a measure precisely.,Shown,\r\n", "A. B.,Mara,2026-11-28,Plan,Practising,,Partly,'=1+1\r\n", "A. B.,Jon,2026-11-28,Talk,Learning,,Not yet,Told nobody.\r\n"]) assert.ok(csv.includes(row), `${row}\n${csv}`);

  // Printing prints the document alone.
  await page.evaluate(() => { window.print = () => {}; });
  await page.locator("[data-paper=scorecards]").getByRole("button", { name: "Print" }).click();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("[data-paper=scorecards] .assess-sheet").isVisible(), true);
  for (const hidden of [".scorecard", ".glance", ".profile", ".top", ".assess-tools", ".assess-steps", ".assess-bar", ".card-verdicts"]) assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
  await page.emulateMedia({ media: "screen" });
  assert.deepEqual(page.requests.slice(before).filter((url) => !url.startsWith("blob:") && !url.includes("/assets/") && url !== address + kit && url !== `${address}${kit}#assess-fill`), []);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("cards of other candidates and roles stay apart, and no card is replaced without asking", async () => {
  const address = await host(site);
  const page = await interviewed(address, "Mara", mara);
  const own = await take(page, "Export as a file");
  const changed = (change) => { const copy = JSON.parse(own); change(copy); return JSON.stringify(copy); };
  await give(page, changed((copy) => { copy.role = { id: "leader", title: "Leader" }; }));
  await told(page, "This card is for another role (Leader), so it wasn’t opened.");
  await give(page, own);
  await told(page, "The card of Mara is already open.");
  await give(page, changed((copy) => { copy.reason = "Another day."; }));
  assert.match(await page.locator("dialog[open]").innerText(), /It’s the card that you are filling in here\./);
  await page.getByRole("button", { name: "Cancel" }).click();
  await told(page, "Nothing was changed.");
  assert.equal(await page.getByLabel(/^Why/).inputValue(), "Mara heard it.");
  await give(page, changed((copy) => { Object.assign(copy, { interviewer: "Ines", candidate: "C. D." }); }));
  await told(page, "Opened: Ines.");
  assert.match(await stage(page), /Open at least one more card about the same candidate\./);
  assert.deepEqual(await page.locator(".card-candidate option").allInnerTexts(), ["A. B.", "C. D."]);
  // A card that was opened can be continued, and each candidate has a card of their own.
  await page.getByText("2 cards open here").click();
  await page.getByRole("button", { name: "Continue as my card: Ines" }).click();
  assert.equal(await page.getByLabel("Interviewer").inputValue(), "Ines");
  assert.deepEqual(await page.locator(".desk-people button").allInnerTexts(), ["A. B.", "C. D.", "Start a card for another candidate"]);
  await page.getByRole("button", { name: "Start a card for another candidate" }).click();
  assert.equal(await page.getByLabel("Interviewer").inputValue(), "");
  await page.getByRole("button", { name: "Clear everything" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "Clear everything" }).click();
  await told(page, "stores nothing");
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.reload();
  await page.locator("#card-start").waitFor();
  assert.equal(await page.locator("#card").isVisible(), false);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a card that was written before the role changed keeps everything, and the page says that the role has changed", async () => {
  const file = await cardOf(await host(site), "Jon", { ...jon, marks: [...jon.marks] });
  write(dir, { "handbook/competencies/data.md": data("Defines each measure precisely."), "handbook/roles/maker.md": texts["handbook/roles/maker.md"].replace("  talk: 1\n", "") });
  const address = await host(build(dir));
  write(dir, texts);
  const page = await interviewed(address, "Mara", { ...mara, marks: mara.marks.slice(0, 1) });
  await give(page, file);
  await told(page, "Opened: Jon.");
  const shown = await stage(page);
  assert.match(shown, /No longer expected of this role\s+Jon: Talk\. Not yet\. Told nobody\./);
  assert.match(shown, /Marked by one person only: 1 competency/);
  await page.getByText("2 cards open here").click();
  assert.match(await page.locator(".assess-open", { hasText: "Jon" }).last().innerText(), /Jon opened from a file: A\. B\., 2026-11-28, First, 2 changes to the role since then/);
  await close(page);
});

test("hostile scorecards are refused in words, and run nothing", async () => {
  const address = await host(site);
  const good = await cardOf(address, "Jon", jon);
  const page = await interviewed(address, "Mara", mara);
  const changed = (change) => { const copy = JSON.parse(good); change(copy); return JSON.stringify(copy); };
  const refused = [
    ...hostile(good, "evidence"),
    [changed((copy) => { copy.version = 2; }), "newer version"],
    [changed((copy) => { copy.format = "rolebook-assessment"; }), "isn’t a scorecard"],
    [changed((copy) => { copy.marks = {}; }), "damaged (at marks)"],
    [changed((copy) => { copy.marks[0].mark = 5; }), "damaged (at marks 1 mark)"],
    [changed((copy) => { copy.verdict = "hire"; }), "damaged (at verdict)"],
    [changed((copy) => { copy.date = "yesterday"; }), "damaged (at date)"],
    [changed((copy) => { delete copy.reason; }), "damaged (at reason)"],
    [changed((copy) => { copy.reason = "a".repeat(30_000); }), "too long (at reason)"],
    [changed((copy) => { copy.score = 5; }), "no export has (at score)"],
  ];
  for (const [text, reason] of refused) {
    await give(page, text);
    await told(page, reason);
    assert.equal(await page.locator(".card-verdicts").count(), 0, reason);
  }
  await give(page, changed((copy) => {
    Object.assign(copy, { interviewer: markup, reason: markup, edition: markup });
    for (const one of [...copy.marks, ...copy.expects]) { one.title = markup; one.name = markup; one.evidence &&= markup; }
    copy.marks.push({ competency: markup, title: markup, level: 1, name: markup, mark: "shown", evidence: markup, statements: [{ id: markup, level: 1, text: markup, mark: "partly" }] });
  }));
  await told(page, "Opened:");
  assert.match(await page.locator("[data-paper=scorecards] .assess-sheet").innerText(), /<img src=x/);
  await unharmed(page);
  await close(page);
});

test("the page says when a card can't be stored, and never overwrites what it can't read", async () => {
  const address = await host(site);
  const page = await open(address + kit);
  await page.evaluate((text) => { localStorage.setItem("rolebook-cards:/", text); }, "{\"cards\": [{\"card\": {\"role\": {\"id\":\"maker\"}}}]}");
  await page.reload();
  await page.locator("#card:not([hidden])").waitFor();
  assert.match(await page.locator(".assess-alert").innerText(), /couldn’t be read\. They were set aside, not overwritten/);
  await mark(page, "Data", "Shown");
  assert.match(await page.evaluate(() => localStorage.getItem("rolebook-cards:/:unreadable")), /"maker"/);
  assert.match(await page.evaluate(() => localStorage.getItem("rolebook-cards:/")), /"mark":"shown"/);
  await page.evaluate(() => { Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }; });
  await mark(page, "Data", "Partly");
  assert.match(await page.locator(".assess-alert").innerText(), /storage is full\. It stays on screen until you leave the page\. Export the card to keep it\./);
  assert.match(await page.locator(".assess-bar").innerText(), /Not saved/);
  assert.equal(JSON.parse(await take(page, "Export as a file")).marks[0].mark, "partly");
  assert.deepEqual(await violations(page), []);
  await close(page);
});

for (const [name, options] of /** @type {[string, any][]} */ ([["on a phone", { width: 390, height: 844 }], ["on a narrow phone in dark colours", { width: 320, height: 640, dark: true }], ["in dark colours", { dark: true }]])) {
  test(`every step of the scorecard passes axe-core, fits the width and has large enough targets ${name}`, async () => {
    const address = await host(site);
    const [a, b] = [await cardOf(address, "Mara", mara), await cardOf(address, "Jon", jon)];
    const page = await open(address + kit, options);
    const isPhone = (options.width ?? 1440) < 500;
    assert.equal(await page.locator("#card-start button").evaluate((of) => of.getBoundingClientRect().height >= 24), true);
    await start(page);
    await give(page, a, b);
    await told(page, "Opened: Mara. Opened: Jon.");
    for (const at of ["fill", "verdict", "together"]) {
      await step(page, at);
      await page.evaluate(() => { for (const fold of document.querySelectorAll(".assess-stage details")) fold.open = true; });
      await page.waitForTimeout(100);
      assert.deepEqual(await violations(page), [], at);
      assert.equal(await overflow(page), 0, at);
      assert.deepEqual(await small(page), [], at);
    }
    // One competency at a time keeps the step short.
    await step(page, "fill");
    assert.equal(await page.locator(".card-question").count(), isPhone ? 1 : 3);
    await close(page);
  });
}

test("the scorecard works when the site is opened from a folder", async () => {
  const folder = project({ ...texts, "handbook/handbook.toml": `urls = "file"\n${texts["handbook/handbook.toml"]}` });
  const page = await open(pathToFileURL(join(build(folder), "hiring/maker.html")).href);
  await start(page);
  await page.getByLabel(/^Candidate/).fill("A. B.");
  await mark(page, "Data", "Shown");
  await page.reload();
  await page.locator("#card:not([hidden])").waitFor();
  assert.equal(await page.getByLabel(/^Candidate/).inputValue(), "A. B.");
  assert.deepEqual(page.faults, []);
  await close(page);
});
