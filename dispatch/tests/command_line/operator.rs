//! Commands beside a running `serve`, and without one.

use fake_forge::Flavour;
use fake_forge::world::Leftovers;

use crate::by_hand::ByHand;
use crate::running::Serve;
use crate::stage::{Runner, Stage};

/// A paused installation with one job, which waits.
async fn paused_with_a_job(stage: &Stage, serve: &mut Serve) {
    serve.has_looked().await;
    let seen = serve.log().len();
    let told = stage.call(&["pause"]).await.exits(0).without_escapes();
    assert_eq!(told.talk, "paused: nothing is launched; what runs goes on; `dispatch resume` lets it go on\n");
    serve.says_after(seen, " pass ").await;
    stage.push("go");
    let reply = stage.deliver().await.remove(0).response;
    assert_eq!(
        reply,
        "build (job 1 of acme/tour): [go] → pool `go`; held: the installation is paused; `dispatch resume` lets it go on\n"
    );
    stage.until("a look", async || stage.story("1").await.contains(&"held".to_owned())).await;
}

#[tokio::test]
async fn a_pause_holds_jobs_and_says_so_and_a_resume_lets_them_go() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("60s"));
    let mut serve = stage.serve().await;
    paused_with_a_job(&stage, &mut serve).await;
    let runs = stage.call(&["runs"]).await.exits(0).without_escapes();
    assert_eq!(
        runs.data,
        "waits    home/1/1  acme/tour · build  held: the installation is paused; `dispatch resume` lets it go on\n"
    );
    assert_eq!(stage.machines_ever(), 0);
    assert_eq!(stage.call(&["resume"]).await.exits(0).talk, "running: jobs that wait are served\n");
    stage.until_quiet().await;
    stage.served_once().await;
}

#[tokio::test]
async fn a_job_has_several_names_and_one_story() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("60s"));
    let mut serve = stage.serve().await;
    paused_with_a_job(&stage, &mut serve).await;
    let page = format!("{}/acme/tour/actions/runs/1/jobs/1", stage.forge.base_url());
    let story = stage.call(&["why", "1"]).await.exits(0).without_escapes().data;
    let lines: Vec<&str> = story.lines().map(|line| line.split_once("  ").map_or(line, |(_, text)| text)).collect();
    assert_eq!(lines[0], "build of acme/tour, labels [go]");
    assert!(lines[1].starts_with("job: the forge announced the job in delivery "), "{story}");
    assert_eq!(lines[2], "job: held: the installation is paused; `dispatch resume` lets it go on");
    for name in ["home/1", "home/1/1", page.as_str()] {
        assert_eq!(stage.call(&["why", name]).await.exits(0).data, story, "{name}");
    }
    for (name, sentence) in [
        ("99", "there is no record of job 99 of `home`: no delivery announced it"),
        ("work/1", "there is no forge `work` in the configuration; it has `home`"),
        ("build", "`build` is no job: give its id, FORGE/ID, or the address of its page"),
        ("http://127.0.0.1/acme/other/actions/runs/1/jobs/1", "there is no record of job 1 of acme/other at `home`"),
    ] {
        let answer = stage.call(&["why", name, "--json"]).await.exits(5);
        assert!(answer.talk.starts_with(&format!("error: {sentence}")) && answer.data.is_empty(), "{answer:#?}");
    }
}

/// Nobody told of it, and no pass records what is not ours.
#[tokio::test]
async fn a_job_that_no_pool_covers_is_explained_by_asking_its_forge() {
    let stage = Stage::new().await;
    stage.push("windows");
    let answer = stage.call(&["why", "1"]).await.exits(0).without_escapes();
    let (title, story) = answer.data.split_once('\n').unwrap();
    assert_eq!(title, "build of acme/tour, labels [windows]");
    assert!(story.ends_with("job: no pool covers the labels [windows]; the pools serve [go]: correct `runs-on` or add a pool\n"));
    assert_eq!(stage.call(&["why", "home/1", "--json"]).await.exits(0).object()["story"][0]["code"], "no_pool");
    stage.call(&["why", "2"]).await.exits(5);
}

#[tokio::test]
async fn a_job_that_nobody_has_seen_yet_is_found_at_its_forge() {
    let stage = Stage::new().await;
    stage.push("go");
    let answer = stage.call(&["why", "1"]).await.exits(0).without_escapes();
    assert!(answer.data.ends_with("found in the queue of `home`; no delivery had announced it\nthe worker has not looked yet; if that lasts for more than a minute, its log says why\n"));
    assert!(stage.runs().await.is_empty(), "asking changes nothing");
    stage.forge.inject("/api/v1/", fake_forge::Fault::Status(500));
    let answer = stage.call(&["why", "1"]).await.exits(5);
    assert!(answer.talk.contains("500") && answer.talk.contains("there is no record of job 1"), "{answer:#?}");
}

#[tokio::test]
async fn programs_can_turn_the_switch_too() {
    let stage = Stage::new().await;
    for (command, mode) in [("pause", "paused"), ("drain", "draining"), ("stop", "stopped"), ("resume", "running")] {
        let answer = stage.call(&[command, "--json"]).await.exits(0);
        assert_eq!((&answer.object()["mode"], answer.talk.as_str()), (&mode.into(), ""));
    }
    let serve = stage.serve().await;
    stage.call(&["drain"]).await.exits(0);
    let health = reqwest::get(serve.url("/health")).await.unwrap().text().await.unwrap();
    assert_eq!(health, r#"{"mode":"draining","status":"ok"}"#);
}

#[tokio::test]
async fn a_drain_lets_busy_runners_finish_and_launches_nothing() {
    let stage = Stage::with(Flavour::Gitea1_27, Runner::ByHand).await;
    let mut serve = stage.serve().await;
    stage.push("go");
    let runner = ByHand::appears(&stage).await;
    let task = runner.take().await;
    serve.says(" took job ").await;
    stage.call(&["drain"]).await.exits(0);
    stage.push("go");
    stage.until("the second job held", async || stage.runs().await.iter().any(|job| job["code"] == "held")).await;
    runner.report(&task).await;
    stage.touch("over");
    stage.until("the machine put away", async || stage.story("1").await.contains(&"served".to_owned())).await;
    assert_eq!((stage.machines().len(), stage.machines_ever()), (0, 1));
}

#[tokio::test]
async fn an_emergency_stop_ends_machines_and_a_resume_makes_new_ones() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("1h"));
    stage.touch("hold");
    let mut serve = stage.serve().await;
    serve.has_looked().await;
    stage.push("go");
    stage.deliver().await;
    serve.says("identity handed over").await;
    stage.call(&["stop"]).await.exits(0);
    stage.until("the machine put away", async || stage.machines().is_empty()).await;
    stage.until("its registration removed", async || stage.forge.with(|world| world.leftovers()).registrations.is_empty()).await;
    std::fs::remove_file(stage.path("hold")).unwrap();
    stage.call(&["resume"]).await.exits(0);
    stage.until_quiet().await;
    assert_eq!(stage.machines_ever(), 2);
}

#[tokio::test]
async fn a_sweep_does_the_work_of_a_server_that_does_not_run() {
    let stage = Stage::new().await;
    assert_eq!(stage.call(&["sweep", "--dry-run"]).await.exits(0).talk, "nothing to do\n");
    stage.push("go");
    let plan = stage.call(&["sweep", "--dry-run"]).await.exits(0).without_escapes().data;
    assert!(
        plan.starts_with("would open a job's record: found in the queue of `home`; no delivery had announced it\n"),
        "{plan}"
    );
    assert!(plan.contains("would launch machines: pool `go`: launching machine "), "{plan}");
    let plan = stage.call(&["sweep", "--dry-run", "--json"]).await.exits(0).json();
    assert_eq!((&plan[0]["code"], &plan[1]["code"]), (&"found_in_queue".into(), &"launching".into()));
    assert_eq!((stage.runs().await.len(), stage.machines_ever()), (0, 0), "a dry run changes nothing");
    let sweep = async || {
        stage.call(&["sweep"]).await.exits(0).without_escapes();
        stage.is_quiet().await
    };
    stage.until("quiet", sweep).await;
    stage.served_once().await;
    assert_eq!(stage.forge.with(|world| world.leftovers()), Leftovers::default());
}

#[tokio::test]
async fn a_sweep_beside_a_server_does_not_double_what_it_does() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("1h"));
    let mut serve = stage.serve().await;
    serve.has_looked().await;
    stage.push("go");
    let told = stage.call(&["sweep", "--json"]).await.exits(0);
    let codes: Vec<_> = told.json().iter().map(|line| line["code"].as_str().unwrap().to_owned()).collect();
    assert!(codes.contains(&"launched".to_owned()), "{told:#?}");
    // From here on the server may be at it as well; whoever comes second says so.
    let sweep = async || {
        let answer = stage.call(&["sweep"]).await;
        assert!(answer.code == Some(0) || answer.talk.contains("another worker is at it"), "{answer:#?}");
        stage.is_quiet().await
    };
    stage.until("quiet", sweep).await;
    stage.served_once().await;
}

#[tokio::test]
async fn an_empty_installation_says_what_to_do() {
    let stage = Stage::new().await;
    let answer = stage.call(&["runs"]).await.exits(0);
    assert_eq!(answer.data, "");
    assert_eq!(answer.talk, "no jobs yet: push something, or look at the webhook's delivery page on the forge\n");
    assert_eq!(stage.call(&["runs", "--json"]).await.exits(0).talk, "");
}
