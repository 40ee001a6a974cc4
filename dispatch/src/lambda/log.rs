//! The log: one line of JSON for each thing, to standard output, where Lambda takes it from.

use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Environment;

/// `RUST_LOG` chooses what is told. The runtime would tell whole events at its finest level, so it is never asked to.
pub(super) fn begin(environment: &Environment) {
    let lines = tracing_subscriber::fmt::layer().json().with_ansi(false).with_target(false).with_writer(std::io::stdout);
    let lines = lines.with_current_span(true).with_span_list(false);
    let registry = tracing_subscriber::registry()
        .with(Targets::new().with_default(LevelFilter::TRACE).with_target("lambda_runtime", LevelFilter::WARN));
    match environment.text("RUST_LOG").and_then(|wish| EnvFilter::try_new(wish).ok()) {
        Some(wish) => registry.with(wish).with(lines).init(),
        // Much cheaper to make than the other, at each cold start.
        None => registry.with(LevelFilter::INFO).with(lines).init(),
    }
}
