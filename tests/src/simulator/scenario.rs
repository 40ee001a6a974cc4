//! Stories written by people: an English-like notation for [scripts](Script).
//!
//! ```text
//! # Everything after a hash is for the reader.
//! forge gitea 1.27
//! seed 3
//! pool go: labels go, limit 4
//! limit per owner: 2
//! at 0:10: job of acme/tour wants go, lasts 2m
//! at 0:20: 50 jobs of acme/site want go, last 30s, are cancelled after 5s
//! from 0:05 until 10:00: delivery-lost
//! at 3:00: upgrade
//! ```
//!
//! Times are `minutes:seconds` since the beginning, durations `30s`, `2m` or `1h`. A fault may say how often it strikes:
//! `worker-killed in 5 of 1000 cases`.

use dispatch::config::{Limits, RegisterAt};
use dispatch::label::LabelSet;

use super::agenda::Millis;
use super::author::pool;
use super::episode::Outcome;
use super::fault::Fault;
use super::safety::Without;
use super::script::{Flavour, JobPlan, Script, Settings, Turn, Window};
use super::story::clock;

/// Boot, idle and maximum age in seconds of a pool that does not say.
const BOUNDS: (u64, u64, u64) = (300, 120, 3_600);

/// Reads a story; the error names the line and what is wrong with it.
pub fn read(text: &str) -> Result<Script, String> {
    let settings = Settings { pools: Vec::new(), limits: Limits::default(), register_at: RegisterAt::Repository };
    let mut script =
        Script { seed: 1, flavour: Flavour::Gitea1_27, settings, jobs: Vec::new(), windows: Vec::new(), without: Without::new() };
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            read_line(&mut script, line).map_err(|wrong| format!("line {}: {wrong}: {line}", number + 1))?;
        }
    }
    script.jobs.sort_by_key(|job| job.at);
    Ok(script)
}

fn read_line(script: &mut Script, line: &str) -> Result<(), String> {
    let (first, rest) = line.split_once(' ').ok_or("a line has at least two words")?;
    match first {
        "forge" => script.flavour = flavour(rest)?,
        "seed" => script.seed = rest.parse().map_err(|_| "a seed is a number")?,
        "pool" => read_pool(script, rest)?,
        "limit" => read_limit(script, rest)?,
        "at" => read_moment(script, rest)?,
        "from" => read_window(script, rest)?,
        _ => return Err("a line begins with forge, seed, pool, limit, at or from".to_owned()),
    }
    Ok(())
}

fn flavour(name: &str) -> Result<Flavour, String> {
    let known = Flavour::ALL.into_iter().find(|flavour| flavour.to_string() == name);
    known.ok_or_else(|| format!("the forges are {}", Flavour::ALL.map(|flavour| flavour.to_string()).join(", ")))
}

fn read_pool(script: &mut Script, text: &str) -> Result<(), String> {
    let (name, rest) = text.split_once(':').ok_or("a pool is written `pool NAME: labels …, limit …`")?;
    let (mut labels, mut limit) = (Vec::new(), 20);
    for part in rest.split(',').map(str::trim) {
        match part.split_once(' ') {
            Some(("labels", names)) => labels.extend(names.split_whitespace()),
            Some(("limit", number)) => limit = number.parse().map_err(|_| "a limit is a number")?,
            _ => return Err("a pool has `labels` and a `limit`".to_owned()),
        }
    }
    script.settings.pools.push(pool(name, &labels, limit, BOUNDS));
    Ok(())
}

fn read_limit(script: &mut Script, text: &str) -> Result<(), String> {
    let (what, number) = text.split_once(':').ok_or("a limit is written `limit total: 4`")?;
    let number = Some(number.trim().parse().map_err(|_| "a limit is a number")?);
    let limits = &mut script.settings.limits;
    match what {
        "total" => limits.total = number,
        "per owner" => limits.per_owner = number,
        "per repository" => limits.per_repository = number,
        _ => return Err("limits are total, per owner, per repository".to_owned()),
    }
    Ok(())
}

fn read_moment(script: &mut Script, text: &str) -> Result<(), String> {
    let (at, what) = text.split_once(": ").ok_or("a moment is written `at 0:10: …`")?;
    let at = moment(at)?;
    if let Some(fault) = Fault::named(what) {
        script.windows.push(Window { fault, from: at, until: at + 1, odds: fault.usual_odds() });
        return Ok(());
    }
    let (count, what) = match what.split_once(' ') {
        Some((number, rest)) if number.parse::<u32>().is_ok() => (number.parse().unwrap_or(1), rest),
        _ => (1, what),
    };
    let job = read_job(at, what)?;
    script.jobs.extend(std::iter::repeat_n(job, count));
    Ok(())
}

fn read_job(at: Millis, text: &str) -> Result<JobPlan, String> {
    let wrong = "a job is written `job of acme/tour wants go, lasts 2m`";
    let text = text.strip_prefix("jobs of ").or_else(|| text.strip_prefix("job of ")).ok_or(wrong)?;
    let mut parts = text.split(", ");
    let (repository, labels) = parts.next().and_then(|first| first.split_once(" want")).ok_or(wrong)?;
    let labels: LabelSet = labels.trim_start_matches('s').split_whitespace().map(str::to_owned).collect();
    let repository = repository.to_owned();
    let mut job = JobPlan { at, repository, labels, blocked_s: 0, lasts_s: 60, turn: Turn::None };
    for part in parts {
        read_detail(&mut job, part)?;
    }
    Ok(job)
}

fn read_detail(job: &mut JobPlan, text: &str) -> Result<(), String> {
    let text = text.strip_prefix("is ").or_else(|| text.strip_prefix("are ")).unwrap_or(text);
    let (what, seconds) = text.rsplit_once(' ').ok_or("a detail ends with a duration")?;
    let seconds = duration_s(seconds)?;
    match what {
        "lasts" | "last" => job.lasts_s = seconds,
        "blocked for" => job.blocked_s = seconds,
        "cancelled after" => job.turn = Turn::Cancelled { after_s: seconds },
        "run again after" => job.turn = Turn::Again { after_s: seconds },
        _ => return Err("a job lasts, is blocked for, is cancelled after, or is run again after some time".to_owned()),
    }
    Ok(())
}

fn read_window(script: &mut Script, text: &str) -> Result<(), String> {
    let wrong = "a time of trouble is written `from 1:00 until 2:00: forge-down`";
    let (times, what) = text.split_once(": ").ok_or(wrong)?;
    let (from, until) = times.split_once(" until ").ok_or(wrong)?;
    let (name, odds) = match what.split_once(" in ") {
        Some((name, odds)) => (name, Some(odds.strip_suffix(" of 1000 cases").and_then(|odds| odds.parse().ok()).ok_or(wrong)?)),
        None => (what, None),
    };
    let fault = Fault::named(name).ok_or_else(|| format!("there is no fault `{name}`"))?;
    let odds = odds.unwrap_or_else(|| fault.usual_odds());
    script.windows.push(Window { fault, from: moment(from)?, until: moment(until)?, odds });
    Ok(())
}

fn moment(text: &str) -> Result<Millis, String> {
    let wrong = || format!("`{text}` is no time; write minutes and seconds, as in 2:30");
    let (minutes, seconds) = text.split_once(':').ok_or_else(wrong)?;
    let (minutes, seconds): (Millis, Millis) = (minutes.parse().map_err(|_| wrong())?, seconds.parse().map_err(|_| wrong())?);
    Ok(minutes * 60_000 + seconds * 1_000)
}

fn duration_s(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no duration; write 30s, 2m or 1h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text.trim_end_matches(unit).parse().map_err(|_| wrong())?;
    match unit {
        's' => Ok(number),
        'm' => Ok(number * 60),
        'h' => Ok(number * 3_600),
        _ => Err(wrong()),
    }
}

/// What happened, for people: the story without the noise of processes, and the sum of it.
pub fn written(outcome: &Outcome) -> String {
    let told = outcome.lines.iter().filter(|(_, line)| !line.starts_with("worker: Ok"));
    let lines = told.map(|(at, line)| format!("{} {line}\n", clock(*at).split('.').next().unwrap_or_default()));
    let Outcome { jobs, served, launches, longest_wait, violations, .. } = outcome;
    let sum = format!(
        "\njobs {jobs}, taken {served} times, machines {launches}, longest wait {} s, broken promises {}\n",
        longest_wait / 1_000,
        violations.len()
    );
    lines.chain([sum]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_read_line_by_line() {
        let script = read(
            "forge gitea 1.25 # an old one\npool go: labels go linux, limit 2\nlimit per owner: 1\n\
             at 1:30: 3 jobs of acme/tour want go linux, last 2m, are cancelled after 5s\nfrom 0:10 until 2:00: forge-error in 5 of 1000 cases\nat 4:00: upgrade",
        )
        .unwrap();
        assert_eq!((script.flavour, script.settings.limits.per_owner, script.jobs.len()), (Flavour::Gitea1_25, Some(1), 3));
        let job = &script.jobs[0];
        assert_eq!((job.at, job.lasts_s, job.turn), (90_000, 120, Turn::Cancelled { after_s: 5 }));
        assert_eq!(job.labels.len(), 2);
        assert_eq!(script.windows[0], Window { fault: Fault::ForgeError, from: 10_000, until: 120_000, odds: 5 });
        assert_eq!(script.windows[1].fault, Fault::Upgrade);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| read(text).unwrap_err();
        assert_eq!(
            wrong("\nforge gitlab 17"),
            "line 2: the forges are gitea 1.25, gitea 1.26, gitea 1.27, forgejo 15: forge gitlab 17"
        );
        assert!(wrong("from 0:01 until 0:02: meteor").contains("no fault `meteor`"));
        assert!(wrong("at 12: job of acme/tour wants go").contains("write minutes and seconds"));
        assert!(wrong("at 0:01: job of acme/tour wants go, lasts long").contains("write 30s, 2m or 1h"));
    }
}
