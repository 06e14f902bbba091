//! Grammars in the form that the walk needs: contexts with their rules in order, each with our own
//! regular expression.
//!
//! Input: syntect's syntaxes. Output: contexts, which are loaded when they are first entered and
//! shared by all threads. Never reads code, and never runs an expression.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use onig::{Regex, RegexOptions, Syntax};
use syntect::parsing::SyntaxSet;
use syntect::parsing::syntax_definition::{
    Context as Definition, ContextId, ContextReference, MatchOperation, MatchPattern, Pattern, context_iter,
};

/// The rules that apply at one point of a grammar.
pub(super) struct Context {
    /// The rules. An included context is replaced by its rules.
    pub(super) rules: Vec<Arc<Rule>>,
    /// The library's definition, without its patterns.
    pub(super) definition: Definition,
}

/// One rule: what it searches for, and what happens then.
pub(super) struct Rule {
    /// A number that identifies the rule in caches.
    pub(super) number: u32,
    /// The library's definition.
    pub(super) pattern: MatchPattern,
    regex: OnceLock<Option<Regex>>,
}

impl Rule {
    /// Returns the compiled expression, or `None` if the expression is invalid.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| compile(self.pattern.regex.regex_str())).as_ref()
    }

    /// Returns whether the text that the rule's groups capture is needed.
    pub(super) fn wants_groups(&self) -> bool {
        let enters = matches!(self.pattern.operation, MatchOperation::Push(_) | MatchOperation::Set(_));
        enters || self.pattern.captures.as_ref().is_some_and(|groups| !groups.is_empty())
    }
}

/// Compiles an expression with the options that the grammars are written for.
pub(super) fn compile(source: &str) -> Option<Regex> {
    Regex::with_options(source, RegexOptions::REGEX_OPTION_CAPTURE_GROUP, Syntax::default()).ok()
}

/// All grammars, and the parts of them that have been loaded.
pub(super) struct Grammars {
    /// The syntaxes as they are shipped.
    pub(super) syntaxes: SyntaxSet,
    loaded: Mutex<Loaded>,
}

#[derive(Default)]
struct Loaded {
    contexts: HashMap<ContextId, Arc<Context>>,
    /// Rules by the memory address of their definition, which the syntax set never moves. Contexts
    /// share the rules that they include.
    rules: HashMap<usize, Arc<Rule>>,
}

impl Grammars {
    pub(super) fn new(syntaxes: SyntaxSet) -> Self {
        Self { syntaxes, loaded: Mutex::default() }
    }

    /// Finds the context in which a syntax begins. It has the syntax's scope, and its only rule
    /// enters another context.
    pub(super) fn start(&self, syntax: usize) -> Option<ContextId> {
        let scope = self.syntaxes.syntaxes().get(syntax)?.scope;
        (0..).map_while(|n| self.numbered(syntax, n)).find_map(|(reference, context)| match &context.patterns[..] {
            [Pattern::Match(rule)] => {
                let begins = rule.regex.regex_str().is_empty() && context.meta_content_scope == [scope];
                begins.then(|| reference.id().ok()).flatten()
            }
            _ => None,
        })
    }

    /// Returns a syntax's context by its number.
    fn numbered(&self, syntax: usize, context: usize) -> Option<(ContextReference, &Definition)> {
        let id = serde_json::json!({ "syntax_index": syntax, "context_index": context });
        let reference = reference(&id)?;
        let context = reference.resolve(&self.syntaxes).ok()?;
        Some((reference, context))
    }

    /// Returns a context, and loads it the first time.
    pub(super) fn context(&self, id: ContextId) -> Option<Arc<Context>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.contexts.get(&id) {
            return Some(Arc::clone(known));
        }
        let reference = reference(&serde_json::to_value(id).ok()?)?;
        let definition = reference.resolve(&self.syntaxes).ok()?;
        let rules = context_iter(&self.syntaxes, definition)
            .filter_map(|(context, index)| context.match_at(index).ok())
            .map(|pattern| loaded.rule(pattern))
            .collect();
        let context =
            Arc::new(Context { rules, definition: Definition { patterns: Vec::new(), ..definition.clone() } });
        loaded.contexts.insert(id, Arc::clone(&context));
        Some(context)
    }
}

/// Makes a reference from an ID. The library has no constructor for references, but it can
/// deserialize a reference that it has serialized.
fn reference(id: &serde_json::Value) -> Option<ContextReference> {
    serde_json::from_value(serde_json::json!({ "Direct": id })).ok()
}

impl Loaded {
    /// Returns the rule for a pattern.
    fn rule(&mut self, pattern: &MatchPattern) -> Arc<Rule> {
        let number = u32::try_from(self.rules.len()).unwrap_or(u32::MAX);
        let rule = || Arc::new(Rule { number, pattern: pattern.clone(), regex: OnceLock::new() });
        Arc::clone(self.rules.entry(std::ptr::from_ref(pattern).addr()).or_insert_with(rule))
    }
}
