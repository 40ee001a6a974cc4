//! The entries of `jobs`.

use crate::yaml::{Node, Value};

use super::super::Dialect;
use super::{Fault, Job, merge, schema};

/// Reads the jobs as the forge does when it creates the run.
pub(super) fn read(root: &mut Node, dialect: Dialect) -> Result<Vec<Job>, Fault> {
    schema::run(dialect).check(root)?;
    let span = root.get("jobs").map_or(root.span, |jobs| jobs.span);
    let jobs = root.take("jobs").filter(|jobs| !jobs.alias);
    let Some(Value::Mapping(entries)) = jobs.map(|jobs| jobs.value) else {
        return Err(Fault::refused(span, "there are no `jobs`"));
    };
    let absent = entries.iter().find(|(key, job)| job.is_null() && !key.is_merge_key());
    if let Some((key, _)) = absent {
        return Err(null_job(key, dialect));
    }
    entries.into_iter().map(|(key, body)| job(&key, body, dialect)).collect()
}

/// Gitea ≥ 1.26 says so (in its later patch releases); others follow a null pointer.
fn null_job(key: &Node, dialect: Dialect) -> Fault {
    let message = format!("the job `{}` is empty", key.text().unwrap_or_default());
    if dialect.is_gitea_from(26) { Fault::refused(key.span, message) } else { Fault::panics(key.span, message) }
}

fn job(key: &Node, body: Node, dialect: Dialect) -> Result<Job, Fault> {
    if key.alias || !key.is_scalar() {
        return Err(Fault::refused(key.span, "the name of a job is text"));
    }
    schema::job(dialect).check(&body)?;
    if key.is_merge_key() || key.is_null() {
        // The one structure of the forge merges or drops it, the other looks for a job of that name.
        return Err(Fault::panics(key.span, format!("`{}` is not the name of a job", key.text().unwrap_or_default())));
    }
    Ok(Job { id: key.text().unwrap_or_default().to_owned(), span: key.span, body: merge::resolved(body)? })
}
