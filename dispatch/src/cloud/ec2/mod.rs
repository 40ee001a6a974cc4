//! Machines as EC2 instances.
//!
//! # One order, one set of machines
//!
//! An order is carried out by `RunInstances` with the members as the count and a client token. EC2 carries out a token once: the
//! same call again brings the same machines, so after a lost answer the call is repeated. Two facts make this harder
//! than it sounds. A token is *zonal* once a subnet is named: the same token in another subnet launches again. And a rung
//! that was refused may have capacity a minute later, so an order that starts its ladder anew after a crash could launch at the
//! first rung what it has already launched at the second.
//!
//! Therefore the place on the ladder is stored before each launch ([`Attempt`]: position, type, subnet, market, image), and only
//! ever moves up. Whoever repeats the order begins at the stored rung, asks there with the token of that rung, and goes on only
//! after EC2 itself has *refused* it with a code that says that nothing was launched. An answer that did not come, a failure
//! of EC2 and an unknown code of status 500 and above leave the place as it is; the next pass asks there again. So at most
//! one rung can hold machines, however often the order is sent. This asks nothing of `DescribeInstances`, which may lag behind.
//!
//! What remains: a worker that lost its lease in the very moment between storing the place and launching may launch at a
//! rung that its successor finds refused. Such machines carry the same tags, never get an identity, and are ended as orphans when
//! the runners of their order are closed; their own boot limit ends them before that.
//!
//! If the settings change between two tries, EC2 answers `IdempotentParameterMismatch`: it knows the token, so the
//! machines were launched. They are looked for by the order's tag and taken as they are. If some are not shown, the order is
//! young and they may appear ([`CloudErrorKind::Transient`]), or they never came; if none is, they have come and gone and a new
//! order follows.
//!
//! An image that is named by an SSM parameter is looked up by us, not by EC2 (`resolve:ssm:`): the parameter may change between
//! two tries of an order, and the root disk's name must be known for the disk to be encrypted.
//!
//! # Statements about AWS
//!
//! All of this is from AWS's documentation and was tried against an emulator: not verified on AWS.
//!
//! [`CloudErrorKind::Transient`]: crate::cloud::CloudErrorKind::Transient

pub mod api;
mod attempt;
mod backend;
#[cfg(feature = "ec2")]
mod connect;
mod first_boot;
pub mod identity;
pub mod items;
mod known;
pub mod ladder;
mod launch;
mod order;
pub mod refusal;
#[cfg(feature = "ec2")]
mod role;
#[cfg(feature = "ec2")]
mod sdk;
#[cfg(feature = "ec2")]
mod signed;
mod state;
#[cfg(feature = "ec2")]
mod table;
pub mod tags;
mod terminate;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use attempt::Attempt;
pub use backend::{Ec2Cloud, Site};
