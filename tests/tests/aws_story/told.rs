//! What people are told: the function's log, and what `dispatch why` prints.

use std::io;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::stage::Stage;

/// The log of whatever this thread does from now on.
pub(crate) struct Log {
    lines: Lines,
    _listening: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn begin() -> Self {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).without_time().with_target(false);
        Self { lines, _listening: tracing::subscriber::set_default(subscriber.finish()) }
    }

    /// The lines that are no mere information.
    pub(crate) fn warnings(&self) -> String {
        let bytes = self.lines.0.lock().unwrap();
        let log = String::from_utf8_lossy(&bytes);
        let grave = log.lines().filter(|line| ["WARN ", "ERROR "].iter().any(|level| line.trim_start().starts_with(level)));
        grave.collect::<Vec<_>>().join("\n")
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stage {
    /// What an operator reads who asks for the first job.
    pub(crate) fn why(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tests"));
        command.args(["dispatch", "why", "1"]).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        let output = command.envs(self.account.lab.environment()).envs(self.variables()).output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }
}
