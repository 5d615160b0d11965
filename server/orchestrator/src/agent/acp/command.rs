//! What a command line would touch, as far as its words show. No shell: what is quoted counts as words
//! too, and what a variable holds is not known. Asks rather once too often where that is cheap.

use crate::agent::acp::leave::{is_inside, plain};
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

/// Programs that write to what they name, and whether to all of that: else to the last of several.
const WRITERS: &[(&str, bool)] = &[
    ("tee", true),
    ("touch", true),
    ("mkdir", true),
    ("truncate", true),
    ("mv", true),
    ("cp", false),
    ("install", false),
    ("rsync", false),
];

/// What reads commands.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh"];

/// The place outside of the worktree that a command line names: the first that it writes to, else the
/// first of all.
#[must_use]
pub fn stray(command: &str, worktree: &Path) -> Option<Stray> {
    let mut first = None;
    let mut folder = worktree.to_owned();
    // Where those were that began a group: `cd` within it is over with it.
    let mut groups = Vec::new();
    let command = without_documents(command);
    for simple in command.split(['\n', ';', '|', '&']) {
        groups.extend(simple.matches('(').map(|_| folder.clone()));
        let words: Vec<&str> = words(simple).collect();
        let words = without_shell(&words);
        let written = written(words);
        let mut redirects = false;
        for (place, word) in words.iter().enumerate() {
            let (target, is_written) = match word.rfind(['>', '<']) {
                Some(at) => (word.get(at + 1..).unwrap_or_default(), word.as_bytes().get(at) == Some(&b'>')),
                None => (*word, redirects || written.contains(&place)),
            };
            redirects = target.is_empty() && is_written;
            let Some(path) = outside(target, is_written, &folder, worktree) else { continue };
            let stray = Stray { path, is_written };
            if is_written {
                return Some(stray);
            }
            first = first.or(Some(stray));
        }
        if let ["cd", to, ..] = words {
            folder = plain(&folder.join(to));
        }
        for _ in simple.matches(')') {
            folder = groups.pop().unwrap_or(folder);
        }
    }
    first
}

fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The words of a command that a shell is told: `bash -lc 'cd ..'`.
fn without_shell<'w, 's>(words: &'w [&'s str]) -> &'w [&'s str] {
    match words.split_first() {
        Some((shell, rest)) if SHELLS.contains(&program(shell)) => {
            let options = rest.iter().take_while(|word| word.starts_with('-')).count();
            &rest[options..]
        }
        _ => words,
    }
}

/// Which words of a simple command name what it writes to, beside where its output goes.
fn written(words: &[&str]) -> Vec<usize> {
    let known = words.first().and_then(|word| WRITERS.iter().find(|(name, _)| *name == program(word)));
    let Some((_, all)) = known else { return Vec::new() };
    let own = words.iter().enumerate().skip(1).take_while(|(_, word)| !word.contains(['>', '<']));
    let own: Vec<usize> = own.filter(|(_, word)| !word.starts_with('-')).map(|(place, _)| place).collect();
    match own.as_slice() {
        [.., _, last] if !all => vec![*last],
        _ if *all => own,
        _ => Vec::new(),
    }
}

/// The place outside of the worktree that a word names.
fn outside(word: &str, is_written: bool, folder: &Path, worktree: &Path) -> Option<PathBuf> {
    // `--in=/etc/x`, `KEY=/etc/x`.
    let word = word.rsplit('=').next().unwrap_or(word);
    if word == "~" || word.starts_with("~/") {
        return Some(PathBuf::from(word));
    }
    let path = Path::new(word);
    let climbs = path.components().any(|part| part == Component::ParentDir);
    // `cd /elsewhere && echo x > a`.
    let climbs = climbs || (is_written && !word.is_empty() && !is_inside(folder, worktree));
    // `/pattern/p` is no path where the machine has no such folder.
    let begins = path.components().nth(1).is_some_and(|first| Path::new("/").join(first).exists());
    if word.contains("://") || !(climbs || (path.is_absolute() && begins)) {
        return None;
    }
    let known = if is_written { SINKS } else { SYSTEM };
    let path = plain(&folder.join(path));
    let is_known = known.iter().any(|place| path.starts_with(place));
    (!is_known && !is_inside(&path, worktree)).then_some(path)
}

/// The command line without the texts that stand in it between `<<END` and `END`: what a file will hold
/// is no path of this command.
fn without_documents(command: &str) -> String {
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
fn words(command: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | '{' | '}' | ',');
    command.split(ends).filter(|word| !word.is_empty())
}

/// Commands that cannot be undone, as words that all stand in one simple command; a word may begin or
/// end in `*`.
const DESTRUCTIVE: &[&[&str]] = &[
    &["git", "push"],
    &["git", "reset", "--hard"],
    &["git", "clean"],
    &["git", "branch", "-D"],
    &["rm", "-r*"],
    &["rm", "-R*"],
    &["rm", "-fr*"],
    &["rm", "--recursive"],
    &["drop", "table"],
    &["drop", "database"],
    &["drop", "schema"],
    &["dropdb"],
    &["migrate"],
    &["*:migrate"],
    &["deploy"],
    &["deploy:*"],
    &["*:deploy"],
    &["publish"],
    &["mkfs*"],
    &["shutdown"],
];

/// The words of [`DESTRUCTIVE`] that mean the same in a sentence of people.
const IN_TITLES: &[&str] = &["drop", "dropdb", "migrate", "deploy", "publish"];

/// The word of a title that may stand for what cannot be undone: a hint, nothing more.
#[must_use]
pub fn hint_in_title(title: &str) -> Option<&'static str> {
    let mut words = title.split(|sign: char| !sign.is_alphanumeric() && !matches!(sign, '-' | '_'));
    words.find_map(|word| IN_TITLES.iter().copied().find(|own| own.eq_ignore_ascii_case(word)))
}

/// Whether a command line holds a command that cannot be undone.
#[must_use]
pub fn cannot_be_undone(command: &str) -> bool {
    let command = without_documents(command);
    let simple = command.split(['\n', ';', '|', '&']);
    simple.map(|one| words(one).collect::<Vec<_>>()).any(|words| {
        DESTRUCTIVE.iter().any(|row| row.iter().all(|wanted| words.iter().any(|word| fits(word, wanted))))
    })
}

fn fits(word: &str, wanted: &str) -> bool {
    // A program by its path is that program.
    let word = program(word);
    if let Some(start) = wanted.strip_suffix('*') {
        return word.starts_with(start);
    }
    if let Some(end) = wanted.strip_prefix('*') {
        return word.ends_with(end);
    }
    // Options have a case, words of SQL do not.
    word == wanted || (!wanted.starts_with('-') && word.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn words_of_titles_are_words_of_the_table() {
        for word in IN_TITLES {
            assert!(DESTRUCTIVE.iter().any(|row| row.first() == Some(word)), "{word}");
        }
        assert_eq!(hint_in_title("Deploy the site"), Some("deploy"));
        assert_eq!(hint_in_title("Show a drop-down of deployments"), None);
    }

    #[test]
    fn places_outside_are_found_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        std::fs::create_dir_all(tree.join("sub")).unwrap();
        let other = folder.path().join("repo").display().to_string();
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
        ] {
            assert_eq!(of(command), Some(false), "{command}");
        }
    }

    #[test]
    fn what_cannot_be_undone() {
        for command in [
            "git push origin main",
            "git reset --hard HEAD~1",
            "cd sub; rm -rf build",
            "psql -c 'DROP TABLE users'",
            "bin/rails db:migrate",
            "npx prisma migrate dev",
            "npm run deploy:all",
            "/usr/bin/git clean -fd",
            "cargo publish",
            "bash <<E\ngit push\nE",
        ] {
            assert!(cannot_be_undone(command), "{command}");
        }
        for command in [
            "git commit -m x",
            "rm a.txt",
            "git reset a.txt",
            "echo migration",
            "ls -R",
            "cat <<E\ngit push\nE",
        ] {
            assert!(!cannot_be_undone(command), "{command}");
        }
    }
}
