// Checks that documented Markdown survives formatters: a handbook formatted with Prettier, dprint
// or markdownlint builds to the same pages, and no formatter reveals hidden text.
//
// Input: the handbook of this repository, and chapters with audience marks in lists, quotes and
// other containers. Uses the debug build that `cargo test` creates.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFromBuffer } from "@dprint/formatter";
import { getPath } from "@dprint/markdown";
import { format } from "prettier";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const program = process.env.ROLEBOOK || join(repository, "target/debug/rolebook");
const temporary = mkdtempSync(join(tmpdir(), "rolebook-formatters-"));
after(() => rmSync(temporary, { recursive: true, force: true }));

const dprint = createFromBuffer(readFileSync(getPath()));
const byDprint = (textWrap) => (text, path) => {
  dprint.setConfig({ lineWidth: 80 }, { textWrap });
  return dprint.formatText({ filePath: path, fileText: text });
};
const byPrettier = (proseWrap) => (text) => format(text, { parser: "markdown", proseWrap, printWidth: 80 });

/** The name of each formatter, and a function that formats a folder of Markdown. */
/** @type {[string, (folder: string) => any][]} */
const formatters = [
  ["Prettier that wraps prose", each(byPrettier("always"))],
  ["Prettier as it comes", each(byPrettier("preserve"))],
  ["Prettier with one line a paragraph", each(byPrettier("never"))],
  ["dprint that wraps text", each(byDprint("always"))],
  ["dprint as it comes", each(byDprint("maintain"))],
  ["markdownlint --fix", (folder) => {
    const bin = join(dirname(createRequire(import.meta.url).resolve("markdownlint-cli2")), "markdownlint-cli2-bin.mjs");
    // It exits with 1 if it can't fix everything.
    spawnSync(process.execPath, [bin, "--fix", "**/*.md"], { cwd: folder });
  }],
];

function each(one) {
  return async (folder) => {
    for (const path of files(folder).filter((path) => path.endsWith(".md"))) {
      const place = join(folder, path);
      writeFileSync(place, await one(readFileSync(place, "utf8"), place));
    }
  };
}

function files(folder) {
  const all = readdirSync(folder, { recursive: true }).map(String);
  return all.filter((path) => statSync(join(folder, path)).isFile()).sort();
}

/** Builds a project. Returns the exit code, the output, and the words of each page by path. */
function build(project, audience) {
  const out = mkdtempSync(join(temporary, "site-"));
  const result = spawnSync(program, ["build", project, "--out", join(out, "site"), ...(audience ? ["--audience", audience] : [])], { encoding: "utf8" });
  const pages = {};
  let bytes = "";
  if (result.status === 0) {
    for (const path of files(join(out, "site"))) {
      const text = readFileSync(join(out, "site", path), "latin1");
      bytes += text;
      if (path.endsWith(".html")) pages[path] = words(readFileSync(join(out, "site", path), "utf8"));
    }
  }
  rmSync(out, { recursive: true, force: true });
  return { status: result.status, said: result.stdout + result.stderr, pages, bytes };
}

/** Shows where two texts start to differ. */
function difference(before, after) {
  let at = 0;
  while (before[at] === after[at]) at += 1;
  return `…${before.slice(at - 30, at + 40)}… became …${after.slice(at - 30, at + 40)}…`;
}

/**
 * Returns the text of a page without whitespace. Shortens runs of hyphens, because formatters align
 * the tables in Markdown examples.
 */
function words(html) {
  return html.replace(/<[^>]*>/g, " ").replace(/\s+/g, "").replace(/-{3,}/g, "---");
}

test("the handbook builds the same after every formatter, for everyone and for managers", async () => {
  const original = join(temporary, "original");
  mkdirSync(original);
  cpSync(join(repository, "handbook"), join(original, "handbook"), { recursive: true });
  const before = [undefined, "managers"].map((audience) => build(original, audience));
  before.forEach(({ status, said }) => assert.equal(status, 0, said));
  for (const [name, formatter] of formatters) {
    const project = join(temporary, "formatted");
    rmSync(project, { recursive: true, force: true });
    cpSync(original, project, { recursive: true });
    await formatter(project);
    [undefined, "managers"].forEach((audience, n) => {
      const { status, said, pages } = build(project, audience);
      assert.equal(status, 0, `${name}: ${said}`);
      assert.deepEqual(Object.keys(pages), Object.keys(before[n].pages), name);
      const changed = Object.entries(pages).filter(([path, text]) => text !== before[n].pages[path]);
      const differences = changed.map(([path, text]) => `${path}: ${difference(before[n].pages[path], text)}`);
      assert.equal(differences.length, 0, `${name} changes ${differences.length} pages:\n${differences.slice(0, 8).join("\n")}`);
    });
  }
});

const containers = {
  top: (lines) => lines,
  quote: (lines) => lines.map((line) => `> ${line}`.trimEnd()),
  item: (lines) => ["- a", "", ...lines.map((line) => (line ? `  ${line}` : "")), "", "- b"],
  ordered: (lines) => ["1. a", "", ...lines.map((line) => (line ? `   ${line}` : "")), "", "2. b"],
  nested: (lines) => ["- a", "", "  - b", "", ...lines.map((line) => (line ? `    ${line}` : ""))],
  details: (lines) => ["<details>", "<summary>More</summary>", "", ...lines, "", "</details>"],
  table: (lines) => [...lines, "", "| a |", "| --- |", "| b |"],
};
const marks = {
  documented: (word) => ["::: {audience=managers}", "", word, "", ":::"],
  tight: (word) => ["::: {audience=managers}", word, ":::"],
  list: (word) => ["::: {audience=managers}", "", `- ${word}`, "", ":::"],
  tightList: (word) => ["::: {audience=managers}", `- ${word}`, ":::"],
  code: (word) => ["::: {audience=managers}", "", "```", word, "```", "", ":::"],
  four: (word) => [":::: {audience=managers}", "", word, "", "::::"],
  inner: (word) => ["::: {audience=managers}", "", "::: {audience=staff}", "", "x", "", ":::", "", word, "", ":::"],
  heading: (word) => ["## Pay {audience=managers}", "", word],
  comment: (word) => [`%% ${word} %%`],
};

test("no formatter reveals text that is hidden from the audience", async () => {
  for (const [name, formatter] of formatters) {
    const project = join(temporary, "leaks");
    rmSync(project, { recursive: true, force: true });
    mkdirSync(join(project, "handbook/guides"), { recursive: true });
    writeFileSync(join(project, "handbook/handbook.toml"), 'title = "T"\n[audiences.managers]\nincludes = ["staff"]\n[audiences.staff]\n');
    writeFileSync(join(project, "handbook/index.md"), "# Home\n");
    for (const [place, container] of Object.entries(containers)) {
      for (const [mark, lines] of Object.entries(marks)) {
        const text = ["# Title", "", "Some text before it.", "", ...container(lines(`CANARY${place}${mark}`)), "", "Some text after it.", ""];
        writeFileSync(join(project, `handbook/guides/${place}-${mark}.md`), text.join("\n"));
      }
    }
    await formatter(project);
    // If a formatter breaks a mark, that is an error and nothing is published. So each chapter is
    // built on its own.
    for (const path of files(join(project, "handbook/guides"))) {
      const alone = join(temporary, "alone");
      rmSync(alone, { recursive: true, force: true });
      mkdirSync(join(alone, "handbook/guides"), { recursive: true });
      for (const file of ["handbook.toml", "index.md", join("guides", path)]) cpSync(join(project, "handbook", file), join(alone, "handbook", file));
      const { status, said, bytes } = build(alone);
      assert.ok(status === 0 || said.includes("error["), `${name}, ${path}: ${said}`);
      assert.ok(!bytes.includes("CANARY"), `${name} reveals ${path}:\n${readFileSync(join(alone, "handbook/guides", path), "utf8")}`);
      const isDocumented = /^(top|quote|item|ordered|nested|details|table)-(documented|list|code)\.md$/.test(path);
      if (isDocumented) assert.equal(status, 0, `${name} breaks the documented form in ${path}: ${said}\n${readFileSync(join(alone, "handbook/guides", path), "utf8")}`);
    }
  }
});
