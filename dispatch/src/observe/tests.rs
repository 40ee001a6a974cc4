//! What a look shows when the world does not stand still for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::forge::{ForgeKind, MemoryForge, Version};
use crate::scene::{Scene, job_key, runner_key};
use crate::store::{Expect, Life, Transaction};

/// A recorded job of Forgejo 15 that is run again between the list and the question for this one job.
#[tokio::test]
async fn a_job_whose_handle_no_list_has_shown_yet_is_left_for_the_next_look() {
    let mut scene = Scene::new().record(17).busy(0, 17);
    scene.runner(0).handle = Some("before".to_owned());
    let job = scene.forge().jobs.remove(&17).unwrap();
    let forge = Arc::new(MemoryForge::of(ForgeKind::Forgejo, Version { major: 15, minor: 0 }));
    let forges = BTreeMap::from([("home".into(), forge.clone() as Arc<dyn Forge>)]);
    let service = Service { forges, ..scene.clone().service() };
    let runner = Record::Runner(scene.world.runners[&runner_key(0)].clone());
    let put = Transaction::new().put(Key::runner(&runner_key(0)), Expect::Absent, runner, Life::Open);
    service.store.commit(put).await.unwrap();
    service.ledger().announce(scene.world.jobs[&job_key(17)].as_ref().clone()).await.unwrap();
    let late = forge.clone();
    forge.meanwhile(move || {
        Box::pin(async move { late.add_job(ForgeJob { state: JobState::Queued, handle: Some("again".to_owned()), ..job }) })
    });
    let shown = async || {
        let world = observe(&service).await.unwrap();
        world.forges.values().filter_map(View::seen).flat_map(|view| view.jobs.keys().copied()).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, Vec::<u64>::new());
    assert_eq!(shown().await, [17]);
}
