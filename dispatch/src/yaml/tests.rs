//! What a text becomes, told by example.

use super::{DuplicateKeys, Error, Limits, Node, Options, Schema, Span, Value, decode, parse};

fn forge(source: &str) -> Node {
    parse(source, &Options::forge()).unwrap()
}

fn strict(source: &str) -> Result<Node, Error> {
    parse(source, &Options::strict())
}

fn refusal(source: &str) -> String {
    strict(source).unwrap_err().to_string()
}

fn value(source: &str) -> Value {
    forge(source).value
}

#[test]
fn every_node_knows_its_place() {
    let source = "on:\n  push:\n    branches: [main, \"dév\", x]\njobs: {}\n";
    let node = forge(source);
    let (key, push) = node.get("on").unwrap().entry("push").unwrap();
    assert_eq!(key.span, Span { start: 6, end: 10, line: 2, column: 3 });
    assert_eq!(push.span.slice(source), Some("branches: [main, \"dév\", x]"));
    let branches = push.get("branches").unwrap();
    assert_eq!(branches.span.slice(source), Some("[main, \"dév\", x]"));
    let items = branches.as_sequence().unwrap();
    assert_eq!(items[1].span.slice(source), Some("\"dév\""));
    assert_eq!(items[2].span.slice(source), Some("x"));
    assert_eq!((items[2].span.line, items[2].span.column), (3, 29));
    assert_eq!(node.span.slice(source), Some(source.trim_end()));
}

#[test]
fn a_block_collection_ends_at_its_last_character() {
    let source = "a:\n  - one\n  - two\n\n# note\nb: 1\n";
    assert_eq!(forge(source).get("a").unwrap().span.slice(source), Some("- one\n  - two"));
}

#[test]
fn scalars_keep_the_text_they_were_written_with() {
    let node = forge("[2_17, 010, 1.10, ~, True, 'a''b', |\n  text\n]".replace("|\n  text\n", "\"\\x41\"").as_str());
    let texts: Vec<_> = node.as_sequence().unwrap().iter().map(|item| item.text().unwrap()).collect();
    assert_eq!(texts, ["2_17", "010", "1.10", "~", "True", "a'b", "A"]);
}

#[test]
fn go_reads_numbers_its_own_way() {
    assert_eq!(value("2_17"), Value::Integer(217));
    assert_eq!(value("010"), Value::Integer(8));
    assert_eq!(value("-010"), Value::Integer(-8));
    assert_eq!(value("08"), Value::Float(8.0));
    assert_eq!(value("0o17"), Value::Integer(15));
    assert_eq!(value("0x1F"), Value::Integer(31));
    assert_eq!(value("0b11"), Value::Integer(3));
    assert_eq!(value("+12"), Value::Integer(12));
    assert_eq!(value("18446744073709551615"), Value::Integer(18_446_744_073_709_551_615));
    assert_eq!(value("1e3"), Value::Float(1000.0));
    assert_eq!(value(".5"), Value::Float(0.5));
    assert_eq!(value("1."), Value::Float(1.0));
    assert_eq!(value("-.inf"), Value::Float(f64::NEG_INFINITY));
    for text in ["1.2.3", "1-2", "+", "0x", "0xg", "--1", "e5", "1e", "0b12"] {
        let node = forge(&format!("a: {text}"));
        assert_eq!(node.get("a").unwrap().as_str(), Some(text));
    }
}

#[test]
fn only_the_six_spellings_of_a_boolean_count() {
    for text in ["true", "True", "TRUE"] {
        assert_eq!(value(text), Value::Bool(true));
    }
    for text in ["yes", "on", "no", "tRUE", "y", "n", "nil", "NULl"] {
        assert_eq!(value(text), Value::String(text.to_owned()));
    }
    assert_eq!(value("Null"), Value::Null);
    assert_eq!(value("'true'"), Value::String("true".to_owned()));
}

#[test]
fn a_date_is_a_timestamp_for_go_only() {
    for text in ["2026-11-20", "2026-1-2", "2026-11-20T10:20:30Z", "2026-11-20t1:2:3.5+01:00", "2026-11-20 10:20:30"] {
        assert_eq!(value(text), Value::Timestamp(text.to_owned()));
        assert_eq!(strict(text).unwrap().value, Value::String(text.to_owned()));
    }
    for text in ["2026-13-01", "26-01-01", "2026-01", "2026-01-01T10:20:30", "2026-01-01-1", "2026-01-01 10:20"] {
        assert_eq!(value(text), Value::String(text.to_owned()));
    }
}

#[test]
fn our_own_files_follow_yaml_1_2() {
    assert_eq!(strict("010").unwrap().value, Value::Integer(10));
    assert_eq!(strict("2_17").unwrap().value, Value::String("2_17".to_owned()));
    assert_eq!(strict("0o17").unwrap().value, Value::Integer(15));
    assert_eq!(strict("1.5").unwrap().value, Value::Float(1.5));
}

#[test]
fn tags_decide_over_looks() {
    assert_eq!(value("!!str 1"), Value::String("1".to_owned()));
    assert_eq!(value("!!int '7'"), Value::Integer(7));
    assert_eq!(value("!!float 1"), Value::Float(1.0));
    let own = forge("!own 1");
    assert_eq!((own.value.clone(), own.tag.as_deref()), (Value::String("1".to_owned()), Some("!own")));
    assert_eq!(refusal("a: !!int x"), "line 1, column 10: `x` cannot be read as !!int");
}

#[test]
fn an_alias_is_a_marked_copy() {
    let source = "a: &x [1]\nb: *x\n";
    let node = forge(source);
    let (original, copy) = (node.get("a").unwrap(), node.get("b").unwrap());
    assert_eq!(copy.value, original.value);
    assert!(copy.alias && !original.alias);
    assert_eq!(copy.span.slice(source), Some("*x"));
    assert!(parse("a: &x [*x]", &Options::forge()).is_err());
    assert!(parse("a: *none", &Options::forge()).is_err());
}

#[test]
fn merge_keys_stay_for_the_forge_and_expand_for_us() {
    let source = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\nall:\n  y: 0\n  <<: [*b, *o]\n";
    assert!(forge(source).get("all").unwrap().entry("<<").unwrap().0.is_merge_key());
    let node = strict(source).unwrap();
    let entries = node.get("all").unwrap().as_mapping().unwrap();
    let told = entries.iter().map(|(key, value)| format!("{}={}", key.text().unwrap(), value.text().unwrap()));
    assert_eq!(told.collect::<Vec<_>>(), ["y=0", "x=1", "z=4"]);
    assert_eq!(refusal("a:\n  <<: text"), "line 2, column 7: `<<` takes a mapping or a list of mappings");
    assert!(!forge("'<<': 1").as_mapping().unwrap()[0].0.is_merge_key());
}

#[test]
fn a_key_given_twice_is_refused_with_both_places() {
    assert_eq!(refusal("a: 1\nb: 2\na: 3\n"), "line 3, column 1: `a` is given twice; the first is in line 1");
    assert_eq!(forge("a: 1\na: 2").as_mapping().unwrap().len(), 2);
    assert_eq!(forge("a: 1\na: 2").get("a").unwrap().value, Value::Integer(1));
    let keep = Options { duplicate_keys: DuplicateKeys::Keep, ..Options::strict() };
    assert!(parse("a: 1\na: 2", &keep).is_ok());
}

#[test]
fn the_forge_reads_the_first_document_only() {
    assert_eq!(forge("a: 1\n---\nb: [").get("a").unwrap().value, Value::Integer(1));
    assert_eq!(refusal("a: 1\n---\nb: 2\n"), "line 2, column 1: a second document begins here; only one is expected");
    assert!(forge("").is_null());
    assert!(forge("# nothing\n").is_null());
    assert!(forge("a:").get("a").unwrap().is_null());
}

#[test]
fn bounds_hold() {
    let limits = |bytes, nodes, depth| Options { limits: Limits { bytes, nodes, depth }, ..Options::forge() };
    let bomb = "a: &a [1,2,3,4]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n";
    assert!(parse(bomb, &limits(1000, 600, 8)).is_ok());
    assert!(parse(bomb, &limits(1000, 300, 8)).unwrap_err().message.starts_with("more than 300 values"));
    assert!(parse(bomb, &limits(1000, 600, 4)).unwrap_err().message.starts_with("nested deeper"));
    assert!(parse(bomb, &limits(10, 600, 8)).unwrap_err().message.starts_with("the text has"));
    assert!(parse(&"[".repeat(100_000), &Options::forge()).is_err());
    assert!(parse(&"- ".repeat(10_000), &Options::forge()).is_err());
}

#[test]
fn a_broken_text_names_its_place() {
    let error = strict("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
    assert_eq!(error.span.line, 3, "{error}");
    assert!(!error.message.is_empty());
}

#[test]
fn bytes_are_decoded_as_the_forge_does() {
    assert_eq!(decode(b"\xef\xbb\xbfa: 1").unwrap(), "a: 1");
    assert_eq!(decode(b"\xff\xfea\0:\0").unwrap(), "a:");
    assert_eq!(decode(b"\xfe\xff\0a\0:").unwrap(), "a:");
    assert_eq!(decode(b"a: \xe9\n").unwrap_err().to_string(), "line 1, column 4: this byte is not UTF-8");
    assert_eq!(decode(b"a\nb\x07").unwrap_err().span.line, 2);
    assert!(decode(b"\xff\xfea").is_err());
}

#[test]
fn kinds_are_words_for_a_person() {
    let kinds: Vec<_> = forge("[1, 1.5, x, true, ~, [], {}, 2026-11-20]").as_sequence().unwrap().iter().map(Node::kind).collect();
    assert_eq!(kinds, ["a number", "a number", "text", "a boolean", "nothing", "a list", "a mapping", "a date"]);
    assert_eq!(Options::forge().schema, Schema::Go);
}
