//! Where the forge is: the root URL that the runner talks to, and every hostname that clone URLs use.

use crate::{Refusal, text::is_plain};

/// A DNS name or an address, with an optional port: `git.example.org`, `10.0.0.5:3000`, `[fd00::1]:3000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hostname(String);

impl Hostname {
    /// Accepts a host without scheme, user or path, and lower-cases it.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let (host, port) = match value.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (value, None),
        };
        if !is_host(host) || port.is_some_and(|port| port.parse::<u16>().is_err()) || value.len() > 255 {
            return Err(Refusal::of(
                "hostname",
                value,
                "is not a host with an optional port",
                "write only the name, such as `git.example.org` or `git.example.org:3000`",
            ));
        }
        Ok(Self(value.to_ascii_lowercase()))
    }

    /// The host and, if given, the port.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.starts_with(['-', '.']) && !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

/// The root URL of a forge, without a slash at its end: what `.runner` calls `address`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeUrl {
    text: String,
    scheme: &'static str,
    host: Hostname,
}

impl ForgeUrl {
    /// Accepts `http` or `https`, a host, and an optional path. No user, query or fragment: user data holds no credential.
    pub fn parse(value: &str) -> Result<Self, Refusal> {
        let not_a_url =
            |problem| Refusal::of("forge URL", value, problem, "write its ROOT_URL, such as `https://git.example.org/`");
        // Looked for everywhere, as a password may hold a slash.
        if value.contains('@') {
            return Err(Refusal::secret(
                "forge URL",
                "holds a user name or password",
                "remove it: a machine gets its credentials with its identity",
            ));
        }
        let (scheme, rest) = match value.split_once("://") {
            Some(("https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            _ => return Err(not_a_url("does not start with https:// or http://")),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.trim_end_matches('/');
        if !path.is_empty() && !is_plain_path(path) {
            return Err(not_a_url("has more than a host and a plain path"));
        }
        let host = Hostname::parse(host)?;
        let separator = if path.is_empty() { "" } else { "/" };
        Ok(Self { text: format!("{scheme}://{}{separator}{path}", host.as_str()), scheme, host })
    }

    /// The URL as text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn is_plain_path(path: &str) -> bool {
    is_plain(path, 1024) && path.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/".contains(c))
}

/// A forge as a machine sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    /// What the runner connects to.
    pub root_url: ForgeUrl,
    /// Hostnames in clone URLs beside that of `root_url`: people use `example.org` while `ROOT_URL` says `git.example.org`.
    pub other_hostnames: Vec<Hostname>,
}

impl Forge {
    /// Reads the root URL and the other hostnames.
    pub fn parse<'a>(root_url: &str, other_hostnames: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let other_hostnames = other_hostnames.into_iter().map(Hostname::parse).collect::<Result<_, _>>()?;
        Ok(Self { root_url: ForgeUrl::parse(root_url)?, other_hostnames })
    }

    /// `scheme://host` of each hostname once: what git matches a credential against.
    pub(crate) fn git_bases(&self) -> Vec<String> {
        let mut bases: Vec<String> = vec![];
        for host in std::iter::once(&self.root_url.host).chain(&self.other_hostnames) {
            let base = format!("{}://{}", self.root_url.scheme, host.as_str());
            if !bases.contains(&base) {
                bases.push(base);
            }
        }
        bases
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_url_is_normalised() {
        let normal = |value| ForgeUrl::parse(value).unwrap().as_str().to_owned();
        assert_eq!(normal("https://Git.Example.org/"), "https://git.example.org");
        assert_eq!(normal("http://10.0.0.5:3000"), "http://10.0.0.5:3000");
        assert_eq!(normal("https://[fd00::1]:3000/forge/"), "https://[fd00::1]:3000/forge");
    }

    #[test]
    fn what_is_not_a_plain_url_is_refused() {
        for bad in [
            "",
            "git.example.org",
            "ssh://git.example.org",
            "https://",
            "https:///x",
            "https://a b/",
            "https://a'b/",
            "https://a/\n",
            "https://a/?x=1",
            "https://a/#x",
            "https://a:x/",
            "https://a:70000/",
            "https://$(id)/",
            "https://[::1/",
            "https://[zz]/",
            "https://a/x'y",
        ] {
            assert!(ForgeUrl::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        for url in ["https://bot:hunter2@git.example.org/", "https://bot:hun/ter2@git.example.org/"] {
            let sentence = ForgeUrl::parse(url).unwrap_err().to_string();
            assert!(sentence.contains("holds a user name or password") && !sentence.contains("ter2"), "{sentence}");
        }
    }

    #[test]
    fn git_authenticates_for_each_hostname_once() {
        let forge = Forge::parse("https://git.example.org/", ["example.org", "GIT.example.org", "example.org:8443"]).unwrap();
        assert_eq!(forge.git_bases(), ["https://git.example.org", "https://example.org", "https://example.org:8443"]);
    }

    #[test]
    fn a_url_is_not_a_hostname() {
        let sentence = Forge::parse("https://a.example/", ["https://b.example/"]).unwrap_err().to_string();
        assert!(sentence.contains("write only the name"), "{sentence}");
    }
}
