//! Puts the product together over the seams of the world: one service for each process.

use std::collections::BTreeMap;
use std::sync::Arc;

use dispatch::clock::Clock;
use dispatch::cloud::Cloud;
use dispatch::config::{Config, ForgeConfig, ServeConfig, Watch};
use dispatch::forge::Forge;
use dispatch::journal::{Journal, Subject};
use dispatch::reason::{Held, Reason};
use dispatch::service::Service;
use dispatch::time::Timestamp;

use super::cloud::{CLOUD, CloudSeam};
use super::forge::{FORGE, ForgeSeam, SECRET};
use super::looks::Looks;
use super::records::StoreSeam;
use super::script::Settings;
use super::world::{Shared, lock};

/// What our registrations' names begin with.
pub(super) const STACK: &str = "sim";
/// Seconds between looks when nothing happens.
pub(super) const SWEEP_S: u64 = 60;

/// A process of the product.
pub(super) fn install(world: &Shared, settings: &Settings, holder: String, clock_off_ms: i64) -> Service {
    let looks: Arc<Looks> = Arc::default();
    let clock = WorldClock { world: world.clone(), id: lock(world).start_clock(clock_off_ms) };
    let forge: Arc<dyn Forge> = Arc::new(ForgeSeam::new(world.clone(), looks.clone()));
    let cloud: Arc<dyn Cloud> = Arc::new(CloudSeam::new(world.clone(), looks));
    Service {
        config: config(settings),
        store: Arc::new(StoreSeam::new(world.clone())),
        clock: Arc::new(clock),
        forges: BTreeMap::from([(FORGE.into(), forge)]),
        clouds: BTreeMap::from([(CLOUD.into(), cloud)]),
        journal: Arc::new(WorldJournal { world: world.clone() }),
        holder,
    }
}

fn config(settings: &Settings) -> Config {
    let forge = ForgeConfig {
        kind: None,
        url: "https://git.example.org/".to_owned(),
        hostnames: Vec::new(),
        token: "an API token".into(),
        webhook_secrets: vec![SECRET.into()],
        watch: Watch::Instance,
        register_at: settings.register_at,
        certificate_authority: None,
    };
    Config {
        stack: STACK.to_owned(),
        forges: BTreeMap::from([(FORGE.into(), forge)]),
        pools: settings.pools.clone(),
        limits: settings.limits.clone(),
        aws: None,
        serve: ServeConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            data: "nowhere".into(),
            sweep_interval_s: SWEEP_S,
            body_limit: 1 << 20,
            keep_closed_s: 7_200,
        },
    }
}

/// The world's time, off by what this process believes.
struct WorldClock {
    world: Shared,
    id: u64,
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        lock(&self.world).shown_by(self.id)
    }

    fn id(&self) -> u64 {
        self.id
    }
}

/// Hears what the product says it does; a refusal that was told counts as told.
struct WorldJournal {
    world: Shared,
}

impl Journal for WorldJournal {
    fn tell(&self, _at: Timestamp, subject: &Subject, reason: &Reason) {
        let mut world = lock(&self.world);
        world.tell(|| format!("dispatch: {subject}: {reason}"));
        if let (Subject::Job(job), Reason::NoPool(_) | Reason::Held(Held::GaveUp { .. })) = (subject, reason) {
            world.refuse_demand(job.job);
        }
    }
}
