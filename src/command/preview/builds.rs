//! Names builds, so that a page can tell whether it is of the newest.
//!
//! Input: nothing. Output: a name for each build, different in every run: a page that was left open overnight must not take the third build of today for that of
//! yesterday. Never a clock.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// The builds of one run.
#[derive(Debug)]
pub struct Builds {
    run: u64,
    last: AtomicU64,
}

impl Default for Builds {
    fn default() -> Self {
        Self { run: RandomState::new().hash_one(0), last: AtomicU64::new(0) }
    }
}

impl Builds {
    /// Names the next build.
    pub fn next(&self) -> String {
        format!("{:x}-{}", self.run, self.last.fetch_add(1, Ordering::SeqCst) + 1)
    }
}
