//! The files that are written for users: the example, the schema, the reference.

use std::fs;
use std::path::{Path, PathBuf};

use dispatch::config::{self, Environment, RegisterAt, Watch};
use dispatch::pool::{EC2, Market};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

#[test]
fn the_example_is_a_configuration_without_errors_or_warnings() {
    let environment = Environment::from_iter([("GITEA_TOKEN", "token"), ("WEBHOOK_SECRET", "secret")]);
    let loaded = config::load(&docs("dispatch.example.yaml"), &environment).unwrap_or_else(|report| panic!("{report}"));
    assert!(loaded.warnings().findings().is_empty(), "{}", loaded.warnings());

    let config = loaded.into_config().unwrap();
    assert_eq!(config.stack, "acme-ci");
    let (name, forge) = config.forges.first_key_value().unwrap();
    assert_eq!(
        (name.as_str(), forge.url.as_str(), forge.register_at),
        ("home", "https://git.example.com/", RegisterAt::Repository)
    );
    let Watch::Only { organisations, repositories } = &forge.watch else { panic!("{:?}", forge.watch) };
    assert_eq!((organisations[0].as_str(), repositories[0].to_string().as_str()), ("acme", "guest/tour"));
    let pools: Vec<_> = config.pools.iter().map(|pool| (pool.name.as_str(), pool.limit, pool.maximum_age_s)).collect();
    assert_eq!(pools, [("go", 20, 12_600), ("docker", 4, 12_600), ("godot", 20, 12_600)]);
    let godot = &config.pools[2];
    assert_eq!((godot.backend.as_str(), godot.instance_types.len(), godot.ec2.volume_gib), (EC2, 3, 60));
    assert_eq!((godot.ec2.market, godot.ec2.job_uses_instance_role), (Market::SpotThenOnDemand, true));
    let aws = config.aws.as_ref().unwrap();
    assert_eq!((aws.table.as_str(), aws.subnets.len(), aws.region.as_str()), ("dispatch", 2, "eu-west-1"));
    assert_eq!((config.limits.total, config.limits.per_owner, config.limits.per_repository), (Some(50), Some(20), Some(10)));
    assert_eq!((config.serve.sweep_interval_s, config.serve.body_limit, config.serve.keep_closed_s), (60, 26_214_400, 1_209_600));
}

#[test]
fn the_example_shows_every_key() {
    let example = fs::read_to_string(docs("dispatch.example.yaml")).unwrap();
    let page = config::reference();
    let keys = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(key, _)| key);
    for key in keys.filter(|key| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
        assert!(example.contains(&format!("{key}:")), "the example does not show `{key}`");
    }
}

#[test]
fn the_schema_is_the_one_of_the_table() {
    let kept = fs::read_to_string(docs("dispatch.schema.json")).unwrap_or_default();
    assert!(kept == config::schema(), "renew it: dispatch config schema > docs/dispatch.schema.json");
}

#[test]
fn the_reference_is_the_one_of_the_table() {
    let kept = fs::read_to_string(docs("configuration.md")).unwrap_or_default();
    assert!(kept == config::reference(), "renew it: dispatch config reference > docs/configuration.md");
}
