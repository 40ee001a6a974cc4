//! DynamoDB's failures by what somebody can do about them.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::store::StoreError;

/// As the seam names it; `place` is the table and its region.
pub(super) fn failure<E>(place: &str, error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error.code() {
        Some(code) => refused(place, code, error.message().unwrap_or("it gives no reason")),
        None => unanswered(place, error),
    }
}

fn refused(place: &str, code: &str, message: &str) -> StoreError {
    let unusable = |cause: String| StoreError::Unusable { place: place.to_owned(), cause };
    match code {
        "ResourceNotFoundException" => {
            unusable("there is no such table; check its name and region, or deploy the stack that makes it".to_owned())
        }
        "AccessDeniedException" => unusable(format!("{message}; give this role the rights that the stack's template lists")),
        "UnrecognizedClientException" | "InvalidSignatureException" | "ExpiredTokenException" | "InvalidClientTokenId" => {
            unusable(format!(
                "AWS does not accept the credentials ({code}: {message}); renew them, and check the computer's clock"
            ))
        }
        "ValidationException" => {
            unusable(format!("{message}; if the table was not made by this version's stack, deploy that; else report this"))
        }
        code if code.contains("Throttl")
            || code.ends_with("LimitExceeded")
            || code == "ProvisionedThroughputExceededException" =>
        {
            StoreError::Unavailable(format!("{place} is throttled ({code}): {message}; the next pass tries again"))
        }
        code => StoreError::Unavailable(format!("{place}: {code}: {message}")),
    }
}

fn unanswered<E: Error + 'static>(place: &str, error: &SdkError<E>) -> StoreError {
    let causes = causes(error);
    if causes.contains("credential") {
        let cause = format!("there are no credentials for AWS ({causes}); set `AWS_PROFILE`, or run this with a role");
        return StoreError::Unusable { place: place.to_owned(), cause };
    }
    StoreError::Unavailable(format!("{place}: {causes}"))
}

/// The error and all that led to it: the outermost alone says "dispatch failure".
fn causes(error: &dyn Error) -> String {
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        causes.push(error.to_string());
        source = error.source();
    }
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "table `runs` in eu-central-1";

    #[test]
    fn each_refusal_says_what_to_do() {
        let told = |code, message| refused(PLACE, code, message).to_string();
        assert_eq!(
            told("ResourceNotFoundException", "Requested resource not found"),
            "the store cannot be used (table `runs` in eu-central-1): there is no such table; check its name and region, or \
             deploy the stack that makes it"
        );
        assert_eq!(
            told("AccessDeniedException", "not authorized to perform: dynamodb:Query"),
            "the store cannot be used (table `runs` in eu-central-1): not authorized to perform: dynamodb:Query; give this role \
             the rights that the stack's template lists"
        );
        assert_eq!(
            told("ThrottlingException", "Rate exceeded"),
            "the store does not answer: table `runs` in eu-central-1 is throttled (ThrottlingException): Rate exceeded; the next \
             pass tries again"
        );
    }
}
