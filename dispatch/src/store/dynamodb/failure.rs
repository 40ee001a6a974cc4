//! DynamoDB's failures by what somebody can do about them.

use std::error::Error;

use aws_sdk_dynamodb::config::Region;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};

use crate::store::StoreError;

/// A call without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// What is wrong, and what to do.
    pub(crate) words: String,
}

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A person has to set the table or its name right.
    Unusable,
    /// A person has to give rights or credentials.
    Denied,
    /// The next pass tries again.
    Throttled,
    /// Nobody knows what was done.
    Unanswered,
}

/// What people are told of a table.
pub(crate) fn place(table: &str, region: Option<&Region>) -> String {
    format!("table `{table}` in {}", region.map_or("no region", |region| region.as_ref()))
}

impl Failure {
    pub(crate) fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error.code() {
            Some(code) => Self::refused(code, error.message().unwrap_or("it gives no reason")),
            None => Self::unanswered(error),
        }
    }

    /// A request that cannot even be made, which is a fault of ours.
    pub(crate) fn unmade(error: &BuildError) -> Self {
        Self { kind: Kind::Unusable, words: format!("{error}; please report this") }
    }

    pub(super) fn throttled(words: &str) -> Self {
        Self { kind: Kind::Throttled, words: format!("is throttled{words}; the next pass tries again") }
    }

    fn refused(code: &str, message: &str) -> Self {
        let (kind, words) = match code {
            "ResourceNotFoundException" => {
                let remedy = "there is no such table; check its name and region, or deploy the stack that makes it";
                (Kind::Unusable, remedy.to_owned())
            }
            "AccessDeniedException" => {
                (Kind::Denied, format!("{message}; give this role the rights that the stack's template lists"))
            }
            "UnrecognizedClientException" | "InvalidSignatureException" | "ExpiredTokenException" | "InvalidClientTokenId" => {
                let cause = format!("AWS does not accept the credentials ({code}: {message})");
                (Kind::Denied, format!("{cause}; renew them, and check the computer's clock"))
            }
            "ValidationException" => {
                let remedy = "if the table was not made by this version's stack, deploy that; else report this";
                (Kind::Unusable, format!("{message}; {remedy}"))
            }
            code if code.contains("Throttl")
                || code.ends_with("LimitExceeded")
                || code == "ProvisionedThroughputExceededException" =>
            {
                return Self::throttled(&format!(" ({code}): {message}"));
            }
            code => (Kind::Unanswered, format!("{code}: {message}")),
        };
        Self { kind, words }
    }

    fn unanswered<E: Error + 'static>(error: &SdkError<E>) -> Self {
        let causes = causes(error);
        if causes.contains("credential") {
            let words = format!("there are no credentials for AWS ({causes}); set `AWS_PROFILE`, or run this with a role");
            return Self { kind: Kind::Denied, words };
        }
        Self { kind: Kind::Unanswered, words: causes }
    }

    /// The whole sentence.
    pub(crate) fn at(&self, place: &str) -> String {
        let joint = if self.kind == Kind::Throttled { "" } else { ":" };
        format!("{place}{joint} {}", self.words)
    }

    /// As the seam names it; `place` is the table and its region.
    pub(super) fn into_store_error(self, place: &str) -> StoreError {
        match self.kind {
            Kind::Unusable | Kind::Denied => StoreError::Unusable { place: place.to_owned(), cause: self.words },
            Kind::Throttled | Kind::Unanswered => StoreError::Unavailable(self.at(place)),
        }
    }
}

/// The same at once.
pub(super) fn failure<E>(place: &str, error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    Failure::of(error).into_store_error(place)
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
        let told = |code, message| Failure::refused(code, message).into_store_error(PLACE).to_string();
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
