//! The places where a pool's machines may come from, in order: instance types × subnets, on spot and then at the full price.

use serde::{Deserialize, Serialize};

use super::refusal::Loss;
use crate::pool::{Market, Pool};

/// One place to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// Such as `t3.small`.
    pub instance_type: String,
    /// A subnet, and so a zone.
    pub subnet: String,
    /// Whether on the spot market.
    pub spot: bool,
}

impl std::fmt::Display for Rung {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let market = if self.spot { "spot" } else { "on demand" };
        write!(f, "{} {market} in {}", self.instance_type, self.subnet)
    }
}

/// All rungs of a pool. A cheaper market is left only when it has nothing of any type anywhere; a type, only when no
/// subnet has it.
pub fn rungs(pool: &Pool, subnets: &[String]) -> Vec<Rung> {
    let markets: &[bool] = match pool.ec2.market {
        Market::Spot => &[true],
        Market::OnDemand => &[false],
        Market::SpotThenOnDemand => &[true, false],
    };
    let mut rungs = Vec::new();
    for spot in markets {
        for instance_type in &pool.instance_types {
            let place = |subnet: &String| Rung { instance_type: instance_type.clone(), subnet: subnet.clone(), spot: *spot };
            rungs.extend(subnets.iter().map(place));
        }
    }
    rungs
}

/// The next rung after the position `tried` that no refusal has closed, with its position.
pub fn next<'a>(rungs: &'a [Rung], tried: usize, refused: &[(Rung, Loss)]) -> Option<(usize, &'a Rung)> {
    let closed = |rung: &Rung| refused.iter().any(|(other, loss)| closes(other, *loss, rung));
    rungs.iter().enumerate().skip(tried.saturating_add(1)).find(|(_, rung)| !closed(rung))
}

fn closes(refused: &Rung, loss: Loss, rung: &Rung) -> bool {
    match loss {
        Loss::Placement => refused == rung,
        Loss::Subnet => refused.subnet == rung.subnet,
        Loss::Quota => refused.instance_type == rung.instance_type && refused.spot == rung.spot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::{Ec2Settings, defaults};

    fn ladder(types: &[&str], market: Market) -> Vec<Rung> {
        let mut pool = defaults(&"ec2".into(), &[]).remove(0);
        pool.instance_types = types.iter().map(|one| (*one).to_owned()).collect();
        pool.ec2 = Ec2Settings { market, ..Ec2Settings::default() };
        rungs(&pool, &["subnet-a".to_owned(), "subnet-b".to_owned()])
    }

    fn shown(rungs: &[Rung]) -> Vec<String> {
        rungs.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_subnet_comes_before_the_next_type_and_every_type_before_the_full_price() {
        assert_eq!(
            shown(&ladder(&["t3.small", "t3a.small"], Market::SpotThenOnDemand)),
            [
                "t3.small spot in subnet-a",
                "t3.small spot in subnet-b",
                "t3a.small spot in subnet-a",
                "t3a.small spot in subnet-b",
                "t3.small on demand in subnet-a",
                "t3.small on demand in subnet-b",
                "t3a.small on demand in subnet-a",
                "t3a.small on demand in subnet-b",
            ]
        );
    }

    #[test]
    fn the_full_price_is_paid_only_by_those_who_say_so() {
        assert!(ladder(&["t3.small"], Market::Spot).iter().all(|rung| rung.spot));
        assert!(ladder(&["t3.small"], Market::OnDemand).iter().all(|rung| !rung.spot));
    }

    #[test]
    fn a_refusal_closes_what_it_says_something_about() {
        let rungs = ladder(&["t3.small", "t3a.small"], Market::SpotThenOnDemand);
        let after = |loss| next(&rungs, 0, &[(rungs[0].clone(), loss)]).map(|(position, _)| position);
        assert_eq!(after(Loss::Placement), Some(1));
        assert_eq!(after(Loss::Subnet), Some(1));
        assert_eq!(after(Loss::Quota), Some(2), "the same type in another subnet meets the same limit");
        let both = [(rungs[0].clone(), Loss::Quota), (rungs[2].clone(), Loss::Subnet)];
        assert_eq!(next(&rungs, 2, &both).map(|(position, _)| position), Some(3));
        assert_eq!(next(&rungs, 3, &both).map(|(position, _)| position), Some(5), "subnet-a is full for every market");
    }

    #[test]
    fn the_ladder_has_an_end() {
        let rungs = ladder(&["t3.small"], Market::Spot);
        assert_eq!(next(&rungs, 1, &[]), None);
        assert_eq!(next(&rungs, usize::MAX, &[]), None);
    }
}
