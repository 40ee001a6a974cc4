//! The headers of a delivery: names, ids and signatures in the dialects of four forges.

use hmac::Hmac;
use sha1::Sha1;
use sha2::Sha256;

use crate::flavour::Flavour;
use crate::world::Delivery;

/// Every header but those of the connection. Signatures are over the JSON text, also when it travels as a form;
/// a hook without a secret sends them empty, with the bare prefix where there is one.
pub(crate) fn headers(flavour: Flavour, delivery: &Delivery) -> Vec<(String, String)> {
    let (sha1, sha256) = match &delivery.secret {
        Some(secret) => (hex_mac::<Hmac<Sha1>>(secret, &delivery.body), hex_mac::<Hmac<Sha256>>(secret, &delivery.body)),
        None => (String::new(), String::new()),
    };
    let content_type = if delivery.form { "application/x-www-form-urlencoded" } else { "application/json" };
    let mut headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
    let mut add = |name: String, value: &str| headers.push((name, value.to_owned()));
    let brands: &[&str] =
        if flavour.is_forgejo() { &["Forgejo", "GitHub", "Gitea", "Gogs"] } else { &["GitHub", "Gitea", "Gogs"] };
    for brand in brands {
        add(format!("X-{brand}-Delivery"), &delivery.uuid);
        add(format!("X-{brand}-Event"), &delivery.event);
        add(format!("X-{brand}-Event-Type"), &delivery.event_type);
        if *brand != "GitHub" {
            add(format!("X-{brand}-Signature"), &sha256);
        }
    }
    add("X-Hub-Signature".to_owned(), &format!("sha1={sha1}"));
    add("X-Hub-Signature-256".to_owned(), &format!("sha256={sha256}"));
    if flavour.has_job_deliveries() {
        for brand in ["GitHub", "Gitea"] {
            add(format!("X-{brand}-Hook-Installation-Target-Type"), delivery.target_type);
        }
    }
    headers
}

fn hex_mac<M: hmac::Mac + hmac::KeyInit>(secret: &str, body: &str) -> String {
    // A MAC over a key of any length cannot fail; an empty text would show if it did.
    <M as hmac::KeyInit>::new_from_slice(secret.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(body.as_bytes());
            hex::encode(mac.finalize().into_bytes())
        },
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use serde_json::Value;

    use super::*;

    /// Headers of the connection, not of the forge.
    const CONNECTION: [&str; 4] = ["Host", "User-Agent", "Content-Length", "Accept-Encoding"];

    fn recorded(name: &str) -> Vec<Value> {
        let path = format!("{}/recordings/{name}.jsonl.gz", env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter(|line: &Value| line["delivery"].is_string()).collect()
    }

    fn headers_of(line: &Value) -> BTreeMap<String, String> {
        let pairs: Vec<(String, String)> = serde_json::from_value(line["headers"].clone()).unwrap();
        pairs.into_iter().filter(|(name, _)| !CONNECTION.contains(&name.as_str())).collect()
    }

    fn delivery(headers: &BTreeMap<String, String>, body: &str) -> Delivery {
        Delivery {
            id: 1,
            uuid: headers["X-Gitea-Delivery"].clone(),
            url: String::new(),
            event: headers["X-Gitea-Event"].clone(),
            event_type: headers["X-Gitea-Event-Type"].clone(),
            body: body.to_owned(),
            secret: Some("it-is-only-a-test".to_owned()),
            form: false,
            target_type: "system",
        }
    }

    #[test]
    fn every_recorded_delivery_gets_the_headers_it_had() {
        for (flavour, name) in [
            (Flavour::Gitea1_24, "gitea-1.24"),
            (Flavour::Gitea1_27, "gitea-1.27"),
            (Flavour::Forgejo11, "forgejo-11"),
            (Flavour::Forgejo15, "forgejo-15"),
        ] {
            for line in recorded(name) {
                let theirs = headers_of(&line);
                let body = line["body"].as_str().unwrap();
                let ours: BTreeMap<String, String> = headers(flavour, &delivery(&theirs, body)).into_iter().collect();
                assert_eq!(ours, theirs, "{name} {}", line["delivery"]);
            }
        }
    }

    #[test]
    fn without_a_secret_the_signatures_are_empty_or_bare_prefixes() {
        let line = &recorded("gitea-1.27")[0];
        let unsigned = Delivery { secret: None, ..delivery(&headers_of(line), "{}") };
        let ours: BTreeMap<String, String> = headers(Flavour::Gitea1_27, &unsigned).into_iter().collect();
        assert_eq!(ours["X-Gitea-Signature"], "");
        assert_eq!(ours["X-Hub-Signature-256"], "sha256=");
        assert_eq!(ours["X-Hub-Signature"], "sha1=");
    }
}
