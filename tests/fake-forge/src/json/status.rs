//! Commit statuses that Actions writes.

use serde_json::{Value, json};

use crate::world::{Job, Status, World, clock::rfc3339};

impl World {
    /// The statuses of a job, newest first. Only the state counts: waiting, blocked and running are one `pending`, whose
    /// description stays that of the first moment. Nothing for events other than pushes and pull requests.
    ///
    /// The route itself is not recorded. Its fields are those of Gitea 1.24's `CommitStatus`, the values those of the
    /// recorded `status` deliveries. Simpler than a real server: jobs with the same names in other runs change nothing.
    pub(crate) fn statuses_json(&self, job: &Job) -> Vec<Value> {
        let Some((run, repository)) = self.home_of(job) else {
            return Vec::new();
        };
        if !["push", "pull_request"].contains(&run.event.as_str()) {
            return Vec::new();
        }
        let full = self.full_name(repository);
        let page = format!("{}/{full}/actions/runs/{}/jobs/{}", self.root_url(), self.run_in_html(run), self.job_in_html(job));
        let line = |row: i64, state: &str, description: &str, at_s: i64| {
            json!({
                "id": job.id * 2 + row,
                "status": state,
                "target_url": page,
                "description": description,
                "url": format!("{}/api/v1/repos/{full}/statuses/{}", self.root_url(), run.head_id),
                "context": format!("{} / {} ({})", run.workflow.name, job.spec.name, run.event),
                "creator": null,
                "created_at": rfc3339(at_s),
                "updated_at": rfc3339(at_s),
            })
        };
        let waits = if job.spec.needs.is_empty() { "Waiting to run" } else { "Blocked by required conditions" };
        let pending = line(0, "pending", waits, job.created_s);
        let over = match job.status {
            Status::Success => line(1, "success", "Successful in 1s", job.stopped_s),
            Status::Skipped => line(1, "success", "Has been skipped", job.stopped_s),
            Status::Failure => line(1, "failure", "Failing after 1s", job.stopped_s),
            Status::Cancelled => line(1, "failure", "Has been cancelled", job.stopped_s),
            Status::Waiting | Status::Blocked | Status::Running => {
                return vec![line(0, "pending", waits, job.created_s.max(job.updated_s))];
            }
        };
        vec![over, pending]
    }
}
