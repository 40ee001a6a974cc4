//! The root directory of a test machine, and how it is entered.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// What an image has; a test may take some away. Neither jq nor python.
const TOOLS: &[&str] = &[
    "base64",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cut",
    "env",
    "getent",
    "grep",
    "git",
    "id",
    "install",
    "ip6tables",
    "iptables",
    "mkdir",
    "mktemp",
    "mv",
    "nft",
    "rm",
    "rmdir",
    "setpriv",
    "sh",
    "sha256sum",
    "sleep",
    "stat",
    "sync",
    "tr",
    "useradd",
    "usermod",
];

/// Programs of this computer that build and enter a machine.
const BUILDERS: &[&str] = &["chroot", "ip", "mkfifo", "mount", "unshare"];

const FOLDERS: &[&str] = &[
    "bed/clock",
    "dev",
    "etc",
    "home",
    "host",
    "proc",
    "run",
    "shared",
    "tmp",
    "usr/bin",
    "usr/local/bin",
    "usr/local/sbin",
    "var/lib",
    "var/log",
];

const NAMESPACES: &[&str] = &["--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"];

pub(super) fn build() -> TempDir {
    for builder in BUILDERS {
        assert!(find(builder).is_some(), "these tests need `{builder}` on this computer");
    }
    let tried = Command::new("unshare").args(NAMESPACES).arg("true").output().unwrap();
    assert!(
        tried.status.success(),
        "these tests boot machines in namespaces and need root with CAP_SYS_ADMIN and CAP_NET_ADMIN: {tried:?}"
    );
    let root = TempDir::with_prefix("machine-").expect("a directory for the tests");
    let at = |path: &str| root.path().join(path);
    for folder in FOLDERS {
        fs::create_dir_all(at(folder)).unwrap();
    }
    for (link, target) in [("bin", "usr/bin"), ("sbin", "usr/bin"), ("usr/sbin", "bin"), ("usr/lib", "/host/lib")] {
        symlink(target, at(link)).unwrap();
    }
    for library in ["lib", "lib64", "lib32"] {
        symlink(format!("/host/{library}"), at(library)).unwrap();
    }
    for tool in TOOLS {
        let path = find(tool).unwrap_or_else(|| panic!("these tests need `{tool}` on this computer"));
        let inside = path.strip_prefix("/usr").unwrap_or_else(|_| panic!("`{tool}` is at {path:?}, outside /usr"));
        symlink(Path::new("/host").join(inside), at("usr/bin").join(tool)).unwrap();
    }
    fs::write(at("etc/passwd"), "root:x:0:0:root:/root:/bin/bash\n").unwrap();
    fs::write(at("etc/group"), "root:x:0:\ndocker:x:900:\n").unwrap();
    fs::write(at("etc/nsswitch.conf"), "passwd: files\ngroup: files\n").unwrap();
    for name in ["shutdown", "poweroff", "systemctl"] {
        executable(&at("usr/local/sbin").join(name), include_str!("power.sh"));
    }
    executable(&at("usr/local/bin/sleep"), include_str!("sleep.sh"));
    executable(&at("usr/local/bin/report"), include_str!("report.sh"));
    executable(&at("bed/init.sh"), include_str!("init.sh"));
    for pipe in ["bed/power", "bed/events", "bed/control"] {
        fifo(&at(pipe));
    }
    fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
    root
}

pub(super) fn enter(root: &Path, shared: &Path) -> Child {
    let script = root.join("bed/enter.sh");
    executable(&script, include_str!("enter.sh"));
    let child = Command::new("unshare").args(NAMESPACES).args([script.as_path(), root, shared]).stdin(Stdio::null()).spawn();
    child.expect("`unshare` starts")
}

pub(super) fn find(program: &str) -> Option<PathBuf> {
    let folders = ["/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    let path = folders.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.exists())?;
    path.canonicalize().ok()
}

pub(super) fn executable(path: &Path, text: &str) {
    // Written elsewhere first: a file that is open for writing cannot be executed.
    let draft = path.with_extension("draft");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&draft, text).unwrap();
    fs::set_permissions(&draft, Permissions::from_mode(0o755)).unwrap();
    fs::rename(draft, path).unwrap();
}

pub(super) fn fifo(path: &Path) {
    let made = Command::new("mkfifo").args(["-m", "0666"]).arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {path:?}");
}
