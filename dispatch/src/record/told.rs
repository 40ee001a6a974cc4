//! What deliveries told of a job that its forge cannot be asked for.
//!
//! Gitea 1.24 announces every change of a job and lists none. Its deliveries come once, late, twice, or in another
//! order; so what was told only ever moves forward: queued, running, over.

use serde::{Deserialize, Serialize};

use crate::event::{Conclusion, Job, JobStatus};
use crate::forge::{JobPage, JobState};

/// One attempt of a job, as far as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Its page; statuses point to it, tasks name its run.
    pub page: JobPage,
    /// The commit that it runs on.
    pub commit: String,
    /// The branch that it runs for; nothing for tags and pull requests.
    pub branch: Option<String>,
    /// How often a runner had taken the job before it was queued this time.
    pub attempts_before: u64,
    /// The furthest that was told.
    pub state: JobState,
}

impl Told {
    /// What a delivery tells; nothing if its forge is one that can be asked: only Gitea 1.24 puts jobs below their runs.
    pub fn of(job: &Job) -> Option<Self> {
        let below_its_run = job.url.as_deref()?.rsplit('/').nth(3)? == "runs";
        let page = JobPage::of(job.html_url.as_deref()?).filter(|_| below_its_run)?;
        let state = match job.status {
            JobStatus::Queued => JobState::Queued,
            JobStatus::Waiting => JobState::Blocked,
            JobStatus::InProgress => JobState::Running { registration: job.runner_id },
            JobStatus::Completed => JobState::Over { conclusion: conclusion(job), registration: job.runner_id },
            JobStatus::Unknown => return None,
        };
        // Taking a job raises its attempt; so does the end of a taken one show the raised number.
        let taken = job.status == JobStatus::InProgress || job.runner_id.is_some();
        let attempts_before = job.run_attempt.saturating_sub(u64::from(taken));
        Some(Self { page, commit: job.head_sha.clone(), branch: job.head_branch.clone(), attempts_before, state })
    }

    /// Moves forward to what a later delivery tells of the same attempt; whether it was news.
    pub fn hear(&mut self, later: &Self) -> bool {
        let news = later.attempts_before == self.attempts_before && rank(&later.state) > rank(&self.state);
        if news {
            self.state = later.state.clone();
        }
        news
    }

    /// Ends it because a later attempt was queued; whether it had not been ended before.
    pub fn outdate(&mut self) -> bool {
        let news = !matches!(self.state, JobState::Over { .. });
        if news {
            self.state = JobState::Over { conclusion: "that it was run again".to_owned(), registration: None };
        }
        news
    }

    /// Whether a runner is known to have taken it.
    pub fn was_taken(&self) -> bool {
        matches!(&self.state, JobState::Running { .. } | JobState::Over { registration: Some(_), .. })
    }
}

fn rank(state: &JobState) -> u8 {
    match state {
        JobState::Blocked => 0,
        JobState::Queued => 1,
        JobState::Running { .. } => 2,
        JobState::Over { .. } | JobState::Unknown => 3,
    }
}

/// Gitea 1.24 leaves the conclusion of a skipped job out.
fn conclusion(job: &Job) -> String {
    let word = match job.conclusion {
        Some(Conclusion::Success) => "success",
        Some(Conclusion::Failure) => "failure",
        Some(Conclusion::Cancelled) => "cancelled",
        Some(Conclusion::Skipped) | None => "skipped",
        Some(Conclusion::Unknown) => "completed",
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(change: &Value) -> Option<Told> {
        let mut job = json!({
            "id": 7, "run_id": 3, "name": "build", "labels": ["go"], "status": "queued", "run_attempt": 0,
            "url": "http://forge.test:3000/api/v1/repos/acme/tour/actions/runs/3/jobs/7",
            "html_url": "http://forge.test:3000/acme/tour/actions/runs/2/jobs/0",
            "head_sha": "53cccdfe519cd0be5c5b7ebb0d6a0966b1054c9a", "head_branch": "main",
        });
        job.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        Told::of(&serde_json::from_value(job).unwrap())
    }

    #[test]
    fn only_gitea_1_24_puts_jobs_below_their_runs() {
        assert_eq!(told(&json!({})).unwrap().page, JobPage { run: 2, place: 0 });
        for url in ["http://forge.test:3000/api/v1/repos/acme/tour/actions/jobs/7", "", "x"] {
            assert_eq!(told(&json!({ "url": url })), None, "{url}");
        }
    }

    #[test]
    fn an_attempt_is_the_same_from_its_queue_to_its_end() {
        let of = |status: &str, run_attempt: u64, runner_id: u64| {
            told(&json!({"status": status, "run_attempt": run_attempt, "runner_id": runner_id})).unwrap().attempts_before
        };
        assert_eq!([of("queued", 0, 0), of("in_progress", 1, 5), of("completed", 1, 5)], [0, 0, 0]);
        assert_eq!([of("queued", 1, 0), of("in_progress", 2, 6), of("completed", 2, 6)], [1, 1, 1]);
        assert_eq!(of("completed", 0, 0), 0, "cancelled before a runner had it");
    }

    #[test]
    fn what_was_told_never_goes_back() {
        let state = |status: &str| told(&json!({"status": status, "conclusion": "success"})).unwrap();
        let mut queued = state("queued");
        assert!(queued.hear(&state("completed")), "the end overtook the beginning");
        assert!(!queued.hear(&Told { attempts_before: 0, ..state("in_progress") }));
        assert!(matches!(&queued.state, JobState::Over { conclusion, .. } if conclusion == "success"));
        assert!(!state("queued").hear(&Told { attempts_before: 1, ..state("completed") }), "another attempt's");
    }
}
