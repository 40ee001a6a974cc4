//! What a called workflow declares under `on.workflow_call`.

use crate::workflow::model::{self, Fault};
use crate::yaml::{Node, Value};

use super::super::needs::scalar;

/// The declarations of a called workflow.
#[derive(Debug, Default)]
pub(super) struct Specification {
    pub(super) inputs: Vec<Input>,
    /// The names of the secrets, in upper case, and whether each is required.
    pub(super) secrets: Vec<(String, bool)>,
}

/// One declared input.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) default: Option<Node>,
}

/// Whether a workflow declares `workflow_call` at all.
pub(super) fn is_callable(root: &Node) -> bool {
    let Some(on) = root.get("on").filter(|on| !on.alias) else {
        return false;
    };
    let is_it = |node: &Node| node.text() == Some("workflow_call");
    match &on.value {
        Value::Sequence(items) => items.iter().any(is_it),
        Value::Mapping(_) => on.get("workflow_call").is_some(),
        _ => is_it(on),
    }
}

impl Specification {
    /// Reads what the workflow with the tree `root` declares; nothing if it does not say more than that it can be called.
    pub(super) fn read(root: &Node) -> Result<Self, Fault> {
        let on = root.get("on").filter(|on| !on.alias);
        let Some(call) = on.and_then(|on| on.get("workflow_call")).filter(|call| call.as_mapping().is_some()) else {
            return Ok(Self::default());
        };
        let inputs = declared(call, "inputs").map(|(name, node)| input(name, node)).collect::<Result<_, _>>()?;
        let secrets = declared(call, "secrets").map(|(name, node)| (name.to_uppercase(), is_required(node)));
        Ok(Self { inputs, secrets: secrets.collect() })
    }
}

fn declared<'n>(call: &'n Node, key: &str) -> impl Iterator<Item = (String, &'n Node)> {
    let entries = call.get(key).and_then(|node| model::entries(node).ok());
    entries.into_iter().flatten().filter_map(|(name, node)| Some((scalar(name)?, node)))
}

fn input(name: String, node: &Node) -> Result<Input, Fault> {
    let kind = node.get("type").and_then(scalar).unwrap_or_default();
    if node.as_mapping().is_none() && !node.is_null() {
        let message = format!("the input `{name}` of the called workflow is declared as {}", node.kind());
        return Err(Fault::refused(node.span, message));
    }
    Ok(Input { name, kind, is_required: is_required(node), default: node.get("default").cloned() })
}

fn is_required(node: &Node) -> bool {
    matches!(node.get("required").map(|required| &required.value), Some(Value::Bool(true)))
}
