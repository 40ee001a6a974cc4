//! The climb: from the stored rung upwards, until there are machines, an end of the ladder, or an answer that must wait.

use super::api::{ApiError, Filter, Image, Machine};
use super::attempt::Attempt;
use super::backend::{Ec2Cloud, failed};
use super::ladder::{self, Rung};
use super::refusal::{self, Loss, Verdict};
use super::{first_boot, order, state, tags};
use crate::cloud::{CloudError, CloudErrorKind, IdentityState, Instance, LaunchOrder};
use crate::forge::ForgeKind;
use crate::pool::Pool;

/// Rungs asked in one pass. A pass has a minute, and so has a function on AWS; the next one goes on from there.
const MOST_RUNGS: usize = 8;

/// Seconds after which EC2 shows every machine that it has launched. AWS promises no number; this is generous.
const SHOWN_AFTER_S: u64 = 300;

/// One refused rung.
struct Refused {
    rung: Rung,
    loss: Loss,
    error: ApiError,
}

impl Ec2Cloud {
    /// Carries the order out, or finds what an earlier try has brought.
    pub(super) async fn climb(&self, order: &LaunchOrder<'_>) -> Result<Vec<Instance>, CloudError> {
        let rungs = ladder::rungs(order.pool, &self.aws.subnets);
        let first = rungs.first().ok_or_else(|| invalid("the pool names no instance type, or `aws` no subnet".to_owned()))?;
        let image = self.image_id(order.pool).await?;
        let first = Attempt { position: 0, rung: first.clone(), image };
        let mut attempt = self.items.begin(&order.batch.id, &first).await?;
        let image = self.image(&attempt.image).await?;
        let user_data = self.user_data(order).await?;
        let mut refused: Vec<Refused> = Vec::new();
        loop {
            let launch = order::launch(&self.stack, &self.aws, order, &attempt, &image, user_data.clone());
            let error = match self.api.run(&launch).await {
                Ok(machines) => return Ok(launched(machines, &launch.tags)),
                Err(error) => error,
            };
            let loss = match refusal::verdict(&error) {
                Verdict::NextRung(loss) => loss,
                Verdict::Spent => return self.launched_before(order, &error).await,
                Verdict::Stop(_) => return Err(stopped(&attempt.rung, &error)),
            };
            refused.push(Refused { rung: attempt.rung.clone(), loss, error });
            attempt = self.step_up(order, &rungs, &attempt, &refused).await?;
        }
    }

    /// Stores the next rung before it is tried.
    async fn step_up(
        &self,
        order: &LaunchOrder<'_>,
        rungs: &[Rung],
        from: &Attempt,
        refused: &[Refused],
    ) -> Result<Attempt, CloudError> {
        let closed: Vec<(Rung, Loss)> = refused.iter().map(|refused| (refused.rung.clone(), refused.loss)).collect();
        let Some((position, rung)) = ladder::next(rungs, from.position, &closed) else { return Err(exhausted(refused)) };
        let to = Attempt { position, rung: rung.clone(), image: from.image.clone() };
        if !self.items.advance(&order.batch.id, from.position, &to).await? {
            return Err(transient("another worker carries out the same order".to_owned()));
        }
        if refused.len() >= MOST_RUNGS {
            return Err(transient(format!("{}; {to_rung} is asked next", told(refused), to_rung = to.rung)));
        }
        Ok(to)
    }

    /// EC2 knows the token, so there are machines, or there were. While the order is young some of them may not be shown
    /// yet, and who takes a few for all has the rest launched a second time.
    async fn launched_before(&self, order: &LaunchOrder<'_>, error: &ApiError) -> Result<Vec<Instance>, CloudError> {
        let batch = Filter::of(format!("tag:{}", tags::BATCH), order.batch.id.as_str());
        let found =
            self.api.machines(&[self.stack_filter(), batch]).await.map_err(|error| failed("looking for machines", &error))?;
        let is_young = self.clock.now().since_s(order.batch.made_at) < SHOWN_AFTER_S;
        let told = refusal::sentence(error);
        if is_young && found.len() < order.batch.members.len() {
            return Err(transient(format!("{told}: the order was carried out, and EC2 does not show its machines yet")));
        }
        if !found.is_empty() {
            return Ok(launched(found, &[]));
        }
        let cause = format!("{told}: the order was carried out, and its machines are gone; another order takes its place");
        Err(CloudError { what: LAUNCH.to_owned(), cause, kind: CloudErrorKind::Capacity })
    }

    /// The image that the pool boots now.
    async fn image_id(&self, pool: &Pool) -> Result<String, CloudError> {
        let named = self
            .aws
            .image_for(pool)
            .ok_or_else(|| invalid(format!("neither the pool `{}` nor `aws` names an image", pool.name)))?;
        if !named.starts_with('/') {
            return Ok(named.to_owned());
        }
        let now = self.clock.now();
        if let Some(image) = self.known.parameter(named, now) {
            return Ok(image);
        }
        let image =
            self.api.parameter(named).await.map_err(|error| failed(&format!("reading the SSM parameter `{named}`"), &error))?;
        self.known.remember_parameter(named, now, &image);
        Ok(image)
    }

    async fn image(&self, id: &str) -> Result<Image, CloudError> {
        if let Some(image) = self.known.image(id) {
            return Ok(image);
        }
        let image = self.api.image(id).await.map_err(|error| failed(&format!("looking at the image `{id}`"), &error))?;
        self.known.remember_image(id, &image);
        Ok(image)
    }

    async fn user_data(&self, order: &LaunchOrder<'_>) -> Result<String, CloudError> {
        let forge = &order.batch.forge;
        let site = self.sites.get(forge).ok_or_else(|| invalid(format!("the forge `{forge}` is no longer configured")))?;
        let kind: ForgeKind = match site.config.kind {
            Some(kind) => kind,
            None => site.forge.capabilities(false).await.map_err(|error| transient(error.to_string()))?.kind,
        };
        let script = first_boot::script(order.pool, order.labels, &site.config, kind, &self.aws);
        script.map_err(|refusal| invalid(refusal.to_string()))
    }
}

const LAUNCH: &str = "launch";

/// What a launch brought. Its answer may come without the tags that were asked for.
fn launched(machines: Vec<Machine>, tags: &[(String, String)]) -> Vec<Instance> {
    let tagged = |machine: Machine| {
        let missing = if machine.tags.is_empty() { tags } else { &[] };
        Machine { tags: machine.tags.into_iter().chain(missing.iter().cloned()).collect(), ..machine }
    };
    machines.into_iter().map(|machine| state::instance(&tagged(machine), IdentityState::Unknown)).collect()
}

fn stopped(rung: &Rung, error: &ApiError) -> CloudError {
    let cause = format!("{rung}: {}", refusal::sentence(error));
    CloudError { what: LAUNCH.to_owned(), cause, kind: refusal::kind(error) }
}

/// If anything was short of capacity it is worth asking again soon; if all was, limits of the account stand in the way.
fn exhausted(refused: &[Refused]) -> CloudError {
    let only_limits = refused.iter().all(|refused| refused.loss == Loss::Quota);
    let kind = if only_limits { CloudErrorKind::Quota } else { CloudErrorKind::Capacity };
    CloudError { what: LAUNCH.to_owned(), cause: told(refused), kind }
}

/// Every rung in short, and the last refusal in full.
fn told(refused: &[Refused]) -> String {
    let code = |error: &ApiError| match error {
        ApiError::Refused { code, .. } => code.clone(),
        ApiError::NoAnswer { .. } => "no answer".to_owned(),
    };
    let Some((last, earlier)) = refused.split_last() else { return String::new() };
    let mut rungs: Vec<String> = earlier.iter().map(|one| format!("{}: {}", one.rung, code(&one.error))).collect();
    rungs.push(format!("{}: {}", last.rung, refusal::sentence(&last.error)));
    rungs.join("; ")
}

fn invalid(cause: String) -> CloudError {
    CloudError { what: LAUNCH.to_owned(), cause, kind: CloudErrorKind::Invalid }
}

fn transient(cause: String) -> CloudError {
    CloudError { what: LAUNCH.to_owned(), cause, kind: CloudErrorKind::Transient }
}
