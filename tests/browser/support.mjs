// Helpers that the browser tests share: building and serving handbooks, opening pages, and running
// axe-core.
//
// Input: texts or a folder of Markdown. Output: pages in a real Chromium, with everything that went
// wrong in them. Listens only on the loopback address.

import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after } from "node:test";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
/** The root of the repository. */
export const repository = resolve(here, "../..");
/** The program, as built by `cargo build`. */
export const rolebook = process.env.ROLEBOOK ?? join(repository, "target/debug/rolebook");
const axe = readFileSync(join(here, "node_modules/axe-core/axe.min.js"), "utf8");

// A hook registered inside a test runs at the end of that test. What the tests of a file share has
// to last until the end of the file.
const endings = [];
after(async () => { for (const end of endings.reverse()) await end(); });

/** Creates a folder that is deleted at the end of the test file. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), "rolebook-browser-"));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Writes texts to paths below `dir`. */
export function write(dir, texts) {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/**
 * Creates a project from texts by path (`handbook/…`). Without texts, copies this repository's
 * handbook and themes.
 */
export function project(texts) {
  const dir = folder();
  if (texts) write(dir, texts);
  else for (const part of ["handbook", "themes"]) cpSync(join(repository, part), join(dir, part), { recursive: true });
  return dir;
}

/** Builds a project and returns the folder of the site. */
export function build(dir, ...flags) {
  const out = join(folder(), "site");
  execFileSync(rolebook, ["build", dir, "--out", out, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
  return out;
}

const media = {
  html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", json: "application/json",
  svg: "image/svg+xml", md: "text/markdown; charset=utf-8", csv: "text/csv; charset=utf-8", xml: "application/xml", txt: "text/plain; charset=utf-8",
  png: "image/png", jpg: "image/jpeg", woff2: "font/woff2",
};

/** Serves a site under `prefix` as static hosts do. Returns its URL, which ends in a slash. */
export async function host(site, prefix = "/") {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const inside = pathname.startsWith(prefix) ? decodeURIComponent(pathname.slice(prefix.length)) : "..";
    let file = resolve(site, inside);
    if (!file.startsWith(site)) file = join(site, "404.html");
    if (existsSync(file) && statSync(file).isDirectory()) {
      if (!pathname.endsWith("/")) {
        response.writeHead(301, { location: `${pathname}/` }).end();
        return;
      }
      file = join(file, "index.html");
    }
    const found = existsSync(file);
    const body = readFileSync(found ? file : join(site, "404.html"));
    const type = media[found ? file.split(".").pop() : "html"] ?? "application/octet-stream";
    response.writeHead(found ? 200 : 404, { "content-type": type, "x-content-type-options": "nosniff" }).end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  endings.push(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}${prefix}`;
}

/** Starts `rolebook serve`. Returns its URL, its output and its process. */
export async function preview(dir, ...flags) {
  const port = String(20000 + Math.floor(Math.random() * 20000));
  const child = spawn(rolebook, ["serve", dir, "--port", port, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { text: "" };
  child.stderr.on("data", (bytes) => { said.text += bytes; });
  const address = await new Promise((ready, failed) => {
    child.on("exit", () => failed(new Error(`serve ended: ${said.text}`)));
    child.stdout.on("data", (bytes) => {
      said.text += bytes;
      const found = said.text.match(/http:\/\/127\.0\.0\.1:\d+\//);
      if (found) ready(found[0]);
    });
  });
  endings.push(() => child.kill());
  return { address, said, child };
}

let shared;
/** Returns the browser that the tests of a file share. */
export function browser() {
  shared ??= launch();
  return shared;
}

async function launch() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const places = ["/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/homebrew/bin"].flatMap((dir) => names.map((name) => join(dir, name)));
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  const args = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  // Chromium's sandbox doesn't start for root, for example in containers.
  const started = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args });
  endings.push(() => started.close());
  return started;
}

/**
 * Opens `url`. Options: `width`, `height`, `dark`, `javascript`, `reducedMotion`, and any of
 * Playwright's context options under `context`. The page gets a list of `faults`: script errors,
 * violations of the security policy, failed requests and requests to other hosts.
 */
export async function open(url, { width = 1440, height = 900, dark = false, javascript = true, reducedMotion = false, context = {} } = {}) {
  const started = await browser();
  const shown = await started.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    javaScriptEnabled: javascript,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    isMobile: width < 500,
    hasTouch: width < 500,
    ...context,
  });
  const page = await shown.newPage();
  page.faults = [];
  page.requests = [];
  page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") page.faults.push(`console: ${message.text()}`); });
  // Leaving a page cancels its pending requests, which isn't a fault.
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== "net::ERR_ABORTED") page.faults.push(`failed: ${request.url()}`);
  });
  page.on("request", (request) => {
    page.requests.push(request.url());
    const to = new URL(request.url());
    if (!["127.0.0.1", ""].includes(to.hostname)) page.faults.push(`another host: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return page;
}

/** Closes a page and its context. */
export async function close(page) {
  await page.context().close();
}

/** Returns what axe-core finds wrong: one line for each rule, with the elements. */
export async function violations(page, selector = "html") {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate((at) => globalThis.axe.run(document.querySelector(at), { resultTypes: ["violations"] }), selector);
  return found.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).slice(0, 5).join(" | ")}`);
}

/** Returns how many pixels the page can be scrolled sideways. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
