//! From an event to the jobs that its forge will have: the forge's own rules, asked for what to launch. Pure.
//!
//! Nothing is guessed: a job whose labels, or whether it starts at all, hangs on something that this program cannot know
//! gets a closed record, or a sentence, that says so.

use crate::config::Config;
use crate::forge::{Capabilities, Trust};
use crate::identifier::JobKey;
use crate::label::LabelSet;
use crate::pool::choose;
use crate::reason::Reason;
use crate::record::{JobRecord, Need, Notice, Predicted, Story};
use crate::text::printable;
use crate::workflow::event::Event;
use crate::workflow::jobs::ExpandedJob;
use crate::workflow::{Decision, Folder, Outcome, Scene, Settings, Snapshot, Why, decide, model};

/// Longest name of a job that is kept.
const LONGEST_NAME: usize = 200;

/// What one event leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prediction {
    /// The jobs, each with what there is to tell of it; those that cannot be served are closed.
    pub jobs: Vec<(JobRecord, Vec<Reason>)>,
    /// What could not be told about whole workflows.
    pub unclear: Vec<Reason>,
}

/// Predicts what `event`, of which `notice` tells, starts by what `snapshot` knows.
pub(crate) fn predict(config: &Config, forge: Capabilities, notice: &Notice, event: &Event, snapshot: &Snapshot) -> Prediction {
    let dialect = forge.dialect();
    let settings = Settings::default_of(dialect);
    let decided = decide(Scene { dialect, settings: &settings, event, snapshot });
    let oracle = Oracle { config, forge, notice, event, snapshot };
    let mut prediction = Prediction::default();
    if let Some(why @ (Why::Unknown { .. } | Why::Lost { .. })) = &decided.why {
        prediction.unclear.push(oracle.unclear(why));
    }
    for decision in &decided.workflows {
        match &decision.outcome {
            Outcome::Started { jobs, needs_approval } => {
                let own = (0..).zip(jobs).filter(|(_, job)| !job.is_caller && !job.status.has_ended());
                prediction.jobs.extend(own.map(|(place, job)| oracle.job(decision, jobs, place, job, *needs_approval)));
            }
            Outcome::Unknown => prediction.unclear.push(oracle.unclear(&decision.why)),
            Outcome::Failed { .. } | Outcome::NotStarted => {}
        }
    }
    prediction
}

struct Oracle<'a> {
    config: &'a Config,
    forge: Capabilities,
    notice: &'a Notice,
    event: &'a Event,
    snapshot: &'a Snapshot,
}

impl Oracle<'_> {
    fn unclear(&self, why: &Why) -> Reason {
        Reason::Unpredictable { why: printable(&format!("`{}` of {}: {why}", self.notice.event, self.notice.repository), 500) }
    }

    fn job(
        &self,
        decision: &Decision,
        run: &[ExpandedJob],
        place: usize,
        job: &ExpandedJob,
        needs_approval: bool,
    ) -> (JobRecord, Vec<Reason>) {
        let Notice { forge, repository, at, .. } = self.notice;
        let key = JobKey::first(forge.clone(), self.notice.job(&decision.workflow, &decision.event, place));
        let reason = Reason::Predicted { workflow: printable(&decision.workflow, 100), event: self.notice.event.clone() };
        let labels: LabelSet = job.runs_on.iter().cloned().collect();
        let name = printable(&job.name, LONGEST_NAME);
        let mut record = JobRecord::new(key, repository.clone(), name, labels, *at, Story::beginning(*at, &reason));
        record.predicted = Some(self.shows_as(decision, run, job));
        let unserved = self.unserved(&record, job, needs_approval);
        if let Some(why) = &unserved {
            record.story.add(*at, why);
            record.closed_at = Some(*at);
        }
        (record, std::iter::once(reason).chain(unserved).collect())
    }

    /// Why nothing is launched for a job that will exist.
    fn unserved(&self, record: &JobRecord, job: &ExpandedJob, needs_approval: bool) -> Option<Reason> {
        if needs_approval {
            let why = "its run waits for an approval, and this forge does not tell when that is given: push again after it";
            return Some(Reason::Unpredictable { why: why.to_owned() });
        }
        if let Some(on) = &job.depends_on {
            let why = format!("what it asks for depends on `{}`, which only the forge will know", printable(on, 100));
            return Some(Reason::Unpredictable { why });
        }
        choose(&self.config.pools, &record.labels).err().map(Reason::NoPool)
    }

    fn shows_as(&self, decision: &Decision, run: &[ExpandedJob], job: &ExpandedJob) -> Predicted {
        let request = self.event.pull_request.as_ref();
        let needs = run.iter().filter(|other| job.needs.contains(&other.job_id) && !other.is_caller);
        let contexts = |name: &str| self.contexts(decision, name);
        Predicted {
            commit: request.map_or_else(|| decision.commit.clone(), |request| request.head_commit.clone()),
            workflow: decision.workflow.clone(),
            contexts: contexts(&job.name),
            confirmed: matches!(self.notice.event.as_str(), "push" | "pull_request" | "pull_request_sync"),
            needs: needs.map(|other| Need { name: other.name.clone(), contexts: contexts(&other.name) }).collect(),
            trust: self.trust(decision),
        }
    }

    /// `Workflow / job (event)`. Releases differ in what stands for a workflow without a name: its file, or nothing.
    fn contexts(&self, decision: &Decision, job: &str) -> Vec<String> {
        let file = decision.workflow.rsplit('/').next().unwrap_or_default();
        let named =
            self.content(decision).and_then(|content| model::read(&decision.workflow, content, self.forge.dialect()).ok());
        let workflows = match named.and_then(|workflow| workflow.name) {
            Some(name) => vec![name],
            None => vec![file.to_owned(), String::new()],
        };
        let contexts = workflows.iter().map(|workflow| format!("{workflow} / {job} ({})", decision.event));
        contexts.map(|context| context.trim().to_owned()).collect()
    }

    fn content(&self, decision: &Decision) -> Option<&[u8]> {
        match self.snapshot.trees.get(&decision.commit)?.folders.get(&decision.folder)? {
            Folder::Files(files) | Folder::Submodule(files) => files.get(&decision.workflow).map(AsRef::as_ref),
            Folder::NotAFolder => None,
        }
    }

    /// A target event runs the base's code; a review names a commit and not whose it is.
    fn trust(&self, decision: &Decision) -> Trust {
        let is_fork = self.event.pull_request.as_ref().is_some_and(|request| request.is_fork);
        if decision.event == "pull_request_target" {
            return Trust::Own;
        }
        if decision.event.starts_with("pull_request_review") {
            return Trust::Unknown { cause: "a review runs the reviewed commit, whosever it is".to_owned() };
        }
        if is_fork { Trust::Fork } else { Trust::Own }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::forge::{ForgeKind, Version};
    use crate::scene::{NOW, Scene, labels};
    use crate::workflow::Tree;

    const PUSH: &str = "on: push\n";

    fn payload(change: &Value) -> Value {
        let mut payload = json!({
            "ref": "refs/heads/main", "before": "old", "after": "tip",
            "repository": { "full_name": "acme/tour", "default_branch": "main" },
        });
        payload.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        payload
    }

    fn of(event: &str, payload: Value, file: &str) -> Prediction {
        let forge = Capabilities::of(ForgeKind::Gitea, Version { major: 1, minor: 23 });
        let files = [("ci.yml".to_owned(), Arc::from(file.as_bytes()))].into();
        let tree = Arc::new(Tree { folders: [(".gitea/workflows".to_owned(), Folder::Files(files))].into() });
        let mut snapshot = Snapshot::default();
        for (name, commit) in [("refs/heads/main", "tip"), ("refs/pull/3/head", "head")] {
            snapshot.refs.insert(name.to_owned(), commit.to_owned());
            snapshot.trees.insert(commit.to_owned(), tree.clone());
            snapshot.messages.insert(commit.to_owned(), "Work".to_owned());
        }
        let read = Event::from_delivery(event, payload.clone()).unwrap();
        let notice = Notice::new("home".into(), event.to_owned(), "acme/tour".parse().unwrap(), payload, NOW).unwrap();
        predict(&Scene::new().config, forge, &notice, &read, &snapshot)
    }

    fn pushed(jobs: &str) -> Prediction {
        of("push", payload(&json!({})), &format!("{PUSH}jobs:\n{jobs}"))
    }

    fn told(prediction: &Prediction) -> Vec<(&str, bool, String)> {
        let line = |record: &JobRecord| record.story.last().unwrap().text.clone();
        prediction.jobs.iter().map(|(record, _)| (record.name.as_str(), record.is_open(), line(record))).collect()
    }

    #[test]
    fn a_job_is_expected_with_its_labels_and_the_names_of_its_statuses() {
        let prediction = pushed("  a: {runs-on: go}\n  b: {runs-on: [node], needs: a, name: Ship it}\n");
        let records: Vec<_> = prediction.jobs.iter().map(|(record, _)| record).collect();
        assert_eq!((records[0].labels.clone(), records[1].labels.clone()), (labels(&["go"]), labels(&["node"])));
        let ship = records[1].predicted.as_ref().unwrap();
        assert_eq!(ship.contexts, ["ci.yml / Ship it (push)", "/ Ship it (push)"], "the workflow has no name");
        assert_eq!((ship.commit.as_str(), ship.needs[0].name.as_str(), ship.confirmed), ("tip", "a", true));
        assert_eq!(records[0].first_seen, NOW);
    }

    #[test]
    fn the_same_event_predicts_the_same_jobs() {
        let keys = |prediction: Prediction| prediction.jobs.into_iter().map(|(record, _)| record.key).collect::<Vec<_>>();
        let jobs = "  a: {runs-on: go, strategy: {matrix: {n: [1, 2]}}}\n";
        let once = keys(pushed(jobs));
        assert_eq!(once, keys(pushed(jobs)));
        assert_eq!(once.iter().collect::<std::collections::BTreeSet<_>>().len(), 2, "each cell is a job of its own");
    }

    #[test]
    fn what_cannot_be_served_is_closed_with_its_reason() {
        let prediction = pushed("  a: {runs-on: windows}\n");
        let (name, open, line) = told(&prediction).remove(0);
        assert_eq!((name, open), ("a", false));
        assert!(line.starts_with("no pool covers the labels [windows]"), "{line}");
    }

    #[test]
    fn what_starts_nothing_predicts_nothing() {
        let elsewhere = of("push", payload(&json!({})), "on: {push: {branches: [other]}}\njobs: {a: {runs-on: go}}\n");
        assert_eq!(elsewhere, Prediction::default());
    }

    #[test]
    fn what_is_not_known_is_said_and_not_guessed() {
        let paths = of("push", payload(&json!({})), "on: {push: {paths: ['cmd/**']}}\njobs: {a: {runs-on: go}}\n");
        assert_eq!(paths.jobs, [], "the changed files are not known");
        assert!(
            matches!(&paths.unclear[..], [Reason::Unpredictable { why }] if why.contains("`push` of acme/tour")),
            "{paths:?}"
        );
    }

    fn request(head: u64) -> Value {
        let side = |reference: &str, sha: &str, id: u64| json!({"ref": reference, "sha": sha, "repo_id": id});
        let request = json!({"number": 3, "title": "Change", "user": {"login": "mallory"}, "merge_base": "old",
            "base": side("main", "tip", 1), "head": side("topic", "head", head)});
        payload(&json!({"action": "opened", "number": 3, "pull_request": request}))
    }

    #[test]
    fn a_forks_pull_request_waits_for_an_approval_that_nobody_will_tell() {
        let file = "on: [pull_request, pull_request_target]\njobs: {a: {runs-on: go}}\n";
        let prediction = of("pull_request", request(2), file);
        let trust = |record: &JobRecord| record.predicted.as_ref().unwrap().trust.clone();
        let (own, forks): (Vec<_>, Vec<_>) = prediction.jobs.iter().map(|(record, _)| record).partition(|job| job.is_open());
        assert_eq!((own.len(), trust(own[0])), (1, Trust::Own), "a target event runs the base's code");
        assert_eq!((forks.len(), trust(forks[0])), (1, Trust::Fork));
        assert!(forks[0].story.last().unwrap().text.contains("waits for an approval"), "{:?}", forks[0].story);
        for record in own.iter().chain(&forks) {
            assert_eq!(record.predicted.as_ref().unwrap().commit, "head", "statuses of both are written on the head");
        }
        let same = of("pull_request", request(1), "on: pull_request\njobs: {a: {runs-on: go}}\n");
        assert_eq!((same.jobs[0].0.is_open(), trust(&same.jobs[0].0)), (true, Trust::Own));
    }
}
