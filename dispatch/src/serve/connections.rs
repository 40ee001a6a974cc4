//! Connections of forges: accepted until the service stops, each with a bound on the time for the head of a request.
//!
//! Without that bound whoever opens connections and says nothing would in the end keep every forge out.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A forge sends its head at once; a connection that is kept open for a next request may be silent as long.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// Connections at a time; further ones wait for their turn in the system's queue.
const MOST_CONNECTIONS: usize = 512;

/// After the process has run out of files, until it tries again.
const BREATH: Duration = Duration::from_secs(1);

/// Accepts connections until `stop` comes, then lets the requests under way end.
pub(super) async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let (builder, graceful) = (builder(), GracefulShutdown::new());
    let mut stop = pin!(stop);
    loop {
        let (stream, place) = tokio::select! {
            () = &mut stop => break,
            next = next(&listener, &places) => next,
        };
        let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            let _the_sender_sees_it_break_off = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    builder
}

async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_of_the_sender(&error) => {}
            Err(error) => {
                tracing::warn!("a connection cannot be accepted: {error}; trying again");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// It went away before it was its turn.
fn is_of_the_sender(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::time::Instant;

    use super::*;

    async fn connect() -> (TcpStream, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let router = Router::new().fallback(async || "here\n");
        let served = tokio::spawn(serve(listener, router, async { drop(stopped.await) }));
        (TcpStream::connect(address).await.unwrap(), stop, served)
    }

    /// Time passes by itself while nobody has anything to do.
    #[tokio::test(start_paused = true)]
    async fn a_sender_that_never_ends_its_head_is_cut_off() {
        let (mut sender, _stop, _served) = connect().await;
        sender.write_all(b"POST / HTTP/1.1\r\nhost: here\r\n").await.unwrap();
        let begun = Instant::now();
        let _what_it_is_told = sender.read_to_end(&mut Vec::new()).await;
        assert!((10..12).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_request_is_answered_and_a_stop_closes_the_connection_that_was_kept() {
        let (mut sender, stop, served) = connect().await;
        sender.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
        let mut answer = [0; 15];
        sender.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        stop.send(()).unwrap();
        served.await.unwrap();
        let mut rest = String::new();
        sender.read_to_string(&mut rest).await.unwrap();
        assert!(rest.ends_with("here\n"), "{rest}");
    }
}
