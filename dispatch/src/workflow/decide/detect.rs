//! Which entries of which files the event starts: what the forge calls detection.
//!
//! A file is read, asked, and dropped unless it starts, so that a tree of any number of files costs the memory of one.

use std::rc::Rc;

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

/// All files that one event asks about.
pub(super) struct Files<'a> {
    own: Side<'a>,
    base: Option<Side<'a>>,
}

/// The files of one commit.
struct Side<'a> {
    source: Source<'a>,
    changed: Changed,
    is_base: bool,
}

/// One entry of one file, and what the event makes of it.
pub(super) struct Detected {
    pub(super) decision: Decision,
    /// The file, if the entry is started.
    pub(super) started: Option<Rc<Workflow>>,
}

/// What one evaluation of all files comes to; `Err` if a panic or an invalid schedule loses all of them.
pub(super) type Evaluation = Result<Vec<Detected>, Why>;

impl<'a> Files<'a> {
    pub(super) fn read(scene: Scene<'a>) -> Result<Self, Why> {
        let base = source::of_base(scene).transpose()?;
        let own = match base {
            Some(_) if approval::takes_base_files(scene) => source::of_base(scene).unwrap_or_else(|| source::of_event(scene))?,
            _ => source::of_event(scene)?,
        };
        let own_changed = changed(scene.event, own.commit, scene.snapshot, scene.dialect);
        Ok(Self {
            own: Side { source: own, changed: own_changed, is_base: false },
            base: base.map(|source| {
                let changed = changed_for_target(scene.event, scene.snapshot, scene.dialect);
                Side { source, changed, is_base: true }
            }),
        })
    }

    /// The commit that the event is about.
    pub(super) fn commit(&self) -> &'a str {
        self.own.source.commit
    }

    /// The same decision for every file.
    pub(super) fn all(&self, why: &Why) -> Vec<Decision> {
        let names = self.own.source.files.iter().map(|(name, _)| name);
        names.map(|name| self.own.decision(name, "", Outcome::NotStarted, why.clone(), None)).collect()
    }

    fn sides(&self) -> impl Iterator<Item = &Side<'a>> {
        std::iter::once(&self.own).chain(&self.base)
    }
}

impl Side<'_> {
    fn decision(&self, workflow: &str, event: &str, outcome: Outcome, why: Why, span: Option<Span>) -> Decision {
        Decision {
            workflow: workflow.to_owned(),
            commit: self.source.commit.to_owned(),
            folder: self.source.folder.to_owned(),
            event: event.to_owned(),
            outcome,
            why,
            span,
        }
    }
}

/// Goes through all files once, and evaluates each as often as there are activities.
pub(super) fn evaluations(scene: Scene<'_>, files: &Files<'_>, activities: &[Vec<&'static str>]) -> Vec<Evaluation> {
    let mut evaluations: Vec<Evaluation> = activities.iter().map(|_| Ok(Vec::new())).collect();
    let mut schedules = Ok(());
    for side in files.sides() {
        for (name, content) in &side.source.files {
            let read = model::read(name, content, scene.dialect).map(Rc::new);
            if let (Ok(workflow), Ok(()), false) = (&read, &schedules, side.is_base) {
                schedules = schedules::check(scene, workflow);
            }
            let read = read.and_then(|workflow| validated(scene, workflow));
            for (evaluation, activity) in evaluations.iter_mut().zip(activities) {
                if let Ok(detected) = evaluation
                    && let Err(lost) = one(scene, side, name, &read, activity, detected)
                {
                    *evaluation = Err(lost);
                }
            }
        }
    }
    evaluations.into_iter().map(|evaluation| evaluation.and_then(|detected| schedules.clone().map(|()| detected))).collect()
}

/// Adds the entries of one file under one activity.
fn one(
    scene: Scene<'_>,
    side: &Side<'_>,
    name: &str,
    read: &Result<Rc<Workflow>, Fault>,
    activity: &[&'static str],
    detected: &mut Vec<Detected>,
) -> Result<(), Why> {
    match read {
        Ok(workflow) => return file(scene, side, workflow, activity, detected),
        Err(fault) if fault.effect == Effect::Panics => return Err(lost(name, fault.clone())),
        Err(_) if side.is_base => {}
        Err(fault) => detected.push(unreadable(scene, side, name, fault.clone())),
    }
    Ok(())
}

/// Gitea ≥ 1.26 expands the jobs of every file that it looks at.
fn validated(scene: Scene<'_>, workflow: Rc<Workflow>) -> Result<Rc<Workflow>, Fault> {
    if !scene.dialect.is_gitea_from(26) {
        return Ok(workflow);
    }
    jobs::validate(&workflow, scene.dialect).map(|()| workflow)
}

fn lost(file: &str, fault: Fault) -> Why {
    Why::Lost { file: file.to_owned(), fault }
}

/// Forgejo ≥ 13 makes a failed run of a file that it cannot read, whatever the event. Forgejo 12 runs it, whatever the
/// event, if only `on` is what it cannot read and the jobs are sound, which nobody has recorded.
fn unreadable(scene: Scene<'_>, side: &Side<'_>, name: &str, fault: Fault) -> Detected {
    let event = scene.event.kind.coarse();
    let span = Some(fault.span);
    let (outcome, why) = if scene.dialect.is_forgejo_from(12) && !scene.dialect.is_forgejo_from(13) {
        let what = format!("whether Forgejo 12 runs a file that it does not accept: {fault}");
        (Outcome::Unknown, Why::Unknown { what })
    } else {
        refusal(scene, side.source.commit, fault)
    };
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

fn file(
    scene: Scene<'_>,
    side: &Side<'_>,
    workflow: &Rc<Workflow>,
    activity: &[&'static str],
    detected: &mut Vec<Detected>,
) -> Result<(), Why> {
    let kind = scene.event.kind;
    let counts = |entry: &&Trigger| kind.starts(&entry.event) && (entry.event == TARGET) == side.is_base;
    let facts = Facts { dialect: scene.dialect, event: scene.event, activity, changed: &side.changed };
    let earlier = detected.len();
    for entry in workflow.on.iter().filter(counts) {
        let decision = |outcome, why, span| side.decision(&workflow.id, &entry.event, outcome, why, Some(span));
        let waiting = |decision| Detected { decision, started: Some(Rc::clone(workflow)) };
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
    if detected.len() == earlier && !side.is_base {
        detected.push(Detected { decision: not_listed(scene, side, workflow), started: None });
    }
    Ok(())
}

fn taken(entry: &Trigger, facts: Facts<'_>) -> Answer {
    match entry.schedule {
        Some(_) => Answer::No(Why::TakenForSchedule { event: entry.event.clone() }, entry.span),
        None => answer(entry, facts),
    }
}

fn not_listed(scene: Scene<'_>, side: &Side<'_>, workflow: &Workflow) -> Decision {
    let event = scene.event.kind.as_str();
    let listed = workflow.on.iter().map(|entry| entry.event.clone()).collect();
    let why = Why::NotListed { event: event.to_owned(), listed };
    let span = workflow.on.first().map(|entry| entry.span);
    side.decision(&workflow.id, event, Outcome::NotStarted, why, span)
}

/// The base branch's files are not asked whether they are switched off.
fn is_disabled(scene: Scene<'_>, side: &Side<'_>, workflow: &Workflow) -> bool {
    !side.is_base && scene.snapshot.disabled.contains(&workflow.id)
}
