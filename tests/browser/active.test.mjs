// Opens files of the content as documents: none of them may run a script, read the preview's token,
// or change a chapter.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { build, close, open, preview, project } from "./support.mjs";

const attack = `document.documentElement.setAttribute("data-ran", "yes");
fetch("/", { credentials: "include" }).then((page) => page.text()).then((text) => {
  const token = text.match(/rolebook-token" content="([^"]+)/)[1];
  document.documentElement.setAttribute("data-token", token);
  return fetch("/_rolebook/save", { method: "POST", headers: { "Content-Type": "application/json", "Rolebook-Token": token }, body: "{}" });
});`;
const texts = (config) => ({
  "handbook/handbook.toml": `title = "T"\n${config}`,
  "handbook/index.md": "# Home\n\n![drawing](a.svg) [drawing](a.svg) [link](b.svg) [page](a.html) [xhtml](a.xml) [script](a.js) [text](a.txt)\n",
  "handbook/a.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="document.documentElement.setAttribute('data-ran','yes')"><script><![CDATA[${attack}]]></script><path d="M0 0h9v9z"/></svg>`,
  "handbook/b.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><a href="javascript:document.documentElement.setAttribute('data-ran','yes')"><rect width="9" height="9"/></a></svg>`,
  "handbook/a.html": `<!DOCTYPE html><html><body><p>x</p><img src="x" onerror="document.documentElement.setAttribute('data-ran','yes')"><script>${attack}</script><script src="a.js"></script></body></html>`,
  "handbook/a.xml": `<html xmlns="http://www.w3.org/1999/xhtml"><body><script><![CDATA[${attack}]]></script></body></html>`,
  "handbook/a.js": attack,
  "handbook/a.txt": `<script>${attack}</script>`,
});
const files = ["a.svg", "b.svg", "a.html", "a.xml", "a.js", "a.txt"];

/** Opens each file as a document. Returns the files that ran a script or read the token. */
async function ran(address) {
  const found = [];
  for (const file of files) {
    const page = await open(address + file, { frame: false });
    if (file === "b.svg") await page.mouse.click(400, 400);
    await page.waitForTimeout(150);
    const marks = await page.evaluate(() => ["data-ran", "data-token"].map((name) => document.documentElement.getAttribute(name)));
    if (marks.some((mark) => mark !== null)) found.push(`${file}: ${marks}`);
    await close(page);
  }
  return found;
}

test("in a preview with --edit, no content file runs a script or reads the token", async () => {
  const dir = project(texts('[publish]\nhost = "netlify"\n'));
  const { address } = await preview(dir, "--edit");
  const before = readFileSync(join(dir, "handbook/index.md"), "utf8");
  assert.deepEqual(await ran(address), []);
  // The pages themselves still work, and they show the drawing.
  const page = await open(address);
  assert.ok(await page.evaluate(() => document.querySelector(".prose img").naturalWidth > 0));
  await close(page);
  assert.equal(readFileSync(join(dir, "handbook/index.md"), "utf8"), before);
});

test("a file that the author lists as active runs its scripts but can't read the token", async () => {
  const dir = project(texts('[publish]\nhost = "netlify"\n[security]\nactive = ["a.html"]\n'));
  const { address } = await preview(dir, "--edit");
  const page = await open(`${address}a.html`);
  await page.waitForTimeout(300);
  const marks = await page.evaluate(() => ["data-ran", "data-token"].map((name) => document.documentElement.getAttribute(name)));
  assert.deepEqual(marks, ["yes", null]);
  await close(page);
});

/** Serves a site with its `_headers`. Like the hosts, joins the values of all rules that match. */
async function hosted(site) {
  const rules = readFileSync(join(site, "_headers"), "utf8").split(/\n(?=\/)/).map((rule) => rule.trim().split("\n"));
  const types = { html: "text/html; charset=utf-8", svg: "image/svg+xml", js: "text/javascript", xml: "application/xml", css: "text/css", txt: "text/plain" };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    for (const [pattern, ...headers] of rules) {
      const fits = pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
      for (const line of fits ? headers : []) {
        const [name, ...value] = line.trim().split(": ");
        const before = response.getHeader(name);
        response.setHeader(name, before ? `${before}, ${value.join(": ")}` : value.join(": "));
      }
    }
    try {
      const body = readFileSync(join(site, path.endsWith("/") ? `${path}index.html` : path));
      response.setHeader("content-type", types[path.endsWith("/") ? "html" : path.split(".").pop()] ?? "application/octet-stream");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  after(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}/`;
}

test("with the headers for each host, no content file runs a script and the pages still work", async () => {
  for (const host of ["netlify", "cloudflare"]) {
    const address = await hosted(build(project(texts(`[publish]\nhost = "${host}"\n`))));
    assert.deepEqual(await ran(address), []);
    const page = await open(address);
    // The picture may arrive after the page has loaded.
    await page.waitForFunction(() => document.querySelector(".prose img").naturalWidth > 0);
    assert.deepEqual(page.faults, []);
    await close(page);
  }
});
