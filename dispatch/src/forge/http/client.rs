//! The client of one forge: it waits only so long, reads only so much, follows no redirect, and shows its token to nobody.

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Response, Url, redirect};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Answer, Headers};
use super::call::{Access, Call};
use super::failure;
use crate::forge::{ForgeError, ForgeErrorKind};

/// How long and how much one call may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Until the connection stands.
    pub(crate) connect: Duration,
    /// Until the whole answer is here.
    pub(crate) total: Duration,
    /// Bytes of an answer; a page of Forgejo's runs carries fifty whole webhook payloads.
    pub(crate) body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(10), body: 16 << 20 }
    }
}

/// Talks to one forge. Cheap to share, without `Debug`.
pub(crate) struct Http {
    client: reqwest::Client,
    root: Url,
    token: SecretString,
    bounds: Bounds,
}

impl Http {
    /// A client for the forge at `root`; an error is a configuration that cannot work.
    pub(crate) fn new(root: &str, token: &SecretString, authority: Option<&Path>, bounds: Bounds) -> Result<Self, ForgeError> {
        let wrong = |cause: String| ForgeError::new(ForgeErrorKind::Denied, "configuration", cause);
        let root = parse_root(root).map_err(wrong)?;
        install_ring();
        let mut builder = ClientBuilder::new()
            .user_agent(concat!("dispatch/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(bounds.connect)
            .timeout(bounds.total)
            .default_headers(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]));
        if is_loopback(&root) {
            builder = builder.no_proxy();
        }
        if let Some(file) = authority {
            builder = builder.tls_certs_merge(read_authority(file).map_err(wrong)?);
        }
        let client = builder.build().map_err(|error| wrong(failure::chain(&error)))?;
        authorization(token).map_err(wrong)?;
        Ok(Self { client, root, token: token.clone(), bounds })
    }

    /// Sends the call and reads the whole answer, whatever its status; an error means that there was no answer.
    #[tracing::instrument(level = "debug", skip_all, fields(call = %call.what()))]
    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, ForgeError> {
        let what = call.what();
        let unreachable = |cause: String| ForgeError::new(ForgeErrorKind::Unreachable, what.clone(), cause);
        let no_answer = |error: reqwest::Error| unreachable(failure::sentence(&error, &self.root, self.bounds));
        let mut request = self.client.request(call.method.clone(), call.address(&self.root));
        if call.access != Access::Anonymous {
            let value = authorization(&self.token).map_err(&unreachable)?;
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(no_answer)?;
        let (status, headers) = (response.status(), Headers::of(response.headers()));
        tracing::debug!(status = status.as_u16(), "answered");
        let body = match self.read(response).await {
            Ok(Some(body)) => body,
            Ok(None) => {
                let mebibytes = self.bounds.body >> 20;
                return Err(unreachable(format!("the answer is larger than {mebibytes} MiB, so it was not read")));
            }
            Err(error) => return Err(no_answer(error)),
        };
        let body = if status.is_success() { body } else { self.without_token(&body) };
        Ok(Answer::new(call, self.root.clone(), status, headers, body))
    }

    /// The whole body, or nothing when it is too large.
    async fn read(&self, mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len().saturating_add(chunk.len()) > self.bounds.body {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(body))
    }

    /// An error page that echoes the request must not carry the token into our errors.
    fn without_token(&self, body: &[u8]) -> Vec<u8> {
        match self.token.expose_secret() {
            "" => body.to_vec(),
            token => String::from_utf8_lossy(body).replace(token, "[token]").into_bytes(),
        }
    }
}

/// The header, marked so that no `Debug` output of any layer shows it.
fn authorization(token: &SecretString) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(&format!("token {}", token.expose_secret()))
        .map_err(|_| "`token` has a line break or another character that no token has: copy it again".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The forge's root, with nothing in it that could leak or mislead.
fn parse_root(text: &str) -> Result<Url, String> {
    let example = "write it like `https://git.example.com/`";
    let url: Url = text.parse().map_err(|error| format!("`url: {text}` is no address ({error}): {example}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("`url` has a user name or password in it: put the credential in `token` and {example}"));
    }
    let plain = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !plain || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`url: {text}` is not the root of a forge: {example}"));
    }
    Ok(url)
}

/// A proxy of the environment cannot reach this computer's own forge.
fn is_loopback(root: &Url) -> bool {
    let host = root.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_authority(file: &Path) -> Result<Vec<Certificate>, String> {
    let shown = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| format!("`certificate_authority: {shown}` cannot be read ({error}): name a PEM file"))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => {
            Err(format!("`certificate_authority: {shown}` holds no certificate: it must be PEM, `-----BEGIN CERTIFICATE-----` …"))
        }
    }
}

/// Makes ring the process's cryptography, once; whoever came first, such as a cloud's SDK, keeps its own.
pub(crate) fn install_ring() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let _already_there = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str, token: &str, authority: Option<&Path>) -> String {
        let client = Http::new(url, &SecretString::from(token), authority, Bounds::default());
        client.err().expect("refused").to_string()
    }

    #[test]
    fn a_url_that_is_no_root_is_refused_with_an_example() {
        insta::assert_snapshot!(refused("git.example.com", "t", None), @"configuration: `url: git.example.com` is no address (relative URL without a base): write it like `https://git.example.com/`");
        insta::assert_snapshot!(refused("ftp://git.example.com", "t", None), @"configuration: `url: ftp://git.example.com` is not the root of a forge: write it like `https://git.example.com/`");
    }

    #[test]
    fn a_credential_in_the_url_is_refused_and_not_repeated() {
        let sentence = refused("https://me:hunter2@git.example.com", "t", None);
        assert!(sentence.contains("put the credential in `token`") && !sentence.contains("hunter2"), "{sentence}");
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_and_not_repeated() {
        let sentence = refused("https://git.example.com", "se\ncret", None);
        assert!(sentence.contains("copy it again") && !sentence.contains("cret"), "{sentence}");
    }

    #[test]
    fn an_authority_file_must_hold_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let (missing, empty) = (folder.path().join("missing.pem"), folder.path().join("empty.pem"));
        std::fs::write(&empty, "hello").unwrap();
        assert!(refused("https://git.example.com", "t", Some(&missing)).contains("cannot be read"));
        assert!(refused("https://git.example.com", "t", Some(&empty)).contains("holds no certificate"));
    }

    #[test]
    fn only_this_computer_is_reached_past_a_proxy() {
        for (url, expected) in [
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("http://localhost", true),
            ("https://git.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }
}
