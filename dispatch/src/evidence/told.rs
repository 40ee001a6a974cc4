//! A job that deliveries told of (Gitea 1.24).
//!
//! A delivery of its end may be lost; then its status or its task tells. One of its beginning that is lost leaves
//! nothing that could be found: such a forge shows nobody a job that waits.

use super::Evidence;
use crate::forge::{JobState, StatusState, Task};
use crate::record::Told;

/// How much later than the forge we may have heard of something: seconds that two clocks' roundings can make.
const ROUNDING_S: u64 = 2;

impl Evidence<'_> {
    pub(super) fn told(&self, told: &Told) -> JobState {
        if matches!(told.state, JobState::Over { .. }) {
            return told.state.clone();
        }
        self.by_status(told).or_else(|| self.by_task(told)).unwrap_or_else(|| self.unless_unheard(told.state.clone()))
    }

    /// Its last status, if that says that it is over. A status of an earlier attempt does not count: there is none before
    /// the first attempt, and a later one's is younger than its record.
    fn by_status(&self, told: &Told) -> Option<JobState> {
        let last = self.statuses.iter().find(|status| status.page == Some(told.page))?;
        let StatusState::Over(conclusion) = &last.state else { return None };
        let first = told.attempts_before == 0 && self.record.key.generation == 1;
        let young = last.age_s.is_some_and(|age_s| age_s <= self.age_s + ROUNDING_S);
        (first || young).then(|| JobState::Over { conclusion: conclusion.clone(), registration: None })
    }

    /// Its last task, if it is this attempt's: each attempt has one. Among jobs of one name tasks cannot be told apart.
    fn by_task(&self, told: &Told) -> Option<JobState> {
        let own = self.tasks.iter().filter(|task| task.run == told.page.run && task.name == self.record.name);
        let own: Vec<&Task> = own.collect();
        let attempts = u64::try_from(own.len()).unwrap_or(u64::MAX);
        let last = own.first().filter(|_| self.namesakes == 1 && attempts > told.attempts_before)?;
        match (&last.state, &told.state) {
            // The delivery said besides which runner has it.
            (JobState::Running { .. }, JobState::Running { .. }) => None,
            (state, _) => Some(state.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::UNHEARD_S;
    use super::*;
    use crate::forge::{JobPage, Status};
    use crate::record::JobRecord;
    use crate::scene::{Scene, job_key};

    const PAGE: JobPage = JobPage { run: 4, place: 1 };

    fn record(state: JobState, attempts_before: u64) -> JobRecord {
        let world = Scene::new().record(17).world;
        let mut record = JobRecord::clone(&world.jobs[&job_key(17)]);
        record.name = "build".to_owned();
        record.key.generation = u32::try_from(attempts_before).unwrap() + 1;
        record.told = Some(Told { page: PAGE, commit: "c".to_owned(), branch: None, attempts_before, state });
        record
    }

    fn status(state: StatusState, page: JobPage, age_s: u64) -> Status {
        Status { context: "CI / build (push)".to_owned(), state, page: Some(page), age_s: Some(age_s) }
    }

    fn over(word: &str) -> StatusState {
        StatusState::Over(word.to_owned())
    }

    fn ended(conclusion: &str) -> JobState {
        JobState::Over { conclusion: conclusion.to_owned(), registration: None }
    }

    const RUNNING: JobState = JobState::Running { registration: None };

    fn task(state: JobState) -> Task {
        let [name, commit, workflow, event] = ["build", "c", "ci.yml", "push"].map(str::to_owned);
        Task { run: 4, name, commit, workflow, event, state, age_s: Some(1) }
    }

    fn state(record: &JobRecord, tasks: &[Task], statuses: &[Status]) -> JobState {
        Evidence { record, age_s: 60, namesakes: 1, peers: &[], tasks, statuses }.stands().0
    }

    #[test]
    fn without_traces_what_was_told_holds() {
        assert_eq!(state(&record(JobState::Queued, 0), &[], &[]), JobState::Queued);
        let pending = [status(StatusState::Pending, PAGE, 1)];
        assert_eq!(state(&record(JobState::Queued, 0), &[], &pending), JobState::Queued, "running is pending too");
    }

    #[test]
    fn a_status_tells_of_an_end_that_no_delivery_told() {
        assert_eq!(state(&record(JobState::Queued, 0), &[], &[status(over("failure"), PAGE, 5)]), ended("failure"));
        let other = status(over("failure"), JobPage { run: 3, place: 1 }, 5);
        assert_eq!(state(&record(JobState::Queued, 0), &[], &[other]), JobState::Queued, "another run's job of the same name");
    }

    #[test]
    fn the_status_of_an_earlier_attempt_ends_no_rerun() {
        let rerun = record(JobState::Queued, 1);
        assert_eq!(state(&rerun, &[], &[status(over("success"), PAGE, 600)]), JobState::Queued);
        assert_eq!(state(&rerun, &[], &[status(over("success"), PAGE, 30)]), ended("success"));
        let timeless = Status { age_s: None, ..status(over("success"), PAGE, 0) };
        assert_eq!(state(&rerun, &[], &[timeless]), JobState::Queued, "in doubt it waits");
    }

    #[test]
    fn a_task_tells_where_there_is_no_status() {
        let queued = record(JobState::Queued, 0);
        assert_eq!(state(&queued, &[task(RUNNING)], &[]), RUNNING);
        assert_eq!(state(&queued, &[task(ended("success"))], &[]), ended("success"));
        let rerun = record(JobState::Queued, 1);
        assert_eq!(state(&rerun, &[task(ended("success"))], &[]), JobState::Queued, "the first attempt's");
        assert_eq!(state(&rerun, &[task(RUNNING), task(ended("success"))], &[]), RUNNING);
    }

    #[test]
    fn tasks_of_namesakes_tell_nothing() {
        let record = record(JobState::Queued, 0);
        let tasks = [task(ended("success"))];
        let evidence = Evidence { record: &record, age_s: 60, namesakes: 2, peers: &[], tasks: &tasks, statuses: &[] };
        assert_eq!(evidence.stands().0, JobState::Queued);
    }

    #[test]
    fn a_delivery_knows_the_runner_and_a_task_does_not() {
        let told = JobState::Running { registration: Some(9) };
        assert_eq!(state(&record(told.clone(), 0), &[task(RUNNING)], &[]), told);
        assert_eq!(state(&record(told, 0), &[task(ended("failure"))], &[]), ended("failure"));
    }

    #[test]
    fn what_was_unheard_of_for_too_long_is_given_up() {
        let record = record(JobState::Queued, 0);
        let evidence =
            |age_s| Evidence { record: &record, age_s, namesakes: 1, peers: &[], tasks: &[], statuses: &[] }.stands().0;
        assert_eq!((evidence(UNHEARD_S - 1), evidence(UNHEARD_S)), (JobState::Queued, JobState::Unknown));
    }
}
