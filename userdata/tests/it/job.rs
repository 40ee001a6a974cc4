//! The way of a good machine: what the runner and its job see, and what they cannot.

use userdata::{MetadataService, RunnerKind};

use crate::bed::Machine;
use crate::bed::specimen::{PASSWORD, TOKEN, identity, specification};

/// A runner that takes a job and ends when the test says so.
const ONE_JOB: &str = r#"
report "arguments $*"
report "user $(id -un) groups $(id -Gn)"
report "file $(stat -c '%a %U %s' .runner token 2>/dev/null)"
report "umask $(umask)"
echo 'level=info msg="task 7 repo is acme/site https://github.com https://git.example.org"'
report ready
"#;

#[test]
fn a_job_runs_unprivileged_and_then_the_machine_is_gone() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(ONE_JOB).with_identity(&identity()).boot();
    assert_eq!(machine.wait_for("arguments"), "daemon --once");
    assert_eq!(machine.wait_for("user"), "runner groups runner");
    assert!(machine.wait_for("file").starts_with("600 runner "));
    assert_eq!(machine.wait_for("umask"), "0022");
    let ending = machine.powered_off();
    assert_eq!(ending.how, "shutdown -h now");
    assert!(ending.log.contains("power off: the runner ended with status 0"), "{}", ending.log);
    assert!(ending.console.contains("power off: the runner ended with status 0"), "{}", ending.console);
}

#[test]
fn forgejo_gets_its_token_in_a_file_and_the_handle_of_one_job() {
    let mut machine = Machine::new(&specification(RunnerKind::Forgejo))
        .with_program("usr/local/bin/forgejo-runner", ONE_JOB)
        .with_identity(&identity())
        .boot();
    assert_eq!(
        machine.wait_for("arguments"),
        "one-job --wait --url https://git.example.org --uuid 6f0b7c2e-0000-4000-8000-000000000001 \
         --token-url file:/var/lib/dispatch/runner/token --label go:host --label small:host --handle h-1"
    );
    let file = format!("600 runner {}", TOKEN.len());
    assert_eq!(machine.wait_for("file"), file);
    machine.powered_off();
}

#[test]
fn the_runner_finds_the_registration_that_was_handed_over() {
    let runner = r#"mapfile -t lines <.runner; report "registration ${lines[*]}""#;
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(runner).with_identity(&identity()).boot();
    let registration: serde_json::Value = serde_json::from_str(&machine.wait_for("registration")).unwrap();
    assert_eq!(registration["token"], TOKEN);
    assert_eq!(registration["labels"], serde_json::json!(["go:host", "small:host"]));
    machine.powered_off();
}

#[test]
fn no_secret_is_in_the_log_the_environment_or_any_argument() {
    let runner = r#"
report "environment $(env | tr '\n' ' ')$(for e in /proc/[0-9]*/environ; do tr '\0' ' ' <$e 2>/dev/null; done)"
report "arguments of all $(for c in /proc/[0-9]*/cmdline; do tr '\0' ' ' <$c 2>/dev/null; done)"
"#;
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(runner).with_identity(&identity()).boot();
    let environment = machine.wait_for("environment");
    let arguments = machine.wait_for("arguments of all");
    let ending = machine.powered_off();
    assert!(environment.contains("HOME=/home/runner") && arguments.contains("user-data"));
    for text in [&environment, &arguments, &ending.log, &ending.console] {
        for secret in [TOKEN, PASSWORD, "canary-environment"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn the_credential_file_is_gone_once_a_task_has_come() {
    let runner = r#"
[[ -e .runner ]] && report before
echo 'time=now level=info msg="task 7 repo is acme/site https://github.com"'
until [[ ! -e .runner ]]; do :; done
report gone
"#;
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(runner).with_identity(&identity()).boot();
    machine.wait_for("before");
    machine.wait_for("gone");
    machine.powered_off();
}

/// Asks git for the credential of every hostname, as a job would.
const ASK_GIT: &str = r#"
cd /
for host in git.example.org example.org github.com; do
  report "$host $(printf 'protocol=https\nhost=%s\n\n' $host | git credential fill 2>&1 | tr '\n' ' ')"
done
"#;

#[test]
fn git_has_the_clone_credential_for_each_hostname_of_the_forge_and_for_no_other() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(ASK_GIT).with_identity(&identity()).boot();
    for host in ["git.example.org", "example.org"] {
        let answer = machine.wait_for(host);
        assert!(answer.contains("username=bot") && answer.contains(PASSWORD), "{host}: {answer}");
    }
    let answer = machine.wait_for("github.com");
    assert!(answer.contains("terminal prompts disabled") && !answer.contains(PASSWORD), "{answer}");
    machine.powered_off();
}

#[test]
fn without_a_clone_credential_git_uses_the_job_s_own_token() {
    let mut identity = identity();
    identity.clone_credential = None;
    let runner = format!("export GITEA_TOKEN=token-of-the-job\n{ASK_GIT}");
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(&runner).with_identity(&identity).boot();
    for host in ["git.example.org", "example.org"] {
        let answer = machine.wait_for(host);
        assert!(answer.contains("password=token-of-the-job"), "{host}: {answer}");
    }
    machine.powered_off();
}

/// Without a listener a connection is refused; the filter answers "no route".
const ASK_METADATA: &str = r#"report "metadata $( (exec 4<>/dev/tcp/169.254.169.254/80) 2>&1 | tr '\n' ' ')"
report "privileges $(grep -h NoNewPrivs /proc/self/status | tr '\t' ' ')""#;

#[test]
fn a_job_cannot_reach_the_instance_role() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea)).with_runner(ASK_METADATA).with_identity(&identity()).boot();
    let answer = machine.wait_for("metadata");
    assert!(answer.contains("No route to host"), "{answer}");
    assert_eq!(machine.wait_for("privileges"), "NoNewPrivs: 1");
    machine.powered_off();
}

#[test]
fn without_nft_the_same_is_done_by_iptables() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .without("usr/bin/nft")
        .with_runner(ASK_METADATA)
        .with_identity(&identity())
        .boot();
    let answer = machine.wait_for("metadata");
    assert!(answer.contains("No route to host"), "{answer}");
    machine.powered_off();
}

#[test]
fn a_pool_whose_jobs_use_the_role_says_so() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.metadata = MetadataService::Open;
    let mut machine = Machine::new(&specification).with_runner(ASK_METADATA).with_identity(&identity()).boot();
    let answer = machine.wait_for("metadata");
    assert!(answer.contains("Connection refused"), "{answer}");
    assert_eq!(machine.wait_for("privileges"), "NoNewPrivs: 0");
    assert!(machine.powered_off().log.contains("instance metadata is OPEN"));
}
