//! What a command line would touch outside of the worktree, as far as its words show: what a variable
//! holds is not known. It is refused only what a shell would take for a place that is written to; a place
//! that stands anywhere else, also within a text in quotes, asks rather once too often.

use crate::agent::acp::leave::{is_inside, plain};
use crate::agent::acp::writes::program;
use crate::agent::acp::{shell, writes};
use std::path::{Component, Path, PathBuf};

/// A place outside of the worktree that a command line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The place.
    pub path: PathBuf,
    /// Whether the command's output goes there.
    pub is_written: bool,
}

/// Where programs and their libraries lie: a command may name those.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/nix", "/dev/null"];
/// What a command may write to outside of the worktree.
const SINKS: &[&str] = &["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

/// The user's home, as commands name it.
const HOMES: &[&str] = &["~", "$HOME", "${HOME}"];
/// What reads commands.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh"];

/// Words that may stand before a program: those of the shell, and programs that run another one.
const BEFORE: &[&str] = &[
    "!", "{", "if", "then", "elif", "else", "while", "until", "do", "time", "command", "builtin", "exec",
    "env", "nohup", "nice", "timeout", "stdbuf", "setsid", "sudo", "doas", "xargs",
];
/// After these `find` is told a command.
const EXEC: &[&str] = &["-exec", "-execdir", "-ok", "-okdir"];
/// How deep shells are looked into that are told commands by shells.
const DEPTH: usize = 4;

/// The place outside of the worktree that a command line names: the first that it writes to, else the
/// first of all.
#[must_use]
pub fn stray(command: &str, worktree: &Path) -> Option<Stray> {
    let mut search = Search { worktree, read: None };
    match search.written(command, worktree, DEPTH) {
        Some(path) => Some(Stray { path, is_written: true }),
        None => search.read.map(|path| Stray { path, is_written: false }),
    }
}

/// The search for places outside.
struct Search<'a> {
    worktree: &'a Path,
    /// The first that is named and not written to.
    read: Option<PathBuf>,
}

impl Search<'_> {
    /// The first place outside that a command line writes to.
    fn written(&mut self, line: &str, folder: &Path, depth: usize) -> Option<PathBuf> {
        // Where the commands of each group stand: `cd` within one is over with it.
        let mut folders = vec![folder.to_owned()];
        for simple in shell::commands(&without_documents(line)) {
            let outer = folders.last().cloned().unwrap_or_default();
            folders.resize(simple.depth + 1, outer);
            let folder = folders.last_mut()?;
            let words: Vec<&str> = simple.words.iter().map(String::as_str).collect();
            let runs = runs(&words);
            let into = simple.into.iter().map(String::as_str);
            for word in runs.iter().flat_map(|own| writes::targets(own)).chain(into) {
                let mut parts = parts(word);
                if let Some(path) = parts.find_map(|part| outside(part, true, folder, self.worktree)) {
                    return Some(path);
                }
            }
            let told = told(&words).filter(|_| depth > 0);
            if let Some((_, line)) = &told
                && let Some(path) = self.written(line, folder, depth - 1)
            {
                return Some(path);
            }
            if self.read.is_none() {
                let own = &words[..told.map_or(words.len(), |(at, _)| at)];
                let from = simple.from.iter().map(String::as_str);
                let mut pieces = own.iter().copied().chain(from).flat_map(pieces);
                self.read = pieces.find_map(|piece| outside(piece, false, folder, self.worktree));
            }
            if let Some(["cd" | "pushd", rest @ ..]) = runs.first()
                && let Some(to) = rest.iter().find(|word| !word.starts_with('-'))
            {
                *folder = seen_from(folder, to);
            }
        }
        None
    }
}

/// What a simple command runs: each from its program on.
fn runs<'w, 's>(words: &'w [&'s str]) -> Vec<&'w [&'s str]> {
    let all = words.split(|word| EXEC.contains(word));
    all.map(|own| own.split(|word| [";", "+"].contains(word)).next().unwrap_or_default()).map(run).collect()
}

fn run<'w, 's>(words: &'w [&'s str]) -> &'w [&'s str] {
    let mut rest = words;
    let mut has_options = false;
    while let Some((word, after)) = rest.split_first() {
        let is_before = BEFORE.contains(&program(word));
        // `timeout 5s`, `xargs -I {}`.
        let is_value =
            |word: &str| word.trim_end_matches(['s', 'm', 'h']).chars().all(|c| "0123456789.{}%".contains(c));
        if !(is_before || is_assignment(word) || (has_options && (word.starts_with('-') || is_value(word)))) {
            break;
        }
        has_options |= is_before;
        rest = after;
    }
    rest
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// The command line that a shell is told, and the place of the word where it begins: `bash -lc 'cd ..'`.
fn told(words: &[&str]) -> Option<(usize, String)> {
    let shell = words.iter().position(|word| *word == "eval" || SHELLS.contains(&program(word)))?;
    let rest = words.iter().enumerate().skip(shell + 1);
    let mut options = rest.clone().take_while(|(_, word)| word.starts_with('-'));
    let (at, first) = rest.clone().nth(options.clone().count())?;
    let is_eval = words.get(shell) == Some(&"eval");
    if !is_eval && !options.any(|(_, word)| !word.starts_with("--") && word.contains('c')) {
        return None;
    }
    // Agents tell lines of which the quotes are gone.
    let is_whole = !is_eval && first.contains(char::is_whitespace);
    let line = if is_whole { (*first).to_owned() } else { words.get(at..)?.join(" ") };
    Some((at, line))
}

/// The words of `{a,b}/c` that a shell would make of it, as far as places outside go.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let is_several = word.contains('{') && word.contains(',');
    let inner = is_several.then(|| word.split(['{', ',', '}'])).into_iter().flatten();
    std::iter::once(word).chain(inner)
}

/// What could be a path in a word that may be a text of its own.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    words(word).flat_map(|own| own.split([';', '|', '&', '<', '>']))
}

/// Where a shell would look for what a word names. Of the variables it is the home that is known.
fn seen_from(folder: &Path, word: &str) -> PathBuf {
    let rest = HOMES.iter().find_map(|home| word.strip_prefix(home));
    match rest.filter(|rest| rest.is_empty() || rest.starts_with('/')).zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest.trim_start_matches('/')),
        None => folder.join(word),
    }
}

/// The place outside of the worktree that a word names.
fn outside(word: &str, is_written: bool, folder: &Path, worktree: &Path) -> Option<PathBuf> {
    // `--in=/etc/x`, `KEY=/etc/x`.
    let word = word.rsplit('=').next().unwrap_or(word);
    let path = Path::new(word);
    let is_path = if is_written {
        !word.is_empty()
    } else {
        // `/pattern/p` is no path where the machine has no such folder.
        let begins = path.components().nth(1).is_some_and(|first| Path::new("/").join(first).exists());
        let climbs = path.components().any(|part| part == Component::ParentDir);
        climbs || path.starts_with("~") || (path.is_absolute() && begins)
    };
    if !is_path || word.contains("://") {
        return None;
    }
    let path = seen_from(folder, word);
    let mut known = SINKS.iter().chain(SYSTEM.iter().filter(|_| !is_written));
    let is_inside = is_inside(&path, worktree);
    let path = plain(&path);
    let is_known = known.any(|place| path.starts_with(place));
    (!is_known && !is_inside).then_some(path)
}

/// The command line without the texts that stand in it between `<<END` and `END`: what a file will hold
/// is no path of this command.
pub(super) fn without_documents(command: &str) -> String {
    let mut kept = String::with_capacity(command.len());
    let mut end: Option<String> = None;
    for line in command.lines() {
        if let Some(word) = &end {
            if line.trim() == word {
                end = None;
            }
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
        // What a shell reads is a command.
        if words(line).any(|word| SHELLS.contains(&program(word))) {
            continue;
        }
        let word = line.split_once("<<").map(|(_, rest)| rest.trim_start_matches('-').trim_start());
        let word = word
            .map(|rest| rest.split(|c: char| c.is_whitespace() || ";|&)".contains(c)).next().unwrap_or(""));
        end = word
            .map(|word| word.trim_matches(['\'', '"', '\\']).to_owned())
            .filter(|word| !word.is_empty() && !word.starts_with('<'));
    }
    kept
}

/// The words of a command, without quotes.
pub(super) fn words(command: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | '{' | '}' | ',');
    command.split(ends).filter(|word| !word.is_empty())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn places_outside_are_found_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        std::fs::create_dir_all(tree.join("sub")).unwrap();
        let other = folder.path().join("repo").display().to_string();
        std::os::unix::fs::symlink(folder.path(), tree.join("link")).unwrap();
        for command in [
            "cargo test --workspace",
            "/usr/bin/env python3 -c 'print(1)' 2>/dev/null",
            "echo a > out/b.txt && cat ./out/b.txt 2>&1",
            "curl https://example.com/a//b",
            "grep -rn '//' src; sed -n '/pattern/p' a.txt",
            "cd sub && cat ../README.md",
            "cat > src/a.ts <<'END'\nimport x from '../../other'\nEND\nls src",
            "cp a b && mv b sub/c | tee out/log && mkdir -p sub/x; touch sub/x/y",
            "bash -lc 'cd sub && touch a && cp a ../b'",
            // Words that are no places, however they look.
            "sed -i -e 's/a/b/' a 2>/dev/null",
            "git commit -qm 'Move a > b; touch c'",
            "cd sub && git -C .. commit -m x && tar xf a.tar -C ..",
            "dd if=sub/a of=a bs=1M 2>/dev/null",
            "find . -name a -exec rm {} \\;",
            "ls | xargs -n 1 touch",
            "# don't\ntouch a",
            "bash -lc \"cat > src/a.ts <<'END'\nimport x from '../../other'\nEND\nls src\"",
        ] {
            assert_eq!(stray(command, &tree), None, "{command}");
        }
        let own = format!("ls {}/sub", tree.display());
        assert_eq!(stray(&own, &tree), None);
        let of = |command: &str| stray(command, &tree).map(|stray| stray.is_written);
        for command in
            ["echo x > ../repo/a.txt", "echo x >../a", "ls ..; echo x 2> ../b", "echo x > /usr/share/x"]
        {
            assert_eq!(of(command), Some(true), "{command}");
        }
        assert_eq!(of(&format!("echo x >{other}/a.txt")), Some(true));
        for command in [
            "cp a ~/b",
            "cp -r a sub ../repo/ 2>/dev/null",
            "echo x | tee ../a",
            "mv ../a b",
            "cd .. && echo x > a",
            "cd ..; mkdir -p new/sub",
            "bash -lc 'cd .. && touch a'",
            "sh -c 'touch /etc/x'",
            "ln -s \"$PWD/a\" ../b",
            "dd if=a of=../b",
            "sed -i s/a/b/ ../a",
            "install -m 755 a ../b",
            "rsync -a sub/ ../sub",
            "truncate -s 0 ../a",
            "touch ../a",
            "mkdir -p ../a",
            "rm -rf ../a",
            "chmod -R +x ../a",
            "tar xzf a.tgz -C ..",
            "tar -czf ../a.tgz sub",
            "git -C ../repo commit -am x",
            "cd .. && git checkout main",
            "echo x | tee -a a ../b",
            "cp a 2>/dev/null ../b",
            "touch {a,../b}",
            "touch \"$HOME/a\"",
            "cd && cd ~ && touch a",
            "if true; then sudo -E touch ../a; fi",
            "ls | xargs -I {} cp {} ../out",
            "A=b timeout 5s rm ../a",
            "find . -name a -exec cp {} ../b \\;",
            "x=$(cd .. && touch a)",
            "bash -c \"sh -c 'touch ../a'\"",
            "eval touch ../a",
            "{ cd ..; touch a; }",
            "echo x > link/a",
            "cp a link/new/a",
            "cd link && touch a",
            "cd link/.. && touch a",
            "touch link/../a",
        ] {
            assert_eq!(of(command), Some(true), "{command}");
        }
        assert_eq!(of(&format!("bash -lc 'cd {other} && touch a'")), Some(true));
        for command in [
            "cp ../a .",
            "ln -s ../a",
            "tool --out=/etc/b",
            "cd sub/../.. && ls",
            "cd .. && make 2>&1 >/dev/null",
            "(cd .. && ls) && touch a && echo x > b",
            // What it writes to is not told by its words, or it is only read.
            "ln -s ../a b",
            "dd if=../a of=b",
            "sed -n 1p ../a",
            "sed -i 's#../../../old#../../../new#' src/a.ts",
            "rsync -a ../a/ sub",
            "touch -r ../a b",
            "tar czf a.tgz -C .. sub",
            "tar tf ../a.tgz",
            "git -C .. log",
            "git -C .. stash",
            "make -C ..",
            "touch $(pwd)/../a",
            "python3 -c \"open('../a', 'w')\"",
            "grep 'x > ../y' a",
            "bash -lc 'cd .. && ls'",
        ] {
            assert_eq!(of(command), Some(false), "{command}");
        }
    }
}
