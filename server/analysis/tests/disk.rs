//! Discovery and reading over real folders: what is seen, what is left alone, and that nothing is
//! written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use segue_analysis::disk::Probe;
use segue_analysis::file::{Content, Unreadable};
use segue_analysis::{Change, Disk, Host, Options, PathId, RealDisk, World, diagnostics};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    // The top of a repository: ignore files above it do not count.
    std::fs::create_dir(root.path().join(".git")).unwrap();
    files.iter().for_each(|(path, text)| write(root.path(), path, text));
    root
}

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn open(root: &Path) -> Host {
    Host::open(Arc::new(RealDisk::new(root)), Options::default(), &|_| ())
}

fn paths(world: &World) -> Vec<String> {
    let mut paths: Vec<String> = world.paths().map(|path| path.to_string()).collect();
    paths.sort();
    paths
}

fn codes(world: &World, path: &str) -> Vec<String> {
    let (id, _) = world.file_at(path).unwrap();
    diagnostics::of_file(world, id).into_iter().map(|found| found.code.to_owned()).collect()
}

#[test]
fn ignore_files_nested_and_negated() {
    let root = folder(&[
        (".gitignore", "out/\n*.log.md\n!keep.log.md\n/top.md\n"),
        ("out/x.agent.md", ""),
        ("a.log.md", ""),
        ("keep.log.md", ""),
        ("top.md", ""),
        ("sub/top.md", ""),
        ("sub/.gitignore", "x.md\n!a.log.md\n"),
        ("sub/x.md", ""),
        ("sub/a.log.md", ""),
        ("x.md", ""),
        (".github/agents/seen.agent.md", ""),
        ("node_modules/p/AGENTS.md", ""),
    ]);
    let seen = paths(&open(root.path()).snapshot());
    let expected = [
        ".github/agents/seen.agent.md",
        ".gitignore",
        "keep.log.md",
        "sub/.gitignore",
        "sub/a.log.md",
        "sub/top.md",
        "x.md",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn ignore_files_above_a_sub_folder_count() {
    let root = folder(&[(".gitignore", "*.tmp.md\n"), ("sub/a.tmp.md", ""), ("sub/b.md", "")]);
    assert_eq!(paths(&open(&root.path().join("sub")).snapshot()), ["b.md"]);
}

#[test]
fn an_ignored_target_is_there_and_nobodys_name() {
    let root = folder(&[
        (".gitignore", "out/\n"),
        ("out/gen.md", "# Gen\n"),
        ("out/x.agent.md", "---\nname: hidden\n---\n"),
        (
            "a.prompt.md",
            "---\ndescription: d\n---\n[gen](out/gen.md#gen) [folder](out) [gone](out/gone.md)\n",
        ),
    ]);
    let world = open(root.path()).snapshot();
    assert_eq!(world.probe("out/gen.md"), Probe::File);
    assert_eq!(codes(&world, "a.prompt.md"), ["link/missing-file"]);
    assert!(world.names(segue_analysis::file::Space::Agent).is_empty());
}

#[test]
fn a_changed_ignore_file_changes_what_is_seen() {
    let root = folder(&[("sub/a.md", ""), ("b.md", "")]);
    let mut host = open(root.path());
    write(root.path(), ".gitignore", "sub\n");
    host.apply([Change::Disk(".gitignore".to_owned())]);
    assert_eq!(paths(&host.snapshot()), [".gitignore", "b.md"]);
    // Nothing below it is taken in by an event either, and an open buffer is for as long as it is open.
    let text = Arc::from("x");
    host.apply([Change::Disk("sub/a.md".to_owned())]);
    host.apply([Change::Buffer { path: "sub/a.md".to_owned(), text, version: None }]);
    assert_eq!(paths(&host.snapshot()), [".gitignore", "b.md", "sub/a.md"]);
    host.apply([Change::Closed("sub/a.md".to_owned())]);
    assert_eq!(paths(&host.snapshot()), [".gitignore", "b.md"]);
    std::fs::remove_file(root.path().join(".gitignore")).unwrap();
    host.apply([Change::Disk(".gitignore".to_owned())]);
    assert_eq!(paths(&host.snapshot()), ["b.md", "sub/a.md"]);
}

/// Guard: the hash that `Host::refresh` compares.
#[test]
fn an_event_without_a_change_does_nothing() {
    let root = folder(&[
        ("a.prompt.md", "---\ndescription: d\n---\n[b](docs/b.md#b)\n"),
        ("docs/b.md", "# B\n"),
        ("docs/c.md", "# C\n"),
    ]);
    let mut host = open(root.path());
    let before = host.snapshot();
    let told =
        || ["a.prompt.md", "docs/b.md", "docs/c.md", "docs", ""].map(|path| Change::Disk(path.to_owned()));
    assert_eq!(host.apply(told()), Default::default());
    let after = host.snapshot();
    for path in ["a.prompt.md", "docs/b.md"] {
        let [(_, one), (_, other)] = [&before, &after].map(|world| world.file_at(path).unwrap());
        assert!(Arc::ptr_eq(one, other), "{path} was read anew");
    }
    write(root.path(), "docs/b.md", "# Other\n");
    let effects = host.apply(told());
    let paths = |ids: &[PathId]| ids.iter().map(|id| before.path(*id).to_string()).collect::<Vec<_>>();
    assert_eq!(
        (paths(&effects.changed), paths(&effects.dependents)),
        (vec!["docs/b.md".to_owned()], vec!["a.prompt.md".to_owned()])
    );
}

#[test]
fn a_checkout_below_the_root_is_left_alone() {
    let root = folder(&[
        ("clone/.git/HEAD", "x"),
        ("clone/AGENTS.md", "# A\n"),
        ("linked/.git", "gitdir: elsewhere\n"),
        ("linked/x.agent.md", "---\nname: theirs\n---\n"),
        ("a.prompt.md", "---\ndescription: d\n---\n[theirs](clone/AGENTS.md#a)\n"),
    ]);
    let mut host = open(root.path());
    let world = host.snapshot();
    assert_eq!(paths(&world), ["a.prompt.md"]);
    assert_eq!(*world.checkouts, ["clone", "linked"]);
    assert!(world.names(segue_analysis::file::Space::Agent).is_empty());
    assert_eq!(codes(&world, "a.prompt.md"), Vec::<String>::new(), "it is there, whatever is in it");
    host.apply([Change::Disk("linked/x.agent.md".to_owned())]);
    assert_eq!(paths(&host.snapshot()), ["a.prompt.md"]);
    // It ceases to be one, and begins again.
    std::fs::remove_file(root.path().join("linked/.git")).unwrap();
    host.apply([Change::Disk("linked/.git".to_owned())]);
    assert_eq!(paths(&host.snapshot()), ["a.prompt.md", "linked/x.agent.md"]);
    assert_eq!(*host.snapshot().checkouts, ["clone"]);
    std::fs::create_dir(root.path().join("linked/.git")).unwrap();
    host.apply([Change::Disk("linked/.git".to_owned())]);
    assert_eq!(paths(&host.snapshot()), ["a.prompt.md"]);
    assert_eq!(*host.snapshot().checkouts, ["clone", "linked"]);
}

#[test]
fn bytes_that_are_no_text() {
    let root = folder(&[("ok.prompt.md", "hello")]);
    write(root.path(), "binary.prompt.md", b"ab\0\x01");
    write(root.path(), "latin.prompt.md", b"caf\xe9");
    write(root.path(), "wide.prompt.md", b"\xff\xfeh\0i\0");
    let huge = std::fs::File::create(root.path().join("huge.prompt.md")).unwrap();
    huge.set_len(segue_analysis::file::LARGEST_FILE as u64 + 1).unwrap();
    let world = open(root.path()).snapshot();
    let why = |path: &str| match &world.file_at(path).unwrap().1.content {
        Content::Unreadable(reason) => reason.clone(),
        other => panic!("{path} was read: {other:?}"),
    };
    assert_eq!(why("binary.prompt.md"), Unreadable::Binary);
    assert_eq!(why("latin.prompt.md"), Unreadable::NotUtf8(3));
    assert_eq!(why("wide.prompt.md"), Unreadable::Utf16);
    assert_eq!(why("huge.prompt.md"), Unreadable::TooLarge);
    assert!(world.file_at("ok.prompt.md").unwrap().1.facts().is_some());
}

#[test]
fn the_limit_of_entries_is_told() {
    let root = folder(&[]);
    (0..50).for_each(|n| write(root.path(), &format!("f{n}.md"), ""));
    let disk = || Arc::new(RealDisk::new(root.path()));
    let cut = Host::open(disk(), Options { most_entries: 20, ..Options::default() }, &|_| ()).snapshot();
    assert_eq!(cut.left_out_after, Some(20));
    assert!(cut.paths().count() < 20);
    assert_eq!(open(root.path()).snapshot().left_out_after, None);
}

#[test]
fn opening_writes_nothing() {
    let root = folder(&[
        ("segue.toml", "zebra = 1\n"),
        ("a.agent.md", "---\nname: a\n---\n[b](docs/b.md)\n"),
        ("docs/b.md", "# B\n"),
        (".vscode/mcp.json", "{}"),
    ]);
    let listing = || {
        let mut found = Vec::new();
        let mut waiting = vec![root.path().to_owned()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let meta = entry.metadata().unwrap();
                if meta.is_dir() {
                    waiting.push(entry.path());
                }
                found.push((entry.path(), meta.len(), meta.modified().unwrap()));
            }
        }
        found.sort();
        found
    };
    let before = listing();
    let mut host = open(root.path());
    let text = Arc::from("# Other\n");
    host.apply([Change::Buffer { path: "a.agent.md".to_owned(), text, version: None }]);
    let world = host.snapshot();
    world.primitives().for_each(|(id, _)| drop(diagnostics::of_file(&world, id)));
    assert_eq!(listing(), before);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_seen_and_never_read_through() {
        let outside =
            folder(&[("secret.agent.md", "---\nname: secret\n---\n"), ("segue.toml", "zebra = 1\n")]);
        let root = folder(&[
            ("docs/b.md", "# B\n"),
            ("base/other.toml", "zebra = 1\n"),
            ("a.prompt.md", "---\ndescription: d\n---\n[x](out.agent.md) [y](loop/docs/b.md) [z](dead.md)\n"),
            ("sub/segue.toml", "extend = '../linked.toml'\n"),
            ("sub/deep/segue.toml", "extend = '../../far/segue.toml'\n"),
        ]);
        let link = |to: &Path, at: &str| symlink(to, root.path().join(at)).unwrap();
        link(&outside.path().join("secret.agent.md"), "out.agent.md");
        link(&outside.path().join("segue.toml"), "segue.toml");
        link(&outside.path().join("segue.toml"), "linked.toml");
        link(outside.path(), "far");
        link(root.path(), "loop");
        link(Path::new("nowhere.md"), "dead.md");
        let mut host = open(root.path());
        let world = host.snapshot();
        assert!(paths(&world).iter().all(|path| !path.starts_with("loop/") && !path.starts_with("far/")));
        assert!(world.file_at("out.agent.md").is_none());
        assert!(world.names(segue_analysis::file::Space::Agent).is_empty());
        assert_eq!(codes(&world, "a.prompt.md"), ["link/missing-file"], "the dead link alone");
        let told: Vec<_> = world.config_findings().into_iter().map(|(_, finding)| finding.message).collect();
        assert!(told.iter().all(|message| message.starts_with("There is no file")), "{told:?}");
        assert_eq!(told.len(), 2);
        assert!(world.config("x").path.is_none(), "settings are not read through a link");
        assert!(RealDisk::new(root.path()).read("out.agent.md", 100).is_err());
        // Events do not lead through links either; a link that becomes a file is read.
        host.apply(
            ["far", "far/secret.agent.md", "loop", "out.agent.md"].map(|path| Change::Disk(path.to_owned())),
        );
        assert_eq!(host.snapshot().dump(), open(root.path()).snapshot().dump());
        std::fs::remove_file(root.path().join("out.agent.md")).unwrap();
        write(root.path(), "out.agent.md", "---\nname: ours\n---\n");
        host.apply([Change::Disk("out.agent.md".to_owned())]);
        assert!(host.snapshot().file_at("out.agent.md").is_some());
        assert_eq!(host.snapshot().dump(), open(root.path()).snapshot().dump());
    }

    #[test]
    fn folders_that_cannot_be_read_are_told() {
        let root = folder(&[("shut/x.agent.md", ""), ("open.agent.md", "")]);
        let shut = root.path().join("shut");
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o000)).unwrap();
        let readable = std::fs::read_dir(&shut).is_ok();
        let world = open(root.path()).snapshot();
        std::fs::set_permissions(&shut, std::fs::Permissions::from_mode(0o755)).unwrap();
        if readable {
            println!("skipped: this user may read everything");
            return;
        }
        assert_eq!(paths(&world), ["open.agent.md"]);
        assert_eq!(world.unreadable.len(), 1);
        assert_eq!(world.unreadable[0].0, "shut");
    }

    #[test]
    fn names_that_are_no_text_and_pipes_are_passed_by() {
        use std::os::unix::ffi::OsStrExt;
        let root = folder(&[("ok.agent.md", "")]);
        let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.agent.md");
        if std::fs::write(root.path().join(odd), "x").is_err() {
            println!("skipped: this file system has no such names");
        }
        let made = std::process::Command::new("mkfifo").arg(root.path().join("pipe.agent.md")).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no pipes here");
        }
        assert_eq!(paths(&open(root.path()).snapshot()), ["ok.agent.md"]);
    }
}
