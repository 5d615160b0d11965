//! What a strict parser is said to object to, with the place as text.

use super::strict;
use crate::Span;

/// Place, whether quoting helps, whether it is read differently rather than refused.
type Objection<'t> = (&'t str, bool, bool);

fn objections(text: &str) -> Vec<Objection<'_>> {
    strict(text, Span::new(0, text.len()))
        .into_iter()
        .map(|objection| (objection.span.of(text), objection.quote, objection.differs))
        .collect()
}

#[test]
fn objections_name_the_token_at_fault() {
    for (text, expected) in [
        ("applyTo: **/*.ts\nname: x\n", vec![("**/*.ts", true, false)]),
        ("applyTo: *.ts\n", vec![("*.ts", true, false)]),
        ("name: @foo\ndescription: `x`\n", vec![("@foo", true, false), ("`x`", true, false)]),
        ("a: %b\n", vec![("%b", true, false)]),
        ("a: &x foo\n", vec![("&x foo", true, true)]),
        ("a: !tag v\n", vec![("!tag v", true, true)]),
        ("description: foo: bar\n", vec![("foo: bar", true, false)]),
        ("x:\n  - label: a: b\n", vec![("a: b", true, false)]),
        ("a: b:\n", vec![("b:", true, false)]),
        ("a: |x\nb: > y\n", vec![("|x", true, false), ("> y", true, false)]),
        ("a: - b\n", vec![("- b", true, false)]),
        ("a: {{b}}\n", vec![("{{b}}", true, true)]),
        ("a: {{b}} c\n", vec![("{{b}} c", true, false)]),
        ("a: [**/*.ts, @b, c]\n", vec![("**/*.ts", true, false), ("@b", true, false)]),
        ("@a: b\n", vec![("@a", true, false)]),
        ("? a: b\n", vec![("? a", true, true)]),
        ("a:\n\tb: c\n\td: e\n", vec![("\t", false, false), ("\t", false, false)]),
        ("a: ['b' 'c']\n", vec![("a: ['b' 'c']", false, false)]),
        ("a: \"\\q\"\n", vec![("a: \"\\q\"", false, false)]),
        ("a: b: c\nd: 'e\n", vec![("b: c", true, false)]),
    ] {
        assert_eq!(objections(text), expected, "{text:?}");
    }
}

#[test]
fn what_strict_parsers_read_alike_is_no_objection() {
    for text in [
        "",
        "# c\n",
        "a: b\n",
        "a: fix issue #12\n",
        "a: b#c\n",
        "a: -b\nc: ?d\ne: :f\n",
        "a: x{y}[z]\n",
        "a: http://b:80/c\n",
        "a: b & c * d ! e @ f % g\n",
        "a: yes\nb: 1.0\nc: ~\n",
        "a: [\n  b,\n  c\n]\nd: e\n",
        "x:\n  a: {\n  b: 'c'\n  }\n",
        "a: 'b: c'\nd: \"*e\"\n",
        "a:\n- b\n",
        "a: |\n  b: *c\n",
        "a: >-\r\n  b: c\r\n",
        // A line end of two characters inside a flow collection is one line end.
        "a: {b: c\r\n  d}\r\n",
        "  { \\n\r\n'}\n",
        // A tab parts `:` from its value as well as a blank does, and stays what it is in a text.
        "a:\tb\nc:\t'd:\te'\nf:\n  g: \t h\n",
    ] {
        assert_eq!(objections(text), [], "{text:?}");
    }
}

#[test]
fn quoting_puts_it_right() {
    for text in
        ["a: **/*.ts\n", "a: b: c\n", "a: @b\nc: {{d}}\n", "a: [*b, `c`]\n", "@a: b\n", "a: b\n  - c:\n  d\n"]
    {
        let mut fixed = text.to_owned();
        for objection in
            strict(text, Span::new(0, text.len())).iter().rev().filter(|objection| objection.quote)
        {
            let quoted = format!("'{}'", objection.span.of(text).replace('\'', "''"));
            fixed.replace_range(objection.span.range(), &quoted);
        }
        assert_ne!(fixed, text);
        assert_eq!(objections(&fixed), [], "{fixed:?}");
    }
}
