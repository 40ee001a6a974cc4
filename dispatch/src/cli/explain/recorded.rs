//! `dispatch explain --recorded DIR`: what recorded actions would have started, by our own evaluation.

use std::io::{BufWriter, Write};
use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::output;
use crate::explain::recorded::{Error, answer};

pub(super) fn run(recorded: &Path) -> Exit {
    let mut out = BufWriter::new(std::io::stdout().lock());
    match answer(recorded, &mut out).and_then(|()| out.flush().map_err(Error::Write)) {
        Ok(()) => Exit::Success,
        Err(Error::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Success,
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            output::error(&format!("{error}{cause}"));
            Exit::Unavailable
        }
    }
}
