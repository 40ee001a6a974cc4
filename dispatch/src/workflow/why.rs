//! Why a workflow started or did not, as a sentence for a person.

use std::fmt;

use super::model::Fault;

/// The reason for one decision. `Display` gives a sentence's second half: "not started: …".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Started: the entry has no filter.
    Unfiltered {
        /// The entry of `on`.
        event: String,
    },
    /// Started: every filter is satisfied.
    Satisfied {
        /// The entry of `on`.
        event: String,
        /// One phrase per filter that said yes.
        phrases: Vec<String>,
    },
    /// No entry of `on` is for this event.
    NotListed {
        /// The event.
        event: String,
        /// The entries that there are.
        listed: Vec<String>,
    },
    /// A list below an event other than `schedule` makes the forge take it for a schedule.
    TakenForSchedule {
        /// The entry of `on`.
        event: String,
    },
    /// The activity is not among `types`.
    Activity {
        /// What happened.
        activity: String,
        /// What the entry asks for.
        types: Vec<String>,
    },
    /// A key that the event does not know is never satisfied.
    UnknownKey {
        /// The entry of `on`.
        event: String,
        /// The key.
        key: String,
    },
    /// A key about branches when a tag was pushed, or the other way round.
    WrongRef {
        /// The key.
        key: String,
        /// What was pushed.
        reference: String,
    },
    /// No pattern lets an input in.
    NothingMatched {
        /// The key.
        key: String,
        /// Its patterns.
        patterns: Vec<String>,
        /// What they were compared with.
        inputs: Inputs,
    },
    /// A `!` pattern takes the input out again.
    Excluded {
        /// The key.
        key: String,
        /// The pattern.
        pattern: String,
        /// What it took out.
        input: String,
    },
    /// Every input is ignored.
    AllIgnored {
        /// The key.
        key: String,
        /// The pattern that ignores the first of them.
        pattern: String,
        /// What was compared.
        inputs: Inputs,
    },
    /// A path filter, and no file changed.
    NoFiles {
        /// The key.
        key: String,
    },
    /// A pattern that the forge cannot compile makes its key unsatisfied.
    InvalidPattern {
        /// The key.
        key: String,
        /// What is wrong with which pattern.
        invalid: String,
    },
    /// What decides is not known.
    Unknown {
        /// What would have to be known.
        what: String,
    },
    /// A word in a message or title suppresses all workflows of the event.
    SkipWord {
        /// The word.
        word: String,
        /// Where it stands: "the title", "the message of commit …".
        place: String,
    },
    /// The workflow is switched off.
    Disabled,
    /// The event is none that the forge evaluates workflows for.
    NotEvaluated {
        /// Which event and why.
        what: String,
    },
    /// The forge cannot read the file.
    Refused(Fault),
    /// The forge cannot read the file and shows that as a run that has failed; there is no job to serve.
    FailedRun(Fault),
    /// Another file makes the forge's own code panic.
    Lost {
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What patterns were compared with: one name, or a number of files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// A branch, tag or name.
    One(String),
    /// So many changed files.
    Files(usize),
}

impl fmt::Display for Inputs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(name) => write!(out, "`{name}`"),
            Self::Files(1) => out.write_str("the one changed file"),
            Self::Files(count) => write!(out, "any of {count} changed files"),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfiltered { event } => write!(out, "`{event}` has no filter"),
            Self::Satisfied { event, phrases } => write!(out, "`{event}`: {}", phrases.join(", ")),
            Self::NotListed { event, listed } if listed.is_empty() => {
                write!(out, "`on` names no event, so not `{event}`")
            }
            Self::NotListed { event, listed } => {
                write!(out, "`on` names {}, not `{event}`", quoted(listed))
            }
            Self::TakenForSchedule { event } => {
                write!(out, "below `{event}` stands a list, which the forge takes for a schedule")
            }
            Self::Activity { activity, types } => {
                write!(out, "`{activity}` is not among {}", quoted(types))
            }
            Self::UnknownKey { event, key } => write!(out, "`{event}` knows no `{key}`, so this is never satisfied"),
            Self::WrongRef { key, reference } => {
                write!(out, "`{key}` is never satisfied by `{reference}`")
            }
            Self::NothingMatched { key, patterns, inputs: Inputs::Files(count) } if *count != 1 => {
                write!(out, "{key} filter {} matched none of {count} changed files", quoted(patterns))
            }
            Self::NothingMatched { key, patterns, inputs } => {
                write!(out, "{key} filter {} does not match {inputs}", quoted(patterns))
            }
            Self::Excluded { key, pattern, input } => write!(out, "{key} filter: `{pattern}` takes `{input}` out"),
            Self::AllIgnored { key, pattern, inputs: Inputs::Files(count) } if *count != 1 => {
                write!(out, "{key} filter: all {count} changed files are ignored, the first by `{pattern}`")
            }
            Self::AllIgnored { key, pattern, inputs } => write!(out, "{key} filter `{pattern}` ignores {inputs}"),
            Self::NoFiles { key } => write!(out, "{key} filter, and no file changed"),
            Self::InvalidPattern { key, invalid } => write!(out, "{key} filter: {invalid}"),
            Self::Unknown { what } => write!(out, "it is not known: {what}"),
            Self::SkipWord { word, place } => write!(out, "`{word}` stands in {place}"),
            Self::Disabled => out.write_str("the workflow is switched off"),
            Self::NotEvaluated { what } => out.write_str(what),
            Self::Refused(fault) => write!(out, "the forge does not accept the file: {fault}"),
            Self::FailedRun(fault) => write!(out, "the forge shows a failed run, because it does not accept the file: {fault}"),
            Self::Lost { file, fault } => write!(out, "`{file}` breaks the forge: {fault}"),
        }
    }
}

/// `a`, `b` and `c`, at most four of them.
fn quoted(texts: &[String]) -> String {
    let mut quoted: Vec<_> = texts.iter().take(4).map(|text| format!("`{text}`")).collect();
    match texts.len().checked_sub(4) {
        Some(rest) if rest > 0 => quoted.push(format!("{rest} more")),
        _ => {}
    }
    quoted.join(", ")
}
