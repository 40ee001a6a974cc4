//! `dispatch pause`, `drain`, `stop`, `resume`: the operator's switch.

use super::arguments::Place;
use super::exit::Exit;
use super::installed::Installed;
use super::output;
use crate::record::{Control, Mode};

pub(super) async fn run(place: &Place, mode: Mode, json: bool) -> Exit {
    let installed = match Installed::open(place).await {
        Ok(installed) => installed,
        Err(exit) => return exit,
    };
    let ledger = installed.ledger();
    let since = ledger.now();
    match ledger.set_control(Control { mode, since }).await {
        Ok(()) if json => {
            output::json(&serde_json::json!({ "version": 1, "mode": mode, "since": since }));
            Exit::Success
        }
        Ok(()) => {
            output::say(said(mode));
            Exit::Success
        }
        Err(error) => {
            output::error(&error.to_string());
            Exit::Unavailable
        }
    }
}

fn said(mode: Mode) -> &'static str {
    match mode {
        Mode::Running => "running: jobs that wait are served",
        Mode::Paused => "paused: nothing is launched; what runs goes on; `dispatch resume` lets it go on",
        Mode::Draining => {
            "draining: nothing is launched, runners that wait are ended, busy ones finish; `dispatch runs` shows what is left"
        }
        Mode::Stopped => {
            "stopped: `serve` ends every machine now, and where it does not run `dispatch sweep` does; `dispatch resume` lets it go on"
        }
    }
}
