//! What an expression of GitHub Actions reads.

/// A name in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operand<'e> {
    /// Where it begins in the expression.
    pub at: usize,
    /// The name with its dots: `github.event.issue.number`; that of a function without its brackets.
    pub name: &'e str,
    /// Whether it is called.
    pub is_function: bool,
}

impl<'e> Operand<'e> {
    /// The input that is read, and where it begins in the name.
    pub fn input(&self) -> Option<(usize, &'e str)> {
        let start =
            ["github.event.inputs.", "inputs."].into_iter().find(|start| self.name.starts_with(start))?;
        let name = self.name.get(start.len()..)?.split(['.', '[']).next()?;
        (!self.is_function && !name.is_empty() && name != "*").then_some((start.len(), name))
    }
}

/// The names in an expression, in order. Texts in quotes, numbers and words such as `true` are none.
#[must_use]
pub(crate) fn operands(inner: &str) -> Vec<Operand<'_>> {
    let bytes = inner.as_bytes();
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'*' | b'[' | b']');
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => {
                let rest = bytes.get(at + 1..).unwrap_or_default();
                at += 2 + rest.iter().position(|own| own == byte).unwrap_or(rest.len());
            }
            b if b.is_ascii_alphabetic() || *b == b'_' => {
                let length = bytes.iter().skip(at).take_while(|b| is_name(b)).count();
                let name = inner.get(at..at + length).unwrap_or_default();
                let rest = inner.get(at + length..).unwrap_or_default();
                if !matches!(name, "true" | "false" | "null") {
                    found.push(Operand { at, name, is_function: rest.trim_start().starts_with('(') });
                }
                at += length;
            }
            b if b.is_ascii_digit() => at += bytes.iter().skip(at).take_while(|b| is_name(b)).count(),
            _ => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_between_operators() {
        for (inner, expected) in [
            (" github.event.issue.number || inputs.pr_number ", "github.event.issue.number inputs.pr_number"),
            ("toJson(github.workflow)", "toJson() github.workflow"),
            ("a.b == 'secrets.X' && !c", "a.b c"),
            ("github.event.release.assets[0].id", "github.event.release.assets[0].id"),
            ("1 < 2 && true", ""),
            ("'open", ""),
            ("é.x", "x"),
        ] {
            let told: Vec<String> = operands(inner)
                .iter()
                .map(|own| format!("{}{}", own.name, if own.is_function { "()" } else { "" }))
                .collect();
            assert_eq!(told.join(" "), expected, "{inner}");
        }
    }
}
