//! What a stated path means: a file, a folder with all that lies in it, or a pattern: `*` for any letters
//! within a folder, `**` for any folders, `?` for one letter, `{a,b}` for either. Brackets are letters, as
//! in the routes of web frameworks (`app/[id]/page.tsx`).

/// A pattern of more alternatives is taken by its letters.
const MOST_ALTERNATIVES: usize = 64;

/// Whether a stated path is a pattern.
#[must_use]
pub fn is_pattern(stated: &str) -> bool {
    stated.contains(['*', '?']) || braces(stated).is_some()
}

/// Whether a file is what a stated path means.
#[must_use]
pub fn covers(stated: &str, file: &str) -> bool {
    if !is_pattern(stated) {
        return lies_in(file, stated);
    }
    let file = file.split('/').map(|name| Part::Name(name.chars().map(Sign::Letter).collect()));
    let file: Vec<Part> = file.collect();
    alternatives(stated).iter().any(|own| meet(&parts(own), &file))
}

/// Whether some file is what both paths mean.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    match (is_pattern(one), is_pattern(other)) {
        (false, false) => lies_in(one, other) || lies_in(other, one),
        // The files below a path without wildcards are its own too.
        (true, false) => covers(one, plain(other)) || below(other, one),
        (false, true) => covers(other, plain(one)) || below(one, other),
        (true, true) => {
            let others: Vec<_> = alternatives(other).iter().map(|own| parts(own)).collect();
            alternatives(one).iter().any(|own| others.iter().any(|other| meet(&parts(own), other)))
        }
    }
}

/// A file that a stated path means: itself, of a pattern one of many.
#[must_use]
pub fn example(stated: &str) -> String {
    if !is_pattern(stated) {
        return stated.to_owned();
    }
    let first = alternatives(stated).into_iter().next_back().unwrap_or_default();
    let mut parts = parts(&first);
    // What lies below is a file in the end.
    if matches!(parts.last(), Some(Part::Folders)) {
        parts.push(Part::Name(vec![Sign::Any]));
    }
    let letters = |sign: Sign| match sign {
        Sign::Letter(letter) => letter.to_string(),
        Sign::One => "x".to_owned(),
        Sign::Any => "any".to_owned(),
    };
    let name = |part: Part| match part {
        Part::Folders => None,
        Part::Name(signs) => Some(signs.into_iter().map(letters).collect::<String>()),
    };
    parts.into_iter().filter_map(name).collect::<Vec<_>>().join("/")
}

/// Whether a path leads out of the repository.
#[must_use]
pub fn is_outside(stated: &str) -> bool {
    let drive =
        |path: &str| path.starts_with(|c: char| c.is_ascii_alphabetic()) && path.get(1..2) == Some(":");
    stated == ".." || stated.starts_with("../") || stated.starts_with(['/', '\\']) || drive(stated)
}

/// A path without what adds nothing to it.
fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path).trim_end_matches('/')
}

/// Whether a path is the one named, or lies in the folder named.
fn lies_in(path: &str, named: &str) -> bool {
    plain(path).strip_prefix(plain(named)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a pattern may mean a file below a folder.
fn below(folder: &str, pattern: &str) -> bool {
    let names = plain(folder).split('/').map(|name| Part::Name(name.chars().map(Sign::Letter).collect()));
    let whole: Vec<Part> = names.chain([Part::Name(vec![Sign::Any]), Part::Folders]).collect();
    alternatives(pattern).iter().any(|own| meet(&parts(own), &whole))
}

/// A part of a pattern between slashes.
enum Part {
    /// Any folders, or none.
    Folders,
    Name(Vec<Sign>),
}

#[derive(Clone, Copy)]
enum Sign {
    Letter(char),
    One,
    Any,
}

fn parts(pattern: &str) -> Vec<Part> {
    let sign = |letter: char| match letter {
        '*' => Sign::Any,
        '?' => Sign::One,
        letter => Sign::Letter(letter),
    };
    let part = |part: &str| match part {
        "**" => Part::Folders,
        part => Part::Name(part.chars().map(sign).collect()),
    };
    let is_folder = pattern.ends_with('/');
    let end = is_folder.then_some(Part::Folders);
    plain(pattern).split('/').map(part).chain(end).collect()
}

fn meet(one: &[Part], other: &[Part]) -> bool {
    let same = |one: &Part, other: &Part| match (one, other) {
        (Part::Name(one), Part::Name(other)) => {
            let same = |one: &Sign, other: &Sign| match (one, other) {
                (Sign::Letter(one), Sign::Letter(other)) => one == other,
                _ => true,
            };
            can_be_one(one, other, |sign| matches!(sign, Sign::Any), same)
        }
        _ => true,
    };
    can_be_one(one, other, |part| matches!(part, Part::Folders), same)
}

/// Whether two rows can stand for the same, where `is_any` stands for any number of anything: from the ends
/// to the beginnings, so that it takes as many steps as both are long, multiplied.
fn can_be_one<T>(one: &[T], other: &[T], is_any: impl Fn(&T) -> bool, same: impl Fn(&T, &T) -> bool) -> bool {
    // Whether the rest of `one` behind the current place can be each rest of `other`.
    let mut behind: Vec<bool> = vec![false; other.len() + 1];
    for place in (0..=one.len()).rev() {
        let own = one.get(place);
        let mut here: Vec<bool> = vec![false; other.len() + 1];
        for at in (0..=other.len()).rev() {
            let next = |row: &[bool], at: usize| row.get(at).copied().unwrap_or(false);
            let can = match (own, other.get(at)) {
                (None, None) => true,
                (Some(own), _) if is_any(own) => next(&behind, at) || next(&here, at + 1),
                (_, Some(theirs)) if is_any(theirs) => next(&here, at + 1) || next(&behind, at),
                (Some(own), Some(theirs)) => same(own, theirs) && next(&behind, at + 1),
                _ => false,
            };
            if let Some(cell) = here.get_mut(at) {
                *cell = can;
            }
        }
        behind = here;
    }
    behind.first().copied().unwrap_or(false)
}

/// The first `{a,b}` of a pattern: what stands before, within and behind it.
fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    pattern.match_indices('}').find_map(|(close, _)| {
        let (head, rest) = (pattern.get(..close)?, pattern.get(close + 1..)?);
        let (before, within) = head.rsplit_once('{')?;
        within.contains(',').then_some((before, within, rest))
    })
}

fn alternatives(pattern: &str) -> Vec<String> {
    let mut open = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(next) = open.pop() {
        match braces(&next).filter(|_| open.len() + done.len() < MOST_ALTERNATIVES) {
            Some((before, within, rest)) => {
                open.extend(within.split(',').map(|one| format!("{before}{}{rest}", one.trim())));
            }
            None => done.push(next),
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_meant() {
        for (stated, file) in [
            ("a.rs", "a.rs"),
            ("./src", "src/a/b.rs"),
            ("src/", "src/a.rs"),
            ("lib/*.rs", "lib/a.rs"),
            ("lib/**", "lib/a/b.rs"),
            ("lib/*/", "lib/a/b/c.rs"),
            ("**/*.md", "README.md"),
            ("**/*.md", "a/b/c.md"),
            ("src/**/test_?.py", "src/test_1.py"),
            ("src/{a,b/{c,d}}.rs", "src/b/d.rs"),
            ("app/[id]/*.tsx", "app/[id]/page.tsx"),
            ("a*b*c", "aXbbc"),
        ] {
            assert!(covers(stated, file), "{stated} {file}");
        }
        for (stated, file) in [
            ("a.rs", "a.rs.md"),
            ("lib/*.rs", "lib/a/b.rs"),
            ("lib/*.rs", "lib/a.md"),
            ("lib/*.rs", "*"),
            ("lib/*", "other/**"),
            ("src/{a,b}.rs", "src/c.rs"),
            ("app/[id]/*.tsx", "app/i/page.tsx"),
            ("test_?.py", "test_.py"),
            ("*.md", "a/b.md"),
        ] {
            assert!(!covers(stated, file), "{stated} {file}");
        }
        let many = "{a,b}".repeat(40);
        assert!(!covers(&many, "c"), "and in no time");
    }

    #[test]
    fn paths_that_share_a_file() {
        for (one, other) in [
            ("a.rs", "./a.rs"),
            ("src/", "src/a.rs"),
            ("lib/*.rs", "lib/a.rs"),
            ("lib/*.rs", "lib/"),
            ("lib/a*", "lib/*b"),
            ("**/x.rs", "a/**"),
            ("a/**/b.rs", "a/{b,c}.rs"),
        ] {
            assert!(overlap(one, other) && overlap(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("a.rs", "b.rs"),
            ("src", "src2/a.rs"),
            ("lib/*.rs", "lib/*.md"),
            ("lib/*.rs", "lib/a/"),
            ("a/**", "b/**"),
        ] {
            assert!(!overlap(one, other) && !overlap(other, one), "{one} {other}");
        }
    }

    #[test]
    fn an_example_is_meant() {
        for (stated, example) in [
            ("src/a.rs", "src/a.rs"),
            ("src/", "src/"),
            ("src/**/*_?.rs", "src/any_x.rs"),
            ("src/{a,b}.rs", "src/a.rs"),
            ("lib/**", "lib/any"),
            ("lib/*/", "lib/any/any"),
            ("**", "any"),
        ] {
            assert_eq!(super::example(stated), example);
            assert!(covers(stated, example), "{stated}");
        }
    }

    #[test]
    fn paths_that_lead_out() {
        for path in ["../a", "..", "/etc/hosts", "C:\\a", "c:/a", "\\\\host\\a"] {
            assert!(is_outside(path), "{path}");
        }
        for path in ["a/..b", "..a", "a", "ä:x", ""] {
            assert!(!is_outside(path), "{path}");
        }
    }
}
