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
    let brands: &[&str] = match flavour.is_forgejo() {
        true => &["Forgejo", "GitHub", "Gitea", "Gogs"],
        false => &["GitHub", "Gitea", "Gogs"],
    };
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
    if !flavour.is_forgejo() {
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
