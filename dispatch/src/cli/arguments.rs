//! What may be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::explain::ExplainArguments;

/// One fresh machine for each queued job of Gitea and Forgejo.
#[derive(Debug, Parser)]
#[command(name = "dispatch", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) place: Place,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 done, and something was found wrong; 2 the command line is wrong; \
3 the configuration cannot be used; 4 a store, forge or port did not answer; 5 no such job";

/// Which installation is meant.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The configuration file; without it `dispatch.yaml` if there is one, else the environment alone
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// See it work: one recorded push, one machine, one job, on this computer only
    #[cfg(feature = "try")]
    Try {
        /// Print each step as a line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Run on this computer: receive webhooks, launch a process for each queued job
    Serve {
        /// Write the log as lines of JSON
        #[arg(long)]
        json: bool,
    },
    /// Read the configuration as start-up does, and ask the forges; say all that is wrong
    Check {
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
        /// Do not ask the forges
        #[arg(long)]
        offline: bool,
    },
    /// Look at the installation itself; say what is wrong and what to do
    #[cfg(feature = "dynamodb")]
    Doctor {
        /// On AWS: table, schedule, image, network, role, quotas, a dry-run launch; nothing is changed
        #[arg(long, required = true)]
        aws: bool,
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
    /// List jobs and the runners that served them
    Runs {
        /// Print lines of JSON
        #[arg(long)]
        json: bool,
        /// How many closed jobs to list
        #[arg(long, default_value_t = 20, value_name = "N")]
        most: usize,
    },
    /// Tell the whole story of a job
    Why {
        /// Its id at the forge, FORGE/ID, the name that `runs` shows, or its page's address
        job: String,
        /// Print the story as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a push or another event starts and why: before a push, for a webhook, or at a forge
    Explain(Box<ExplainArguments>),
    /// Look at everything once and set right what can be set right
    Sweep {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// Print the plan as lines of JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what the configuration file may say
    Config {
        /// As which document
        #[command(subcommand)]
        document: ConfigDocument,
    },
    /// Launch nothing more; what runs goes on
    Pause {
        /// Print the position of the switch as JSON
        #[arg(long)]
        json: bool,
    },
    /// Launch nothing more and end runners that wait; busy ones finish
    Drain {
        /// Print the position of the switch as JSON
        #[arg(long)]
        json: bool,
    },
    /// Launch nothing more and end every machine at once, busy or not
    Stop {
        /// Print the position of the switch as JSON
        #[arg(long)]
        json: bool,
    },
    /// Let a paused, draining or stopped installation go on
    Resume {
        /// Print the position of the switch as JSON
        #[arg(long)]
        json: bool,
    },
    /// The first process of a machine (used by the `process` backend)
    #[command(hide = true)]
    Machine {
        /// The machine's folder
        folder: PathBuf,
    },
    /// A runner that runs nothing (used by `try`)
    #[cfg(feature = "try")]
    #[command(hide = true)]
    StandInRunner {
        /// The one job to take
        #[arg(long)]
        handle: Option<String>,
    },
}

/// The documents about the configuration file, made from the table that reads it.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(super) enum ConfigDocument {
    /// A JSON Schema, for editors
    Schema,
    /// The reference, as Markdown
    Reference,
}

impl Command {
    /// Whether the command serves others while it works itself.
    pub(super) fn wants_threads(&self) -> bool {
        match self {
            #[cfg(feature = "try")]
            Self::Try { .. } => true,
            Self::Serve { .. } => true,
            _ => false,
        }
    }
}
