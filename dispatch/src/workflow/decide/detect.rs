//! Which entries of which files the event starts: what the forge calls detection.

use super::super::Why;
use super::super::changed::{Changed, changed, changed_for_target};
use super::super::jobs;
use super::super::model::{self, Effect, Fault, Trigger, Workflow};
use super::super::trigger::{Answer, Facts, answer};
use super::decision::{Decision, Outcome};
use super::source::{self, Source};
use super::{Scene, approval, schedules};
use crate::yaml::Span;

/// Only these entries count in the base branch's files, and they count nowhere else.
const TARGET: &str = "pull_request_target";

/// All files that one event asks about, read once.
pub(super) struct Files {
    own: Side,
    base: Option<Side>,
}

/// The files of one commit.
struct Side {
    source: Source,
    read: Vec<(String, Result<Workflow, Fault>)>,
    changed: Changed,
    is_base: bool,
}

/// One entry of one file, and what the event makes of it.
pub(super) struct Detected<'a> {
    pub(super) decision: Decision,
    /// The file, if the entry is started.
    pub(super) started: Option<&'a Workflow>,
}

impl Files {
    pub(super) fn read(scene: Scene<'_>) -> Result<Self, Why> {
        let base = source::of_base(scene).transpose()?;
        let own = match base {
            Some(_) if approval::takes_base_files(scene) => source::of_base(scene).unwrap_or_else(|| source::of_event(scene))?,
            _ => source::of_event(scene)?,
        };
        let own_changed = changed(scene.event, &own.commit, scene.snapshot, scene.dialect);
        Ok(Self {
            own: Side::read(scene, own, own_changed, false),
            base: base.map(|base| {
                let changed = changed_for_target(scene.event, scene.snapshot, scene.dialect);
                Side::read(scene, base, changed, true)
            }),
        })
    }

    /// The commit that the event is about.
    pub(super) fn commit(&self) -> &str {
        &self.own.source.commit
    }

    /// The same decision for every file.
    pub(super) fn all(&self, why: &Why) -> Vec<Decision> {
        let names = self.own.read.iter().map(|(name, _)| name);
        names.map(|name| self.own.decision(name, "", Outcome::NotStarted, why.clone(), None)).collect()
    }

    fn sides(&self) -> impl Iterator<Item = &Side> {
        std::iter::once(&self.own).chain(&self.base)
    }
}

impl Side {
    fn read(scene: Scene<'_>, source: Source, changed: Changed, is_base: bool) -> Self {
        let read = source.files.iter().map(|(id, content)| (id.clone(), model::read(id, content, scene.dialect))).collect();
        Self { source, read, changed, is_base }
    }

    fn decision(&self, workflow: &str, event: &str, outcome: Outcome, why: Why, span: Option<Span>) -> Decision {
        Decision {
            workflow: workflow.to_owned(),
            commit: self.source.commit.clone(),
            folder: self.source.folder.clone(),
            event: event.to_owned(),
            outcome,
            why,
            span,
        }
    }
}

/// Goes through all files; `Err` if a panic or an invalid schedule loses all of them.
pub(super) fn entries<'a>(scene: Scene<'_>, files: &'a Files, activity: &[&'static str]) -> Result<Vec<Detected<'a>>, Why> {
    let mut detected = Vec::new();
    for side in files.sides() {
        for (name, read) in &side.read {
            let read = read.as_ref().map_err(Clone::clone).and_then(|workflow| validated(scene, workflow));
            match read {
                Ok(workflow) => detected.extend(file(scene, side, workflow, activity)?),
                Err(fault) if fault.effect == Effect::Panics => return Err(lost(name, fault)),
                Err(fault) if side.is_base => drop(fault),
                Err(fault) => detected.push(unreadable(scene, side, name, fault)),
            }
        }
    }
    schedules::check(scene, files.own.read.iter().filter_map(|(_, read)| read.as_ref().ok()))?;
    Ok(detected)
}

/// Gitea ≥ 1.26 expands the jobs of every file that it looks at.
fn validated<'a>(scene: Scene<'_>, workflow: &'a Workflow) -> Result<&'a Workflow, Fault> {
    if !scene.dialect.is_gitea_from(26) {
        return Ok(workflow);
    }
    jobs::validate(workflow, scene.dialect).map(|()| workflow)
}

fn lost(file: &str, fault: Fault) -> Why {
    Why::Lost { file: file.to_owned(), fault }
}

/// Forgejo ≥ 13 makes a failed run of a file that it cannot read, whatever the event.
fn unreadable<'a>(scene: Scene<'_>, side: &Side, name: &str, fault: Fault) -> Detected<'a> {
    let event = scene.event.kind.coarse();
    let span = Some(fault.span);
    let (outcome, why) = refusal(scene, side.source.commit.as_str(), fault);
    Detected { decision: side.decision(name, event, outcome, why, span), started: None }
}

/// What a file that is refused leads to.
pub(super) fn refusal(scene: Scene<'_>, commit: &str, fault: Fault) -> (Outcome, Why) {
    if fault.effect == Effect::Unknown {
        return (Outcome::Unknown, Why::Unknown { what: fault.to_string() });
    }
    if !scene.dialect.is_forgejo_from(13) {
        return (Outcome::NotStarted, Why::Refused(fault));
    }
    let message = scene.snapshot.messages.get(commit).map_or("", |message| message.trim_start());
    let title = message.lines().next().unwrap_or_default().trim_end().to_owned();
    (Outcome::Failed { title }, Why::FailedRun(fault))
}

fn file<'a>(scene: Scene<'_>, side: &Side, workflow: &'a Workflow, activity: &[&'static str]) -> Result<Vec<Detected<'a>>, Why> {
    let kind = scene.event.kind;
    let counts = |entry: &&Trigger| kind.starts(&entry.event) && (entry.event == TARGET) == side.is_base;
    let facts = Facts { dialect: scene.dialect, event: scene.event, activity, changed: &side.changed };
    let mut detected = Vec::new();
    for entry in workflow.on.iter().filter(counts) {
        let decision = |outcome, why, span| side.decision(&workflow.id, &entry.event, outcome, why, Some(span));
        let waiting = |decision| Detected { decision, started: Some(workflow) };
        let final_ = |decision| Detected { decision, started: None };
        detected.push(match taken(entry, facts) {
            Answer::Yes(..) if is_disabled(scene, side, workflow) => {
                final_(decision(Outcome::NotStarted, Why::Disabled, entry.span))
            }
            Answer::Yes(why, span) => waiting(decision(Outcome::NotStarted, why, span)),
            Answer::No(why, span) => final_(decision(Outcome::NotStarted, why, span)),
            Answer::Unknown(why, span) => final_(decision(Outcome::Unknown, why, span)),
            Answer::Panics(fault) => return Err(lost(&workflow.id, fault)),
        });
    }
    if detected.is_empty() && !side.is_base {
        detected.push(Detected { decision: not_listed(scene, side, workflow), started: None });
    }
    Ok(detected)
}

fn taken(entry: &Trigger, facts: Facts<'_>) -> Answer {
    match entry.schedule {
        Some(_) => Answer::No(Why::TakenForSchedule { event: entry.event.clone() }, entry.span),
        None => answer(entry, facts),
    }
}

fn not_listed(scene: Scene<'_>, side: &Side, workflow: &Workflow) -> Decision {
    let event = scene.event.kind.as_str();
    let listed = workflow.on.iter().map(|entry| entry.event.clone()).collect();
    let why = Why::NotListed { event: event.to_owned(), listed };
    let span = workflow.on.first().map(|entry| entry.span);
    side.decision(&workflow.id, event, Outcome::NotStarted, why, span)
}

/// The base branch's files are not asked whether they are switched off.
fn is_disabled(scene: Scene<'_>, side: &Side, workflow: &Workflow) -> bool {
    !side.is_base && scene.snapshot.disabled.contains(&workflow.id)
}
