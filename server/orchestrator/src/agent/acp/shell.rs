//! A command line as a shell would read it: the simple commands that it is made of, with nothing expanded.

use std::iter::Peekable;
use std::str::Chars;

/// A simple command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// Its words without quotes; what another command would put there is a `$()`.
    pub words: Vec<String>,
    /// Where its output goes.
    pub into: Vec<String>,
    /// Where its input comes from.
    pub from: Vec<String>,
    /// In how many groups it stands.
    pub depth: usize,
}

/// What the next word is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Word,
    Into,
    /// After `>&`: a number is no file.
    IntoOrNumber,
    From,
}

/// A command that is being read.
#[derive(Default)]
struct Frame {
    simple: Simple,
    word: Option<String>,
    next: Next,
    /// It began with a backtick, and ends with one.
    ticked: bool,
}

impl Frame {
    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match std::mem::take(&mut self.next) {
            Next::Word => self.simple.words.push(word),
            Next::From => self.simple.from.push(word),
            Next::IntoOrNumber if word == "-" || is_number(&word) => {}
            Next::Into | Next::IntoOrNumber => self.simple.into.push(word),
        }
    }

    /// Begins a redirection. The number before it (`2>`) is no word.
    fn redirects(&mut self, next: Next) {
        if self.word.as_deref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        self.next = next;
    }
}

/// Commands that were read, and those that are: the innermost last.
struct Reader {
    read: Vec<Simple>,
    outer: Vec<Frame>,
    own: Frame,
}

impl Reader {
    /// Ends a command; another one begins in the same group.
    fn end(&mut self) {
        self.own.end_word();
        self.own.next = Next::Word;
        let mut simple = std::mem::take(&mut self.own.simple);
        simple.depth = self.outer.len();
        self.read.push(simple);
    }

    fn open(&mut self, ticked: bool) {
        let inner = Frame { ticked, ..Frame::default() };
        self.outer.push(std::mem::replace(&mut self.own, inner));
    }

    fn close(&mut self) {
        self.end();
        self.own = self.outer.pop().unwrap_or_default();
    }
}

/// The simple commands of a command line, those in groups before the one that they stand in. An empty
/// one is where a group ended.
pub fn commands(line: &str) -> Vec<Simple> {
    let mut reader = Reader { read: Vec::new(), outer: Vec::new(), own: Frame::default() };
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        let own = &mut reader.own;
        match sign {
            '\'' => own.word().extend(signs.by_ref().take_while(|sign| *sign != '\'')),
            '"' => in_quotes(&mut signs, own.word()),
            '\\' if cfg!(unix) => own.word().extend(signs.next().filter(|next| *next != '\n')),
            '#' if own.word.is_none() => while signs.next_if(|next| *next != '\n').is_some() {},
            '$' if signs.next_if_eq(&'(').is_some() => {
                own.word().push_str("$()");
                reader.open(false);
            }
            '`' if own.ticked => reader.close(),
            '`' => {
                own.word().push_str("$()");
                reader.open(true);
            }
            '(' => {
                own.end_word();
                reader.open(false);
            }
            ')' => reader.close(),
            '&' if signs.peek() == Some(&'>') => own.end_word(),
            '\n' | ';' | '|' | '&' => reader.end(),
            '>' => {
                while signs.next_if(|next| matches!(next, '>' | '|')).is_some() {}
                let is_copy = signs.next_if_eq(&'&').is_some();
                own.redirects(if is_copy { Next::IntoOrNumber } else { Next::Into });
            }
            '<' => {
                while signs.next_if(|next| matches!(next, '<' | '&')).is_some() {}
                own.redirects(Next::From);
            }
            blank if blank.is_whitespace() => own.end_word(),
            sign => own.word().push(sign),
        }
    }
    while !reader.outer.is_empty() {
        reader.close();
    }
    reader.end();
    reader.read
}

/// Reads on to the end of what stands in double quotes.
fn in_quotes(signs: &mut Peekable<Chars<'_>>, word: &mut String) {
    while let Some(sign) = signs.next() {
        match sign {
            '"' => return,
            '\\' if signs.peek().is_some_and(|next| "\"\\$`\n".contains(*next)) => {
                word.extend(signs.next().filter(|next| *next != '\n'));
            }
            sign => word.push(sign),
        }
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `word word >into <from`, one a simple command that is not empty, indented by its groups.
    fn read(line: &str) -> Vec<String> {
        let shown = |own: Simple| {
            let into = own.into.iter().map(|word| format!(">{word}"));
            let from = own.from.iter().map(|word| format!("<{word}"));
            let words: Vec<String> = own.words.into_iter().chain(into).chain(from).collect();
            format!("{}{}", " ".repeat(own.depth), words.join("·"))
        };
        commands(line).into_iter().map(shown).filter(|line| !line.trim().is_empty()).collect()
    }

    #[test]
    fn commands_are_read_as_a_shell_reads_them() {
        for (line, expected) in [
            ("cp -r a 'b c' && ls", &["cp·-r·a·b c", "ls"][..]),
            ("echo \"a > ../b; c\" '|' x\\ y", &["echo·a > ../b; c·|·x y"]),
            ("sed 's/a\"b/c/' f; echo \"it's\" \"\\\"\"", &["sed·s/a\"b/c/·f", "echo·it's·\""]),
            ("make 2>&1 >out 2>>log </dev/null", &["make·>out·>log·</dev/null"]),
            ("make &>all & cat a>b >| c >&d", &["make·>all", "cat·a·>b·>c·>d"]),
            ("(cd .. && ls) | wc -l", &[" cd·..", " ls", "wc·-l"]),
            ("echo $(ls ..) `pwd`/x >a", &[" ls·..", " pwd", "echo·$()·$()/x·>a"]),
            ("x=$(echo $(a) b); c", &["  a", " echo·$()·b", "x=$()", "c"]),
            ("ls # don't; rm x\npwd", &["ls", "pwd"]),
            ("touch a\\\n b ''", &["touch·a·b·"]),
            ("case $x in a) b;; esac", &["case·$x·in·a", "b", "esac"]),
            ("cat 'never closed > a", &["cat·never closed > a"]),
            ("((( $( ` <( > 2", &["      >2", "    $()", "   $()"]),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
