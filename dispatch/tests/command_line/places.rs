//! Ports and folders that cannot be had, and files that are not what they were.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::geteuid;
use tokio::process::Command;

use crate::command::Answer;
use crate::stage::{SECRET, Stage};

/// What `serve` says when it cannot start.
async fn refused(stage: &Stage) -> String {
    let answer = stage.call(&["serve"]).await.exits(4).without_escapes();
    assert_eq!(answer.data, "");
    answer.talk.lines().last().unwrap().to_owned()
}

#[tokio::test]
async fn a_second_server_leaves_the_first_alone() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let place = stage.path("data").display().to_string();
    assert_eq!(
        refused(&stage).await,
        format!(
            "error: another `dispatch` works with the data folder {place}: stop that one first, or name another folder by `serve.data`"
        )
    );
    stage.call(&["runs"]).await.exits(0);
    assert_eq!(serve.terminate().await.code(), Some(0));
    let _serve = stage.serve().await;
}

#[tokio::test]
async fn a_port_that_somebody_has_is_named() {
    let stage = Stage::new().await;
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = other.local_addr().unwrap().to_string();
    stage.configure(&stage.configuration("1s").replace("127.0.0.1:0,", &format!("{address},")));
    assert_eq!(
        refused(&stage).await,
        format!(
            "error: cannot listen on {address}: Address already in use (os error 98); choose another address in `serve.listen`"
        )
    );
    stage.call(&["runs"]).await.exits(0);
    drop(other);
    let _serve = stage.serve().await;
}

#[tokio::test]
async fn a_data_folder_that_cannot_be() {
    let stage = Stage::new().await;
    stage.touch("data");
    let told = refused(&stage).await;
    assert!(
        told.starts_with("error: the records in ")
            && told.ends_with("a file stands where its folder should be; name another one by `serve.data`"),
        "{told}"
    );
    let check = stage.call(&["check"]).await.exits(1);
    assert!(check.data.contains("cannot be written to by the user of `dispatch`"), "{check:#?}");
    let runs = stage.call(&["runs"]).await.exits(4);
    assert!(runs.talk.contains("a file stands where its folder should be"), "{runs:#?}");
}

/// The superuser may write everywhere, unless that right is taken away.
fn without_privilege(stage: &Stage, argument: &str) -> Command {
    if !geteuid().is_root() {
        return stage.command(&[argument]);
    }
    let mut command = Command::new("/usr/bin/setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_dispatch"), argument]);
    command.env_clear().env("FORGE_TOKEN", &stage.token).env("HOOK_SECRET", SECRET).current_dir(stage.folder());
    command
}

#[tokio::test]
async fn a_data_folder_that_one_may_not_write_to() {
    let stage = Stage::new().await;
    fs::create_dir(stage.path("data")).unwrap();
    fs::set_permissions(stage.path("data"), fs::Permissions::from_mode(0o500)).unwrap();
    for command in ["serve", "runs", "pause", "sweep"] {
        let answer = Answer::of(&mut without_privilege(&stage, command)).await.exits(4);
        let told = answer.talk.lines().last().unwrap();
        assert!(
            told.contains("Permission denied") && told.ends_with("run this as the user that `dispatch serve` runs as"),
            "{told}"
        );
    }
    let check = Answer::of(&mut without_privilege(&stage, "check")).await.exits(1);
    assert!(check.data.contains("cannot be written to by the user of `dispatch`"), "{check:#?}");
}

#[tokio::test]
async fn a_store_that_is_damaged_is_moved_away_and_its_jobs_are_found_again() {
    let stage = Stage::new().await;
    stage.call(&["pause"]).await.exits(0);
    stage.push("go");
    stage.call(&["sweep"]).await.exits(0);
    let store = stage.path("data/store.redb");
    let whole = fs::read(&store).unwrap();
    let page = 4096;
    let torn: Vec<u8> =
        whole.iter().enumerate().map(|(at, byte)| if at >= page && at % 7 == 0 { !byte } else { *byte }).collect();
    for (damage, bytes) in [("other content", b"not a store".to_vec()), ("a part of it", whole[..page].to_vec()), ("pages", torn)]
    {
        fs::write(&store, bytes).unwrap();
        let told = refused(&stage).await;
        let place = store.display();
        assert!(told.contains(&format!("the store {place} is damaged: ")), "{damage}: {told}");
        assert!(
            told.ends_with("move it away and start again: open jobs are found again in the forge's queue"),
            "{damage}: {told}"
        );
    }
    stage.call(&["runs"]).await.exits(4);
    fs::rename(&store, stage.path("damaged")).unwrap();
    let _serve = stage.serve().await;
    stage.until_quiet().await;
    stage.served_once().await;
}
