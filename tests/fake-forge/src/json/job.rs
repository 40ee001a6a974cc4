//! Jobs: Gitea's `workflow_job`, Forgejo's waiting jobs, and the task list of both.

use serde_json::{Value, json};

use super::Fields as _;
use crate::flavour::Flavour;
use crate::world::{Job, Status, Task, World, clock::rfc3339};

impl World {
    /// A job in Gitea's jobs API.
    pub(crate) fn job_json(&self, job: &Job) -> Value {
        let Some((run, repository)) = self.home_of(job) else {
            return Value::Null;
        };
        let full = self.full_name(repository);
        let base = self.job_base_url();
        let (status, conclusion) = job.status.github_words();
        let mut value = json!({
            "id": job.id,
            "url": format!("{base}/api/v1/repos/{full}/actions/{}jobs/{}", self.under_run(job), job.id),
            "html_url": format!("{base}/{full}/actions/runs/{}/jobs/{}", self.run_in_html(run), self.job_in_html(job)),
            "run_id": job.run,
            "run_url": format!("{base}/api/v1/repos/{full}/actions/runs/{}", job.run),
            "name": job.spec.name,
            "labels": job.spec.labels,
            "run_attempt": job.attempt,
            "head_sha": run.head_id,
            "status": status,
            "runner_id": 0,
            "steps": [],
            "created_at": rfc3339(job.created_s),
            "started_at": rfc3339(job.started_s),
            "completed_at": rfc3339(job.stopped_s),
        });
        if let Some(branch) = run.branch() {
            value.set("head_branch", json!(branch));
        }
        if let Some(conclusion) = conclusion {
            value.set("conclusion", json!(conclusion));
        }
        if job.spec.labels.is_empty() {
            value.set("labels", Value::Null);
        }
        if let Some(task) = job.task.and_then(|id| self.tasks.get(&id)) {
            self.add_task(&mut value, task);
        }
        value
    }

    /// The same in a `workflow_job` delivery.
    pub(crate) fn hook_job_json(&self, job: &Job) -> Value {
        let mut value = self.job_json(job);
        if self.flavour() == Flavour::Gitea1_24 && job.task.is_none() {
            value.set("steps", Value::Null);
            value.leave_out("runner_id");
        }
        value
    }

    fn add_task(&self, value: &mut Value, task: &Task) {
        value.set("runner_id", json!(task.runner));
        if let Some(runner) = self.runners.get(&task.runner) {
            value.set("runner_name", json!(runner.name));
        }
        let old = self.flavour() == Flavour::Gitea1_24;
        let steps = task.steps.iter().enumerate().map(|(number, step)| {
            // 1.24 shows the task's own state at every step, and the bare command as its name.
            let shown = if old { task.status } else { step.status };
            let (status, conclusion) = shown.github_words();
            let name = if old { step.command.clone() } else { format!("Run {}", step.command) };
            let mut value = json!({
                "name": name,
                "number": number,
                "status": status,
                "started_at": rfc3339(step.started_s),
                "completed_at": rfc3339(step.stopped_s),
            });
            if let Some(conclusion) = conclusion {
                value.set("conclusion", json!(conclusion));
            }
            value
        });
        value.set("steps", steps.collect());
    }

    /// A job in Forgejo's list for runners.
    pub(crate) fn forgejo_job_json(&self, job: &Job) -> Value {
        let Some((_, repository)) = self.home_of(job) else {
            return Value::Null;
        };
        let needs = Some(&job.spec.needs).filter(|needs| !needs.is_empty());
        let mut value = json!({
            "id": job.id,
            "repo_id": repository.id,
            "owner_id": repository.owner,
            "name": job.spec.name,
            "needs": needs,
            "runs_on": job.spec.labels,
            "task_id": job.task.unwrap_or(0),
            "status": job.status.word(),
        });
        if self.flavour().has_handles() {
            value.set("attempt", json!(job.attempt));
            value.set("handle", json!(job.handle));
        }
        value
    }

    /// A line of `GET …/actions/tasks`.
    pub(crate) fn task_line_json(&self, task: &Task) -> Value {
        let job = self.jobs.get(&task.job);
        let Some((job, (run, repository))) = job.and_then(|job| Some((job, self.home_of(job)?))) else {
            return Value::Null;
        };
        let full = self.full_name(repository);
        json!({
            "id": task.id,
            "name": job.spec.name,
            "head_branch": run.pretty_reference(),
            "head_sha": run.head_id,
            "run_number": run.number,
            "event": run.event,
            "display_title": run.title,
            "status": task.status.word(),
            "workflow_id": run.workflow.file,
            "url": format!("{}/{full}/actions/runs/{}", self.job_base_url(), self.run_in_html(run)),
            "created_at": rfc3339(task.created_s),
            "updated_at": rfc3339(task.updated_s),
            "run_started_at": rfc3339(task.created_s),
        })
    }

    /// 1.24, which has no jobs API, puts the job under its run.
    fn under_run(&self, job: &Job) -> String {
        match self.flavour() {
            Flavour::Gitea1_24 => format!("runs/{}/", job.run),
            _ => String::new(),
        }
    }

    /// How the job is named in the address of its page: by id since 1.26, before that by its place in the run.
    pub(crate) fn job_in_html(&self, job: &Job) -> i64 {
        if self.flavour().is_forgejo() || self.flavour() >= Flavour::Gitea1_26 {
            return job.id;
        }
        let place = self.jobs_of(job.run).position(|other| other.id == job.id);
        i64::try_from(place.unwrap_or(0)).unwrap_or(0)
    }
}

/// Is a job listed in Forgejo's `GET …/runners/jobs`? Blocked and finished ones are not.
pub(crate) fn listed_for_runners(job: &Job) -> bool {
    matches!(job.status, Status::Waiting | Status::Running)
}
