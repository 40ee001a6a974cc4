//! A paused installation launches nothing.

use super::Promise;
use crate::simulator::cloud::Order;
use crate::simulator::world::World;

impl World {
    /// An order is about to bring machines. What the store took before the switch was turned may still come.
    pub(crate) fn check_order(&mut self, order: &Order) {
        self.check_need(order);
        let stored = self.records.ordered(&order.batch.id).unwrap_or(order.sent);
        if self.checks.switched_off.is_some_and(|since| stored > since) {
            self.violate(Promise::PauseHolds, format!("order {} was stored although the installation is paused", order.batch.id));
        }
    }
}
