//! Feeds parsers with texts that no one would write, and checks what must be true of all of them.
//!
//! Each target generates its texts from seeds by random edits. As part of the tests, each runs a
//! few hundred rounds that are the same every time.
//! `FUZZ_SECONDS=600 cargo test --release --test fuzz -- --nocapture` runs each for ten minutes
//! with different texts, and prints how many there were. A text that fails is shortened and
//! printed, so that it can become a case in `tests/cases`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chapter;
mod edit;
mod growth;
mod mutate;
mod readers;
#[path = "../suite/support.rs"]
#[allow(dead_code, reason = "what the other tests share; not all of it is needed here")]
mod shared;
mod shrink;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mutate::Mutator;

/// The number of rounds of each target in ordinary test runs.
const ROUNDS: usize = 300;

/// Runs a target. `hold` panics if a text violates what must be true.
fn fuzz(name: &str, seeds: &[String], hold: &dyn Fn(&str)) {
    let seconds = shared::asked::<u64>("FUZZ_SECONDS");
    let start = Instant::now();
    let first = seconds.map_or(1, |_| u64::from(std::process::id()) << 20);
    let mut mutator = Mutator::new(seeds, first);
    let mut rounds = 0_usize;
    loop {
        let over = match seconds {
            Some(seconds) => start.elapsed() > Duration::from_secs(seconds),
            None => rounds >= ROUNDS,
        };
        if over {
            break;
        }
        let text = mutator.next();
        rounds += 1;
        let fails = |text: &str| catch_unwind(AssertUnwindSafe(|| hold(text))).is_err();
        if fails(&text) {
            let shortest = quietly(|| shrink::shrink(&text, &fails));
            println!("{name} failed in round {rounds} on a text that can be shortened to:\n{shortest:?}\n{shortest}");
            hold(&shortest);
            panic!("the text does not fail every time");
        }
    }
    println!("{name}: {rounds} texts in {} s", start.elapsed().as_secs());
}

/// Runs `work` without printing panic messages.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let made = work();
    std::panic::set_hook(hook);
    made
}
