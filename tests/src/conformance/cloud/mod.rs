//! The contract of [`dispatch::cloud`], one rule a function.
//!
//! [`cloud_conformance!`](crate::cloud_conformance) makes a test of each rule for one kind of cloud.

#![expect(clippy::missing_panics_doc, reason = "a rule that is broken panics: that is what it is for")]

pub mod ends;
pub mod identities;
pub mod launches;
mod subject;

pub use subject::{Inside, Outcome, Subject, identity};

/// One test for each rule, on clouds that the async function `$fresh` makes: `cloud_conformance!(process)`.
#[macro_export]
macro_rules! cloud_conformance {
    ($fresh:path) => {
        $crate::cloud_conformance!($fresh, launches: [
            every_member_gets_a_machine_that_says_whose_it_is,
            an_order_that_is_sent_again_brings_the_same_machines,
            another_order_brings_other_machines,
            a_machine_that_ends_by_itself_is_shown_as_ended_or_no_more,
        ]);
        $crate::cloud_conformance!($fresh, ends: [
            an_ended_machine_is_over,
            ending_twice_is_ending_once,
            what_nobody_knows_is_gone_already_and_keeps_no_other_alive,
            a_machine_that_ends_leaves_no_identity_to_be_taken,
        ]);
        $crate::cloud_conformance!($fresh, identities: [
            an_identity_is_given_once,
            an_identity_is_taken_once,
            a_taken_identity_cannot_be_withdrawn,
            a_withdrawn_identity_is_neither_taken_nor_given_again,
            who_withdraws_before_any_is_given_bars_the_way,
            the_list_tells_what_became_of_identities,
        ]);
    };
    ($fresh:path, $group:ident: [$($rule:ident),+ $(,)?]) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $rule() -> $crate::conformance::cloud::Outcome {
                    let subject = $fresh().await?;
                    $crate::conformance::cloud::$group::$rule(&subject).await
                }
            )+
        }
    };
}
