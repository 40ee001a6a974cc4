//! Records in a table of DynamoDB: the store of an installation on AWS.
//!
//! One table, one item a record, under the record's [`Key`](super::Key):
//!
//! | attribute | type | |
//! |---|---|---|
//! | `pk` | S | the key: `job#…`, `runner#…`, `batch#…`, `control`, `lease#worker`, `counter#…` |
//! | `kind` | S | of the record: `job`, `runner`, `batch`, `control`, `lease`, `counter` |
//! | `schema` | N | the version of the record's form; a newer one than ours is refused |
//! | `version` | N | rises with each write; what conditional writes name |
//! | `record` | S | the record as JSON; a counter has none |
//! | `value` | N | of a counter, so that it can be added to under a condition |
//! | `fence` | N | of a lease, so that every write of a worker can be conditional on it |
//! | `list`, `rank` | S | `open` under its key, or `closed` under the moment of closing; else absent |
//! | `expires_at` | N | of what is closed: seconds, by which DynamoDB deletes it |
//!
//! The index `list` over `list` and `rank` is sparse, so a pass reads what is open and nothing else. The stream carries keys
//! only: new ones beginning with `job#` wake the worker. The same table holds, under `identity#…`, what one machine may
//! take once; those items have none of the other attributes, so no index and no stream shows what is in them.
//!
//! Every commit is one `TransactWriteItems` under a token of its own, also where one plain write would do: a plain write
//! whose answer gets lost and that is sent again would count twice, or take its own trace for somebody else's. The token
//! is fresh for each commit and not derived from content, because the same content may rightly come twice.

mod attribute;
mod batch;
mod cancelled;
mod expression;
mod failure;
mod item;
mod retry;
mod schema;
mod store;
mod write;

#[cfg(feature = "ec2")]
pub(crate) use attribute::{EXPIRES_AT, KEY};
#[cfg(feature = "ec2")]
pub(crate) use batch::read_items;
#[cfg(feature = "ec2")]
pub(crate) use failure::{Failure, Kind, place};
#[cfg(feature = "ec2")]
pub(crate) use item::Item;
pub use schema::{stream_filter, table_properties};
pub use store::DynamoDbStore;
