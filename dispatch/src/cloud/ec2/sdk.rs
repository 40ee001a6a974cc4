//! [`Ec2Api`] through AWS's own crate.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::timeout::TimeoutConfig;
use aws_sdk_ec2::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::api::{ApiError, Ec2Api, Filter, Image, Launch, Machine};
use super::signed::Signed;
use crate::identifier::InstanceId;
use crate::time::Timestamp;

/// A launch of many machines takes longer than other calls; giving it up early only makes its effect unknown.
const LAUNCH_LIMIT: Duration = Duration::from_secs(20);

/// Instances of one page. EC2 would give a thousand, but a page must come within the time of one attempt.
const PAGE: i32 = 250;

/// EC2 in the region of its client.
pub(super) struct SdkEc2 {
    client: Client,
    signed: Signed,
}

impl SdkEc2 {
    /// Asks through this client, and SSM with the same credentials.
    pub(super) fn new(client: Client, signed: Signed) -> Self {
        Self { client, signed }
    }
}

#[async_trait]
impl Ec2Api for SdkEc2 {
    async fn run(&self, launch: &Launch) -> Result<Vec<Machine>, ApiError> {
        let call = self
            .client
            .run_instances()
            .client_token(&launch.token)
            .min_count(1)
            .max_count(i32::from(launch.count))
            .image_id(&launch.image)
            .instance_type(types::InstanceType::from(launch.instance_type.as_str()))
            .subnet_id(&launch.subnet)
            .set_security_group_ids(Some(launch.security_groups.clone()))
            .iam_instance_profile(profile(&launch.instance_profile))
            .user_data(STANDARD.encode(&launch.user_data))
            .instance_initiated_shutdown_behavior(types::ShutdownBehavior::Terminate)
            .metadata_options(metadata())
            .block_device_mappings(disk(launch))
            .set_instance_market_options(launch.spot.then(spot))
            .tag_specifications(tagged(types::ResourceType::Instance, &launch.tags))
            .tag_specifications(tagged(types::ResourceType::Volume, &launch.tags));
        let patient = TimeoutConfig::builder().operation_attempt_timeout(LAUNCH_LIMIT).operation_timeout(LAUNCH_LIMIT).build();
        // EC2 tells want of capacity with HTTP 500, which the SDK would ask again for, at the same rung.
        let once = aws_sdk_ec2::Config::builder().retry_config(RetryConfig::disabled()).timeout_config(patient);
        let answer = call.customize().config_override(once).send().await.map_err(|error| failed(&error))?;
        Ok(answer.instances().iter().map(machine).collect())
    }

    async fn machines(&self, filters: &[Filter]) -> Result<Vec<Machine>, ApiError> {
        let filters = filters
            .iter()
            .map(|filter| types::Filter::builder().name(&filter.name).set_values(Some(filter.values.clone())).build());
        let call = self.client.describe_instances().set_filters(Some(filters.collect())).max_results(PAGE);
        let mut pages = call.into_paginator().send();
        let mut machines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed(&error))?;
            machines.extend(page.reservations().iter().flat_map(types::Reservation::instances).map(machine));
        }
        Ok(machines)
    }

    async fn terminate(&self, instances: &[InstanceId]) -> Result<(), ApiError> {
        let ids = instances.iter().map(ToString::to_string).collect();
        self.client.terminate_instances().set_instance_ids(Some(ids)).send().await.map_err(|error| failed(&error))?;
        Ok(())
    }

    async fn image(&self, id: &str) -> Result<Image, ApiError> {
        let answer = self.client.describe_images().image_ids(id).send().await.map_err(|error| failed(&error))?;
        answer.images().first().map(image).ok_or_else(|| ApiError::Refused {
            code: "InvalidAMIID.NotFound".to_owned(),
            message: format!("there is no image `{id}`"),
            status: 400,
        })
    }

    async fn parameter(&self, name: &str) -> Result<String, ApiError> {
        self.signed.parameter(name).await
    }
}

fn profile(name: &str) -> types::IamInstanceProfileSpecification {
    let builder = types::IamInstanceProfileSpecification::builder();
    if name.starts_with("arn:") { builder.arn(name).build() } else { builder.name(name).build() }
}

/// Only with a session token, and not through a container's extra hop.
fn metadata() -> types::InstanceMetadataOptionsRequest {
    types::InstanceMetadataOptionsRequest::builder()
        .http_endpoint(types::InstanceMetadataEndpointState::Enabled)
        .http_tokens(types::HttpTokensState::Required)
        .http_put_response_hop_limit(1)
        .build()
}

fn disk(launch: &Launch) -> types::BlockDeviceMapping {
    let disk = types::EbsBlockDevice::builder()
        .volume_type(types::VolumeType::Gp3)
        .volume_size(i32::try_from(launch.volume_gib).unwrap_or(i32::MAX))
        .encrypted(true)
        .delete_on_termination(true)
        .build();
    types::BlockDeviceMapping::builder().device_name(&launch.root_device).ebs(disk).build()
}

fn spot() -> types::InstanceMarketOptionsRequest {
    let once = types::SpotMarketOptions::builder()
        .spot_instance_type(types::SpotInstanceType::OneTime)
        .instance_interruption_behavior(types::InstanceInterruptionBehavior::Terminate)
        .build();
    types::InstanceMarketOptionsRequest::builder().market_type(types::MarketType::Spot).spot_options(once).build()
}

fn tagged(kind: types::ResourceType, tags: &[(String, String)]) -> types::TagSpecification {
    let tags = tags.iter().map(|(name, value)| types::Tag::builder().key(name).value(value).build());
    types::TagSpecification::builder().resource_type(kind).set_tags(Some(tags.collect())).build()
}

fn machine(instance: &types::Instance) -> Machine {
    let reason = instance.state_reason();
    let tag = |tag: &types::Tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned()));
    let launched_at = instance.launch_time().and_then(|time| time.to_millis().ok()).and_then(|millis| u64::try_from(millis).ok());
    Machine {
        id: instance.instance_id().unwrap_or_default().to_owned(),
        launch_index: instance.ami_launch_index(),
        state: instance.state().and_then(types::InstanceState::name).map_or_else(String::new, |name| name.as_str().to_owned()),
        reason_code: reason.and_then(types::StateReason::code).map(str::to_owned),
        reason: reason.and_then(types::StateReason::message).map(str::to_owned),
        launched_at: Timestamp::from_millis(launched_at.unwrap_or_default()),
        tags: instance.tags().iter().filter_map(tag).collect(),
    }
}

fn image(image: &types::Image) -> Image {
    let root_device = image.root_device_name().unwrap_or("/dev/xvda").to_owned();
    let root = image.block_device_mappings().iter().find(|disk| disk.device_name() == Some(root_device.as_str()));
    let least = root.and_then(types::BlockDeviceMapping::ebs).and_then(types::EbsBlockDevice::volume_size);
    Image { least_gib: least.and_then(|gib| u32::try_from(gib).ok()).unwrap_or_default(), root_device }
}

/// Refused is what carries one of EC2's codes; everything else leaves the effect unknown.
fn failed<E>(error: &SdkError<E>) -> ApiError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match (error.code(), error.raw_response()) {
        (Some(code), Some(answer)) => ApiError::Refused {
            code: code.to_owned(),
            message: error.message().unwrap_or_default().to_owned(),
            status: answer.status().as_u16(),
        },
        _ => ApiError::NoAnswer { cause: DisplayErrorContext(error).to_string() },
    }
}
