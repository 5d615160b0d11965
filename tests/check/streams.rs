//! Pipes, help and version.

use crate::workspace::{Workspace, agent};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    // More than a pipe holds, so that writing meets the closed end.
    let files: Vec<(String, String)> = (0..300)
        .map(|number| (format!("p{number}.prompt.md"), agent(&"[x](gone.md)\n".repeat(20))))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let workspace = Workspace::new(&files);
    for format in ["human", "json", "sarif", "github"] {
        let mut child = workspace
            .command("", &["check", "--format", format, "--deny", "warning"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
        assert_eq!(output.status.code(), Some(0), "{format}");
    }
}

#[test]
fn help_and_version() {
    let workspace = Workspace::new(&[]);
    let ran = workspace.run(&[]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("Usage: segue"), "{}", ran.out);
    let ran = workspace.run(&["--version"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, concat!("segue ", env!("CARGO_PKG_VERSION"), "\n")));
    for command in ["check", "explain", "demo"] {
        let ran = workspace.run(&[command, "--help"]);
        assert_eq!(ran.status, 0);
        assert!(ran.out.contains("Examples:\n"), "{}", ran.out);
    }
    assert_eq!(workspace.run(&["chekc"]).status, 2);
}

#[test]
fn output_is_the_same_every_time() {
    let files: Vec<(String, String)> = (0..200)
        .map(|number| (format!("d{}/p{number}.prompt.md", number % 7), agent("[x](gone.md)")))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let workspace = Workspace::new(&files);
    let first = workspace.run(&["check", "--format", "json"]).out;
    let paths: Vec<String> = workspace.found(&[]);
    assert!(paths.is_sorted() && paths.len() == 200);
    for _ in 0..5 {
        assert_eq!(workspace.run(&["check", "--format", "json"]).out, first);
    }
}
