//! From the bytes of a file to a [`Workflow`], or to the reason why the forge does not accept it.

use crate::yaml::{self, Limits, Node, Options, Value};

use super::super::Dialect;
use super::{Fault, Workflow, jobs, merge, on, schema};

/// Gitea ≥ 1.25 looks at so many bytes of a file and not at the rest.
const GITEA_READS_BYTES: usize = 1 << 20;
/// The forges' own limits are far away; these keep one file from costing more than a moment.
const LIMITS: Limits = Limits { bytes: 4 << 20, nodes: 200_000, depth: 200 };

/// Reads a workflow file as the forge does when an event arrives.
pub fn read(id: &str, content: &[u8], dialect: Dialect) -> Result<Workflow, Fault> {
    let content = match content.get(..GITEA_READS_BYTES) {
        Some(beginning) if dialect.is_gitea_from(25) => beginning,
        _ => content,
    };
    let options = Options { limits: LIMITS, ..Options::forge() };
    let text = yaml::decode(content)?;
    let root = yaml::parse(&text, &options)?;
    schema::workflow(dialect).check(&root)?;
    let workflow = accept(id, merge::resolved(root)?, dialect)?;
    Ok(Workflow { may_need_contexts: may_need_contexts(&text), ..workflow })
}

/// A backslash can spell anything.
fn may_need_contexts(text: &str) -> bool {
    ["${{", "uses", "\\"].iter().any(|sign| text.contains(sign))
}

fn accept(id: &str, mut root: Node, dialect: Dialect) -> Result<Workflow, Fault> {
    let Some(on) = root.get("on") else {
        return Err(Fault::refused(root.span, "there is no `on`"));
    };
    let on = on::read(on, dialect)?;
    let (jobs, job_fault) = match jobs::read(&mut root, dialect) {
        Ok(jobs) => (jobs, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    let name = root.get("name").filter(|name| !matches!(name.value, Value::Null));
    Ok(Workflow {
        id: id.to_owned(),
        name: name.and_then(Node::text).filter(|name| !name.is_empty()).map(str::to_owned),
        on,
        concurrency: root.get("concurrency").cloned(),
        jobs,
        job_fault,
        may_need_contexts: true,
    })
}
