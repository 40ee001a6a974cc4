//! What the dispatcher costs. Without arguments: every case, with its median time and its instructions; then the memory of
//! `serve` at rest. With the name of a case: that case once, for a profiler. With `history [RECORDS]`: a pass beside a short
//! history and one of that length.
//!
//! Instructions are counted by `valgrind --tool=callgrind` where it is installed. They do not depend on what else the
//! machine does, so they are what to compare between two versions; times are for orders of magnitude.
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod cases;
mod history;
mod instructions;
mod memory;
mod still;
mod workflows;

use std::time::Instant;

use cases::{CASES, Case, Extent};

/// Enough for a stable median of cases that take microseconds to milliseconds.
const RUNS: usize = 101;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    match std::env::args().nth(1) {
        Some(name) if name == history::HISTORY => history::compare(std::env::args().nth(2).map(|n| n.parse()).transpose()?).await,
        Some(name) => once(&name, std::env::args().nth(2).as_deref()).await,
        None => all().await,
    }
}

async fn once(name: &str, extent: Option<&str>) -> Result<(), Box<dyn std::error::Error>> {
    let case = CASES.iter().find(|case| case.name == name).ok_or("there is no such case")?;
    let extent = if extent == Some(instructions::ONLY_PREPARE) { Extent::Preparation } else { Extent::All };
    (case.run)(extent).await?;
    Ok(())
}

async fn all() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:<34} {:>12} {:>16}", "case", "median", "instructions");
    for case in CASES {
        let median_us = median_us(case).await?;
        let instructions = instructions::of(case)?.map_or_else(|| "(no valgrind)".to_owned(), |count| count.to_string());
        println!("{:<34} {median_us:>9.1} µs {instructions:>16}", case.name);
    }
    match memory::of_serve().await? {
        Some(kib) => println!("serve at rest: {:.1} MB resident", f64::from(kib) / 1_024.0),
        None => println!("serve at rest: build it first (cargo build --release)"),
    }
    Ok(())
}

async fn median_us(case: &Case) -> Result<f64, Box<dyn std::error::Error>> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        times.push((case.run)(Extent::All).await?.elapsed_us);
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(RUNS / 2).copied().unwrap_or_default())
}

/// Times one piece of work; what prepares it stays outside.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, cases::Ran) {
    let began = Instant::now();
    let out = work.await;
    (out, cases::Ran { elapsed_us: began.elapsed().as_secs_f64() * 1e6 })
}
