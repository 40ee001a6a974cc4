//! Names that AWS gives or takes: each is told by its pattern, which the schema shows and the reader holds.
//!
//! Only the shape is looked at. Whether such a thing exists, `doctor --aws` asks.

use regex::Regex;

use super::{Refusal, Scalar};
use crate::diagnostic::quoted;

/// What one sort of name looks like.
#[derive(Debug)]
pub(in crate::config) struct Pattern {
    /// As a sentence names it: "an AWS region".
    pub(in crate::config) phrase: &'static str,
    /// What the whole text must match.
    pub(in crate::config) regex: &'static str,
    /// One that is right.
    pub(in crate::config) example: &'static str,
}

impl Pattern {
    fn read(&self, text: &str) -> Result<String, Refusal> {
        if Regex::new(self.regex).is_ok_and(|regex| regex.is_match(text)) {
            return Ok(text.to_owned());
        }
        Err(Refusal::new(format!("{} is not {}", quoted(text), self.phrase), format!("write it like `{}`", self.example)))
    }
}

/// Declares a text of one pattern.
macro_rules! text {
    ($type:ident, $pattern:ident, $phrase:literal, $regex:literal, $example:literal) => {
        #[doc = concat!("What is ", $phrase, ".")]
        pub(in crate::config) static $pattern: Pattern = Pattern { phrase: $phrase, regex: $regex, example: $example };

        #[doc = concat!("A text that is ", $phrase, ".")]
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(in crate::config) struct $type(pub(in crate::config) String);

        impl Scalar for $type {
            fn parse(text: &str) -> Result<Self, Refusal> {
                $pattern.read(text).map(Self)
            }
        }
    };
}

text!(Region, REGION, "an AWS region", "^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$", "eu-west-1");
text!(Table, TABLE, "the name of a DynamoDB table", "^[A-Za-z0-9_.-]{3,255}$", "dispatch");
text!(
    Image,
    IMAGE,
    "an image or the SSM parameter that names one",
    "^(ami-[0-9a-f]+|/[A-Za-z0-9_./-]+)$",
    "ami-0123456789abcdef0"
);
text!(Subnet, SUBNET, "a subnet", "^subnet-[0-9a-f]+$", "subnet-0123456789abcdef0");
text!(SecurityGroup, SECURITY_GROUP, "a security group", "^sg-[0-9a-f]+$", "sg-0123456789abcdef0");
text!(
    InstanceProfile,
    INSTANCE_PROFILE,
    "the name or ARN of an instance profile",
    "^(arn:aws[a-z-]*:iam::[0-9]{12}:instance-profile/[A-Za-z0-9+=,.@_/-]+|[A-Za-z0-9+=,.@_-]{1,128})$",
    "dispatch-machine"
);
text!(RoleId, ROLE_ID, "the id of a role", "^AROA[A-Z0-9]{8,124}$", "AROAEXAMPLEID12345678");
text!(InstanceType, INSTANCE_TYPE, "an instance type", "^[a-z][a-z0-9-]*\\.[a-z0-9-]+$", "t3.small");

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: Scalar>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(T::parse(text).is_ok(), "{text}");
        }
        for text in bad.iter().chain(&["", " ", "a b", "ü", "x\n"]) {
            assert!(T::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn names_of_aws_have_their_shapes() {
        accepts::<Region>(&["eu-west-1", "us-gov-west-1", "ap-southeast-10"], &["eu-west", "eu-west-1a", "EU-WEST-1"]);
        accepts::<Table>(&["tinqs-ci-runs", "a.b_c"], &["ab", "arn:aws:dynamodb:eu-west-1:1:table/a"]);
        accepts::<Image>(
            &["ami-0123", "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"],
            &["ami-", "AMI-1", "al2023"],
        );
        accepts::<Subnet>(&["subnet-0123456789abcdef0"], &["subnet-", "vpc-1"]);
        accepts::<SecurityGroup>(&["sg-0a"], &["sg-x", "default"]);
        accepts::<InstanceProfile>(
            &["tinqs-ci", "arn:aws:iam::123456789012:instance-profile/ci/tinqs"],
            &["arn:aws:iam::123456789012:role/tinqs", "a/b"],
        );
        accepts::<RoleId>(&["AROAEXAMPLEID12345678"], &["AIPAEXAMPLEID12345678", "AROA"]);
        accepts::<InstanceType>(&["t3.small", "c7g.metal-48xl", "u-6tb1.56xlarge"], &["t3", "t3.", ".small", "T3.small"]);
    }

    #[test]
    fn every_pattern_accepts_its_own_example() {
        let all = [&REGION, &TABLE, &IMAGE, &SUBNET, &SECURITY_GROUP, &INSTANCE_PROFILE, &ROLE_ID, &INSTANCE_TYPE];
        assert!(all.iter().all(|pattern| pattern.read(pattern.example).is_ok()));
    }

    #[test]
    fn a_refusal_shows_what_to_write() {
        let refusal = Subnet::parse("vpc-1").unwrap_err().to_string();
        insta::assert_snapshot!(refusal, @"`vpc-1` is not a subnet: write it like `subnet-0123456789abcdef0`");
    }
}
