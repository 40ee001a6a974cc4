//! The images that machines boot.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::ask;
use crate::aws::signed::{Call, Client, EC2, Refused, SSM};
use crate::config::AwsConfig;
use crate::doctor::{Check, Topic};
use crate::pool::Pool;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    #[serde(rename = "imageState")]
    state: String,
    architecture: String,
    root_device_type: Option<String>,
}

/// Each image once.
pub(in crate::doctor) async fn look(client: &Client, aws: &AwsConfig, pools: &[&Pool]) -> Vec<Check> {
    let images: BTreeSet<&str> = pools.iter().filter_map(|pool| aws.image_for(pool)).collect();
    let mut checks = Vec::new();
    for image in images {
        checks.push(match id_of(client, image).await {
            Ok(id) => judge(image, described(client, &id).await.as_deref()),
            Err(refused) => {
                Topic::Image.unanswered(&refused, "put the image's id there: `aws ssm put-parameter --data-type aws:ec2:image`")
            }
        });
    }
    checks
}

/// What a parameter says, or the id itself.
pub(super) async fn id_of(client: &Client, image: &str) -> Result<String, Refused> {
    if !image.starts_with('/') {
        return Ok(image.to_owned());
    }
    ask(client, &Call::json(SSM, "GetParameter", &json!({ "Name": image })), "/Parameter/Value").await
}

async fn described(client: &Client, id: &str) -> Result<Vec<Image>, Refused> {
    let call = Call::query(EC2, "DescribeImages", &[("ImageId.1", id)]);
    Ok(ask::<Option<Vec<Image>>>(client, &call, "/DescribeImagesResponse/imagesSet").await?.unwrap_or_default())
}

fn judge(name: &str, images: Result<&[Image], &Refused>) -> Check {
    let remedy = "make one as `images/README.md` says, in this region, and name it by `image` (`RUNNER_AMI`)";
    match images {
        Err(refused) => Topic::Image.unanswered(refused, remedy),
        Ok([image]) if image.state != "available" => {
            Topic::Image.error(format!("`{name}` is {}", image.state), "wait until it is available, or name another")
        }
        Ok([image]) if image.root_device_type.as_deref().is_some_and(|kind| kind != "ebs") => {
            Topic::Image.error(format!("`{name}` does not boot from EBS, so its disk would not be encrypted"), remedy)
        }
        Ok([image]) => {
            Topic::Image.good(format!("`{name}` is available, for {}; what is in it is not verified on AWS", image.architecture))
        }
        Ok(_) => Topic::Image.error(format!("there is no image `{name}`"), remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn image(state: &str, root: &str) -> Image {
        Image { state: state.into(), architecture: "arm64".into(), root_device_type: Some(root.into()) }
    }

    #[test]
    fn an_image_is_there_and_boots_from_ebs() {
        let verdict = |images: Vec<Image>| judge("ami-1", Ok(&images)).verdict;
        assert_eq!(verdict(vec![image("available", "ebs")]), Verdict::Good);
        assert_eq!(verdict(vec![image("pending", "ebs")]), Verdict::Error);
        assert_eq!(verdict(vec![image("available", "instance-store")]), Verdict::Error);
        assert_eq!(verdict(vec![]), Verdict::Error);
    }

    #[test]
    fn what_is_inside_is_not_claimed() {
        assert!(judge("ami-1", Ok(&[image("available", "ebs")])).text.ends_with("not verified on AWS"));
    }
}
