//! An explanation for people: a line for each workflow and job, and under what does not start the line that decided.

use crate::cli::output::{self, BAD, DIM, GOOD, WARN, styled};
use crate::diagnostic::{Colour, Severity, underlined};
use crate::explain::{Explanation, JobAnswer, Place, WorkflowAnswer};

/// Prints it.
pub(super) fn tell(explanation: &Explanation) {
    output::line(&format!("{}, decided as {} does", explanation.about, explanation.dialect));
    for note in &explanation.notes {
        output::line(&styled(DIM, format!("note: {note}")));
    }
    output::line("");
    if let Some(why) = &explanation.nothing {
        output::line(&format!("{}: {why}", styled(WARN, "nothing starts")));
    }
    if let Some(what) = &explanation.unknown {
        output::line(&format!("{}: what starts depends on {what}, which this repository does not have", styled(WARN, "unknown")));
    }
    for workflow in &explanation.workflows {
        tell_workflow(workflow);
    }
    if !explanation.workflows.is_empty() {
        output::line(&format!("\n{}", summary(explanation)));
    }
}

fn tell_workflow(workflow: &WorkflowAnswer) {
    let style = match (workflow.broken, workflow.jobs.is_empty()) {
        (true, _) => BAD,
        (false, true) => WARN,
        (false, false) => GOOD,
    };
    output::line(&format!("{}  {}: {}", styled(style, format!("{:<11}", workflow.outcome)), workflow.file, workflow.why));
    show(workflow.place.as_ref(), if workflow.broken { Severity::Error } else { Severity::Warning });
    for job in &workflow.jobs {
        output::line(&job_line(job));
        show(job.place.as_ref(), Severity::Error);
    }
}

/// `  test (linux): [linux], after build → pool go`.
fn job_line(job: &JobAnswer) -> String {
    let name = if job.name == job.job_id { job.name.clone() } else { format!("{} ({})", job.job_id, job.name) };
    let after = if job.needs.is_empty() { String::new() } else { format!(", after {}", job.needs.join(", ")) };
    let status = match job.status {
        "waiting" | "blocked" => String::new(),
        over => format!(", {over}"),
    };
    let end = match (&job.trouble, &job.pool, &job.depends_on) {
        (Some(trouble), _, _) => format!(" → {}", styled(BAD, trouble)),
        (None, Some(pool), _) => format!(" → pool `{pool}`"),
        (None, None, Some(on)) => format!(" → {}", styled(WARN, format!("depends on `{on}`"))),
        (None, None, None) => String::new(),
    };
    format!("  {name}: [{}]{after}{status}{end}", job.runs_on.join(", "))
}

fn show(place: Option<&Place>, severity: Severity) {
    if let Some(place) = place {
        let shown = underlined(&place.source, place.span, severity, Colour::Styled);
        output::line(shown.trim_end());
    }
}

/// "2 of 3 workflows start, with 3 jobs; 1 job can never run".
fn summary(explanation: &Explanation) -> String {
    let workflows = &explanation.workflows;
    let started = workflows.iter().filter(|workflow| !workflow.jobs.is_empty()).count();
    let jobs = || workflows.iter().flat_map(|workflow| &workflow.jobs);
    let broken = workflows.iter().filter(|workflow| workflow.broken).count();
    let stuck = jobs().filter(|job| job.trouble.is_some()).count();
    let bad = [(broken, "workflow", "can never start"), (stuck, "job", "can never run")];
    let bad = bad.into_iter().filter(|(count, ..)| *count > 0);
    let bad: Vec<_> = bad.map(|(count, noun, what)| styled(BAD, format!("{} {what}", counted(count, noun)))).collect();
    let bad = if bad.is_empty() { String::new() } else { format!("; {}", bad.join("; ")) };
    let verb = if started == 1 { "starts" } else { "start" };
    format!("{started} of {} {verb}, with {}{bad}", counted(workflows.len(), "workflow"), counted(jobs().count(), "job"))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
