//! `dispatch check`: what is wrong, before anything runs.

use fake_forge::{Fault, Flavour};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::command::{Answer, bare};
use crate::stage::{Runner, SECRET, Stage};

/// The lines about the forge.
fn of_forge(answer: &Answer) -> Vec<&str> {
    answer.data.lines().filter(|line| line.contains("forge `home`")).collect()
}

#[tokio::test]
async fn a_good_file_and_a_forge_that_answers() {
    let stage = Stage::with(Flavour::Gitea1_26, Runner::StandIn).await;
    let answer = stage.call(&["check"]).await.exits(0).without_escapes();
    assert_eq!(of_forge(&answer), ["ok: forge `home`: Gitea 1.26, 0 jobs wait or run, one-job registrations"]);
    assert_eq!(answer.data.lines().last(), Some("ok: the configuration can be used"));
    assert!(!stage.path("data").exists(), "looking leaves no trace");
}

#[tokio::test]
async fn a_forge_without_a_queue_is_told_what_that_means() {
    let one_job = "one-job registrations";
    let kept = "until somebody removes it in the forge's settings";
    for (flavour, beginning, end) in [
        (Flavour::Gitea1_24, "Gitea 1.24, waiting jobs are announced once and never listed: ", one_job),
        (Flavour::Gitea1_23, "Gitea 1.23, waiting jobs are neither listed nor announced, so they are predicted ", kept),
        (Flavour::Forgejo10, "Forgejo 10.0, waiting jobs are neither listed nor announced, so they are predicted ", kept),
    ] {
        let stage = Stage::with(flavour, Runner::StandIn).await;
        let answer = stage.call(&["check"]).await.exits(0).without_escapes();
        let line = of_forge(&answer).concat();
        assert!(line.starts_with(&format!("ok: forge `home`: {beginning}")) && line.ends_with(end), "{line}");
    }
}

#[tokio::test]
async fn a_forge_that_hides_whose_code_a_job_runs_is_told_of() {
    let stage = Stage::with(Flavour::Forgejo11, Runner::StandIn).await;
    let answer = stage.call(&["check"]).await.exits(0).without_escapes();
    assert!(of_forge(&answer).concat().contains("only pools with `fork_pull_requests: allow` serve it"), "{answer:#?}");
    stage.configure(&stage.configuration("1s").replace("backend: process", "backend: process, fork_pull_requests: allow"));
    let answer = stage.call(&["check"]).await.exits(0).without_escapes();
    assert!(!of_forge(&answer).concat().contains("whose code"), "{answer:#?}");
}

#[tokio::test]
async fn programs_get_one_object() {
    let stage = Stage::new().await;
    let answer = stage.call(&["check", "--json"]).await.exits(0).object();
    assert_eq!((&answer["ok"], &answer["forges"]["home"]["ok"]), (&true.into(), &true.into()));
    assert_eq!(answer["findings"][0]["severity"], "warning");
    stage.forge.inject("/api/v1/version", Fault::Status(500));
    let answer = stage.call(&["check", "--json"]).await.exits(1).object();
    assert_eq!((&answer["ok"], &answer["forges"]["home"]["ok"]), (&false.into(), &false.into()));
    assert!(answer["forges"]["home"]["text"].as_str().unwrap().contains("HTTP 500"), "{answer}");
    stage.configure("stack: [");
    let answer = stage.call(&["check", "--json"]).await.exits(1).object();
    assert_eq!((&answer["ok"], &answer["findings"][0]["line"]), (&false.into(), &1.into()));
}

#[tokio::test]
async fn mistakes_are_told_all_at_once_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let text = "stack: story
forges:
  home:
    url: git.example.com
    tokn: { env: FORGE_TOKEN }
    token: { env: NOT_SET }
    webhook_secrets: [{ env: HOOK_SECRET }]
pools:
  go: { labels: [go:host], backend: proces, boot_limit: 10 }
serve: { listen: 127.0.0.1:0, data: data }
";
    std::fs::write(folder.path().join("dispatch.yaml"), text).unwrap();
    let check = Answer::of(bare(folder.path()).arg("check").env("HOOK_SECRET", SECRET)).await.exits(1).without_escapes();
    insta::assert_snapshot!(check.data, @r"
    error: `git.example.com` is not the root of a forge
     --> dispatch.yaml:4:10
      |
    4 |     url: git.example.com
      |          ^^^^^^^^^^^^^^^
      |
      = help: write it like `https://git.example.com/`

    error: `tokn` is not a key of a forge
     --> dispatch.yaml:5:5
      |
    5 |     tokn: * **** *********** *
      |     ^^^^
      |
      = help: did you mean `token`?

    error: the environment variable `NOT_SET` is not set
     --> dispatch.yaml:6:12
      |
    6 |     token: { env: NOT_SET }
      |            ^^^^^^^^^^^^^^^^
      |
      = help: set it for the process of `dispatch`, or name a file: `{ file: /run/secrets/… }`

    error: `backend` cannot be `proces`
     --> dispatch.yaml:9:37
      |
    9 |   go: { labels: [go:host], backend: proces, boot_limit: 10 }
      |                                     ^^^^^^
      |
      = help: did you mean `process`?

    error: `10` has no unit
     --> dispatch.yaml:9:57
      |
    9 |   go: { labels: [go:host], backend: proces, boot_limit: 10 }
      |                                                         ^^
      |
      = help: write `10s` if seconds are meant

    error: `data` is not an absolute path; what it means would depend on where `dispatch` is started
      --> dispatch.yaml:10:37
       |
    10 | serve: { listen: 127.0.0.1:0, data: data }
       |                                     ^^^^
       |
       = help: write the path from the root, beginning with `/`

    6 errors in dispatch.yaml
    ");
    let serve = Answer::of(bare(folder.path()).arg("serve").env("HOOK_SECRET", SECRET)).await.exits(3).without_escapes();
    assert_eq!(serve.talk, check.data, "start-up says the same");
}

#[tokio::test]
async fn with_no_file_at_all_it_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    for (command, code) in [("check", 1), ("runs", 3), ("serve", 3)] {
        let answer = Answer::of(bare(folder.path()).arg(command)).await.exits(code);
        let told = format!("{}{}", answer.data, answer.talk);
        assert!(told.contains("the environment variable `GITEA_URL` is not set"), "{told}");
        assert!(told.ends_with("there is no `dispatch.yaml` in this folder; `--config FILE` names a file elsewhere\n"), "{told}");
    }
    let answer = Answer::of(bare(folder.path()).args(["runs", "--config", "nowhere.yaml"])).await.exits(3);
    assert!(answer.talk.starts_with("error: the configuration `nowhere.yaml` cannot be read: No such file"), "{answer:#?}");
    assert!(!answer.talk.contains("in this folder"), "{answer:#?}");
}

#[tokio::test]
async fn a_forge_that_is_not_there() {
    let stage = Stage::new().await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let elsewhere = format!("http://127.0.0.1:{port}");
    stage.configure(&stage.configuration("1s").replace(stage.forge.base_url(), &elsewhere));
    let answer = stage.call(&["check"]).await.exits(1).without_escapes();
    let sentence = format!("nothing listens at 127.0.0.1:{port} (connection refused): is the forge running, and is `url` right?");
    assert_eq!(of_forge(&answer), [format!("error: forge `home`: GET /api/v1/version: {sentence}")]);
    assert!(!answer.data.contains("can be used"), "{answer:#?}");
    let offline = stage.call(&["check", "--offline"]).await.exits(0);
    assert!(of_forge(&offline).is_empty(), "{offline:#?}");
}

#[tokio::test]
async fn a_token_without_a_scope() {
    let mut stage = Stage::new().await;
    stage.token = stage.forge.with(|world| world.add_token(stage.admin, &["write:repository"]));
    let answer = stage.call(&["check"]).await.exits(1);
    let told = of_forge(&answer);
    assert!(told[0].starts_with("error: ") && told[0].contains("make one with the scope `read:admin`"), "{told:?}");
}

#[tokio::test]
async fn a_token_that_may_look_but_not_register() {
    let mut stage = Stage::new().await;
    let here = "watch: { repositories: [acme/tour] }, webhook_secrets";
    stage.configure(&stage.configuration("1s").replace("webhook_secrets", here));
    stage.call(&["check"]).await.exits(0);
    stage.token = stage.forge.with(|world| world.add_token(stage.admin, &["read:repository"]));
    let answer = stage.call(&["check"]).await.exits(1);
    let told = of_forge(&answer);
    assert!(told[0].starts_with("error: ") && told[0].contains("make one with the scope `write:repository`"), "{told:?}");
}

#[tokio::test]
async fn a_token_that_the_forge_does_not_know() {
    let mut stage = Stage::new().await;
    stage.token = "0123456789abcdef0123456789abcdef01234567".to_owned();
    let answer = stage.call(&["check"]).await.exits(1);
    let told = of_forge(&answer);
    assert!(told[0].contains("the forge does not accept the token"), "{told:?}");
    assert!(!answer.data.contains(&stage.token) && !answer.talk.contains(&stage.token), "{answer:#?}");
}

#[tokio::test]
async fn a_terminal_gets_colours_unless_it_says_no() {
    let stage = Stage::new().await;
    let at_a_terminal = async |no_colour: Option<&str>| {
        let mut command = Command::new("/usr/bin/script");
        command.args(["--quiet", "--return", "--command", &format!("{} check", env!("CARGO_BIN_EXE_dispatch")), "/dev/null"]);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color")
            .envs(no_colour.map(|value| ("NO_COLOR", value)));
        command.env("FORGE_TOKEN", &stage.token).env("HOOK_SECRET", SECRET).current_dir(stage.folder());
        Answer::of(command.stdin(std::process::Stdio::null())).await.exits(0)
    };
    assert!(at_a_terminal(None).await.data.contains('\u{1b}'));
    at_a_terminal(Some("1")).await.without_escapes();
}
