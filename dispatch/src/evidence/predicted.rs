//! A job that was predicted (before Gitea 1.24 and Forgejo 11).
//!
//! Where the forge writes statuses, a prediction is only believed once a status confirms it, and what is not confirmed in
//! time was wrong; unless another job's status kept its own from being written ([`shown`](super::shown)). The status stays
//! `pending` from the first moment to the end, so whether the job can be taken follows from the jobs that it needs, and
//! whether it is taken from its task.

use super::shown::Showing;
use super::{Evidence, Peer};
use crate::forge::{JobState, Status, StatusState};
use crate::record::{Need, Predicted};

/// Seconds in which the forge must show a job that was predicted.
pub(crate) const PATIENCE_S: u64 = 180;

/// Machines that may find nothing to do for a job that the forge cannot show.
pub(crate) const MOST_IN_VAIN: u32 = 3;

/// How much earlier than our record something of the same run may have happened: the delivery was on its way.
pub(super) const ON_ITS_WAY_S: u64 = 10;

/// Seconds after a failed need in which the forge skips what depends on it; what waits after that runs all the same.
const SKIPPED_IN_S: u64 = 10;

impl<'a> Evidence<'a> {
    pub(super) fn predicted(&self, predicted: &'a Predicted) -> (JobState, Option<u64>) {
        let peer = Peer { record: self.record, predicted, age_s: self.age_s };
        let showing = self.showing(&peer);
        (self.shown_as(&peer, &showing), showing.run())
    }

    fn shown_as(&self, peer: &Peer<'a>, showing: &Showing<'a>) -> JobState {
        let in_vain = self.record.failures >= MOST_IN_VAIN;
        match showing {
            Showing::As(shown) => match shown.end() {
                Some((word, _)) => JobState::Over { conclusion: word.to_owned(), registration: None },
                None if shown.is_running() => self.unless_unheard(JobState::Running { registration: None }),
                None if shown.may_have_ended_unseen() && in_vain => JobState::Unknown,
                None => self.waits(peer, showing),
            },
            Showing::Hidden if in_vain => JobState::Unknown,
            Showing::Hidden => self.waits(peer, showing),
            Showing::Not if !peer.predicted.confirmed => self.waits(peer, showing),
            Showing::Not if self.age_s < PATIENCE_S => JobState::Blocked,
            Showing::Not => JobState::Unknown,
        }
    }

    fn waits(&self, peer: &Peer<'a>, showing: &Showing<'a>) -> JobState {
        let is_due = peer.predicted.needs.iter().all(|need| self.is_over(peer, need, showing));
        self.unless_unheard(if is_due { JobState::Queued } else { JobState::Blocked })
    }

    /// By its record, if that is open; else by what the run shows of it.
    fn is_over(&self, peer: &Peer<'a>, need: &Need, showing: &Showing<'a>) -> bool {
        let mut open = self.peers.iter().filter(|other| is_of_one_run(peer, other) && other.record.name == need.name).peekable();
        if open.peek().is_some() {
            return open.all(|other| matches!(self.showing(other), Showing::As(shown) if lets_go(shown.end())));
        }
        self.shows_over(peer, need, showing.run())
    }

    fn shows_over(&self, peer: &Peer<'a>, need: &Need, run: Option<u64>) -> bool {
        let of_run = |number: u64| run.is_none_or(|run| run == number);
        let own = |status: &&Status| {
            let young = status.age_s.is_none_or(|age_s| age_s <= peer.age_s + ON_ITS_WAY_S);
            need.contexts.contains(&status.context) && young && status.page.is_none_or(|page| of_run(page.run))
        };
        match self.statuses.iter().find(own) {
            Some(Status { state: StatusState::Over(word), age_s, .. }) => lets_go(Some((word, *age_s))),
            Some(_) => false,
            None => self.tasks.iter().any(|task| {
                let own = of_run(task.run) && task.name == need.name && task.commit == peer.predicted.commit;
                own && task.workflow == peer.predicted.workflow && matches!(task.state, JobState::Over { .. })
            }),
        }
    }
}

/// What ended well is over at once; what failed, when the forge has had the time to skip what depends on it.
fn lets_go(end: Option<(&str, Option<u64>)>) -> bool {
    end.is_some_and(|(word, age_s)| word == "success" || age_s.is_none_or(|age_s| age_s >= SKIPPED_IN_S))
}

/// Jobs that one event started in one workflow.
fn is_of_one_run(one: &Peer<'_>, other: &Peer<'_>) -> bool {
    one.record.first_seen == other.record.first_seen && one.predicted.workflow == other.predicted.workflow
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{JobPage, Task, Trust};
    use crate::record::JobRecord;
    use crate::scene::{Scene, job_key};

    const RUNNING: JobState = JobState::Running { registration: None };

    fn contexts(name: &str) -> Vec<String> {
        vec![format!("CI / {name} (push)")]
    }

    fn record(needs: &[&str], confirmed: bool) -> JobRecord {
        let mut record = JobRecord::clone(&Scene::new().record(17).world.jobs[&job_key(17)]);
        record.name = "build".to_owned();
        let need = |name: &&str| Need { name: (*name).to_owned(), contexts: contexts(name) };
        record.predicted = Some(Predicted {
            commit: "c".to_owned(),
            workflow: "ci.yml".to_owned(),
            contexts: contexts("build"),
            confirmed,
            needs: needs.iter().map(need).collect(),
            trust: Trust::Own,
        });
        record
    }

    fn status(name: &str, state: StatusState, age_s: u64) -> Status {
        Status { context: contexts(name).remove(0), state, page: Some(JobPage { run: 4, place: 0 }), age_s: Some(age_s) }
    }

    fn over(word: &str) -> StatusState {
        StatusState::Over(word.to_owned())
    }

    fn task(run: u64, name: &str, state: JobState) -> Task {
        let [name, commit, workflow, event] = [name, "c", "ci.yml", "push"].map(str::to_owned);
        Task { run, name, commit, workflow, event, age_s: Some(5), state }
    }

    fn state(record: &JobRecord, tasks: &[Task], statuses: &[Status]) -> JobState {
        at(record, 60, tasks, statuses)
    }

    fn at(record: &JobRecord, age_s: u64, tasks: &[Task], statuses: &[Status]) -> JobState {
        let peers = [Peer { record, predicted: record.predicted.as_ref().unwrap(), age_s }];
        Evidence { record, age_s, namesakes: 1, peers: &peers, tasks, statuses }.stands().0
    }

    fn ended(conclusion: &str) -> JobState {
        JobState::Over { conclusion: conclusion.to_owned(), registration: None }
    }

    #[test]
    fn a_status_confirms_and_ends_what_was_predicted() {
        let record = record(&[], true);
        assert_eq!(state(&record, &[], &[status("build", StatusState::Pending, 60)]), JobState::Queued);
        assert_eq!(state(&record, &[], &[status("build", over("failure"), 5)]), ended("failure"));
    }

    #[test]
    fn without_a_status_it_is_waited_for_and_then_given_up() {
        let record = record(&[], true);
        let after = |age_s| at(&record, age_s, &[], &[]);
        assert_eq!(
            (after(0), after(PATIENCE_S - 1), after(PATIENCE_S)),
            (JobState::Blocked, JobState::Blocked, JobState::Unknown)
        );
        let earlier = [status("build", over("success"), 600)];
        assert_eq!(state(&record, &[], &earlier), JobState::Blocked, "an earlier run of the same commit");
    }

    #[test]
    fn a_task_says_that_a_runner_has_it() {
        let record = record(&[], true);
        let pending = [status("build", StatusState::Pending, 60)];
        assert_eq!(state(&record, &[task(4, "build", RUNNING)], &pending), RUNNING);
        assert_eq!(state(&record, &[task(3, "build", RUNNING)], &pending), JobState::Queued, "another run's");
    }

    #[test]
    fn what_needs_others_is_due_when_they_have_succeeded() {
        let record = record(&["test", "lint"], true);
        let own = status("build", StatusState::Pending, 60);
        let with = |test: StatusState, lint: StatusState, age_s| {
            state(&record, &[], &[own.clone(), status("test", test, age_s), status("lint", lint, age_s)])
        };
        assert_eq!(with(over("success"), StatusState::Pending, 5), JobState::Blocked);
        assert_eq!(with(over("success"), over("success"), 0), JobState::Queued);
        assert_eq!(with(over("success"), over("failure"), 0), JobState::Blocked, "the forge may be about to skip it");
        assert_eq!(with(over("success"), over("failure"), SKIPPED_IN_S), JobState::Queued, "it runs whatever the others did");
    }

    #[test]
    fn an_event_without_statuses_goes_by_tasks_alone() {
        let record = record(&["test"], false);
        assert_eq!(state(&record, &[], &[]), JobState::Blocked);
        assert_eq!(state(&record, &[task(4, "test", ended("success"))], &[]), JobState::Queued);
        assert_eq!(state(&record, &[task(4, "build", ended("failure"))], &[]), ended("failure"));
    }

    /// Two records of one status name: a branch and a tag of one commit. The second began `later_s` after the first.
    fn pair(later_s: u64) -> [JobRecord; 2] {
        let first = record(&[], true);
        let mut second = first.clone();
        second.key = job_key(18);
        second.first_seen = first.first_seen.plus_s(later_s);
        [first, second]
    }

    /// Where each of them stands when the first is `age_s` old.
    fn both(pair: &[JobRecord; 2], age_s: u64, tasks: &[Task], statuses: &[Status]) -> [JobState; 2] {
        let began = pair[0].first_seen;
        let age_s = |record: &JobRecord| age_s - record.first_seen.since_s(began);
        let peers =
            pair.each_ref().map(|record| Peer { record, predicted: record.predicted.as_ref().unwrap(), age_s: age_s(record) });
        pair.each_ref()
            .map(|record| Evidence { record, age_s: age_s(record), namesakes: 1, peers: &peers, tasks, statuses }.stands().0)
    }

    fn of_run(run: u64, state: StatusState, age_s: u64) -> Status {
        Status { page: Some(JobPage { run, place: 0 }), ..status("build", state, age_s) }
    }

    #[test]
    fn a_job_whose_status_another_one_hides_is_served_all_the_same() {
        let pending = [of_run(4, StatusState::Pending, 60)];
        assert_eq!(both(&pair(0), 60, &[], &pending), [JobState::Queued, JobState::Queued]);
        let long_after = [of_run(4, StatusState::Pending, 900)];
        assert_eq!(both(&pair(600), 900, &[], &long_after), [JobState::Queued, JobState::Queued], "whenever it began");
    }

    #[test]
    fn the_end_of_one_is_not_the_end_of_the_other() {
        let first = [of_run(4, over("success"), 5), of_run(4, StatusState::Pending, 60)];
        assert_eq!(both(&pair(0), 60, &[], &first), [ended("success"), JobState::Queued]);
        let tasks = [task(5, "build", RUNNING), task(4, "build", ended("success"))];
        assert_eq!(both(&pair(0), 60, &tasks, &first), [ended("success"), RUNNING]);
        let swallowed = [task(5, "build", ended("success")), task(4, "build", ended("success"))];
        assert_eq!(both(&pair(0), 60, &swallowed, &first), [ended("success"), ended("success")], "its task tells");
    }

    #[test]
    fn a_job_that_was_over_before_hides_nothing() {
        let of = |later_s, end_s| {
            let statuses = [of_run(4, over("success"), end_s), of_run(4, StatusState::Pending, 900)];
            both(&pair(later_s), 900, &[], &statuses)[1].clone()
        };
        assert_eq!(of(600, 200), JobState::Queued, "it ended while the second waited");
        assert_eq!(of(800, 200), JobState::Blocked, "its own status is still to come");
    }

    #[test]
    fn what_machines_did_not_find_is_not_there() {
        let mut pair = pair(0);
        pair[1].failures = MOST_IN_VAIN;
        let pending = [of_run(4, StatusState::Pending, 60)];
        assert_eq!(both(&pair, 60, &[], &pending), [JobState::Queued, JobState::Unknown]);
    }

    #[test]
    fn a_task_tells_which_of_two_workflows_of_one_name_it_is() {
        let mut pair = pair(0);
        pair[0].predicted.as_mut().unwrap().workflow = "a.yml".to_owned();
        let pending = [of_run(4, StatusState::Pending, 60)];
        assert_eq!(both(&pair, 60, &[task(4, "build", RUNNING)], &pending), [JobState::Queued, RUNNING]);
    }

    #[test]
    fn the_same_job_of_another_event_is_another() {
        let request = Task { event: "pull_request".to_owned(), ..task(5, "build", ended("success")) };
        let pending = [status("build", StatusState::Pending, 60)];
        assert_eq!(state(&record(&[], true), &[request], &pending), JobState::Queued);
    }

    #[test]
    fn a_late_delivery_finds_the_job_that_waits() {
        let waits = [status("build", StatusState::Pending, 900)];
        assert_eq!(at(&record(&[], true), 1, &[], &waits), JobState::Queued);
        let ended_since = [of_run(4, over("success"), 5), of_run(4, StatusState::Pending, 900)];
        assert_eq!(at(&record(&[], true), 30, &[], &ended_since), ended("success"));
    }

    #[test]
    fn a_need_is_over_when_its_own_run_says_so() {
        let [first, second] = pair(0).map(|mut job| {
            job.predicted.as_mut().unwrap().needs = vec![Need { name: "test".to_owned(), contexts: contexts("test") }];
            job
        });
        let statuses = [
            of_run(5, StatusState::Pending, 1),
            of_run(4, StatusState::Pending, 60),
            Status { page: Some(JobPage { run: 4, place: 1 }), ..status("test", over("success"), 5) },
        ];
        let states = both(&[first, second], 60, &[], &statuses);
        assert_eq!(states, [JobState::Queued, JobState::Blocked], "the second one's need is not the first one's");
    }
}
