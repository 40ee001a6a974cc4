//! The way to AWS, which a worker may die on: the call with a given number never gets there, and nobody lives to miss it.
//!
//! To die before call `n + 1` is to die after call `n`: what AWS did is done, and what the worker knew is lost.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncBufReadExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A way to an HTTP server on the loopback.
pub(crate) struct Gateway {
    endpoint: String,
    state: Arc<State>,
}

struct State {
    upstream: String,
    calls: AtomicUsize,
    fatal: AtomicUsize,
    died: Notify,
}

impl Gateway {
    /// To the server at this URL.
    pub(crate) async fn to(upstream: &str) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (calls, fatal, died) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX), Notify::new());
        let state = Arc::new(State { upstream, calls, fatal, died });
        let accepting = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = accepting.clone();
                tokio::spawn(async move { state.pass_on(client).await });
            }
        });
        Self { endpoint, state }
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The call after so many others is the end of who makes it.
    pub(crate) fn die_after(&self, calls: usize) {
        self.state.fatal.store(self.state.calls.load(Ordering::SeqCst) + calls, Ordering::SeqCst);
    }

    /// Ends when somebody has died; nobody else will.
    pub(crate) async fn death(&self) {
        self.state.died.notified().await;
        self.state.fatal.store(usize::MAX, Ordering::SeqCst);
    }
}

impl State {
    /// One call for each connection: who wants another one connects again.
    async fn pass_on(&self, client: TcpStream) -> io::Result<()> {
        let mut client = BufReader::new(client);
        let request = request(&mut client).await?;
        if request.is_empty() {
            return Ok(());
        }
        if self.calls.fetch_add(1, Ordering::SeqCst) >= self.fatal.load(Ordering::SeqCst) {
            self.died.notify_one();
            return std::future::pending().await;
        }
        let mut server = TcpStream::connect(&self.upstream).await?;
        server.write_all(&request).await?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        client.write_all(&answer).await?;
        client.shutdown().await
    }
}

/// A whole request that asks for its connection to be closed; empty if none came.
async fn request(client: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if client.read_line(&mut line).await? == 0 {
            return Ok(Vec::new());
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line == "\r\n" {
            break;
        }
        if !lower.starts_with("connection:") {
            head.extend_from_slice(line.as_bytes());
        }
    }
    head.extend_from_slice(b"Connection: close\r\n\r\n");
    let begin = head.len();
    head.resize(begin + length, 0);
    client.read_exact(&mut head[begin..]).await?;
    Ok(head)
}
