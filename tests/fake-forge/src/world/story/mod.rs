//! What people do on the forge: the methods that a test tells its story with.
//!
//! `setting` makes accounts and repositories, `pushing` and `requesting` change them, `steering` acts on runs.

mod pushing;
mod requesting;
mod setting;
mod steering;

pub(crate) use pushing::Moved;
pub use pushing::Push;
pub use requesting::NewPullRequest;
