//! What the reader makes of small texts: rendered trees, errors with their text, totality.

use super::*;
use proptest::prelude::*;

/// A tree as one line: plain text as it is, other styles marked by their sign.
fn render(node: Option<&Node>) -> String {
    let Some(node) = node else { return "~".into() };
    match &node.value {
        Value::Scalar(scalar) => {
            let sign = match scalar.style {
                Style::Plain => "",
                Style::Single => "'",
                Style::Double => "\"",
                Style::Literal => "|",
                Style::Folded => ">",
            };
            format!(
                "{sign}{}{}",
                scalar.text.escape_debug(),
                if sign.len() == 1 && !"|>".contains(sign) { sign } else { "" }
            )
        }
        Value::Seq(seq) => {
            let items: Vec<_> = seq.items.iter().map(|item| render(Some(item))).collect();
            if seq.flow { format!("[{}]", items.join(", ")) } else { format!("- {}.", items.join(" - ")) }
        }
        Value::Map(map) => {
            let pairs: Vec<_> = map
                .entries
                .iter()
                .map(|entry| format!("{}={}", entry.key.text.escape_debug(), render(entry.value.as_ref())))
                .collect();
            if map.flow { format!("{{{}}}", pairs.join(", ")) } else { format!("({})", pairs.join("; ")) }
        }
    }
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

fn errors(text: &str, yaml: &Yaml) -> Vec<(YamlErrorKind, String)> {
    yaml.errors.iter().map(|error| (error.kind, error.span.of(text).to_owned())).collect()
}

fn check(text: &str, tree: &str, expected: &[(YamlErrorKind, &str)]) {
    let yaml = parse(text, whole(text));
    assert_eq!(render(yaml.root.as_ref()), tree, "{text:?}");
    let expected: Vec<_> = expected.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
    assert_eq!(errors(text, &yaml), expected, "{text:?}");
    assert_sound(text, whole(text), &yaml);
}

use YamlErrorKind::*;

#[test]
fn what_the_dialect_has() {
    for (text, tree) in [
        ("", "~"),
        ("\n  \n# only\n", "~"),
        ("a: b", "(a=b)"),
        ("a: b\r\nc: d\r\n", "(a=b; c=d)"),
        ("a: b\rc: d\r", "(a=b; c=d)"),
        ("  a: b\n  c: d\n", "(a=b; c=d)"),
        ("key : value\n", "(key=value)"),
        ("a:   b  \t# c\n", "(a=b)"),
        ("a: b#c\n", "(a=b#c)"),
        ("a: 'it''s' # c\nb: \"x\\ty\\u00e4\\\"\"\n", "(a='it\\'s'; b=\"x\\tyä\\\"\")"),
        ("\"a b\": 1\n'c''d': 2\n", "(a b=1; c\\'d=2)"),
        ("applyTo: **/*.ts\n", "(applyTo=**/*.ts)"),
        ("name: @foo\nx: `y`\nz: %a\n", "(name=@foo; x=`y`; z=%a)"),
        ("a: &x 1\nb: *x\nc: !t v\n? d: e\n", "(a=&x 1; b=*x; c=!t v; ? d=e)"),
        ("description: foo: bar\n", "(description=foo: bar)"),
        ("a: b:\n", "(a=b:)"),
        ("a: {{name}}\nb: [{{x}}, {{ y }}z]\n", "(a={{name}}; b=[{{x}}, {{ y }}z])"),
        ("a: http://x/y:z\n", "(a=http://x/y:z)"),
        ("a: > b\nc: |d\n", "(a=> b; c=|d)"),
        ("a:\n  b: c\n  d:\n    e: f\ng: h\n", "(a=(b=c; d=(e=f)); g=h)"),
        ("a:\n- b\n- c\nd:\n  - e\n  - f\n", "(a=- b - c.; d=- e - f.)"),
        ("a:\n- b: c\n  d: e\n- f: g\nh: i\n", "(a=- (b=c; d=e) - (f=g).; h=i)"),
        ("a:\n  - - b\n    - c\n  - - d\n", "(a=- - b - c. - - d..)"),
        ("a:\n  -\n    b: c\n  - # x\n    d\n", "(a=- (b=c) - d.)"),
        ("a:\n  b\n  c\n\n  d\ne: f\n", "(a=b c\\nd; e=f)"),
        ("a: b\n  c\n\n\n  d\ne: f\n", "(a=b c\\n\\nd; e=f)"),
        ("a:\n  - b\n   - c\n", "(a=- b - c.)"),
        ("a: 'b\n  c\n\n  d'\n", "(a='b c\\nd')"),
        ("a: \"b\\\n  c \n  d\\n \n  e\"\n", "(a=\"bc d\\n e\")"),
        ("a: \"b\nc\"\nd: e\n", "(a=\"b c\"; d=e)"),
        ("a: [b, 'c', \"d\"]\n", "(a=[b, 'c', \"d\"])"),
        ("a: [b c, d,]\nb: []\nc: {}\n", "(a=[b c, d]; b=[]; c={})"),
        ("a: [\n  b, # x\n  c\n  d\n]\ne: f\n", "(a=[b, c d]; e=f)"),
        ("a: {b: c, 'd': [e], \"f\":g, h, i: }\n", "(a={b=c, d=[e], f=g, h=~, i=~})"),
        ("a: ['b' 'c']\n", "(a=['b', 'c'])"),
        ("a: |\n  b\n   c\n\n  d\n\ne: f\n", "(a=|b\\n c\\n\\nd\\n; e=f)"),
        ("a: |-\n  b\n\nc: |+\n  d\n\ne: f\n", "(a=|b; c=|d\\n\\n; e=f)"),
        ("a: >\n  b\n  c\n\n  d\n    e\n  f\n", "(a=>b c\\nd\\n  e\\nf\\n)"),
        ("a: |2\n    b\n  c\n", "(a=|  b\\nc\\n)"),
        ("a: >- # note\n  b\n  # c\nd: e\n", "(a=>b # c; d=e)"),
        ("a: |\nb: c\n", "(a=|; b=c)"),
        ("a:\n  - |\n    b\n  - c: >\n      d\n", "(a=- |b\\n - (c=>d\\n).)"),
        ("a: |\r\n  b\r\n  c\r\n", "(a=|b\\nc\\n)"),
        ("ä: ö\u{0}ü\n", "(ä=ö\\0ü)"),
        ("a:\n\tb: c\n\td: e\n", "(a=(b=c; d=e))"),
    ] {
        check(text, tree, &[]);
    }
}

#[test]
fn what_is_wrong_costs_no_more_than_it_must() {
    for (text, tree, expected) in [
        ("tools: [\nmodel: x\n", "(tools=[]; model=x)", vec![(UnclosedSequence, "[")]),
        ("tools: ['a', b\nmodel: x\n", "(tools=['a', b]; model=x)", vec![(UnclosedSequence, "[")]),
        ("tools: [", "(tools=[])", vec![(UnclosedSequence, "[")]),
        ("a: {b: [\nc: d", "(a={b=[]}; c=d)", vec![(UnclosedMap, "{"), (UnclosedSequence, "[")]),
        ("x:\n  a: [b\n  c: d\ne: f\n", "(x=(a=[b]; c=d); e=f)", vec![(UnclosedSequence, "[")]),
        ("a: 'b\nc: d\n", "(a=b; c=d)", vec![(UnclosedQuote, "'b")]),
        ("a: \"b # c\n\nd: 'e'\n", "(a=b # c; d='e')", vec![(UnclosedQuote, "\"b # c")]),
        ("a: ['b, c]\nd: e\n", "(a=[b, c]; d=e)", vec![(UnclosedQuote, "'b")]),
        ("a: [\"b, c]\nd: e\n", "(a=[b, c]; d=e)", vec![(UnclosedQuote, "\"b")]),
        ("des\nmodel: x\n", "(model=x)", vec![(ExpectedColon, "des")]),
        ("name: y\ndes\nmodel: x\n", "(name=y; model=x)", vec![(ExpectedColon, "des")]),
        ("handoffs:\n  - lab\n", "(handoffs=- lab.)", vec![]),
        (
            "handoffs:\n  - label: x\n    ag\n  - b\n",
            "(handoffs=- (label=x) - b.)",
            vec![(ExpectedColon, "ag")],
        ),
        ("x:\n  ab\n  cd: e\nf: g\n", "(x=(cd=e); f=g)", vec![(ExpectedColon, "ab")]),
        ("a:\nb: c\n", "(a=~; b=c)", vec![(MissingValue, "a:")]),
        ("a: # c\n", "(a=~)", vec![(MissingValue, "a:")]),
        ("a:\n  -\n  - b\n", "(a=-  - b.)", vec![(MissingItem, "-")]),
        ("a: 1\nb: 2\na: 3\n", "(a=1; b=2; a=3)", vec![(DuplicateKey, "a")]),
        ("a: {b: 1, 'b': 2}\n", "(a={b=1, b=2})", vec![(DuplicateKey, "'b'")]),
        ("a: b\n  c: d\n  e: f\ng: h\n", "(a=b; c=d; e=f; g=h)", vec![(UnexpectedIndentation, "  ")]),
        ("a: b\n  see also: d\ng: h\n", "(a=b see also: d; g=h)", vec![(UnexpectedIndentation, "  ")]),
        ("a: 'b' c\nd: e\n", "(a='b'; d=e)", vec![(UnexpectedToken, "c")]),
        ("a: [b] c # d\ne: f\n", "(a=[b]; e=f)", vec![(UnexpectedToken, "c")]),
        ("a: [b: c]\n", "(a=[{b=c}])", vec![(UnexpectedToken, ":")]),
        ("a: [b,, c]\n", "(a=[b, c])", vec![(UnexpectedToken, ",")]),
        ("a: [- b]\n", "(a=[b])", vec![(UnexpectedToken, "-")]),
        ("a: {[b]: c, d: e}\n", "(a={d=e})", vec![(ExpectedKey, "[b]")]),
        ("a: {: c, d: e]}\n", "(a={d=e})", vec![(ExpectedKey, ":"), (ExpectedKey, "]")]),
        ("a: b\n- c\nd: e\n", "(a=b; d=e)", vec![(UnexpectedToken, "- c")]),
        ("  a: b\nc: d\n", "(a=b; c=d)", vec![(UnexpectedIndentation, "c")]),
        ("just text\n", "just text", vec![(NotAMap, "just text")]),
        ("- a\n- b\n", "- a - b.", vec![(NotAMap, "- a\n- b")]),
        ("[a]\n", "[a]", vec![(NotAMap, "[a]")]),
        (": a\nb: c\n", "(b=c)", vec![(ExpectedColon, ": a")]),
        ("\u{0}\nb: c\n", "(b=c)", vec![(ExpectedColon, "\u{0}")]),
    ] {
        check(text, tree, &expected);
    }
}

#[test]
fn spans_cover_exactly_their_tokens() {
    let text = "# ü\nnäme : 'x' # c\ntools: [ a b, {c: d} ] \nlist:\n  - e\n    f\n  - g: |\n      h\n\nz:\n";
    let yaml = parse(text, whole(text));
    let map = yaml.map().unwrap();
    let of = |key: &str| map.value(key).unwrap().span.of(text);
    assert_eq!(map.get("näme").unwrap().key.span.of(text), "näme");
    assert_eq!(of("näme"), "'x'");
    assert_eq!(map.value("näme").unwrap().inner_span().of(text), "x");
    assert_eq!(of("tools"), "[ a b, {c: d} ]");
    let tools = map.value("tools").unwrap().as_seq().unwrap();
    assert_eq!(tools.items[0].span.of(text), "a b");
    assert_eq!(tools.items[1].span.of(text), "{c: d}");
    assert_eq!(of("list"), "- e\n    f\n  - g: |\n      h");
    let list = map.value("list").unwrap().as_seq().unwrap();
    assert_eq!(list.items[0].span.of(text), "e\n    f");
    assert_eq!(list.items[1].as_map().unwrap().value("g").unwrap().span.of(text), "|\n      h");
    let comments: Vec<_> = yaml.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["# ü", "# c"]);
    assert_eq!(yaml.root.as_ref().unwrap().span.of(text), &text[text.find('n').unwrap()..text.len() - 2]);
}

#[test]
fn depth_is_bounded() {
    let blocks: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in [
        "- ".repeat(5000),
        "a: ".to_owned() + &"[".repeat(5000),
        "a: ".to_owned() + &"{a: ".repeat(5000),
        blocks,
    ] {
        let text = text + "\nz: y\n";
        let yaml = parse(&text, whole(&text));
        assert!(yaml.errors.iter().any(|error| error.kind == TooDeep));
        assert_sound(&text, whole(&text), &yaml);
        let _ = strict(&text, whole(&text));
    }
}

#[test]
fn time_grows_with_the_text() {
    // Each of these made a careless reader look at the rest of the text again and again: with such a
    // reader this test does not end.
    for unit in [
        "a: 'x\n",
        "a: [\n",
        "[ ",
        "\"",
        "a: [ \"b\n , 'c\n",
        "{{ ",
        "- \n",
        "\n\n",
        "a: b\n\n\n c\n",
        "a: {{}, ",
        "a: \"\\\n",
        "  x\n",
        ", '",
    ] {
        for start in ["", "a: [", "k: v\n"] {
            let text = start.to_owned() + &unit.repeat(400_000 / unit.len());
            let yaml = parse(&text, whole(&text));
            assert_sound(&text, whole(&text), &yaml);
            let _ = strict(&text, Span::new(0, 200_000.min(text.len())));
        }
    }
}

/// Everything that holds for any text: spans inside the content, nested, on character boundaries.
fn assert_sound(text: &str, content: Span, yaml: &Yaml) {
    let fits = |span: Span| content.contains(span) && text.get(span.range()).is_some();
    for error in &yaml.errors {
        assert!(fits(error.span) && !error.span.is_empty(), "{error:?} in {text:?}");
    }
    for comment in &yaml.comments {
        assert!(fits(*comment) && comment.of(text).starts_with('#'), "{comment:?} in {text:?}");
    }
    assert!(yaml.comments.windows(2).all(|two| two[0].end <= two[1].start), "{text:?}");
    if let Some(root) = &yaml.root {
        assert!(fits(root.span), "{text:?}");
        assert_nested(text, root);
    }
}

fn assert_nested(text: &str, node: &Node) {
    assert!(text.get(node.span.range()).is_some(), "{text:?}");
    let children: Vec<Span> = match &node.value {
        Value::Scalar(scalar) => {
            if matches!(scalar.style, Style::Single | Style::Double) {
                let quote = if scalar.style == Style::Single { '\'' } else { '"' };
                let source = node.span.of(text);
                assert!(
                    source.len() >= 2 && source.starts_with(quote) && source.ends_with(quote),
                    "{text:?}"
                );
            }
            return;
        }
        Value::Seq(seq) => {
            seq.items.iter().for_each(|item| assert_nested(text, item));
            seq.items.iter().map(|item| item.span).collect()
        }
        Value::Map(map) => {
            map.entries
                .iter()
                .filter_map(|entry| entry.value.as_ref())
                .for_each(|value| assert_nested(text, value));
            map.entries
                .iter()
                .flat_map(|entry| [Some(entry.key.span), entry.value.as_ref().map(|value| value.span)])
                .flatten()
                .collect()
        }
    };
    for child in &children {
        assert!(node.span.contains(*child), "{child:?} outside {:?} in {text:?}", node.span);
    }
    for two in children.windows(2) {
        assert!(two[0].end <= two[1].start, "{two:?} overlap in {text:?}");
    }
}

/// How many random texts to try: `SEGUE_CASES`, or few.
pub(super) fn cases() -> ProptestConfig {
    let cases = std::env::var("SEGUE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// Pieces of headers, whole and broken.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "name: x",
        "tools: [",
        "'a', b",
        "]",
        "{",
        "}",
        "a: ",
        "- ",
        "-",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "  ",
        "    ",
        "\t",
        "#",
        " # c",
        "'",
        "\"",
        "\\",
        "''",
        "|",
        ">-",
        "|2+",
        ": ",
        ":",
        ",",
        "&x ",
        "*y",
        "!t ",
        "{{",
        "}}",
        "ä",
        "\u{0}",
        "\u{feff}",
        "key",
        "b: c",
        "\"q\": ",
        "---",
        "...",
        "? ",
        "%",
        "@",
        "`",
        "\u{1F600}",
        "\u{85}",
    ])
}

fn try_everything(before: &str, middle: &str, after: &str) {
    let text = [before, middle, after].concat();
    let content = Span::new(before.len(), before.len() + middle.len());
    let yaml = parse(&text, content);
    assert_sound(&text, content, &yaml);
    let objections = strict(&text, content);
    for objection in &objections {
        assert!(content.contains(objection.span) && !objection.span.is_empty(), "{objection:?} in {text:?}");
        assert!(text.get(objection.span.range()).is_some());
    }
    let theirs = super::strict::verdict(&text, content, &yaml);
    if yaml.errors.is_empty() {
        let same = theirs.is_ok_and(|theirs| theirs == super::verdict::shape(yaml.root.as_ref()));
        assert_eq!(objections.is_empty(), same || middle.trim().is_empty(), "{text:?} {objections:?}");
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_text_is_read(text in "\\PC*") {
        try_everything("---\n", &text, "---\nü");
    }

    #[test]
    fn broken_headers_are_read(pieces in prop::collection::vec(piece(), 0..40)) {
        try_everything("ä", &pieces.concat(), "ä: b\n");
    }

    #[test]
    fn mutated_headers_are_read(from in 0..GOOD.len(), length in 0..20_usize, insert in piece()) {
        let floor = |at: usize| (0..=at.min(GOOD.len())).rev().find(|&at| GOOD.is_char_boundary(at)).unwrap();
        let (start, end) = (floor(from), floor(from + length).max(floor(from)));
        try_everything("", &[&GOOD[..start], insert, &GOOD[end..]].concat(), "");
    }

    #[test]
    fn a_content_that_cuts_characters_is_read(text in "[ä:\\n \\[\"-]{0,20}", start in 0..40_usize, end in 0..40_usize) {
        let yaml = parse(&text, Span::new(start, end));
        let within = |span: Span| text.get(span.range()).is_some();
        prop_assert!(yaml.root.iter().all(|root| within(root.span)));
        prop_assert!(yaml.errors.iter().all(|error| within(error.span)));
    }
}

/// A header with everything in it, to be damaged.
const GOOD: &str = "name: Größe\ndescription: >-\n  Two lines\n  of text\ntools: ['a', \"b\", c/d] # all\n\
    handoffs:\n  - label: Go\n    agent: x\n    prompt: |\n      Do it\n\n      now\n  - label: 'Stop: now'\n    send: false\n\
    mcp-servers:\n  s:\n    args: [\n      '-y',\n      {a: b}\n    ]\n    env: { A: \"1\", B: }\nmodel: a\n  b\nlist:\n- x\n- y\n";

#[test]
fn the_good_header_is_good() {
    let yaml = parse(GOOD, whole(GOOD));
    assert_eq!(yaml.errors, []);
    assert_eq!(strict(GOOD, whole(GOOD)), []);
}
