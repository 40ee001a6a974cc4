//! The log: one line of JSON for each thing, to standard output, where Lambda takes it from.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Environment;

/// `RUST_LOG` chooses what is told, by targets and levels.
///
/// At its finest level the runtime would tell whole events, with everything that a forge sends, so it is never asked to. What an
/// event came to we tell ourselves, so its own word for the same is left out.
pub(super) fn begin(environment: &Environment) {
    let wish = environment.text("RUST_LOG").and_then(|wish| wish.parse().ok());
    let wish: Targets = wish.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().json().with_current_span(true).with_span_list(false).with_target(false);
    let wish =
        wish.with_target("lambda_runtime", LevelFilter::WARN).with_target("lambda_runtime::layers::panic", LevelFilter::OFF);
    tracing_subscriber::registry().with(wish).with(lines).init();
}
