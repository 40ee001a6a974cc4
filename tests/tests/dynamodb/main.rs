//! The DynamoDB store, on the emulator.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod command_line;
mod faults;
mod lab;
mod pass;
mod table;

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::Client;
use dispatch::store::DynamoDbStore;
use tests::aws::Lab;
use tests::conformance::store::Subject;

/// A table of its own on the shared emulator.
struct Table {
    name: String,
    client: Client,
    store: DynamoDbStore,
}

async fn table() -> Table {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    // Framed, so that no name is part of another: faults look for it.
    let name = format!("runs-{}x", TABLES.fetch_add(1, Ordering::Relaxed));
    let settings = Lab::shared().settings().await;
    let client = Client::new(&settings);
    Lab::shared().create_table(&name);
    Table { store: DynamoDbStore::new(&settings, &name), client, name }
}

async fn fresh() -> Subject {
    Subject::new(table().await.store, ())
}

mod contract {
    tests::store_conformance!(super::fresh, which forgets by itself);
}
