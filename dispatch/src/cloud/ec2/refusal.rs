//! Every code with which EC2 refuses, in one table: what to do next, and what a person can do about it.
//!
//! The codes are those of the EC2 API's page of error codes, and of EC2 Spot, as far as a launch can meet them. A code that
//! is not here is not swallowed: it and EC2's words are told. `Insufficient…Capacity` is want of capacity whatever stands in
//! between; any other refusal counts as one that a person must look at, and a failure of EC2 (HTTP 500 and above) as one
//! whose effect is unknown. Codes and meanings are from documentation: not verified on AWS.

use super::api::ApiError;
use crate::cloud::CloudErrorKind;
use crate::text::printable;

/// What to do about a refused launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No machine was launched; another rung may have one. What this says about other rungs is their [`Loss`].
    NextRung(Loss),
    /// No machine was launched and no other rung would help, or nobody knows.
    Stop(CloudErrorKind),
    /// The token was used before: machines of this order were launched.
    Spent,
}

/// Which rungs one refusal closes beside its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// None: there is no such capacity in this zone now.
    Placement,
    /// Every rung in the same subnet.
    Subnet,
    /// Every rung with the same instance type and market, wherever: an account limit.
    Quota,
}

/// One row of the table.
#[derive(Debug)]
struct Row {
    code: &'static str,
    verdict: Verdict,
    remedy: &'static str,
}

const NOTHING_HERE: Verdict = Verdict::NextRung(Loss::Placement);
const QUOTA: Verdict = Verdict::NextRung(Loss::Quota);
const THROTTLED: Verdict = Verdict::Stop(CloudErrorKind::Throttled);
const DENIED: Verdict = Verdict::Stop(CloudErrorKind::Denied);
const INVALID: Verdict = Verdict::Stop(CloudErrorKind::Invalid);
const UNKNOWN: Verdict = Verdict::Stop(CloudErrorKind::Transient);

const SPOT_LIMIT: &str =
    "wait until machines have ended, or raise the quota `All … Spot Instance Requests` for EC2 in Service Quotas";
const ON_DEMAND_LIMIT: &str =
    "wait until machines have ended, or raise the quota `Running On-Demand … instances` for EC2 in Service Quotas";
const EBS_LIMIT: &str = "delete volumes that nobody needs, or raise the quota for EBS in Service Quotas";
const CALMER: &str = "the account makes more calls than EC2 takes; what else calls EC2 in this region and account?";
const CREDENTIALS: &str = "the dispatcher's credentials are not accepted: look at its role, and at the clock of its computer";
const RIGHTS: &str = "the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`";
const IMAGE: &str = "name an image of this region that this account may use, in `image` or `RUNNER_AMI`";
const SUBNET: &str = "name subnets of this region and account, in `aws.subnets` or `SUBNET`";
const GROUP: &str = "name security groups of the subnet's network, in `aws.security_groups` or `SECURITY_GROUP`";
const TYPE: &str = "name instance types that exist in this region and fit the image's architecture, in `instance_types`";
const PROFILE: &str = "name an instance profile that exists, in `aws.instance_profile` or `INSTANCE_PROFILE`";
const SETTINGS: &str = "correct what it names in the pool or in `aws`";
const ZONE: &str = "another instance type or subnet is tried";

const fn row(code: &'static str, verdict: Verdict, remedy: &'static str) -> Row {
    Row { code, verdict, remedy }
}

const TABLE: &[Row] = &[
    // Nothing to be had in this place.
    row("InsufficientInstanceCapacity", NOTHING_HERE, ZONE),
    row("InsufficientCapacity", NOTHING_HERE, ZONE),
    row("InsufficientHostCapacity", NOTHING_HERE, ZONE),
    row("InsufficientCapacityOnHost", NOTHING_HERE, ZONE),
    row("InsufficientReservedInstanceCapacity", NOTHING_HERE, ZONE),
    row("InsufficientVolumeCapacity", NOTHING_HERE, ZONE),
    row("UnfulfillableCapacity", NOTHING_HERE, ZONE),
    row("SpotMaxPriceTooLow", NOTHING_HERE, ZONE),
    row("Unsupported", NOTHING_HERE, "the zone does not offer this instance type: another instance type or subnet is tried"),
    row(
        "InsufficientFreeAddressesInSubnet",
        Verdict::NextRung(Loss::Subnet),
        "give the subnet a larger range of addresses, or name further subnets",
    ),
    row("PrivateIpAddressLimitExceeded", Verdict::NextRung(Loss::Subnet), "name further subnets"),
    // Limits of the account.
    row("MaxSpotInstanceCountExceeded", QUOTA, SPOT_LIMIT),
    row("VcpuLimitExceeded", QUOTA, ON_DEMAND_LIMIT),
    row("InstanceLimitExceeded", QUOTA, ON_DEMAND_LIMIT),
    row("VolumeLimitExceeded", Verdict::Stop(CloudErrorKind::Quota), EBS_LIMIT),
    row("MaxIOPSLimitExceeded", Verdict::Stop(CloudErrorKind::Quota), EBS_LIMIT),
    row(
        "NetworkInterfaceLimitExceeded",
        Verdict::Stop(CloudErrorKind::Quota),
        "raise the quota `Network interfaces per Region` for VPC in Service Quotas",
    ),
    // Too many calls.
    row("RequestLimitExceeded", THROTTLED, CALMER),
    row("Throttling", THROTTLED, CALMER),
    row("ThrottlingException", THROTTLED, CALMER),
    row("RequestThrottled", THROTTLED, CALMER),
    row("RequestThrottledException", THROTTLED, CALMER),
    row("TooManyRequestsException", THROTTLED, CALMER),
    row("EC2ThrottledException", THROTTLED, CALMER),
    row("BandwidthLimitExceeded", THROTTLED, CALMER),
    row("SlowDown", THROTTLED, CALMER),
    row("ConcurrentTagAccess", THROTTLED, CALMER),
    // Rights.
    row(
        "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
        DENIED,
        "the account has never used spot instances: run `aws iam create-service-linked-role --aws-service-name spot.amazonaws.com` once",
    ),
    row("UnauthorizedOperation", DENIED, RIGHTS),
    row("AccessDenied", DENIED, RIGHTS),
    row("AccessDeniedException", DENIED, RIGHTS),
    row("OperationNotPermitted", DENIED, RIGHTS),
    row("AuthFailure", DENIED, CREDENTIALS),
    row("ExpiredToken", DENIED, CREDENTIALS),
    row("ExpiredTokenException", DENIED, CREDENTIALS),
    row("IncompleteSignature", DENIED, CREDENTIALS),
    row("InvalidClientTokenId", DENIED, CREDENTIALS),
    row("MissingAuthenticationToken", DENIED, CREDENTIALS),
    row("RequestExpired", DENIED, CREDENTIALS),
    row("SignatureDoesNotMatch", DENIED, CREDENTIALS),
    row("UnrecognizedClientException", DENIED, CREDENTIALS),
    row("Blocked", DENIED, "the account is blocked: ask AWS Support"),
    row("OptInRequired", DENIED, "the account is not signed up for this service or image: accept its terms in the AWS console"),
    row("PendingVerification", DENIED, "AWS still verifies the account; if it takes longer than four hours, ask AWS Support"),
    row("TagPolicyViolation", DENIED, "a tag policy of the organisation forbids our tags `dispatch:…`"),
    // Settings.
    row("InvalidAMIID.NotFound", INVALID, IMAGE),
    row("InvalidAMIID.Malformed", INVALID, IMAGE),
    row("InvalidAMIID.Unavailable", INVALID, IMAGE),
    row("InvalidAMIID.NotSupported", INVALID, IMAGE),
    row("InvalidSubnetID.NotFound", INVALID, SUBNET),
    row("InvalidSubnetID.Malformed", INVALID, SUBNET),
    row("InvalidSubnet", INVALID, SUBNET),
    row("InvalidAvailabilityZone", INVALID, SUBNET),
    row("VPCResourceNotSpecified", INVALID, SUBNET),
    row("InvalidGroup.NotFound", INVALID, GROUP),
    row("InvalidGroupId.Malformed", INVALID, GROUP),
    row("InvalidSecurityGroupID.NotFound", INVALID, GROUP),
    row("InvalidSecurityGroupId.Malformed", INVALID, GROUP),
    row("SecurityGroupsPerInstanceLimitExceeded", INVALID, GROUP),
    row("InvalidInstanceType", INVALID, TYPE),
    row("InvalidIamInstanceProfileArn.Malformed", INVALID, PROFILE),
    row("InvalidBlockDeviceMapping", INVALID, "make `volume` at least as large as the image's disk"),
    row("InvalidSnapshot.NotFound", INVALID, IMAGE),
    row("InvalidSnapshotID.NotFound", INVALID, IMAGE),
    row("EncryptedVolumesNotSupported", INVALID, TYPE),
    row("InvalidUserData.Malformed", INVALID, "this is a fault of `dispatch`: please report it"),
    row("InvalidTagKey.Malformed", INVALID, "this is a fault of `dispatch`: please report it"),
    row("TagLimitExceeded", INVALID, "this is a fault of `dispatch`: please report it"),
    row("InvalidParameterValue", INVALID, SETTINGS),
    row("InvalidParameterCombination", INVALID, SETTINGS),
    row("InvalidParameterDependency", INVALID, SETTINGS),
    row("InvalidParameter", INVALID, SETTINGS),
    row("InvalidRequest", INVALID, SETTINGS),
    row("InvalidInput", INVALID, SETTINGS),
    row("MissingParameter", INVALID, SETTINGS),
    row("MissingInput", INVALID, SETTINGS),
    row("ValidationError", INVALID, SETTINGS),
    row("UnknownParameter", INVALID, SETTINGS),
    row("UnsupportedOperation", INVALID, SETTINGS),
    row("UnsupportedTenancy", INVALID, SETTINGS),
    row("ResourceCountExceeded", INVALID, "lower the pool's `limit`: EC2 launches no so many machines in one call"),
    // Nobody knows.
    row("InternalError", UNKNOWN, ""),
    row("InternalFailure", UNKNOWN, ""),
    row("ServerInternal", UNKNOWN, ""),
    row("ServiceUnavailable", UNKNOWN, ""),
    row("Unavailable", UNKNOWN, ""),
    row("RequestTimeout", UNKNOWN, ""),
    // Launched before.
    row("IdempotentParameterMismatch", Verdict::Spent, ""),
    row("IdempotentInstanceTerminated", Verdict::Spent, ""),
];

fn find(code: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.code == code)
}

/// Every documented code of this form says that nothing was launched; a new one would be of the same kind.
fn is_shortage(code: &str) -> bool {
    code.starts_with("Insufficient") && code.contains("Capacity")
}

/// What to do about it.
pub fn verdict(error: &ApiError) -> Verdict {
    match error {
        ApiError::Refused { code, status, .. } => match find(code) {
            Some(row) => row.verdict,
            None if is_shortage(code) => NOTHING_HERE,
            None if *status >= 500 => UNKNOWN,
            None => INVALID,
        },
        ApiError::NoAnswer { .. } => UNKNOWN,
    }
}

/// The kind of the failure of a call that has no ladder.
pub fn kind(error: &ApiError) -> CloudErrorKind {
    match verdict(error) {
        Verdict::Stop(kind) => kind,
        Verdict::NextRung(Loss::Quota) => CloudErrorKind::Quota,
        Verdict::NextRung(Loss::Placement | Loss::Subnet) => CloudErrorKind::Capacity,
        Verdict::Spent => CloudErrorKind::Invalid,
    }
}

/// EC2's code and words, and the remedy.
pub fn sentence(error: &ApiError) -> String {
    match error {
        ApiError::Refused { code, message, .. } => {
            let remedy = find(code).map_or("", |row| row.remedy);
            let separator = if remedy.is_empty() { "" } else { "; " };
            format!("{}: {}{separator}{remedy}", printable(code, 100), words(message))
        }
        ApiError::NoAnswer { cause } => format!("no answer came: {}", printable(cause, 300)),
    }
}

/// EC2's words without the code in which it hides details of a refusal, which is long and says nothing to people.
fn words(message: &str) -> String {
    let hidden = "Encoded authorization failure message";
    let shown = message.split_once(hidden).map_or(message, |(before, _)| before);
    printable(shown, 300).trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn refused(code: &str, status: u16) -> ApiError {
        ApiError::Refused { code: code.to_owned(), message: "EC2's words.".to_owned(), status }
    }

    #[test]
    fn no_code_has_two_rows() {
        let codes: BTreeSet<&str> = TABLE.iter().map(|row| row.code).collect();
        assert_eq!(codes.len(), TABLE.len());
    }

    #[test]
    fn whoever_must_act_is_told_how() {
        for row in TABLE {
            let needs_a_person = matches!(
                row.verdict,
                Verdict::Stop(CloudErrorKind::Denied | CloudErrorKind::Invalid | CloudErrorKind::Quota)
                    | Verdict::NextRung(Loss::Quota | Loss::Subnet)
            );
            assert!(!needs_a_person || !row.remedy.is_empty(), "{}", row.code);
        }
    }

    #[test]
    fn want_of_capacity_is_no_failure_of_ec2_though_its_status_is_500() {
        assert_eq!(verdict(&refused("InsufficientInstanceCapacity", 500)), Verdict::NextRung(Loss::Placement));
        assert_eq!(verdict(&refused("InternalError", 500)), Verdict::Stop(CloudErrorKind::Transient));
    }

    #[test]
    fn a_new_word_for_want_of_capacity_does_not_end_the_climb() {
        assert_eq!(verdict(&refused("InsufficientMacCapacity", 500)), Verdict::NextRung(Loss::Placement));
        assert_eq!(verdict(&refused("InsufficientRights", 500)), Verdict::Stop(CloudErrorKind::Transient));
    }

    #[test]
    fn limits_of_the_account_are_never_taken_for_mistakes() {
        for code in ["VcpuLimitExceeded", "MaxSpotInstanceCountExceeded", "InstanceLimitExceeded"] {
            assert_eq!(kind(&refused(code, 400)), CloudErrorKind::Quota, "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_told_and_its_effect_not_guessed() {
        assert_eq!(verdict(&refused("BrandNew", 400)), Verdict::Stop(CloudErrorKind::Invalid));
        assert_eq!(verdict(&refused("BrandNew", 503)), Verdict::Stop(CloudErrorKind::Transient));
        assert_eq!(sentence(&refused("BrandNew", 400)), "BrandNew: EC2's words");
        assert_eq!(verdict(&ApiError::NoAnswer { cause: "reset".to_owned() }), Verdict::Stop(CloudErrorKind::Transient));
    }

    #[test]
    fn a_refusal_says_what_to_do_and_hides_what_nobody_can_read() {
        let message = "You are not authorized. Encoded authorization failure message: AbCdEf0123";
        let error = ApiError::Refused { code: "UnauthorizedOperation".to_owned(), message: message.to_owned(), status: 403 };
        insta::assert_snapshot!(sentence(&error), @"UnauthorizedOperation: You are not authorized; the dispatcher's role lacks a right for this call: compare its policy with `infra/template.yaml`");
    }
}
