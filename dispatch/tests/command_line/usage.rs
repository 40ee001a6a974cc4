//! What the program says of itself.

use crate::command::{Answer, bare};

const COMMANDS: [&str; 12] =
    ["try", "serve", "check", "runs", "why", "explain", "sweep", "config", "pause", "drain", "stop", "resume"];

async fn call(arguments: &[&str]) -> Answer {
    Answer::of(bare(&std::env::temp_dir()).args(arguments)).await
}

#[tokio::test]
async fn the_first_page_shows_every_command_and_exit_code() {
    let page = call(&["--help"]).await.exits(0).without_escapes().data;
    for command in COMMANDS {
        assert!(page.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}: {page}");
    }
    for internal in ["machine", "stand-in-runner"] {
        assert!(!page.contains(&format!("\n  {internal}")), "{internal}: {page}");
    }
    insta::assert_snapshot!(page, @r"
    One fresh machine for each queued job of Gitea and Forgejo

    Usage: dispatch [OPTIONS] <COMMAND>

    Commands:
      try      See it work: one recorded push, one machine, one job, on this computer only
      serve    Run on this computer: receive webhooks, launch a process for each queued job
      check    Read the configuration as start-up does, and ask the forges; say all that is wrong
      runs     List jobs and the runners that served them
      why      Tell the whole story of a job
      explain  Say what a push or another event starts and why: before a push, for a webhook, or at a
               forge
      sweep    Look at everything once and set right what can be set right
      config   Print what the configuration file may say
      pause    Launch nothing more; what runs goes on
      drain    Launch nothing more and end runners that wait; busy ones finish
      stop     Launch nothing more and end every machine at once, busy or not
      resume   Let a paused, draining or stopped installation go on
      help     Print this message or the help of the given subcommand(s)

    Options:
          --config <FILE>  The configuration file; without it `dispatch.yaml` if there is one, else the
                           environment alone
      -h, --help           Print help
      -V, --version        Print version

    Exit codes: 0 done; 1 done, and something was found wrong; 2 the command line is wrong; 3 the
    configuration cannot be used; 4 a store, forge or port did not answer; 5 no such job
    ");
}

#[tokio::test]
async fn every_page_says_what_the_command_does_and_what_each_option_means() {
    for command in COMMANDS {
        let page = call(&[command, "--help"]).await.exits(0).without_escapes().data;
        let first = page.lines().next().unwrap();
        assert!(first.len() > 20 && !first.ends_with('.'), "{command}: {page}");
        let options = page.lines().filter(|line| line.trim_start().starts_with('-'));
        for option in options {
            let (_, meaning) = option.trim_start().split_once("  ").unwrap_or_else(|| panic!("{command}: {option}"));
            assert!(!meaning.trim().is_empty(), "{command}: {option}");
        }
        assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    }
    insta::assert_snapshot!(call(&["why", "--help"]).await.exits(0).data, @r"
    Tell the whole story of a job

    Usage: dispatch why [OPTIONS] <JOB>

    Arguments:
      <JOB>  Its id at the forge, FORGE/ID, the name that `runs` shows, or its page's address

    Options:
          --config <FILE>  The configuration file; without it `dispatch.yaml` if there is one, else the
                           environment alone
          --json           Print the story as JSON
      -h, --help           Print help
    ");
}

#[tokio::test]
async fn every_command_that_answers_can_answer_programs() {
    for command in COMMANDS.into_iter().filter(|command| *command != "config") {
        let page = call(&[command, "--help"]).await.exits(0).data;
        assert!(page.contains("--json"), "{command}");
    }
}

#[tokio::test]
async fn a_wrong_command_line_is_its_own_exit_code() {
    assert!(call(&[]).await.exits(2).talk.contains("Usage: dispatch"));
    assert!(call(&["serv"]).await.exits(2).talk.contains("a similar subcommand exists: 'serve'"));
    assert!(call(&["why"]).await.exits(2).talk.contains("<JOB>"));
    assert!(call(&["runs", "--most", "many"]).await.exits(2).talk.contains("--most"));
}
