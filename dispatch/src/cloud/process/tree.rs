//! The processes of a machine, found by descent. The process group is not enough: both runners start every step of a job
//! in a group of its own, and what a step leaves running has lost its parent.

use std::fs;
use std::io;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

/// How often, and in what steps, one looks whether what was killed is gone.
pub(super) const LOOKS: u32 = 200;
pub(super) const STEP: Duration = Duration::from_millis(10);

/// How often the agent asks after adopted processes that have ended.
const BURY_EVERY: Duration = Duration::from_secs(1);

/// A row of the process table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) id: Pid,
    parent: Option<Pid>,
    group: Option<Pid>,
    /// It has ended, and nobody has asked how.
    has_ended: bool,
}

/// Makes this process the parent of whatever its descendants leave behind, so that nothing leaves the tree.
pub(super) fn adopt_orphans() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Kills everything below this process and waits until it is gone.
pub(super) async fn end_descendants() -> io::Result<()> {
    let me = getpid();
    for _ in 0..LOOKS {
        let living = others(&family(&table()?, |process| process.id == me), me);
        if living.is_empty() {
            return Ok(());
        }
        kill(&living)?;
        tokio::time::sleep(STEP).await;
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "a process of the machine does not end"))
}

/// The living members of a process group and their descendants, without the group's leader.
pub(super) fn followers(leader: Pid) -> io::Result<Vec<Process>> {
    Ok(others(&family(&table()?, |process| process.group == Some(leader)), leader))
}

/// Kills these; one that is gone already is a success.
pub(super) fn kill(processes: &[Process]) -> io::Result<()> {
    for process in processes {
        match kill_process(process.id, Signal::KILL) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// For as long as it is awaited: asks after adopted processes that have ended, which would fill the process table.
/// The runner is left to the one who waits for it.
pub(super) async fn bury_orphans(runner: Option<Pid>) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(BURY_EVERY).await;
        let (me, processes) = (Some(getpid()), table().unwrap_or_default());
        let dead = processes.iter().filter(|process| process.has_ended && process.parent == me);
        for orphan in dead.filter(|process| Some(process.id) != runner) {
            let _it_was_nobodys_child = waitpid(Some(orphan.id), WaitOptions::NOHANG);
        }
    }
}

/// All processes that this one may see.
fn table() -> io::Result<Vec<Process>> {
    let names = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let ids = names.filter_map(|name| Pid::from_raw(name.parse().ok()?));
    // One that ends while one looks has no row any more.
    Ok(ids.filter_map(|id| row(id, &fs::read_to_string(format!("/proc/{id}/stat")).ok()?)).collect())
}

/// Reads `/proc/PID/stat`: after the name, which may hold anything, come state, parent and group.
fn row(id: Pid, stat: &str) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let mut number = || fields.next()?.parse().ok();
    let (parent, group) = (Pid::from_raw(number()?), Pid::from_raw(number()?));
    Some(Process { id, parent, group, has_ended: matches!(state, "Z" | "X") })
}

/// The heads and all their descendants.
fn family(table: &[Process], is_head: impl Fn(&Process) -> bool) -> Vec<Process> {
    let (mut family, mut rest): (Vec<Process>, Vec<Process>) = table.iter().partition(|process| is_head(process));
    loop {
        let is_child = |process: &Process| family.iter().any(|member| process.parent == Some(member.id));
        let (children, strangers): (Vec<Process>, Vec<Process>) = rest.into_iter().partition(is_child);
        if children.is_empty() {
            return family;
        }
        family.extend(children);
        rest = strangers;
    }
}

fn others(family: &[Process], one: Pid) -> Vec<Process> {
    family.iter().copied().filter(|process| process.id != one && !process.has_ended).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i32) -> Pid {
        Pid::from_raw(number).unwrap()
    }

    fn process(number: i32, parent: i32, group: i32) -> Process {
        Process { id: id(number), parent: Pid::from_raw(parent), group: Pid::from_raw(group), has_ended: false }
    }

    fn numbers(processes: &[Process]) -> Vec<i32> {
        processes.iter().map(|process| process.id.as_raw_nonzero().get()).collect()
    }

    /// As seen: an agent (10) and its runner (11), a step (20) with its child, and what the step left running (22).
    fn seen() -> Vec<Process> {
        let orphan = process(22, 10, 20);
        vec![orphan, process(21, 20, 20), process(20, 11, 20), process(11, 10, 10), process(10, 1, 10), process(1, 0, 1)]
    }

    #[test]
    fn steps_in_groups_of_their_own_belong_to_the_machine() {
        let family = family(&seen(), |process| process.group == Some(id(10)));
        let mut found = numbers(&others(&family, id(10)));
        found.sort_unstable();
        assert_eq!(found, [11, 20, 21, 22]);
    }

    #[test]
    fn without_its_agent_a_machine_is_its_runner_and_below() {
        let orphaned: Vec<Process> = seen().into_iter().filter(|process| process.id != id(10)).collect();
        let family = family(&orphaned, |process| process.group == Some(id(10)));
        assert_eq!(numbers(&others(&family, id(10))), [11, 20, 21]);
    }

    #[test]
    fn the_dead_are_not_killed_again() {
        let dead = Process { has_ended: true, ..process(11, 10, 10) };
        assert_eq!(others(&[dead], id(10)), []);
    }

    #[test]
    fn a_name_may_look_like_the_rest_of_the_row() {
        assert_eq!(row(id(7), "7 (a) Z 1 (b) S 5 6 6 0 -1"), Some(process(7, 5, 6)));
        assert_eq!(row(id(7), "7 (a) Z 5 6 6"), Some(Process { has_ended: true, ..process(7, 5, 6) }));
        assert_eq!(row(id(7), "7 (a)"), None);
        assert_eq!(row(id(7), "7 (a) S x 6"), None);
    }

    #[test]
    fn this_process_finds_itself_in_the_table() {
        assert!(table().unwrap().iter().any(|process| process.id == getpid() && !process.has_ended));
    }
}
