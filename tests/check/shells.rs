//! `segue completions`: scripts that the shells themselves read, as far as they are on this machine. `SEGUE_SHELLS`
//! names those, with commas, that have to be.

use crate::workspace::Workspace;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

const SHELLS: &[&str] = &["bash", "elvish", "fish", "powershell", "zsh"];

fn script(shell: &str) -> String {
    let ran = Workspace::new(&[]).run(&["completions", shell]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{shell}");
    ran.out
}

/// What a shell prints that has read our script and then does `then`; nothing where there is no such shell.
fn ask(shell: &str, program: &[&str], then: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(if shell == "powershell" { "segue.ps1" } else { "segue" });
    std::fs::write(&file, script(shell)).unwrap();
    let ran = Command::new(program[0])
        .args(&program[1..])
        .arg(then.replace("SCRIPT", file.to_str().unwrap()))
        // No history, no settings of whoever runs the tests, nothing that is completed from another place.
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("ZDOTDIR", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let required = std::env::var("SEGUE_SHELLS").unwrap_or_default();
            assert!(!required.split(',').any(|own| own == shell), "{shell} is required and not here");
            println!("{shell} is not here: its script is not tried");
            return None;
        }
        Err(error) => panic!("{shell}: {error}"),
    };
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{shell}: {} {out} {err}", output.status);
    Some(out.replace("\r\n", "\n"))
}

#[test]
fn every_script_names_what_help_shows() {
    let help = Workspace::new(&[]).run(&["--help"]).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    // A name stands two columns in; what is wrapped stands deeper.
    let named =
        commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
    let commands: Vec<&str> = named
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.contains(&"check") && commands.contains(&"runs"), "{commands:?}");
    for shell in SHELLS {
        let script = script(shell);
        for command in &commands {
            assert!(script.contains(command), "{shell}: {command}");
        }
        for hidden in ["runner", "write-docs"] {
            assert!(!script.contains(hidden), "{shell}: {hidden}");
        }
    }
}

#[test]
fn bash_completes() {
    let asked = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, before) = (words.len() - 1, words[words.len() - 2]);
        let then = format!(
            "source SCRIPT && COMP_WORDS=({line}) COMP_CWORD={last} && _segue segue '{}' '{before}' && printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words[last]
        );
        ask("bash", &["bash", "--noprofile", "--norc", "-c"], &then)
    };
    let Some(commands) = asked("segue co") else { return };
    assert_eq!(commands, "completions\ncontext\nconvert\n");
    assert_eq!(asked("segue runs re").unwrap(), "reject\nretry\nresume\n");
    assert_eq!(asked("segue check --form").unwrap(), "--format\n");
    assert_eq!(asked("segue check --format s").unwrap(), "sarif\n");
    assert_eq!(asked("segue completions p").unwrap(), "powershell\n");
}

#[test]
fn fish_completes() {
    let program = ["fish", "--no-config", "-c"];
    let Some(found) =
        ask("fish", &program, "source SCRIPT; complete -C 'segue co'; complete -C 'segue check --format s'")
    else {
        return;
    };
    let words: Vec<&str> = found.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(words, ["completions", "context", "convert", "sarif"], "{found}");
    assert!(found.contains("context\tShow "), "what a command does stands beside it: {found}");
}

#[test]
fn zsh_reads_it() {
    let load = "autoload -Uz compinit && compinit -D && zsh -n SCRIPT && source SCRIPT && print ${_comps[segue]} && whence -w _segue";
    let Some(found) = ask("zsh", &["zsh", "-f", "-c"], load) else { return };
    assert_eq!(found, "_segue\n_segue: function\n");
}

#[test]
fn powershell_completes() {
    let then =
        ". SCRIPT; (TabExpansion2 'segue co' 8).CompletionMatches | ForEach-Object { $_.CompletionText }";
    let Some(found) = ask("powershell", &["pwsh", "-NoProfile", "-NonInteractive", "-Command"], then) else {
        return;
    };
    assert_eq!(found, "completions\ncontext\nconvert\n");
}

#[test]
fn another_shell_is_refused() {
    let ran = Workspace::new(&[]).run(&["completions", "tcsh"]);
    assert!(ran.status == 2 && ran.err.contains("[possible values: bash"), "{ran:?}");
}
