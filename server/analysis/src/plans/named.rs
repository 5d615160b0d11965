//! Lists of files: where a field holds nothing else, code is a path whatever it looks like.

use super::fields;
use super::paths::{BARE_NAMES, action_of, code_spans, is_known_ending, path_in, without_place};
use segue_syntax::Span;

/// The code of a list of files: at its beginning, or after another and a comma. Behind other words it is
/// spoken of: `` `a.rs` — add `Store` ``.
pub(super) fn in_code(text: &str, span: Span) -> Vec<Span> {
    let mut named = Vec::new();
    let mut before = span.start as usize;
    for code in code_spans(text, span) {
        let ticks = text.get(..code.start as usize).unwrap_or_default();
        let open = ticks.trim_end().trim_end_matches('`').len();
        let lead = text.get(before..open).unwrap_or_default();
        if !goes_on(lead, named.is_empty()) {
            break;
        }
        let bare = || without_place(text, code).filter(|name| is_name_of_file(name.of(text)));
        let Some(name) = path_in(text, code, true).or_else(bare) else { break };
        named.push(name);
        let close = text.get(code.end as usize..).unwrap_or_default();
        before = text.len() - close.trim_start().trim_start_matches('`').len();
    }
    named
}

/// Whether a list of files goes on behind these words, or begins.
fn goes_on(lead: &str, begins: bool) -> bool {
    let signs =
        |c: char| matches!(c, ',' | ';' | '&' | '+' | '/' | '(' | ')' | '[' | ']' | '*') || c.is_whitespace();
    let is_word = |word: &str| {
        action_of(word).is_some()
            || ["and", "or", "file", "files"].iter().any(|own| own.eq_ignore_ascii_case(word))
    };
    let lead = if begins { lead.trim_end().trim_end_matches(':') } else { lead };
    lead.matches(['(', '[']).count() == lead.matches([')', ']']).count()
        && lead.split(signs).filter(|word| !word.is_empty()).all(is_word)
}

/// Whether code that is surely meant as a file is one by its letters: no call, address, command, type or
/// placeholder.
fn is_name_of_file(code: &str) -> bool {
    const NEVER: &[char] = &['<', '>', '|', '"', '$', '=', ';', '\\', '`', '!', '\n', '\r', '\t'];
    let is_pattern = code.starts_with('*') && code.contains(['.', '/']);
    if code.is_empty()
        || code.contains(NEVER)
        || ["://", "::", "...", "…", "()", "//"].iter().any(|own| code.contains(own))
        || (code.starts_with(['{', '@', '~', '-', '/', '#', '(', '*']) && !is_pattern)
        || fields::is_nothing(code)
    {
        return false;
    }
    let name = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let is_known = ending.is_some_and(is_known_ending);
    if code.contains(' ') {
        let is_trimmed = code.split('/').all(|part| part.trim() == part);
        return is_trimmed && (is_known || code.ends_with('/'));
    }
    if code.contains('/') {
        return true;
    }
    if code.contains(['(', ')', ',', ':', '\'', '?']) && !is_known {
        return false;
    }
    let begins_a_type = name.starts_with(|c: char| c.is_uppercase());
    let ends_a_word = |ending: &str| ending.starts_with(|c: char| c.is_ascii_alphabetic());
    match ending {
        Some(_) if is_known => true,
        Some(ending) => ends_a_word(ending) && !begins_a_type,
        None => BARE_NAMES.contains(&name) || !is_of_code(name),
    }
}

/// Whether a bare name is written as types and functions are: `TokenStore`, `validateUser`, `TODO`.
fn is_of_code(name: &str) -> bool {
    let mixes =
        name.chars().zip(name.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    let is_number = !name.contains(|c: char| c.is_alphabetic());
    mixes || is_number || matches!(name, "TODO" | "TBD" | "XXX")
}

#[cfg(test)]
mod tests {
    use super::super::paths;
    use super::*;

    #[test]
    fn code_in_a_list_of_files_is_a_path() {
        let named = |text: &str| -> String {
            let found = paths::files(text, Span::new(0, text.len()), None, true).into_iter();
            found.map(|file| file.path.value).collect::<Vec<_>>().join(", ")
        };
        for (text, found) in [
            ("`src/bin/tool`", "src/bin/tool"),
            ("`tool`, `a b.txt` (new) and `x/y`", "tool, a b.txt, x/y"),
            ("create `my docs/a.md`; modify: `bin/run`", "my docs/a.md"),
            ("Create: `bin/run`", "bin/run"),
            ("``lib/*.rs``, `*.toml`, `app/[...slug]/page.tsx`", "lib/*.rs, *.toml"),
            ("`src\\a.rs`, `tool`", "src/a.rs, tool"),
            ("`../outside`, `docs/a#L3`", "../outside, docs/a"),
            ("`src/a.rs` — add `tool`, `Store`", "src/a.rs"),
            ("`src/a.rs` (adds `tool`), `tool`", "src/a.rs"),
            ("the tests of `tool`", ""),
            ("`TokenStore`, `b.rs`", "b.rs"),
            ("`cargo test`", ""),
            ("`POST /auth`", ""),
            ("`save()`", ""),
            ("`User.save`", ""),
            ("`N/A`", ""),
            ("`1.2`", ""),
            ("`$HOME/x`", ""),
        ] {
            assert_eq!(named(text), found, "{text}");
        }
    }
}
