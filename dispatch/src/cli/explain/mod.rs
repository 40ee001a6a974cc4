//! `dispatch explain`: what a delivery, a commit of a forge, or a push of the branch here starts, and why.
//!
//! Useful before a push: the exit code is 1 when something can never start, because no pool covers a job's labels or because
//! the forge does not accept a file, and when the answer is not known.

mod arguments;
mod ask;
mod recorded;
mod rules;
mod show;

pub(super) use arguments::ExplainArguments;

use super::arguments::Place;
use super::exit::Exit;
use super::installed;
use super::output;
use crate::explain::{Unanswerable, explain};
use crate::repository::snapshot;
use crate::workflow::Settings;
use ask::Asked;

pub(super) async fn run(place: &Place, arguments: &ExplainArguments) -> Exit {
    if let Some(folder) = &arguments.recorded {
        return recorded::run(folder);
    }
    match answer(place, arguments).await {
        Ok(exit) | Err(Refused::Configuration(exit)) => exit,
        Err(Refused::Question(error)) => {
            output::error(&error.to_string());
            match error {
                Unanswerable::Question(_) => Exit::Usage,
                Unanswerable::Unavailable(_) => Exit::Unavailable,
            }
        }
    }
}

/// Why there is no answer.
enum Refused {
    /// The configuration was refused and that has been said.
    Configuration(Exit),
    Question(Unanswerable),
}

impl<E: Into<Unanswerable>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Question(error.into())
    }
}

async fn answer(place: &Place, arguments: &ExplainArguments) -> Result<Exit, Refused> {
    let config = installed::if_any(place, arguments.forge.is_some()).map_err(Refused::Configuration)?;
    let forge = rules::forge(config.as_ref(), arguments)?;
    let Asked { mut question, source } = ask::question(arguments, forge.as_ref()).await?;
    let (dialect, note) = rules::dialect(arguments, forge.as_ref(), &source).await?;
    question.notes.extend(note);
    if config.is_none() {
        question.notes.push(
            "no configuration was found, so it is not told which pools serve the jobs: `--config FILE` names one".to_owned(),
        );
    }
    let settings = Settings::default_of(dialect);
    let known = snapshot(&question.event, &settings, source.repository().as_ref()).await?;
    let pools = config.as_ref().map(|config| config.pools.as_slice());
    let explanation = explain(&question, dialect, &settings, &known, pools);
    if arguments.json {
        output::json(&explanation);
    } else {
        show::tell(&explanation);
    }
    Ok(if explanation.ok { Exit::Success } else { Exit::Findings })
}
