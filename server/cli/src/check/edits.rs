//! Edits of a text that keep what the author's editor cares about: line ends, the byte order mark,
//! and whether the last line has an end.

use segue_analysis::diagnostics::Edit;

/// The byte order mark.
const MARK: &str = "\u{feff}";

/// Applies those of the fixes that fit, each as a whole or not at all, earlier ones first. Gives the
/// new text and how many were applied; one that collides with an earlier one waits for another round.
pub fn apply(text: &str, fixes: &[&[Edit]]) -> (String, usize) {
    let line_end = line_end(text);
    let mut chosen: Vec<(usize, usize, String)> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        let Some(edits) = fitting(text, fix, line_end) else { continue };
        if edits.iter().any(|edit| chosen.iter().any(|other| collide(edit, other))) {
            continue;
        }
        chosen.extend(edits);
        applied += 1;
    }
    chosen.sort();
    let (mut result, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end, insert) in &chosen {
        result.push_str(text.get(at..*start).unwrap_or_default());
        result.push_str(insert);
        at = *end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    keep_last_line_end(text, &mut result, line_end);
    (result, applied)
}

/// The edits with the file's line end, behind its byte order mark. `None` where one does not fit the
/// text, or two of them collide.
fn fitting(text: &str, edits: &[Edit], line_end: &str) -> Option<Vec<(usize, usize, String)>> {
    let mark = if text.starts_with(MARK) { MARK.len() } else { 0 };
    let mut fitted: Vec<(usize, usize, String)> = Vec::with_capacity(edits.len());
    for edit in edits {
        let (mut start, end) = (edit.span.start as usize, edit.span.end as usize);
        text.get(start..end)?;
        // An edit of exactly the mark is about the mark; any other leaves it where it is.
        if start < mark && end != mark {
            start = mark;
        }
        let insert = with_line_end(&edit.insert, line_end);
        let edit = (start, end.max(start), insert);
        if fitted.iter().any(|other| collide(&edit, other)) {
            return None;
        }
        fitted.push(edit);
    }
    (!fitted.is_empty()).then_some(fitted)
}

/// Whether the order of two edits would matter: they share a byte, or one inserts at the edge of the
/// other.
fn collide(a: &(usize, usize, String), b: &(usize, usize, String)) -> bool {
    let inserts = a.0 == a.1 || b.0 == b.1;
    if inserts { a.0 <= b.1 && b.0 <= a.1 } else { a.0 < b.1 && b.0 < a.1 }
}

/// How the lines of a text end: as the first does.
pub fn line_end(text: &str) -> &'static str {
    match text.find(['\n', '\r']).and_then(|at| text.get(at..)) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// `insert` with every line end written as `line_end`.
pub fn with_line_end(insert: &str, line_end: &str) -> String {
    let plain = insert.replace("\r\n", "\n");
    if line_end == "\n" { plain } else { plain.replace('\n', line_end) }
}

fn keep_last_line_end(before: &str, after: &mut String, line_end: &str) {
    let ends = |text: &str| text.ends_with(['\n', '\r']);
    if ends(before) && !after.is_empty() && !ends(after) {
        after.push_str(line_end);
    } else if !before.is_empty() && !ends(before) && ends(after) {
        let kept = after.strip_suffix("\r\n").or_else(|| after.strip_suffix(['\n', '\r']));
        let length = kept.map_or(after.len(), str::len);
        after.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_syntax::Span;

    fn edit(start: usize, end: usize, insert: &str) -> Edit {
        Edit { span: Span::new(start, end), insert: insert.into() }
    }

    fn applied(text: &str, fixes: &[Vec<Edit>]) -> (String, usize) {
        let fixes: Vec<&[Edit]> = fixes.iter().map(Vec::as_slice).collect();
        apply(text, &fixes)
    }

    #[test]
    fn inserted_lines_end_as_the_file_s_do() {
        for (text, expected) in
            [("a\nb\n", "a\nX\nY\nb\n"), ("a\r\nb\r\n", "a\r\nX\r\nY\r\nb\r\n"), ("a\rb\r", "a\rX\rY\rb\r")]
        {
            let at = text.find('b').unwrap();
            for insert in ["X\nY\n", "X\r\nY\r\n"] {
                assert_eq!(applied(text, &[vec![edit(at, at, insert)]]).0, expected, "{text:?}");
            }
        }
    }

    #[test]
    fn the_byte_order_mark_stays_first() {
        let text = "\u{feff}abc\n";
        assert_eq!(applied(text, &[vec![edit(0, 0, "X")]]).0, "\u{feff}Xabc\n");
        assert_eq!(applied(text, &[vec![edit(0, 4, "X")]]).0, "\u{feff}Xbc\n");
        assert_eq!(applied(text, &[vec![edit(0, 3, "")]]).0, "abc\n");
    }

    #[test]
    fn the_last_line_keeps_or_lacks_its_end() {
        assert_eq!(applied("a\nb\n", &[vec![edit(1, 4, "")]]).0, "a\n");
        assert_eq!(applied("a\nb", &[vec![edit(3, 3, "\nc\n")]]).0, "a\nb\nc");
        assert_eq!(applied("a\r\nb", &[vec![edit(4, 4, "\n")]]).0, "a\r\nb");
        assert_eq!(applied("a\n", &[vec![edit(0, 2, "")]]).0, "");
    }

    #[test]
    fn of_two_that_collide_the_first_wins_whole() {
        let text = "abcdef";
        for (fixes, expected, number) in [
            (vec![vec![edit(0, 2, "X")], vec![edit(1, 3, "Y")]], "Xcdef", 1),
            (vec![vec![edit(0, 2, "X")], vec![edit(2, 3, "Y")]], "XYdef", 2),
            (vec![vec![edit(2, 2, "X")], vec![edit(2, 2, "X")]], "abXcdef", 1),
            (vec![vec![edit(0, 2, "X")], vec![edit(2, 2, "Y")]], "Xcdef", 1),
            (vec![vec![edit(0, 1, "X")], vec![edit(0, 1, "X"), edit(4, 5, "Z")]], "Xbcdef", 1),
            (vec![vec![edit(4, 5, "Z"), edit(0, 1, "X")]], "XbcdZf", 1),
            (vec![vec![edit(0, 2, "X"), edit(1, 3, "Y")]], "abcdef", 0),
        ] {
            assert_eq!(applied(text, &fixes), (expected.to_owned(), number), "{fixes:?}");
        }
    }

    #[test]
    fn an_edit_that_does_not_fit_changes_nothing() {
        for bad in [edit(0, 99, "X"), edit(1, 2, "X"), edit(50, 60, "")] {
            assert_eq!(applied("éa", &[vec![bad]]), ("éa".to_owned(), 0));
        }
        assert_eq!(applied("a", &[vec![]]), ("a".to_owned(), 0));
    }
}
