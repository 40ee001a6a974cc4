//! How a person names a job: its id, `FORGE/ID`, the name that `runs` shows, or the address of its page.

use std::collections::BTreeMap;

use reqwest::Url;

use crate::config::ForgeConfig;
use crate::diagnostic::listed;
use crate::identifier::{ForgeName, RepositoryName};
use crate::record::JobRecord;

/// Where to look for a job, and how to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobName {
    /// The forges that it may be of.
    pub(super) forges: Vec<ForgeName>,
    /// Its id there.
    pub(super) id: u64,
    /// What the address of its page says.
    repository: Option<RepositoryName>,
}

type Forges = BTreeMap<ForgeName, ForgeConfig>;

impl JobName {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// A sentence that says what to write instead.
    pub(super) fn parse(text: &str, forges: &Forges) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self { forges: forges.keys().cloned().collect(), id, repository: None });
        }
        let unknown = || format!("`{text}` is no job: give its id, FORGE/ID, or the address of its page");
        if let Some(url) = Url::parse(text).ok().filter(Url::has_host) {
            return page(&url, forges).ok_or_else(unknown);
        }
        let parts: Vec<&str> = text.split('/').collect();
        let (forge, id) = match parts.as_slice() {
            // The last part of `FORGE/ID/GENERATION` tells re-runs apart, and all of them are told.
            [forge, id] | [forge, id, _] => (ForgeName::new(*forge), id.parse().map_err(|_| unknown())?),
            _ => return Err(unknown()),
        };
        if !forges.contains_key(&forge) {
            let names: Vec<&str> = forges.keys().map(ForgeName::as_str).collect();
            return Err(format!("there is no forge `{forge}` in the configuration; it has {}", listed(&names, "and")));
        }
        Ok(Self { forges: vec![forge], id, repository: None })
    }

    /// Whether the record is of this job. The page of a job holds its id on Gitea from 1.26; elsewhere a number that may be
    /// the id of another repository's job.
    pub(super) fn means(&self, job: &JobRecord) -> bool {
        self.repository.as_ref().is_none_or(|named| named.to_string().eq_ignore_ascii_case(&job.repository.to_string()))
    }

    /// What there is no record of, and why that may be.
    pub(super) fn missing(&self) -> String {
        let forges: Vec<&str> = self.forges.iter().map(ForgeName::as_str).collect();
        let (id, forges) = (self.id, listed(&forges, "or"));
        match &self.repository {
            Some(repository) => format!(
                "job {id} of {repository} at {forges}: Gitea before 1.26 and Forgejo put the place of a job in its run, not its id, into the address; `dispatch runs` shows the ids"
            ),
            None => format!(
                "job {id} of {forges}: no delivery announced it, and no look at the queue showed it with labels that a pool covers"
            ),
        }
    }
}

/// `…/OWNER/NAME/actions/runs/RUN/jobs/ID`, or the same job in the API.
fn page(url: &Url, forges: &Forges) -> Option<JobName> {
    let path: Vec<&str> = url.path_segments()?.collect();
    let actions = path.iter().rposition(|part| *part == "actions")?;
    let (before, after) = path.split_at_checked(actions)?;
    let [.., owner, name] = before else { return None };
    let jobs = after.iter().position(|part| *part == "jobs")?;
    let id = after.get(jobs + 1)?.parse().ok()?;
    let repository = format!("{owner}/{name}").parse().ok()?;
    let there: Vec<ForgeName> = forges.iter().filter(|(_, forge)| is_at(url, forge)).map(|(name, _)| name.clone()).collect();
    let forges = if there.is_empty() { forges.keys().cloned().collect() } else { there };
    Some(JobName { forges, id, repository: Some(repository) })
}

fn is_at(page: &Url, forge: &ForgeConfig) -> bool {
    let root = Url::parse(&forge.url).ok();
    let same = |root: &Url| root.host() == page.host() && root.port_or_known_default() == page.port_or_known_default();
    root.as_ref().is_some_and(same) || page.host_str().is_some_and(|host| forge.hostnames.iter().any(|name| name == host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load_text};

    fn forges() -> Forges {
        let text = "
forges:
  home: { url: https://git.example.com/code, hostnames: [www.example.com], token: { env: T }, webhook_secrets: [{ env: S }] }
  work: { url: https://forge.example.org, token: { env: T }, webhook_secrets: [{ env: S }] }
pools:
  go: { labels: [go], backend: process }
";
        load_text("dispatch.yaml", text, &Environment::from_iter([("T", "a"), ("S", "b")])).unwrap().config().forges.clone()
    }

    fn parsed(text: &str) -> (Vec<String>, u64, Option<String>) {
        let name = JobName::parse(text, &forges()).unwrap();
        (name.forges.iter().map(ToString::to_string).collect(), name.id, name.repository.map(|it| it.to_string()))
    }

    fn of(forges: &[&str], id: u64, repository: Option<&str>) -> (Vec<String>, u64, Option<String>) {
        (forges.iter().map(ToString::to_string).collect(), id, repository.map(ToOwned::to_owned))
    }

    #[test]
    fn an_id_is_looked_for_at_every_forge() {
        assert_eq!(parsed("7"), of(&["home", "work"], 7, None));
        assert_eq!(parsed("work/7"), of(&["work"], 7, None));
    }

    #[test]
    fn what_runs_shows_can_be_pasted() {
        let key = crate::identifier::JobKey::first("work".into(), 7);
        assert_eq!(parsed(&key.to_string()), of(&["work"], 7, None));
    }

    #[test]
    fn the_address_of_a_page_names_forge_and_repository() {
        let tour = Some("acme/tour");
        assert_eq!(parsed("https://git.example.com/code/acme/tour/actions/runs/3/jobs/7"), of(&["home"], 7, tour));
        assert_eq!(parsed("http://www.example.com/acme/tour/actions/runs/3/jobs/7/"), of(&["home"], 7, tour));
        assert_eq!(parsed("https://forge.example.org/acme/tour/actions/runs/3/jobs/7/attempt/1#x"), of(&["work"], 7, tour));
        assert_eq!(parsed("https://forge.example.org/api/v1/repos/acme/tour/actions/jobs/7"), of(&["work"], 7, tour));
        assert_eq!(parsed("http://10.0.0.1:3000/acme/tour/actions/runs/3/jobs/7"), of(&["home", "work"], 7, tour));
    }

    #[test]
    fn anything_else_is_refused_with_what_to_write() {
        for text in ["", "build", "home/", "home/build", "a/b/c/7", "https://git.example.com/acme/tour/actions/runs/3", "-1"] {
            let refusal = JobName::parse(text, &forges()).unwrap_err();
            assert_eq!(refusal, format!("`{text}` is no job: give its id, FORGE/ID, or the address of its page"));
        }
        let refusal = JobName::parse("hom/7", &forges()).unwrap_err();
        assert_eq!(refusal, "there is no forge `hom` in the configuration; it has `home` and `work`");
    }
}
