//! Many at once: two workers, fifty deliveries of one matrix, a command line beside them.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, clippy::panic, reason = "rules fail by panicking")]

use std::future::Future;
use std::sync::Arc;

use dispatch::record::{Control, Record};
use dispatch::store::{CommitError, Expect, Key, Life, Store, Transaction};
use tokio::task::JoinSet;

use super::samples::{add, at_limit, changed, control, count, found, job, job_key};

const CROWD: u64 = 50;

/// Runs `work` for everyone in the crowd at the same time.
async fn all_at_once<T, F>(store: &Arc<dyn Store>, work: impl Fn(Arc<dyn Store>, u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..CROWD {
        tasks.spawn(work(Arc::clone(store), number));
    }
    tasks.join_all().await
}

/// And everybody else is told so: no error, no second winner.
pub async fn of_many_claimants_one_wins(store: Arc<dyn Store>) {
    let outcomes = all_at_once(&store, |store, number| async move {
        let claim = Transaction::new().put(job_key(7), Expect::Absent, job(number), Life::Open);
        (number, store.commit(claim).await)
    });
    let (winners, losers): (Vec<_>, Vec<_>) = outcomes.await.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let [(winner, _)] = winners[..] else { panic!("{} winners", winners.len()) };
    assert_eq!(found(&*store, &job_key(7)).await.map(|stored| stored.record), Some(job(winner)));
    for (_, outcome) in losers {
        assert_eq!(outcome, Err(CommitError::Conflict(changed(&job_key(7)))));
    }
}

/// Each with a record of its own, which is there for those who were let in and for nobody else.
pub async fn a_limit_lets_in_as_many_as_it_says(store: Arc<dyn Store>) {
    let outcomes = all_at_once(&store, |store, number| async move {
        let claim =
            Transaction::new().put(job_key(number), Expect::Absent, job(number), Life::Open).add(Key::total(), 1, Some(20));
        (number, store.commit(claim).await)
    });
    let mut let_in = Vec::new();
    for (number, outcome) in outcomes.await {
        match outcome {
            Ok(()) => let_in.push(job_key(number)),
            Err(error) => assert_eq!(error, CommitError::Conflict(at_limit(&Key::total()))),
        }
    }
    let_in.sort();
    let open: Vec<_> = store.open_records().await.unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(open, let_in);
    assert_eq!((let_in.len(), count(&*store, &Key::total()).await), (20, 20));
}

/// No addition is lost, and the two of one transaction are never apart.
pub async fn counts_that_change_together_stay_in_step(store: Arc<dyn Store>) {
    let pool = Key::pool(&"go".into());
    let outcomes = all_at_once(&store, |store, number| {
        let pool = Key::pool(&"go".into());
        async move {
            let by = if number % 5 == 0 { -1 } else { 1 };
            store.commit(Transaction::new().add(Key::total(), by + 2, None).add(pool, by + 2, None)).await
        }
    });
    assert!(outcomes.await.iter().all(Result::is_ok));
    let expected = CROWD / 5 + (CROWD - CROWD / 5) * 3;
    assert_eq!((count(&*store, &Key::total()).await, count(&*store, &pool).await), (expected, expected));
}

/// A writer whose nth version says n, and readers beside it.
pub async fn readers_see_content_and_version_together_and_never_go_back(store: Arc<dyn Store>) {
    const LAST: u64 = 40;
    add(&*store, &Key::control(), control(1), Life::Standing).await;
    let writer = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            for version in 1..LAST {
                let put = Transaction::new().put(Key::control(), Expect::Version(version), control(version + 1), Life::Standing);
                store.commit(put).await.unwrap();
            }
        }
    });
    let readers = all_at_once(&store, |store, _| async move {
        let mut seen = 0;
        while seen < LAST {
            let Some(stored) = found(&*store, &Key::control()).await else { panic!("it was gone") };
            let Record::Control(Control { since, .. }) = stored.record else { panic!("{:?}", stored.record) };
            assert_eq!(since.millis(), stored.version);
            assert!(stored.version >= seen, "{} after {seen}", stored.version);
            seen = stored.version;
        }
    });
    readers.await;
    writer.await.unwrap();
}
