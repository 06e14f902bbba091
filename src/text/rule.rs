//! Defines the rules that findings come from. Each rule has a name, a severity and a meaning.
//!
//! Input: a rule's name as written under `[check]` in `handbook.toml`. Output: a [`Rule`]. Never
//! looks for problems itself; the stages do that.

use std::fmt;

/// The severity of a finding once the settings under `[check]` in `handbook.toml` have been
/// applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The finding makes `build` and `check` fail with exit code 1.
    Error,
    /// The finding is reported. With `--strict`, it counts as an error.
    Warning,
    /// The finding isn't reported.
    Allow,
}

/// The severity of a rule's findings if `[check]` doesn't set one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Always an error.
    Error,
    /// Always an error, and `[check]` can't lower the severity.
    FirmError,
    /// An error if there is a `handbook.toml`, and a warning in a plain folder of Markdown.
    Strict,
    /// Like `Strict`, but `[check]` can't lower the severity, because the rule protects something
    /// secret.
    Guard,
    /// Always a warning.
    Warning,
    /// A warning if there is a `handbook.toml`; otherwise not reported.
    ConfiguredWarning,
    /// Not reported unless `[check]` enables it.
    Off,
}

/// Generates the enum and its properties from one table.
macro_rules! rules {
    ($($rule:ident $name:literal $weight:ident $meaning:literal;)*) => {
        /// A rule that a finding comes from; the variants are sorted by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)*
        }

        impl Rule {
            /// All rules, sorted by name.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// Returns the name shown in brackets in findings and used under `[check]`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)*
                }
            }

            /// Returns the rule's meaning in one sentence without a full stop.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$rule => $meaning,)*
                }
            }

            const fn weight(self) -> Weight {
                match self {
                    $(Self::$rule => Weight::$weight,)*
                }
            }
        }
    };
}

rules! {
    AmbiguousLink "ambiguous-link" Strict "a reference fits several chapters equally well";
    AudienceMark "audience-mark" Guard "something looks like an audience mark but is not understood, so the chapter is hidden";
    BadAttribute "bad-attribute" Strict "an attribute list in braces has a key or value that is not allowed there";
    BadConfiguration "bad-configuration" Error "handbook.toml or theme.toml cannot be read";
    BadDiagram "bad-diagram" Warning "a diagram cannot be drawn, so its source is shown";
    BadEncoding "bad-encoding" Error "a chapter is not UTF-8";
    BadFormula "bad-formula" Warning "a formula cannot be drawn, so its source is shown";
    BadFrontMatter "bad-front-matter" Strict "front matter is not valid YAML or TOML, or does not begin or end as it should";
    BadTable "bad-table" Error "a table cannot be imported";
    BadValue "bad-value" Strict "a field has the right type but a value that makes no sense";
    BlockedHtml "blocked-html" Warning "trusted HTML that the page's own policy blocks";
    ChapterExists "chapter-exists" Warning "a table that is imported names a chapter that is there already";
    CollidingUrl "colliding-url" Strict "two sources would be written to the same address, or to addresses that some file systems treat as the same";
    CutValue "cut-value" Warning "part of a value is lost, because it contains a character with a special meaning in YAML";
    CyclicRoles "cyclic-roles" Strict "roles extend or grow into each other in a ring";
    CyclicTransclusion "cyclic-transclusion" Strict "a chapter transcludes itself, directly or through other chapters";
    DeadAnchor "dead-anchor" Strict "a reference names a heading or anchor that its chapter does not have";
    DeadExternal "dead-external" Warning "a link to another host leads nowhere; only with --external";
    DeadLink "dead-link" Strict "the target of a reference does not exist";
    DecisionAccountable "decision-accountable" Strict "a decision has no accountable party, or more than one";
    DecisionForm "decision-form" Strict "a decision has a bullet that is not understood";
    DefinitionOutside "definition-outside" Warning "a line that begins with `: ` would be a definition, but is outside the glossary";
    DuplicateAnchor "duplicate-anchor" Strict "an anchor is written twice in one chapter";
    DuplicateDefinition "duplicate-definition" Warning "a footnote or a link by reference is defined twice, and the first one counts";
    DuplicateId "duplicate-id" Strict "two roles, competencies or other chapters with a kind have the same id";
    DuplicateKey "duplicate-key" Strict "a key is written twice";
    DuplicateTerm "duplicate-term" Warning "a term is defined twice in the glossary";
    DuplicateTitle "duplicate-title" Warning "two chapters of one kind have the same title";
    EmptyChapter "empty-chapter" Warning "a chapter has neither front matter nor text";
    EmptyLevel "empty-level" Warning "a competency says nothing for a level below its highest, or below the heading of a level";
    ExpectedWithoutPart "expected-without-part" Off "a role is judged on a competency, but has no part in the decisions that the competency supports";
    ExtraCell "extra-cell" Warning "a table row has more cells than the header, so the extra cells are not shown";
    ForeignForm "foreign-form" Warning "syntax of another generator is shown as plain text, or left out";
    GoneChapter "gone-chapter" Warning "a chapter was deleted, and nothing says what to read instead";
    HiddenLink "hidden-link" Strict "a reference points to a chapter that the audience of this build does not see";
    HostLimit "host-limit" Warning "the site has more redirects or headers than the host accepts, or is close to the limit";
    Internal "internal" Error "Rolebook itself failed on this file";
    JudgedOnMuch "judged-on-much" Warning "a role is judged on so many statements that none of them stands out";
    LeftOut "left-out" Warning "something in the content folder is left out, though it may look as if it were published";
    LevelOutOfRange "level-out-of-range" Strict "a level is not in the scale";
    LinkForm "link-form" Strict "something was meant as a link, but Markdown does not read it as one";
    LowContrast "low-contrast" Warning "text in the accent color could not be read well, so another shade is used";
    MarkedDownload "marked-download" Error "a Markdown file under `[publish] files` contains a mark for an audience";
    MergeConflict "merge-conflict" Strict "a merge that was not finished left both versions";
    MisplacedFrontMatter "misplaced-front-matter" Guard "text looks like front matter but is not read as such, so the chapter is hidden";
    MissingFile "missing-file" Strict "an image or download is not in the content folder";
    MissingRank "missing-rank" Warning "a role has no rank although others have one, or a chapter shows a ladder of roles without ranks";
    MissingSection "missing-section" Warning "a section that `[sections]` asks for is not there";
    MissingTitle "missing-title" Warning "a chapter has neither a title nor a first heading";
    MisspeltSection "misspelt-section" Warning "a section's name is a misspelling of one that has a meaning, or bold text instead of a heading";
    NeedsValue "needs-value" Strict "a required field is missing";
    NoChapters "no-chapters" Warning "there is no Markdown file to make a page of";
    NoOwner "no-owner" Warning "a chapter has no owner; only with --policy";
    OrphanedChapter "orphaned-chapter" Warning "no other chapter links to a chapter; only with --policy";
    Placeholder "placeholder" Warning "a prompt to fill in has not been answered";
    PlainCode "plain-code" Warning "a code block is shown without colors, because coloring it is too much work";
    RefusedFile "refused-file" Strict "a file that could run a script is not published, because the host cannot be told to isolate it";
    RefusedInsertion "refused-insertion" Strict "a file that a chapter inserts is not inserted, because it is not meant for all readers or cannot be";
    RemoteResource "remote-resource" Warning "something would be loaded from another host";
    ReviewOverdue "review-overdue" Warning "a review was due, or a strategy is no longer valid; only with --policy";
    SandboxedFile "sandboxed-file" Warning "a file could run a script, and the host is told not to let it run";
    StatementAnd "statement-and" Off "a statement of a level describes two behaviors";
    StatementCan "statement-can" Off "a statement of a level says what somebody could do instead of what they do";
    StatementSame "statement-same" Off "a statement is the same, or nearly the same, as another one";
    StrategyLead "strategy-lead" Warning "a strategy does not name the role that leads it";
    StrayExample "stray-example" Warning "something looks like an example, but does not belong to a statement";
    StrayStatement "stray-statement" Warning "something looks like a statement or a responsibility, but is not an item of a list";
    SummaryEntry "summary-entry" Warning "SUMMARY.md lists a chapter that is not there, or a line that is not understood";
    Template "template" Error "a template cannot be read or fails on a page";
    TooDeep "too-deep" Strict "a transclusion goes deeper than 8 or grows beyond 1 MB, or blocks are nested too deeply";
    TooLarge "too-large" FirmError "a chapter or handbook.toml is larger than 64 MB and was not read";
    UnclosedBlock "unclosed-block" Strict "a `:::` block or a comment is not closed";
    UnclosedHtml "unclosed-html" Warning "an element of raw HTML is not closed";
    UndefinedReference "undefined-reference" Strict "a footnote or a link by reference has no definition";
    UnescapedPipe "unescaped-pipe" Warning "a `|` inside a link or code splits a table cell in two";
    UnexpectedCompetency "unexpected-competency" Warning "no role expects a competency; only with --policy";
    UnknownAudience "unknown-audience" Guard "an audience is not one that handbook.toml declares";
    UnknownChapter "unknown-chapter" Strict "a field names a chapter that does not exist or is of another kind";
    UnknownKey "unknown-key" Strict "a key is not allowed where it is written";
    UnknownView "unknown-view" Strict "a view or one of its arguments is not known";
    UnportableName "unportable-name" ConfiguredWarning "a file has a name that Windows does not allow";
    Unreadable "unreadable" Error "a file of the content folder cannot be read";
    UnsafeHtml "unsafe-html" Warning "raw HTML was removed by the policy";
    UnsafeUrl "unsafe-url" Warning "a link has a scheme that is not allowed";
    UnusedFootnote "unused-footnote" Warning "a footnote is defined and nothing refers to it";
    UnusedRow "unused-row" Warning "a row, column or cell of a table that is imported was not used";
    UnusedThemeFile "unused-theme-file" Warning "a file of a theme does not replace any file, and nothing refers to it";
    UnwrittenChapter "unwritten-chapter" Warning "a role or a competency says nothing yet";
    WrongType "wrong-type" Strict "a field has a value of another type";
}

impl Rule {
    /// Returns the rule called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// Returns the default severity of the rule's findings, which can depend on whether there is a
    /// `handbook.toml`.
    #[must_use]
    pub const fn severity(self, configured: bool) -> Severity {
        match (self.weight(), configured) {
            (Weight::Error | Weight::FirmError, _) | (Weight::Strict | Weight::Guard, true) => Severity::Error,
            (Weight::Strict | Weight::Guard, false) | (Weight::Warning, _) | (Weight::ConfiguredWarning, true) => {
                Severity::Warning
            }
            (Weight::ConfiguredWarning, false) | (Weight::Off, _) => Severity::Allow,
        }
    }

    /// Returns whether `[check]` can't lower the severity of the rule's findings.
    #[must_use]
    pub const fn is_firm(self) -> bool {
        matches!(self.weight(), Weight::Guard | Weight::FirmError)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_unique_and_explained() {
        let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        assert!(Rule::ALL.iter().all(|rule| rule.meaning().len() > 20));
    }
}
