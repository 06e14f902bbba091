//! Limits the number of connections and the number of requests answered at once.
//!
//! Input: connections as they arrive. Output: a place for each connection. If there are too many,
//! the oldest connection is closed. So a new reader never waits because some client keeps many
//! connections open.

use std::collections::VecDeque;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The maximum number of open connections.
const MOST_CONNECTIONS: usize = 256;
/// The maximum number of requests that are answered at once.
const MOST_ANSWERS: usize = 8;

/// The open connections, oldest first, and the number of requests being answered.
#[derive(Debug, Default)]
pub struct Room {
    open: Mutex<VecDeque<Arc<TcpStream>>>,
    answers: Mutex<usize>,
    ready: Condvar,
}

impl Room {
    fn open(&self) -> MutexGuard<'_, VecDeque<Arc<TcpStream>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a connection, and closes the oldest ones if there are too many.
    pub fn enter(&self, stream: &Arc<TcpStream>) {
        let mut open = self.open();
        // The room keeps one handle of each connection, and the thread that answers its requests
        // keeps another. If there is only one handle, the thread has ended.
        open.retain(|stream| Arc::strong_count(stream) > 1);
        while open.len() >= MOST_CONNECTIONS {
            if let Some(oldest) = open.pop_front() {
                let _ = oldest.shutdown(Shutdown::Both);
            }
        }
        open.push_back(Arc::clone(stream));
    }

    /// Removes a connection that is no longer being answered.
    pub fn leave(&self, stream: &Arc<TcpStream>) {
        self.open().retain(|open| !Arc::ptr_eq(open, stream));
    }

    /// Calls `make` to create an answer, after waiting for a free slot.
    pub fn answer<T>(&self, make: impl FnOnce() -> T) -> T {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while *answers >= MOST_ANSWERS {
            answers = self.ready.wait(answers).unwrap_or_else(PoisonError::into_inner);
        }
        *answers += 1;
        drop(answers);
        let _turn = Turn(self);
        make()
    }
}

/// A slot for one answer. Dropping it frees the slot, even if the answer failed.
struct Turn<'a>(&'a Room);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.answers.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.ready.notify_one();
    }
}
