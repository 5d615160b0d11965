//! Values within the commands of a plan: put so that the shell takes them as they are. A value is never a
//! command, whatever stands in it.

/// Where in a command a value shall stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In no quotes.
    Bare,
    /// In `'…'`.
    Single,
    /// In `"…"`.
    Double,
    /// Within a command in a command, a here-document, a comment: it is not followed further.
    Deep,
}

/// A value as it is written behind `before`, the beginning of a command; `None` where it cannot be put there so
/// that it stays a value. `words` are those of a value that is several; in quotes it is one all the same.
pub fn put(before: &str, value: &str, words: Option<&[String]>) -> Option<String> {
    if is_plain(value) && !value.is_empty() {
        return Some(value.to_owned());
    }
    if cfg!(windows) || value.contains('\0') {
        return None;
    }
    Some(match (place_behind(before), words) {
        (Place::Bare, Some(words)) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        (Place::Bare, None) => quoted(value),
        (Place::Single, _) => value.replace('\'', r"'\''"),
        (Place::Double, _) => {
            let escape =
                |sign: char| matches!(sign, '\\' | '"' | '$' | '`').then_some('\\').into_iter().chain([sign]);
            value.chars().flat_map(escape).collect()
        }
        (Place::Deep, _) => return None,
    })
}

fn quoted(word: &str) -> String {
    if is_plain(word) && !word.is_empty() {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether no shell finds anything but letters in it.
fn is_plain(value: &str) -> bool {
    value.chars().all(|sign| sign.is_ascii_alphanumeric() || "_./:@%+=,-".contains(sign))
}

/// The place behind the beginning of a command. What is not surely one of the quotes is [`Place::Deep`].
fn place_behind(before: &str) -> Place {
    let mut place = Place::Bare;
    let mut begins_a_word = true;
    let mut signs = before.chars().peekable();
    while let Some(sign) = signs.next() {
        let next = signs.peek().copied();
        place = match (place, sign) {
            (Place::Single, '\'') | (Place::Double, '"') => Place::Bare,
            (Place::Single, _) => Place::Single,
            (_, '`') => return Place::Deep,
            // What follows is taken by its letter, or joins the two lines.
            (_, '\\') => match signs.next() {
                Some(_) => place,
                None => return Place::Deep,
            },
            (_, '$') => match next {
                None | Some('(' | '\'' | '"' | '[') => return Place::Deep,
                Some('{') => {
                    match signs.by_ref().find(|sign| matches!(sign, '}' | '"' | '\'' | '`' | '\\' | '(')) {
                        Some('}') => place,
                        _ => return Place::Deep,
                    }
                }
                Some(_) => place,
            },
            (Place::Bare, '\'') => Place::Single,
            (Place::Bare, '"') => Place::Double,
            (Place::Bare, '<') if next == Some('<') => return Place::Deep,
            (Place::Bare, '#') if begins_a_word => match signs.by_ref().find(|sign| *sign == '\n') {
                Some(_) => Place::Bare,
                None => return Place::Deep,
            },
            (place, _) => place,
        };
        begins_a_word =
            place == Place::Bare && (sign.is_whitespace() || matches!(sign, ';' | '&' | '|' | '(' | '#'));
    }
    place
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    const EVIL: &[&str] = &[
        "\"; touch X; \"",
        "'; touch X; '",
        "$(touch X)",
        "`touch X`",
        "a b\tc\nd",
        "\\",
        "!$'\\''",
        "",
        "~ * {a,b} & | > #",
        "-n",
    ];

    /// What the shell makes of a value at each place.
    #[test]
    fn a_value_reaches_the_command_as_it_is() {
        for (before, after) in [
            ("printf %s ", ""),
            ("printf %s \"", "\""),
            ("printf %s '", "'"),
            ("X=1; : \"${X}\" '\\'; printf %s \"$X\" | : ; printf %s ", " # \""),
            ("# it's a \"comment\n printf %s \"", "\""),
            ("printf %s a\\\"b >/dev/null; printf %s \"\\\"\" >/dev/null; printf %s ", ""),
        ] {
            for value in EVIL {
                let put = put(before, value, None).unwrap();
                let command = format!("{before}{put}{after}");
                let printed = Command::new("sh").args(["-c", &command]).output().unwrap();
                let printed = String::from_utf8(printed.stdout).unwrap();
                assert_eq!(printed, *value, "{command}");
            }
        }
    }

    #[test]
    fn several_words_stay_several_where_nothing_quotes_them() {
        let words = ["12".to_owned(), "a b".to_owned(), ";".to_owned()];
        assert_eq!(put("f ", "12 'a b' ;", Some(&words)).unwrap(), "12 'a b' ';'");
        assert_eq!(put("f \"", "12 'a b' $", Some(&words)).unwrap(), "12 'a b' \\$");
    }

    #[test]
    fn where_nobody_can_tell_only_plain_values_are_put() {
        for before in ["x \"$(f ", "x `f ", "cat <<E\n", "x # ", "x \\", "x $", "x \"$", "x ${Y:-\"", "x $'"]
        {
            assert_eq!(put(before, "a b", None), None, "{before}");
            assert_eq!(put(before, "src/a-1.rs", None).as_deref(), Some("src/a-1.rs"), "{before}");
        }
        assert_eq!(put("x ", "a\0b", None), None);
    }
}
