//! What strangers, browsers and misconfigured forges send, and the sentence that they get.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, RequestBuilder, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::running::Serve;
use crate::stage::{SECRET, Stage};

/// Limit of the stage's configuration.
const LIMIT: usize = 64 << 10;
const TOO_LARGE: &str = "this delivery is larger than the limit of 65536 bytes (`serve.body_limit`), so it was not read; jobs that it announces are found at the next look at the forge's queue\n";

fn post(serve: &Serve, path: &str) -> RequestBuilder {
    Client::builder().no_proxy().build().unwrap().post(serve.url(path))
}

/// As a forge would send it.
fn signed(request: RequestBuilder, body: impl Into<Vec<u8>>) -> RequestBuilder {
    let body = body.into();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&body);
    let request = request.header("x-gitea-signature", hex::encode(mac.finalize().into_bytes()));
    let request = request.header("x-gitea-event", "workflow_job").header("x-gitea-event-type", "workflow_job");
    request.header("x-gitea-delivery", "1").header("content-type", "application/json").body(body)
}

async fn said(response: Result<Response, reqwest::Error>) -> (u16, String) {
    let response = response.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Sends bytes as they are, and reads until the other side has nothing more to say.
async fn raw(serve: &Serve, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(serve.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// The head of a delivery whose body follows, or does not.
fn head(header: &str) -> String {
    format!("POST /hook/home HTTP/1.1\r\nHost: dispatch\r\nConnection: close\r\n{header}\r\n\r\n")
}

async fn is_well(serve: &Serve) {
    assert_eq!(reqwest::get(serve.url("/health")).await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_is_no_delivery_is_told_what_to_do() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let answer = reqwest::get(serve.url("/hook/home")).await;
    assert_eq!(answer.as_ref().unwrap().headers()["allow"], "POST");
    let sentence = "deliveries come by POST: set the HTTP method of this webhook to POST in the forge (Settings → Webhooks)\n";
    assert_eq!(said(answer).await, (405, sentence.to_owned()));
    let answer = said(signed(post(&serve, "/hook/hom"), "{}").send().await).await;
    assert_eq!(answer, (404, "there is no forge `hom` in the configuration\n".to_owned()));
    for path in ["/hook", "/hook/", "/hooks/home", "/hook/home/x"] {
        let sentence = "nothing is here: webhooks are sent to /hook/NAME, NAME being the forge's in the configuration\n";
        assert_eq!(said(post(&serve, path).send().await).await, (404, sentence.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_delivery_must_be_signed_and_make_sense() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let (status, sentence) =
        said(post(&serve, "/hook/home").header("content-type", "application/json").body("{}").send().await).await;
    assert_eq!(status, 401);
    assert!(sentence.starts_with("this delivery is not signed: open the webhook in the forge"), "{sentence}");
    let forged = signed(post(&serve, "/hook/home"), "{}").body("{ }").send().await;
    assert_eq!(said(forged).await, (401, "the signature is not accepted\n".to_owned()));
    let deep = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
    for body in [vec![0xff_u8, 0, 0x80, b'{'], deep, b"{\"action\":\"queued\"}".to_vec(), Vec::new()] {
        let (status, sentence) = said(signed(post(&serve, "/hook/home"), body).send().await).await;
        assert_eq!(status, 422, "{sentence}");
        assert!(sentence.starts_with("this workflow_job delivery cannot be understood at `"), "{sentence}");
    }
    is_well(&serve).await;
    assert!(stage.runs().await.is_empty());
}

#[tokio::test]
async fn the_bare_path_means_the_only_forge() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let (status, sentence) = said(signed(post(&serve, "/"), "{}").send().await).await;
    assert_eq!(status, 422, "{sentence}");
}

#[tokio::test]
async fn of_two_forges_the_bare_path_means_none() {
    let stage = Stage::new().await;
    let text = stage.configuration("1s");
    let home = text.lines().find(|line| line.starts_with("  home:")).unwrap();
    let work = home.replace("home:", "work:").replace("127.0.0.1", "localhost");
    stage.configure(&text.replace(home, &format!("{home}\n{work}")));
    let serve = stage.serve().await;
    let answer = said(signed(post(&serve, "/"), "{}").send().await).await;
    assert_eq!(answer, (404, "there are several forges: send each one's webhook to /hook/NAME\n".to_owned()));
    assert_eq!(said(signed(post(&serve, "/hook/work"), "{}").send().await).await.0, 422);
}

#[tokio::test]
async fn a_body_has_a_largest_size() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let fits = said(signed(post(&serve, "/hook/home"), vec![b' '; LIMIT]).send().await).await;
    assert_eq!(fits.0, 422, "{fits:?}");
    let too_large = said(signed(post(&serve, "/hook/home"), vec![b' '; LIMIT + 1]).send().await).await;
    assert_eq!(too_large, (413, TOO_LARGE.to_owned()));
    let announced = raw(&serve, head("Content-Length: 99999999999").as_bytes()).await;
    assert!(announced.starts_with("HTTP/1.1 413 ") && announced.ends_with(TOO_LARGE), "{announced}");
    let chunked = format!("{}{:x}\r\n{}\r\n", head("Transfer-Encoding: chunked"), LIMIT + 1, " ".repeat(LIMIT + 1));
    let chunked = raw(&serve, chunked.as_bytes()).await;
    assert!(chunked.starts_with("HTTP/1.1 413 ") && chunked.ends_with(TOO_LARGE), "{chunked}");
}

/// What a forge with a large push meets: it writes all of it before it reads.
#[tokio::test]
async fn a_sender_of_far_too_much_still_gets_the_sentence() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let answer = said(signed(post(&serve, "/hook/home"), vec![b' '; 16 << 20]).send().await).await;
    assert_eq!(answer, (413, TOO_LARGE.to_owned()));
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let slow = raw(&serve, head("Content-Length: 10").as_bytes()).await;
    assert!(slow.starts_with("HTTP/1.1 408 "), "{slow}");
    assert!(
        slow.ends_with("the body did not arrive within 10 s: look at what stands between the forge and dispatch\n"),
        "{slow}"
    );
}

#[tokio::test]
async fn bytes_that_are_no_request_do_no_harm() {
    let stage = Stage::new().await;
    let serve = stage.serve().await;
    let broken = raw(&serve, format!("{}not a length\r\n", head("Transfer-Encoding: chunked")).as_bytes()).await;
    assert!(broken.starts_with("HTTP/1.1 400 ") && broken.contains("the body broke off"), "{broken}");
    for garbage in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..], b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n"] {
        let answer = raw(&serve, garbage).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    is_well(&serve).await;
}
