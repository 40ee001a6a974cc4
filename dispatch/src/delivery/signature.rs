//! Is the body signed with one of our secrets?

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use super::{Refusal, Secrets};

/// The signature headers and what stands before the hexadecimal digits.
///
/// Gitea and Forgejo send several of these with the same digest (Forgejo ≥ 7 all of them). `X-Hub-Signature` is SHA-1 and never read.
const HEADERS: [(&str, &str); 4] =
    [("x-forgejo-signature", ""), ("x-gitea-signature", ""), ("x-gogs-signature", ""), ("x-hub-signature-256", "sha256=")];

type Digest = [u8; 32];

/// Checks the HMAC-SHA256 of the JSON bytes against each live secret, in constant time.
///
/// All signatures given must be one and the same digest. A forge never sends two that differ, and picking one of them
/// would let the reader and whoever stands in front of it disagree on which was checked.
pub(super) fn verify(headers: &HeaderMap, json: &[u8], secrets: &Secrets) -> Result<(), Refusal> {
    let mut digests = given(headers);
    let claimed = digests.next().ok_or(Refusal::Unsigned)??;
    for other in digests {
        if other? != claimed {
            return Err(Refusal::Signature);
        }
    }
    if secrets.keys().any(|key| is_signed(key, json, &claimed)) { Ok(()) } else { Err(Refusal::Signature) }
}

/// Every signature that is present and not empty. A hook without a secret sends empty values and bare prefixes.
fn given(headers: &HeaderMap) -> impl Iterator<Item = Result<Digest, Refusal>> {
    HEADERS
        .iter()
        .flat_map(|&(name, prefix)| headers.get_all(name).into_iter().map(move |value| (value.as_bytes(), prefix.as_bytes())))
        .filter(|(value, prefix)| !value.is_empty() && value != prefix)
        .map(|(value, prefix)| digest(value, prefix).ok_or(Refusal::Signature))
}

fn digest(value: &[u8], prefix: &[u8]) -> Option<Digest> {
    let digits = value.strip_prefix(prefix)?;
    let mut digest = Digest::default();
    hex::decode_to_slice(digits, &mut digest).ok()?;
    Some(digest)
}

fn is_signed(key: &[u8], json: &[u8], claimed: &Digest) -> bool {
    Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(json).verify_slice(claimed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &[u8] = br#"{"ref":"refs/heads/main"}"#;

    fn hex_hmac(key: &str) -> String {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        hex::encode(mac.chain_update(JSON).finalize().into_bytes())
    }

    fn check(headers: &[(&'static str, String)]) -> Result<(), Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let secrets = Secrets::new(["new".into(), "old".into()]).unwrap();
        verify(&map, JSON, &secrets)
    }

    /// The example of RFC 4231, section 4.3, so that we and the forge cannot agree on something that is not HMAC-SHA256.
    #[test]
    fn it_is_hmac_sha256() {
        let mut digest = Digest::default();
        hex::decode_to_slice("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", &mut digest).unwrap();
        assert!(is_signed(b"Jefe", b"what do ya want for nothing?", &digest));
    }

    #[test]
    fn each_header_suffices_alone_and_so_does_each_live_secret() {
        for secret in ["new", "old"] {
            for (name, prefix) in HEADERS {
                let value = format!("{prefix}{}", hex_hmac(secret));
                assert_eq!(check(&[(name, value)]), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn a_hook_without_a_secret_is_unsigned() {
        assert_eq!(check(&[]), Err(Refusal::Unsigned));
        let empty = [
            ("x-gitea-signature", String::new()),
            ("x-gogs-signature", String::new()),
            ("x-hub-signature-256", "sha256=".into()),
            ("x-hub-signature", "sha1=".into()),
        ];
        assert_eq!(check(&empty), Err(Refusal::Unsigned));
    }

    #[test]
    fn sha1_alone_counts_as_unsigned() {
        let sha1 = [("x-hub-signature", format!("sha1={}", "0".repeat(40)))];
        assert_eq!(check(&sha1), Err(Refusal::Unsigned));
    }

    #[test]
    fn signatures_that_differ_are_refused_even_when_one_is_right() {
        let right = ("x-gitea-signature", hex_hmac("new"));
        let wrong = [
            ("x-gogs-signature", hex_hmac("other")),
            ("x-gogs-signature", hex_hmac("old")),
            ("x-gogs-signature", "zz".into()),
            ("x-gitea-signature", hex_hmac("other")),
            ("x-hub-signature-256", hex_hmac("new")),
        ];
        for wrong in wrong {
            assert_eq!(check(&[right.clone(), wrong.clone()]), Err(Refusal::Signature));
            assert_eq!(check(&[wrong, right.clone()]), Err(Refusal::Signature));
        }
    }

    #[test]
    fn malformed_digests_are_refused() {
        let right = hex_hmac("new");
        for wrong in [&right[..62], &format!("{right}00"), &format!(" {right}"), "0", "g"] {
            let header = ("x-gitea-signature", wrong.to_owned());
            assert_eq!(check(&[header]), Err(Refusal::Signature), "{wrong}");
        }
    }
}
