// Packs the program, and installs each package in a clean environment: an empty home folder, and a
// PATH without Rust.
//
// Input: a release build. Uses only the loopback address, and writes only below a temporary folder.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, "../..");
const binary = resolve(process.env.ROLEBOOK_BINARY ?? join(repository, "target/release/rolebook"));
const scratch = mkdtempSync(join(tmpdir(), "rolebook-install-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const version = readFileSync(join(repository, "Cargo.toml"), "utf8").match(/^version = "(.*)"$/m)[1];
const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
const target = process.platform === "darwin" ? `${machine}-apple-darwin` : `${machine}-unknown-linux-musl`;
const platform = `${process.platform}-${process.arch}`;
/** How long people may wait from the file of a package to their first page on an idle machine, in milliseconds. */
const LONGEST = 10_000;
/** How many programs want each processor. While others compile on this machine, everything takes longer. */
const crowd = () => Math.max(1, loadavg()[0] / availableParallelism());

/** Runs one of the scripts that pack. */
const packed = (what, out, ...more) => execFileSync(join(repository, "packaging/pack"), [what, "--out", out, ...more], { encoding: "utf8" });

/** Packs everything that can be packed from one program. */
function all(out) {
  mkdirSync(out);
  const licenses = join(scratch, "THIRD-PARTY.txt");
  const from = ["--binary", binary, "--target", target, "--licenses", licenses];
  for (const what of ["archive", "wheel", "npm"]) packed(what, out, ...from);
  packed("npm-main", out);
  packed("sums", out);
  return out;
}
writeFileSync(join(scratch, "THIRD-PARTY.txt"), execFileSync(join(repository, "packaging/dependencies"), ["licenses"], { encoding: "utf8", maxBuffer: 1 << 26 }));
const dist = all(join(scratch, "dist"));
const one = (ending) => join(dist, readdirSync(dist).find((name) => name.endsWith(ending)));

/** Makes an environment with an empty home folder, in which only these programs can be started. */
function clean(name, programs) {
  const root = join(scratch, name);
  const bin = join(root, "path");
  mkdirSync(join(root, "home"), { recursive: true });
  mkdirSync(bin);
  for (const program of ["sh", "env", "uname", "mktemp", "rm", "mkdir", "cp", "mv", "chmod", "cut", "sed", "cat", "gzip", ...programs]) {
    const place = execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
    symlinkSync(place, join(bin, program));
  }
  return { root, env: { PATH: bin, HOME: join(root, "home"), LC_ALL: "C.UTF-8", npm_config_cache: join(root, "cache") } };
}

const run = ({ root, env }, program, words, options = {}) => execFileSync(program, words, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });

/** Starts a handbook with the installed program, builds it, and checks that it took no longer than people may wait. */
function firstPage(place, program, before, start) {
  assert.match(run(place, program, [...before, "--version"]), new RegExp(`^rolebook ${version.replaceAll(".", "\\.")}`));
  run(place, program, [...before, "init", "ours"]);
  run(place, program, [...before, "build", "ours"]);
  assert.match(readFileSync(join(place.root, "ours/public/index.html"), "utf8"), /Our product handbook/);
  const [took, others] = [Date.now() - start, crowd()];
  console.log(`# ${took} ms from the file to the first page${others > 1 ? `, at a load of ${others.toFixed(1)} per processor` : ""}`);
  assert.ok(took < LONGEST * others, `${took} ms`);
}

test("packing the same program twice gives the same bytes", () => {
  const again = all(join(scratch, "again"));
  assert.deepEqual(readdirSync(again).sort(), readdirSync(dist).sort());
  for (const name of readdirSync(dist)) {
    assert.ok(readFileSync(join(dist, name)).equals(readFileSync(join(again, name))), name);
  }
  assert.equal(readFileSync(join(dist, "SHA256SUMS"), "utf8").trim().split("\n").length, 4);
});

test("pip installs the wheel, and the program builds a page", () => {
  const place = clean("pip", []);
  const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  run(place, python, ["-m", "venv", "venv"]);
  const start = Date.now();
  run(place, join(place.root, "venv/bin/python"), ["-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", one(".whl")]);
  firstPage(place, join(place.root, "venv/bin/rolebook"), [], start);
  const listed = run(place, join(place.root, "venv/bin/python"), ["-m", "pip", "show", "--files", "rolebook"]);
  assert.match(listed, new RegExp(`Version: ${version}`));
  assert.match(listed, /License-Expression: Apache-2.0|License: Apache-2.0|THIRD-PARTY.txt/);
  run(place, join(place.root, "venv/bin/python"), ["-m", "pip", "uninstall", "--quiet", "--yes", "rolebook"]);
  assert.ok(!existsSync(join(place.root, "venv/bin/rolebook")));
});

test("npm installs the two packages, and the program builds a page", () => {
  const place = clean("npm", ["node", "npm", "npx"]);
  writeFileSync(join(place.root, "package.json"), "{ \"private\": true }\n");
  const start = Date.now();
  const files = [join(dist, `rolebook-${version}.tgz`), one(`${platform}-${version}.tgz`)];
  run(place, "npm", ["install", "--offline", "--no-audit", "--no-fund", "--save-dev", ...files]);
  firstPage(place, "npx", ["--no-install", "rolebook"], start);
  // Exit codes and messages are the program's own.
  const failed = spawnSync(join(place.root, "node_modules/.bin/rolebook"), ["bild"], { ...place, cwd: place.root, encoding: "utf8" });
  assert.equal(failed.status, 2);
  assert.match(failed.stderr, /^error: /);
  rmSync(join(place.root, "node_modules/@rolebook"), { recursive: true });
  const lost = spawnSync(join(place.root, "node_modules/.bin/rolebook"), ["build"], { ...place, cwd: place.root, encoding: "utf8" });
  assert.equal(lost.status, 2);
  assert.match(lost.stderr, /there is no Rolebook for/);
});

test("the archive contains the program, completions, manual pages and licenses", () => {
  const place = clean("archive", ["tar"]);
  const start = Date.now();
  run(place, "tar", ["-xzf", one(".tar.gz")]);
  const folder = join(place.root, `rolebook-${version}-${target}`);
  firstPage(place, join(folder, "rolebook"), [], start);
  assert.deepEqual(readdirSync(folder).sort(), ["CHANGELOG.md", "LICENSE", "README.md", "THIRD-PARTY.txt", "completions", "man", "rolebook"]);
  assert.equal(readdirSync(join(folder, "completions")).length, 5);
  assert.ok(readdirSync(join(folder, "man")).includes("rolebook-build.1"));
  const licenses = readFileSync(join(folder, "THIRD-PARTY.txt"), "utf8");
  for (const crate of ["pulldown-cmark", "tera", "clap"]) assert.match(licenses, new RegExp(`^${crate} [0-9.]+: `, "m"));
});

/** Serves the packages as a release, and calls `use` with its address. */
async function released(use) {
  const server = createServer((request, response) => {
    const name = request.url.split("/").at(-1);
    const found = request.url === `/v${version}/${name}` && existsSync(join(dist, name));
    response.writeHead(found ? 200 : 404);
    response.end(found ? readFileSync(join(dist, name)) : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
}

/** Runs a program without blocking the server of this process. */
async function later(place, program, words, env = {}) {
  const { spawn } = await import("node:child_process");
  const child = spawn(program, words, { cwd: place.root, env: { ...place.env, ...env } });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (bytes) => { said += bytes; });
  child.stderr.on("data", (bytes) => { complained += bytes; });
  const status = await new Promise((done) => { child.on("close", done); });
  return { status, said, complained };
}

test("the script of the action installs a release, and refuses a file with another checksum", async () => {
  const place = clean("script", ["curl", "tar", process.platform === "darwin" ? "shasum" : "sha256sum"]);
  await released(async (releases) => {
    const start = Date.now();
    const script = join(repository, "packaging/install.sh");
    const env = { ROLEBOOK_RELEASES: releases };
    const done = await later(place, "sh", [script, `v${version}`, join(place.root, "bin")], env);
    assert.equal(done.status, 0, done.complained);
    firstPage(place, join(place.root, "bin/rolebook"), [], start);
    const other = await later(place, "sh", [script, version, join(place.root, "other")], { ...env, ROLEBOOK_SHA256: "0".repeat(64) });
    assert.equal(other.status, 2);
    assert.match(other.complained, /instead of 0{64}/);
    assert.ok(!existsSync(join(place.root, "other")));
    const missing = await later(place, "sh", [script, "99.0.0", join(place.root, "other")], env);
    assert.equal(missing.status, 2);
    assert.match(missing.complained, /check that version 99\.0\.0 exists/);
  });
});

test("the Homebrew formula names an archive with its checksum for each system", () => {
  const out = join(scratch, "formula");
  mkdirSync(out);
  const template = readFileSync(join(repository, "packaging/rolebook.rb"), "utf8");
  const targets = [...template.matchAll(/\{SHA256 (.*?)\}/g)].map((found) => found[1]);
  assert.equal(targets.length, 4);
  for (const name of targets) copyFileSync(one(".tar.gz"), join(out, `rolebook-${version}-${name}.tar.gz`));
  packed("formula", out);
  const formula = readFileSync(join(out, "rolebook.rb"), "utf8");
  assert.doesNotMatch(formula, /\{(VERSION|SHA256)/);
  assert.equal([...formula.matchAll(/sha256 "[0-9a-f]{64}"/g)].length, 4);
});

test("the bill of materials lists every library once", () => {
  const bill = JSON.parse(execFileSync(join(repository, "packaging/dependencies"), ["sbom"], { encoding: "utf8", maxBuffer: 1 << 26 }));
  const names = bill.components.map((component) => component.purl);
  assert.ok(names.length > 80 && new Set(names).size === names.length);
  assert.ok(names.some((name) => name.startsWith("pkg:cargo/tera@")));
  assert.ok(!names.some((name) => name.startsWith("pkg:cargo/proptest@")), "libraries of the tests aren't shipped");
});
