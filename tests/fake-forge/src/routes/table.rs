//! The table of routes and how a call finds its row.

use http::Method;

use super::access::{self, Access};
use super::call::{Answer, Call};
use super::{common, forgejo, gitea, runner_protocol};
use crate::flavour::Flavour;
use crate::world::World;

/// One method of one path.
pub(super) struct Route {
    pub(super) method: Method,
    /// Path with `{}` for one segment; `{*}` at the end stands for the rest.
    pub(super) pattern: &'static str,
    /// Who may call it.
    pub(super) access: Access,
    /// Which servers have it.
    pub(super) exists: fn(Flavour) -> bool,
    /// What it does.
    pub(super) handler: fn(&mut World, &Call) -> Answer,
}

/// Answers a call as the server would.
pub(crate) fn answer(world: &mut World, mut call: Call) -> Answer {
    world.acting_host.clone_from(&call.host);
    let answer = match call.path.strip_prefix("/api/actions/") {
        Some(procedure) => runner_protocol::answer(world, procedure, &call),
        None => routed(world, &mut call),
    };
    world.acting_host = None;
    answer
}

fn routed(world: &mut World, call: &mut Call) -> Answer {
    let mut allowed = Vec::new();
    for route in rows(world.flavour()) {
        let Some(parameters) = matched(route.pattern, &call.path) else {
            continue;
        };
        if route.method != call.method {
            allowed.push(route.method);
            continue;
        }
        call.parameters = parameters;
        return match access::check(world, call, route.access) {
            Ok(user) => {
                call.user = Some(user);
                (route.handler)(world, call)
            }
            Err(refusal) => refusal,
        };
    }
    match allowed.as_slice() {
        [] => Answer::text(404, "404 page not found\n"),
        methods => methods.iter().fold(Answer::empty(405), |answer, method| answer.with("Allow", method)),
    }
}

fn rows(flavour: Flavour) -> impl Iterator<Item = Route> {
    let own = if flavour.is_forgejo() { forgejo::routes() } else { gitea::routes() };
    common::routes().into_iter().chain(own).filter(move |route| (route.exists)(flavour))
}

/// What the pattern's blanks stand for in `path`.
fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        if wanted == "{*}" {
            let rest: Vec<&str> = segments.collect();
            parameters.push(rest.join("/"));
            return Some(parameters);
        }
        let found = segments.next()?;
        match wanted {
            "{}" => parameters.push(found.to_owned()),
            fixed if fixed == found => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_take_one_segment_and_the_star_takes_the_rest() {
        assert_eq!(matched("/a/{}/b", "/a/x/b"), Some(vec!["x".to_owned()]));
        assert_eq!(matched("/a/{}", "/a/x/y"), None);
        assert_eq!(matched("/raw/{*}", "/raw/x/y.md"), Some(vec!["x/y.md".to_owned()]));
        assert_eq!(matched("/a", "/a/"), None);
    }
}
