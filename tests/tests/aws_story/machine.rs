//! Machines as their first-boot script makes them: each takes its identity once, does one job, and powers off.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use fake_forge::stand_in::{self, Habits};
use secrecy::ExposeSecret;
use userdata::Identity;

use crate::stage::{ROLE_ID, Stage};

/// A job is there or it is not.
const HABITS: Habits = Habits { poll_interval: Duration::from_millis(1), polls: 2, succeeds: true };

impl Stage {
    /// Every machine that runs does what it can do now.
    pub(crate) async fn machines_act(&self) {
        for instance in self.machines(&["pending", "running"]).await {
            if let Some(identity) = self.take_identity(&instance).await {
                stand_in::run(&runner(&identity), HABITS).await.unwrap();
                self.power_off(&instance).await;
            }
        }
    }

    /// As the script does it: the old value of a deletion comes back once.
    async fn take_identity(&self, instance: &str) -> Option<Identity> {
        let key = AttributeValue::S(format!("identity#{ROLE_ID}:{instance}"));
        let delete = self.dynamodb.delete_item().table_name(&self.table).key("pk", key).return_values(ReturnValue::AllOld);
        let taken = delete.send().await.unwrap().attributes?;
        let wire = taken["identity"].as_s().unwrap().as_str().into();
        Some(Identity::from_wire(&wire).unwrap())
    }

    /// The shutdown behaviour is to terminate.
    pub(crate) async fn power_off(&self, instance: &str) {
        self.ec2.terminate_instances().instance_ids(instance).send().await.unwrap();
    }
}

fn runner(identity: &Identity) -> stand_in::Identity {
    stand_in::Identity {
        forge_url: identity.forge_url.as_str().trim_end_matches('/').to_owned(),
        uuid: identity.uuid.clone(),
        token: identity.token.expose_secret().to_owned(),
        labels: identity.labels.iter().map(|label| label.as_str().split(':').next().unwrap().to_owned()).collect(),
        handle: identity.handle.clone(),
    }
}
