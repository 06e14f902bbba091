// Measures what each kind of page costs a reader: bytes by kind of file, requests, and how long
// scripts block a slow phone. Run it with `node tests/browser/weight.mjs`, or
// `node tests/browser/weight.mjs FOLDER [path …]` to measure another site that is already built.
//
// Input: this repository's handbook, or the folder of a built site. Output: one table on the
// terminal, with sizes as gzip and in brackets as brotli transfers them.

import { test } from "node:test";
import { build, host, project, weigh } from "./support.mjs";

const kinds = ["", "guides/when-data-misleads/", "roles/product-manager/", "competencies/cross-functional-leadership/", "strategy/roadmap/",
  "matrix/", "compare/", "ladder/", "decisions/", "glossary/", "assess/product-manager/", "hiring/product-manager/", "changes/", "search/", "paths/"];

const kilo = (bytes) => (bytes / 1000).toFixed(1);

// This is a test only so that the shared browser and servers are shut down afterwards.
test("weights", async () => {
  const [site, ...paths] = process.argv.slice(2);
  const address = await host(site ?? build(project()), "/", { coding: true });
  const rows = [["page", "all", "HTML", "CSS", "script", "type", "other", "requests", "blocked ms", "LCP ms", "files"]];
  for (const path of paths.length > 0 ? paths : kinds) {
    const light = await weigh(address + path, "gzip");
    const best = await weigh(address + path, "br");
    const cell = (kind) => (light.bytes[kind] ? `${kilo(light.bytes[kind])} (${kilo(best.bytes[kind])})` : "-");
    const phone = await weigh(address + path, "br", { slow: true });
    rows.push([`/${path}`, ...["all", "html", "css", "js", "woff2", "other"].map(cell), String(light.requests), String(phone.blocked), String(phone.painted), light.files.join(" ")]);
  }
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  for (const row of rows) console.log(row.map((cell, at) => cell.padEnd(widths[at])).join("  ").trimEnd());
});
