//! Machines as their first-boot script makes them: each takes its identity once, does one job, and powers off.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use fake_forge::stand_in::{self, Habits};
use secrecy::ExposeSecret;
use userdata::Identity;

use crate::stage::Stage;

/// A job is there or it is not.
const HABITS: Habits = Habits { poll_interval: Duration::from_millis(1), polls: 2, succeeds: true };

impl Stage {
    /// Every machine that runs does what it can do now.
    pub(crate) async fn machines_act(&self) {
        for instance in self.machines(&["pending", "running"]) {
            if let Some(identity) = self.take_identity(&instance).await {
                // One that the forge does not know any more has nothing to do, either.
                let _ended = stand_in::run(&runner(&identity), HABITS).await;
                self.account.power_off(&instance);
            }
        }
    }

    /// Every machine that runs takes its identity and a job, and is busy with it from then on.
    pub(crate) async fn machines_begin(&self) {
        for instance in self.machines(&["pending", "running"]) {
            let identity = self.take_identity(&instance).await.unwrap();
            assert!(stand_in::begin(&runner(&identity)).await.unwrap(), "there is a job for {instance}");
        }
    }

    /// As the script does it: the old value of a deletion comes back once.
    pub(crate) async fn take_identity(&self, instance: &str) -> Option<Identity> {
        let key = AttributeValue::S(format!("identity#{}:{instance}", self.account.role_id));
        let delete = self
            .account
            .table
            .delete_item()
            .table_name(&self.account.aws.table)
            .key("pk", key)
            .return_values(ReturnValue::AllOld);
        let taken = delete.send().await.unwrap().attributes?;
        let wire = taken["identity"].as_s().unwrap().as_str().into();
        Some(Identity::from_wire(&wire).unwrap())
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
