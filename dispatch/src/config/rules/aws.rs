//! AWS: machines on EC2 need to be told where, from what and as what.

use crate::config::values::{Name, Scalar};
use crate::config::{AwsConfig, Config};
use crate::diagnostic::Finding;
use crate::pool::Pool;

pub(super) fn check(config: &Config) -> Vec<Finding> {
    let pools = config.pools.iter().filter(|pool| pool.is_on_ec2());
    let each = pools.flat_map(|pool| [nowhere(config, pool), no_type(pool), no_image(config, pool), deadlines(pool)]);
    let place = config.aws.iter().flat_map(|aws| [no_region(aws), no_stack(config, aws)]);
    place.chain(each).flatten().collect()
}

fn no_region(aws: &AwsConfig) -> Option<Finding> {
    aws.region.is_empty().then(|| {
        Finding::error("aws.region", "neither the configuration nor the environment names the AWS region").help(
            "write `region: eu-west-1`, or set the environment variable `AWS_REGION`; in a Lambda function it is always set",
        )
    })
}

/// Machines are found by the stack's name, so without one they are found by that of the table, which is as lasting.
fn no_stack(config: &Config, aws: &AwsConfig) -> Option<Finding> {
    let unfit = config.stack.is_empty() && !aws.table.is_empty() && Name::parse(&aws.table).is_err();
    unfit.then(|| {
        let message = format!("the installation has no name, and that of its table, `{}`, cannot be one", aws.table);
        Finding::error("aws.table", message)
            .help("name the installation, such as `stack: acme-ci`, or the table with up to 40 letters, digits, `-` and `_`")
    })
}

fn nowhere(config: &Config, pool: &Pool) -> Option<Finding> {
    config.aws.is_none().then(|| {
        let message = format!("the pool `{}` launches instances on EC2, but nothing says where", pool.name);
        Finding::error(format!("pools.{}.backend", pool.name), message)
            .help("add `aws:` with `table`, `image`, `subnets`, `security_groups` and `instance_profile`")
    })
}

fn no_type(pool: &Pool) -> Option<Finding> {
    pool.instance_types.is_empty().then(|| {
        let message = format!("the pool `{}` names no instance type", pool.name);
        Finding::error(format!("pools.{}.instance_types", pool.name), message).help("add `instance_types: [t3.small]`")
    })
}

fn no_image(config: &Config, pool: &Pool) -> Option<Finding> {
    config.aws.as_ref()?.image_for(pool).is_none().then(|| {
        let message = format!("neither the pool `{}` nor `aws` names an image", pool.name);
        Finding::error(format!("pools.{}.image", pool.name), message)
            .help("add `image: ami-…` to the pool, or to `aws` for all pools; `images/README.md` says what it must contain")
    })
}

/// What the first-boot script will keep must be what it can keep.
fn deadlines(pool: &Pool) -> Option<Finding> {
    let refusal = pool.deadlines().err()?;
    let message = format!("the machines of the pool `{}` cannot keep its limits: {refusal}", pool.name);
    Some(
        Finding::error(format!("pools.{}.maximum_age", pool.name), message)
            .help("correct `boot_limit`, `idle_limit` or `maximum_age`"),
    )
}
