// Pastes what Word, Google Docs, Notion, Confluence, Excel, Slack and mail programs put on the
// clipboard, and pictures. The clippings are in `paste/`: the HTML, the Markdown, and what the page
// says that it left out. `UPDATE=1` writes the results.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { close, open, overflow, preview, project, violations } from "./support.mjs";

const corpus = join(dirname(fileURLToPath(import.meta.url)), "paste");
const texts = {
  "handbook/handbook.toml": 'title = "T"\n[audiences.managers]\ntitle = "Managers"\n',
  "handbook/index.md": "# Home\n\nBegin with [[a]].\n",
  "handbook/guides/a.md": "# A page\n\nThe first sentence.\n\n## How the team works\n\nThe last sentence.\n",
  "handbook/guides/secret.md": "---\naudience: managers\n---\n# Secret\n\nHidden.\n",
};

async function start(options = {}, flags = []) {
  const dir = project(texts);
  const { address } = await preview(dir, "--edit", ...flags);
  const page = await open(address + "guides/a/", options);
  const file = (name) => join(dir, "handbook", name);
  return { page, file, read: (name) => readFileSync(file(name), "utf8"), write: (name, text) => writeFileSync(file(name), text), files: () => readdirSync(file("guides")).sort() };
}

async function edit(page, words) {
  await page.locator(".prose > *", { hasText: words }).first().hover();
  await page.locator(".rolebook-pencil.near").click();
  await page.waitForSelector(".rolebook-editor textarea");
}

const area = (page) => page.locator("#rolebook-text");
const told = (page) => page.locator(".rolebook-told");
const faults = (page) => page.faults.filter((fault) => !fault.includes("Failed to load resource"));

/** Sends a `paste` or `drop` with what a program puts on the clipboard. `files` have bytes as an array. */
function give(page, { html = "", text = "", files = [] }, kind = "paste", field = area(page)) {
  return field.evaluate((element, { html, text, files, kind }) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    if (text) data.setData("text/plain", text);
    for (const { name, type, bytes } of files) data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
    const box = element.getBoundingClientRect();
    const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true, clientX: box.right - 20, clientY: box.bottom - 10 });
    return !element.dispatchEvent(event);
  }, { html, text, files, kind });
}

let shared;
async function reader() {
  shared ??= (await start()).page;
  return shared;
}
after(() => shared && close(shared));

test("what each program puts on the clipboard becomes Markdown, and what can't be kept is said", async () => {
  const page = await reader();
  const names = readdirSync(corpus).filter((name) => name.endsWith(".txt")).sort();
  assert.ok(names.length >= 40, `${names.length} clippings`);
  const apart = [];
  for (const name of names) {
    const whole = readFileSync(join(corpus, name), "utf8");
    const html = whole.split("\n#### markdown\n")[0];
    const got = await page.evaluate((html) => {
      const read = globalThis.rolebook.readPaste(html);
      return read && { text: read.text, told: globalThis.rolebook.toldOfPaste(read.lost) };
    }, html.trimEnd());
    const now = `${html.trimEnd()}\n\n#### markdown\n${got ? got.text : "(plain text)"}\n\n#### told\n${got ? got.told : ""}`.trimEnd() + "\n";
    if (process.env.UPDATE) writeFileSync(join(corpus, name), now);
    else if (now !== whole) apart.push(`${name}:\n${now.slice(html.length)}`);
  }
  assert.deepEqual(apart, []);
  assert.deepEqual(faults(page), []);
});

test("a paste joins the line, the list, the quotation or the table in which the caret is", async () => {
  const page = await reader();
  // `^` is the caret.
  const cases = [
    ["Now **bold** words", "The last.^", "The last. Now **bold** words"],
    ["Now **bold**", "One ^two", "One Now **bold** two"],
    ["word", "a^b", "awordb"],
    ["https://a.b/c", "See.^", "See.https://a.b/c"],
    ["- a\n- b", "Before^", "Before\n\n- a\n- b"],
    ["- a\n- b", "One^ two", "One\n\n- a\n- b\n\n two"],
    ["# T\n\nText", "^", "# T\n\nText"],
    ["| a | b |\n| --- | --- |\n| 1 | 2 |", "One\n^\nTwo", "One\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nTwo"],
    ["- a\n- b", "- one\n- ^", "- one\n- a\n- b"],
    ["- a\n  - b", "- one^\n- two", "- one\n- a\n  - b\n- two"],
    ["- a\n- b", "1. one^", "1. one\n   - a\n   - b"],
    ["- a\n  - b\n- c", "2. ^", "2. a\n   - b\n3. c"],
    ["1. a\n2. b", "  - one^", "  - one\n    1. a\n    2. b"],
    ["One\n\nTwo", "- x^", "- x\n\n  One\n\n  Two"],
    ["One\n\nTwo", "> x^", "> x\n>\n> One\n>\n> Two"],
    ["One\n\nTwo | three", "| a^ | b |", "| aOne<br>Two \\| three | b |"],
    ["**a**", "```\n^\n```", null],
    ["**a**", "```\nx\n```\n^", "```\nx\n```\n**a**"],
  ];
  const got = await page.evaluate((cases) => cases.map(([markdown, text]) => {
    const [head, tail] = text.split("^");
    const joined = globalThis.rolebook.joinPaste(markdown, head + tail, head.length, head.length);
    return joined === null ? null : head + joined + tail;
  }), cases);
  got.forEach((text, n) => assert.equal(text, cases[n][2], cases[n].slice(0, 2).join(" into ")));
});

test("typed text keeps its meaning: it is escaped only where Markdown would read it differently", async () => {
  const page = await reader();
  const cases = [
    "5 * 3, a < b, x_y_z, ~20, R&D, {a}, 100%", "*not* emphasis", "# not a heading", "a | b", "1. not an item", "- not an item", "> not a quote", "[a](b) [[c]] ![d](e)", "`a` `b`", "&amp; <b> \\*", "Title {#id}",
    "::: x", "***", "a*", "=====", "---", "2026. Year", "+ 1", "| a |",
  ];
  const texts = await page.evaluate((cases) => cases.map((text) => {
    const holder = document.createElement("p");
    holder.append(text, document.createElement("i"));
    return globalThis.rolebook.readPaste(holder.outerHTML).text;
  }), cases);
  const escaped = texts.map((text, n) => (text === cases[n] ? "same" : text));
  assert.deepEqual(escaped, [
    "same", "\\*not\\* emphasis", "\\# not a heading", "same", "1\\. not an item", "\\- not an item", "\\> not a quote", "\\[a](b) \\[[c]] !\\[d](e)", "\\`a\\` \\`b\\`", "\\&amp; \\<b> \\\\*", "Title \\{#id}",
    "\\::: x", "\\***", "same", "\\=====", "\\---", "2026\\. Year", "\\+ 1", "same",
  ]);
});

test("pasted plain text stays as it was typed", async () => {
  const { page } = await start();
  await edit(page, "The last sentence.");
  assert.equal(await give(page, { text: "# **x**" }), false);
  assert.equal(await give(page, { text: "x", html: "<p>x</p>" }), false);
  assert.equal(await area(page).inputValue(), "The last sentence.");
  await close(page);
});

/* Pictures */

/** Draws a picture in the page and returns its bytes. */
function draw(page, type, width, height) {
  return page.evaluate(async ({ type, width, height }) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.fillStyle = "#1d4f91";
    context.fillRect(0, 0, width / 2, height);
    const blob = await new Promise((done) => canvas.toBlob(done, type, 0.9));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, { type, width, height });
}

/** Adds to a JPEG what a phone writes: the make of the camera, and where the photo was taken. */
function located(bytes) {
  const tiff = Buffer.from("49492a0008000000" + "0200" + "0f01020006000000260000002588040001000000320000" + "0000000000", "hex");
  const place = Buffer.from("Exif\0\0" + tiff.toString("latin1") + "GPSLatitude 52.5200 N Camera", "latin1");
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, (place.length + 2) >> 8, (place.length + 2) & 255]), place]);
  return [...Buffer.concat([Buffer.from(bytes.slice(0, 2)), segment, Buffer.from(bytes.slice(2))])];
}

test("a pasted photo is saved beside the chapter without its location, smaller, and can be described and undone", async () => {
  const { page, file, files, read } = await start();
  await edit(page, "The last sentence.");
  const bytes = located(await draw(page, "image/jpeg", 4000, 1000));
  assert.ok(Buffer.from(bytes).includes("GPSLatitude"));
  assert.ok(await give(page, { files: [{ name: "IMG_20260510_1012.jpg", type: "image/jpeg", bytes }] }));
  const field = page.getByLabel("What does how-the-team-works.jpg show?");
  await field.waitFor();
  assert.equal(await area(page).inputValue(), "The last sentence.\n\n![](how-the-team-works.jpg)");
  const saved = readFileSync(file("guides/how-the-team-works.jpg"));
  assert.ok(!saved.includes("Exif") && !saved.includes("GPS") && saved.length < bytes.length);
  assert.match(await page.locator(".rolebook-picture small").textContent(), /2000 × 500 pixels, \d+ KB, made smaller, location and camera data removed/);
  assert.deepEqual(await violations(page), []);
  // The draft shows it, although the site doesn't have it yet.
  await page.locator(".rolebook-draft canvas[role=img]").waitFor();
  await field.fill("Six people [and a dog]");
  assert.match(await area(page).inputValue(), /!\[Six people \\\[and a dog\\\]\]\(how-the-team-works\.jpg\)$/);
  await page.keyboard.press("Control+Enter");
  await page.locator('.prose img[alt="Six people [and a dog]"]').waitFor();
  await page.waitForFunction(() => { const image = /** @type {HTMLImageElement} */ (document.querySelector('.prose img[alt^="Six"]')); return image.complete && image.naturalWidth === 2000; });
  assert.ok(read("guides/a.md").includes("![Six people \\[and a dog\\]](how-the-team-works.jpg)"));
  // Both the text and the picture can be undone.
  const undo = page.locator(".rolebook-corner").getByRole("button", { name: "Undo", exact: true });
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  await undo.click();
  await page.locator(".rolebook-note", { hasText: "Undone: text of" }).waitFor();
  await page.waitForFunction(() => document.querySelector(".rolebook-corner [title*='picture']"));
  await undo.click();
  await page.locator(".rolebook-note", { hasText: "Undone: picture “how-the-team-works.jpg”" }).waitFor();
  assert.ok(!existsSync(file("guides/how-the-team-works.jpg")));
  assert.equal(read("guides/a.md"), texts["handbook/guides/a.md"]);
  assert.deepEqual(files(), ["a.md", "secret.md"]);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a dropped picture gets the name of its file, and never replaces another", async () => {
  const { page, file, files } = await start();
  await edit(page, "The first sentence.");
  const bytes = await draw(page, "image/png", 40, 20);
  const dropped = { files: [{ name: "Team Map.png", type: "image/png", bytes }] };
  assert.ok(await give(page, dropped, "dragover"));
  assert.ok(await give(page, dropped, "drop"));
  await page.getByLabel("What does team-map.png show?").waitFor();
  const first = readFileSync(file("guides/team-map.png"));
  await give(page, dropped, "drop");
  await page.getByLabel("What does team-map-2.png show?").waitFor();
  assert.deepEqual(readFileSync(file("guides/team-map.png")), first);
  assert.deepEqual(files(), ["a.md", "secret.md", "team-map-2.png", "team-map.png"]);
  const text = await area(page).inputValue();
  assert.ok(text.includes("![](team-map.png)") && text.includes("![](team-map-2.png)"), text);
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a picture is pasted into an item of a list and dropped into a cell, and described there", async () => {
  const { page, file, read, write } = await start();
  write("guides/a.md", "# A page\n\n- First.\n- Second.\n\n| One | Two |\n| --- | --- |\n| a | b |\n");
  await page.locator(".prose li", { hasText: "Second." }).waitFor();
  const picture = { files: [{ name: "Team Map.png", type: "image/png", bytes: await draw(page, "image/png", 40, 20) }] };
  await edit(page, "Second.");
  const item = page.getByLabel("Item 2", { exact: true });
  await item.press("End");
  assert.ok(await give(page, picture, "paste", item));
  await page.getByLabel("What does Team-Map.png show?").or(page.getByLabel(/What does team-map\.png show\?/)).fill("Who works with whom");
  assert.equal(await item.inputValue(), "Second.![Who works with whom](team-map.png)");
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Control+Enter");
  await page.locator('.prose li img[alt="Who works with whom"]').waitFor();
  await page.waitForFunction(() => !document.querySelector(".rolebook-editor"));
  await page.locator(".prose table").hover();
  await page.locator(".rolebook-pencil.near").click();
  const cell = page.getByLabel("Row 1, Two");
  assert.ok(await give(page, picture, "drop", cell));
  await page.getByLabel(/What does team-map-2\.png show\?/).fill("The same | again");
  await page.keyboard.press("Control+Enter");
  await page.locator('.prose td img[alt="The same | again"]').waitFor();
  assert.ok(read("guides/a.md").includes("- Second.![Who works with whom](team-map.png)\n"));
  assert.ok(existsSync(file("guides/team-map.png")) && existsSync(file("guides/team-map-2.png")));
  assert.deepEqual(faults(page), []);
  await close(page);
});

test("a list that is pasted into an item becomes items", async () => {
  const { page, read, write } = await start();
  write("guides/a.md", "# A page\n\n- First.\n- Last.\n");
  await page.locator(".prose li", { hasText: "Last." }).waitFor();
  await edit(page, "Last.");
  const item = page.getByLabel("Item 1", { exact: true });
  await item.press("Control+a");
  await give(page, { html: "<ul><li>One <b>bold</b></li><li>Two</li></ul>", text: "One bold\nTwo" }, "paste", item);
  await page.keyboard.press("Control+Enter");
  await page.locator(".prose li", { hasText: "Two" }).waitFor();
  assert.equal(read("guides/a.md"), "# A page\n\n- One **bold**\n- Two\n- Last.\n");
  await close(page);
});

test("a picture inside pasted text is saved, and its alternative text is kept", async () => {
  const { page, file } = await start();
  await edit(page, "The first sentence.");
  const html = readFileSync(join(corpus, "mail-picture-inside.txt"), "utf8").split("\n#### markdown\n")[0];
  await give(page, { html });
  await page.getByLabel("What does a-small-dot.png show?").waitFor();
  assert.match(await area(page).inputValue(), /Here is the mark:\n\n!\[A \\\[small\\\] dot\]\(a-small-dot\.png\)\n\nAnd this one isn’t:$/);
  assert.equal(await told(page).textContent(), "A picture wasn't pasted. Copy a picture by itself to paste it.");
  assert.ok(existsSync(file("guides/a-small-dot.png")));
  assert.deepEqual(await violations(page), []);
  await close(page);
});

test("what isn't a picture that can be kept is refused in words, and nothing is written", async () => {
  const { page, files } = await start();
  await edit(page, "The first sentence.");
  const text = (words) => [...Buffer.from(words)];
  /** @type {[object, RegExp][]} */
  const cases = [
    [{ name: "x.svg", type: "image/svg+xml", bytes: text("<svg xmlns='http://www.w3.org/2000/svg'/>") }, /SVG picture can contain scripts/],
    [{ name: "x.heic", type: "image/heic", bytes: text("....ftypheic") }, /can't read “x.heic”. Save it as JPEG or PNG/],
    [{ name: "plan.pdf", type: "application/pdf", bytes: text("%PDF") }, /“plan.pdf” wasn't pasted: only pictures can be/],
    [{ name: "x.gif", type: "image/gif", bytes: text("<svg onload=x>") }, /can't read “x.gif”/],
  ];
  for (const [one, wanted] of cases) {
    await give(page, { files: [one] });
    await page.waitForFunction((source) => new RegExp(source).test(document.querySelector(".rolebook-told").textContent), wanted.source);
  }
  assert.equal(await area(page).inputValue(), "The first sentence.");
  assert.deepEqual(files(), ["a.md", "secret.md"]);
  await close(page);
});

test("a picture that misses the field doesn't replace the page", async () => {
  const { page } = await start();
  const prevented = await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "x.png", { type: "image/png" }));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector("main").dispatchEvent(event);
    return event.defaultPrevented;
  });
  assert.ok(prevented);
  await page.locator(".rolebook-note", { hasText: "Open a passage" }).waitFor();
  await close(page);
});

test("the prompt for alternative text fits a phone", async () => {
  const { page } = await start({ width: 390, height: 844 });
  await page.waitForSelector(".rolebook-pencil", { state: "attached" });
  await page.locator(".prose > p", { hasText: "The first sentence." }).tap();
  await page.locator(".rolebook-pencil.near").tap();
  await page.waitForSelector(".rolebook-editor textarea");
  await give(page, { files: [{ name: "a-very-long-name-of-a-picture-that-somebody-exported-from-a-tool-of-theirs.png", type: "image/png", bytes: await draw(page, "image/png", 40, 20) }] });
  const field = page.locator(".rolebook-picture input");
  await field.waitFor();
  assert.ok((await field.boundingBox()).height >= 44);
  assert.equal(await overflow(page), 0);
  assert.deepEqual(await violations(page), []);
  await close(page);
});
