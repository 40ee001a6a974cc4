//! A machine without hardware: a root directory of chosen tools, booted in namespaces of its own.
//!
//! Everything is real (bash, users, processes, packet filter) except what would end the computer (`shutdown` and its kin
//! report to the test) and, where a test asks for it, `sleep`, which lasts until the test says so.

mod root;
pub(crate) mod specimen;

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::Child;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use secrecy::ExposeSecret;
use tempfile::TempDir;
use userdata::{Identity, MachineSpecification, first_boot_script};

/// What a test waits at most for anything; reached only when the behaviour is broken.
const PATIENCE_S: u64 = 70;

/// The kernel's own power switch, last resort of the script.
const SYSRQ: &str = "/proc/sysrq-trigger";

/// A machine before and while it runs.
pub(crate) struct Machine {
    root: TempDir,
    shared: Rc<TempDir>,
    events: Receiver<String>,
    control: File,
    running: Option<Child>,
}

/// How a machine ended, and what it left behind.
#[derive(Debug)]
pub(crate) struct Ending {
    /// The command that powered it off.
    pub(crate) how: String,
    /// The log file that the specification names.
    pub(crate) log: String,
    /// What the script printed, which cloud-init sends to the serial console.
    pub(crate) console: String,
}

impl Machine {
    /// A machine whose user data was rendered from `specification`.
    pub(crate) fn new(specification: &MachineSpecification) -> Self {
        let root = root::build();
        let machine = Self {
            shared: Rc::new(TempDir::new().expect("a directory for the tests")),
            events: lines_of(open_both_ways(&root, "bed/events")),
            control: open_both_ways(&root, "bed/control"),
            root,
            running: None,
        };
        let script = first_boot_script(specification).unwrap();
        // The real one would power off the computer that runs the tests.
        assert_eq!(script.matches(SYSRQ).count(), 1);
        machine.executable("bed/user-data", &script.replace(SYSRQ, "/bed/power"));
        machine
    }

    /// Lets the machine look for identities where `other` does, and report to the same test.
    pub(crate) fn sharing_with(mut self, other: &Self) -> Self {
        self.shared = Rc::clone(&other.shared);
        fs::remove_file(self.path("bed/events")).unwrap();
        fs::hard_link(other.path("bed/events"), self.path("bed/events")).unwrap();
        self
    }

    /// Installs a runner: bash text that may call `report TEXT`.
    pub(crate) fn with_runner(self, body: &str) -> Self {
        self.with_program("usr/local/bin/gitea-runner", body)
    }

    /// Installs a bash program at a path of the machine.
    pub(crate) fn with_program(self, path: &str, body: &str) -> Self {
        self.executable(path, &format!("#!/bin/bash\n{body}\n"));
        self
    }

    /// Takes a program out of the image.
    pub(crate) fn without(self, path: &str) -> Self {
        fs::remove_file(self.path(path)).unwrap();
        self
    }

    /// Stops the machine's clock for sleeps of exactly these seconds, until [`expire`](Self::expire).
    pub(crate) fn with_clock_stopped_for(self, durations_s: &[u32]) -> Self {
        for duration_s in durations_s {
            root::fifo(&self.path(&format!("bed/clock/{duration_s}")));
        }
        self
    }

    /// Runs user data at each boot, as a plain chroot may, and nothing else.
    pub(crate) fn without_cloud_init(self) -> Self {
        fs::write(self.path("bed/without-cloud-init"), "").unwrap();
        self
    }

    /// Puts an identity where machines that share this directory look for one.
    pub(crate) fn with_identity(self, identity: &Identity) -> Self {
        self.hand_over(identity);
        self
    }

    /// The same, while machines run.
    pub(crate) fn hand_over(&self, identity: &Identity) {
        self.hand_over_text(identity.to_wire().unwrap().expose_secret());
    }

    /// Hands over any text.
    pub(crate) fn hand_over_text(&self, text: &str) {
        let draft = self.shared.path().join(".draft");
        fs::write(&draft, text).unwrap();
        fs::rename(draft, self.shared.path().join(userdata::IDENTITY_FILE_NAME)).unwrap();
    }

    /// Names of what lies where the identity was.
    pub(crate) fn left_of_identity(&self) -> Vec<String> {
        let entries = fs::read_dir(self.shared.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Boots, for the first time or again.
    pub(crate) fn boot(mut self) -> Self {
        self.running = Some(root::enter(self.root.path(), self.shared.path()));
        self
    }

    /// Waits until something on the machine reports `event`, and returns the rest of that line.
    pub(crate) fn wait_for(&self, event: &str) -> String {
        loop {
            match self.events.recv_timeout(Duration::from_secs(PATIENCE_S)) {
                Ok(line) if line.starts_with(event) => {
                    return line[event.len()..].trim().to_owned();
                }
                Ok(line) if line == "the machine did not boot" => {
                    panic!("{line}: see what `enter.sh` printed")
                }
                Ok(_) => {}
                Err(waited) => panic!("no event {event:?}: {waited}\n{}", self.story()),
            }
        }
    }

    /// Runs a command on the machine, as its root.
    pub(crate) fn run_as_root(&self, command: &str) {
        writeln!(&self.control, "{command}").unwrap();
    }

    /// Lets a stopped duration pass, as soon as somebody sleeps for it.
    pub(crate) fn expire(&self, duration_s: u32) {
        self.run_as_root(&format!("echo >/bed/clock/{duration_s} &"));
    }

    /// Waits for the machine's end. Fails if it does not power off.
    pub(crate) fn powered_off(&mut self) -> Ending {
        let status = self.running.take().expect("the machine was booted").wait().unwrap();
        let how = fs::read_to_string(self.path("bed/powered-off"));
        let Ok(how) = how else { panic!("the machine did not power off ({status})\n{}", self.story()) };
        fs::remove_file(self.path("bed/powered-off")).unwrap();
        Ending { how, log: self.text("var/log/dispatch.log"), console: self.text("bed/console") }
    }

    /// How often something reported `event`, among what was not waited for.
    pub(crate) fn count_of(&self, event: &str) -> usize {
        const LAST: &str = "no more events";
        writeln!(open_both_ways(&self.root, "bed/events"), "{LAST}").unwrap();
        self.events.iter().take_while(|line| line != LAST).filter(|line| line.starts_with(event)).count()
    }

    /// Adds to a file of the image.
    pub(crate) fn append(&self, path: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).open(self.path(path)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// The content of a file on the machine, empty if there is none.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.root.path().join(path)
    }

    fn executable(&self, path: &str, text: &str) {
        root::executable(&self.path(path), text);
    }

    fn story(&self) -> String {
        ["bed/console", "var/log/dispatch.log"].map(|path| format!("--- {path}\n{}", self.text(path))).concat()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            // The machine's processes end with it.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Opens a pipe of the machine so that it neither blocks nor ends while its other side is closed.
fn open_both_ways(root: &TempDir, pipe: &str) -> File {
    OpenOptions::new().read(true).write(true).open(root.path().join(pipe)).unwrap()
}

fn lines_of(pipe: File) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(pipe).lines();
        lines.map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    receiver
}
