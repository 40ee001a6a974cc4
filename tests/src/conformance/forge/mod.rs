//! The contract of [`dispatch::forge`], one rule a function, held against the stand-in of one forge release.
//!
//! [`forge_conformance!`](crate::forge_conformance) makes a test of each rule for one [`Flavour`](fake_forge::Flavour).

#![expect(clippy::missing_panics_doc, reason = "a rule that is broken panics: that is what it is for")]

pub mod faults;
pub mod queue;
pub mod registrations;
pub mod rights;
mod subject;
pub mod trust;

pub use subject::{Outcome, Subject, TOKEN_SCOPES, runner};

/// One test for each rule, on the release `$flavour` of a forge.
#[macro_export]
macro_rules! forge_conformance {
    ($flavour:ident) => {
        $crate::forge_conformance!($flavour, queue: [
            the_release_is_recognised,
            a_queued_job_is_listed_and_a_blocked_one_is_not_queued,
            a_job_is_followed_from_queued_to_over,
            every_watch_sees_its_own_jobs_only,
            a_queue_longer_than_a_page_is_listed_whole,
            a_row_that_calls_a_workflow_asks_for_nothing,
            an_unknown_job_is_unknown,
        ]);
        $crate::forge_conformance!($flavour, registrations: [
            a_registration_is_listed_under_its_machines_name,
            a_registration_comes_online_when_its_runner_reports,
            a_used_registration_is_gone,
            removing_twice_is_removing_once,
            a_runner_that_is_switched_off_gets_no_job,
            runners_can_be_registered_at_every_scope,
            a_registration_token_that_was_reset_is_renewed,
        ]);
        $crate::forge_conformance!($flavour, rights: [
            a_missing_scope_is_named,
            a_revoked_token_is_denied,
        ]);
        $crate::forge_conformance!($flavour, trust: [
            a_push_is_the_repositorys_own,
            an_approved_fork_is_not_taken_for_the_repositorys_own,
        ]);
        $crate::forge_conformance!($flavour, faults: [
            each_failure_is_of_its_kind,
            a_registration_whose_answer_was_lost_is_found_by_name,
        ]);
    };
    ($flavour:ident, $group:ident: [$($rule:ident),* $(,)?]) => {
        mod $group {
            $(
                #[tokio::test]
                async fn $rule() -> $crate::conformance::forge::Outcome {
                    let subject = $crate::conformance::forge::Subject::start(fake_forge::Flavour::$flavour).await?;
                    $crate::conformance::forge::$group::$rule(&subject).await
                }
            )*
        }
    };
}
