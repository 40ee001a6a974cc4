//! The file as a whole.

use super::Reader;
use super::fields::Fields;
use super::{aws, forge, pool};
use crate::config::keys::{FORGE, LIMITS, POOL, ROOT, SERVE};
use crate::config::values::{AbsolutePath, Address, Bytes, Name, Seconds};
use crate::config::{Config, Environment, Limits, ServeConfig};
use crate::diagnostic::Finding;
use crate::yaml::{Node, Value};

/// Reads the whole file. The stack is empty if the file names none.
pub(in crate::config) fn root(reader: &mut Reader<'_>, node: &Node) -> Config {
    if !matches!(node.value, Value::Mapping(_) | Value::Null) {
        let finding = Finding::error("", format!("the configuration is a mapping, not {}", node.kind())).at(node.span);
        reader.push(finding.help("begin with `forges:`"));
    }
    all(Fields::open(reader, &ROOT, String::new(), node))
}

/// What an empty file means.
pub(in crate::config) fn nothing(environment: &Environment) -> Config {
    all(Fields::empty(&mut Reader::new("", environment), &ROOT, String::new()))
}

fn all(mut fields: Fields<'_, '_, '_>) -> Config {
    let aws = aws::aws(&mut fields);
    Config {
        stack: fields.optional::<Name>("stack").unwrap_or_default().0,
        forges: fields.named("forges", &FORGE, forge::forge).into_iter().collect(),
        pools: pool::or_defaults(fields.named("pools", &POOL, pool::pool), aws.is_some()),
        limits: limits(fields.section("limits", &LIMITS)),
        aws,
        serve: serve(fields.section("serve", &SERVE)),
    }
}

fn limits(mut fields: Fields<'_, '_, '_>) -> Limits {
    Limits {
        total: fields.optional("total"),
        per_owner: fields.optional("per_owner"),
        per_repository: fields.optional("per_repository"),
    }
}

fn serve(mut fields: Fields<'_, '_, '_>) -> ServeConfig {
    ServeConfig {
        listen: fields.value::<Address>("listen").0,
        data: fields.value::<AbsolutePath>("data").0,
        sweep_interval_s: fields.value::<Seconds>("sweep_interval").0,
        body_limit: fields.value::<Bytes>("body_limit").0,
        keep_closed_s: fields.value::<Seconds>("keep_closed").0,
    }
}
