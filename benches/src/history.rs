//! What a pass costs beside a short and a long history: it must follow what is open, never what ever was.

use std::sync::Arc;

use dispatch::identifier::JobKey;
use dispatch::reason::Reason;
use dispatch::record::{JobRecord, Record, Story};
use dispatch::store::{Expect, Key, Life, MemoryStore, RedbStore, Store, Transaction};
use dispatch::time::Timestamp;

use crate::still::installation;
use crate::timed;

/// The argument that asks for this bench.
pub(crate) const HISTORY: &str = "history";

/// Closed records of the short history.
const SHORT: u64 = 100;
/// Closed records of the long one, where nothing else is said.
const LONG: u64 = 1_000_000;
/// Jobs that wait all the time.
const OPEN: u64 = 20;
/// Passes of which the median counts.
const PASSES: usize = 51;

/// Prints a row for each store: a pass beside `SHORT` and `long` closed records, and how many times longer it takes.
pub(crate) async fn compare(long: Option<u64>) -> Result<(), Box<dyn std::error::Error>> {
    let long = long.unwrap_or(LONG);
    println!("{:<10} {:>16} {:>16} {:>8}", "store", format!("{SHORT} closed"), format!("{long} closed"), "ratio");
    let folder = tempfile::tempdir()?;
    let file = |name: &str| RedbStore::open(&folder.path().join(name));
    row("memory", Arc::new(MemoryStore::new()), Arc::new(MemoryStore::new()), long).await?;
    row("redb", Arc::new(file("short.redb")?), Arc::new(file("long.redb")?), long).await
}

type AnyStore = Arc<dyn Store>;

async fn row(name: &str, few: AnyStore, many: AnyStore, long: u64) -> Result<(), Box<dyn std::error::Error>> {
    let (short, long) = (beside(few, SHORT).await?, beside(many, long).await?);
    println!("{name:<10} {short:>13.1} µs {long:>13.1} µs {:>8.2}", long / short);
    Ok(())
}

/// The median of passes over a store with so many closed records.
async fn beside(store: AnyStore, closed: u64) -> Result<f64, Box<dyn std::error::Error>> {
    fill(store.as_ref(), closed).await?;
    let service = dispatch::service::Service { store, ..installation(OPEN) };
    service.pass().await?;
    let mut times = Vec::with_capacity(PASSES);
    for _ in 0..PASSES {
        let (pass, ran) = timed(service.pass()).await;
        expect_open(pass?.open)?;
        times.push(ran.elapsed_us);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(PASSES / 2).copied().unwrap_or_default())
}

fn expect_open(open: usize) -> Result<(), String> {
    if u64::try_from(open) == Ok(OPEN) { Ok(()) } else { Err(format!("{open} records are open in place of {OPEN}")) }
}

/// Closed jobs that stay for as long as the bench runs.
async fn fill(store: &dyn Store, closed: u64) -> Result<(), Box<dyn std::error::Error>> {
    let mut transaction = Transaction::new();
    for number in 1..=closed {
        let record = job(number)?;
        let life = Life::Closed { at: Timestamp::from_seconds(number), expires_at: Timestamp::from_seconds(u64::from(u32::MAX)) };
        transaction = transaction.put(Key::job(&record.key), Expect::Absent, Record::from(record), life);
        if transaction.writes().len() == Transaction::MOST_WRITES || number == closed {
            store.commit(std::mem::take(&mut transaction)).await?;
        }
    }
    Ok(())
}

fn job(number: u64) -> Result<JobRecord, Box<dyn std::error::Error>> {
    // Not one of the ids that wait.
    let key = JobKey::first("home".into(), OPEN + number);
    let story = Story::beginning(Timestamp::from_seconds(number), &Reason::Served);
    let mut record = JobRecord::new(
        key,
        "acme/tour".parse()?,
        "build".to_owned(),
        ["go".to_owned()].into(),
        Timestamp::from_seconds(number),
        story,
    );
    record.closed_at = Some(Timestamp::from_seconds(number));
    Ok(record)
}
