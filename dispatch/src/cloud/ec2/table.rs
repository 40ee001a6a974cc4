//! [`Items`] in a DynamoDB table whose only key attribute is `pk` and whose time to live is `expires_at`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use secrecy::{ExposeSecret, SecretString};

use super::attempt::Attempt;
use super::identity;
use super::items::Items;
use super::role::MachineRole;
use crate::clock::Clock;
use crate::cloud::{CloudError, CloudErrorKind, HandOver, IdentityState, Withdrawal};
use crate::identifier::{BatchId, InstanceId};
use crate::store::dynamodb::{EXPIRES_AT, Failure, Item, KEY, Kind, place, read_items};
use crate::text::printable;

/// An order is repeated for hours at most.
const ATTEMPT_S: u64 = 2 * 24 * 3_600;
/// The pass removes an identity at the boot limit; this is for a pass that never comes.
const IDENTITY_S: u64 = 24 * 3_600;
/// A mark must outlive its machine, which lives for 35 days at most.
const MARK_S: u64 = 40 * 24 * 3_600;
/// Identities of one transaction, each with its mark; DynamoDB takes a hundred writes.
const MOST_GIVEN: usize = 50;

const IS_NEW: &str = "attribute_not_exists(pk)";
/// A mark says that an identity was given.
const GIVEN: &str = "given";
/// A mark says that none may be given any more.
const WITHDRAWN: &str = "withdrawn";

/// The items of this backend in the table.
pub(super) struct TableItems {
    client: Client,
    table: String,
    /// The table and its region, for people.
    place: String,
    role: MachineRole,
    clock: Arc<dyn Clock>,
}

impl TableItems {
    /// In this table, for machines that have this role.
    pub(super) fn new(client: Client, table: &str, role: MachineRole, clock: Arc<dyn Clock>) -> Self {
        let place = place(table, client.config().region());
        Self { client, table: table.to_owned(), place, role, clock }
    }

    fn item(&self, key: String, keep_s: u64, attributes: &[(&str, AttributeValue)]) -> Item {
        let expires_at = self.clock.now().plus_s(keep_s).seconds().to_string();
        let own = [(KEY, AttributeValue::S(key)), (EXPIRES_AT, AttributeValue::N(expires_at))];
        own.into_iter().chain(attributes.iter().cloned()).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn attempt(&self, batch: &BatchId, attempt: &Attempt) -> Result<Item, CloudError> {
        let text = serde_json::to_string(attempt).map_err(|error| unreadable(BEGIN, &error.to_string()))?;
        let position = AttributeValue::N(attempt.position.to_string());
        let attributes = [("attempt", AttributeValue::S(text)), ("position", position)];
        Ok(self.item(format!("launch#{batch}"), ATTEMPT_S, &attributes))
    }

    fn mark(&self, instance: &InstanceId, says: &str) -> Item {
        self.item(identity::mark_key(instance), MARK_S, &[("says", AttributeValue::S(says.to_owned()))])
    }

    fn put_new(&self, item: Item) -> Result<TransactWriteItem, CloudError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(IS_NEW).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|error| unreadable(GIVE, &error.to_string()))?).build())
    }

    /// One transaction; those whose machines have had an identity are left out, and the others given in another.
    async fn give_chunk(&self, identities: &[(InstanceId, SecretString)]) -> Result<Vec<HandOver>, CloudError> {
        let mut outcomes = vec![HandOver::Done; identities.len()];
        loop {
            let open: Vec<usize> =
                outcomes.iter().enumerate().filter(|(_, one)| **one == HandOver::Done).map(|(at, _)| at).collect();
            if open.is_empty() {
                return Ok(outcomes);
            }
            let mut writes = Vec::with_capacity(open.len() * 2);
            for (instance, wire) in open.iter().filter_map(|at| identities.get(*at)) {
                writes.extend(self.lay_out(instance, wire).await?);
            }
            let written = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
            let Err(error) = written else { return Ok(outcomes) };
            let refused = refused(&error);
            if refused.is_empty() {
                return Err(self.failed(GIVE, &error));
            }
            // Two writes for each identity.
            for at in refused.iter().filter_map(|write| open.get(write / 2)) {
                if let Some(outcome) = outcomes.get_mut(*at) {
                    *outcome = HandOver::AlreadyGiven;
                }
            }
        }
    }

    /// The identity and its mark, if neither is there.
    async fn lay_out(&self, instance: &InstanceId, wire: &SecretString) -> Result<[TransactWriteItem; 2], CloudError> {
        let key = identity::key(self.role.id().await?, instance);
        let wire = AttributeValue::S(wire.expose_secret().to_owned());
        let identity = self.put_new(self.item(key, IDENTITY_S, &[("identity", wire)]))?;
        Ok([identity, self.put_new(self.mark(instance, GIVEN))?])
    }

    /// The mark becomes `withdrawn` in the same instant in which the identity goes.
    fn take_back(&self, key: String, mark: Item) -> Result<[TransactWriteItem; 2], CloudError> {
        let broken = |error: aws_sdk_dynamodb::error::BuildError| unreadable(WITHDRAW, &error.to_string());
        let delete = Delete::builder().table_name(&self.table).key(KEY, AttributeValue::S(key));
        let delete = delete.condition_expression("attribute_exists(pk)").build().map_err(broken)?;
        let put = Put::builder().table_name(&self.table).set_item(Some(mark)).build().map_err(broken)?;
        Ok([TransactWriteItem::builder().delete(delete).build(), TransactWriteItem::builder().put(put).build()])
    }

    /// Which of these keys have an item, and what its mark says. Only keys and marks are read: an identity never comes back
    /// to the dispatcher.
    async fn look_up(&self, keys: &[String]) -> Result<BTreeMap<String, Option<String>>, CloudError> {
        let keys = keys.iter().map(|key| HashMap::from([(KEY.to_owned(), AttributeValue::S(key.clone()))])).collect();
        let found = read_items(&self.client, &self.table, keys, Some("pk, says")).await;
        let found = found.map_err(|failure| self.told(LOOK, &failure))?;
        Ok(found.iter().filter_map(|item| Some((text(item, KEY)?, text(item, "says")))).collect())
    }

    fn failed<E>(&self, what: &str, error: &SdkError<E>) -> CloudError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.told(what, &Failure::of(error))
    }

    fn told(&self, what: &str, failure: &Failure) -> CloudError {
        let kind = match failure.kind {
            Kind::Unusable => CloudErrorKind::Invalid,
            Kind::Denied => CloudErrorKind::Denied,
            Kind::Throttled => CloudErrorKind::Throttled,
            Kind::Unanswered => CloudErrorKind::Transient,
        };
        CloudError { what: what.to_owned(), cause: printable(&failure.at(&self.place), 500), kind }
    }

    /// Bars the way for an identity that was never given. False if one was.
    async fn bar(&self, instance: &InstanceId) -> Result<bool, CloudError> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(self.mark(instance, WITHDRAWN)));
        let request = request.condition_expression(format!("{IS_NEW} OR says = :withdrawn"));
        let withdrawn = AttributeValue::S(WITHDRAWN.to_owned());
        match request.expression_attribute_values(":withdrawn", withdrawn).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refused(&error) => Ok(false),
            Err(error) => Err(self.failed(WITHDRAW, &error)),
        }
    }
}

const BEGIN: &str = "storing the place on the ladder";
const GIVE: &str = "handing over the identity";
const WITHDRAW: &str = "withdrawing the identity";
const LOOK: &str = "looking for identities";

#[async_trait]
impl Items for TableItems {
    async fn begin(&self, batch: &BatchId, first: &Attempt) -> Result<Attempt, CloudError> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(self.attempt(batch, first)?));
        let request = request.condition_expression(IS_NEW);
        match request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).send().await {
            Ok(_) => Ok(first.clone()),
            Err(error) => match stored(&error) {
                Some(text) => serde_json::from_str(&text).map_err(|error| unreadable(BEGIN, &error.to_string())),
                None => Err(self.failed(BEGIN, &error)),
            },
        }
    }

    async fn advance(&self, batch: &BatchId, from: usize, to: &Attempt) -> Result<bool, CloudError> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(self.attempt(batch, to)?));
        let request = request.condition_expression("#position = :from").expression_attribute_names("#position", "position");
        match request.expression_attribute_values(":from", AttributeValue::N(from.to_string())).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refused(&error) => Ok(false),
            Err(error) => Err(self.failed(BEGIN, &error)),
        }
    }

    async fn give(&self, identities: &[(InstanceId, SecretString)]) -> Vec<Result<HandOver, CloudError>> {
        let mut outcomes = Vec::with_capacity(identities.len());
        for chunk in identities.chunks(MOST_GIVEN) {
            match self.give_chunk(chunk).await {
                Ok(given) => outcomes.extend(given.into_iter().map(Ok)),
                Err(error) => outcomes.extend(chunk.iter().map(|_| Err(error.clone()))),
            }
        }
        outcomes
    }

    async fn withdraw(&self, instance: &InstanceId) -> Result<Withdrawal, CloudError> {
        let key = identity::key(self.role.id().await?, instance);
        let [delete, put] = self.take_back(key, self.mark(instance, WITHDRAWN))?;
        match self.client.transact_write_items().transact_items(delete).transact_items(put).send().await {
            Ok(_) => Ok(Withdrawal::Withdrawn),
            Err(error) if !refused(&error).is_empty() => {
                Ok(if self.bar(instance).await? { Withdrawal::Withdrawn } else { Withdrawal::AlreadyTaken })
            }
            Err(error) => Err(self.failed(WITHDRAW, &error)),
        }
    }

    async fn identities(&self, instances: &[InstanceId]) -> Result<BTreeMap<InstanceId, IdentityState>, CloudError> {
        if instances.is_empty() {
            return Ok(BTreeMap::new());
        }
        let marks = self.look_up(&instances.iter().map(identity::mark_key).collect::<Vec<_>>()).await?;
        let says = |one: &InstanceId| marks.get(&identity::mark_key(one)).cloned().flatten();
        let given: Vec<&InstanceId> = instances.iter().filter(|one| says(one).as_deref() == Some(GIVEN)).collect();
        let role = self.role.id().await?;
        let waiting = self.look_up(&given.iter().map(|one| identity::key(role, one)).collect::<Vec<_>>()).await?;
        let waiting: BTreeSet<&String> = waiting.keys().collect();
        let state = |one: &InstanceId| match says(one) {
            None => IdentityState::NeverGiven,
            Some(_) if waiting.contains(&identity::key(role, one)) => IdentityState::Waiting,
            Some(_) => IdentityState::Taken,
        };
        Ok(instances.iter().map(|one| (one.clone(), state(one))).collect())
    }

    async fn forget(&self, instances: &[InstanceId]) -> Result<(), CloudError> {
        let role = self.role.id().await?;
        for instance in instances {
            let request = self.client.delete_item().table_name(&self.table).return_values(ReturnValue::None);
            let request = request.key(KEY, AttributeValue::S(identity::key(role, instance)));
            request.send().await.map_err(|error| self.failed(WITHDRAW, &error))?;
        }
        Ok(())
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    item.get(name)?.as_s().ok().cloned()
}

/// The attempt that was there before.
fn stored(error: &SdkError<PutItemError>) -> Option<String> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refused) => text(refused.item()?, "attempt"),
        _ => None,
    }
}

fn is_refused(error: &SdkError<PutItemError>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}

/// Which writes met something else than they expected; none if the transaction failed for another reason, such as meeting
/// another transaction, which passes.
fn refused(error: &SdkError<TransactWriteItemsError>) -> Vec<usize> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Vec::new();
    };
    let reasons = cancelled.cancellation_reasons().iter().enumerate();
    reasons.filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed")).map(|(write, _)| write).collect()
}

fn unreadable(what: &str, cause: &str) -> CloudError {
    CloudError { what: what.to_owned(), cause: cause.to_owned(), kind: CloudErrorKind::Invalid }
}
