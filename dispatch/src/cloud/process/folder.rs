//! The folder of one machine: what it is, whether it lives, and what became of its identity.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::settings::Settings;
use crate::cloud::{HandOver, IdentityState, Instance, InstanceState, Withdrawal};
use crate::identifier::InstanceId;
use crate::time::Timestamp;

/// One machine's folder, which may not exist.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn exists(&self) -> bool {
        self.0.is_dir()
    }

    /// What the runner and its jobs print.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// The process group, in decimal.
    pub(super) fn group(&self) -> PathBuf {
        self.0.join("group")
    }

    /// How the machine ended, in words.
    pub(super) fn ending(&self) -> PathBuf {
        self.0.join("ending")
    }

    /// Where the runner works.
    pub(super) fn work(&self) -> PathBuf {
        self.0.join("work")
    }

    fn identity(&self) -> PathBuf {
        self.0.join("identity")
    }

    fn taken(&self) -> PathBuf {
        self.0.join("identity.taken")
    }

    fn withdrawn(&self) -> PathBuf {
        self.0.join("identity.withdrawn")
    }

    /// Makes the folder, or finds what an earlier order made; its settings never change.
    pub(super) fn prepare(&self, settings: &Settings) -> io::Result<Settings> {
        create_private(&self.0)?;
        if let Some(earlier) = self.settings() {
            return Ok(earlier);
        }
        let text = serde_json::to_vec_pretty(settings)?;
        write_private(&self.0.join("machine.json.new"), &text)?;
        fs::rename(self.0.join("machine.json.new"), self.0.join("machine.json"))?;
        Ok(settings.clone())
    }

    pub(super) fn settings(&self) -> Option<Settings> {
        serde_json::from_slice(&fs::read(self.0.join("machine.json")).ok()?).ok()
    }

    /// The lock that the machine's processes will hold, unless the machine has been started before.
    pub(super) fn lock_unless_started(&self) -> io::Result<Option<File>> {
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) if self.group().exists() => Ok(None),
            Ok(()) => Ok(Some(lock)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether any process of the machine lives.
    pub(super) fn is_alive(&self) -> bool {
        let held = |lock: File| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
        self.lock_file().is_ok_and(held)
    }

    fn lock_file(&self) -> io::Result<File> {
        OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(self.0.join("alive"))
    }

    /// The machine as the cloud shows it; none while it was prepared and never started, so that the order goes out again.
    /// One that nobody orders any more is shown as ended in time, and so put away.
    pub(super) fn instance(&self, id: InstanceId, settings: &Settings, now: Timestamp) -> Option<Instance> {
        let launched_at = settings.launched_at(now);
        let state = match (self.is_alive(), self.group().exists()) {
            (true, _) => InstanceState::Alive,
            (false, true) => InstanceState::Ended { how: Some(self.how_it_ended()) },
            (false, false) if now.since_s(launched_at) < settings.boot_limit_s => return None,
            (false, false) => InstanceState::Ended { how: Some("it was never started".to_owned()) },
        };
        Some(Instance {
            id,
            runner: Some(settings.runner.clone()),
            pool: Some(settings.pool.clone()),
            serves: Some((settings.forge.clone(), settings.scope.clone())),
            launched_at,
            state,
            identity: self.identity_state(),
        })
    }

    fn how_it_ended(&self) -> String {
        let ending = fs::read_to_string(self.ending());
        ending.map_or_else(|_| "its process was killed".to_owned(), |text| text.trim().to_owned())
    }

    fn identity_state(&self) -> IdentityState {
        if self.taken().exists() || self.withdrawn().exists() {
            IdentityState::Taken
        } else if self.identity().exists() {
            IdentityState::Waiting
        } else {
            IdentityState::NeverGiven
        }
    }

    /// Lays the identity out. The caller makes sure that nobody else gives or withdraws meanwhile.
    pub(super) fn give(&self, wire: &SecretString) -> io::Result<HandOver> {
        if !self.exists() {
            return Ok(HandOver::NoMachine);
        }
        if self.identity_state() != IdentityState::NeverGiven {
            return Ok(HandOver::AlreadyGiven);
        }
        let new = self.0.join("identity.new");
        write_private(&new, wire.expose_secret().as_bytes())?;
        fs::rename(new, self.identity())?;
        Ok(HandOver::Done)
    }

    /// Takes the identity out, once: whoever renames it first has it. The text never rests on the disk after this.
    pub(super) fn take(&self) -> io::Result<Option<SecretString>> {
        match fs::rename(self.identity(), self.taken()) {
            Ok(()) => {
                let wire = SecretString::from(fs::read_to_string(self.taken())?);
                write_private(&self.taken(), b"")?;
                Ok(Some(wire))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the dispatcher has decided that the machine shall get none.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.withdrawn().exists()
    }

    /// Takes the identity back, or bars the way for one. The caller makes sure that nobody else gives one meanwhile.
    pub(super) fn withdraw(&self) -> io::Result<Withdrawal> {
        match fs::rename(self.identity(), self.withdrawn()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Err(_) if self.taken().exists() => return Ok(Withdrawal::AlreadyTaken),
            Err(_) if !self.exists() => {}
            Ok(()) | Err(_) => write_private(&self.withdrawn(), b"")?,
        }
        Ok(Withdrawal::Withdrawn)
    }

    /// Puts the folder of an ended machine away; its log can still be read there.
    pub(super) fn move_to(&self, place: &Path) -> io::Result<()> {
        let _nothing_of_value = fs::remove_dir_all(self.work());
        if place.exists() {
            fs::remove_dir_all(place)?;
        }
        fs::rename(&self.0, place)
    }
}

/// Makes a folder that only its owner may enter.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(content)
}
