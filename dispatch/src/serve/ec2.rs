//! Machines on EC2 for one computer's `dispatch`, if it was built with them.

#[cfg(feature = "ec2")]
use std::sync::Arc;

use super::ServeError;
#[cfg(feature = "ec2")]
use crate::cloud::ec2::Ec2Cloud;
#[cfg(any(feature = "ec2", test))]
use crate::pool::EC2;
use crate::service::Service;

/// The service with the EC2 backend, if the configuration speaks of AWS: also without a pool there, machines of an earlier
/// configuration may be left. Nothing is asked of AWS yet.
///
/// # Errors
/// None; without the feature `ec2` a pool that needs it is one.
#[cfg(feature = "ec2")]
pub async fn with_ec2(mut service: Service) -> Result<Service, ServeError> {
    if let Some(aws) = &service.config.aws {
        let settings = crate::aws::settings(Some(&aws.region)).await;
        let ec2 = Ec2Cloud::connect(&service.config, aws, &settings, &service.forges, service.clock.clone());
        service.clouds.insert(EC2.into(), Arc::new(ec2));
    }
    Ok(service)
}

/// The service as it is, since this program was built without EC2.
///
/// # Errors
/// A pool that needs it.
#[cfg(not(feature = "ec2"))]
pub async fn with_ec2(service: Service) -> Result<Service, ServeError> {
    match service.config.pools.iter().find(|pool| pool.is_on_ec2()) {
        Some(pool) => Err(ServeError::WithoutEc2 { pool: pool.name.clone() }),
        None => Ok(service),
    }
}

#[cfg(all(test, not(feature = "ec2")))]
mod tests {
    use super::*;
    use crate::pool::defaults;
    use crate::scene::Scene;

    #[tokio::test]
    async fn a_program_without_ec2_says_so_instead_of_serving_half() {
        let mut scene = Scene::new();
        scene.config.pools.extend(defaults(&EC2.into(), &[]).into_iter().take(1));
        let error = with_ec2(scene.service()).await.err().unwrap();
        insta::assert_snapshot!(error, @"the pool `go` launches instances on EC2, which this `dispatch` was built without: build it with `--features ec2`, or run the Lambda function");
    }
}
