//! From an order and its place on the ladder to the one launch that it is.

use sha2::{Digest, Sha256};

use super::api::{Image, Launch};
use super::attempt::Attempt;
use super::tags;
use crate::cloud::LaunchOrder;
use crate::config::AwsConfig;

/// The launch: nothing in it depends on anything but the order, the attempt and the settings, so a repeated one is the same.
pub(super) fn launch(
    stack: &str,
    aws: &AwsConfig,
    order: &LaunchOrder<'_>,
    attempt: &Attempt,
    image: &Image,
    user_data: String,
) -> Launch {
    Launch {
        token: token(stack, order, attempt.position),
        count: u16::try_from(order.batch.members.len()).unwrap_or(u16::MAX),
        image: attempt.image.clone(),
        instance_type: attempt.rung.instance_type.clone(),
        subnet: attempt.rung.subnet.clone(),
        spot: attempt.rung.spot,
        security_groups: aws.security_groups.clone(),
        instance_profile: aws.instance_profile.clone(),
        user_data,
        root_device: image.root_device.clone(),
        volume_gib: order.pool.ec2.volume_gib.max(image.least_gib),
        tags: tags::written(stack, order),
    }
}

/// One token for each order and rung. Two installations of one account may have orders of the same name, so the stack's is
/// part of it. EC2 takes 64 characters.
fn token(stack: &str, order: &LaunchOrder<'_>, position: usize) -> String {
    let digest = Sha256::digest(format!("{stack}\n{}\n{position}", order.batch.id));
    let hex = hex::encode(digest);
    format!("dispatch-{}", hex.get(..TOKEN_LENGTH).unwrap_or_default())
}

/// 128 bits.
const TOKEN_LENGTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::super::ladder::rungs;
    use super::super::testing::{aws, batch, pool};
    use super::*;

    fn launch_at(position: usize, stack: &str, least_gib: u32) -> Launch {
        let (batch, pool, aws) = (batch(3), pool(), aws());
        let order = LaunchOrder { batch: &batch, pool: &pool, labels: &pool.labels };
        let rung = rungs(&pool, &aws.subnets).remove(position);
        let attempt = Attempt { position, rung, image: "ami-1".to_owned() };
        let image = Image { root_device: "/dev/xvda".to_owned(), least_gib };
        launch(stack, &aws, &order, &attempt, &image, "script".to_owned())
    }

    #[test]
    fn the_same_order_is_the_same_launch() {
        assert_eq!(launch_at(0, "acme", 8), launch_at(0, "acme", 8));
        assert_eq!(launch_at(0, "acme", 8).count, 3);
    }

    #[test]
    fn every_rung_and_every_installation_has_a_token_of_its_own() {
        let token = launch_at(0, "acme", 8).token;
        assert_eq!(token.len(), 41);
        assert_ne!(token, launch_at(1, "acme", 8).token);
        assert_ne!(token, launch_at(0, "other", 8).token);
    }

    #[test]
    fn the_disk_is_never_smaller_than_the_image() {
        assert_eq!(launch_at(0, "acme", 8).volume_gib, 30);
        assert_eq!(launch_at(0, "acme", 100).volume_gib, 100);
    }
}
