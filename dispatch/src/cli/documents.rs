//! `dispatch config schema` and `reference`: what the configuration file may say.

use super::arguments::ConfigDocument;
use super::exit::Exit;
use super::output;
use crate::config::{reference, schema};

pub(super) fn run(document: ConfigDocument) -> Exit {
    match document {
        ConfigDocument::Schema => output::line(schema().trim_end()),
        ConfigDocument::Reference => output::line(reference().trim_end()),
    }
    Exit::Success
}
