//! Resident memory of `dispatch serve` at rest.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// In KiB; `None` if the program was not built beside this one.
pub(crate) async fn of_serve() -> Result<Option<u32>, Box<dyn std::error::Error>> {
    let program = program()?;
    if !program.is_file() {
        return Ok(None);
    }
    let data = tempfile::tempdir()?;
    let config = data.path().join("dispatch.yaml");
    std::fs::write(&config, text(data.path()))?;
    let mut serve = Command::new(program)
        .args(["serve", "--config"])
        .arg(&config)
        .env("BENCH_SECRET", "bench")
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    until_listening(&mut serve).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let resident = resident_kib(serve.id().ok_or("serve ended")?)?;
    serve.kill().await?;
    Ok(Some(resident))
}

fn program() -> std::io::Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("dispatch"))
}

fn text(data: &std::path::Path) -> String {
    format!(
        "forges:\n  home:\n    url: http://127.0.0.1:9\n    token: {{ env: BENCH_SECRET }}\n    webhook_secrets: [{{ env: BENCH_SECRET }}]\nserve:\n  listen: 127.0.0.1:0\n  data: {}\n",
        data.join("data").display()
    )
}

async fn until_listening(serve: &mut Child) -> Result<(), Box<dyn std::error::Error>> {
    let stderr = serve.stderr.take().ok_or("no output")?;
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        if line.contains("receiving webhooks") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
    }
    Err("serve ended before it listened".into())
}

fn resident_kib(process: u32) -> Result<u32, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
