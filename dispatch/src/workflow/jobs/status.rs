//! The status in which rows are stored, and Forgejo's checks right after.

use std::collections::HashSet;

use super::context::ExpandContext;
use super::job::{ExpandedJob, JobStatus};

/// The status of a new row.
pub(super) fn initial(needs: &[String], context: &ExpandContext<'_>) -> JobStatus {
    if needs.is_empty() && !context.needs_approval { JobStatus::Waiting } else { JobStatus::Blocked }
}

/// Forgejo ≥ 14 fails a run at once if one of its jobs could never start.
pub(super) fn fail_what_can_never_start(jobs: &mut [ExpandedJob], context: &ExpandContext<'_>) {
    if !context.dialect.is_forgejo_from(14) {
        return;
    }
    let checks_needs = context.dialect.is_forgejo_from(15);
    let known: HashSet<&str> = jobs.iter().map(|job| job.job_id.as_str()).collect();
    let is_known = |need: &String| known.contains(need.as_str());
    let can_never_start = |job: &ExpandedJob| waits_for_nothing(job) || checks_needs && !job.needs.iter().all(is_known);
    let is_failed = jobs.iter().any(can_never_start);
    if is_failed {
        for job in jobs {
            job.status = JobStatus::Failure;
        }
    }
}

/// Whether a row waits for a value that no need of it will bring: a key that its matrix does not have, or a job that its
/// `needs` do not name.
fn waits_for_nothing(job: &ExpandedJob) -> bool {
    let Some(on) = &job.depends_on else {
        return false;
    };
    match on.strip_prefix("needs.") {
        Some(need) => !need.contains(".outputs.") && !job.needs.iter().any(|known| known == need),
        None => on.starts_with("matrix."),
    }
}
