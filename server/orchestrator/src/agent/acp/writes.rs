//! Which words of a command name what it writes to: one row a program.

/// The operands of a program that are written to: those of its words that are neither options nor values
/// of options.
#[derive(Clone, Copy)]
enum Operands {
    /// None, or nobody can tell.
    None,
    /// Each.
    All,
    /// The last of several.
    Last,
    /// Those after the first, and the first too where one of these options stands for it.
    AfterFirst(&'static [&'static str]),
    /// None; but the program writes where it stands, unless an option names another place.
    Here,
}

/// What a program writes to.
struct Row {
    program: &'static str,
    /// It does with one of these options, or as one of these subcommands; empty: always.
    when: &'static [&'static str],
    operands: Operands,
    /// Options whose value is written to. One that ends in `=` is a word with its value.
    into: &'static [&'static str],
    /// Other options with a value.
    with: &'static [&'static str],
}

const fn row(program: &'static str, operands: Operands) -> Row {
    Row { program, when: &[], operands, into: &[], with: &[] }
}

const FOLDER: &[&str] = &["-t", "--target-directory"];
const SUFFIX: &[&str] = &["-S", "--suffix"];
const MODES: &[&str] = &["--reference", "-r", "-w", "-x", "-X", "-s", "-t"];
const SCRIPTS: &[&str] = &["-e", "--expression", "-f", "--file"];

/// The first row that fits holds.
#[rustfmt::skip]
const WRITERS: &[Row] = &[
    row("tee", Operands::All),
    Row { with: &["-d", "--date", "-r", "--reference", "-t"], ..row("touch", Operands::All) },
    Row { with: &["-s", "--size", "-r", "--reference"], ..row("truncate", Operands::All) },
    Row { with: &["-m", "--mode"], ..row("mkdir", Operands::All) },
    row("rmdir", Operands::All),
    row("rm", Operands::All),
    row("unlink", Operands::All),
    // What is moved is gone from where it was.
    Row { into: FOLDER, with: SUFFIX, ..row("mv", Operands::All) },
    Row { into: FOLDER, with: SUFFIX, ..row("cp", Operands::Last) },
    Row { into: FOLDER, with: SUFFIX, ..row("ln", Operands::Last) },
    Row {
        when: &["-d", "--directory"],
        with: &["-g", "--group", "-m", "--mode", "-o", "--owner"],
        ..row("install", Operands::All)
    },
    Row {
        into: FOLDER,
        with: &["-g", "--group", "-m", "--mode", "-o", "--owner", "-S", "--suffix"],
        ..row("install", Operands::Last)
    },
    Row {
        into: &["--log-file", "--backup-dir", "--partial-dir", "-T", "--temp-dir"],
        with: &[
            "-e", "--rsh", "-f", "--filter", "--exclude", "--exclude-from", "--include", "--include-from",
            "--files-from", "--bwlimit", "--chmod", "--chown", "--max-size", "--min-size", "--timeout",
        ],
        ..row("rsync", Operands::Last)
    },
    Row { into: &["of="], ..row("dd", Operands::None) },
    Row {
        when: &["-i", "--in-place"],
        with: &["-e", "--expression", "-f", "--file", "-l", "--line-length"],
        ..row("sed", Operands::AfterFirst(SCRIPTS))
    },
    Row { when: &["-i"], with: &["-e", "-E", "-I", "-M"], ..row("perl", Operands::AfterFirst(&["-e", "-E"])) },
    Row { with: &["--reference"], ..row("chmod", Operands::AfterFirst(MODES)) },
    Row { with: &["--reference"], ..row("chown", Operands::AfterFirst(&["--reference"])) },
    Row { with: &["--reference"], ..row("chgrp", Operands::AfterFirst(&["--reference"])) },
    Row {
        when: &["-x", "--extract", "--get"],
        into: &["-C", "--directory"],
        with: &["-f", "--file", "-I", "-T", "-X", "--exclude", "--strip-components", "--transform"],
        ..row("tar", Operands::Here)
    },
    Row {
        when: &["-c", "--create", "-r", "--append", "-u", "--update"],
        into: &["-f", "--file"],
        with: &["-C", "--directory", "-I", "-T", "-X", "--exclude", "--transform"],
        ..row("tar", Operands::None)
    },
    Row {
        when: &[
            "add", "am", "apply", "checkout", "cherry-pick", "clean", "commit", "fetch", "gc", "init", "merge",
            "mv", "pull", "rebase", "reset", "restore", "revert", "rm", "switch", "update-index", "update-ref",
        ],
        into: &["-C", "--git-dir", "--work-tree"],
        with: &["-c"],
        ..row("git", Operands::Here)
    },
];

/// The program of a word, which may be its path.
pub fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// What a program writes to beside where its output goes: words of its line, `.` for where it stands.
pub fn targets<'w>(line: &[&'w str]) -> Vec<&'w str> {
    let Some((first, words)) = line.split_first() else { return Vec::new() };
    let rows = WRITERS.iter().filter(|row| row.program == program(first));
    rows.map(|row| (row, Sorted::of(row, words)))
        .find(|(row, sorted)| sorted.fits(row.when))
        .map(|(row, sorted)| sorted.written(row.operands))
        .unwrap_or_default()
}

/// The words after a program.
#[derive(Default)]
struct Sorted<'w> {
    options: Vec<String>,
    operands: Vec<&'w str>,
    /// The values of options that are written to.
    into: Vec<&'w str>,
}

impl<'w> Sorted<'w> {
    fn of(row: &Row, words: &[&'w str]) -> Self {
        let mut sorted = Self::default();
        let mut words = words.iter().copied();
        // `tar xf` is `tar -xf`.
        let mut is_bundle = row.program == "tar";
        while let Some(word) = words.next() {
            let is_first = std::mem::take(&mut is_bundle);
            let of_word = row.into.iter().filter(|name| name.ends_with('='));
            if let Some(value) = of_word.filter_map(|name| word.strip_prefix(name)).next() {
                sorted.into.push(value);
            } else if word == "--" {
                sorted.operands.extend(words.by_ref());
            } else if word.starts_with("--") {
                let (name, value) =
                    word.split_once('=').map_or((word, None), |(name, own)| (name, Some(own)));
                sorted.option(row, name.to_owned(), value, &mut words);
            } else if word.starts_with('-') || is_first {
                let letters = word.trim_start_matches('-');
                for (at, letter) in letters.char_indices() {
                    let rest = &letters[at + letter.len_utf8()..];
                    let rest = Some(rest).filter(|rest| !rest.is_empty());
                    if sorted.option(row, format!("-{letter}"), rest, &mut words) {
                        break;
                    }
                }
            } else {
                sorted.operands.push(word);
            }
        }
        sorted.operands.retain(|word| !word.is_empty());
        sorted
    }

    /// Notes an option, and its value where it has one: what is joined to it, else the next word.
    fn option(
        &mut self,
        row: &Row,
        name: String,
        joined: Option<&'w str>,
        words: &mut impl Iterator<Item = &'w str>,
    ) -> bool {
        let (is_into, is_with) = (row.into.contains(&name.as_str()), row.with.contains(&name.as_str()));
        self.options.push(name);
        if is_into || is_with {
            let value = joined.or_else(|| words.next());
            self.into.extend(value.filter(|_| is_into));
        }
        is_into || is_with
    }

    fn has(&self, options: &[&str]) -> bool {
        self.options.iter().any(|own| options.contains(&own.as_str()))
    }

    fn fits(&self, when: &[&str]) -> bool {
        let is_subcommand = self.operands.first().is_some_and(|first| when.contains(first));
        when.is_empty() || self.has(when) || is_subcommand
    }

    fn written(self, operands: Operands) -> Vec<&'w str> {
        let own = match operands {
            Operands::Here if self.into.is_empty() => vec!["."],
            Operands::None | Operands::Here => Vec::new(),
            // `cp -t FOLDER a b`
            Operands::Last if self.has(FOLDER) || self.operands.len() < 2 => Vec::new(),
            Operands::Last => self.operands.last().copied().into_iter().collect(),
            Operands::AfterFirst(instead) if !self.has(instead) => {
                self.operands.get(1..).unwrap_or_default().to_vec()
            }
            Operands::All | Operands::AfterFirst(_) => self.operands,
        };
        [self.into, own].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written to has a `!` before it.
    const CASES: &[&str] = &[
        "tee -a !a !b",
        "touch -r ref -d now !a !b",
        "touch --reference=ref !a",
        "truncate -s 0 !a",
        "truncate -r ref !a",
        "mkdir -pm 755 !a !b",
        "rmdir !a",
        "rm -rf !a !b",
        "rm -- !-a",
        "unlink !a",
        "mv -v !a !b",
        "mv -t !c !a !b",
        "cp -r a b !c",
        "cp -rt !c a b",
        "cp --target-directory=!c a",
        "cp a",
        "ln -s a !b",
        "ln -sf a",
        "install -m 755 a !b",
        "install -Dm755 a !b",
        "install -d !a !b",
        "rsync -ae ssh --exclude x a !b",
        "rsync -a a !b --exclude x",
        "rsync --log-file=!log -a a !b",
        "dd if=a of=!b bs=1M",
        "sed -n 1p a",
        "sed -i s/a/b/ !a !b",
        "sed -i.bak s/a/b/ !a",
        "sed -Ei s/a/b/ !a",
        "sed -i -e s/a/b/ -e s/c/d/ !a",
        "sed --in-place --expression=s/a/b/ !a",
        "perl -pe s/a/b/ a",
        "perl -pi -e s/a/b/ !a",
        "chmod +x !a !b",
        "chmod -R 755 !a",
        "chmod -w !a",
        "chmod --reference=a !b",
        "chown -R ada:ada !a",
        "chgrp staff !a",
        "tar xzf a.tgz -C !b",
        "tar -xf a.tgz --directory=!b --strip-components=1",
        "tar -czf !a.tgz -C b c",
        "tar --create --file=!a.tar b",
        "tar tf a.tar",
        "git -C !a commit -m x",
        "git -c a.b=c --work-tree=!a checkout -- b",
        "git -C a log -p",
        "git -C a stash list",
        "/usr/bin/tee !a",
        "make -C a",
        "cat a b",
    ];

    #[test]
    fn each_row_tells_what_is_written_to() {
        for case in CASES {
            let line = case.replace('!', "");
            let words: Vec<&str> = line.split(' ').collect();
            let mut found = targets(&words);
            let marked = case.split(' ').filter_map(|word| word.split_once('!').map(|(_, word)| word));
            let mut expected: Vec<&str> = marked.collect();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{case}");
        }
        for row in WRITERS {
            let is_tried =
                |case: &&&str| case.split(' ').next().is_some_and(|word| program(word) == row.program);
            let tried = CASES.iter().filter(is_tried).filter(|case| case.contains('!'));
            assert!(tried.count() > 0, "{} is not tried", row.program);
        }
    }

    #[test]
    fn what_names_no_place_writes_where_it_stands() {
        for line in ["tar xf a.tar", "git commit -m x", "git reset --hard"] {
            assert_eq!(targets(&line.split(' ').collect::<Vec<_>>()), ["."], "{line}");
        }
        for line in ["tar tf a.tar", "git status", "tar cf"] {
            assert!(targets(&line.split(' ').collect::<Vec<_>>()).is_empty(), "{line}");
        }
    }
}
