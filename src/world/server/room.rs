//! Keeps how many connections there are, and how many requests are answered at once, within bounds.
//!
//! Input: connections as they come. Output: a place for each. Where all are taken, the oldest connection is closed: a client that keeps many open loses them, and a new reader
//! never waits.

use std::collections::VecDeque;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many connections there may be.
const MOST_CONNECTIONS: usize = 256;
/// How many requests are answered at once.
const MOST_ANSWERS: usize = 8;

/// The connections that there are, the oldest first.
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

    /// Takes a connection in, and closes the oldest where there would be too many.
    pub fn enter(&self, stream: &Arc<TcpStream>) {
        let mut open = self.open();
        // The room keeps one handle of each connection, and the thread that answers it keeps another.
        open.retain(|stream| Arc::strong_count(stream) > 1);
        while open.len() >= MOST_CONNECTIONS {
            if let Some(oldest) = open.pop_front() {
                let _ = oldest.shutdown(Shutdown::Both);
            }
        }
        open.push_back(Arc::clone(stream));
    }

    /// Lets a connection go once nobody answers it any more.
    pub fn leave(&self, stream: &Arc<TcpStream>) {
        self.open().retain(|open| !Arc::ptr_eq(open, stream));
    }

    /// Runs what makes an answer, when it is its turn.
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

/// Gives the turn back, whatever became of the answer.
struct Turn<'a>(&'a Room);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.answers.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.ready.notify_one();
    }
}
