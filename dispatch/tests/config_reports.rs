//! What people read when their configuration is wrong.
#![expect(clippy::expect_used, clippy::panic, reason = "the helpers of tests are test code, too")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use dispatch::config::{self, Config, Environment, Loaded};
use dispatch::diagnostic::{Finding, Report};

/// A forge without a mistake, to be followed by what a story is about.
const FORGE: &str = "\
forges:
  home:
    url: https://git.example.com
    token: { env: GITEA_TOKEN }
    webhook_secrets: [{ env: WEBHOOK_SECRET }]
";

fn load(text: &str) -> Result<Loaded, Report> {
    let environment = Environment::from_iter([("GITEA_TOKEN", "token-value"), ("WEBHOOK_SECRET", "secret-value"), ("EMPTY", "")]);
    config::load_text("dispatch.yaml", text, &environment)
}

/// The errors of a whole file.
fn errors(text: &str) -> String {
    load(text).err().map(|report| report.to_string()).expect("no error was found")
}

/// The errors of a good forge followed by something else.
fn errors_after_forge(rest: &str) -> String {
    errors(&format!("{FORGE}{rest}"))
}

/// The warnings of a file without errors.
fn warnings(text: &str) -> String {
    load(text).unwrap_or_else(|report| panic!("{report}")).warnings().to_string()
}

#[test]
fn fifteen_mistakes_are_fifteen_errors_in_the_order_of_the_lines() {
    let report = load(
        "\
stack: acme ci
forges:
  home:
    url: git.example.com
    hostname: [example.com]
    token: { env: NO_SUCH_VARIABLE }
    webhook_secrets: []
    register_at: organization
pools:
  go:
    labels: [go:vm]
    backend: proces
    limit: 0
    limit: 3
    boot_limit: 10 minutes
    idle_limit: 300
  docker:
    labels: docker:docker://node
    backend: process
serve:
  listen: localhost:8080
  body_limit: 25MB
",
    )
    .unwrap_err();
    assert_eq!(report.findings().len(), 15);
    assert!(report.findings().iter().all(Finding::is_error));
    insta::assert_snapshot!(report, @r"
    error: `acme ci` cannot be a name
     --> dispatch.yaml:1:8
      |
    1 | stack: acme ci
      |        ^^^^^^^
      |
      = help: use letters, digits, `-` and `_`, a letter or digit first, at most 40

    error: `git.example.com` is not the root of a forge
     --> dispatch.yaml:4:10
      |
    4 |     url: git.example.com
      |          ^^^^^^^^^^^^^^^
      |
      = help: write it like `https://git.example.com/`

    error: `hostname` is not a key of a forge
     --> dispatch.yaml:5:5
      |
    5 |     hostname: [example.com]
      |     ^^^^^^^^
      |
      = help: did you mean `hostnames`?

    error: the environment variable `NO_SUCH_VARIABLE` is not set
     --> dispatch.yaml:6:12
      |
    6 |     token: { env: NO_SUCH_VARIABLE }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: set it for the process of `dispatch`, or name a file: `{ file: /run/secrets/… }`

    error: `webhook_secrets` has no items, but takes 1 to 2
     --> dispatch.yaml:7:22
      |
    7 |     webhook_secrets: []
      |                      ^^
      |
      = help: write it like `webhook_secrets: [{ env: WEBHOOK_SECRET }]`

    error: `register_at` cannot be `organization`
     --> dispatch.yaml:8:18
      |
    8 |     register_at: organization
      |                  ^^^^^^^^^^^^
      |
      = help: did you mean `organisation`?

    error: `go:vm` has the unknown kind `vm`
      --> dispatch.yaml:11:14
       |
    11 |     labels: [go:vm]
       |              ^^^^^
       |
       = help: write `go:host` or `go:docker://image`

    error: `backend` cannot be `proces`
      --> dispatch.yaml:12:14
       |
    12 |     backend: proces
       |              ^^^^^^
       |
       = help: did you mean `process`?

    error: 0 would mean that nothing is ever launched
      --> dispatch.yaml:13:12
       |
    13 |     limit: 0
       |            ^
       |
       = help: write a number from 1, or remove what nobody may use

    error: `limit` is given twice
      --> dispatch.yaml:14:5
       |
    13 |     limit: 0
       |     ----- first given here
    14 |     limit: 3
       |     ^^^^^
       |
       = help: keep one of them

    error: `10 minutes` is not a duration
      --> dispatch.yaml:15:17
       |
    15 |     boot_limit: 10 minutes
       |                 ^^^^^^^^^^
       |
       = help: write whole numbers with units, such as `90s`, `10m`, `3h30m` or `14d`

    error: `300` has no unit
      --> dispatch.yaml:16:17
       |
    16 |     idle_limit: 300
       |                 ^^^
       |
       = help: write `300s` if seconds are meant

    error: `labels` takes a list, each item a label in runner syntax, not text
      --> dispatch.yaml:18:13
       |
    18 |     labels: docker:docker://node
       |             ^^^^^^^^^^^^^^^^^^^^
       |
       = help: write it like `labels: [go:host]`

    error: `localhost:8080` is not an IP address and a port
      --> dispatch.yaml:21:11
       |
    21 |   listen: localhost:8080
       |           ^^^^^^^^^^^^^^
       |
       = help: write it like `127.0.0.1:8080`, `0.0.0.0:8080` for all IPv4 addresses of this computer, or `[::1]:8080`

    error: `25MB` is not a size with its unit
      --> dispatch.yaml:22:15
       |
    22 |   body_limit: 25MB
       |               ^^^^
       |
       = help: write a whole number with `B`, `KiB`, `MiB` or `GiB`, such as `25MiB`

    15 errors in dispatch.yaml
    ");
}

#[test]
fn a_misspelled_key_is_answered_with_the_right_one() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  go:\n    labls: [go:host]\n    labels: [go:host]\n    backend: process\n"), @r"
    error: `labls` is not a key of a pool
     --> dispatch.yaml:8:5
      |
    8 |     labls: [go:host]
      |     ^^^^^
      |
      = help: did you mean `labels`?

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_key_in_the_wrong_place_is_answered_with_the_right_place() {
    insta::assert_snapshot!(errors_after_forge("listen: 127.0.0.1:80\ncolour: red\n"), @r"
    error: `listen` is not a key of the configuration
     --> dispatch.yaml:6:1
      |
    6 | listen: 127.0.0.1:80
      | ^^^^^^
      |
      = help: `listen` belongs below `serve`

    error: `colour` is not a key of the configuration
     --> dispatch.yaml:7:1
      |
    7 | colour: red
      | ^^^^^^
      |
      = help: the keys of the configuration are `stack`, `forges`, `pools`, `aws`, `limits` and `serve`

    2 errors in dispatch.yaml
    ");
}

#[test]
fn a_missing_key_is_answered_with_where_to_add_it() {
    insta::assert_snapshot!(errors("forges:\n  home:\n    url: https://git.example.com\npools:\n  go:\n"), @r"
    error: `token` is missing below `forges.home`
     --> dispatch.yaml:2:3
      |
    2 |   home:
      |   ^^^^
      |
      = help: add `token: { env: GITEA_TOKEN }`

    error: `webhook_secrets` is missing below `forges.home`
     --> dispatch.yaml:2:3
      |
    2 |   home:
      |   ^^^^
      |
      = help: add `webhook_secrets: [{ env: WEBHOOK_SECRET }]`

    error: `labels` is missing below `pools.go`
     --> dispatch.yaml:5:3
      |
    5 |   go:
      |   ^^
      |
      = help: add `labels: [go:host]`

    error: `backend` is missing below `pools.go`
     --> dispatch.yaml:5:3
      |
    5 |   go:
      |   ^^
      |
      = help: add `backend: process`

    4 errors in dispatch.yaml
    ");
}

#[test]
fn a_file_without_a_forge_has_nothing_to_serve() {
    insta::assert_snapshot!(errors(""), @r"
    error: `forges` is missing at the top level
    --> dispatch.yaml
     = help: add `forges: { home: { url: https://git.example.com/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] } }`

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(errors("forges: {}"), @r"
    error: no forge is configured, so there is nothing to serve
     --> dispatch.yaml:1:9
      |
    1 | forges: {}
      |         ^^
      |
      = help: add one: `home: { url: https://git.example.com/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] }`

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(errors("- forges"), @r"
    error: the configuration is a mapping, not a list
     --> dispatch.yaml:1:1
      |
    1 | - forges
      | ^^^^^^^^
      |
      = help: begin with `forges:`

    error: `forges` is missing at the top level
    --> dispatch.yaml
     = help: add `forges: { home: { url: https://git.example.com/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] } }`

    2 errors in dispatch.yaml
    ");
}

#[test]
fn a_value_of_the_wrong_type_is_answered_with_an_example() {
    insta::assert_snapshot!(errors_after_forge("limits: { total: many, per_owner: \"3\", per_repository: }\npools:\n  go: go:host\n"), @r#"
    error: `total` takes a whole number from 1, not text
     --> dispatch.yaml:6:18
      |
    6 | limits: { total: many, per_owner: "3", per_repository: }
      |                  ^^^^
      |
      = help: write it like `total: 50`

    error: `per_owner` takes a whole number from 1, not text
     --> dispatch.yaml:6:35
      |
    6 | limits: { total: many, per_owner: "3", per_repository: }
      |                                   ^^^
      |
      = help: write it like `per_owner: 20`

    error: `per_repository` has no value; it takes a whole number from 1
     --> dispatch.yaml:6:40
      |
    6 | limits: { total: many, per_owner: "3", per_repository: }
      |                                        ^^^^^^^^^^^^^^
      |
      = help: write a value, such as `per_repository: 10`, or remove the key

    error: `go` takes a mapping with the keys of a pool, not text
     --> dispatch.yaml:8:3
      |
    8 |   go: go:host
      |   ^^
      |
      = help: write it like `go: { labels: [go:host], backend: process }`

    4 errors in dispatch.yaml
    "#);
}

#[test]
fn a_text_that_is_no_yaml_is_shown_where_it_breaks() {
    insta::assert_snapshot!(errors("forges:\n  home: [\n  url: x\n"), @r"
    error: this is not valid YAML: unclosed bracket '['
     --> dispatch.yaml:2:9
      |
    2 |   home: [
      |         ^
      |
      = help: correct it; nothing behind this place has been read

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_pool_is_of_one_sort() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  all:\n    backend: process\n    labels:\n      - go:host\n      - node:docker://node:22\n"), @r"
    error: `go:host` runs on the machine and `node` in a container, but the machines of a pool are all of one sort
     --> dispatch.yaml:9:5
      |
    9 |     labels:
      |     ^^^^^^
      |
      = help: make two pools of it, one for each sort

    1 error in dispatch.yaml
    ");
}

#[test]
fn one_label_is_given_once() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  go: { labels: [\"go:docker://a\", \"go:docker://b\"], backend: process }\n"), @r#"
    error: the label `go` is given twice; a forge compares only the part before the colon
     --> dispatch.yaml:7:35
      |
    7 |   go: { labels: ["go:docker://a", "go:docker://b"], backend: process }
      |                                   ^^^^^^^^^^^^^^^
      |
      = help: keep one of them

    1 error in dispatch.yaml
    "#);
}

#[test]
fn limits_that_cannot_be_held_are_refused() {
    let forge = FORGE.replace("home:\n", "home:\n    register_at: instance\n");
    insta::assert_snapshot!(errors(&format!("{forge}limits: {{ per_owner: 20, per_repository: 10, total: 50 }}\n")), @r"
    error: `per_owner` cannot be held while `home` has `register_at: instance`: any other owner may take a machine that was counted for this one
     --> dispatch.yaml:7:22
      |
    7 | limits: { per_owner: 20, per_repository: 10, total: 50 }
      |                      ^^
      |
      = help: remove `per_owner`, or write `register_at: repository` for `home`

    error: `per_repository` cannot be held while `home` has `register_at: instance`: any other repository may take a machine that was counted for this one
     --> dispatch.yaml:7:42
      |
    7 | limits: { per_owner: 20, per_repository: 10, total: 50 }
      |                                          ^^
      |
      = help: remove `per_repository`, or write `register_at: repository` for `home`

    2 errors in dispatch.yaml
    ");
}

#[test]
fn at_an_organisation_the_bound_of_an_owner_still_holds() {
    let forge = FORGE.replace("home:\n", "home:\n    register_at: organisation\n");
    load(&format!("{forge}limits: {{ per_owner: 20 }}\n")).unwrap();
    insta::assert_snapshot!(errors(&format!("{forge}limits: {{ per_repository: 10 }}\n")), @r"
    error: `per_repository` cannot be held while `home` has `register_at: organisation`: any other repository may take a machine that was counted for this one
     --> dispatch.yaml:7:27
      |
    7 | limits: { per_repository: 10 }
      |                           ^^
      |
      = help: remove `per_repository`, or write `register_at: repository` for `home`

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_machine_that_is_ended_before_it_has_booted_runs_nothing() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  go: { labels: [go:host], backend: process, maximum_age: 10m }\n"), @r"
    error: a machine would be ended for its age before its time to boot is over, so that a slow one never runs its job
     --> dispatch.yaml:7:59
      |
    7 |   go: { labels: [go:host], backend: process, maximum_age: 10m }
      |                                                           ^^^
      |
      = help: make it longer than `boot_limit` and the longest job together

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_job_gets_no_secret_of_ours() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  go: { labels: [go:host], backend: process, pass_environment: [LANG, GITEA_TOKEN] }\n"), @r"
    error: `GITEA_TOKEN` holds a secret of the dispatcher, and every job of this pool could read it
     --> dispatch.yaml:7:71
      |
    7 |   go: { labels: [go:host], backend: process, pass_environment: [LANG, GITEA_TOKEN] }
      |                                                                       ^^^^^^^^^^^
      |
      = help: remove it; a job gets its own secrets from the forge

    1 error in dispatch.yaml
    ");
}

#[test]
fn one_forge_under_two_names_is_refused() {
    let second = FORGE.replace("forges:\n", "").replace("home", "work").replace(".com", ".com:443/");
    insta::assert_snapshot!(errors_after_forge(&second), @r"
    error: `home` and `work` are the same forge, so each of its jobs would be served twice
     --> dispatch.yaml:7:10
      |
    7 |     url: https://git.example.com:443/
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: keep one; a forge may list further `hostnames`, `webhook_secrets` and what to `watch`

    1 error in dispatch.yaml
    ");
}

#[test]
fn two_secrets_may_be_live_and_not_three() {
    let secrets = |count: usize| {
        let list = vec!["{ env: WEBHOOK_SECRET }"; count].join(", ");
        format!(
            "forges: {{ home: {{ url: https://git.example.com, token: {{ env: GITEA_TOKEN }}, webhook_secrets: [{list}] }} }}"
        )
    };
    load(&secrets(2)).unwrap();
    insta::assert_snapshot!(errors(&secrets(3)), @r"
    error: `webhook_secrets` has 3 items, but takes 1 to 2
     --> dispatch.yaml:1:95
      |
    1 | ..._TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }, { env: WEBHOOK_SECRET }, { env: WEBHOOK_SECRET }] } }
      |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it like `webhook_secrets: [{ env: WEBHOOK_SECRET }]`

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_reference_to_a_secret_says_one_place() {
    let token = |text: &str| errors(&FORGE.replace("{ env: GITEA_TOKEN }", text));
    insta::assert_snapshot!(token("{ env: EMPTY }"), @r"
    error: the environment variable `EMPTY` is empty
     --> dispatch.yaml:4:12
      |
    4 |     token: { env: EMPTY }
      |            ^^^^^^^^^^^^^^
      |
      = help: put the secret into it

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(token("{}"), @r"
    error: this does not say where the secret is
     --> dispatch.yaml:4:12
      |
    4 |     token: {}
      |            ^^
      |
      = help: write `{ env: NAME }` or `{ file: /run/secrets/… }`

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(token("{ env: GITEA_TOKEN, file: /run/secrets/token }"), @r"
    error: `env` and `file` name two places for one secret
     --> dispatch.yaml:4:12
      |
    4 |     token: { env: GITEA_TOKEN, file: /run/secrets/token }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: keep one of them

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(token("{ enw: GITEA_TOKEN }"), @r"
    error: `enw` is not a key of a reference to a secret
     --> dispatch.yaml:4:14
      |
    4 |     token: { enw: GITEA_TOKEN }
      |              ^^^
      |
      = help: did you mean `env`?

    1 error in dispatch.yaml
    ");
    insta::assert_snapshot!(token("{ file: token }"), @r"
    error: `token` is not an absolute path; what it means would depend on where `dispatch` is started
     --> dispatch.yaml:4:20
      |
    4 |     token: { file: token }
      |                    ^^^^^
      |
      = help: write the path from the root, beginning with `/`

    1 error in dispatch.yaml
    ");
}

#[test]
fn a_secret_file_that_everybody_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "token-value\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let text = FORGE.replace("{ env: GITEA_TOKEN }", &format!("{{ file: {} }}", path.display()));
    let report = load(&text).unwrap_err();
    assert_eq!(report.findings()[0].message, format!("the file `{}` is open to every user of this computer", path.display()));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    load(&text).unwrap();
}

#[test]
fn a_pool_that_no_job_ever_gets_is_a_warning() {
    insta::assert_snapshot!(warnings(&format!("{FORGE}pools:
  all: {{ labels: [go:host, linux:host], backend: process }}
  go: {{ labels: [go:host], backend: process }}
")), @r"
    warning: no job ever gets the pool `go`: `all` comes before it and has all of its labels
     --> dispatch.yaml:8:17
      |
    8 |   go: { labels: [go:host], backend: process }
      |                 ^^^^^^^^^
      |
      = help: move it before `all`, give it a label of its own, or remove it

    1 warning in dispatch.yaml
    ");
}

#[test]
fn a_forge_in_the_clear_is_a_warning_unless_it_is_this_computer() {
    insta::assert_snapshot!(warnings(&FORGE.replace("https", "http")), @r"
    warning: the API token and the credentials of runners travel to this forge in the clear
     --> dispatch.yaml:3:10
      |
    3 |     url: http://git.example.com
      |          ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: use `https://`; for a private authority name `certificate_authority`

    1 warning in dispatch.yaml
    ");
    assert_eq!(warnings(&FORGE.replace("https://git.example.com", "http://localhost:3000")), "");
}

#[test]
fn an_empty_list_means_nothing() {
    insta::assert_snapshot!(warnings(&FORGE.replace("home:\n", "home:\n    watch: { organisations: [], repositories: [] }\n")), @r"
    warning: an empty list means nothing: no job of this forge is served
     --> dispatch.yaml:3:12
      |
    3 |     watch: { organisations: [], repositories: [] }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name organisations or repositories, or write `watch: instance`

    1 warning in dispatch.yaml
    ");
}

#[test]
fn without_pools_there_are_five() {
    for text in [FORGE.to_owned(), format!("{FORGE}pools: {{}}\n"), format!("{FORGE}pools:\n")] {
        let loaded = load(&text).unwrap();
        let names: Vec<&str> = loaded.config().pools.iter().map(|pool| pool.name.as_str()).collect();
        assert_eq!(names, ["go", "docker", "deploy", "node", "godot"]);
    }
}

#[test]
fn pools_are_tried_in_the_order_of_the_file() {
    let loaded =
        load(&format!("{FORGE}pools:\n  z: {{ labels: [z], backend: process }}\n  a: {{ labels: [a], backend: process }}\n"))
            .unwrap();
    let names: Vec<&str> = loaded.config().pools.iter().map(|pool| pool.name.as_str()).collect();
    assert_eq!(names, ["z", "a"]);
}

#[test]
fn merge_keys_spare_repetition() {
    let loaded = load(&format!(
        "{FORGE}pools:\n  go: &base {{ labels: [go], backend: process, limit: 3 }}\n  node: {{ <<: *base, labels: [node] }}\n"
    ))
    .unwrap();
    assert_eq!(loaded.config().pools[1].limit, 3);
    assert_eq!(loaded.config().pools[1].labels[0].name(), "node");
}

#[test]
fn programs_read_the_same_as_a_list() {
    let report = load(&FORGE.replace("url:", "ulr:")).unwrap_err();
    insta::assert_snapshot!(format!("{:#}", report.to_json()), @r#"
    [
      {
        "column": 5,
        "file": "dispatch.yaml",
        "help": "did you mean `url`?",
        "key": "forges.home.ulr",
        "line": 3,
        "message": "`ulr` is not a key of a forge",
        "severity": "error"
      }
    ]
    "#);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let report = config::load("/nonexistent/dispatch.yaml".as_ref(), &Environment::default()).unwrap_err();
    insta::assert_snapshot!(report, @r"
    error: the configuration `/nonexistent/dispatch.yaml` cannot be read: No such file or directory (os error 2)
    --> /nonexistent/dispatch.yaml
     = help: name the file that holds the configuration; without a file, environment variables such as `GITEA_URL` configure one forge

    1 error in /nonexistent/dispatch.yaml
    ");
}

#[test]
fn a_file_that_is_not_text_or_too_large_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dispatch.yaml");
    let told = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        let report = config::load(&path, &Environment::default()).unwrap_err().to_string();
        report.replace(folder.path().to_str().unwrap(), "/etc")
    };
    insta::assert_snapshot!(told(b"stack: \xff\n"), @r"
    error: this is not valid YAML: this byte is not UTF-8
    --> /etc/dispatch.yaml:1:8
     = help: correct it; nothing behind this place has been read

    1 error in /etc/dispatch.yaml
    ");
    insta::assert_snapshot!(told(&vec![b'#'; 1_100_000]), @r"
    error: `/etc/dispatch.yaml` is larger than 1 MiB
    --> /etc/dispatch.yaml
     = help: is it the right file?

    1 error in /etc/dispatch.yaml
    ");
}

/// What a file says about AWS, as far as a story does not say otherwise.
const AWS: &str =
    "aws: { region: eu-west-1, table: runs, image: ami-1, subnets: [subnet-1], security_groups: [sg-1], instance_profile: m }\n";

#[test]
fn a_pool_on_ec2_needs_to_be_told_where_and_what() {
    insta::assert_snapshot!(errors_after_forge("pools:\n  go: { labels: [go:host], backend: ec2 }\n"), @r"
    error: the pool `go` names no instance type
     --> dispatch.yaml:7:3
      |
    7 |   go: { labels: [go:host], backend: ec2 }
      |   ^^
      |
      = help: add `instance_types: [t3.small]`

    error: the pool `go` launches instances on EC2, but nothing says where
     --> dispatch.yaml:7:37
      |
    7 |   go: { labels: [go:host], backend: ec2 }
      |                                     ^^^
      |
      = help: add `aws:` with `table`, `image`, `subnets`, `security_groups` and `instance_profile`

    2 errors in dispatch.yaml
    ");
}

#[test]
fn an_image_and_a_region_must_come_from_somewhere() {
    let aws = AWS.replace("region: eu-west-1, ", "").replace("image: ami-1, ", "");
    let report =
        errors_after_forge(&format!("{aws}pools:\n  go: {{ labels: [go:host], backend: ec2, instance_types: [t3.small] }}\n"));
    assert!(report.contains("neither the configuration nor the environment names the AWS region"), "{report}");
    assert!(report.contains("neither the pool `go` nor `aws` names an image"), "{report}");
    assert!(report.contains("2 errors"), "{report}");
}

#[test]
fn an_image_that_cannot_be_read_is_told_once() {
    let aws = AWS.replace("ami-1", "debian");
    let report = errors_after_forge(&aws);
    assert!(
        report.contains("`debian` is not an image or the SSM parameter that names one") && report.contains("1 error"),
        "{report}"
    );
}

/// What `infra/template.yaml` sets for its functions.
const INSTALLED: [(&str, &str); 7] = [
    ("AWS_REGION", "eu-west-1"),
    ("DDB_TABLE", "runs"),
    ("INSTANCE_PROFILE", "m"),
    ("INSTANCE_ROLE_ID", "AROAEXAMPLEID12345678"),
    ("RUNNER_AMI", "ami-1"),
    ("SECURITY_GROUP", "sg-1"),
    ("SUBNET", "subnet-1, subnet-2"),
];

fn installed(text: &str, variables: &[(&str, &str)]) -> Result<Config, Report> {
    let secrets = [("GITEA_TOKEN", "t"), ("WEBHOOK_SECRET", "s")];
    let environment = secrets.into_iter().chain(variables.iter().copied()).collect::<Environment>();
    Ok(config::load_text("dispatch.yaml", text, &environment)?.into_config().expect("a stack"))
}

#[test]
fn what_a_file_leaves_out_about_aws_the_environment_says() {
    let aws = |text: &str| installed(&format!("{FORGE}{text}"), &INSTALLED).unwrap().aws.unwrap();
    let all = aws("");
    assert_eq!((all.region.as_str(), all.table.as_str(), all.instance_profile.as_str()), ("eu-west-1", "runs", "m"));
    assert_eq!((all.image.as_deref(), all.role_id.as_deref()), (Some("ami-1"), Some("AROAEXAMPLEID12345678")));
    assert_eq!((all.subnets, all.security_groups), (vec!["subnet-1".into(), "subnet-2".into()], vec!["sg-1".to_owned()]));
    let some = aws("aws: { image: ami-2, subnets: [subnet-9] }\n");
    assert_eq!((some.image.as_deref(), some.subnets, some.table.as_str()), (Some("ami-2"), vec!["subnet-9".into()], "runs"));
    assert_eq!(aws("aws:\n").table, "runs");
}

#[test]
fn what_neither_the_file_nor_the_environment_says_about_aws_is_told() {
    let variables = [INSTALLED[0], INSTALLED[1], ("INSTANCE_PROFILE", ""), INSTALLED[4], ("SUBNET", "vpc-1")];
    let report = installed(FORGE, &variables).unwrap_err().to_string();
    for told in [
        "in `SUBNET`: `vpc-1` is not a subnet",
        "`security_groups` is missing below `aws`",
        "add `instance_profile: dispatch-machine`, or set the environment variable `INSTANCE_PROFILE`",
        "3 errors",
    ] {
        assert!(report.contains(told), "{told} in {report}");
    }
}

#[test]
fn a_region_alone_puts_nothing_on_aws() {
    assert_eq!(installed(FORGE, &INSTALLED[..1]).unwrap().aws, None);
}

#[test]
fn limits_that_no_machine_can_keep_are_refused_on_ec2() {
    let pool = "pools:\n  go: { labels: [go:host], backend: ec2, instance_types: [t3.small], maximum_age: 36d }\n";
    let report = errors_after_forge(&format!("{AWS}{pool}"));
    assert!(
        report.contains("the machines of the pool `go` cannot keep its limits: maximum_age_s \"3110400\" is more than 35 days"),
        "{report}"
    );
}

#[test]
fn what_is_for_another_backend_is_a_warning() {
    let pools = "pools:\n  go: { labels: [go], backend: process, volume: 30GiB }\n  node: { labels: [node], backend: ec2, instance_types: [t3.small], pass_environment: [LANG] }\n";
    insta::assert_snapshot!(warnings(&format!("{FORGE}{AWS}{pools}")), @r"
    warning: `volume` means nothing to the backend `process`
     --> dispatch.yaml:8:49
      |
    8 |   go: { labels: [go], backend: process, volume: 30GiB }
      |                                                 ^^^^^
      |
      = help: remove it, or write `backend: ec2`

    warning: `pass_environment` means nothing to the backend `ec2`
     --> dispatch.yaml:9:87
      |
    9 |   node: { labels: [node], backend: ec2, instance_types: [t3.small], pass_environment: [LANG] }
      |                                                                                       ^^^^^^
      |
      = help: remove it, or write `backend: process`

    2 warnings in dispatch.yaml
    ");
}

#[test]
fn with_aws_and_no_pools_the_default_ones_are_on_ec2() {
    let config = load(&format!("{FORGE}{AWS}")).unwrap().into_config().unwrap();
    assert_eq!(config.stack, "runs", "the installation has the name of its table");
    assert!(config.pools.iter().all(|pool| pool.backend.as_str() == "ec2" && pool.runner.is_empty()));
}
