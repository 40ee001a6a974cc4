//! Jobs of forges that list none.

use super::*;
use crate::evidence::{PATIENCE_S, UNHEARD_S};
use crate::reason::Reason;
use crate::record::{Notice, Predicted};
use crate::world::Noticed;

fn predicted() -> Predicted {
    Predicted {
        commit: "1a2b3c".to_owned(),
        workflow: "ci.yaml".to_owned(),
        contexts: vec!["ci / build".to_owned()],
        confirmed: true,
        needs: Vec::new(),
        trust: Trust::Own,
    }
}

/// The reason for which a job without a trace is closed after so many seconds.
fn silent_for(seconds: u64, change: impl FnOnce(&mut crate::record::JobRecord)) -> Reason {
    let scene = Scene::on(ForgeKind::Gitea, 1, 23).known(1, JobState::Unknown).change_job(1, change).after_s(seconds);
    let [closed] = &scene.plan().actions[..] else { panic!("{:?}", scene.planned()) };
    assert!(matches!(closed.action, Action::Close(_)), "{:?}", scene.planned());
    closed.reason.clone()
}

#[test]
fn silence_has_the_reason_of_how_the_job_was_known() {
    assert_eq!(silent_for(3 * 3_600, |_| ()), Reason::Unheard { hours: 3 }, "announced");
    let predict = |job: &mut crate::record::JobRecord| job.predicted = Some(predicted());
    assert_eq!(silent_for(PATIENCE_S, predict), Reason::Unconfirmed { patience_s: PATIENCE_S });
    assert_eq!(silent_for(UNHEARD_S, predict), Reason::Unheard { hours: UNHEARD_S / 3_600 });
}

#[test]
fn an_event_that_cannot_be_read_says_so() {
    let push = serde_json::json!({});
    let notice = Notice::new("home".into(), "push".to_owned(), crate::scene::repository(), push, NOW).unwrap();
    let mut scene = Scene::new();
    scene.world.notices.insert(Key::notice(&notice), (notice, Noticed::GivenUp("its commit is gone".to_owned())));
    let plan = scene.plan();
    let [Action::Read { prediction, .. }] = &plan.actions.iter().map(|planned| &planned.action).collect::<Vec<_>>()[..] else {
        panic!("{plan:?}")
    };
    assert!(matches!(&prediction.unclear[..], [Reason::NeverRead { cause, .. }] if cause == "its commit is gone"));
}
