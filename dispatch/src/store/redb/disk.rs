//! A disk for tests: in memory, of limited room, and with a power switch.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

use super::file::{File, builder, examine};
use super::store::RedbStore;
use crate::store::StoreError;

const BLOCK_BYTES: u64 = 4096;

/// Handles share one disk, as reopened files do.
#[derive(Clone, Debug)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// What a read sees.
    bytes: Vec<u8>,
    /// What the last sync made safe.
    safe: Vec<u8>,
    /// Writes since then, of which a power cut keeps any.
    at_risk: Vec<(u64, Vec<u8>)>,
    /// A file may be longer than the room that it takes: only written blocks count.
    taken: BTreeSet<u64>,
    room: usize,
    writes_until_power_cut: u64,
}

impl Disk {
    pub(super) fn of_blocks(room: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            bytes: Vec::new(),
            safe: Vec::new(),
            at_risk: Vec::new(),
            taken: BTreeSet::new(),
            room,
            writes_until_power_cut: u64::MAX,
        })))
    }

    pub(super) fn large() -> Self {
        Self::of_blocks(usize::MAX)
    }

    pub(super) fn holding(bytes: Vec<u8>) -> Self {
        let disk = Self::large();
        disk.state().bytes = bytes;
        disk
    }

    pub(super) fn store(&self) -> Result<RedbStore, StoreError> {
        let disk = self.clone();
        let open = move || examine(|| builder().create_with_backend(disk.clone()));
        File::new("the disk".to_owned(), Box::new(open)).map(RedbStore::on)
    }

    pub(super) fn set_room(&self, blocks: usize) {
        self.state().room = blocks;
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    pub(super) fn cut_power_after(&self, writes: u64) {
        self.state().writes_until_power_cut = writes;
    }

    /// Power is back: of the writes at risk those are there for which `survives`, told by their number, says so.
    pub(super) fn restore_power(&self, survives: impl Fn(usize) -> bool) {
        let mut state = self.state();
        let mut bytes = std::mem::take(&mut state.safe);
        for (number, (offset, data)) in std::mem::take(&mut state.at_risk).into_iter().enumerate() {
            if survives(number) {
                put(&mut bytes, offset, &data);
            }
        }
        let length = state.bytes.len();
        bytes.resize(length, 0);
        state.safe.clone_from(&bytes);
        state.bytes = bytes;
        state.writes_until_power_cut = u64::MAX;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl State {
    fn powered(&self) -> io::Result<()> {
        if self.writes_until_power_cut == 0 { Err(io::Error::other("no power")) } else { Ok(()) }
    }

    fn take(&mut self, offset: u64, length: usize) -> io::Result<()> {
        let blocks = offset / BLOCK_BYTES..(offset + length as u64).div_ceil(BLOCK_BYTES);
        let missing = blocks.clone().filter(|block| !self.taken.contains(block)).count();
        if missing > 0 && self.taken.len().saturating_add(missing) > self.room {
            return Err(ErrorKind::StorageFull.into());
        }
        self.taken.extend(blocks);
        Ok(())
    }
}

fn put(bytes: &mut Vec<u8>, offset: u64, data: &[u8]) {
    let start = usize::try_from(offset).unwrap();
    let end = start + data.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[start..end].copy_from_slice(data);
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let state = self.state();
        let found = start.checked_add(out.len()).and_then(|end| state.bytes.get(start..end));
        out.copy_from_slice(found.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.powered()?;
        state.bytes.resize(usize::try_from(len).map_err(io::Error::other)?, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state();
        state.powered()?;
        state.safe = state.bytes.clone();
        state.at_risk.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.powered()?;
        state.writes_until_power_cut -= 1;
        state.take(offset, data.len())?;
        put(&mut state.bytes, offset, data);
        state.at_risk.push((offset, data.to_vec()));
        Ok(())
    }
}
