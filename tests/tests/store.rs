//! Every store keeps the contract.
#![expect(clippy::expect_used, reason = "a store that cannot be made fails the test")]
#![expect(clippy::unused_async, reason = "making a store elsewhere takes a moment")]

use std::sync::Arc;

use dispatch::store::{MemoryStore, RedbStore, RemoteStore, Socket};
use tests::conformance::store::Subject;

async fn memory() -> Subject {
    Subject::new(MemoryStore::new(), ())
}

async fn file() -> Subject {
    let directory = tempfile::tempdir().expect("a directory");
    let store = RedbStore::open(&directory.path().join("store.redb")).expect("a store");
    Subject::new(store, directory)
}

async fn remote() -> Subject {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("store.sock");
    let owner = RedbStore::open(&directory.path().join("store.redb")).expect("a store");
    let server = Socket::bind(&socket).expect("a socket").serve(Arc::new(owner), std::future::pending());
    tokio::spawn(server);
    Subject::new(RemoteStore::at(&socket).expect("a client"), directory)
}

mod in_memory {
    tests::store_conformance!(super::memory);
}

mod in_a_file {
    tests::store_conformance!(super::file);
}

mod of_another_process {
    tests::store_conformance!(super::remote);
}
