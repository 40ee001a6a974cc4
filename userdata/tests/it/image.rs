//! An image that is not as it should be: found out before the identity is taken.

use userdata::{MetadataService, Runner, RunnerKind, Sha256, Snippet};

use crate::bed::specimen::{identity, specification};
use crate::bed::{Ending, Machine};

/// Expects the machine to end without having touched the identity or started a runner.
fn refused(mut machine: Machine) -> Ending {
    let ending = machine.powered_off();
    assert_eq!(ending.how, "shutdown -h now");
    assert_eq!(machine.left_of_identity(), ["identity"]);
    assert_eq!(machine.count_of("started"), 0);
    ending
}

#[test]
fn the_runner_is_missing() {
    let machine = Machine::new(&specification(RunnerKind::Gitea)).with_identity(&identity()).boot();
    let ending = refused(machine);
    assert!(ending.log.contains("power off: no runner in the image: looked for /usr/local/bin/gitea-runner "), "{}", ending.log);
}

#[test]
fn the_runner_has_its_name_from_before_1_0() {
    let mut machine = Machine::new(&specification(RunnerKind::Gitea))
        .with_program("usr/bin/act_runner", r#"report "called ${0##*/}""#)
        .with_identity(&identity())
        .boot();
    assert_eq!(machine.wait_for("called"), "act_runner");
    machine.powered_off();
}

fn pinned(digest: &str) -> userdata::MachineSpecification {
    let mut specification = specification(RunnerKind::Gitea);
    specification.runner.sha256 = Some(Sha256::parse(digest).unwrap());
    specification
}

#[test]
fn the_runner_has_the_wrong_checksum() {
    let machine = Machine::new(&pinned(&"0".repeat(64))).with_runner("report started").with_identity(&identity()).boot();
    let ending = refused(machine);
    assert!(ending.log.contains("power off: wrong checksum: /usr/local/bin/gitea-runner is "), "{}", ending.log);
}

#[test]
fn the_runner_has_the_right_checksum() {
    // Of "#!/bin/bash\nreport started\n".
    let digest = "e060c8333ba557f823254e43e3e0a542854920f32ee36b20874c8157e5fbc949";
    let mut machine = Machine::new(&pinned(digest)).with_runner("report started").with_identity(&identity()).boot();
    machine.wait_for("started");
    machine.powered_off();
}

#[test]
fn the_configuration_of_the_image_is_given_to_the_runner() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.runner = Runner::at(RunnerKind::Gitea, ["/opt/my runner"]).unwrap();
    specification.runner.configuration = Some(userdata::AbsolutePath::parse("/etc/runner's.yaml").unwrap());
    let mut machine =
        Machine::new(&specification).with_program("opt/my runner", r#"report "arguments $*""#).with_identity(&identity()).boot();
    assert_eq!(machine.wait_for("arguments"), "--config /etc/runner's.yaml daemon --once");
    machine.powered_off();
}

#[test]
fn the_metadata_service_cannot_be_closed() {
    let machine = Machine::new(&specification(RunnerKind::Gitea))
        .without("usr/bin/nft")
        .without("usr/bin/iptables")
        .with_runner("report started")
        .with_identity(&identity())
        .boot();
    let ending = refused(machine);
    assert!(ending.log.contains("power off: instance metadata cannot be closed"), "{}", ending.log);
}

#[test]
fn a_machine_without_a_role_only_warns_about_it() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.metadata = MetadataService::ClosedIfPossible;
    let mut machine = Machine::new(&specification)
        .without("usr/bin/nft")
        .without("usr/bin/iptables")
        .with_runner("report started")
        .with_identity(&identity())
        .boot();
    machine.wait_for("started");
    assert!(machine.powered_off().log.contains("WARNING: instance metadata is NOT closed"));
}

#[test]
fn the_runner_s_user_is_root_by_another_name() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.user = userdata::UserName::parse("toor").unwrap();
    let machine = Machine::new(&specification).with_runner("report started").with_identity(&identity());
    machine.append("etc/passwd", "toor:x:0:0::/root:/bin/bash\n");
    let ending = refused(machine.boot());
    assert!(ending.log.contains("power off: user toor is root"), "{}", ending.log);
}

#[test]
fn a_snippet_may_install_the_runner() {
    let install = "printf '#!/bin/bash\\nreport started\\n' >/usr/bin/gitea-runner\nchmod 755 /usr/bin/gitea-runner\nexit 0\n";
    let mut specification = specification(RunnerKind::Gitea);
    specification.snippets = vec![Snippet::new("install", install).unwrap()];
    let mut machine = Machine::new(&specification).with_identity(&identity()).boot();
    machine.wait_for("started");
    machine.powered_off();
}

#[test]
fn a_snippet_that_fails_or_is_no_bash_ends_the_machine() {
    for script in ["false\ntrue", "unset_variable=$nothing", "if", "'", "kill -9 $$"] {
        let mut specification = specification(RunnerKind::Gitea);
        specification.snippets = vec![Snippet::new("it's $broken", script).unwrap()];
        let machine = Machine::new(&specification).with_runner("report started").with_identity(&identity()).boot();
        let ending = refused(machine);
        assert!(ending.log.contains("power off: snippet failed: it's $broken"), "{}", ending.log);
    }
}

#[test]
fn container_jobs_get_the_group_of_the_docker_socket() {
    let mut specification = specification(RunnerKind::Gitea);
    specification.labels = userdata::Labels::parse(["image:docker://alpine"]).unwrap();
    let mut identity = identity();
    identity.labels = specification.labels.clone();
    let mut machine = Machine::new(&specification).with_runner(r#"report "groups $(id -Gn)""#).with_identity(&identity).boot();
    assert_eq!(machine.wait_for("groups"), "runner docker");
    machine.powered_off();
}
