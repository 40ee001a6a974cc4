//! Whose code a job of Forgejo runs.
//!
//! From 16 a job names its run, and the run says `is_fork_pull_request`. From 12 to 15 runs can be listed but nothing
//! leads from a job to its run; then all runs of the repository that can have jobs left are looked at: if none of them is
//! a fork's, no job is. Before 12 nothing can be asked.
//!
//! Which runs can have jobs left is not what their status says: one failed job makes a run `failure` while others of it
//! still wait (seen on 15.0.3). Forgejo gives up waiting jobs after `ABANDONED_JOB_TIMEOUT`, a day unless configured, so a
//! failed or cancelled run counts for two days after its last change. A run that needs approval has only blocked jobs,
//! so it cannot be the one of a job that waits.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::wire::{Run, Runs};
use crate::forge::capabilities::{Capabilities, ForgeKind::Forgejo};
use crate::forge::error::ForgeError;
use crate::forge::http::{Answer, Http, Missing};
use crate::forge::paging::{self, Listing, Page, Source, Window};
use crate::forge::route;
use crate::forge::{ForgeJob, Trust};
use crate::identifier::RepositoryName;

/// How long after its last change a failed or cancelled run may have waiting jobs.
const LINGERS: SignedDuration = SignedDuration::from_hours(48);

/// Pages of failed and cancelled runs that are looked at.
const MOST_PAGES: usize = 4;

/// What was found out about the jobs of one look at the queue, so that fifty jobs of one matrix cost one question.
///
/// A verdict holds for every job that was in the queue before the runs were listed, and for no other.
#[derive(Default)]
pub(in crate::forge) struct Verdicts(Mutex<HashMap<RepositoryName, Look>>);

#[derive(Default)]
struct Look {
    jobs: BTreeSet<u64>,
    verdict: Option<Trust>,
}

impl Verdicts {
    /// Begins anew with the jobs of a fresh look at the queue.
    pub(in crate::forge) fn reset(&self, jobs: &[ForgeJob]) {
        let mut looks: HashMap<RepositoryName, Look> = HashMap::new();
        for job in jobs {
            looks.entry(job.repository.clone()).or_default().jobs.insert(job.id);
        }
        *self.lock() = looks;
    }

    /// Whose code the job runs.
    pub(in crate::forge) async fn trust(&self, http: &Http, forge: Capabilities, job: &ForgeJob) -> Result<Trust, ForgeError> {
        if let Some(run) = job.run {
            return of_run(http, &job.repository, run).await;
        }
        if !forge.tells_origin() {
            let cause = format!("Forgejo {} cannot be asked for runs: upgrade to 16", forge.version);
            return Ok(Trust::Unknown { cause });
        }
        if let Some(verdict) = self.remembered(job) {
            return Ok(verdict);
        }
        let verdict = of_open_runs(http, &job.repository).await?;
        if let Some(look) = self.lock().get_mut(&job.repository).filter(|look| look.jobs.contains(&job.id)) {
            look.verdict = Some(verdict.clone());
        }
        Ok(verdict)
    }

    fn remembered(&self, job: &ForgeJob) -> Option<Trust> {
        self.lock().get(&job.repository).filter(|look| look.jobs.contains(&job.id))?.verdict.clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RepositoryName, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn of_run(http: &Http, repository: &RepositoryName, run: u64) -> Result<Trust, ForgeError> {
    let id = run.to_string();
    let answer = http.ask(&route::repository(Forgejo, repository, &["actions", "runs", &id])).await?;
    if answer.missing() == Some(Missing::Object) {
        return Ok(Trust::Unknown { cause: format!("the forge no longer knows run {run}") });
    }
    Ok(verdict(&answer.read()?))
}

async fn of_open_runs(http: &Http, repository: &RepositoryName) -> Result<Trust, ForgeError> {
    let open = paging::unordered(runs(http, repository, &["waiting", "running", "blocked"])).await?;
    let mut suspects: Vec<Run> = open.into_iter().map(|(run, _)| run).filter(|run| may_have_jobs_left(run, None)).collect();
    let mut ended = runs(http, repository, &["failure", "cancelled"]);
    for page in 1..=MOST_PAGES {
        let window = Window { page, limit: 50 };
        // Newest first.
        let answer = ended.page(window).await?;
        let before = suspects.len();
        suspects.extend(
            answer.rows.into_iter().map(|(_, row)| row).filter(|(run, now)| may_have_jobs_left(run, *now)).map(|(run, _)| run),
        );
        if suspects.len() == before || answer.length < window.limit {
            return Ok(of_all(&suspects));
        }
    }
    Ok(Trust::Unknown { cause: "the repository had more failed runs lately than can be looked at".to_owned() })
}

/// The runs with one of these statuses, each with the time that the forge had when it told.
fn runs<'a>(
    http: &'a Http,
    repository: &RepositoryName,
    statuses: &[&str],
) -> impl Source<Row = (Run, Option<Timestamp>)> + use<'a> {
    let call = route::repository(Forgejo, repository, &["actions", "runs"]);
    let call = statuses.iter().fold(call, |call, status| call.query("status", status));
    let read = |answer: &Answer| {
        let Runs { workflow_runs, total_count } = answer.read()?;
        let runs = workflow_runs.into_iter().flatten().map(|run| (run.id, (run, answer.date())));
        let rows: Vec<_> = runs.collect();
        Ok(Page { length: rows.len(), rows, total: total_count })
    };
    Listing { http, call, read }
}

/// One verdict for a job that belongs to one of these runs.
fn of_all(runs: &[Run]) -> Trust {
    let verdicts: Vec<_> = runs.iter().map(|run| (run.id, verdict(run))).collect();
    match verdicts.iter().find(|(_, verdict)| *verdict != Trust::Own) {
        _ if verdicts.is_empty() => Trust::Unknown { cause: "no open run of the repository is to be seen".to_owned() },
        None => Trust::Own,
        Some(_) if verdicts.iter().all(|(_, verdict)| *verdict == Trust::Fork) => Trust::Fork,
        Some((suspect, _)) => Trust::Unknown {
            cause: format!(
                "it may belong to run {suspect}, which may be a fork's, and before Forgejo 16 no job says which run it belongs to"
            ),
        },
    }
}

fn verdict(run: &Run) -> Trust {
    match run.trigger_event.as_str() {
        "pull_request_target" => Trust::Own,
        _ if run.is_fork_pull_request => Trust::Fork,
        event if event.starts_with("pull_request_review") => {
            Trust::Unknown { cause: format!("run {} is of a review, which runs the reviewed commit whosever it is", run.id) }
        }
        _ => Trust::Own,
    }
}

fn may_have_jobs_left(run: &Run, now: Option<Timestamp>) -> bool {
    let changed = run.updated.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    match run.status.as_str() {
        _ if run.need_approval => false,
        "success" | "skipped" => false,
        // A clock that cannot be read makes nothing old.
        "failure" | "cancelled" => match (now, changed) {
            (Some(now), Some(changed)) => now.duration_since(changed) < LINGERS,
            _ => true,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: u64, event: &str, fork: bool) -> Run {
        Run {
            id,
            is_fork_pull_request: fork,
            need_approval: false,
            trigger_event: event.to_owned(),
            status: "waiting".to_owned(),
            updated: Some("2026-11-21T09:59:24Z".to_owned()),
        }
    }

    #[test]
    fn without_a_fork_among_them_every_run_is_the_repositorys_own() {
        assert_eq!(of_all(&[run(1, "push", false), run(2, "pull_request", false)]), Trust::Own);
    }

    #[test]
    fn a_target_event_of_a_fork_runs_the_bases_code() {
        assert_eq!(of_all(&[run(1, "pull_request_target", true)]), Trust::Own);
    }

    #[test]
    fn one_fork_among_others_leaves_all_of_them_unclear() {
        let Trust::Unknown { cause } = of_all(&[run(1, "push", false), run(12, "pull_request", true)]) else { panic!() };
        assert!(cause.contains("run 12"), "{cause}");
    }

    #[test]
    fn nothing_but_forks_is_a_fork() {
        assert_eq!(of_all(&[run(1, "pull_request", true), run(2, "pull_request", true)]), Trust::Fork);
    }

    #[test]
    fn a_review_carries_no_mark_and_is_not_trusted() {
        assert!(matches!(of_all(&[run(1, "pull_request_review", false)]), Trust::Unknown { .. }));
        assert!(matches!(of_all(&[]), Trust::Unknown { .. }));
    }

    #[test]
    fn a_failed_run_may_still_have_waiting_jobs_for_two_days() {
        let now = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let with = |status: &str| Run { status: status.to_owned(), ..run(1, "pull_request", true) };
        for status in ["failure", "cancelled"] {
            assert!(may_have_jobs_left(&with(status), now("2026-11-22T10:00:00Z")), "{status}");
            assert!(!may_have_jobs_left(&with(status), now("2026-11-24T10:00:00Z")), "{status}");
            assert!(may_have_jobs_left(&with(status), None), "{status}");
        }
        for (status, left) in [("success", false), ("skipped", false), ("running", true), ("strange", true)] {
            assert_eq!(may_have_jobs_left(&with(status), now("2026-11-24T10:00:00Z")), left, "{status}");
        }
    }

    #[test]
    fn a_run_that_needs_approval_has_no_job_that_waits() {
        assert!(!may_have_jobs_left(&Run { need_approval: true, ..run(1, "pull_request", true) }, None));
    }
}
