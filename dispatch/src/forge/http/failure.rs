//! Why there was no answer at all, told apart by what a person has to look at.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::Url;
use rustls::CertificateError;

use super::client::Bounds;
use super::page;

/// The sentence for a request that brought no answer from the forge at `root`.
pub(super) fn sentence(error: &reqwest::Error, root: &Url, bounds: Bounds) -> String {
    let host = root.host_str().unwrap_or_default();
    let port = root.port_or_known_default().unwrap_or_default();
    if error.is_timeout() && error.is_connect() {
        let waited = seconds(bounds.connect);
        return format!("no connection to {host}:{port} within {waited}: does a firewall or security group drop it?");
    }
    if error.is_timeout() {
        return format!("no answer within {}: is the forge overloaded?", seconds(bounds.total));
    }
    let causes = || std::iter::successors(Some(error as &dyn Error), |cause| inner(*cause));
    if let Some(tls) = causes().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return tls_sentence(tls, host);
    }
    // The error types of the resolver and of a half answer are private to hyper; their text is all there is.
    let says = |text: &str| causes().any(|cause| cause.to_string() == text);
    if says("dns error") {
        return format!("the name `{host}` cannot be resolved: is `url` spelled right, and does this machine's DNS know it?");
    }
    let broke_off =
        || format!("the connection to {host}:{port} broke off: if this lasts, look at the forge or the proxy before it");
    if says("connection closed before message completed") {
        return broke_off();
    }
    match causes().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("nothing listens at {host}:{port} (connection refused): is the forge running, and is `url` right?")
        }
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe) => broke_off(),
        _ => format!("no answer from {host}:{port} ({})", chain(error)),
    }
}

/// An error with all its causes on one line, without the address it was about.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    page::excerpt(&if texts.is_empty() { error.to_string() } else { texts.join(": ") })
}

/// The next cause; an `io::Error` hides the error that it wraps from `source`.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
}

fn tls_sentence(error: &rustls::Error, host: &str) -> String {
    use CertificateError::{Expired, ExpiredContext, NotValidForName, NotValidForNameContext, UnknownIssuer};
    match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => format!(
            "the certificate of {host} is signed by nobody this machine trusts: name its authority's PEM file in `certificate_authority`"
        ),
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            format!("the certificate is not for {host}: use the host name that it was made for in `url`")
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            format!("the certificate of {host} has expired: renew it, or set this machine's clock right")
        }
        rustls::Error::InvalidMessage(_) => format!("{host} does not speak TLS there: should `url` begin with `http://`?"),
        other => format!("TLS with {host} failed ({})", page::excerpt(&other.to_string())),
    }
}

/// `10 s`, or milliseconds below one second.
fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 { format!("{} s", duration.as_secs()) } else { format!("{} ms", duration.as_millis()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expired_certificate_is_to_be_renewed() {
        let expired = rustls::Error::InvalidCertificate(CertificateError::Expired);
        assert!(tls_sentence(&expired, "git.example.com").contains("has expired: renew it"));
    }

    #[test]
    fn times_are_shown_in_their_usual_unit() {
        assert_eq!(seconds(Duration::from_secs(10)), "10 s");
        assert_eq!(seconds(Duration::from_millis(1_500)), "1500 ms");
    }
}
