//! `dispatch serve`, from its start to its end.

use rustix::process::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::running::Serve;
use crate::stage::Stage;

#[tokio::test]
async fn a_delivery_is_answered_and_its_job_is_served() {
    let stage = Stage::new().await;
    stage.configure(&stage.configuration("60s"));
    let mut serve = stage.serve().await;
    serve.has_looked().await;
    stage.push("go");
    let replies = stage.deliver().await;
    assert_eq!(replies[0].status, Some(200));
    assert_eq!(replies[0].response, "build (job 1 of acme/tour): [go] → pool `go`; a machine is on its way\n");
    stage.until_quiet().await;
    stage.served_once().await;
    assert_eq!(serve.terminate().await.code(), Some(0));
}

#[tokio::test]
async fn the_health_page_says_that_all_is_well() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let response = reqwest::get(serve.url("/health")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), r#"{"mode":"running","status":"ok"}"#);
}

#[tokio::test]
async fn the_log_of_a_service_has_no_escape_codes() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    assert!(!serve.log().iter().any(|line| line.contains('\u{1b}')), "{:#?}", serve.log());
}

#[tokio::test]
async fn nor_does_a_log_for_programs_have_anything_but_json() {
    let stage = Stage::new().await;
    let serve = Serve::start(&mut stage.command(&["serve", "--json"])).await;
    for line in serve.log() {
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(line["timestamp"].is_string() && line["fields"]["message"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn asked_to_stop_it_ends_well_and_machines_live_on() {
    let stage = Stage::new().await;
    stage.touch("hold");
    let mut serve = stage.serve().await;
    stage.push("go");
    serve.says("identity handed over").await;
    assert_eq!(serve.terminate().await.code(), Some(0));
    assert!(!stage.path("data/store.sock").exists(), "nobody is invited to an empty place");
    std::fs::remove_file(stage.path("hold")).unwrap();
    stage
        .until("the job done with nobody watching", async || {
            stage.forge.with(|world| world.leftovers().running_jobs.is_empty() && world.queued_jobs().is_empty())
        })
        .await;
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_once().await;
}

#[tokio::test]
async fn an_interrupt_from_the_keyboard_is_as_good() {
    let stage = Stage::new().await;
    let mut serve = stage.serve().await;
    serve.signal(Signal::INT);
    assert_eq!(serve.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_visitor_who_never_finishes_speaking_does_not_keep_it_from_ending() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let mut visitor = TcpStream::connect(serve.address()).await.unwrap();
    visitor.write_all(b"POST /hook/home HTTP/1.1\r\nHost: ").await.unwrap();
    // Somebody who came later was served, so the first one has been let in.
    reqwest::get(serve.url("/health")).await.unwrap();
    assert_eq!(serve.terminate().await.code(), Some(0));
}
