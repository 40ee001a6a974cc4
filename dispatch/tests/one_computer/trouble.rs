//! Forges that fail, machines that fail, runners that are not there.

use fake_forge::{Fault, Flavour};

use crate::lab::Lab;

#[tokio::test]
async fn a_forge_that_answers_nonsense_keeps_jobs_waiting_with_a_reason() {
    let faults = [(Fault::Status(500), "500"), (Fault::HtmlPage, "HTML"), (Fault::Garbage, "not understood")];
    for (fault, word) in faults {
        let lab = Lab::new().await;
        lab.push(&[("build", "go")]);
        lab.deliver(lab.deliveries("queued").remove(0)).await;
        lab.forge.inject("/api/v1/admin/actions/jobs", fault);
        lab.pass().await;
        let line = lab.last_line(1).await;
        assert!(line.starts_with("held: forge `home` cannot be asked") && line.contains(word), "{line}");
        assert_eq!(lab.journal.count("launched"), 0);
        lab.forge.heal();
        lab.until_quiet().await;
        assert_eq!(lab.journal.count("launched"), 1);
    }
}

#[tokio::test]
async fn a_failed_registration_is_made_up_for() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.forge.inject_times("/api/actions/runner.v1.RunnerService/Register", Fault::Status(500), 1);
    lab.pass().await;
    assert_eq!(lab.journal.count("handed_over"), 0);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("launched"), 1, "the machine waited for its identity");
}

#[tokio::test]
async fn a_registration_whose_answer_was_lost_is_removed() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.forge.inject_times("/api/actions/runner.v1.RunnerService/Register", Fault::LostAnswer, 1);
    lab.until_quiet().await;
    assert_eq!(lab.journal.count("ghost"), 1);
    assert_eq!(lab.journal.count("launched"), 1);
}

#[tokio::test]
async fn a_missing_runner_program_is_named_and_not_tried_for_ever() {
    let lab = Lab::with(Flavour::Gitea1_27, |config| config.pools[0].runner = vec!["/nowhere/gitea-runner".to_owned()]).await;
    lab.push(&[("build", "go")]);
    lab.until("the machine ended", async |lab| lab.journal.count("lost") >= 1).await;
    let told = &lab.journal.sentences("lost")[0];
    assert!(told.contains("no runner program found; looked for: /nowhere/gitea-runner"), "{told}");
    lab.until("a pause between attempts", async |lab| lab.last_line(1).await.contains("the next follows at")).await;
    assert_eq!(lab.journal.count("launched"), 2, "once more at once, then with a growing pause");
}

#[tokio::test]
async fn the_token_of_the_api_never_reaches_a_machine() {
    let lab = Lab::new().await;
    lab.push(&[("build", "go")]);
    lab.until_quiet().await;
    let mut files = Vec::new();
    collect(lab.data(), &mut files);
    assert!(!files.is_empty());
    for file in files {
        let content = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!content.contains(lab.token()), "{}", file.display());
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{} is open to others", file.display());
    }
}

fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
