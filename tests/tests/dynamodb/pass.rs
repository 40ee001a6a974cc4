//! How often a pass asks DynamoDB, however much is open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dispatch::clock::HandClock;
use dispatch::config::{Environment, from_environment};
use dispatch::identifier::{JobKey, RepositoryName, RunnerKey, Scope};
use dispatch::journal::Silence;
use dispatch::ledger::{Ledger, Sheet};
use dispatch::plan::{Claim, Member};
use dispatch::record::{Batch, JobRecord, Record, Story};
use dispatch::service::Service;
use dispatch::store::{Expect, Key, Life, Store, Transaction};
use dispatch::time::Timestamp;
use tests::aws::{Call, Lab};

use super::{Table, table};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const MOST_MEMBERS: u64 = Batch::MOST_MEMBERS as u64;

fn job_key(number: u64) -> JobKey {
    JobKey::first("gitea".into(), number)
}

fn repository() -> RepositoryName {
    "acme/tour".parse().unwrap()
}

fn claim(jobs: std::ops::Range<u64>) -> Claim {
    let members: Vec<_> = jobs.map(job_key).collect();
    let (forge, scope) = ("gitea".into(), Scope::Repository(repository()));
    let counters = Key::counters(&forge, &scope, &"go".into()).into_iter().map(|key| (key, Some(200))).collect();
    let member = |job: &JobKey| Member { job: job.clone(), launches: 0, handle: None };
    let batch = Batch {
        id: Batch::id_for(members.iter().map(|job| (job, 0))),
        pool: "go".into(),
        backend: "ec2".into(),
        forge,
        scope,
        labels: ["go".to_owned()].into(),
        members: members.clone(),
        made_at: NOW,
    };
    Claim { members: members.iter().map(member).collect(), counters, batch }
}

/// `BatchGetItem` has the table among the names of its parameters.
fn is_about(call: &Call, table: &str) -> bool {
    call.parameters.values().any(|value| value == table) || call.parameters.keys().any(|name| name.contains(table))
}

impl Table {
    /// What was asked of this table since, by operation.
    fn asked(&self) -> BTreeMap<String, usize> {
        let mut asked = BTreeMap::new();
        for call in Lab::shared().calls() {
            if is_about(&call, &self.name) {
                *asked.entry(call.operation).or_default() += 1;
            }
        }
        asked
    }

    async fn with_jobs(self, count: u64) -> Self {
        let put = |all: Transaction, number| {
            let labels = ["go".to_owned()].into();
            let job = JobRecord::new(job_key(number), repository(), "build".to_owned(), labels, NOW, Story::default());
            all.put(Key::job(&job.key), Expect::Absent, Record::from(job), Life::Open)
        };
        self.store.commit((0..count).fold(Transaction::new(), put)).await.unwrap();
        self
    }

    fn service(&self) -> Service {
        let variables = [("GITEA_URL", "https://git.example.com"), ("GITEA_TOKEN", "t"), ("WEBHOOK_SECRET", "s")];
        Service {
            config: from_environment(&variables.into_iter().collect::<Environment>()).unwrap().into_config().unwrap(),
            store: Arc::new(self.store.clone()),
            clock: Arc::new(HandClock::at(NOW)),
            forges: BTreeMap::new(),
            clouds: BTreeMap::new(),
            journal: Arc::new(Silence),
            holder: "worker".to_owned(),
        }
    }
}

fn since(before: &BTreeMap<String, usize>, after: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let more = after.into_iter().map(|(name, count)| (name.clone(), count - before.get(&name).copied().unwrap_or_default()));
    more.filter(|(_, count)| *count > 0).collect()
}

fn calls<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.map(|(name, count)| (name.to_owned(), count)).into()
}

/// 100 jobs, their 100 runners that have no registration yet, and 3 batches: taking and giving back the lease, the list, and
/// the switch, jobs, runners and counters as they are now.
#[tokio::test]
async fn a_pass_over_a_hundred_open_jobs_asks_eight_times() {
    let table = table().await.with_jobs(100).await;
    let ledger = Ledger::open(&table.store, NOW, 3_600);
    for first in [0, 40, 80] {
        ledger.claim(&claim(first..(first + MOST_MEMBERS).min(100))).await.unwrap();
    }
    let before = table.asked();
    let pass = table.service().pass().await.unwrap();
    assert_eq!((pass.open, pass.done, pass.failed), (200, 0, 0));
    let expected = calls([("BatchGetItem", 4), ("GetItem", 1), ("Query", 1), ("TransactWriteItems", 2)]);
    assert_eq!(since(&before, table.asked()), expected);
}

/// However many members it has: the switch with the jobs and the transaction, then the runners and the transaction.
#[tokio::test]
async fn a_claim_asks_twice_and_so_does_a_change_of_its_runners() {
    let table = table().await.with_jobs(MOST_MEMBERS).await;
    let ledger = Ledger::open(&table.store, NOW, 3_600);
    let claim = claim(0..MOST_MEMBERS);
    let before = table.asked();
    ledger.claim(&claim).await.unwrap();
    let runners: Vec<_> = (0..40).map(|index| RunnerKey { batch: claim.batch.id.clone(), index }).collect();
    let online = |sheet: &mut Sheet| {
        runners.iter().try_for_each(|runner| sheet.runner_mut(runner).map(|record| record.online_at = Some(NOW)))
    };
    let changed = ledger.edit(runners.iter().map(Key::runner), online).await.unwrap();
    assert_eq!(runners.iter().filter(|runner| changed.runner(runner).is_some()).count(), 40);
    assert_eq!(since(&before, table.asked()), calls([("BatchGetItem", 2), ("TransactWriteItems", 2)]));
    let keys: BTreeSet<Key> = runners.iter().map(Key::runner).collect();
    assert_eq!(table.store.read_many(&keys).await.unwrap().len(), 40);
}

/// The edge may put and get jobs, and nothing else; emulators do not look at that.
#[tokio::test]
async fn an_announcement_is_one_put() {
    let table = table().await;
    let labels = ["go".to_owned()].into();
    let job = JobRecord::new(job_key(1), repository(), "build".to_owned(), labels, NOW, Story::default());
    Ledger::open(&table.store, NOW, 3_600).announce(job).await.unwrap();
    let calls = Lab::shared().calls().into_iter().filter(|call| is_about(call, &table.name));
    let calls: Vec<Call> = calls.filter(|call| call.operation.ends_with("Items")).collect();
    let [announcement] = &calls[..] else { panic!("{calls:?}") };
    let items: BTreeSet<_> = announcement.parameters.keys().filter_map(|name| name.strip_prefix("TransactItems.")).collect();
    assert!(items.iter().all(|name| name.starts_with("1.Put.")), "{items:?}");
}
