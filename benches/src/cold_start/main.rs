//! Cold start of the Lambda function beside the same edge written for Node: start to first answer, processor time, memory.
//!
//! Both get the same event from the same Runtime API and call the same stand-in for DynamoDB. What they ask of it is
//! counted by operation; contestants that do not ask the same are not compared.
//!
//! ```text
//! cargo build --release --bin bootstrap --no-default-features --features lambda
//! npm --prefix benches/node-peer install && npm --prefix benches/node-peer run build
//! cargo run --release -p benches --features cold-start --bin cold-start
//! ```
//!
//! AWS is called over plain HTTP here, so that TLS, which costs both something, is left out; so are the creation of an
//! execution environment and the small share of a processor that Lambda gives.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod aws;
mod contestant;
mod event;

use std::error::Error;
use std::path::Path;

use aws::Aws;
use contestant::{Contestant, Run};

/// Rounds in which each contestant starts once; medians are told.
const ROUNDS: usize = 11;

/// What is measured: one kind of event.
const EVENTS: [&str; 2] = ["claimed", "refused"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bootstrap = std::env::args().nth(1).map_or_else(|| root.join("target/release/bootstrap"), Into::into);
    let contestants = [
        Contestant::new("bootstrap", &[&bootstrap])?,
        Contestant::new(
            "node-peer",
            &[Path::new("/usr/bin/env"), Path::new("node"), &root.join("benches/node-peer/bundle/loop.mjs")],
        )?,
    ];
    let aws = Aws::start().await?;
    for event in EVENTS {
        compare(event, &contestants, &aws).await?;
    }
    Ok(())
}

async fn compare(event: &str, contestants: &[Contestant; 2], aws: &Aws) -> Result<(), Box<dyn Error>> {
    let mut runs: [Vec<Run>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (contestant, runs) in contestants.iter().zip(&mut runs) {
            runs.push(contestant.run(event::named(event), aws).await?);
        }
    }
    println!("{event}: the median of {ROUNDS} cold starts");
    let [ours, theirs] = [0, 1].map(|index| Run::median(runs.get(index).map_or(&[], Vec::as_slice)));
    for (contestant, run) in contestants.iter().zip([&ours, &theirs]) {
        println!("  {:<10} {run}", contestant.name());
    }
    if ours.calls != theirs.calls {
        return Err(format!("{event}: the contestants do not ask the same of AWS, so they are not compared").into());
    }
    let ratio = |ours: f64, theirs: f64| if ours > 0.0 { theirs / ours } else { f64::INFINITY };
    println!(
        "  node-peer / bootstrap: first answer {:.1}×, processor {:.1}×, memory {:.1}×",
        ratio(ours.first_answer_ms, theirs.first_answer_ms),
        ratio(ours.processor_ms, theirs.processor_ms),
        ratio(ours.memory_mib, theirs.memory_mib)
    );
    Ok(())
}
