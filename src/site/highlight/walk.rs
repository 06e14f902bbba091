//! Walks a grammar over code, line by line, as Sublime Text does, and pays for every search from a
//! budget.
//!
//! Input: a line and the state before it. Output: the scope changes on the line, and the state
//! after it. The library's own walk can't be stopped: one line of spaces kept it busy for half a
//! minute.

use std::collections::HashMap;
use std::sync::Arc;

use onig::{Regex, Region};
use syntect::parsing::syntax_definition::{Context as Definition, ContextId, MatchOperation};
use syntect::parsing::{ClearAmount, Scope, ScopeStackOp};

use super::Plain;
use super::grammar::{Context, Grammars, Rule, compile};
use super::search::Budget;

/// The maximum nesting depth of contexts. Beyond it, no more contexts are entered.
const DEEPEST: usize = 100;
/// The cost of compiling an expression that repeats captured text.
const COMPILING: u64 = 5_000;

/// Changes of the scope stack with their offsets on the line, in order.
pub(super) type Changes = Vec<(usize, ScopeStackOp)>;

/// The position of the walk between two lines.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    levels: Vec<Level>,
    begun: bool,
    /// The levels at which a rule of an outer grammar has interrupted an inner one.
    interruptions: Vec<usize>,
}

/// A context that the walk has entered.
#[derive(Clone, PartialEq, Eq)]
struct Level {
    context: ContextId,
    /// Contexts whose rules are tried first, in this context and every context entered from it.
    within: Vec<ContextId>,
    /// The text captured by the rule that entered this context, for rules that repeat it.
    captured: Option<Arc<[Option<String>]>>,
}

impl Place {
    pub(super) fn start(context: ContextId) -> Self {
        let level = Level { context, within: Vec::new(), captured: None };
        Self { levels: vec![level], begun: false, interruptions: Vec::new() }
    }
}

/// A match of a rule on the line. The rule is stored elsewhere.
#[derive(Clone)]
struct Found {
    start: usize,
    end: usize,
    groups: Arc<[Option<(usize, usize)>]>,
}

/// The winning match: the leftmost one, or, if several rules match there, the match of the first
/// rule.
struct Best {
    found: Found,
    rule: Arc<Rule>,
    from_outer: bool,
    would_loop: bool,
}

/// What a worker knows about the grammars. All of it can be recreated.
#[derive(Default)]
pub(super) struct Walker {
    contexts: HashMap<ContextId, Arc<Context>>,
    repeating: HashMap<String, Option<Arc<Regex>>>,
    /// Results of searches on this line, by rule number. An entry is stale if its stamp isn't the
    /// line's.
    memo: Vec<(u64, Option<Found>)>,
    stamp: u64,
}

impl Walker {
    /// Walks over a line, which includes its line feed, and moves `place` past it.
    pub(super) fn line(
        &mut self,
        place: &mut Place,
        line: &str,
        grammars: &Grammars,
        budget: &mut Budget,
    ) -> Result<Changes, Plain> {
        let mut changes = Changes::new();
        if !place.begun {
            place.begun = true;
            let context = self.context(top(place)?.context, grammars)?;
            let scopes = &context.definition.meta_content_scope;
            changes.extend(scopes.first().map(|scope| (0, ScopeStackOp::Push(*scope))));
        }
        self.stamp += 1;
        let mut step = Step { walker: self, place, line, grammars, budget, changes, region: Region::new() };
        let mut at = 0;
        // If a rule enters a context without consuming a character, no rule may leave that context
        // without consuming one either: the walk would never end.
        let mut entered_at = (0, 0);
        while let Some(next) = step.next(at, &mut entered_at)? {
            at = next;
        }
        Ok(step.changes)
    }

    fn context(&mut self, id: ContextId, grammars: &Grammars) -> Result<Arc<Context>, Plain> {
        if let Some(known) = self.contexts.get(&id) {
            return Ok(Arc::clone(known));
        }
        let context = grammars.context(id).ok_or(Plain::Unknown)?;
        self.contexts.insert(id, Arc::clone(&context));
        Ok(context)
    }

    /// Returns the expression of a rule with captured text inserted.
    fn repeating(&mut self, source: String, budget: &mut Budget) -> Result<Arc<Regex>, Plain> {
        // Compiling is paid for each time, so that the cache doesn't affect the remaining budget.
        budget.pay(COMPILING + source.len() as u64)?;
        if self.repeating.len() > 1_000 {
            self.repeating.clear();
        }
        let compiled = self.repeating.entry(source);
        let compiled = compiled.or_insert_with_key(|source| compile(source).map(Arc::new));
        compiled.clone().ok_or(Plain::Unknown)
    }
}

fn top(place: &Place) -> Result<&Level, Plain> {
    place.levels.last().ok_or(Plain::Unknown)
}

/// The walk over one line.
struct Step<'a> {
    walker: &'a mut Walker,
    place: &'a mut Place,
    line: &'a str,
    grammars: &'a Grammars,
    budget: &'a mut Budget,
    changes: Changes,
    region: Region,
}

impl Step<'_> {
    /// Takes the next match at or after `at`. Returns the offset at which to continue, or `None` at
    /// the end.
    fn next(&mut self, at: usize, entered_at: &mut (usize, usize)) -> Result<Option<usize>, Plain> {
        let depth = self.place.levels.len();
        let just_entered = *entered_at == (at, depth);
        while self.place.interruptions.last().is_some_and(|level| *level >= depth) {
            self.place.interruptions.pop();
        }
        let Some(best) = self.best(at, just_entered)? else { return Ok(None) };
        if best.would_loop {
            return Ok(self.line[at..].char_indices().nth(1).map(|(width, _)| at + width));
        }
        if best.found.end <= at && matches!(best.rule.pattern.operation, MatchOperation::Push(_)) {
            *entered_at = (best.found.end, depth + 1);
        }
        if best.from_outer {
            self.place.interruptions.push(depth);
        }
        let current = self.walker.context(top(self.place)?.context, self.grammars)?;
        self.apply(&best, &current.definition)?;
        Ok(Some(best.found.end))
    }

    /// Finds the winning match.
    fn best(&mut self, at: usize, just_entered: bool) -> Result<Option<Best>, Plain> {
        let depth = self.place.levels.len();
        let mut best: Option<Best> = None;
        for (id, level, from_outer) in self.contexts()? {
            let context = self.walker.context(id, self.grammars)?;
            for rule in &context.rules {
                let captured = level.and_then(|level| self.place.levels[level].captured.clone());
                let Some(found) = self.search(rule, captured.as_deref(), at)? else { continue };
                let first = best.as_ref().is_none_or(|best| {
                    found.start < best.found.start || (found.start == best.found.start && best.would_loop)
                });
                if !first {
                    continue;
                }
                let operation = &rule.pattern.operation;
                let would_loop = just_entered && found.end <= at && *operation == MatchOperation::Pop;
                if matches!(operation, MatchOperation::Push(_)) && depth >= DEEPEST {
                    return Ok(None);
                }
                let is_here = found.start == at && !would_loop;
                best = Some(Best { found, rule: Arc::clone(rule), from_outer, would_loop });
                if is_here {
                    return Ok(best);
                }
            }
        }
        Ok(best)
    }

    /// Returns the contexts whose rules are tried, in order. Each comes with the level whose
    /// captured text the rules repeat, and with whether the context comes from an outer grammar.
    fn contexts(&mut self) -> Result<Vec<(ContextId, Option<usize>, bool)>, Plain> {
        let from = self.place.interruptions.last().copied().unwrap_or(0);
        let last = self.place.levels.len().checked_sub(1).ok_or(Plain::Unknown)?;
        let current = self.place.levels[last].context;
        let mut contexts = Vec::with_capacity(4);
        for (n, level) in self.place.levels.iter().enumerate().skip(from) {
            contexts.extend(level.within.iter().map(|id| (*id, Some(n), true)));
        }
        let prototype = self.walker.context(current, self.grammars)?.definition.prototype;
        contexts.extend(prototype.map(|id| (id, None, false)));
        contexts.push((current, Some(last), false));
        Ok(contexts)
    }

    /// Finds a rule's next match.
    fn search(&mut self, rule: &Rule, captured: Option<&[Option<String>]>, at: usize) -> Result<Option<Found>, Plain> {
        let number = rule.number as usize;
        let stamp = self.walker.stamp;
        match self.walker.memo.get(number).filter(|(known, _)| *known == stamp) {
            Some((_, None)) => return Ok(None),
            Some((_, Some(found))) if found.start >= at => return Ok(Some(found.clone())),
            _ => {}
        }
        let repeated = match captured {
            Some(captured) if rule.pattern.has_captures => {
                let source = with_captured(rule.pattern.regex.regex_str(), captured);
                Some(self.walker.repeating(source, self.budget)?)
            }
            _ => None,
        };
        let regex = repeated.as_deref().or_else(|| rule.regex()).ok_or(Plain::Unknown)?;
        let region = &mut self.region;
        let found = self.budget.search(regex, self.line, at, region)?.then(|| found(region, rule.wants_groups()));
        let found = found.flatten();
        let is_of_use = found.as_ref().is_none_or(|found| match rule.pattern.operation {
            MatchOperation::None => found.start != found.end,
            MatchOperation::Push(_) => self.place.levels.len() < DEEPEST,
            MatchOperation::Set(_) | MatchOperation::Pop => true,
        });
        if !is_of_use {
            return Ok(None);
        }
        if repeated.is_none() {
            if self.walker.memo.len() <= number {
                self.walker.memo.resize(number + 1, (0, None));
            }
            self.walker.memo[number] = (stamp, found.clone());
        }
        Ok(found)
    }

    /// Records the scopes of a match and updates the stack of contexts.
    fn apply(&mut self, best: &Best, current: &Definition) -> Result<(), Plain> {
        let Found { start, end, .. } = best.found;
        let pattern = &best.rule.pattern;
        let mut entered = Vec::new();
        if let MatchOperation::Push(references) | MatchOperation::Set(references) = &pattern.operation {
            for reference in references {
                let id = reference.id().map_err(|_| Plain::Unknown)?;
                entered.push((id, self.walker.context(id, self.grammars)?));
            }
        }
        self.scopes_before(start, &pattern.operation, current, &entered);
        self.push(start, &pattern.scope);
        self.scopes_of_groups(&best.found, &best.rule);
        self.pop(end, pattern.scope.len());
        self.scopes_after(end, &pattern.operation, current, &entered);
        let left = match pattern.operation {
            MatchOperation::Pop | MatchOperation::Set(_) => self.place.levels.pop(),
            MatchOperation::Push(_) | MatchOperation::None => None,
        };
        // The contexts in a level's `within` still apply in the levels that replace it.
        self.enter(&entered, left.map(|level| level.within).unwrap_or_default(), best)
    }

    /// Enters contexts. The first one gets `within`, and the last one also gets what the rule adds
    /// to it.
    fn enter(
        &mut self,
        entered: &[(ContextId, Arc<Context>)],
        mut within: Vec<ContextId>,
        best: &Best,
    ) -> Result<(), Plain> {
        for (n, (id, context)) in entered.iter().enumerate() {
            let mut within = std::mem::take(&mut within);
            if n + 1 == entered.len() {
                let added = best.rule.pattern.with_prototype.as_ref();
                within.extend(added.and_then(|reference| reference.id().ok()));
            }
            let mut repeats = context.definition.uses_backrefs;
            for id in &within {
                repeats |= self.walker.context(*id, self.grammars)?.definition.uses_backrefs;
            }
            let text = |group: &Option<(usize, usize)>| {
                group.and_then(|(from, to)| self.line.get(from..to)).map(str::to_owned)
            };
            let captured = repeats.then(|| best.found.groups.iter().map(text).collect());
            self.place.levels.push(Level { context: *id, within, captured });
        }
        Ok(())
    }

    /// Records the scopes of groups, outer ones first.
    fn scopes_of_groups(&mut self, found: &Found, rule: &Rule) {
        let mut changes: Vec<((usize, usize), ScopeStackOp)> = Vec::new();
        for (group, scopes) in rule.pattern.captures.iter().flatten() {
            let Some(Some((from, to))) = found.groups.get(*group).copied() else { continue };
            if from == to {
                continue;
            }
            // At the same offset, ends come before beginnings, and longer groups begin before
            // shorter ones.
            changes.extend(scopes.iter().map(|scope| ((from, usize::MAX - (to - from)), ScopeStackOp::Push(*scope))));
            changes.push(((to, 0), ScopeStackOp::Pop(scopes.len())));
        }
        changes.sort_by_key(|(key, _)| *key);
        self.changes.extend(changes.into_iter().map(|((at, _), change)| (at, change)));
    }

    /// Records how scopes change before the match of a rule that enters or leaves contexts.
    fn scopes_before(
        &mut self,
        at: usize,
        operation: &MatchOperation,
        current: &Definition,
        entered: &[(ContextId, Arc<Context>)],
    ) {
        let is_set = matches!(operation, MatchOperation::Set(_));
        if *operation == MatchOperation::Pop {
            self.pop(at, current.meta_content_scope.len());
        }
        if is_set {
            self.restore(at, current);
        }
        for (_, context) in entered {
            if !is_set {
                self.clear(at, context.definition.clear_scopes);
            }
            self.push(at, &context.definition.meta_scope);
        }
    }

    /// Records how scopes change after the match of a rule that enters or leaves contexts.
    fn scopes_after(
        &mut self,
        at: usize,
        operation: &MatchOperation,
        current: &Definition,
        entered: &[(ContextId, Arc<Context>)],
    ) {
        let is_set = matches!(operation, MatchOperation::Set(_));
        if *operation == MatchOperation::Pop {
            self.pop(at, current.meta_scope.len());
            self.restore(at, current);
        }
        let replaced = if is_set { current.meta_content_scope.len() + current.meta_scope.len() } else { 0 };
        let adds =
            |context: &Definition| !context.meta_content_scope.is_empty() || (is_set && context.clear_scopes.is_some());
        if replaced == 0 && !entered.iter().any(|(_, context)| adds(&context.definition)) {
            return;
        }
        // The delimiter had the meta scopes of all entered contexts. From here on, each context's
        // content scopes follow its own meta scopes.
        let given: usize = entered.iter().map(|(_, context)| context.definition.meta_scope.len()).sum();
        self.pop(at, given + replaced);
        for (_, context) in entered {
            if is_set {
                self.clear(at, context.definition.clear_scopes);
            }
            self.push(at, &context.definition.meta_scope);
            self.push(at, &context.definition.meta_content_scope);
        }
    }

    /// Restores the outer scopes that `left` cleared.
    fn restore(&mut self, at: usize, left: &Definition) {
        self.changes.extend(left.clear_scopes.map(|_| (at, ScopeStackOp::Restore)));
    }

    fn pop(&mut self, at: usize, count: usize) {
        if count > 0 {
            self.changes.push((at, ScopeStackOp::Pop(count)));
        }
    }

    fn push(&mut self, at: usize, scopes: &[Scope]) {
        self.changes.extend(scopes.iter().map(|scope| (at, ScopeStackOp::Push(*scope))));
    }

    fn clear(&mut self, at: usize, amount: Option<ClearAmount>) {
        self.changes.extend(amount.map(|amount| (at, ScopeStackOp::Clear(amount))));
    }
}

/// Reads a match from the library's region.
fn found(region: &Region, with_groups: bool) -> Option<Found> {
    let (start, end) = region.pos(0)?;
    let count = if with_groups { region.len() } else { 0 };
    Some(Found { start, end, groups: (0..count).map(|group| region.pos(group)).collect() })
}

/// Returns an expression in which backreferences such as `\1` are replaced by the captured text.
fn with_captured(source: &str, captured: &[Option<String>]) -> String {
    let mut out = String::with_capacity(source.len() + 32);
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(digit) if digit.is_ascii_digit() => {
                let group = digit as usize - '0' as usize;
                let text = captured.get(group).and_then(Option::as_deref).unwrap_or_default();
                for c in text.chars() {
                    if "\\.+*?()|[]{}^$#&-~".contains(c) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;
    use syntect::parsing::ParseState;

    use super::*;

    /// Samples of many languages, so that each grammar enters a few contexts.
    const LINES: &str = "---\ntitle: \"a\"\n---\n# A `b` **c** [d](e \"f\")\n\n```rust\nfn a<T: B>(x: &'a str) -> u8 { 0x1f }\n```\n\
        <a href=\"b\" c='d'>e &amp; f</a><script>let a = `x${1 + b}`;</script><style>a:hover { color: #fff }</style><!-- g -->\n\
        /* a */ // b\nclass A(B): # c\n    def d(self, *e): return f\"{g!r:>10}\" + r'\\d'\n\
        cat <<EOF | sed 's/a/b/' > \"$HOME/${x:-y}\" # z\n  text $(date) EOF\nEOF\n\
        #include <a.h>\n#define A(x) ((x) + 1)\nint main(int argc, char **argv) { for (;;) printf(\"%d\\n\", 1e3); }\n\
        local a = [==[ b\n ]] c ]==] .. d\nif a then b() end\nfunction f(x)\n  x = x + 1;\nend\n\
        public static final <T> void a(List<T> b) throws C { @D(\"e\") var f = g -> h; }\n\
        SELECT a.b, 'c' FROM d WHERE e = 1 AND f LIKE '%g' -- h\n[section]\nkey = value ; c\n\"k\": [1, true, null],\n\
        $a = <<<X\n  b {$c}\nX;\n%w(a b) q{c} =~ /d[e]+(f|g)/i\n=begin\nx\n=end\n{{ a | b }} {% if c %} d {% endif %}\n\
        target: dep.o\n\t$(CC) -o $@ $<\n(defn a [b] (+ b 1)) ; c\n@@ -1,2 +3,4 @@\n-old\n+new\n\\begin{a} $x^2$ \\end{a} % b\n";

    #[test]
    fn every_grammar_gives_the_same_scopes_as_in_syntect() {
        let lines: Vec<String> = LINES.split_inclusive('\n').map(str::to_owned).collect();
        let grammars = Grammars::new(two_face::syntax::extra_newlines());
        let library = two_face::syntax::extra_newlines();
        let count = grammars.syntaxes.syntaxes().len();
        assert!(count > 150);
        // Compiling the expressions of all grammars takes ten seconds, so test one in seven unless
        // all are requested.
        let step = if std::env::var("HOSTILE").is_ok() { 1 } else { 7 };
        (0..count).into_par_iter().step_by(step).for_each_init(Walker::default, |walker, n| {
            let name = &library.syntaxes()[n].name;
            let mut theirs = ParseState::new(&library.syntaxes()[n]);
            let mut place = Place::start(grammars.start(n).unwrap_or_else(|| panic!("{name} has no start")));
            for line in &lines {
                let wanted = theirs.parse_line(line, &library).unwrap();
                let ours = walker.line(&mut place, line, &grammars, &mut Budget::new(u64::MAX)).unwrap();
                assert_eq!(ours, wanted, "{name}: {line}");
            }
        });
    }

    #[test]
    fn captured_text_is_inserted_literally() {
        let captured = [None, Some("a.b".to_owned())];
        assert_eq!(with_captured(r"^\1\\1\2\w$", &captured), r"^a\.b\\1\w$");
    }
}
