//! Raises the limit of open files to make room for connections.
//!
//! Input: none. Output: a higher limit, if the system allows one. Some systems allow a process 256
//! open files, and every connection takes two.

/// The number of open files that is always enough.
#[cfg(unix)]
const ENOUGH: u64 = 4096;

/// Raises the limit of this process as far as its permissions allow.
#[cfg(unix)]
pub fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < wanted) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum });
    }
}

/// Does nothing, because other systems have no such limit.
#[cfg(not(unix))]
pub fn raise() {}
