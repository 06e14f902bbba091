// Packs a whole release as the workflow `Release` does, with a stand-in for the programs of all systems:
// a script that starts the one that was built here.
//
// Input: a release build, and the sources of the libraries. Writes only below a temporary folder.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = resolve(process.env.ROLEBOOK_BINARY ?? join(repository, "target/release/rolebook"));
const scratch = mkdtempSync(join(tmpdir(), "rolebook-release-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const script = join(repository, "packaging/release");
const dist = join(scratch, "dist");
const targets = [...readFileSync(join(repository, ".github/workflows/release.yml"), "utf8").matchAll(/target: ([^,]+),/g)].map((found) => found[1]);
const collected = () => spawnSync(script, ["collect"], { cwd: scratch, encoding: "utf8" });

test("the files of all systems are a whole release", () => {
  assert.equal(targets.length, 7);
  const program = join(scratch, "program");
  writeFileSync(program, `#!/bin/sh\nexec '${binary}' "$@"\n`, { mode: 0o755 });
  for (const target of targets) execFileSync(script, ["pack", target, program], { cwd: scratch, stdio: ["ignore", "ignore", "inherit"] });
  const done = collected();
  assert.equal(done.status, 0, done.stderr);
  const names = readdirSync(dist);
  assert.equal(names.length, 27);
  for (const name of names) assert.match(done.stdout, new RegExp(`^[0-9a-f]{64} .* ${name.replaceAll(".", "\\.")}(  |$)`, "m"));
  for (const target of targets) assert.match(done.stdout, new RegExp(`rolebook-${target}\\.cdx\\.json  \\d+ libraries`));
});

test("a release without one of its files, or with a file too many or changed, fails", () => {
  const wheel = readdirSync(dist).find((name) => name.endsWith("win_amd64.whl"));
  renameSync(join(dist, wheel), join(scratch, wheel));
  writeFileSync(join(dist, "notes.txt"), "");
  const done = collected();
  assert.equal(done.status, 1);
  assert.match(done.stderr, new RegExp(`error: ${wheel} is missing`));
  assert.match(done.stderr, /error: notes\.txt doesn't belong to a release/);
  renameSync(join(scratch, wheel), join(dist, wheel));
  rmSync(join(dist, "notes.txt"));
  assert.equal(collected().status, 0);
  writeFileSync(join(dist, "rolebook-x86_64-apple-darwin.cdx.json"), "{\"components\": []}");
  const listed = spawnSync(join(repository, "packaging/pack"), ["list", "--out", dist], { encoding: "utf8" });
  assert.equal(listed.status, 1);
  assert.match(listed.stderr, /another sum for rolebook-x86_64-apple-darwin\.cdx\.json/);
  assert.match(listed.stderr, /rolebook-x86_64-apple-darwin\.cdx\.json contains no components/);
});

test("a missing program or file is named in the error", () => {
  const program = spawnSync(script, ["pack", targets[0], "nothing"], { cwd: scratch, encoding: "utf8" });
  assert.equal(program.status, 2);
  assert.match(program.stderr, /^error: .*nothing is missing\n$/);
  const empty = spawnSync(script, ["collect", "empty"], { cwd: scratch, encoding: "utf8" });
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /^error: the formula needs empty\/rolebook-/);
  const usage = spawnSync(script, ["publish"], { cwd: scratch, encoding: "utf8" });
  assert.equal(usage.status, 2);
  assert.match(usage.stderr, /packaging\/release try/);
});

test("what is said about libraries has the same bytes where Python would write another encoding, as on Windows", () => {
  const said = (what, env) => execFileSync(join(repository, "packaging/dependencies"), [what], { env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  for (const what of ["licenses", "sbom"]) assert.ok(said(what, {}).equals(said(what, { PYTHONIOENCODING: "cp1252:replace" })), what);
});
