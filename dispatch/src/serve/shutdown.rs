//! The wish to stop: Ctrl-C or a service manager's SIGTERM.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// A flag that is set when the process is asked to stop.
pub fn asked_to_stop() -> std::io::Result<watch::Receiver<bool>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (set, flag) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping after the pass that is under way; machines live on and are found again at the next start");
        set.send_replace(true);
        set.closed().await;
    });
    Ok(flag)
}
