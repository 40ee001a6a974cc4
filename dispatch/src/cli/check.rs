//! `dispatch check`: the configuration as start-up reads it, this computer, and the forges behind it.

use super::arguments::Place;
use super::exit::Exit;

pub(super) async fn run(_place: &Place, _json: bool, _offline: bool) -> Exit {
    Exit::Success
}
