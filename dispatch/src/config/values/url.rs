//! The root of a forge.

use reqwest::Url;

use super::{Refusal, Scalar};
use crate::diagnostic::quoted;

/// The root of a forge, ending with a slash, with nothing in it that could leak or mislead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::config) struct ForgeUrl(pub(in crate::config) String);

const EXAMPLE: &str = "write it like `https://git.example.com/`";

impl Scalar for ForgeUrl {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let mut url: Url = text.parse().map_err(|_| not_a_root(text))?;
        if !url.username().is_empty() || url.password().is_some() {
            let help = format!("put the credential in `token` and {EXAMPLE}");
            return Err(Refusal::credential(
                "the address has a user name or password in it, and addresses are shown everywhere",
                help,
            ));
        }
        let is_root =
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none() && url.fragment().is_none();
        if !is_root {
            return Err(not_a_root(text));
        }
        if let Some((root, _)) = url.path().split_once("/api/v1") {
            let help = format!("write only the root: `{}{root}/`", url.origin().ascii_serialization());
            return Err(Refusal::new(format!("{} is the address of the API", quoted(text)), help));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url.into()))
    }
}

/// Something before an `@` is most likely a password.
fn not_a_root(text: &str) -> Refusal {
    if text.contains('@') {
        return Refusal::credential("this is not the root of a forge", EXAMPLE);
    }
    Refusal::new(format!("{} is not the root of a forge", quoted(text)), EXAMPLE)
}

/// Whether what is sent there stays on this computer.
pub(in crate::config) fn is_loopback(url: &str) -> bool {
    let Ok(url) = url.parse::<Url>() else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_ends_with_a_slash() {
        for (text, root) in [
            ("https://git.example.com", "https://git.example.com/"),
            ("https://Git.Example.com:443/", "https://git.example.com/"),
            ("http://127.0.0.1:3000/gitea", "http://127.0.0.1:3000/gitea/"),
        ] {
            assert_eq!(ForgeUrl::parse(text), Ok(ForgeUrl(root.to_owned())));
        }
    }

    #[test]
    fn what_is_no_root_is_refused_with_what_to_write() {
        let refusal = |text: &str| ForgeUrl::parse(text).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("git.example.com"), @"`git.example.com` is not the root of a forge: write it like `https://git.example.com/`");
        insta::assert_snapshot!(refusal("https://git.example.com/gitea/api/v1"), @"`https://git.example.com/gitea/api/v1` is the address of the API: write only the root: `https://git.example.com/gitea/`");
        for text in ["", "ssh://git.example.com", "https://", "https://git.example.com/?a=1", "https://git.example.com/#x"] {
            assert!(refusal(text).contains("is not the root"), "{text}");
        }
    }

    #[test]
    fn a_credential_in_an_address_is_not_repeated() {
        for text in ["https://bot:hunter2@git.example.com/", "https://hunter2@git.example.com/", "bot:hunter2@git.example.com"] {
            let refusal = ForgeUrl::parse(text).unwrap_err();
            assert!(refusal.secret && !refusal.to_string().contains("hunter2"), "{refusal}");
        }
    }

    #[test]
    fn loopback_is_this_computer_only() {
        for (url, expected) in [
            ("http://localhost:3000/", true),
            ("http://127.1.2.3/", true),
            ("http://[::1]:80/", true),
            ("http://10.0.0.1/", false),
            ("http://localhost.example.com/", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }
}
