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
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
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

/** Builds a project and returns the folder of the site. If it can't be built, the error contains the findings. */
export function build(dir, ...flags) {
  const out = join(folder(), "site");
  execFileSync(rolebook, ["build", dir, "--out", out, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  return out;
}

const media = {
  html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", json: "application/json",
  svg: "image/svg+xml", md: "text/markdown; charset=utf-8", csv: "text/csv; charset=utf-8", xml: "application/xml", txt: "text/plain; charset=utf-8",
  png: "image/png", jpg: "image/jpeg", woff2: "font/woff2",
};

/** Returns the headers that a site's `_headers` file sets for a path. */
function headers(site, pathname) {
  const file = join(site, "_headers");
  const set = {};
  let applies = false;
  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    if (line.startsWith("/")) applies = line.endsWith("*") ? pathname.startsWith(line.slice(0, -1)) : pathname === line;
    else if (applies && line.includes(":")) set[line.slice(0, line.indexOf(":")).trim().toLowerCase()] = line.slice(line.indexOf(":") + 1).trim();
  }
  return set;
}

/** Compresses text for a request that accepts it, and returns the body and the header to send. */
function coded(body, type, accepted) {
  if (!/text|json|xml|svg/.test(type)) return { body };
  if (/\bbr\b/.test(accepted)) return { body: brotliCompressSync(body), coding: "br" };
  if (/\bgzip\b/.test(accepted)) return { body: gzipSync(body, { level: 9 }), coding: "gzip" };
  return { body };
}

/**
 * Serves a site under `prefix` as static hosts do. Returns its URL, which ends in a slash. With
 * `coding`, it also compresses, and sends the headers that the build wrote for hosts.
 */
export async function host(site, prefix = "/", { coding = false } = {}) {
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
    const plain = readFileSync(found ? file : join(site, "404.html"));
    const type = media[found ? file.split(".").pop() : "html"] ?? "application/octet-stream";
    const sent = coding ? coded(plain, type, request.headers["accept-encoding"] ?? "") : { body: plain };
    const more = { ...coding && headers(site, `/${inside}`), ...sent.coding && { "content-encoding": sent.coding, vary: "accept-encoding" } };
    response.writeHead(found ? 200 : 404, { "content-type": type, "content-length": sent.body.length, "x-content-type-options": "nosniff", ...more }).end(sent.body);
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
 * Opens `url`. Options: `width`, `height`, `dark`, `javascript`, `reducedMotion`, `frame` (false for
 * documents in which no script may run: waiting for a frame would never end), and any of Playwright's
 * context options under `context`. The page gets a list of `faults`: script errors, violations of the
 * security policy, failed requests and requests to other hosts.
 */
export async function open(url, { width = 1440, height = 900, dark = false, javascript = true, reducedMotion = false, frame = javascript, context = {} } = {}) {
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
  // If a picture of the old page arrives after the new page is shown, as on a slow machine, Chromium gives up the transition between
  // them. It reports that as a rejected promise of the new page, which no script of the page has or could handle.
  page.on("pageerror", (error) => { if (!error.message.includes("Page already revealed")) page.faults.push(`script: ${error.message}`); });
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
  if (frame) waitForFrames(page);
  await page.goto(url, { waitUntil: "load" });
  return page;
}

/**
 * Makes `goto`, `reload` and `setViewportSize` wait for a frame. A page can be loaded before its first
 * frame, and `ResizeObserver` first reports in a frame, so notes aren't next to their lines before.
 */
function waitForFrames(page) {
  for (const name of ["goto", "reload", "setViewportSize"]) {
    const act = page[name].bind(page);
    page[name] = async (...args) => {
      const result = await act(...args);
      await page.waitForFunction(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(() => done(true))); }));
      return result;
    };
  }
}

/**
 * Waits until a file matches `pattern`, and returns its text. Another program may still be writing it. After five
 * seconds, returns the text that there is, so that the test can show it.
 */
export async function written(file, pattern) {
  const text = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
  for (let tries = 0; tries < 500 && !pattern.test(text()); tries++) await pause(10);
  return text();
}

/** Closes a page and its context. */
export async function close(page) {
  await page.context().close();
}

/**
 * Loads a page until nothing more is requested, and returns what it cost: `bytes` by kind of file as
 * they were transferred, without headers, `requests`, and `files`. With `slow`, on a phone with a quarter of this
 * machine's speed and a slow connection, it also returns how many milliseconds the page was
 * `blocked` by tasks over 50 ms, and when its largest text or image was `painted`.
 */
export async function weigh(url, coding, { slow = false } = {}) {
  const page = await open("about:blank", slow ? { width: 390, height: 844 } : {});
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setExtraHTTPHeaders", { headers: { "accept-encoding": coding } });
  if (slow) {
    await client.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await client.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 });
  }
  const names = new Map();
  const bytes = { all: 0 };
  client.on("Network.responseReceived", ({ requestId, response }) => {
    const name = new URL(response.url).pathname;
    names.set(requestId, name);
    const kind = name.endsWith("/") ? "html" : name.split(".").pop();
    const counted = ["html", "css", "js", "woff2"].includes(kind) ? kind : "other";
    const length = Number(response.headers["content-length"]);
    bytes.all += length;
    bytes[counted] = (bytes[counted] ?? 0) + length;
  });
  await page.addInitScript(() => {
    globalThis.waits = { blocked: 0, painted: 0 };
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) globalThis.waits.blocked += Math.max(0, task.duration - 50);
    }).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => { globalThis.waits.painted = list.getEntries().at(-1).startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await page.goto(url, { waitUntil: "networkidle" });
  await page.waitForTimeout(slow ? 1000 : 100);
  const waits = await page.evaluate(() => globalThis.waits);
  await close(page);
  const files = [...names.values()].map((name) => name.split("/").pop()).filter(Boolean);
  return { bytes, requests: names.size, files, blocked: Math.round(waits.blocked), painted: Math.round(waits.painted) };
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
