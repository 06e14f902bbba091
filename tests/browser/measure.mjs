// Measures what readers wait for and look at: bytes, requests, scripts, accessibility, the security
// policy, and the length of lines. Run it with `node tests/browser/measure.mjs`.
//
// Input: this repository's handbook, and a generated handbook of a hundred pages. Output: one table
// on the terminal. It includes Lighthouse scores if Lighthouse is installed
// (`npm install --no-save lighthouse`) or LIGHTHOUSE names its module.

import { gzipSync } from "node:zlib";
import { build, close, host, open, overflow, project, violations } from "./support.mjs";
import { test } from "node:test";

const text = /\.(html|css|js|json|svg|txt|xml)$|\/$/;

/** Generates a hundred plain pages of about a thousand words with tables and code. */
function synthetic() {
  const words = "teams decide early and write down what they gave up so that those who come later can judge it without having been there".split(" ");
  const sentence = (n) => {
    const chosen = Array.from({ length: 9 + (n * 7) % 11 }, (_, at) => words[(n * 5 + at * 3) % words.length]);
    return `${chosen.join(" ")}.`.replace(/^./, (letter) => letter.toUpperCase());
  };
  const paragraph = (n) => Array.from({ length: 5 }, (_, at) => sentence(n + at)).join(" ");
  const texts = { "handbook/handbook.toml": "title = \"A hundred pages\"\nbase_url = \"https://rolebook.example/\"\n", "handbook/index.md": "# A hundred pages\n\nMade up.\n" };
  for (let n = 0; n < 100; n += 1) {
    const sections = Array.from({ length: 6 }, (_, at) => `## Section ${at + 1}\n\n${paragraph(n + at)}\n\n${paragraph(n + at + 9)}\n`).join("\n");
    const table = "| A | B | C | D | E | F |\n|---|---|---|---|---|---|\n| one long cell | two long cells | three | four | five | six long cells |\n";
    const code = "```rust\nfn main() {\n    println!(\"{}\", 1);\n}\n```\n";
    texts[`handbook/part-${n % 5}/chapter-${n}.md`] = `# Chapter ${n}\n\n${paragraph(n)}\n\nSee [another](../part-${(n + 1) % 5}/chapter-${(n + 1) % 100}.md).\n\n${sections}\n${table}\n${code}`;
  }
  return texts;
}

/** Returns what the first view of a page costs. */
async function cost(url) {
  const page = await open("about:blank");
  const sizes = [];
  page.on("response", (response) => sizes.push(response.body().then((body) => {
    const path = new URL(response.url()).pathname;
    return { path, bytes: text.test(path) ? gzipSync(body).length : body.length };
  })));
  page.requests.length = 0;
  await page.goto(url, { waitUntil: "networkidle" });
  const parts = await Promise.all(sizes);
  const sum = (which) => parts.filter(({ path }) => which.test(path)).reduce((total, { bytes }) => total + bytes, 0);
  const foreign = page.requests.filter((address) => new URL(address).hostname !== "127.0.0.1");
  const found = { requests: parts.length, bytes: sum(/./), font: sum(/\.woff2$/), script: sum(/\.js$/), foreign: foreign.length, faults: page.faults };
  await close(page);
  return found;
}

/** Measures body text: the letters in full lines, and where the first paragraph starts. */
async function lines(url, width) {
  const page = await open(url, { width, height: 900 });
  await page.evaluate(() => document.fonts.ready);
  const found = await page.evaluate(() => {
    const counts = [];
    for (const paragraph of document.querySelectorAll(".prose > p")) {
      const rows = new Map();
      const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (let at = 0; at < node.nodeValue.length; at += 1) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + 1);
          const rect = range.getClientRects()[0];
          if (rect) rows.set(Math.round(rect.bottom / 8), (rows.get(Math.round(rect.bottom / 8)) ?? 0) + 1);
        }
      }
      const full = [...rows.values()].slice(0, -1);
      if (full.length > 1) counts.push(...full);
    }
    const first = document.querySelector("main p.lede, main .prose > p");
    const mean = counts.reduce((total, count) => total + count, 0) / counts.length;
    return { mean: Math.round(mean * 10) / 10, top: Math.round(first.getBoundingClientRect().top) };
  });
  await close(page);
  return found;
}

/** Returns the rules that axe-core finds violated: in light, in dark, on a phone and in print. */
async function faults(url) {
  const shapes = { light: {}, dark: { dark: true }, phone: { width: 390, height: 844 }, print: {} };
  const found = {};
  for (const [name, options] of Object.entries(shapes)) {
    const page = await open(url, options);
    if (name === "print") await page.emulateMedia({ media: "print" });
    const rules = await violations(page);
    found[name] = rules.length;
    for (const rule of rules) console.log(`  ${name}: ${rule}`);
    if (name === "phone") found.sideways = await overflow(page);
    await close(page);
  }
  return found;
}

async function lighthouse(url) {
  let modules;
  try {
    modules = { run: (await import(process.env.LIGHTHOUSE ?? "lighthouse")).default };
  } catch {
    return null;
  }
  const { chromium } = await import("playwright-core");
  const port = 20000 + Math.floor(Math.random() * 20000);
  const started = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromiumSandbox: process.getuid?.() !== 0,
    args: [`--remote-debugging-port=${port}`, "--disable-gpu", "--disable-quic"],
  });
  const scores = {};
  for (const preset of ["desktop", "mobile"]) {
    const desktop = { formFactor: "desktop", screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false }, throttling: { rttMs: 40, throughputKbps: 10240, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 } };
    const config = { extends: "lighthouse:default", settings: preset === "desktop" ? desktop : {} };
    const { lhr } = await modules.run(url, { port, logLevel: "error", onlyCategories: ["performance", "accessibility"] }, config);
    scores[preset] = Object.values(lhr.categories).map((category) => `${category.id} ${Math.round(category.score * 100)}`).join(", ");
  }
  await started.close();
  return scores;
}

async function measure(name, site, paths) {
  const address = await host(site);
  for (const path of paths) {
    const url = address + path;
    console.log(`\n${name}: /${path}`);
    const { requests, bytes, font, script, foreign, faults: refused } = await cost(url);
    const kilo = (n) => `${(n / 1000).toFixed(1)} kB`;
    console.log(`  first view     ${kilo(bytes - font)} gzipped, and ${kilo(font)} of type; ${requests} requests; other hosts: ${foreign}`);
    console.log(`  script         ${kilo(script)} gzipped, the dialog of search among it`);
    console.log(`  policy, errors ${refused.length === 0 ? "none" : refused.join("; ")}`);
    const wide = await lines(url, 1440);
    const phone = await lines(url, 390);
    console.log(`  line           ${wide.mean} letters at 1440 px; first paragraph at ${wide.top} px, on a phone at ${phone.top} px`);
    const { light, dark, phone: onPhone, print, sideways } = await faults(url);
    console.log(`  axe-core       light ${light}, dark ${dark}, phone ${onPhone}, print ${print}; sideways on a phone: ${sideways} px`);
    const scores = await lighthouse(url);
    console.log(`  lighthouse     ${scores ? `desktop ${scores.desktop}; mobile ${scores.mobile}` : "not installed"}`);
  }
}

// This is a test only so that the shared browser and servers are shut down afterwards.
test("page measurements", async () => {
  await measure("handbook", build(project()), ["", "roles/product-manager/", "guides/when-data-misleads/", "strategy/roadmap/", "matrix/"]);
  const dir = project(synthetic());
  await measure("a hundred pages", build(dir), ["part-2/chapter-42/"]);
});
