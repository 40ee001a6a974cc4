//! Looks at our records, at clouds and at forges, and puts together the [`World`] of one pass.
//!
//! The looks are not one moment, so their order matters. Runners are looked at before the queue: a runner that was seen
//! to wait no longer has taken its job before the queue is read, so the job is not in it. The other way round, a job
//! taken in between would show as waiting without a runner, and get a second machine. What the chosen order can show
//! wrongly is a runner too many; and before one is ended, the forge is asked afresh.

mod predicted;
#[cfg(test)]
mod tests;
mod told;
mod unlisted;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};

use crate::cloud::Instance;
use crate::forge::{Capabilities, Forge, ForgeError, ForgeJob, JobState, Trust};
use crate::identifier::{BackendName, ForgeName, JobKey, PoolName, Scope};
use crate::pool::{ForkPullRequests, choose};
use crate::record::Record;
use crate::service::Service;
use crate::store::{Key, StoreError, Stored};
use crate::world::{Counter, ForgeView, Noticed, View, World};
use unlisted::Newest;

/// Questions to one forge that may be under way at the same time.
const QUESTIONS_AT_ONCE: usize = 8;

/// Takes a full look.
pub(crate) async fn observe(service: &Service) -> Result<World, StoreError> {
    // The moment before the first look: what is missing was missing then, however long the other looks took.
    let now = service.clock.now();
    let mut world = World { now, ..records(service).await? };
    unlisted::read_switch_and_young_runners(service, &mut world).await?;
    world.stack.clone_from(&service.config.stack);
    world.clouds = clouds(service).await;
    unlisted::add_runners(service, &mut world).await?;
    predicted::read(service, &mut world).await;
    world.forges = join_all(service.forges.keys().map(|name| forge_view(service, &world, name))).await.into_iter().collect();
    follow_queue(service, &mut world).await?;
    unlisted::add_runners(service, &mut world).await?;
    world.counters = counters(service, &world).await?;
    Ok(world)
}

async fn clouds(service: &Service) -> BTreeMap<BackendName, View<Vec<Instance>>> {
    let mut views = BTreeMap::new();
    for (name, cloud) in &service.clouds {
        views.insert(name.clone(), view(&format!("backend `{name}`"), cloud.instances().await));
    }
    views
}

/// What was seen, or why nothing was, which the log tells.
fn view<T, E: std::fmt::Display>(what: &str, seen: Result<T, E>) -> View<T> {
    match seen {
        Ok(seen) => View::Seen(seen),
        Err(error) => {
            tracing::warn!("{what} cannot be asked: {error}");
            View::Unreachable(error.to_string())
        }
    }
}

async fn records(service: &Service) -> Result<World, StoreError> {
    let mut world = World::default();
    for (_, Stored { record, .. }) in service.store.open_records().await? {
        match record {
            Record::Job(job) => drop(world.jobs.insert(job.key.clone(), job)),
            Record::Runner(runner) => drop(world.runners.insert(runner.key.clone(), runner)),
            Record::Batch(batch) => drop(world.batches.insert(batch.id.clone(), batch)),
            Record::Notice(notice) => drop(world.notices.insert(Key::notice(&notice), (notice, Noticed::Rung))),
            Record::Control(_) | Record::Lease(_) | Record::Bell | Record::Counter { .. } | Record::Drift(_) => {}
        }
    }
    Ok(world)
}

async fn forge_view(service: &Service, world: &World, name: &ForgeName) -> (ForgeName, View<ForgeView>) {
    let view = match service.forges.get(name) {
        Some(forge) => view(&format!("forge `{name}`"), look_at(service, world, name, forge.as_ref()).await),
        None => View::Unreachable("it is not configured".to_owned()),
    };
    (name.clone(), view)
}

async fn look_at(service: &Service, world: &World, name: &ForgeName, forge: &dyn Forge) -> Result<ForgeView, ForgeError> {
    let capabilities = forge.capabilities(false).await?;
    let mut registrations = BTreeMap::new();
    if capabilities.registrations {
        for scope in scopes(world, name) {
            if let Ok(known) = forge.registrations(&scope).await {
                registrations.insert(scope, known);
            }
        }
    }
    let jobs = if capabilities.queue {
        queue(world, name, forge, capabilities).await?
    } else {
        told::jobs(service, world, name, forge).await?
    };
    let trust = trust(service, world, name, forge, capabilities, &jobs).await;
    Ok(ForgeView { capabilities, jobs, registrations, trust })
}

/// The forge's list, and every other job that our records name.
async fn queue(
    world: &World,
    name: &ForgeName,
    forge: &dyn Forge,
    can: Capabilities,
) -> Result<BTreeMap<u64, ForgeJob>, ForgeError> {
    let mut jobs: BTreeMap<u64, ForgeJob> = forge.queue().await?.into_iter().map(|job| (job.id, job)).collect();
    let mut others = ask_for(forge, missing(world, name, &jobs)).await;
    // One that waits again since the list was read has another handle, which only the next list tells.
    others.retain(|_, job| !(can.handles && job.state == JobState::Queued));
    jobs.extend(others);
    Ok(jobs)
}

/// Jobs that our records name and the queue does not show.
fn missing(world: &World, forge: &ForgeName, jobs: &BTreeMap<u64, ForgeJob>) -> Vec<ForgeJob> {
    let is_missing = |job: &JobKey| job.forge == *forge && !jobs.contains_key(&job.job);
    let recorded = world.jobs.values().filter(|job| is_missing(&job.key)).map(|job| ForgeJob {
        id: job.key.job,
        repository: job.repository.clone(),
        name: job.name.clone(),
        labels: job.labels.clone(),
        state: JobState::Unknown,
        run: None,
        handle: None,
    });
    let on_runners = world.runners.values().filter(|runner| runner.forge == *forge).filter_map(|runner| {
        let Scope::Repository(repository) = &runner.scope else { return None };
        let job = Some(runner.job.as_ref().unwrap_or(&runner.launched_for)).filter(|job| !jobs.contains_key(&job.job))?;
        Some(ForgeJob {
            id: job.job,
            repository: repository.clone(),
            name: String::new(),
            labels: runner.labels.clone(),
            state: JobState::Unknown,
            run: None,
            handle: runner.handle.clone(),
        })
    });
    let wanted: BTreeMap<u64, ForgeJob> = on_runners.chain(recorded).map(|job| (job.id, job)).collect();
    wanted.into_values().collect()
}

/// Asks for jobs one by one; one that could not be asked for stays out of the view.
async fn ask_for(forge: &dyn Forge, jobs: Vec<ForgeJob>) -> BTreeMap<u64, ForgeJob> {
    let ask = |job: ForgeJob| async move {
        let state = forge.job(&job.repository, job.id).await.ok()?;
        Some((job.id, ForgeJob { state, ..job }))
    };
    stream::iter(jobs).map(ask).buffer_unordered(QUESTIONS_AT_ONCE).filter_map(|answer| async { answer }).collect().await
}

/// Whose code the waiting jobs of careful pools run.
async fn trust(
    service: &Service,
    world: &World,
    name: &ForgeName,
    forge: &dyn Forge,
    can: Capabilities,
    jobs: &BTreeMap<u64, ForgeJob>,
) -> BTreeMap<u64, Trust> {
    let mut trust = BTreeMap::new();
    if service.config.pools.iter().all(|pool| pool.fork_pull_requests == ForkPullRequests::Allow) {
        return trust;
    }
    for job in jobs.values().filter(|job| job.state == JobState::Queued) {
        let pool = choose(&service.config.pools, &job.labels);
        if pool.is_ok_and(|pool| pool.fork_pull_requests == ForkPullRequests::Refuse) {
            let answer = match world.open_job(name, job.id).filter(|_| !can.queue) {
                Some(record) => told::trust(forge, record).await,
                None => forge.trust(job).await.unwrap_or_else(|error| Trust::Unknown { cause: error.to_string() }),
            };
            trust.insert(job.id, answer);
        }
    }
    trust
}

/// Scopes in which something of ours may be registered.
fn scopes(world: &World, forge: &ForgeName) -> BTreeSet<Scope> {
    let of_runners = world.runners.values().filter(|runner| runner.forge == *forge).map(|runner| runner.scope.clone());
    let machines = world.clouds.values().filter_map(View::seen).flatten();
    let of_machines =
        machines.filter_map(|instance| instance.serves.as_ref()).filter(|(of, _)| of == forge).map(|(_, scope)| scope.clone());
    of_runners.chain(of_machines).collect()
}

/// What our records say about waiting jobs now, whether or not the list shows them.
async fn follow_queue(service: &Service, world: &mut World) -> Result<(), StoreError> {
    unlisted::read_jobs(service, world).await?;
    for (job, newest) in unlisted::newest(service, waiting_unknown(service, world)).await? {
        match newest {
            Newest::Open(record) => drop(world.jobs.insert(record.key.clone(), record)),
            Newest::Closed(generation) => drop(world.closed_generations.insert(job, generation)),
        }
    }
    Ok(())
}

fn waiting_unknown(service: &Service, world: &World) -> BTreeSet<(ForgeName, u64)> {
    let ours = |job: &&ForgeJob| choose(&service.config.pools, &job.labels).is_ok();
    let mut unknown = BTreeSet::new();
    for (forge, view) in &world.forges {
        let waiting = view.seen().into_iter().flat_map(|view| view.jobs.values()).filter(|job| job.state == JobState::Queued);
        let new = waiting.filter(|job| world.open_job(forge, job.id).is_none()).filter(ours);
        unknown.extend(new.map(|job| (forge.clone(), job.id)));
    }
    unknown
}

async fn counters(service: &Service, world: &World) -> Result<BTreeMap<Key, Counter>, StoreError> {
    let mut keys = BTreeSet::from([Key::total()]);
    keys.extend(service.config.pools.iter().map(|pool| Key::pool(&pool.name)));
    keys.extend(places(service, world).iter().flat_map(|(forge, scope, pool)| Key::counters(forge, scope, pool)));
    let found = service.store.read_many(&keys).await?.into_iter();
    let counters = found.filter_map(|(key, Stored { version, record })| match record {
        Record::Counter { value } => Some((key, Counter { value, version, drift: None })),
        _ => None,
    });
    let mut counters: BTreeMap<Key, Counter> = counters.collect();
    add_drifts(service, world, &mut counters).await?;
    Ok(counters)
}

/// What earlier looks suspected of the counters that look wrong now.
async fn add_drifts(service: &Service, world: &World, counters: &mut BTreeMap<Key, Counter>) -> Result<(), StoreError> {
    let counted = world.counted();
    let wrong = |(key, counter): &(&Key, &mut Counter)| counted.get(*key).copied().unwrap_or(0) != counter.value;
    let mut wrong: BTreeMap<Key, &mut Counter> =
        counters.iter_mut().filter(wrong).map(|(key, counter)| (Key::drift(key), counter)).collect();
    for (key, stored) in service.store.read_many(&wrong.keys().cloned().collect()).await? {
        if let (Record::Drift(drift), Some(counter)) = (stored.record, wrong.get_mut(&key)) {
            counter.drift = Some(drift);
        }
    }
    Ok(())
}

/// Whom our runners serve, and whom those that waiting jobs want would.
fn places<'a>(service: &'a Service, world: &'a World) -> BTreeSet<(&'a ForgeName, Scope, &'a PoolName)> {
    let of_runners = world.runners.values().map(|runner| (&runner.forge, runner.scope.clone(), &runner.pool));
    let mut places: BTreeSet<_> = of_runners.collect();
    for (forge, view) in &world.forges {
        let jobs = view.seen().into_iter().flat_map(|view| view.jobs.values()).filter(|job| job.state == JobState::Queued);
        let place = |job: &ForgeJob| {
            let pool = choose(&service.config.pools, &job.labels).ok()?;
            Some((forge, service.config.scope_for(forge, &job.repository), &pool.name))
        };
        places.extend(jobs.filter_map(place));
    }
    places
}
