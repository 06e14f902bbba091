//! Keeps track of the audience for which the preview shows the site. Pages are told which one it
//! is, and can ask for another.
//!
//! Input: a page's request and the configuration. Output: the name of the audience that the next
//! site is built for. The site for an audience never contains more than a build for that audience
//! would.

use std::sync::Mutex;

use serde::Deserialize;
use serde_json::{Value, json};

use super::lock;
use crate::declare::config::Config;
use crate::world::watch::Caller;

/// The audience that a page or the command line last asked for.
#[derive(Debug)]
pub struct Wish {
    name: Mutex<Option<String>>,
    caller: Caller,
}

/// The audience that a page asks for; `None` is the site for everybody.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    audience: Option<String>,
}

impl Wish {
    /// Starts with the audience from the command line; `caller` is notified when a page asks for
    /// another.
    pub fn new(name: Option<String>, caller: Caller) -> Self {
        Self { name: Mutex::new(name), caller }
    }

    /// Returns the name of the audience.
    pub fn name(&self) -> Option<String> {
        lock(&self.name).clone()
    }

    /// Accepts a request if the handbook defines the audience. Refuses any other name, because a
    /// misspelled one must not reveal what was hidden.
    pub fn take(&self, wanted: Wanted, config: &Config) -> bool {
        if wanted.audience.as_ref().is_some_and(|name| !config.audiences.contains_key(name)) {
            return false;
        }
        *lock(&self.name) = wanted.audience;
        self.caller.ask();
        true
    }
}

/// Returns the data of the `audiences` event: all audiences, and the audience for which the site is
/// shown. `asked` is the audience that was last asked for.
pub fn event(config: Option<&Config>, asked: Option<&str>) -> String {
    let all = config.into_iter().flat_map(|config| &config.audiences);
    let all: Vec<Value> = all.map(|(name, audience)| json!({ "name": name, "title": audience.title })).collect();
    let shown = config.and_then(|config| config.audience.as_deref());
    // If the configuration names a default audience, no site for everybody can be shown.
    json!({ "all": all, "shown": shown, "everybody": shown.is_none() || asked.is_some() }).to_string()
}
