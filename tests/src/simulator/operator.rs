//! What people and accidents do to the installation as a whole, at the moments that the script names.

use dispatch::record::{Control, Mode, Record};
use dispatch::store::{Expect, Key, Life, Transaction};

use super::agenda::Millis;
use super::fault::Fault;
use super::script::Window;
use super::wish::Wish;
use super::world::World;

/// How old a decision may be when it takes effect.
const DECISION_MS: Millis = 60_000;

impl World {
    /// Plans what happens once at the beginning of a window, or is undone at its end.
    pub fn plan_operations(&mut self) {
        let script = self.script.clone();
        for window in &script.windows {
            match window.fault {
                Fault::Paused => self.plan_switch(*window, Mode::Paused),
                Fault::Draining => self.plan_switch(*window, Mode::Draining),
                Fault::StoreDeleted => self.agenda.plan(window.from, Box::new(Self::delete_records)),
                Fault::Upgrade => self.agenda.plan(window.from, Box::new(Self::upgrade)),
                _ => {}
            }
        }
    }

    fn plan_switch(&mut self, window: Window, mode: Mode) {
        self.agenda.plan(
            window.from,
            Box::new(move |world| {
                world.weather.count(window.fault);
                world.turn_switch(mode);
                if mode == Mode::Draining {
                    world.checks.drained_until = window.until + DECISION_MS;
                }
            }),
        );
        self.agenda.plan(window.until, Box::new(|world| world.turn_switch(Mode::Running)));
    }

    fn turn_switch(&mut self, mode: Mode) {
        let since = self.moment();
        let key = Key::control();
        let expect = self.records.read(&key).map_or(Expect::Absent, |stored| Expect::Version(stored.version));
        let put = Transaction::new().put(key, expect, Record::Control(Control { mode, since }), Life::Standing);
        let done = self.commit(put).is_ok();
        self.tell(|| format!("operator: turns the switch to {mode:?}"));
        self.checks.switched_off = (done && mode != Mode::Running).then(|| self.now());
        self.wishes.push(Wish::Ring);
    }

    fn delete_records(&mut self) {
        self.weather.count(Fault::StoreDeleted);
        self.tell(|| "operator: deletes all records".to_owned());
        self.records.delete();
        self.checks.switched_off = None;
        self.forgive_lost_records();
    }

    fn upgrade(&mut self) {
        self.weather.count(Fault::Upgrade);
        self.tell(|| "operator: replaces every process by a newer version".to_owned());
        self.wishes.push(Wish::Upgrade);
    }
}
