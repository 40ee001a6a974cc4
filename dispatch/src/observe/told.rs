//! The jobs of a forge that lists none: our records of what its deliveries told (Gitea 1.24) or what was predicted (older
//! ones), checked against what jobs leave behind.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::QUESTIONS_AT_ONCE;
use crate::evidence::{Evidence, Peer};
use crate::forge::{Forge, ForgeError, ForgeJob, JobState, Status, Task, Traces, Trust};
use crate::identifier::{ForgeName, JobKey, RepositoryName};
use crate::record::{JobRecord, Record, Told};
use crate::service::Service;
use crate::store::Key;
use crate::world::World;

/// What was asked about the open jobs.
#[derive(Default)]
struct Found {
    tasks: BTreeMap<RepositoryName, Vec<Task>>,
    statuses: BTreeMap<(RepositoryName, String), Vec<Status>>,
}

/// Each job that a record or a runner of ours names, and where it stands.
pub(super) async fn jobs(
    service: &Service,
    world: &World,
    name: &ForgeName,
    forge: &dyn Forge,
) -> Result<BTreeMap<u64, ForgeJob>, ForgeError> {
    let open = open(world, name);
    let found = match forge.traces() {
        Some(traces) => ask(traces, &open).await?,
        None => Found::default(),
    };
    let mut jobs: BTreeMap<u64, ForgeJob> = closed(service, world, name, &open).await;
    let beside = Beside::of(world, &open);
    jobs.extend(open.iter().map(|(id, record)| (*id, evident(world, &beside, record, &found))));
    Ok(jobs)
}

/// A repository's commit, on which jobs leave statuses.
type Commit<'a> = (&'a RepositoryName, &'a str);

/// A run of a repository, if its number was told, and a name in it.
type Name<'a> = (&'a RepositoryName, Option<u64>, &'a str);

/// The jobs from which each one has to be told apart.
#[derive(Default)]
struct Beside<'a> {
    /// The predicted ones of each commit.
    peers: BTreeMap<Commit<'a>, Vec<Peer<'a>>>,
    /// How many were announced with one name in one run.
    namesakes: BTreeMap<Name<'a>, usize>,
}

impl<'a> Beside<'a> {
    fn of(world: &World, open: &BTreeMap<u64, &'a JobRecord>) -> Self {
        let mut beside = Self::default();
        for record in open.values().copied() {
            *beside.namesakes.entry(name(record)).or_default() += 1;
            let Some(predicted) = &record.predicted else { continue };
            let peer = Peer { record, predicted, age_s: world.now.since_s(record.first_seen) };
            beside.peers.entry((&record.repository, &predicted.commit)).or_default().push(peer);
        }
        beside
    }
}

fn name(record: &JobRecord) -> Name<'_> {
    (&record.repository, record.told.as_ref().map(|told| told.page.run), &record.name)
}

/// Whose code a job runs. A branch is pushed to by the repository's own people only.
pub(super) async fn trust(forge: &dyn Forge, record: &JobRecord) -> Trust {
    if let Some(predicted) = &record.predicted {
        return predicted.trust.clone();
    }
    let Some(told) = &record.told else { return untold() };
    match (&told.branch, forge.traces()) {
        (Some(_), _) => Trust::Own,
        (None, Some(traces)) => {
            let answer = traces.origin(&record.repository, &told.commit).await;
            answer.unwrap_or_else(|error| Trust::Unknown { cause: error.to_string() })
        }
        (None, None) => untold(),
    }
}

fn untold() -> Trust {
    Trust::Unknown { cause: "its delivery did not tell".to_owned() }
}

/// The oldest open record of each job.
fn open<'a>(world: &'a World, forge: &ForgeName) -> BTreeMap<u64, &'a JobRecord> {
    let ours = world.jobs.values().filter(|record| record.key.forge == *forge);
    ours.rev().map(|record| (record.key.job, record.as_ref())).collect()
}

fn evident(world: &World, beside: &Beside<'_>, record: &JobRecord, found: &Found) -> ForgeJob {
    let commit = commit(record);
    let statuses = commit.and_then(|commit| found.statuses.get(&(record.repository.clone(), commit.to_owned())));
    let evidence = Evidence {
        record,
        age_s: world.now.since_s(record.first_seen),
        namesakes: beside.namesakes.get(&name(record)).copied().unwrap_or_default(),
        peers: commit.and_then(|commit| beside.peers.get(&(&record.repository, commit))).map_or(&[], Vec::as_slice),
        tasks: found.tasks.get(&record.repository).map_or(&[], Vec::as_slice),
        statuses: statuses.map_or(&[], Vec::as_slice),
    };
    let (state, run) = evidence.stands();
    ForgeJob { run, ..job(record, state) }
}

/// The commit on which a job leaves statuses.
fn commit(record: &JobRecord) -> Option<&str> {
    let told = record.told.as_ref().map(|told| told.commit.as_str());
    told.or_else(|| record.predicted.as_ref().map(|predicted| predicted.commit.as_str()))
}

fn job(record: &JobRecord, state: JobState) -> ForgeJob {
    ForgeJob {
        id: record.key.job,
        repository: record.repository.clone(),
        name: record.name.clone(),
        labels: record.labels.clone(),
        state,
        run: None,
        handle: None,
    }
}

/// The jobs of our runners whose records are closed already.
async fn closed(
    service: &Service,
    world: &World,
    forge: &ForgeName,
    open: &BTreeMap<u64, &JobRecord>,
) -> BTreeMap<u64, ForgeJob> {
    let of_runners = world.runners.values().filter(|runner| runner.forge == *forge);
    let named = of_runners.map(|runner| runner.job.as_ref().unwrap_or(&runner.launched_for));
    let keys: BTreeSet<Key> = named.filter(|job: &&JobKey| !open.contains_key(&job.job)).map(Key::job).collect();
    // Without an answer nothing is concluded about them; the store's own failure ends the pass elsewhere.
    let found = service.store.read_many(&keys).await.unwrap_or_default();
    let records = found.into_values().filter_map(|stored| if let Record::Job(job) = stored.record { Some(job) } else { None });
    records.map(|record| (record.key.job, job(&record, ended(record.told.as_ref())))).collect()
}

fn ended(told: Option<&Told>) -> JobState {
    match told.map(|told| &told.state) {
        Some(over @ JobState::Over { .. }) => over.clone(),
        _ => JobState::Unknown,
    }
}

/// Asks once for each repository and once for each commit that has a job of which the end was not told.
async fn ask(traces: &dyn Traces, open: &BTreeMap<u64, &JobRecord>) -> Result<Found, ForgeError> {
    let is_over = |record: &JobRecord| matches!(record.told.as_ref().map(|told| &told.state), Some(JobState::Over { .. }));
    let unended = open.values().filter(|record| !is_over(record));
    let commits = unended.filter_map(|record| Some((record.repository.clone(), commit(record)?.to_owned())));
    let commits: BTreeSet<_> = commits.collect();
    let repositories: BTreeSet<_> = commits.iter().map(|(repository, _)| repository.clone()).collect();
    let tasks = stream::iter(repositories).map(|repository| async move {
        let tasks = traces.tasks(&repository).await?;
        Ok::<_, ForgeError>((repository, tasks))
    });
    let statuses = stream::iter(commits).map(|(repository, commit)| async move {
        let statuses = traces.statuses(&repository, &commit).await?;
        Ok::<_, ForgeError>(((repository, commit), statuses))
    });
    Ok(Found {
        tasks: tasks.buffered(QUESTIONS_AT_ONCE).try_collect().await?,
        statuses: statuses.buffered(QUESTIONS_AT_ONCE).try_collect().await?,
    })
}
