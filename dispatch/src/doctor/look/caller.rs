//! Who asks.

use serde::Deserialize;

use super::ask;
use crate::aws::signed::{Call, Client, Refused, STS};
use crate::doctor::{Check, Topic};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Identity {
    account: String,
    arn: String,
}

/// Whether AWS knows the credentials; if not, nothing else can be asked.
pub(in crate::doctor) async fn look(client: &Client) -> Check {
    let call = Call::query(STS, "GetCallerIdentity", &[]);
    judge(client.region(), ask(client, &call, "/GetCallerIdentityResponse/GetCallerIdentityResult").await)
}

fn judge(region: &str, identity: Result<Identity, Refused>) -> Check {
    match identity {
        Ok(Identity { account, arn }) => Topic::Caller.good(format!("account {account} in {region}, as {arn}")),
        Err(refused) if refused.code == "NoAnswer" => Topic::Caller
            .error(refused.to_string(), format!("is `{region}` the right region (`aws.region`, `AWS_REGION`)? Is there a way out?")),
        Err(refused) => Topic::Caller.error(
            refused.to_string(),
            "try `aws sts get-caller-identity`; choose credentials by `AWS_PROFILE`; for single sign-on run `eval \"$(aws configure export-credentials --format env)\"`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn somebody_is_named_and_nobody_is_told_what_to_do() {
        let identity = Identity { account: "123456789012".into(), arn: "arn:aws:iam::123456789012:user/ada".into() };
        let check = judge("eu-west-1", Ok(identity));
        assert_eq!(check.text, "account 123456789012 in eu-west-1, as arn:aws:iam::123456789012:user/ada");
        let call = Call::query(STS, "GetCallerIdentity", &[]);
        for (code, word) in [("NoAnswer", "region"), ("NoCredentials", "AWS_PROFILE"), ("ExpiredToken", "AWS_PROFILE")] {
            let check = judge("eu-west-1", Err(Refused::new(&call, code, "")));
            assert!(check.verdict == Verdict::Error && check.remedy.is_some_and(|remedy| remedy.contains(word)), "{code}");
        }
    }
}
