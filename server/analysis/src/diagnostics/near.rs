//! Names that were surely meant: one slip of the keyboard away from a name that exists.
//!
//! Names of tools come from a closed list, so the end of a word may be the slip (`usage` for
//! `usages`). Names of agents are anybody's: there `Explore` and `Explorer` are two agents.

/// How far `written` is from `name`: `Some(0)` where only case or separators differ, else the number
/// of slips, where there are so few that it can hardly be another name. Digits tell names apart
/// (`reviewer-1`, `reviewer-2`).
pub(super) fn slips(written: &str, name: &str) -> Option<usize> {
    if written.len().abs_diff(name.len()) > 4 {
        return None;
    }
    if folded(written) == folded(name) {
        return Some(0);
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let allowed = match written.chars().count().min(name.chars().count()) {
        0..5 => return None,
        5..8 => 1,
        _ => 2,
    };
    if digits(written) != digits(name) {
        return None;
    }
    let slips = strsim::osa_distance(&written.to_lowercase(), &name.to_lowercase());
    (slips <= allowed).then_some(slips)
}

/// The same for names that people make up: each word counts by itself, short ones must be equal
/// (`PRD Builder`, `BRD Builder`), and a slip never touches a word's first or last letter.
fn slips_of_words(written: &str, name: &str) -> Option<usize> {
    let all = slips(written, name)?;
    if all == 0 {
        return Some(0);
    }
    let words =
        |text: &str| -> Vec<String> { text.split([' ', '-', '_', '.']).map(str::to_lowercase).collect() };
    let (left, right) = (words(written), words(name));
    let same_ends =
        |a: &str, b: &str| a.chars().next() == b.chars().next() && a.chars().last() == b.chars().last();
    let fits = |(a, b): (&String, &String)| a == b || (slips(a, b).is_some() && same_ends(a, b));
    (left.len() == right.len() && left.iter().zip(&right).all(fits)).then_some(all)
}

/// The one name among `names` that `written` surely means; `None` where two are as near.
pub(super) fn meant<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest(written, names, slips)
}

/// The one word of a short closed list that `written` surely means: there one slip tells even short words.
pub(super) fn meant_of_few<'n>(written: &str, words: &[&'n str]) -> Option<&'n str> {
    meant(written, words.iter().copied()).or_else(|| {
        let lower = written.to_lowercase();
        let mut near = words.iter().filter(|word| {
            word.len() > 3 && lower.len() > 2 && strsim::osa_distance(&lower, &word.to_lowercase()) == 1
        });
        near.next().copied().filter(|_| near.next().is_none())
    })
}

/// The same for names that people make up ([`slips_of_words`]).
pub(super) fn meant_words<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest(written, names, slips_of_words)
}

fn nearest<'n>(
    written: &str,
    names: impl IntoIterator<Item = &'n str>,
    slips: fn(&str, &str) -> Option<usize>,
) -> Option<&'n str> {
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    for name in names {
        let Some(slips) = slips(written, name) else { continue };
        match best {
            Some((least, other)) if slips == least => tie |= other != name,
            Some((least, _)) if slips > least => {}
            _ => (best, tie) = (Some((slips, name)), false),
        }
    }
    best.filter(|_| !tie).map(|(_, name)| name)
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_few_and_other_names_are_far() {
        for (written, name, expected) in [
            ("serach", "search", Some(1)),
            ("Codebase", "codebase", Some(0)),
            ("doc-writer", "Doc Writer", Some(0)),
            ("problem", "problems", Some(1)),
            ("runInTermnial", "runInTerminal", Some(1)),
            // Another word, not a slip.
            ("match", "fetch", None),
            ("research", "search", None),
            ("edits", "edit", None),
            ("reviewer-1", "reviewer-2", None),
            ("backend", "frontend", None),
            ("", "", Some(0)),
            ("ünïcode", "unicode", None),
        ] {
            assert_eq!(slips(written, name), expected, "{written} {name}");
        }
        for (written, name, expected) in [
            ("Doc Wrtier", "Doc Writer", Some(1)),
            ("doc writer", "Doc-Writer", Some(0)),
            ("BRD Builder", "PRD Builder", None),
            ("Explorer", "Explore", None),
            ("coder", "codex", None),
        ] {
            assert_eq!(slips_of_words(written, name), expected, "{written} {name}");
        }
        assert_eq!(meant("runTesk", ["runTest", "runTask"]), None);
        assert_eq!(meant("runTest", ["runTests", "runTask"]), Some("runTests"));
        assert_eq!(meant("usage", ["usages", "usages"]), Some("usages"));
        assert_eq!(meant("xyz", ["abc"]), None);
    }
}
