//! Writes scripts: from a seed, an installation, its jobs, and a handful of faults that meet.
//!
//! Each story has only a few kinds of fault, one whose turn it is and others chosen anew. A world where everything fails at
//! once hides more than it shows.

use dispatch::config::{Limits, RegisterAt};
use dispatch::identifier::PoolName;
use dispatch::label::LabelSet;
use dispatch::pool::{Ec2Settings, ForkPullRequests, Pool};

use super::agenda::Millis;
use super::cloud::CLOUD;
use super::fault::Fault;
use super::random::Random;
use super::safety::Without;
use super::script::{Flavour, JobPlan, Script, Settings, Turn, Window};

/// Writes the script of a seed with about so many jobs, and with a fault whose turn it is, unless nothing goes wrong at all.
pub fn write(seed: u64, jobs: usize, turn: Fault, without: &Without) -> Script {
    let mut random = Random::of(seed, 0);
    let flavour = random.pick(&Flavour::ALL).copied().unwrap_or(Flavour::Gitea1_27);
    let settings = settings(&mut random);
    let jobs = workload(&mut random, jobs);
    let horizon = jobs.iter().map(|job| job.at).max().unwrap_or(0) + 600_000;
    let windows = misfortune(&mut random, horizon, turn);
    Script { seed, flavour, settings, jobs, windows, without: without.clone() }
}

fn settings(random: &mut Random) -> Settings {
    let bounds = (random.between(180..=400), random.between(60..=240), random.between(1_800..=3_600));
    let mut limit = || u32::try_from(random.mostly_small(2..=40)).unwrap_or(2);
    let pools = vec![
        pool("go", &["go"], limit(), bounds),
        pool("node", &["node"], limit(), bounds),
        pool("big", &["go", "linux"], limit(), bounds),
    ];
    let mut bound = |least| random.permille(250).then(|| u32::try_from(random.between(least..=20)).unwrap_or(20));
    let limits = Limits { total: bound(3), per_owner: bound(2), per_repository: bound(1) };
    let scopes = [RegisterAt::Repository, RegisterAt::Repository, RegisterAt::Organisation, RegisterAt::Instance];
    let register_at = random.pick(&scopes).copied().unwrap_or_default();
    Settings { pools, limits, register_at }
}

/// A pool of the simulated cloud; bounds are boot, idle and maximum age in seconds.
pub fn pool(name: &str, labels: &[&str], limit: u32, (boot_limit_s, idle_limit_s, maximum_age_s): (u64, u64, u64)) -> Pool {
    Pool {
        name: PoolName::new(name),
        labels: labels.iter().filter_map(|label| label.parse().ok()).collect(),
        backend: CLOUD.into(),
        instance_types: vec!["t3.small".to_owned()],
        ec2: Ec2Settings::default(),
        runner: Vec::new(),
        pass_environment: Vec::new(),
        limit,
        boot_limit_s,
        idle_limit_s,
        maximum_age_s,
        fork_pull_requests: ForkPullRequests::Allow,
    }
}

const REPOSITORIES: [&str; 4] = ["acme/tour", "acme/site", "bob/game", "bob/tools"];

/// Runs of one or several jobs, some close together, some far apart.
fn workload(random: &mut Random, most: usize) -> Vec<JobPlan> {
    let mut jobs: Vec<JobPlan> = Vec::new();
    let mut at: Millis = 5_000;
    let longest_gap = random.mostly_small(10..=300);
    while jobs.len() < most {
        at += random.mostly_small(1..=longest_gap) * 1_000 + random.below(1_000);
        let cells = match random.below(10) {
            0..=5 => 1,
            6..=8 => random.between(2..=6),
            _ => random.between(10..=50),
        };
        run(random, at, cells, &mut jobs);
    }
    jobs.truncate(most);
    jobs.sort_by_key(|job| job.at);
    jobs
}

fn run(random: &mut Random, at: Millis, cells: u64, jobs: &mut Vec<JobPlan>) {
    let repository = random.pick(&REPOSITORIES).copied().unwrap_or("acme/tour").to_owned();
    let labels = labels(random);
    let cancelled = random.permille(250).then(|| random.mostly_small(1..=240));
    for _ in 0..cells {
        jobs.push(cell(random, at, &repository, &labels, cancelled));
    }
    // A forced push: the old run goes, and a new one like it comes in the same moment or soon after.
    if let Some(after_s) = cancelled.filter(|_| random.permille(600)) {
        let at = at + after_s * 1_000 + random.mostly_small(100..=60_000);
        for _ in 0..cells {
            jobs.push(cell(random, at, &repository, &labels, None));
        }
    }
}

fn cell(random: &mut Random, at: Millis, repository: &str, labels: &LabelSet, cancelled: Option<u64>) -> JobPlan {
    let again = random.permille(80).then(|| Turn::Again { after_s: random.mostly_small(1..=600) });
    JobPlan {
        at,
        repository: repository.to_owned(),
        labels: labels.clone(),
        blocked_s: if random.permille(150) { random.mostly_small(1..=300) } else { 0 },
        lasts_s: random.mostly_small(5..=900),
        turn: cancelled.map(|after_s| Turn::Cancelled { after_s }).or(again).unwrap_or(Turn::None),
    }
}

fn labels(random: &mut Random) -> LabelSet {
    let names: &[&str] = match random.below(20) {
        0..=8 => &["go"],
        9..=13 => &["node"],
        14..=18 => &["go", "linux"],
        _ => &["windows"],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn misfortune(random: &mut Random, horizon: Millis, turn: Fault) -> Vec<Window> {
    let kinds = if random.permille(80) { 0 } else { random.between(1..=7) };
    let families =
        [Fault::ALL, Fault::ALL, Fault::OF_PROCESSES, Fault::OF_THE_CLOUD, Fault::OF_MACHINES, Fault::OF_OLD_DECISIONS];
    let among = random.pick(&families).copied().unwrap_or(Fault::ALL);
    let mut windows = if kinds == 0 { Vec::new() } else { its_turn(random, turn, horizon) };
    for _ in 0..kinds {
        let fault = random.pick(among).copied().unwrap_or(Fault::DeliveryLost);
        for _ in 0..random.between(1..=2) {
            windows.push(window(random, fault, horizon));
        }
        // An order that comes late does harm only if it was given up meanwhile, and there is capacity for it now.
        if fault == Fault::FrozenBeforeLaunch {
            windows.push(window(random, Fault::CapacityFlickers, horizon));
        }
    }
    windows
}

/// A fault that may strike at any time of the story, if it is of that kind; with what it needs to show itself.
fn its_turn(random: &mut Random, fault: Fault, horizon: Millis) -> Vec<Window> {
    let mut window = window(random, fault, horizon);
    if !fault.excuses_waiting() && !matches!(fault, Fault::Upgrade | Fault::StoreDeleted) {
        (window.from, window.until) = (0, horizon);
    }
    let odds = Fault::WorkerKilled.usual_odds();
    // A clock is wrong from the start of its process.
    let starts = (fault == Fault::ClockWrong).then_some(Window { fault: Fault::WorkerKilled, odds, ..window });
    [window].into_iter().chain(starts).collect()
}

fn window(random: &mut Random, fault: Fault, horizon: Millis) -> Window {
    let from = random.below(horizon);
    let lasts = match fault {
        fault if fault.excuses_waiting() => random.mostly_small(10_000..=1_800_000),
        Fault::Upgrade | Fault::StoreDeleted => 1,
        Fault::EdgeKilled
        | Fault::WorkersOverlap
        | Fault::WorkerFrozen
        | Fault::FrozenBeforeLaunch
        | Fault::CapacityFlickers
        | Fault::CloudError
        | Fault::IndexLags
        | Fault::ListLags
        | Fault::PartialLaunch
        | Fault::TerminateSlow
        | Fault::ForeignRunner => horizon,
        // What befalls one machine in ten needs many machines.
        fault if Fault::OF_MACHINES.contains(&fault) => horizon,
        _ => random.mostly_small(60_000..=horizon.max(60_000)),
    };
    Window { fault, from, until: from + lasts, odds: fault.usual_odds() }
}
