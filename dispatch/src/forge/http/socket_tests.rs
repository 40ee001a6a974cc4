//! What can go wrong below HTTP, with real sockets: each a sentence of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;

use super::{Access, Bounds, Call, Http};

const SHORT: Bounds = Bounds { connect: Duration::from_secs(5), total: Duration::from_millis(200), body: 1 << 20 };

/// Accepts connections on a thread of its own and treats each one so.
fn listen(treat: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(treat));
    port
}

/// Reads a request up to the end of its head.
fn read_head(stream: &mut impl Read) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
}

/// The error or the status of asking this address.
async fn ask(url: &str, authority: Option<PathBuf>, bounds: Bounds) -> Result<String, String> {
    let http = Http::new(url, &SecretString::from("t"), authority.as_deref(), bounds).unwrap();
    let answer = http.ask(&Call::new(Method::GET, Access::Anonymous, ["api", "v1", "version"])).await;
    let port = url.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    answer.map_err(|error| error.cause.replace(&port, "PORT")).and_then(|answer| answer.read().map_err(|error| error.cause))
}

async fn failure(url: &str) -> String {
    ask(url, None, SHORT).await.unwrap_err()
}

fn certificate(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/forge/http/test_certificates").join(name)
}

/// Answers `"hello"` over TLS with the certificate for `localhost`.
fn listen_with_tls() -> u16 {
    let chain = CertificateDer::pem_file_iter(certificate("certificate.pem")).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(certificate("key.pem")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    listen(move |stream| {
        let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        read_head(&mut stream);
        let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n\"hello\"");
    })
}

#[tokio::test]
async fn a_forge_that_never_answers_is_not_waited_for() {
    let port = listen(std::mem::forget);
    assert_eq!(failure(&format!("http://127.0.0.1:{port}")).await, "no answer within 200 ms: is the forge overloaded?");
}

#[tokio::test]
async fn a_forge_that_stops_in_the_middle_is_not_waited_for() {
    let port = listen(|mut stream| {
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").unwrap();
        std::mem::forget(stream);
    });
    assert_eq!(failure(&format!("http://127.0.0.1:{port}")).await, "no answer within 200 ms: is the forge overloaded?");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read() {
    let port = listen(|mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
        while stream.write_all(&[b' '; 4_096]).is_ok() {}
    });
    let patient = Bounds { total: Duration::from_secs(10), ..SHORT };
    let cause = ask(&format!("http://127.0.0.1:{port}"), None, patient).await.unwrap_err();
    assert_eq!(cause, "the answer is larger than 1 MiB, so it was not read");
}

#[tokio::test]
async fn nobody_listening_is_told_from_a_broken_connection() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(
        failure(&format!("http://127.0.0.1:{port}")).await,
        "nothing listens at 127.0.0.1:PORT (connection refused): is the forge running, and is `url` right?"
    );
    let port = listen(|mut stream| read_head(&mut stream));
    assert_eq!(
        failure(&format!("http://127.0.0.1:{port}")).await,
        "the connection to 127.0.0.1:PORT broke off: if this lasts, look at the forge or the proxy before it"
    );
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_a_name_to_be_checked() {
    // No label may have more than 63 characters, so the resolver says no without asking anybody.
    let host = format!("{}.example", "x".repeat(64));
    let patient = Bounds { total: Duration::from_secs(10), ..SHORT };
    let cause = ask(&format!("http://{host}"), None, patient).await.unwrap_err();
    assert_eq!(
        cause,
        format!("the name `{host}` cannot be resolved: is `url` spelled right, and does this machine's DNS know it?")
    );
}

#[tokio::test]
async fn a_private_authority_has_to_be_named() {
    let url = format!("https://localhost:{}", listen_with_tls());
    let patient = Bounds { total: Duration::from_secs(10), ..SHORT };
    assert_eq!(
        ask(&url, None, patient).await.unwrap_err(),
        "the certificate of localhost is signed by nobody this machine trusts: name its authority's PEM file in `certificate_authority`"
    );
    assert_eq!(ask(&url, Some(certificate("authority.pem")), patient).await, Ok("hello".to_owned()));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_accepted() {
    let url = format!("https://127.0.0.1:{}", listen_with_tls());
    let patient = Bounds { total: Duration::from_secs(10), ..SHORT };
    let cause = ask(&url, Some(certificate("authority.pem")), patient).await.unwrap_err();
    assert_eq!(cause, "the certificate is not for 127.0.0.1: use the host name that it was made for in `url`");
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_a_bad_certificate() {
    let port = listen(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    assert_eq!(
        failure(&format!("https://localhost:{port}")).await,
        "localhost does not speak TLS there: should `url` begin with `http://`?"
    );
}
