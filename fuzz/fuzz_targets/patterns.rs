//! Pattern lists and names, a line each: those before an empty line are patterns.
#![no_main]

use dispatch::workflow::pattern::{Dialect, Patterns};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (patterns, names) = text.split_once("\n\n").unwrap_or((text, "main\nsrc/a.rs"));
    let patterns: Vec<&str> = patterns.lines().collect();
    let names: Vec<&str> = names.lines().collect();
    for dialect in [Dialect::Act, Dialect::GiteaGlob] {
        match Patterns::compile(&patterns, dialect) {
            Ok(compiled) => {
                let _verdicts = (compiled.include(&names), compiled.ignore(&names));
            }
            Err(invalid) => assert!(invalid.index < patterns.len()),
        }
    }
});
