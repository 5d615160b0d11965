//! Repositories and machines that are not as a run would have them: refused with what to do, or told.

use crate::whole::GOOD;
use crate::world::{Ran, World};
use std::path::Path;
use std::process::Command;

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[cfg(unix)]
fn program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_head_at_no_branch() {
    let world = World::scripted(GOOD);
    world.git(&["switch", "--quiet", "--detach"]);
    let launched = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(launched.out.contains("HEAD is at no branch: the run starts from"), "{launched:?}");
    let run = world.run();
    let merged = world.ends(2, &["runs", "merge", &run]);
    assert!(merged.err.contains("switch to the branch that shall take the run"), "{merged:?}");
    world.git(&["switch", "--quiet", "main"]);
    world.ends(0, &["runs", "merge", &run]);
}

#[test]
fn large_files_and_submodules_are_told() {
    let world = World::scripted(GOOD);
    world.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    world.write(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = ../sub\n");
    world.commit("Art");
    let launched = world.ends(3, &["run", "x.spec.md"]);
    for words in ["`git lfs install` changes that", "submodules stay empty in worktrees"] {
        assert!(launched.out.contains(words), "{words} in {launched:?}");
    }
    world.git(&["config", "filter.lfs.process", "git-lfs filter-process"]);
    let is_there = Command::new("git").args(["lfs", "version"]).output().unwrap().status.success();
    let launched = world.segue(&["run", "x.spec.md"]);
    if is_there {
        assert!(launched.out.contains("each worktree holds its own copies"), "{launched:?}");
    } else {
        assert_eq!(launched.status, 2);
        assert!(launched.err.contains("the program git-lfs is missing"), "{launched:?}");
    }
}

#[cfg(unix)]
#[test]
fn hooks_that_fail_and_signatures_that_cannot_be_made() {
    let world = World::scripted(GOOD);
    let hook = |name: &str| world.top().join(".git/hooks").join(name);
    program(&hook("pre-commit"), "#!/bin/sh\nexit 1\n");
    program(&hook("pre-merge-commit"), "#!/bin/sh\necho 'not on a Friday' >&2\nexit 1\n");
    world.git(&["config", "commit.gpgsign", "true"]);
    world.git(&["config", "gpg.program", "false"]);
    let launched = world.ends(0, &["run", "x.spec.md", "--yes"]);
    for words in ["the hooks pre-commit, pre-merge-commit do not run", "commits of a run are not signed"] {
        assert!(launched.out.contains(words), "{words} in {launched:?}");
    }
    let run = world.run();
    let before = world.checkout();
    let refused = world.ends(2, &["runs", "merge", &run]);
    assert!(refused.err.contains("not on a Friday"), "{refused:?}");
    std::fs::remove_file(hook("pre-merge-commit")).unwrap();
    let refused = world.ends(2, &["runs", "merge", &run]);
    assert!(refused.err.contains("gpg failed to sign"), "{refused:?}");
    assert_eq!(world.checkout(), before);
    world.git(&["config", "commit.gpgsign", "false"]);
    // Another git is at work, or was.
    world.write(".git/index.lock", "");
    let busy = world.ends(2, &["runs", "merge", &run]);
    assert!(busy.err.contains("index.lock") && busy.err.contains("remove the lock"), "{busy:?}");
    std::fs::remove_file(world.top().join(".git/index.lock")).unwrap();
    world.ends(0, &["runs", "merge", "--state", "complete"]);
    // Hooks at home are found where git finds them.
    program(&world.top().with_file_name("hooks").join("commit-msg"), "#!/bin/sh\n");
    world.git(&["config", "core.hooksPath", "~/hooks"]);
    let launched = world.segue(&["run", "x.spec.md"]);
    assert!(
        launched.err.contains("is done") || launched.out.contains("the hooks commit-msg"),
        "{launched:?}"
    );
}

#[test]
fn files_where_folders_of_worktrees_belong() {
    let world = World::scripted(GOOD);
    let worktrees = world.top().with_file_name("my äpp.worktrees");
    std::fs::write(&worktrees, "a file").unwrap();
    let refused = world.ends(2, &["run", "x.spec.md", "--yes"]);
    assert!(refused.err.contains("my äpp.worktrees` is in the way"), "{refused:?}");
    std::fs::remove_file(&worktrees).unwrap();
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    std::fs::create_dir(&worktrees).unwrap();
    std::fs::write(worktrees.join(&run), "a file").unwrap();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(
        log.contains(&format!("first: is handed to you: `{}` is in the way", worktrees.join(&run).display())),
        "{log}"
    );
    assert_eq!(std::fs::read_to_string(worktrees.join(&run)).unwrap(), "a file");
}

#[cfg(unix)]
#[test]
fn no_git_and_one_that_is_too_old() {
    let world = World::scripted(GOOD);
    let bin = world.top().with_file_name("bin");
    std::fs::create_dir(&bin).unwrap();
    let with_path = || ran(world.command(&["run", "x.spec.md", "--yes"]).env("PATH", &bin));
    let missing = with_path();
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("install git 2.38 or newer and put it on PATH"), "{missing:?}");
    program(&bin.join("git"), "#!/bin/sh\necho git version 2.37.4\n");
    let old = with_path();
    assert_eq!(old.status, 2);
    assert!(old.err.contains("git 2.37.4 is too old") && old.err.contains("update it"), "{old:?}");
}

#[test]
fn a_state_folder_that_cannot_be_made() {
    let world = World::scripted(GOOD);
    let file = world.top().with_file_name("a file");
    std::fs::write(&file, "").unwrap();
    let refused = ran(world.command(&["run", "x.spec.md", "--yes"]).env("XDG_STATE_HOME", &file));
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("set XDG_STATE_HOME to a folder that is"), "{refused:?}");
    assert!(world.worktrees().is_empty() && world.branches().is_empty());
}

#[test]
fn disks_of_another_machine() {
    for of in ["repository", "state"] {
        let world = World::scripted(GOOD);
        let folder = if of == "state" { world.state_folder() } else { world.top().to_owned() };
        std::fs::create_dir_all(&folder).unwrap();
        let done = ran(world.command(&["run", "x.spec.md", "--yes"]).env("SEGUE_NETWORK_DISK", &folder));
        let told = format!("{}{}", done.out, done.err);
        assert!(
            done.status == 0 && told.contains("is on a network disk: git is slow there"),
            "{of}: {done:?}"
        );
    }
}

/// With file systems of its own where the machine lets anybody have them.
#[cfg(target_os = "linux")]
#[test]
fn disks_that_are_full_and_read_only() {
    let world = World::scripted(GOOD);
    let can = Command::new("unshare").args(["-rm", "true"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: file systems of its own cannot be had here (unshare -rm)");
        return;
    }
    let disk = world.top().with_file_name("disk");
    std::fs::create_dir(&disk).unwrap();
    let within = |mount: &str, arguments: &[&str]| {
        let script = format!("{mount} && exec \"$0\" \"$@\"");
        let own = ["-rm", "sh", "-c", &script, env!("CARGO_BIN_EXE_segue")];
        let mut command = world.program("unshare", &[&own, arguments].concat());
        ran(command.env("D", &disk).env("XDG_STATE_HOME", &disk))
    };
    let full = within("mount -t tmpfs -o size=1m none \"$D\"", &["run", "x.spec.md"]);
    assert_eq!(full.status, 2);
    assert_eq!(full.err.matches("is full; make room").count(), 1, "{full:?}");
    assert!(full.err.contains("segue runs archive --state complete"), "{full:?}");
    let read_only = "mount --bind \"$D\" \"$D\" && mount -o remount,ro,bind \"$D\"";
    let fixed = within(read_only, &["run", "x.spec.md"]);
    assert_eq!(fixed.status, 2);
    assert!(fixed.err.contains("set XDG_STATE_HOME to a folder that is"), "{fixed:?}");
    assert!(world.worktrees().is_empty() && world.branches().is_empty());
    // What was written before can still be read.
    let done = ran(world.command(&["run", "x.spec.md", "--yes"]).env("XDG_STATE_HOME", &disk));
    assert_eq!(done.status, 0, "{done:?}");
    for arguments in [&["runs"][..], &["runs", "show"], &["runs", "logs"], &["runs", "export"]] {
        let read = within(read_only, arguments);
        assert!(read.status == 0 && read.out.to_lowercase().contains("complete"), "{read:?}");
    }
}

#[test]
fn settings_that_cannot_be_taken_are_refused_with_their_line() {
    let world = World::scripted(GOOD);
    let good = world.read("segue.toml");
    for (row, words) in [
        ("x = [\n", "segue.toml:6: This is not TOML"),
        ("jobs = \"four\"\n", "segue.toml:6: `jobs` has to be"),
        ("validate = [\"true\", 3]\n", "segue.toml:6: Every item of this list has to be a string."),
    ] {
        world.write("segue.toml", &format!("{good}{row}"));
        let refused = world.ends(2, &["run", "x.spec.md", "--yes"]);
        assert!(refused.err.contains(words), "{words} in {refused:?}");
    }
    world.write("segue.toml", &format!("{good}jbos = 3\n"));
    let told = world.ends(3, &["run", "x.spec.md"]);
    assert!(told.out.contains("segue.toml:6: There is no setting `jbos`"), "{told:?}");
    // Nor does a run go on by others than the ones that were agreed to.
    let run = world.run();
    world.write("segue.toml", "x = [\n");
    let refused = world.ends(2, &["runs", "approve", &run]);
    assert!(refused.err.contains("segue.toml:1: This is not TOML"), "{refused:?}");
    world.write("segue.toml", &good);
}
