//! Commands that cannot be undone, by their words. No shell: what is quoted counts as words too.

use crate::agent::acp::command::{without_documents, words};
use crate::agent::acp::writes::program;

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
