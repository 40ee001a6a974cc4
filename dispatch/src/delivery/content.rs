//! Finds the JSON in a body: the body itself, or the `payload` field of a form.

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::Refusal;

/// The JSON bytes that the forge signed.
///
/// A hook of content type "form" sends `payload=…`; its signature is over the decoded value, not over the body.
pub(super) fn json(headers: &HeaderMap, body: Bytes) -> Result<Bytes, Refusal> {
    match media_type(headers) {
        Some(media) if media.eq_ignore_ascii_case("application/json") => Ok(body),
        Some(media) if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") => form_payload(&body),
        _ => Err(Refusal::ContentType),
    }
}

/// The content type without its parameters.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

/// Bytes that are not UTF-8 are replaced while decoding, which makes the signature wrong.
fn form_payload(body: &[u8]) -> Result<Bytes, Refusal> {
    let mut payloads = form_urlencoded::parse(body).filter(|(name, _)| name == "payload");
    match (payloads.next(), payloads.next()) {
        (Some((_, json)), None) => Ok(Bytes::from(json.into_owned())),
        _ => Err(Refusal::FormPayload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &'static str) -> Result<Bytes, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        json(&headers, Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn parameters_and_case_of_the_content_type_do_not_matter() {
        for content_type in ["application/json", "Application/JSON", "application/json ; charset=utf-8"] {
            assert_eq!(read(content_type, "{}").unwrap(), "{}");
        }
    }

    #[test]
    fn the_payload_of_a_form_is_decoded() {
        let form = "application/x-www-form-urlencoded";
        assert_eq!(read(form, "payload=%7B%22a%22%3A+%22%C3%BC%2B%22%7D").unwrap(), "{\"a\": \"ü+\"}");
    }

    #[test]
    fn a_form_must_have_one_payload() {
        let form = "application/x-www-form-urlencoded";
        for body in ["", "other=1", "payload=1&payload=2"] {
            assert_eq!(read(form, body), Err(Refusal::FormPayload), "{body}");
        }
    }

    #[test]
    fn other_content_types_are_refused() {
        for content_type in ["text/plain", "multipart/form-data", "", "application/jsonx"] {
            assert_eq!(read(content_type, "{}"), Err(Refusal::ContentType));
        }
        assert_eq!(json(&HeaderMap::new(), Bytes::new()), Err(Refusal::ContentType));
    }
}
