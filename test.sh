#!/bin/sh
# Runs all tests: formatting, lints of the program and its scripts, unit and integration tests, tests in
# a real browser, and tests with formatters. Needs Rust, Node.js and Chromium, and says in one line what
# is missing.
set -eu
cd "$(dirname "$0")"

command -v cargo >/dev/null 2>&1 || { echo "Rust is missing: install it from https://rustup.rs" >&2; exit 2; }
if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    echo "rustfmt or clippy is missing: run 'rustup component add rustfmt clippy'" >&2
    exit 2
fi

cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
tests/scripts/run
cargo test --locked --lib
# The other tests run the program thousands of times. Compiling it with some optimization takes three minutes
# longer, but the tests then take a third of the time.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_INCREMENTAL=0
cargo test --locked --bins --test '*'
cargo test --locked --doc
tests/browser/run
tests/formatters/run
