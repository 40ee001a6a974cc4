//! The table.

use super::Presence::{Default, Optional, Required};
use super::{Key, Kind, Section};

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
            presence: Optional("made once and kept in `serve.data`"),
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
                "the pools `go`, `docker`, `deploy`, `node` and `godot`, each with the label of its name, as processes",
            ),
            example: "{ go: { labels: [go:host], backend: process } }",
            doc: "What may be launched. A job gets the first pool, in the order of the file, that has all of its labels.",
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
            kind: Kind::Word(&["process"]),
            presence: Required,
            example: "process",
            doc: "Where its machines come from. `process` starts the runner on the computer of the dispatcher.",
        },
        Key {
            name: "runner",
            kind: Kind::List { of: &Kind::Path, least: 1, most: ANY },
            presence: Default("[/usr/local/bin/gitea-runner, /usr/local/bin/act_runner]"),
            example: "[/usr/local/bin/forgejo-runner]",
            doc: "The runner's program; the first that exists is started.",
        },
        Key {
            name: "pass_environment",
            kind: Kind::list(&Kind::Variable),
            presence: Default("[]"),
            example: "[HTTPS_PROXY]",
            doc: "Environment variables of the dispatcher that its jobs may see. Nothing else is inherited.",
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
            doc: "Largest body of a webhook, at most `1GiB`.",
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
pub(in crate::config) fn all_sections() -> [&'static Section; 7] {
    [&ROOT, &FORGE, &WATCH, &SECRET, &POOL, &LIMITS, &SERVE]
}
