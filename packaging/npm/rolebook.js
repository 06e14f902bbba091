#!/usr/bin/env node
// Starts the program that the package for this system contains.
"use strict";

const { spawnSync } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;
const name = process.platform === "win32" ? "rolebook.exe" : "rolebook";

let program;
try {
  program = require.resolve(`@rolebook/${platform}/bin/${name}`);
} catch {
  console.error(`error: there is no Rolebook for ${platform} in node_modules`);
  console.error("  = help: install without `--omit=optional`; for other systems, see https://github.com/rolebook/rolebook");
  process.exit(2);
}

const done = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`error: ${program} could not be started: ${done.error.message}`);
  process.exit(3);
}
process.exit(done.signal ? 128 + constants.signals[done.signal] : done.status);
