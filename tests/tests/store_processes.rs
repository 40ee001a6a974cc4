//! Stores and the processes around them: killed, out of room, and several at once.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use dispatch::store::{Key, RedbStore, StoreError, hold, open};
use tests::conformance::store::samples::count;
use tests::conformance::store::steps;

/// A process that is killed the hard way at the latest when the test ends.
struct Process {
    child: Child,
    says: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the process starts");
        let says = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, says }
    }

    fn of(command: &str, directory: &Path) -> Self {
        Self::start(Command::new(env!("CARGO_BIN_EXE_tests")).args(["store-process", command]).arg(directory))
    }

    fn next(&mut self) -> String {
        self.says.next().expect("it says something").unwrap()
    }

    /// SIGKILL; what it had said and nobody had heard yet.
    fn kill(&mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.says.by_ref().map(Result::unwrap).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shell ignores the signal of a file-size limit, so that the limit is an error as a full disk is.
fn writer_with_room_for(blocks: u32, directory: &Path) -> Process {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let lab = env!("CARGO_BIN_EXE_tests");
    Process::start(
        Command::new("sh").args(["-c", &script, "sh", lab, "store-process", "write"]).arg(directory).stderr(Stdio::null()),
    )
}

#[tokio::test]
async fn a_writer_killed_in_the_middle_loses_nothing_that_it_acknowledged() {
    for heard in [1, 2, 17, 40] {
        let directory = tempfile::tempdir().unwrap();
        let mut writer = Process::of("write", directory.path());
        let mut said: Vec<_> = (0..heard).map(|_| writer.next()).collect();
        said.extend(writer.kill());
        let acknowledged: u64 = said.last().unwrap().parse().expect("it was still writing");

        let store = open(directory.path()).await.unwrap();
        let found = steps::whole(&*store).await;
        assert!(found == acknowledged || found == acknowledged + 1, "{found} of {acknowledged}");
    }
}

#[tokio::test]
async fn a_writer_without_room_says_so_and_leaves_a_whole_store() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = writer_with_room_for(2100, directory.path());
    let mut said: Vec<_> = writer.says.by_ref().map(Result::unwrap).collect();
    let last = said.pop().unwrap();
    assert!(last.starts_with("the store cannot write, the disk is full ("), "{last}");
    let acknowledged: u64 = said.last().unwrap().parse().unwrap();

    let store = open(directory.path()).await.unwrap();
    assert_eq!(steps::whole(&*store).await, acknowledged);
    store.commit(steps::transaction(acknowledged + 1)).await.unwrap();
}

#[tokio::test]
async fn a_store_that_there_was_no_room_to_make_is_made_later() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = writer_with_room_for(100, directory.path());
    assert_eq!(writer.says.by_ref().count(), 0, "nothing was acknowledged");
    assert!(!writer.child.wait().unwrap().success());

    let store = open(directory.path()).await.unwrap();
    store.commit(steps::transaction(1)).await.unwrap();
    assert_eq!(steps::whole(&*store).await, 1);
}

#[tokio::test]
async fn a_command_reads_and_writes_through_the_server_and_without_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = Process::of("hold", directory.path());
    assert_eq!(server.next(), "holding");
    let file = directory.path().join("store.redb");
    assert!(matches!(RedbStore::open(&file), Err(StoreError::InUse { .. })));
    let mode = |name| std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("store.redb"), mode("store.sock")), (0o600, 0o600));

    let through_server = open(directory.path()).await.unwrap();
    through_server.commit(steps::transaction(1)).await.unwrap();
    assert_eq!(steps::whole(&*through_server).await, 1);

    server.kill();
    let error = through_server.read(&Key::total()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(directory.path().join("store.sock").exists(), "a dead server leaves its socket");
    let from_file = open(directory.path()).await.unwrap();
    assert_eq!(count(&*from_file, &Key::total()).await, 1);
    drop(from_file);

    let (store, _socket) = hold(directory.path()).await.expect("a new server takes the place of a dead one's socket");
    assert_eq!(steps::whole(&store).await, 1);
}

#[tokio::test]
async fn two_commands_without_a_server_wait_for_one_another() {
    let directory = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(directory.path().join("store.sock")).unwrap());
    let first = open(directory.path()).await.unwrap();
    let (waiting, ()) = tokio::join!(open(directory.path()), async {
        first.commit(steps::transaction(1)).await.unwrap();
        drop(first);
    });
    assert_eq!(steps::whole(&*waiting.unwrap()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_never_let_go_is_in_use() {
    let directory = tempfile::tempdir().unwrap();
    let _owner = RedbStore::open(&directory.path().join("store.redb")).unwrap();
    let place = directory.path().join("store.redb").display().to_string();
    assert_eq!(open(directory.path()).await.err(), Some(StoreError::InUse { place: place.clone() }));
    assert_eq!(hold(directory.path()).await.err(), Some(StoreError::InUse { place }));
}
