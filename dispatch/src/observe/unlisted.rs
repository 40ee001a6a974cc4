//! Open records that the store's list does not show yet, or shows as they were.
//!
//! The list may come a moment late, and what is missing from a [`World`] looks like something that does not exist: a
//! machine without its record is an orphan, its registration a ghost, a job without its record is launched for once
//! more. So whatever else points to a record is followed, and the record read under its key, which is never late.
//! The same goes for a runner that the list shows before the hand-over: it may have a registration, or another one, by now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::cloud::InstanceState;
use crate::identifier::{ForgeName, JobKey, RunnerKey};
use crate::record::{JobRecord, Record};
use crate::service::Service;
use crate::store::{Key, StoreError};
use crate::world::{View, World};

/// Adds the runners that open jobs and machines point to.
pub(super) async fn add_runners(service: &Service, world: &mut World) -> Result<(), StoreError> {
    let of_jobs = world.jobs.values().filter_map(|job| job.runners.last());
    let machines = world.clouds.values().filter_map(View::seen).flatten();
    let of_machines =
        machines.filter(|instance| instance.state == InstanceState::Alive).filter_map(|instance| instance.runner.as_ref());
    let named = of_jobs.chain(of_machines).filter(|runner| !world.runners.contains_key(runner));
    let keys: BTreeSet<Key> = named.map(Key::runner).collect();
    let mut batches = BTreeSet::new();
    for stored in service.store.read_many(&keys).await?.into_values() {
        if let Record::Runner(runner) = stored.record
            && runner.is_open()
        {
            batches.insert(Key::batch(&runner.key.batch));
            world.runners.insert(runner.key.clone(), runner);
        }
    }
    add_batches(service, world, batches).await
}

async fn add_batches(service: &Service, world: &mut World, batches: BTreeSet<Key>) -> Result<(), StoreError> {
    for stored in service.store.read_many(&batches).await?.into_values() {
        if let Record::Batch(batch) = stored.record {
            world.batches.insert(batch.id.clone(), batch);
        }
    }
    Ok(())
}

/// Reads the switch, and the runners whose registration may still change as they are now. Nothing else depends on a list's
/// moment: whoever changes a record reads it again, but a registration that no record names is removed unread.
pub(super) async fn read_switch_and_young_runners(service: &Service, world: &mut World) -> Result<(), StoreError> {
    let young = world.runners.values().filter(|runner| runner.handed_over_at.is_none()).map(|runner| runner.key.clone());
    let young: Vec<RunnerKey> = young.collect();
    let keys = young.iter().map(Key::runner).chain([Key::control()]).collect();
    let mut found = service.store.read_many(&keys).await?;
    if let Some(Record::Control(control)) = found.remove(&Key::control()).map(|stored| stored.record) {
        world.control = control;
    }
    for key in young {
        match found.remove(&Key::runner(&key)).map(|stored| stored.record) {
            Some(Record::Runner(runner)) if runner.is_open() => drop(world.runners.insert(key, runner)),
            _ => drop(world.runners.remove(&key)),
        }
    }
    Ok(())
}

/// Reads the jobs as they are now: since the list was made one may have got a runner, to which nothing else points while the
/// cloud's list does not show its machine either. One that runs already may have got it a moment before it was taken by another.
pub(super) async fn read_jobs(service: &Service, world: &mut World) -> Result<(), StoreError> {
    let found = service.store.read_many(&world.jobs.keys().map(Key::job).collect()).await?;
    let open = found.into_values().filter_map(|stored| match stored.record {
        Record::Job(job) if job.is_open() => Some((job.key.clone(), job)),
        _ => None,
    });
    world.jobs = open.collect();
    Ok(())
}

/// The newest record of a job that waits.
pub(super) enum Newest {
    /// The list has only not shown it yet.
    Open(Arc<JobRecord>),
    /// The job is queued again.
    Closed(u32),
}

/// Generations of one job that are read together, if there are few jobs.
const MOST_AT_ONCE: usize = 8;
/// And if there are many.
const LEAST_AT_ONCE: usize = 2;
/// Keys that every store reads in one request.
const ONE_REQUEST: usize = 100;

/// The newest records of `jobs`, without those that are new.
///
/// Generations are read some at a time, until none of those is found: the store forgets closed records, the older ones
/// first, so a missing one does not mean that there is no later one.
pub(super) async fn newest(
    service: &Service,
    jobs: BTreeSet<(ForgeName, u64)>,
) -> Result<BTreeMap<(ForgeName, u64), Newest>, StoreError> {
    let mut newest = BTreeMap::new();
    let mut next: Vec<JobKey> = jobs.into_iter().map(|(forge, job)| JobKey::first(forge, job)).collect();
    while !next.is_empty() {
        let at_once = (ONE_REQUEST / next.len()).clamp(LEAST_AT_ONCE, MOST_AT_ONCE);
        let windows: Vec<Vec<JobKey>> = next.iter().map(|first| generations(first).take(at_once).collect()).collect();
        let mut found = service.store.read_many(&windows.iter().flatten().map(Key::job).collect()).await?;
        next.clear();
        for window in windows {
            let known = window.iter().rev().find_map(|key| Some((key, found.remove(&Key::job(key))?.record)));
            if let Some((key, record)) = known {
                newest.insert((key.forge.clone(), key.job), state(key, record));
                next.extend(window.last().map(JobKey::next_generation));
            }
        }
    }
    Ok(newest)
}

fn generations(first: &JobKey) -> impl Iterator<Item = JobKey> {
    std::iter::successors(Some(first.clone()), |key| Some(key.next_generation()))
}

fn state(key: &JobKey, record: Record) -> Newest {
    match record {
        Record::Job(record) if record.is_open() => Newest::Open(record),
        _ => Newest::Closed(key.generation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{AfterClose, Sheet};
    use crate::reason::Reason;
    use crate::record::RunnerRecord;
    use crate::scene::{NOW, Scene, job_key, runner_key};
    use crate::store::{Expect, Life, Transaction};

    /// A service that stores what a scene has open, and a world whose list shows none of it yet.
    async fn late(scene: &Scene) -> (Service, World) {
        let records = (scene.world.jobs.iter().map(|(key, job)| (Key::job(key), Record::Job(job.clone()))))
            .chain(scene.world.runners.iter().map(|(key, runner)| (Key::runner(key), Record::Runner(runner.clone()))))
            .chain(scene.world.batches.iter().map(|(key, batch)| (Key::batch(key), Record::Batch(batch.clone()))));
        let put = |all: Transaction, (key, record)| all.put(key, Expect::Absent, record, Life::Open);
        let service = scene.clone().service();
        service.store.commit(records.fold(Transaction::new(), put)).await.unwrap();
        let world = World { jobs: BTreeMap::new(), runners: BTreeMap::new(), batches: BTreeMap::new(), ..scene.world.clone() };
        (service, world)
    }

    async fn close_runner(service: &Service, index: u16) {
        let close = |sheet: &mut Sheet| sheet.close_runner(&runner_key(index), NOW, &Reason::Served, AfterClose::Nothing);
        service.ledger().edit([Key::runner(&runner_key(index))], close).await.unwrap();
    }

    fn named(job: u64) -> (ForgeName, u64) {
        ("home".into(), job)
    }

    /// The edge may announce a job after the records were listed and before the queue is read.
    #[tokio::test]
    async fn a_job_announced_a_moment_ago_is_no_rerun() {
        let (service, _) = late(&Scene::new().record(17)).await;
        let newest = newest(&service, [named(17), named(18)].into()).await.unwrap();
        assert!(matches!(newest.get(&named(17)), Some(Newest::Open(record)) if record.key == job_key(17)));
        assert!(!newest.contains_key(&named(18)), "it is new");
    }

    #[tokio::test]
    async fn a_closed_job_that_waits_again_is_a_rerun() {
        let over = Scene::new().record(17).change_job(17, |job| job.closed_at = Some(NOW));
        let (service, _) = late(&over).await;
        let newest = newest(&service, [named(17)].into()).await.unwrap();
        assert!(matches!(newest.get(&named(17)), Some(Newest::Closed(1))));
    }

    /// Each is kept for as long after its end, so the first is gone first.
    #[tokio::test]
    async fn a_rerun_is_known_though_the_store_has_forgotten_the_first_run() {
        let over = Scene::new().record(17).change_job(17, |job| {
            job.closed_at = Some(NOW);
            job.key = job.key.next_generation().next_generation();
        });
        let third = over.world.jobs[&job_key(17)].clone();
        let (service, _) = late(&Scene::new()).await;
        let put = Transaction::new().put(Key::job(&third.key), Expect::Absent, Record::Job(third), Life::Open);
        service.store.commit(put).await.unwrap();
        let newest = newest(&service, [named(17)].into()).await.unwrap();
        assert!(matches!(newest.get(&named(17)), Some(Newest::Closed(3))));
    }

    #[tokio::test]
    async fn a_machine_leads_to_its_runner_and_that_to_its_batch() {
        let scene = Scene::new().launched(0);
        let (service, mut world) = late(&scene).await;
        add_runners(&service, &mut world).await.unwrap();
        assert_eq!((world.runners, world.batches), (scene.world.runners, scene.world.batches));
    }

    #[tokio::test]
    async fn a_job_leads_to_the_runner_that_was_launched_for_it_last() {
        let scene = Scene::new().record(1).claimed(0).change_job(1, |job| job.add_runner(runner_key(0)));
        let (service, mut world) = late(&scene).await;
        world.jobs.clone_from(&scene.world.jobs);
        add_runners(&service, &mut world).await.unwrap();
        assert!(world.runners.contains_key(&runner_key(0)));
    }

    #[tokio::test]
    async fn a_runner_that_the_list_shows_without_its_registration_is_read_again() {
        for replaced in [None, Some(99)] {
            let scene = Scene::new().booting(0).booting(1);
            let (service, mut world) = late(&scene).await;
            let before = |record: &RunnerRecord| RunnerRecord { registration: replaced, handed_over_at: None, ..record.clone() };
            world.runners = scene.world.runners.iter().map(|(key, record)| (key.clone(), before(record).into())).collect();
            close_runner(&service, 1).await;
            read_switch_and_young_runners(&service, &mut world).await.unwrap();
            assert_eq!(world.runners.values().collect::<Vec<_>>(), [&scene.world.runners[&runner_key(0)]]);
        }
    }

    #[tokio::test]
    async fn a_job_that_the_list_shows_without_its_runner_is_read_again() {
        let scene = Scene::new().queued(1).record(1).record(2).change_job(1, |job| job.add_runner(runner_key(0)));
        let (service, mut world) = late(&scene).await;
        world.jobs = Scene::new().record(1).record(2).world.jobs;
        let close = |sheet: &mut Sheet| sheet.job_mut(&job_key(2)).map(|job| job.closed_at = Some(NOW));
        service.ledger().edit([Key::job(&job_key(2))], close).await.unwrap();
        read_jobs(&service, &mut world).await.unwrap();
        assert_eq!(world.jobs.into_values().collect::<Vec<_>>(), [scene.world.jobs[&job_key(1)].clone()]);
    }

    #[tokio::test]
    async fn a_closed_runner_stays_out() {
        let scene = Scene::new().launched(0);
        let (service, mut world) = late(&scene).await;
        close_runner(&service, 0).await;
        add_runners(&service, &mut world).await.unwrap();
        assert!(world.runners.is_empty());
    }
}
