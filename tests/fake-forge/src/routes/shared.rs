//! What several routes do alike: finding the repository, paging.

use super::call::{Answer, Call};
use crate::world::{Repository, World};

/// Items on a page unless told otherwise, and at most.
const DEFAULT_LIMIT: usize = 30;
const MAXIMUM_LIMIT: usize = 50;

/// The repository named by the first two `{}`; `access` has made sure that it exists.
pub(super) fn repository<'a>(world: &'a World, call: &Call) -> Option<&'a Repository> {
    world.repository_named(call.parameter(0), call.parameter(1))
}

/// Which part of a list is asked for.
pub(super) struct Page {
    number: usize,
    limit: usize,
}

impl Page {
    /// `?page=` and `?limit=`; 50 is the most one gets.
    pub(super) fn of(call: &Call) -> Self {
        let limit = call.number("limit").filter(|limit| *limit > 0).unwrap_or(DEFAULT_LIMIT);
        Self { number: call.number("page").unwrap_or(1).max(1), limit: limit.min(MAXIMUM_LIMIT) }
    }

    /// The items on this page.
    pub(super) fn cut<T>(&self, items: impl Iterator<Item = T>) -> Vec<T> {
        items.skip((self.number - 1) * self.limit).take(self.limit).collect()
    }

    /// `X-Total-Count`, and `Link` when there is more than one page.
    pub(super) fn headers(&self, world: &World, call: &Call, total: usize, answer: Answer) -> Answer {
        let answer = answer.with("X-Total-Count", &total);
        let last = total.div_ceil(self.limit);
        if last <= 1 {
            return answer;
        }
        let link = |page: usize, name: &str| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            for (key, value) in call.query.iter().filter(|(key, _)| key != "page") {
                query.append_pair(key, value);
            }
            query.append_pair("page", &page.to_string());
            format!("<{}{}?{}>; rel=\"{name}\"", world.root_url(), call.path, query.finish())
        };
        let mut links = Vec::new();
        if self.number < last {
            links.push(link(self.number + 1, "next"));
            links.push(link(last, "last"));
        }
        if self.number > 1 {
            links.push(link(1, "first"));
            links.push(link(self.number - 1, "prev"));
        }
        answer.with("Link", &links.join(","))
    }
}
