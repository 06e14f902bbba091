//! Names builds, so that a page can tell whether it shows the newest one.
//!
//! Input: nothing. Output: a name for each build. Names differ between runs, so that a page left
//! open overnight doesn't take today's third build for yesterday's third build. Never reads the
//! clock.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// The builds of one run of the preview.
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
    /// Returns the name of the next build.
    pub fn next(&self) -> String {
        format!("{:x}-{}", self.run, self.last.fetch_add(1, Ordering::SeqCst) + 1)
    }
}
