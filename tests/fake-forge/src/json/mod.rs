//! The rows as the forges show them: one file per kind of object, shaped as recorded for each flavour.
//!
//! Field order is alphabetical here and Go's struct order on a real server; nothing may depend on it.

mod account;
mod content;
mod fields;
mod job;
mod pull_request;
mod push;
mod repository;
mod run;
mod runner;
mod status;
mod task;
mod viewer;

pub(crate) use content::listed_tree;
pub(crate) use fields::Fields;
pub(crate) use job::listed_for_runners;
pub(crate) use viewer::Viewer;

use crate::world::World;

impl World {
    /// The base of URLs that follow the acting request's `Host` header (Gitea 1.26 and later).
    pub(crate) fn acting_url(&self) -> String {
        match &self.acting_host {
            Some(host) if self.flavour().follows_host_header() => format!("http://{host}"),
            _ => self.root_url().to_owned(),
        }
    }

    /// The base of the URLs of jobs and runs.
    pub(crate) fn job_base_url(&self) -> String {
        if self.flavour().job_urls_follow_host_header() { self.acting_url() } else { self.root_url().to_owned() }
    }

    /// The host name in the forge's own URL, without port.
    pub(crate) fn host_name(&self) -> &str {
        let rest = self.root_url().split_once("://").map_or(self.root_url(), |(_, rest)| rest);
        rest.split([':', '/']).next().unwrap_or_default()
    }
}
