//! Reads the JSON of a delivery as what its name says.

use serde::de::DeserializeOwned;

use super::{Event, HookType, Ignored};
use crate::delivery::{Delivery, Refusal};

/// Longest part of a message about wrong JSON: such messages quote the JSON.
const MAX_QUOTE: usize = 200;

/// What a delivery says. A kind that starts nothing is ignored by its name, without a look at the body.
///
/// # Errors
///
/// [`Refusal::Unreadable`] names the place in the JSON that is not as this kind of event has it.
pub fn parse(delivery: &Delivery) -> Result<Event, Refusal> {
    match HookType::of(delivery) {
        Ok(hook) => read_as(hook, delivery.json()),
        Err(name) => Ok(unknown(name)),
    }
}

/// What this JSON says, given the fine name of its hook type; for payloads that come from a file instead of the network.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_json(hook_type: &str, json: &[u8]) -> Result<Event, Refusal> {
    match HookType::named(hook_type) {
        Some(hook) => read_as(hook, json),
        None => Ok(unknown(hook_type)),
    }
}

fn unknown(name: &str) -> Event {
    Event::Ignored(Ignored::Unknown { name: name.chars().take(MAX_QUOTE).collect() })
}

fn read_as(hook: HookType, json: &[u8]) -> Result<Event, Refusal> {
    Ok(match hook {
        HookType::WorkflowJob => Event::WorkflowJob(read(hook, json)?),
        HookType::WorkflowRun => Event::WorkflowRun(read(hook, json)?),
        HookType::ActionRunFailure | HookType::ActionRunRecover | HookType::ActionRunSuccess => {
            Event::ActionRun(read(hook, json)?)
        }
        HookType::Push => push(json)?,
        HookType::Create => Event::Create(read(hook, json)?),
        HookType::Delete => Event::Delete(read(hook, json)?),
        HookType::Fork => Event::Fork(read(hook, json)?),
        HookType::Wiki => Event::Wiki(read(hook, json)?),
        HookType::Release => Event::Release(read(hook, json)?),
        HookType::Package => Event::Package(read(hook, json)?),
        HookType::Issues | HookType::IssueAssign | HookType::IssueLabel | HookType::IssueMilestone => {
            Event::Issue { hook, activity: read(hook, json)? }
        }
        HookType::IssueComment | HookType::PullRequestComment => Event::Comment { hook, activity: read(hook, json)? },
        HookType::PullRequest
        | HookType::PullRequestAssign
        | HookType::PullRequestLabel
        | HookType::PullRequestMilestone
        | HookType::PullRequestSync
        | HookType::PullRequestReviewRequest => Event::PullRequest { hook, activity: read(hook, json)? },
        HookType::PullRequestReviewApproved | HookType::PullRequestReviewRejected | HookType::PullRequestReviewComment => {
            Event::Review { hook, activity: read(hook, json)? }
        }
        HookType::Repository => Event::Ignored(Ignored::Repository),
        HookType::Status => Event::Ignored(Ignored::Status),
    })
}

fn push(json: &[u8]) -> Result<Event, Refusal> {
    let push: super::Push = read(HookType::Push, json)?;
    Ok(if push.is_test() { Event::Test(push) } else { Event::Push(push) })
}

/// The types that are read have no cycles and unknown fields are skipped without recursion, so the depth of the JSON does not matter.
fn read<T: DeserializeOwned>(hook: HookType, json: &[u8]) -> Result<T, Refusal> {
    let refusal = |path: &str, problem: serde_json::Error| Refusal::Unreadable {
        event: hook.name(),
        path: quote(path),
        problem: quote(&problem.to_string()),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refusal(&error.path().to_string(), error.into_inner()))?;
    deserializer.end().map_err(|error| refusal(".", error))?;
    Ok(value)
}

/// Made fit for one line of a log.
fn quote(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_QUOTE).collect()
}
