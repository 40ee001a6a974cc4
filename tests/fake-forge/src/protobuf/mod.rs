//! The runner protocol's binary form, as the real runners speak it: protobuf messages to and from the JSON that stands for them.
//!
//! [`decode`] and [`encode`] follow a table of messages (`schema`), so that the routes know JSON only.

mod decode;
mod encode;
mod schema;
mod well_known;
mod wire;

pub(crate) use decode::decode;
pub(crate) use encode::encode;
pub(crate) use schema::{Message, procedure};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::schema::Procedure;
    use super::wire::Malformed;
    use super::*;

    /// Bytes that the protocol's own Go library wrote, and what it says they mean in JSON.
    fn agrees_with_the_library(message: &Message, written: &str, meant: &Value) {
        let written = hex::decode(written).unwrap();
        assert_eq!(&decode(message, &written).unwrap(), meant);
        assert_eq!(hex::encode(encode(message, meant)), hex::encode(written));
    }

    fn named(name: &str) -> Procedure {
        procedure(&format!("runner.v1.RunnerService/{name}")).unwrap()
    }

    #[test]
    fn registering() {
        agrees_with_the_library(
            named("Register").request,
            "0a03692d31120274302a0676312e302e383202676f32056c696e75783801",
            &json!({ "name": "i-1", "token": "t0", "version": "v1.0.8", "labels": ["go", "linux"], "ephemeral": true }),
        );
        let runner = json!({ "id": "7", "uuid": "u", "token": "t", "name": "i-1", "version": "v1.0.8", "labels": ["go"],
            "ephemeral": true });
        agrees_with_the_library(
            named("Register").response,
            "0a1b08071201751a01742203692d31420676312e302e384a02676f5001",
            &json!({ "runner": runner }),
        );
    }

    #[test]
    fn a_task_with_its_context() {
        let event = json!({ "list": [1.5, "x", null, true] });
        let task = json!({
            "id": "1",
            "workflowPayload": "bmFtZTogY2kK",
            "context": { "event": event, "ref": "refs/heads/main" },
            "secrets": { "GITEA_TOKEN": "s" },
            "needs": { "build": { "outputs": { "o": "v" }, "result": "RESULT_SUCCESS" } },
        });
        agrees_with_the_library(
            named("FetchTask").response,
            "0a8101080112096e616d653a2063690a1a4b0a2f0a056576656e7412262a240a220a046c697374121a32180a0911000000000000f83f0a03\
             1a01780a0208000a0220010a180a0372656612111a0f726566732f68656164732f6d61696e22100a0b47495445415f544f4b454e12017332\
             130a056275696c64120a0a060a016f120176100110ffffffffffffffffff01",
            &json!({ "task": task, "tasksVersion": "-1" }),
        );
    }

    #[test]
    fn a_report_of_steps() {
        let at = "2026-11-21T09:54:50.5Z";
        let first = json!({ "result": "RESULT_FAILURE", "startedAt": at, "logLength": "3" });
        let steps = json!([first, { "id": "1", "logIndex": "3" }]);
        let state = json!({ "id": "300", "result": "RESULT_SUCCESS", "startedAt": at, "stoppedAt": at, "steps": steps });
        agrees_with_the_library(
            named("UpdateTask").request,
            "0a3b08ac0210011a0c08ead485d8061080cab5ee01220c08ead485d8061080cab5ee012a1210021a0c08ead485d8061080cab5ee0130032a\
             040801280312060a0161120162",
            &json!({ "state": state, "outputs": { "a": "b" } }),
        );
    }

    #[test]
    fn lines_of_a_log() {
        let rows = json!([{ "time": "2026-11-21T09:54:50.5Z", "content": "hello" }, { "content": "ü" }]);
        agrees_with_the_library(
            named("UpdateLog").request,
            "08ac0210021a150a0c08ead485d8061080cab5ee01120568656c6c6f1a041202c3bc2001",
            &json!({ "taskId": "300", "index": "2", "rows": rows, "noMore": true }),
        );
    }

    #[test]
    fn what_the_table_does_not_know_is_passed_over() {
        // Field 8 of RegisterRequest (capabilities), as a string, and field 100 as a fixed 32-bit number.
        let bytes = hex::decode("0a0161420163a50601000000").unwrap();
        assert_eq!(decode(named("Register").request, &bytes).unwrap(), json!({ "name": "a" }));
    }

    #[test]
    fn nothing_that_is_cut_short_is_understood() {
        let whole = encode(named("UpdateLog").request, &json!({ "taskId": "300", "rows": [{ "content": "hello" }] }));
        // After the first field the rest may be missing: a message has no end mark.
        let cuts = (1..whole.len()).filter(|cut| *cut != 3);
        for cut in cuts {
            assert_eq!(decode(named("UpdateLog").request, &whole[..cut]).unwrap_err(), Malformed, "{cut}");
        }
    }

    #[test]
    fn a_message_inside_itself_has_an_end() {
        let mut value = json!(null);
        for _ in 0..1_000 {
            value = json!([value]);
        }
        let bytes = encode(named("FetchTask").response, &json!({ "task": { "context": { "deep": value } } }));
        assert_eq!(decode(named("FetchTask").response, &bytes), Err(Malformed));
    }
}
