//! A `dispatch serve` that runs, and what it logs.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

const GIVE_UP_AFTER: Duration = Duration::from_mins(2);

/// A child process; it is killed when this is dropped.
pub(crate) struct Serve {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    grown: watch::Receiver<usize>,
    address: String,
}

impl Serve {
    /// Starts it and waits until it says where it listens.
    pub(crate) async fn start(command: &mut Command) -> Self {
        let mut serve = Self::launch(command);
        let line = serve.says("receiving webhooks at http://").await;
        let (_, address) = line.split_once("http://").unwrap();
        serve.address.push_str(address.split('/').next().unwrap());
        serve
    }

    fn launch(command: &mut Command) -> Self {
        let mut child = command.env("RUST_LOG", "dispatch=debug").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (log, (grow, grown)) = (Arc::<Mutex<Vec<String>>>::default(), watch::channel(0));
        let kept = log.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push(line);
                grow.send_modify(|lines| *lines += 1);
            }
        });
        Self { child, log, grown, address: String::new() }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line of the log, and returns the first that holds `text`.
    pub(crate) async fn says(&mut self, text: &str) -> String {
        self.says_after(0, text).await
    }

    /// The same among the lines after the first `seen`.
    pub(crate) async fn says_after(&mut self, seen: usize, text: &str) -> String {
        let log = self.log.clone();
        let find = || log.lock().unwrap().iter().skip(seen).find(|line| line.contains(text)).cloned();
        let waiting = async {
            loop {
                if let Some(line) = find() {
                    return Some(line);
                }
                if self.grown.changed().await.is_err() {
                    return find();
                }
            }
        };
        let found = tokio::time::timeout(GIVE_UP_AFTER, waiting).await.ok().flatten();
        found.unwrap_or_else(|| panic!("`{text}` was never said: {:#?}", self.log()))
    }

    /// Waits until it has looked once, so that what happens now comes after that.
    pub(crate) async fn has_looked(&mut self) {
        self.says(" pass ").await;
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)).unwrap();
        kill_process(id, signal).unwrap();
    }

    /// Its process id, while it runs.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(GIVE_UP_AFTER, self.child.wait()).await.expect("it never ended").unwrap()
    }

    /// Asks it to stop, and waits.
    pub(crate) async fn terminate(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::KILL);
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&self.ended().await), Some(9));
    }
}
