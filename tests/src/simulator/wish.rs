//! What the world wants from the processes; carried out between two events, when nobody looks at the world.

use bytes::Bytes;
use http::HeaderMap;

use super::agenda::Millis;

/// Something that processes shall do.
#[derive(Debug)]
pub enum Wish {
    /// The edge gets a delivery.
    Deliver {
        /// Signed.
        headers: HeaderMap,
        /// As signed.
        body: Bytes,
        /// What it is about, if about a job.
        job: Option<u64>,
    },
    /// A worker's timer.
    Timer {
        /// Which worker.
        worker: usize,
    },
    /// Somebody rings for the workers.
    Ring,
    /// A worker process starts.
    Start {
        /// Which worker.
        worker: usize,
    },
    /// A frozen process goes on.
    Thaw {
        /// Its task.
        task: u64,
        /// For how long it stood still.
        after_ms: Millis,
    },
    /// Every process is replaced by a newer version with another configuration.
    Upgrade,
}
