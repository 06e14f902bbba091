// Tests the growth conversation with two people, each with a browser profile of their own: they assess,
// exchange files, compare, agree, plan and print, and open everything again after a new edition.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { giver, hostile, markup, small, stage, step, take, told, unharmed } from "./forms.mjs";
import { build, close, host, open, overflow, project, violations, write } from "./support.mjs";

const levels = (texts) => texts.map((list, n) => `### ${["Learning", "Practising", "Owning"][n]} {level=${n + 1}}\n\n${list.join("\n")}\n`).join("\n");
const data = (measure) => `# Data\n\n## Levels\n\n${levels([
  ["- Shows the raw rows when asked. {#rows}", `- ${measure} {#measure}`],
  ["- Looks at the distribution before quoting an average. {#distribution}"],
  ["- Says in advance which result will stop the work. {#stop}"],
])}`;
const one = (title, word) => `# ${title}\n\n## Levels\n\n${levels([[`- Says what is ${word}. {#a}`], [`- Writes what is ${word}. {#b}`], [`- Decides what is ${word}. {#c}`]])}`;
const texts = {
  "handbook/handbook.toml": "title = \"Small\"\nedition = \"First\"\n[check]\nempty-level = \"allow\"\n",
  "handbook/index.md": "# Small\n",
  "handbook/competencies/data.md": data("Defines a measure precisely for the team."),
  "handbook/competencies/talk.md": one("Talk", "missing"),
  "handbook/competencies/plan.md": one("Plan", "next"),
  "handbook/roles/maker.md": "---\nrank: 1\ncompetencies:\n  plan: 2\n  talk: 2\n  data: 2\nfocus: [data]\n---\n# Maker\n",
  "handbook/roles/leader.md": "---\nrank: 2\ncompetencies:\n  data: 3\n  talk: 3\n---\n# Leader\n",
};
const dir = project(texts);
const site = build(dir);
const place = "assess/conversation/";

const level = (page, competency, name) => page.getByRole("group", { name: competency }).getByRole("radio", { name: new RegExp(`^${name}`) }).check();
const row = (page, text) => page.locator(".assess-statement", { has: page.locator("legend", { hasText: text }) });
const give = giver("desk-open");

/** Assesses oneself against the role, in a profile of one's own, and returns the exported file. */
async function assessed(address, name, given = { Data: "Practising", Talk: "Owning", Plan: "Practising" }, role = "maker") {
  const page = await open(`${address}assess/${role}/`);
  for (const [competency, at] of Object.entries(given)) await level(page, competency, at);
  await step(page, "statements");
  await row(page, "Looks at the distribution").getByRole("radio", { name: "Consistently" }).check();
  await row(page, "Looks at the distribution").locator(".assess-evidence summary").click();
  await row(page, "Looks at the distribution").locator("textarea").first().fill("Drew the spread for support");
  await page.getByLabel(/^Your name/).fill(name);
  await page.waitForTimeout(500);
  const file = await take(page, "Export as a file");
  await close(page);
  return file;
}

/** Rates the person whose file is open. */
async function rated(page) {
  await level(page, "Data", "Learning");
  await level(page, "Talk", "Practising");
  await level(page, "Plan", "Practising");
  await step(page, "statements");
  await row(page, "Looks at the distribution").getByRole("radio", { name: "Sometimes" }).check();
  await row(page, "Looks at the distribution").locator(".assess-evidence summary").click();
  await row(page, "Looks at the distribution").locator("textarea").first().fill("Quoted the average in May");
  await page.waitForTimeout(500);
}

test("two people assess, compare, agree, plan, print, and open it again after a new edition", async () => {
  const address = await host(site);
  const file = await assessed(address, "Ada");
  const manager = await open(address + place);
  assert.match(await manager.locator("main").innerText(), /Everything stays on this computer\./);
  assert.deepEqual(await violations(manager), []);
  const before = manager.requests.length;
  await give(manager, file);
  await told(manager, "Opened: Ada.");
  await rated(manager);
  const onward = manager.locator(".assess-bar a");
  assert.deepEqual([await onward.textContent(), await onward.getAttribute("href")], ["Next: Comparison", "#assess-compare"]);
  await step(manager, "compare");
  const text = await stage(manager);
  // What the role is judged on comes first, and what both agree on is folded.
  const at = ["2 differences", "Looks at the distribution", "Drew the spread for support", "Quoted the average in May", "Talk", "You agree on 1 competency"].map((part) => text.indexOf(part, text.indexOf("2 differences")));
  assert.deepEqual([...at].sort((a, b) => a - b), at, text);
  assert.ok(at.every((found) => found >= 0), text);
  assert.doesNotMatch(text.slice(text.indexOf("2 differences")), /Writes what is next/);
  assert.equal(await manager.locator(".assess-picture tbody tr").count(), 3);
  assert.deepEqual(await manager.locator(".assess-picture tbody tr").first().locator("td").allInnerTexts(), ["", "Practising", "Practising", "Learning"]);
  await manager.getByLabel(/^Level that you agree on.*Data/).selectOption({ label: "Learning (1 of 5)" });
  await manager.locator(".desk-row", { hasText: "Data" }).getByLabel(/^What you agreed/).fill("Two more launches first.");
  assert.deepEqual(await violations(manager), []);
  await step(manager, "plan");
  await manager.getByRole("button", { name: "Add to plan: Looks at the distribution" }).click();
  await manager.getByLabel(/^What they'll do|^What they’ll do/).fill("Draws the spread in the June review\nAsks Mara");
  await manager.getByLabel(/^Review on/).fill("2027-03-01");
  await manager.getByLabel(/^Who helps/).fill("Mara");
  await manager.getByLabel(/^Next conversation/).fill("2027-01-15");
  await manager.waitForTimeout(500);
  assert.deepEqual(await violations(manager), []);
  await step(manager, "summary");
  await manager.getByText("View as Markdown").first().click();
  const markdown = await manager.locator("[data-paper=conversation] textarea").inputValue();
  for (const part of ["# Growth conversation: Ada, Maker", "### Looks at the distribution before quoting an average.", "- Review on: 2027-03-01\n- Who helps: Mara", "- Draws the spread in the June review\n- Asks Mara", "Next conversation: 2027-01-15", "Two more launches first.", "- Level that you agree on: Learning (1 of 5)", "Ada: Drew the spread for support.", "Manager: Quoted the average in May."]) assert.ok(markdown.includes(part), `${part}\n${markdown}`);
  const csv = await take(manager, "Download as CSV");
  assert.ok(csv.startsWith("\uFEFFCompetency,Key,What the role expects,Ada,Manager,Level that you agree on,"), csv);
  assert.ok(csv.includes("\r\nData,Key,Practising (2 of 5),Practising (2 of 5),Learning (1 of 5),Learning (1 of 5),Two more launches first.,Looks at the distribution before quoting an average.,Practising (2 of 5),Consistently,Sometimes,Drew the spread for support.,Quoted the average in May.,2027-03-01,Mara,\"Draws the spread in the June review\nAsks Mara\",\r\n"), csv);
  // A promotion case and bullets come from the evidence of both.
  await manager.getByText("Promotion case and résumé bullets").click();
  const source = (paper) => manager.locator(`[data-paper=${paper}] textarea`).inputValue();
  assert.match(await source("promotion-case"), /### Data, Practising \(2 of 5\)\n\nLooks at the distribution before quoting an average\.\n\n- Drew the spread for support\. \(Ada\)\n- Quoted the average in May\. \(Manager\)/);
  assert.match(await source("resume-bullets"), /## Data\n\n- Drew the spread for support\.\n- Quoted the average in May\./);
  assert.deepEqual(await violations(manager), []);
  await manager.emulateMedia({ media: "print" });
  assert.equal(await manager.locator("[data-paper=conversation] .assess-sheet").isVisible(), true);
  for (const hidden of [".assess-tools", ".assess-steps", ".assess-bar", ".desk-about"]) assert.equal(await manager.locator(hidden).isVisible(), false, hidden);
  await manager.emulateMedia({ media: "screen" });
  const kept = await take(manager, "Save the conversation as a file");
  assert.deepEqual(manager.requests.slice(before).filter((url) => !url.startsWith("blob:") && !url.includes("/assets/")), []);
  assert.deepEqual(manager.faults, []);

  // The report opens the same file in a profile of their own and takes the plan over.
  const report = await open(address + place);
  await give(report, kept);
  await told(report, "Opened: Ada.");
  assert.match(await stage(report), /2 differences/);
  await report.goto(`${address}assess/maker/`);
  await report.locator(".assess-keep input[type=file]").setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(file) });
  await report.getByRole("button", { name: "Use as my answers" }).click();
  await report.locator(".assess-keep input[type=file]").setInputFiles({ name: "k.json", mimeType: "application/json", buffer: Buffer.from(kept) });
  await report.getByRole("button", { name: "Take over plan and levels" }).click();
  await told(report, "Imported.");
  await step(report, "plan");
  assert.equal(await report.getByLabel(/^Who helps/).inputValue(), "Mara");
  // The picture of their result now has all three: the role, their own answer and their manager's.
  await step(report, "result");
  assert.deepEqual(await report.locator(".assess-picture thead th").allInnerTexts(), ["Competency", "Drawing", "What the role expects", "Your answer", "Your manager"]);
  assert.deepEqual(await report.locator(".assess-picture tbody tr", { hasText: "Talk" }).locator("td").allInnerTexts(), ["", "Practising", "Owning", "Practising"]);
  assert.deepEqual(await violations(report), []);
  assert.deepEqual(report.faults, []);
  await close(report);

  // The manager's browser still has it after the handbook's next edition, and says what has changed.
  write(dir, { "handbook/handbook.toml": texts["handbook/handbook.toml"].replace("First", "Second"), "handbook/competencies/data.md": data("Defines each measure precisely for the team."), "handbook/roles/maker.md": texts["handbook/roles/maker.md"].replace("talk: 2", "talk: 3") });
  const next = await open(await host(build(dir)) + place);
  await give(next, kept);
  await told(next, "Opened: Ada.");
  const changes = await next.locator(".desk-changes").innerText();
  for (const part of ["2 changes", "“First” then, “Second” now", "Talk: expected level changed from Practising to Owning.", "Data: reworded.", "Defines a measure precisely", "Defines each measure precisely"]) assert.ok(changes.includes(part), `${part}\n${changes}`);
  assert.deepEqual(await violations(next), []);
  await close(next);
  write(dir, texts);
  await manager.reload();
  assert.match(await stage(manager), /2 differences/);
  await close(manager);
});

test("the desk keeps conversations in this browser, and clearing empties its storage", async () => {
  const address = await host(site);
  const page = await open(address + place);
  await give(page, await assessed(address, "Ada"), await assessed(address, "Ben", { Data: "Learning", Talk: "Learning", Plan: "Learning" }));
  await told(page, "Opened: Ada. Opened: Ben.");
  await page.reload();
  assert.deepEqual(await page.locator(".desk-people button").allInnerTexts(), ["Ada", "Ben", "Side by side"]);
  await page.getByRole("button", { name: "Side by side" }).click();
  assert.deepEqual(await page.locator(".desk-team thead th").allInnerTexts(), ["Competency", "Ada\nMaker", "Ben\nMaker"].map((text) => text));
  assert.match(await page.locator(".desk-team tbody tr").first().innerText(), /Data\s+Key\s+The role expects: Practising\.\s+Their answer\s+Practising\s+Manager\s+no answer/);
  const csv = await take(page, "Download as CSV");
  assert.ok(csv.startsWith("\uFEFFCompetency,Ada: The role expects,Ada: Their answer,Ada: Manager,Ben: The role expects,"), csv);
  assert.ok(csv.includes("\r\nData,Practising (2 of 5),Practising (2 of 5),no answer,Practising (2 of 5),Learning (1 of 5),no answer\r\n"), csv);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Clear everything" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "Clear everything" }).click();
  await told(page, "stores nothing");
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await page.reload();
  assert.match(await page.locator(".desk-area").innerText(), /Nothing is open yet/);
  assert.deepEqual(page.faults, []);
  await close(page);
});

test("a manager can rate before the file arrives, or with a file of their own", async () => {
  const address = await host(site);
  const page = await open(address + place);
  await page.getByText("Start without a file").first().click();
  await page.getByLabel("Their role").selectOption("Maker");
  await page.getByRole("button", { name: "Start without a file" }).click();
  await level(page, "Data", "Learning");
  const file = await assessed(address, "Ada");
  await give(page, file);
  await page.getByRole("button", { name: "Use it for this conversation" }).click();
  await told(page, "Opened: Ada.");
  assert.match(await stage(page), /1 difference\b/);
  // The manager's own assessment, exported from the page of the role.
  await page.getByText("Names and files: Ada").click();
  await page.locator("input[data-for=desk-open-mine]").setInputFiles({ name: "m.json", mimeType: "application/json", buffer: Buffer.from(file) });
  await page.getByRole("button", { name: "Replace" }).click();
  await told(page, "Your ratings are open.");
  assert.match(await stage(page), /You agree on everything/);
  await close(page);
});

test("an assessment is never taken over without asking", async () => {
  const address = await host(site);
  const file = await assessed(address, "Ada");
  const page = await open(`${address}assess/maker/`);
  await page.locator(".assess-keep input[type=file]").setInputFiles({ name: "a.json", mimeType: "application/json", buffer: Buffer.from(file) });
  assert.match(await page.locator("dialog[open]").innerText(), /Use this file as your own answers\?\s+Ada, Maker, First, \d{4}-\d\d-\d\d, 3 levels chosen, 1 statement answered/);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await page.locator(".assess-question input:checked").count(), 0);
  await close(page);
});

test("hostile files are refused in words, and run nothing", async () => {
  const address = await host(site);
  const good = await assessed(address, "Ada");
  const page = await open(address + place);
  const value = JSON.parse(good);
  const changed = (change) => { const copy = structuredClone(value); change(copy); return JSON.stringify(copy); };
  const refused = [
    ...hostile(good, "what"),
    [changed((copy) => { copy.version = 99; }), "newer version"],
    [changed((copy) => { copy.version = "2"; }), "isn’t an export"],
    [changed((copy) => { copy.levels = {}; }), "damaged (at levels)"],
    [changed((copy) => { copy.ratings[0].answer = "always"; }), "damaged (at ratings 1 answer)"],
    [changed((copy) => { copy.ratings[0].level = "1"; }), "damaged (at ratings 1 level)"],
    [changed((copy) => { copy.person = "a".repeat(30_000); }), "too long (at person)"],
    [changed((copy) => { copy.script = "alert(1)"; }), "no export has (at script)"],
  ];
  for (const [text, reason] of refused) {
    await give(page, text);
    await told(page, reason);
    assert.equal(await page.locator(".desk-people button").count(), 0, reason);
  }
  await give(page, changed((copy) => {
    copy.person = markup;
    for (const rating of copy.ratings) { rating.text = markup; rating.evidence[0].what = markup; }
    for (const of of copy.expects) { of.title = markup; for (const statement of of.statements) statement.text = markup; }
    copy.role = { id: "unknown", title: markup };
    copy.levels[0].title = markup;
  }));
  await told(page, "Opened:");
  for (const at of ["statements", "compare", "plan", "summary"]) await step(page, at);
  assert.match(await page.locator("[data-paper=conversation] .assess-sheet").innerText(), /<img src=x/);
  await unharmed(page);
  await close(page);
});

for (const [name, options] of /** @type {[string, any][]} */ ([["on a phone", { width: 390, height: 844 }], ["on a narrow phone in dark colours", { width: 320, height: 640, dark: true }], ["in dark colours", { dark: true }]])) {
  test(`every step of the conversation passes axe-core, fits the width and has large enough targets ${name}`, async () => {
    const address = await host(site);
    const file = await assessed(address, "Ada");
    const page = await open(address + place, options);
    await give(page, file, file.replace("Ada", "Ben"));
    await told(page, "Opened: Ben.");
    for (const at of ["quick", "statements", "compare", "plan", "summary"]) {
      await step(page, at);
      assert.deepEqual(await violations(page), [], at);
      assert.equal(await overflow(page), 0, at);
      assert.deepEqual(await small(page), [], at);
    }
    await page.getByRole("button", { name: "Side by side" }).click();
    // The drawing of each person stays in its column.
    const wide = await page.evaluate(() => [...document.querySelectorAll(".desk-team td svg")].filter((of) => of.getBoundingClientRect().right > of.closest("td").getBoundingClientRect().right).length);
    assert.deepEqual([await page.locator(".desk-team td svg").count(), wide, await overflow(page), await violations(page)], [6, 0, 0, []]);
    await close(page);
  });
}

test("the conversation works when the site is opened from a folder", async () => {
  const folder = project({ ...texts, "handbook/handbook.toml": `urls = "file"\n${texts["handbook/handbook.toml"]}` });
  const out = build(folder);
  const file = await assessed(await host(site), "Ada");
  const page = await open(pathToFileURL(join(out, "assess/conversation.html")).href);
  await give(page, file);
  await told(page, "Opened: Ada.");
  await level(page, "Data", "Owning");
  await step(page, "compare");
  assert.match(await stage(page), /1 difference\b/);
  assert.deepEqual(page.faults, []);
  await close(page);
});
