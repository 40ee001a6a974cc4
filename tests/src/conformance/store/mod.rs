//! The contract of [`dispatch::store`], one rule a function.
//!
//! [`store_conformance!`](crate::store_conformance) makes a test of each rule for one kind of store.

pub mod counters;
pub mod crowds;
pub mod expiry;
pub mod lists;
pub mod miscounts;
pub mod samples;
pub mod steps;
pub mod writes;

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use dispatch::store::Store;

/// An empty store, and what must live as long as it does: its directory, the server behind it.
pub struct Subject {
    store: Arc<dyn Store>,
    _alive: Box<dyn Any + Send>,
}

impl Subject {
    /// `store` is gone with `alive`.
    pub fn new(store: impl Store + 'static, alive: impl Any + Send) -> Self {
        Self { store: Arc::new(store), _alive: Box::new(alive) }
    }

    /// The store under test.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
}

/// One test for each rule, on stores that the async function `$fresh` makes: `store_conformance!(memory)`, or
/// `store_conformance!(table, which forgets by itself)`.
#[macro_export]
macro_rules! store_conformance {
    ($fresh:path) => {
        $crate::store_conformance!($fresh, whatever becomes of what is over);
        $crate::store_conformance!($fresh, expiry: [
            a_batch_is_forgotten_too,
            what_is_over_is_forgotten_at_its_time,
            what_was_kept_longer_after_all_stays,
            what_is_open_or_standing_is_never_over,
        ]);
    };
    ($fresh:path, which forgets by itself) => {
        $crate::store_conformance!($fresh, whatever becomes of what is over);
        $crate::store_conformance!($fresh, expiry: [
            what_is_over_is_found_until_it_is_gone,
            what_is_open_or_standing_is_never_over,
        ]);
    };
    ($fresh:path, whatever becomes of what is over) => {
        $crate::store_conformance!($fresh, writes: [
            every_kind_of_record_is_read_back,
            a_version_rises_by_one_with_each_put,
            a_deleted_key_starts_again,
            a_put_that_finds_something_else_is_a_conflict,
            a_delete_that_finds_something_else_is_a_conflict,
            a_check_writes_nothing,
            when_the_last_write_fails_none_has_happened,
            the_first_unmet_expectation_is_the_one_named,
            a_key_touched_twice_is_refused,
            a_hundred_writes_are_the_most,
            what_is_too_large_for_a_table_is_refused,
            nothing_to_write_is_no_mistake,
            a_worker_that_lost_its_lease_writes_nothing,
        ]);
        $crate::store_conformance!($fresh, counters: [
            a_missing_counter_counts_as_nothing,
            no_count_goes_below_zero,
            the_limit_is_on_the_sum,
            a_first_addition_has_a_limit_too,
            a_decrease_passes_a_limit_that_was_lowered,
            something_else_is_never_counted_over,
            a_count_is_repaired_only_if_nobody_counted_meanwhile,
        ]);
        $crate::store_conformance!($fresh, miscounts: [
            a_miscount_is_suspected_first_and_corrected_a_minute_later,
            a_count_that_moved_since_is_suspected_anew,
        ]);
        $crate::store_conformance!($fresh, lists: [
            the_open_ones_are_listed_in_the_order_of_their_keys,
            a_record_is_listed_as_it_lives_now,
            closed_ones_are_listed_newest_first,
            only_jobs_and_runners_are_listed_as_closed,
            many_are_read_at_once,
            more_than_a_page_is_listed_whole,
        ]);
        $crate::store_conformance!($fresh, crowds: [
            of_many_claimants_one_wins,
            a_limit_lets_in_as_many_as_it_says,
            counts_that_change_together_stay_in_step,
            readers_see_content_and_version_together_and_never_go_back,
        ]);
    };
    ($fresh:path, $group:ident: [$($rule:ident),+ $(,)?]) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                let subject = $fresh().await;
                $crate::conformance::store::$group::$rule(subject.store()).await;
            }
        )+
    };
}
