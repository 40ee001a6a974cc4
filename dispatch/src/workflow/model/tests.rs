//! What the forges accept as a workflow file, by example.

use super::super::Dialect;
use super::{Effect, Fault, Workflow, read};

const GITEA: Dialect = Dialect::gitea(27);
const FORGEJO: Dialect = Dialect::forgejo(15);
const JOBS: &str = "\njobs: {build: {runs-on: go, steps: []}}\n";

fn with_jobs(text: &str, dialect: Dialect) -> Result<Workflow, Fault> {
    read("ci.yml", format!("{text}{JOBS}").as_bytes(), dialect)
}

/// `event: key=value,value` for each entry of `on`, or the refusal.
fn on(text: &str, dialect: Dialect) -> String {
    let workflow = match with_jobs(&format!("on: {text}"), dialect) {
        Ok(workflow) => workflow,
        Err(fault) => return fault.to_string(),
    };
    let entry = |trigger: &super::Trigger| {
        let filter = |filter: &super::Filter| {
            let values: Vec<_> = filter.values.iter().map(|(text, _)| text.as_str()).collect();
            format!(" {}={}", filter.key, values.join(","))
        };
        let filters: String = trigger.filters.iter().map(filter).collect();
        let schedule = trigger.schedule.as_ref().map_or(String::new(), |crons| format!(" schedule of {}", crons.len()));
        format!("{}{filters}{schedule}", trigger.event)
    };
    workflow.on.iter().map(entry).collect::<Vec<_>>().join("; ")
}

#[test]
fn words_lists_and_mappings_name_events_everywhere() {
    for dialect in [GITEA, Dialect::gitea(24), FORGEJO, Dialect::forgejo(11)] {
        assert_eq!(on("push", dialect), "push");
        assert_eq!(on("[push, create]", dialect), "push; create");
        assert_eq!(on("{push: , create: ~}", dialect), "push; create");
        assert_eq!(on("", dialect), "");
        assert_eq!(on("{push: {branches: main, paths: [a, b]}}", dialect), "push branches=main paths=a,b");
        assert_eq!(on("[push, 1]", dialect), "line 1, column 12: an event is text, not a number");
        assert_eq!(on("{push: , push: }", dialect), "push; push");
    }
}

#[test]
fn a_key_given_twice_is_refused_among_few_keys_and_among_many() {
    for more in [0, 7, 8, 40] {
        let between = (0..more).map(|n| format!("  k{n}: x\n")).collect::<Vec<_>>().concat();
        let refused = with_jobs(&format!("on: push\nenv:\n  a: 1\n{between}  a: 2"), GITEA).unwrap_err();
        let message = "`a` is given twice; the first is in line 3";
        assert_eq!((refused.span.line, &*refused.message), (4 + more, message));
    }
}

#[test]
fn an_expression_may_be_spelled_in_any_way() {
    let needs = |text: &str| with_jobs(&format!("on: push\nname: {text}"), GITEA).unwrap().may_need_contexts;
    assert!(needs("'${{ github.ref }}'") && needs(r#""\x24{{ github.ref }}""#) && needs("uses"));
    assert!(!needs("plain"));
}

#[test]
fn below_an_event_the_two_readers_differ() {
    let both = |text: &str| [on(text, GITEA), on(text, FORGEJO)];
    assert_eq!(both("{push: main}"), ["push", "line 1, column 12: below `push` stands text; a mapping is expected"]);
    assert_eq!(
        both("{push: [main]}"),
        ["push schedule of 0", "line 1, column 12: below `push` stands a list, which only `schedule` may have"]
    );
    assert_eq!(
        both("{push: {branches: }}"),
        ["push branches=", "line 1, column 21: text or a list of texts is expected here, not nothing"]
    );
    assert_eq!(both("{push: {branches: [1]}}"), ["push branches=1", "line 1, column 24: text is expected here, not a number"]);
    assert_eq!(both("{push: {branches: [~]}}")[0], "push branches=");
    assert_eq!(
        both("{push: {tags: [a], tags: [b]}}"),
        ["push tags=b", "line 1, column 24: `tags` is given twice; the first is in line 1"]
    );
    let anchored = "{push: {branches: &b [x]}, create: {branches: *b}}";
    assert_eq!(
        both(anchored),
        ["line 1, column 51: the forge does not follow an alias here", "push branches=x; create branches=x"]
    );
    assert_eq!(on("{push: main}", Dialect::forgejo(11)), "push");
}

#[test]
fn called_and_dispatched_workflows_keep_their_inputs_to_themselves() {
    let call = "{workflow_call: {inputs: {a: {type: string}}}, push: }";
    assert_eq!(on(call, GITEA), "push");
    assert_eq!(on(call, FORGEJO), "workflow_call; push");
    assert!(on(call, Dialect::gitea(24)).contains("`workflow_call: inputs` is something that the forge does not know"));
    assert_eq!(on("{workflow_dispatch: {inputs: {a: {required: true}}}}", GITEA), "workflow_dispatch");
    assert!(on("{workflow_dispatch: {inputs: {a: {required: perhaps}}}}", GITEA).contains("true or false is expected"));
}

#[test]
fn schedules_keep_their_lines() {
    assert_eq!(on("{schedule: [{cron: '0 3 * * *'}, {cron: '@daily'}]}", GITEA), "schedule schedule of 2");
    assert_eq!(on("{schedule: [{cron: 5}]}", GITEA), "line 1, column 24: text is expected here, not a number");
    assert_eq!(on("{schedule: [x]}", FORGEJO), "line 1, column 17: a schedule is a list of `cron: …`, not of text");
    assert_eq!(on("{schedule: [{when: x}]}", FORGEJO), "line 1, column 18: `when` is not `cron`");
    assert_eq!(on("{schedule: [{when: x}]}", Dialect::forgejo(11)), "schedule schedule of 0");
}

#[test]
fn known_fields_have_shapes_and_others_do_not() {
    for accepted in
        ["name: 7", "env: {A: 1, B: true, C: }", "flavour: [vanilla]", "permissions: 5", "defaults: {run: {shell: bash}}"]
    {
        assert!(with_jobs(&format!("on: push\n{accepted}"), GITEA).is_ok(), "{accepted}");
    }
    for refused in ["name: [a]", "env: [a]", "env: {A: [b]}", "env: 5", "defaults: x", "on: pull_request", "concurrency: [a]"] {
        assert_eq!(with_jobs(&format!("on: push\n{refused}"), GITEA).unwrap_err().effect, Effect::Refused, "{refused}");
    }
    assert!(with_jobs("on: push\nconcurrency: [a]", Dialect::forgejo(11)).is_ok());
    assert!(with_jobs("x: &x {on: push}\n<<: *x", GITEA).is_ok());
    assert_eq!(with_jobs("on: &a push\nname: x", GITEA).unwrap().name.as_deref(), Some("x"));
    assert_eq!(with_jobs("on: push\nname: ''", GITEA).unwrap().name, None);
}

#[test]
fn a_job_that_is_no_job_spoils_the_run_and_sometimes_more() {
    let fault = |jobs: &str, dialect| read("ci.yml", format!("on: push\n{jobs}").as_bytes(), dialect).unwrap().job_fault;
    let effect = |jobs: &str, dialect| fault(jobs, dialect).map(|fault| fault.effect);
    assert_eq!(effect("jobs: {a: {runs-on: x}}", GITEA), None);
    assert_eq!(effect("jobs:", GITEA), Some(Effect::Refused));
    assert_eq!(effect("jobs: {a: }", GITEA), Some(Effect::Refused));
    assert_eq!(effect("jobs: {a: }", FORGEJO), Some(Effect::Panics));
    assert_eq!(effect("jobs: {~: {runs-on: x}}", GITEA), Some(Effect::Panics));
    assert_eq!(effect("run-name: {a: b}\njobs: {a: {runs-on: x}}", GITEA), Some(Effect::Refused));
    assert_eq!(effect("run-name: {a: b}\njobs: {a: {runs-on: x}}", Dialect::gitea(24)), None);
    assert!(read("ci.yml", b"on: push\njobs: {a: {steps: x}}", GITEA).is_err());
    assert!(read("ci.yml", b"on: push\njobs: {a: {}, a: {}}", GITEA).is_err());
}

#[test]
fn merge_keys_reach_into_jobs() {
    let text = "on: push\nbase: &b {runs-on: go, name: base}\njobs:\n  a:\n    name: own\n    <<: *b\n";
    let workflow = read("ci.yml", text.as_bytes(), GITEA).unwrap();
    let told = ["name", "runs-on"].map(|key| workflow.jobs[0].get(key).and_then(|node| node.text()));
    assert_eq!(told, [Some("own"), Some("go")]);
}

#[test]
fn gitea_reads_the_first_mebibyte_only() {
    let padded = format!("on: push\n{}jobs: {{a: {{runs-on: x}}}}\n", "# x\n".repeat(300_000));
    let jobs = |dialect| read("ci.yml", padded.as_bytes(), dialect).unwrap().jobs.len();
    assert_eq!([jobs(GITEA), jobs(Dialect::gitea(24)), jobs(FORGEJO)], [0, 1, 1]);
}

#[test]
fn what_exceeds_our_limits_is_unknown_not_refused() {
    let deep = format!("on: push\nx: {}{}", "[".repeat(210), "]".repeat(210));
    assert_eq!(with_jobs(&deep, GITEA).unwrap_err().effect, Effect::Unknown);
}
