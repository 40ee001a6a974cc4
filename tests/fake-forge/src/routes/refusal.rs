//! "There is no such thing", in the words of each version.

use serde_json::{Value, json};

use super::call::{Answer, Body};
use crate::flavour::Flavour;
use crate::json::Fields as _;
use crate::world::World;

impl Answer {
    /// A row that does not exist.
    pub(super) fn not_found(world: &World) -> Self {
        let errors = json!(["resource does not exist"]);
        Self::refusal(world, 404, "not found").with_errors(world, &errors)
    }

    /// A runner that does not exist.
    pub(super) fn no_such_runner(world: &World, id: i64) -> Self {
        let message = match world.flavour() {
            Flavour::Gitea1_27 => format!("runner with id {id}: resource does not exist"),
            Flavour::Forgejo10 | Flavour::Forgejo11 | Flavour::Forgejo15 => {
                format!("runner with ID {id}: resource does not exist")
            }
            _ => "Runner not found".to_owned(),
        };
        Self::refusal(world, 404, &message).with_errors(world, &Value::Null)
    }

    /// Giteas up to 1.26 have a field `errors`, also when it is null.
    fn with_errors(mut self, world: &World, errors: &Value) -> Self {
        let has_errors = !world.flavour().is_forgejo() && world.flavour() < Flavour::Gitea1_27;
        if let (Body::Json(body), true) = (&mut self.body, has_errors) {
            body.set("errors", errors.clone());
        }
        self
    }
}
