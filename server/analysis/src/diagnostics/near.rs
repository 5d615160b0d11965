//! Names that were surely meant: one slip of the keyboard away from a name that exists.

/// How far `written` is from `name`: `Some(0)` where only case or separators differ, else the number
/// of slips, where there are so few that it can hardly be another name. Digits tell names apart
/// (`reviewer-1`, `reviewer-2`).
pub(super) fn slips(written: &str, name: &str) -> Option<usize> {
    if folded(written) == folded(name) {
        return Some(0);
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let shorter = written.chars().count().min(name.chars().count());
    let allowed = match shorter {
        0..5 => return None,
        5..8 => 1,
        _ => 2,
    };
    if written.len().abs_diff(name.len()) > 8 || digits(written) != digits(name) {
        return None;
    }
    let slips = strsim::osa_distance(&written.to_lowercase(), &name.to_lowercase());
    (slips <= allowed).then_some(slips)
}

/// The one name among `names` that `written` surely means; `None` where two are as near.
pub(super) fn meant<'n>(written: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
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
        assert_eq!(meant("runTesk", ["runTest", "runTask"]), None);
        assert_eq!(meant("runTest", ["runTests", "runTask"]), Some("runTests"));
        assert_eq!(meant("usage", ["usages", "usages"]), Some("usages"));
        assert_eq!(meant("xyz", ["abc"]), None);
    }
}
