//! Stories about effects, told with a forge and a cloud that hold one machine each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use userdata::Identity;

use crate::clock::{Clock, HandClock};
use crate::cloud::{Cloud, CloudError, CloudErrorKind, HandOver, Instance, LaunchOrder, Withdrawal};
use crate::forge::{Forge, JobState, MemoryForge, Registration};
use crate::identifier::InstanceId;
use crate::ledger::{Ledger, LedgerError};
use crate::phase::QUIET_S;
use crate::plan::{Action, Plan, Planned, Unless};
use crate::reason::Reason;
use crate::record::{Control, Ending, JobRecord, Mode, Record, RunnerRecord};
use crate::scene::{NOW, Scene, job_key, runner_key};
use crate::service::Service;
use crate::store::{Expect, Key, Life, StoreError, Transaction};
use crate::time::Timestamp;
use crate::worker::LEASE_S;

use super::{Applied, Apply, Failed};

/// A machine that had its identity long ago.
#[derive(Default)]
struct OneMachine {
    ended: AtomicBool,
    refuses: AtomicBool,
    shown: Mutex<Vec<Instance>>,
}

#[async_trait]
impl Cloud for OneMachine {
    async fn launch(&self, _order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        Ok(Vec::new())
    }

    async fn instances(&self) -> Result<Vec<Instance>, CloudError> {
        Ok(self.shown.lock().unwrap().clone())
    }

    async fn terminate(&self, _instances: &[InstanceId]) -> Result<(), CloudError> {
        if self.refuses.load(Ordering::SeqCst) {
            let (what, cause) = ("terminate".to_owned(), "no answer".to_owned());
            return Err(CloudError { what, cause, kind: CloudErrorKind::Transient });
        }
        self.ended.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn hand_over(&self, _instance: &InstanceId, _identity: &Identity) -> Result<HandOver, CloudError> {
        Ok(HandOver::AlreadyGiven)
    }

    async fn withdraw(&self, _instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        Ok(Withdrawal::AlreadyTaken)
    }
}

/// An installation whose records were lost and written anew while its machine `m-0` worked.
struct AfterLoss {
    service: Service,
    clock: Arc<HandClock>,
    forge: Arc<MemoryForge>,
    machine: Arc<OneMachine>,
}

impl AfterLoss {
    async fn new(scene: &Scene) -> Self {
        let (forge, machine) = (Arc::new(MemoryForge::default()), Arc::new(OneMachine::default()));
        let clock = Arc::new(HandClock::at(NOW));
        let service = Service {
            clock: clock.clone(),
            forges: BTreeMap::from([("home".into(), forge.clone() as Arc<dyn Forge>)]),
            clouds: BTreeMap::from([("process".into(), machine.clone() as Arc<dyn Cloud>)]),
            ..scene.clone().service()
        };
        let runner = Record::Runner(scene.world.runners[&runner_key(0)].clone());
        let put = Transaction::new().put(Key::runner(&runner_key(0)), Expect::Absent, runner, Life::Open);
        service.store.commit(put).await.unwrap();
        Self { service, clock, forge, machine }
    }

    fn registered(self, id: u64, name: &str) -> Self {
        let registration = Registration { id, name: name.to_owned(), online: true, disabled: false };
        self.forge.add_registration(registration);
        self
    }

    fn works_on(self, mut scene: Scene, job: u64) -> Self {
        if let Some(job) = scene.forge().jobs.remove(&job) {
            self.forge.add_job(job);
        }
        self
    }

    async fn carry_out(&self, action: Action) {
        self.try_to_carry_out(action).await.unwrap();
    }

    async fn try_to_carry_out(&self, action: Action) -> Result<Applied, LedgerError> {
        self.try_because(action, Reason::LaunchAgain).await
    }

    async fn try_because(&self, action: Action, reason: Reason) -> Result<Applied, LedgerError> {
        let lease = self.service.ledger().lease("worker", LEASE_S).await.unwrap().unwrap();
        let plan = Plan { actions: vec![Planned { action, reason }] };
        Apply::new(&self.service, lease, Timestamp::from_millis(u64::MAX)).carry_out(plan).await
    }

    async fn runner(&self) -> RunnerRecord {
        self.service.ledger().runner(&runner_key(0)).await.unwrap().record
    }
}

#[test]
fn a_store_that_fails_once_fails_one_action_and_one_that_fails_again_and_again_ends_the_pass() {
    let fails = || Err(Failed::Ledger(LedgerError::Store(StoreError::Unavailable("a call too many".to_owned()))));
    let mut applied = Applied::default();
    for _ in 0..5 {
        for outcome in [fails(), fails(), Ok(())] {
            applied.count(outcome, 1).unwrap();
        }
    }
    assert_eq!((applied.done, applied.failed), (5, 10));
    applied.count(fails(), 1).unwrap();
    applied.count(fails(), 1).unwrap();
    assert!(matches!(applied.count(fails(), 1), Err(LedgerError::Store(_))));
}

const INTRODUCE: fn() -> Action = || Action::Introduce { runner: runner_key(0), lost: None };

#[tokio::test]
async fn a_machine_that_had_its_identity_keeps_the_registration_that_it_uses() {
    let story = AfterLoss::new(&Scene::new().launched(0)).await.registered(7, "test-m-0");
    story.carry_out(INTRODUCE()).await;
    assert_eq!((story.runner().await.registration, story.runner().await.handed_over_at), (Some(7), Some(NOW)));
    assert_eq!(story.forge.registered().len(), 1, "the needless registration is removed");
}

#[tokio::test]
async fn a_machine_that_had_its_identity_and_has_no_registration_is_through() {
    let story = AfterLoss::new(&Scene::new().launched(0)).await;
    story.carry_out(INTRODUCE()).await;
    assert_eq!(story.runner().await.handed_over_at, Some(NOW));
    assert!(story.forge.registered().is_empty());
}

#[tokio::test]
async fn a_machine_that_works_under_a_registration_unknown_to_us_is_not_ended() {
    let busy = Scene::new().job(34, &["go"], JobState::Running { registration: Some(7) });
    let end = || Action::End { runner: runner_key(0), unless: Unless::Busy };
    let story = AfterLoss::new(&Scene::new().launched(0)).await.registered(7, "test-m-0").works_on(busy.clone(), 34);
    story.carry_out(end()).await;
    assert!(!story.machine.ended.load(Ordering::SeqCst));
    let other = AfterLoss::new(&Scene::new().launched(0)).await.registered(7, "test-m-1").works_on(busy, 34);
    other.carry_out(end()).await;
    assert!(other.machine.ended.load(Ordering::SeqCst), "the job runs on another machine");
}

/// It took its identity a moment ago, and may be asking for work in this one.
#[tokio::test]
async fn a_runner_is_ended_only_when_no_request_for_work_can_be_under_way() {
    let end = || Action::End { runner: runner_key(0), unless: Unless::Busy };
    let story = AfterLoss::new(&Scene::new().launched(0)).await.registered(7, "test-m-0");
    let ended = |after_s| {
        story.clock.advance_s(after_s);
        async {
            story.carry_out(end()).await;
            story.machine.ended.load(Ordering::SeqCst)
        }
    };
    assert!(!ended(0).await);
    assert!(story.forge.registered().iter().all(|registration| registration.disabled));
    assert_eq!(story.runner().await.disabled_at, Some(NOW));
    assert!(!ended(9).await);
    assert!(ended(1).await);
}

/// Two computers, or one before and after its clock was set, may disagree by more than the wait.
#[tokio::test]
async fn what_another_clock_says_about_the_wait_does_not_count() {
    let by_another = |runner: &mut RunnerRecord| (runner.disabled_at, runner.disabled_by) = (Some(NOW), Some(1));
    let story = AfterLoss::new(&Scene::new().launched(0).with_runner(0, by_another)).await.registered(7, "test-m-0");
    story.forge.disable(&story.runner().await.scope, 7).await.unwrap();
    story.clock.advance_s(60);
    let end = || Action::End { runner: runner_key(0), unless: Unless::Busy };
    story.carry_out(end()).await;
    assert!(!story.machine.ended.load(Ordering::SeqCst));
    story.clock.advance_s(QUIET_S);
    story.carry_out(end()).await;
    assert!(story.machine.ended.load(Ordering::SeqCst));
}

/// A process may stand still at any moment, as between its last look and what follows from it.
#[tokio::test]
async fn whoever_stood_still_for_longer_than_his_lease_ends_nothing_more() {
    let story = AfterLoss::new(&Scene::new().launched(0)).await.registered(7, "test-m-0");
    let end = || Action::End { runner: runner_key(0), unless: Unless::Busy };
    story.carry_out(end()).await;
    for (successor, ends) in [(true, false), (false, true)] {
        story.clock.advance_s(QUIET_S);
        let (store, clock) = (story.service.store.clone(), story.clock.clone());
        story.forge.meanwhile(move || {
            Box::pin(async move {
                clock.advance_s(LEASE_S);
                if successor {
                    Ledger::open(store.as_ref(), clock.now(), 60).lease("successor", 1).await.unwrap().unwrap();
                }
            })
        });
        let outcome = story.try_to_carry_out(end()).await;
        assert_eq!(outcome == Err(LedgerError::LeaseLost), successor);
        assert_eq!(story.machine.ended.load(Ordering::SeqCst), ends);
        story.clock.advance_s(1);
    }
}

/// The launch was carried out and its answer lost; then the job was cancelled.
#[tokio::test]
async fn a_machine_that_no_record_names_yet_ends_with_its_runner() {
    let mut scene = Scene::new().claimed(0).machine(0);
    let story = AfterLoss::new(&scene).await;
    let end = || Action::End { runner: runner_key(0), unless: Unless::Busy };
    story.carry_out(end()).await;
    assert!(story.runner().await.is_open(), "the machine was seen, and is not shown now");
    story.machine.shown.lock().unwrap().push(scene.instance(0).clone());
    story.carry_out(end()).await;
    assert!(story.machine.ended.load(Ordering::SeqCst));
    assert!(!story.runner().await.is_open());
}

/// Without its registration and with its machine it looks like one that has served.
#[tokio::test]
async fn a_machine_that_hung_has_failed_its_job_even_if_it_cannot_be_ended_at_once() {
    let hung = Scene::new().booting(0).known(1, JobState::Queued);
    let story = AfterLoss::new(&hung).await;
    story.service.ledger().announce(JobRecord::clone(&hung.world.jobs[&job_key(1)])).await.unwrap();
    let end = || Action::End { runner: runner_key(0), unless: Unless::Never };
    for (refuses, reason, failures) in [(true, Reason::Hung { age_s: 600 }, 0), (false, Reason::Ending, 1)] {
        story.machine.refuses.store(refuses, Ordering::SeqCst);
        story.try_because(end(), reason).await.unwrap();
        let runner = story.runner().await;
        assert_eq!((runner.is_open(), runner.ending), (refuses, Some(Ending::Failed)));
        assert_eq!(story.service.ledger().job(&job_key(1)).await.unwrap().record.failures, failures);
    }
    let told: Vec<String> = story.runner().await.story.notes().iter().map(|note| note.code.clone()).collect();
    assert_eq!(told, ["hung", "call_failed", "ending"]);
}

/// The plan may be minutes old when its last claim is made.
#[tokio::test]
async fn nothing_is_claimed_from_the_moment_on_in_which_the_switch_is_turned() {
    let story = AfterLoss::new(&Scene::new().launched(0)).await;
    let scene = Scene::new().known(34, JobState::Queued);
    let ledger = || story.service.ledger();
    ledger().announce(JobRecord::clone(&scene.world.jobs[&job_key(34)])).await.unwrap();
    for (mode, launches) in [(Mode::Paused, 0), (Mode::Running, 1)] {
        ledger().set_control(Control { mode, since: NOW }).await.unwrap();
        story.carry_out(scene.plan().actions.pop().unwrap().action).await;
        assert_eq!(ledger().job(&job_key(34)).await.unwrap().record.launches, launches, "{mode:?}");
    }
}
