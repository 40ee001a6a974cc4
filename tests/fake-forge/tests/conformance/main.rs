//! The fake against recordings of live servers: one tour through the life of a repository, every call and delivery compared.
//!
//! `recording` loads what the servers did, `tour` and `steps` do it again, `compare` says what differs, `exempt` lists what may differ.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a recording that cannot be read must stop the test"
)]

mod compare;
mod exempt;
mod recording;
mod steps;
mod tour;

use fake_forge::Flavour;

async fn conforms(flavour: Flavour, file: &str) {
    let differences = tour::replay(flavour, &recording::load(file)).await;
    let unexpected: Vec<&str> = differences.iter().filter(|line| !exempt::is_known(file, line)).map(String::as_str).collect();
    assert!(unexpected.is_empty(), "{} differences from {file}:\n  {}", unexpected.len(), unexpected.join("\n  "));
    exempt::assert_none_is_stale(file, &differences);
}

#[tokio::test]
async fn gitea_1_24() {
    conforms(Flavour::Gitea1_24, "gitea-1.24").await;
}

#[tokio::test]
async fn gitea_1_26() {
    conforms(Flavour::Gitea1_26, "gitea-1.26").await;
}

#[tokio::test]
async fn gitea_1_27() {
    conforms(Flavour::Gitea1_27, "gitea-1.27").await;
}

#[tokio::test]
async fn forgejo_11() {
    conforms(Flavour::Forgejo11, "forgejo-11").await;
}

#[tokio::test]
async fn forgejo_15() {
    conforms(Flavour::Forgejo15, "forgejo-15").await;
}
