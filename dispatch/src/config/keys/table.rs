//! The table.

use super::Presence::{Default, Optional, Required, Variable};
use super::{Key, Kind, Section};
use crate::config::values::aws;

const ANY: usize = usize::MAX;

/// The file.
pub(in crate::config) static ROOT: Section = Section {
    name: "the configuration",
    path: "",
    doc: "One YAML file. A key that is not listed here is an error. Durations and sizes carry their unit.",
    keys: &[
        Key {
            name: "stack",
            kind: Kind::Name,
            presence: Optional("on AWS the name of the table; otherwise made once and kept in `serve.data`"),
            example: "acme-ci",
            doc: "Tells the machines and registrations of this installation from those of every other. Nothing without this name is ever touched.",
        },
        Key {
            name: "forges",
            kind: Kind::Named(&FORGE),
            presence: Required,
            example: "{ home: { url: https://git.example.com/, token: { env: GITEA_TOKEN }, webhook_secrets: [{ env: WEBHOOK_SECRET }] } }",
            doc: "The forges that are served, each under a name of your choice. The webhook of a forge is sent to `/hook/NAME`.",
        },
        Key {
            name: "pools",
            kind: Kind::Named(&POOL),
            presence: Optional(
                "the pools `go`, `docker`, `deploy`, `node` and `godot`, each with the label of its name, on EC2 if there is `aws`, else as processes",
            ),
            example: "{ go: { labels: [go:host], backend: process } }",
            doc: "What may be launched. A job gets the first pool, in the order of the file, that has all of its labels.",
        },
        Key {
            name: "aws",
            kind: Kind::Section(&AWS),
            presence: Optional("the environment's variables of AWS, if one is set; else nothing runs on AWS"),
            example: "{ table: dispatch, subnets: [subnet-0123456789abcdef0], security_groups: [sg-0123456789abcdef0], instance_profile: dispatch-machine }",
            doc: "Where records and machines are on AWS.",
        },
        Key {
            name: "limits",
            kind: Kind::Section(&LIMITS),
            presence: Optional("no bounds beyond those of the pools"),
            example: "{ total: 50 }",
            doc: "Bounds on the machines of all pools together.",
        },
        Key {
            name: "serve",
            kind: Kind::Section(&SERVE),
            presence: Optional("the defaults below"),
            example: "{ listen: 127.0.0.1:8080 }",
            doc: "How `dispatch serve` works.",
        },
    ],
};

/// One forge.
pub(in crate::config) static FORGE: Section = Section {
    name: "a forge",
    path: "forges.NAME",
    doc: "A Gitea or Forgejo whose jobs are served.",
    keys: &[
        Key {
            name: "kind",
            kind: Kind::Word(&["gitea", "forgejo"]),
            presence: Optional("the forge is asked"),
            example: "gitea",
            doc: "What the forge is.",
        },
        Key {
            name: "url",
            kind: Kind::Url,
            presence: Required,
            example: "https://git.example.com/",
            doc: "The root of the forge, without `/api/v1`.",
        },
        Key {
            name: "hostnames",
            kind: Kind::list(&Kind::Hostname),
            presence: Default("[]"),
            example: "[example.com]",
            doc: "Further host names under which people clone from it.",
        },
        Key {
            name: "token",
            kind: Kind::Secret,
            presence: Required,
            example: "{ env: GITEA_TOKEN }",
            doc: "The API token that lists jobs and registers runners. It never reaches a machine or a job.",
        },
        Key {
            name: "webhook_secrets",
            kind: Kind::List { of: &Kind::Secret, least: 1, most: 2 },
            presence: Required,
            example: "[{ env: WEBHOOK_SECRET }]",
            doc: "The secret of the forge's webhook; two while one replaces the other.",
        },
        Key {
            name: "watch",
            kind: Kind::WordOr(&["instance"], &WATCH),
            presence: Default("instance"),
            example: "{ organisations: [acme] }",
            doc: "Which jobs to look for: all of the forge's (`instance`, which needs the token of a site administrator), or those of some organisations and repositories.",
        },
        Key {
            name: "register_at",
            kind: Kind::Word(&["repository", "organisation", "instance"]),
            presence: Default("repository"),
            example: "repository",
            doc: "Where runners are registered. Anywhere but at the repository, a job may take the machine that was launched for another.",
        },
        Key {
            name: "certificate_authority",
            kind: Kind::Path,
            presence: Optional("only the public authorities"),
            example: "/etc/ssl/private-ca.pem",
            doc: "A PEM file with further certificate authorities, for a private forge.",
        },
    ],
};

/// Which jobs to look for.
pub(in crate::config) static WATCH: Section = Section {
    name: "a list of what to watch",
    path: "forges.NAME.watch",
    doc: "What is not listed is not served.",
    keys: &[
        Key {
            name: "organisations",
            kind: Kind::list(&Kind::Owner),
            presence: Default("[]"),
            example: "[acme]",
            doc: "All repositories of these organisations.",
        },
        Key {
            name: "repositories",
            kind: Kind::list(&Kind::Repository),
            presence: Default("[]"),
            example: "[acme/tour]",
            doc: "These repositories.",
        },
    ],
};

/// Where a secret is.
pub(in crate::config) static SECRET: Section = Section {
    name: "a reference to a secret",
    path: "forges.NAME.token",
    doc: "A secret is never written in the file. Exactly one of these keys says where it is, here and for each of `webhook_secrets`.",
    keys: &[
        Key {
            name: "env",
            kind: Kind::Variable,
            presence: Optional("the secret is in a file"),
            example: "GITEA_TOKEN",
            doc: "The name of an environment variable, in capitals.",
        },
        Key {
            name: "file",
            kind: Kind::Path,
            presence: Optional("the secret is in the environment"),
            example: "/run/secrets/token",
            doc: "A file that holds nothing else and that others cannot read.",
        },
    ],
};

/// One pool.
pub(in crate::config) static POOL: Section = Section {
    name: "a pool",
    path: "pools.NAME",
    doc: "Machines of one kind.",
    keys: &[
        Key {
            name: "labels",
            kind: Kind::List { of: &Kind::Label, least: 1, most: ANY },
            presence: Required,
            example: "[go:host]",
            doc: "The labels that it serves, in runner syntax: `name:host` or `name:docker://image`, all of one sort. Jobs name the part before the colon.",
        },
        Key {
            name: "backend",
            kind: Kind::Word(&["process", "ec2"]),
            presence: Required,
            example: "process",
            doc: "Where its machines come from. `process` starts the runner on the computer of the dispatcher, `ec2` launches an instance as `aws` says.",
        },
        Key {
            name: "instance_types",
            kind: Kind::List { of: &Kind::Text(&aws::INSTANCE_TYPE), least: 1, most: ANY },
            presence: Optional("must be given for `ec2`"),
            example: "[t3.small, t3a.small]",
            doc: "Only for `ec2`: instance types in order of preference. The next one is taken when one cannot be had in any subnet.",
        },
        Key {
            name: "image",
            kind: Kind::Text(&aws::IMAGE),
            presence: Optional("that of `aws`"),
            example: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
            doc: "Only for `ec2`: the image to boot, as in `aws.image`.",
        },
        Key {
            name: "market",
            kind: Kind::Word(&["spot", "on_demand", "spot_then_on_demand"]),
            presence: Default("spot"),
            example: "spot_then_on_demand",
            doc: "Only for `ec2`: how instances are bought. Spot is cheaper, may be interrupted, and may not be had; `spot_then_on_demand` then pays the full price.",
        },
        Key {
            name: "volume",
            kind: Kind::Disk,
            presence: Default("30GiB"),
            example: "30GiB",
            doc: "Only for `ec2`: the encrypted disk of a machine; never smaller than its image.",
        },
        Key {
            name: "job_uses_instance_role",
            kind: Kind::Flag,
            presence: Default("false"),
            example: "true",
            doc: "Only for `ec2`: whether a job may use the role of its machine. Otherwise the instance metadata is closed to it.",
        },
        Key {
            name: "runner",
            kind: Kind::List { of: &Kind::Path, least: 1, most: ANY },
            presence: Default("[/usr/local/bin/gitea-runner, /usr/local/bin/act_runner]"),
            example: "[/usr/local/bin/forgejo-runner]",
            doc: "The runner's program; the first that exists is started. On EC2 it is looked for in the image, by default where the forge's runner is usually installed.",
        },
        Key {
            name: "pass_environment",
            kind: Kind::list(&Kind::Variable),
            presence: Default("[]"),
            example: "[HTTPS_PROXY]",
            doc: "Only for `process`: environment variables of the dispatcher that its jobs may see. Nothing else is inherited.",
        },
        Key { name: "limit", kind: Kind::Count, presence: Default("20"), example: "20", doc: "Most machines at one time." },
        Key {
            name: "boot_limit",
            kind: Kind::Duration,
            presence: Default("10m"),
            example: "10m",
            doc: "Time from launch until the runner must be online.",
        },
        Key {
            name: "idle_limit",
            kind: Kind::Duration,
            presence: Default("5m"),
            example: "5m",
            doc: "Time that an online runner may wait for its job.",
        },
        Key {
            name: "maximum_age",
            kind: Kind::Duration,
            presence: Default("3h30m"),
            example: "3h30m",
            doc: "Time after which a machine is ended whatever it does. Both runners end a job after three hours.",
        },
        Key {
            name: "fork_pull_requests",
            kind: Kind::Word(&["refuse", "allow"]),
            presence: Default("refuse"),
            example: "refuse",
            doc: "Whether jobs of pull requests from forks may run here. Refused ones stay queued, with a reason.",
        },
    ],
};

/// What is needed on AWS.
pub(in crate::config) static AWS: Section = Section {
    name: "the settings for AWS",
    path: "aws",
    doc: "Where records and machines are on AWS. `infra/template.yaml` makes all of it.",
    keys: &[
        Key {
            name: "region",
            kind: Kind::Text(&aws::REGION),
            presence: Optional("the environment's: `AWS_REGION`, else `AWS_DEFAULT_REGION`"),
            example: "eu-west-1",
            doc: "The region of everything below.",
        },
        Key {
            name: "table",
            kind: Kind::Text(&aws::TABLE),
            presence: Variable("DDB_TABLE"),
            example: "dispatch",
            doc: "The DynamoDB table of records and identities.",
        },
        Key {
            name: "image",
            kind: Kind::Text(&aws::IMAGE),
            presence: Optional("the environment's `RUNNER_AMI`, else every pool on EC2 names its own"),
            example: "ami-0123456789abcdef0",
            doc: "The image that machines boot: its id, or the name of an SSM parameter that holds the id. `images/README.md` says what it must contain.",
        },
        Key {
            name: "subnets",
            kind: Kind::List { of: &Kind::Text(&aws::SUBNET), least: 1, most: ANY },
            presence: Variable("SUBNET"),
            example: "[subnet-0123456789abcdef0, subnet-0fedcba9876543210]",
            doc: "Subnets of machines in order of preference, best one in each zone. They must reach the forge and AWS.",
        },
        Key {
            name: "security_groups",
            kind: Kind::List { of: &Kind::Text(&aws::SECURITY_GROUP), least: 1, most: 5 },
            presence: Variable("SECURITY_GROUP"),
            example: "[sg-0123456789abcdef0]",
            doc: "Security groups of machines. Outbound HTTPS is enough; nothing inbound is needed.",
        },
        Key {
            name: "instance_profile",
            kind: Kind::Text(&aws::INSTANCE_PROFILE),
            presence: Variable("INSTANCE_PROFILE"),
            example: "dispatch-machine",
            doc: "The instance profile of machines, by name or ARN. With its role a machine takes its one-job identity.",
        },
        Key {
            name: "role_id",
            kind: Kind::Text(&aws::ROLE_ID),
            presence: Optional("the environment's `INSTANCE_ROLE_ID`, else IAM is asked for the role of the instance profile"),
            example: "AROAEXAMPLEID12345678",
            doc: "The id of that profile's role (`aws iam get-role`, `RoleId`), which saves the dispatcher the right to ask.",
        },
    ],
};

/// Bounds over all pools.
pub(in crate::config) static LIMITS: Section = Section {
    name: "the limits",
    path: "limits",
    doc: "The last two hold only where runners are registered so that no other owner or repository can take them.",
    keys: &[
        Key {
            name: "total",
            kind: Kind::Count,
            presence: Optional("no bound"),
            example: "50",
            doc: "Most machines of all pools at one time.",
        },
        Key {
            name: "per_owner",
            kind: Kind::Count,
            presence: Optional("no bound"),
            example: "20",
            doc: "Most machines at one time for the repositories of one owner.",
        },
        Key {
            name: "per_repository",
            kind: Kind::Count,
            presence: Optional("no bound"),
            example: "10",
            doc: "Most machines at one time for one repository.",
        },
    ],
};

/// The long-running form.
pub(in crate::config) static SERVE: Section = Section {
    name: "the settings of `serve`",
    path: "serve",
    doc: "How `dispatch serve` works.",
    keys: &[
        Key {
            name: "listen",
            kind: Kind::Address,
            presence: Default("127.0.0.1:8080"),
            example: "0.0.0.0:8080",
            doc: "Where webhooks arrive.",
        },
        Key {
            name: "data",
            kind: Kind::Path,
            presence: Default("/var/lib/dispatch"),
            example: "/var/lib/dispatch",
            doc: "The folder of records and machines.",
        },
        Key {
            name: "sweep_interval",
            kind: Kind::Duration,
            presence: Default("60s"),
            example: "60s",
            doc: "Time between two looks at the queue when nothing happens.",
        },
        Key {
            name: "body_limit",
            kind: Kind::Size,
            presence: Default("25MiB"),
            example: "25MiB",
            doc: "Largest body of a webhook, at most `25MiB`.",
        },
        Key {
            name: "keep_closed",
            kind: Kind::Duration,
            presence: Default("14d"),
            example: "14d",
            doc: "How long closed records are kept for `runs` and `why`.",
        },
    ],
};

/// Every section, in the order of the reference.
pub(in crate::config) fn all_sections() -> [&'static Section; 8] {
    [&ROOT, &FORGE, &WATCH, &SECRET, &POOL, &AWS, &LIMITS, &SERVE]
}
