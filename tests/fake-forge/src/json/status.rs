//! Commit statuses that Actions writes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::{Job, Status, World, clock::rfc3339};

impl World {
    /// The statuses of a commit, newest first. Only the state counts: waiting, blocked and running are one `pending`, whose
    /// description stays that of the first moment; and one in the state of the last of its name is not written, whichever
    /// run's that was. Nothing for events other than pushes and pull requests.
    ///
    /// The route itself is not recorded. Its fields are those of Gitea 1.24's `CommitStatus`, the values those of the
    /// recorded `status` deliveries; what is not written was read in the sources and seen on Gitea 1.24. In one second, all
    /// jobs begin before any ends.
    pub(crate) fn statuses_json(&self, repository: i64, commit: &str) -> Vec<Value> {
        let here = |job: &&Job| {
            self.home_of(job).is_some_and(|(run, _)| {
                let shown = ["push", "pull_request"].contains(&run.event.as_str());
                shown && run.repository == repository && run.head_id == commit
            })
        };
        let mut moments: Vec<Moment<'_>> = self.jobs.values().filter(here).flat_map(moments).collect();
        moments.sort_by_key(|moment| (moment.at_s, moment.order, moment.job.id));
        let mut last = BTreeMap::new();
        let mut rows = Vec::new();
        for moment in moments {
            let Some((run, _)) = self.home_of(moment.job) else { continue };
            let context = format!("{} / {} ({})", run.workflow.name, moment.job.spec.name, run.event);
            let is_news = last.insert(context.clone(), moment.state) != Some(moment.state);
            // What is compared is the trimmed name with the untrimmed one, so one without a workflow's name is always news.
            if is_news || run.workflow.name.is_empty() {
                rows.extend(self.status_json(&moment, context.trim(), rows.len()));
            }
        }
        rows.reverse();
        rows
    }

    fn status_json(&self, moment: &Moment<'_>, context: &str, index: usize) -> Option<Value> {
        let Moment { job, at_s, state, description, .. } = *moment;
        let (run, repository) = self.home_of(job)?;
        let full = self.full_name(repository);
        let page = format!("{}/{full}/actions/runs/{}/jobs/{}", self.root_url(), self.run_in_html(run), self.job_in_html(job));
        Some(json!({
            "id": index + 1,
            "status": state,
            "target_url": page,
            "description": description,
            "url": format!("{}/api/v1/repos/{full}/statuses/{}", self.root_url(), run.head_id),
            "context": context,
            "creator": null,
            "created_at": rfc3339(at_s),
            "updated_at": rfc3339(at_s),
        }))
    }
}

/// Something happened to a job that may write a status.
struct Moment<'a> {
    job: &'a Job,
    at_s: i64,
    /// Within one second.
    order: u8,
    state: &'static str,
    description: &'static str,
}

/// It is made, a runner takes it, and it ends. A new attempt begins anew.
fn moments(job: &Job) -> Vec<Moment<'_>> {
    let moment = |at_s, order, state, description| Moment { job, at_s, order, state, description };
    let waits = if job.spec.needs.is_empty() { "Waiting to run" } else { "Blocked by required conditions" };
    let over = |state, description| vec![moment(job.stopped_s, 2, state, description)];
    let (made_s, end) = match job.status {
        Status::Success => (job.created_s, over("success", "Successful in 1s")),
        Status::Skipped => (job.created_s, over("success", "Has been skipped")),
        Status::Failure => (job.created_s, over("failure", "Failing after 1s")),
        Status::Cancelled => (job.created_s, over("failure", "Has been cancelled")),
        Status::Waiting | Status::Blocked | Status::Running => (job.created_s.max(job.updated_s), Vec::new()),
    };
    let taken = (job.started_s > 0).then(|| moment(job.started_s, 1, "pending", "Has started running"));
    [moment(made_s, 0, "pending", waits)].into_iter().chain(taken).chain(end).collect()
}
