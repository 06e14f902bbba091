//! Which audience the preview shows: what pages are told of it, and how they ask for another.
//!
//! Input: a page's wish and the configuration. Output: the name that the next site is made for. Never shows more than a build for that audience would write.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::declare::config::Config;
use crate::world::watch::Caller;

/// The audience that was asked for last.
#[derive(Debug)]
pub struct Wish {
    name: Mutex<Option<String>>,
    caller: Caller,
}

/// What a page asks for; nothing for everybody.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    audience: Option<String>,
}

/// What pages are told: all audiences, and which of them the site is made for.
#[derive(Debug, Serialize)]
struct Audiences<'a> {
    all: Vec<Choice<'a>>,
    shown: Option<&'a str>,
    /// Whether there is a site for everybody: none where the configuration names an audience for whoever asks for none.
    everybody: bool,
}

#[derive(Debug, Serialize)]
struct Choice<'a> {
    name: &'a str,
    title: &'a str,
}

impl Wish {
    /// Begins with the audience of the command line; `caller` is told of every other.
    pub fn new(name: Option<String>, caller: Caller) -> Self {
        Self { name: Mutex::new(name), caller }
    }

    /// Returns the audience.
    pub fn name(&self) -> Option<String> {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes a wish, unless the handbook does not know the audience: a name that is misspelled must not show what was hidden.
    pub fn take(&self, wanted: Wanted, config: &Config) -> bool {
        if wanted.audience.as_ref().is_some_and(|name| !config.audiences.contains_key(name)) {
            return false;
        }
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = wanted.audience;
        self.caller.ask();
        true
    }
}

/// Returns the data of the `audiences` event; `asked` is what was asked for last.
pub fn event(config: Option<&Config>, asked: Option<&str>) -> String {
    let all = config.into_iter().flat_map(|config| &config.audiences);
    let all = all.map(|(name, audience)| Choice { name, title: &audience.title }).collect();
    let shown = config.and_then(|config| config.audience.as_deref());
    let everybody = shown.is_none() || asked.is_some();
    serde_json::to_string(&Audiences { all, shown, everybody }).unwrap_or_default()
}
