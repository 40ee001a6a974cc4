//! The `.runner` file of `gitea-runner`: its registration as JSON, written by us instead of its `register` command.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::Identity;

impl Identity {
    /// The content of `.runner`. `ephemeral` is read by 0.2.12 and newer, unknown keys are ignored by all.
    pub fn runner_file(&self) -> SecretString {
        let labels: Vec<&str> = self.labels.iter().map(crate::Label::as_str).collect();
        let file = json!({
            "id": self.runner_id,
            "uuid": self.uuid,
            "name": self.runner_name,
            "token": self.token.expose_secret(),
            "address": self.forge_url.as_str(),
            "labels": labels,
            "ephemeral": self.ephemeral,
        });
        SecretString::from(format!("{file:#}"))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::tests::identity;

    #[test]
    fn the_runner_finds_its_registration() {
        let file: serde_json::Value = serde_json::from_str(identity().runner_file().expose_secret()).unwrap();
        assert_eq!(
            file,
            serde_json::json!({
                "id": 12, "uuid": "6f0b7c2e-0000-4000-8000-000000000001", "name": "i-0abc", "token": "hunter2",
                "address": "https://git.example.org", "labels": ["go:host", "small:host"], "ephemeral": true,
            })
        );
    }
}
