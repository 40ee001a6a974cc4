//! Which of the jobs that a commit shows is which of those that we predicted.
//!
//! Jobs of different runs share a commit status when workflow, job and event are called the same: a branch and a tag pushed
//! to one commit, two workflow files without a name. A status in the state of the last one of that name is not written,
//! whosever that was; so a job may begin, and end, without a status of its own. The pages that statuses point to and the
//! runs that tasks name tell such jobs apart, in order: what began first has the lower number.

use std::collections::BTreeMap;

use super::predicted::ON_ITS_WAY_S;
use super::{Evidence, Peer};
use crate::forge::{JobState, Status, StatusState, Task};
use crate::record::Predicted;

/// Seconds that the rounding of two clocks can make.
const ROUNDING_S: u64 = 2;

/// How a predicted job shows itself.
#[derive(Clone, Debug)]
pub(super) enum Showing<'a> {
    /// As this one.
    As(Shown<'a>),
    /// It does not, and could not: another job of the same status was under way when it began.
    Hidden,
    /// It does not.
    Not,
}

impl Showing<'_> {
    /// The number of the run that shows it.
    pub(super) fn run(&self) -> Option<u64> {
        match self {
            Self::As(shown) => Some(shown.run),
            Self::Hidden | Self::Not => None,
        }
    }
}

/// One job that a commit shows.
#[derive(Clone, Debug)]
pub(super) struct Shown<'a> {
    /// The number of its run.
    run: u64,
    workflow: Option<&'a str>,
    /// Newest first.
    statuses: Vec<&'a Status>,
    task: Option<&'a Task>,
    last: &'a StatusState,
    has_last: bool,
}

impl<'a> Shown<'a> {
    /// Its own last status, where that says that it is over, and how long ago; or else its task.
    pub(super) fn end(&self) -> Option<(&'a str, Option<u64>)> {
        let by_task = || match self.task.map(|task| (&task.state, task.age_s)) {
            Some((JobState::Over { conclusion, .. }, age_s)) => Some((conclusion.as_str(), age_s)),
            _ => None,
        };
        match self.statuses.first() {
            Some(Status { state: StatusState::Over(word), age_s, .. }) => Some((word, *age_s)),
            _ => by_task(),
        }
    }

    /// Whether a runner has it.
    pub(super) fn is_running(&self) -> bool {
        self.end().is_none() && self.task.is_some()
    }

    /// Whether its end may have been swallowed by that of another: its own last status says `pending`, the last one does not.
    pub(super) fn may_have_ended_unseen(&self) -> bool {
        self.task.is_none() && !self.has_last && matches!(self.last, StatusState::Over(_))
    }

    fn began_s(&self) -> Option<u64> {
        let of_status = self.statuses.last().and_then(|status| status.age_s);
        of_status.or_else(|| self.task.and_then(|task| task.age_s))
    }

    /// Whether it can be the job of `peer`: one that was not over before it, and began with it; or before it, if nothing of
    /// the name began since, because a delivery may come late.
    fn can_be(&self, peer: &Peer<'_>) -> bool {
        let own_workflow = self.workflow.is_none_or(|workflow| workflow == peer.predicted.workflow);
        let young = self.began_s().is_none_or(|age_s| age_s <= peer.age_s + ON_ITS_WAY_S);
        let was_over = self.end().and_then(|(_, age_s)| age_s).is_some_and(|end_s| end_s >= peer.age_s + ROUNDING_S);
        own_workflow && (young || self.has_last) && !was_over
    }

    /// Whether its status kept the first one of `peer` from being written.
    fn hides(&self, peer: &Peer<'_>) -> bool {
        self.end().is_none_or(|(_, age_s)| age_s.is_none_or(|end_s| end_s <= peer.age_s + ON_ITS_WAY_S))
    }
}

impl<'a> Evidence<'a> {
    /// How the job of `peer` shows itself.
    pub(super) fn showing(&self, peer: &Peer<'a>) -> Showing<'a> {
        let context = self.context(peer.predicted);
        let mut group: Vec<&Peer<'a>> = self.peers.iter().filter(|other| self.context(other.predicted) == context).collect();
        group.sort_by_key(|other| (other.record.first_seen, &other.predicted.workflow, other.record.key.job));
        let all = self.shown(peer, context, most_of_one_run(&group));
        let own = group.iter().position(|other| other.record.key == peer.record.key);
        match own.and_then(|own| assign(&group, &all).into_iter().nth(own).flatten()) {
            Some(shown) => Showing::As(shown.clone()),
            None if all.iter().any(|shown| shown.hides(peer)) => Showing::Hidden,
            None => Showing::Not,
        }
    }

    /// What the status of a job is called: of the names that it may have, the one that is seen.
    fn context<'b>(&self, predicted: &'b Predicted) -> Option<&'b str> {
        let is_seen = |name: &&String| self.statuses.iter().any(|status| status.context == **name);
        predicted.contexts.iter().find(is_seen).or(predicted.contexts.last()).map(String::as_str)
    }

    /// Every job that the commit shows under this name, in the order of their runs.
    fn shown(&self, peer: &Peer<'a>, context: Option<&str>, most_of_one_run: usize) -> Vec<Shown<'a>> {
        let named: Vec<&Status> = self.statuses.iter().filter(|status| Some(status.context.as_str()) == context).collect();
        let last = named.first().copied();
        let new = |run, workflow| Shown {
            run,
            workflow,
            statuses: Vec::new(),
            task: None,
            last: last.map_or(&StatusState::Pending, |status| &status.state),
            has_last: false,
        };
        let mut shown: BTreeMap<(u64, u64), Shown<'a>> = BTreeMap::new();
        for status in &named {
            let Some(page) = status.page else { continue };
            let job = shown.entry((page.run, page.place)).or_insert_with(|| new(page.run, None));
            job.has_last |= last.is_some_and(|last| std::ptr::eq(last, *status));
            job.statuses.push(status);
        }
        let of_commit = self.tasks.iter().rev().filter(|task| task.commit == peer.predicted.commit);
        for task in of_commit {
            let run = (task.run, 0)..=(task.run, u64::MAX);
            shown.range_mut(run.clone()).for_each(|(_, job)| job.workflow = Some(&task.workflow));
            if task.name != peer.record.name || !self.is_of_peers(task, context) {
                continue;
            }
            let free = shown.range(run.clone()).find(|(_, job)| job.task.is_none()).map(|(key, _)| *key);
            let known = shown.range(run).map(|(key, _)| *key).collect::<Vec<_>>();
            let key = match (free, known.last()) {
                (Some(free), _) => free,
                (None, Some(last)) if known.len() >= most_of_one_run => *last,
                (None, last) => (task.run, last.map_or(0, |(_, place)| place + 1)),
            };
            shown.entry(key).or_insert_with(|| new(task.run, Some(task.workflow.as_str()))).task = Some(task);
        }
        shown.into_values().collect()
    }

    /// Whether a task is one of these: its workflow and its event are.
    fn is_of_peers(&self, task: &Task, context: Option<&str>) -> bool {
        let own_event = context.is_some_and(|name| name.ends_with(&format!("({})", task.event))) || task.event.is_empty();
        let of_workflow = |peer: &Peer<'_>| peer.predicted.workflow == task.workflow && self.context(peer.predicted) == context;
        own_event && self.peers.iter().any(of_workflow)
    }
}

/// How many jobs of one run share the name.
fn most_of_one_run(group: &[&Peer<'_>]) -> usize {
    let run = |peer: &Peer<'_>| (peer.record.first_seen, peer.predicted.workflow.clone());
    let mut counts = BTreeMap::new();
    for peer in group {
        *counts.entry(run(peer)).or_insert(0) += 1;
    }
    counts.into_values().max().unwrap_or(1)
}

/// Which job each of the group is. If fewer are shown they are the first of the group; if more, the last ones are its.
fn assign<'s, 'a>(group: &[&Peer<'a>], all: &'s [Shown<'a>]) -> Vec<Option<&'s Shown<'a>>> {
    let mut free: Vec<&Shown<'a>> = all.iter().filter(|shown| group.iter().any(|peer| shown.can_be(peer))).collect();
    let surplus = free.len().saturating_sub(group.len());
    free.drain(..surplus);
    let mut take = |peer: &&Peer<'a>| {
        let place = free.iter().position(|shown| shown.can_be(peer))?;
        Some(free.remove(place))
    };
    group.iter().map(&mut take).collect()
}
