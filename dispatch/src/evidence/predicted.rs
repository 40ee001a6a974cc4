//! A job that was predicted (before Gitea 1.24 and Forgejo 11).
//!
//! Where the forge writes statuses, a prediction is only believed once a status confirms it, and what is not confirmed in
//! time was wrong. The status stays `pending` from the first moment to the end, so whether the job can be taken follows
//! from the jobs that it needs, and whether it is taken from its task.

use super::Evidence;
use crate::forge::{JobPage, JobState, Status, StatusState};
use crate::record::{Need, Predicted};

/// Seconds in which the forge must show a job that was predicted.
pub(crate) const PATIENCE_S: u64 = 180;

/// How much earlier than our record something of the same run may have happened: the delivery was on its way.
const ON_ITS_WAY_S: u64 = 10;

/// Seconds after a failed need in which the forge skips what depends on it; what waits after that runs all the same.
const SKIPPED_IN_S: u64 = 10;

impl Evidence<'_> {
    pub(super) fn predicted(&self, predicted: &Predicted) -> JobState {
        let status = self.status(&predicted.contexts);
        match status.map(|status| (&status.state, status.page)) {
            Some((StatusState::Over(conclusion), _)) => JobState::Over { conclusion: conclusion.clone(), registration: None },
            Some((StatusState::Pending, page)) => self.unless_unheard(self.confirmed(predicted, page)),
            None if predicted.confirmed && self.age_s < PATIENCE_S => JobState::Blocked,
            None if predicted.confirmed => JobState::Unknown,
            None => self.unless_unheard(self.confirmed(predicted, None)),
        }
    }

    /// The newest status of one of these names, unless it is an earlier run's.
    fn status(&self, contexts: &[String]) -> Option<&Status> {
        self.statuses.iter().find(|status| contexts.contains(&status.context)).filter(|status| self.is_young(status.age_s))
    }

    fn is_young(&self, age_s: Option<u64>) -> bool {
        age_s.is_none_or(|age_s| age_s <= self.age_s + ON_ITS_WAY_S)
    }

    fn confirmed(&self, predicted: &Predicted, page: Option<JobPage>) -> JobState {
        match self.task(predicted, &self.record.name, page) {
            Some(state) if self.namesakes == 1 => state.clone(),
            _ if predicted.needs.iter().all(|need| self.is_over(predicted, need, page)) => JobState::Queued,
            _ => JobState::Blocked,
        }
    }

    /// The newest task of a job of this run; the run's number tells it from others where it is known.
    fn task(&self, predicted: &Predicted, name: &str, page: Option<JobPage>) -> Option<&JobState> {
        let same = self.tasks.iter().filter(|task| {
            let run = page.is_none_or(|page| page.run == task.run);
            run && task.name == name && task.commit == predicted.commit && task.workflow == predicted.workflow
        });
        same.filter(|task| self.is_young(task.age_s)).map(|task| &task.state).next()
    }

    fn is_over(&self, predicted: &Predicted, need: &Need, page: Option<JobPage>) -> bool {
        match self.status(&need.contexts).map(|status| (&status.state, status.age_s)) {
            Some((StatusState::Over(word), _)) if word == "success" => true,
            Some((StatusState::Over(_), age_s)) => age_s.is_none_or(|age_s| age_s >= SKIPPED_IN_S),
            Some((StatusState::Pending, _)) => false,
            None => matches!(self.task(predicted, &need.name, page), Some(JobState::Over { .. })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::{Task, Trust};
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
        Task { run, name: name.to_owned(), commit: "c".to_owned(), workflow: "ci.yml".to_owned(), age_s: Some(5), state }
    }

    fn state(record: &JobRecord, tasks: &[Task], statuses: &[Status]) -> JobState {
        Evidence { record, age_s: 60, namesakes: 1, tasks, statuses }.state()
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
        let at = |age_s| Evidence { record: &record, age_s, namesakes: 1, tasks: &[], statuses: &[] }.state();
        assert_eq!((at(0), at(PATIENCE_S - 1), at(PATIENCE_S)), (JobState::Blocked, JobState::Blocked, JobState::Unknown));
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
}
