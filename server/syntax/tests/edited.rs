//! Facts made from those before an edit against facts of the whole text.
//!
//! `SEGUE_SYNC_EDITS` is the number of edits, `SEGUE_SEED` repeats a run.

#![allow(clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/random.rs"]
mod random;

use random::{Random, from_environment, seed};
use segue_syntax::{Damage, Facts};

/// What documents are made of, in three styles: what leaves blocks apart, what reaches across them, and
/// what is seldom seen.
const PLAIN: &[&str] = &[
    "\n\n# One\n",
    "\n\n## Two `x`\n\n",
    "\n\n### [a](b.md#c)\n",
    "\r\n\r\n# Wine\r\n",
    "# no blank\n",
    "#",
    "# ",
    "\n",
    "\n\n",
    "\r\n",
    "\n\n\n",
    " ",
    "    ",
    "\t",
    "text ",
    "more text",
    "- item\n",
    "- item\n\n  more\n",
    "1. a\n",
    "> quoted\n",
    "> # inside\n",
    "- # inside\n",
    "```\n",
    "```sh\n",
    "~~~\n",
    "````md\n",
    "`",
    "`code`",
    "    code\n",
    "[a](b.md)",
    "[c][d]",
    "[e][]",
    "![p](q.png)",
    "<https://a.b>",
    "[",
    "](",
    ")",
    "*",
    "**",
    "_",
    "é",
    "中文",
    "😀",
    "#tool:x/y",
    "#file:a.md",
    "${input:name}",
    "${",
    "$ARGUMENTS",
    "@a/b.md",
    "@name",
    "/command ",
    "{{#import x.md}}",
    "<!-- note -->",
    "<!--",
    "-->",
    "<a id=\"x\"></a>",
    "<div>\n",
    "</div>\n",
    "<pre>\n",
    "</pre>\n",
    "<script>",
    "</script>",
    "<?",
    "?>",
    "<!X",
    "<![CDATA[",
    "]]>",
    "| a | b |\n|---|---|\n| `c` | [d](e) |\n",
    "Title\n===\n",
    "Two\nlines\n---\n",
    "---\n",
    "***\n",
    "\\",
    "\\\n",
    "&amp;",
    "\u{200b}",
    "\u{202e}",
    "\u{fffd}",
    "\u{feff}",
    "-----BEGIN",
    "- [ ] todo\n",
];
const ACROSS: &[&str] = &[
    "\n[d]: e.md\n",
    "\n[c]: <f g.md> 'title'\n",
    "[^1]",
    "\n[^1]: note\n",
    "<!-- segue-ignore -->",
    "[^",
    "\n[d]:\n",
    "]: x",
    "segue-ignore",
];
const SELDOM: &[&str] =
    &["\r", "\0", "\r\r\n", "\u{2028}", "\u{b}", "---\ndescription: x\n---\n", "---\n", "description: y\n"];

#[derive(Clone, Copy)]
struct Style {
    across: bool,
    seldom: bool,
}

fn pieces(random: &mut Random, style: Style, count: usize) -> String {
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(match random.below(30) {
            0 if style.across => random.pick(ACROSS),
            1 if style.seldom => random.pick(SELDOM),
            2..=4 => "\n\n# Heading\n\n",
            _ => random.pick(PLAIN),
        });
    }
    text
}

fn place(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[test]
fn facts_after_an_edit_are_those_of_the_whole_text() {
    let edits = from_environment("SEGUE_SYNC_EDITS", 30_000);
    let seed = seed();
    println!("SEGUE_SEED={seed} SEGUE_SYNC_EDITS={edits}");
    let mut random = Random(seed);
    let (mut done, mut quick) = (0, 0);
    while done < edits {
        let style = Style { across: random.one_in(4), seldom: random.one_in(4) };
        let header = if random.one_in(2) { "---\nname: x\n---\n" } else { "" };
        let mut text = format!("{header}{}", {
            let count = random.below(80);
            pieces(&mut random, style, count)
        });
        let mut facts = Facts::of(&text);
        for _ in 0..60 {
            let start = place(&mut random, &text);
            let mut end = if random.one_in(2) { start } else { (start + random.below(12)).min(text.len()) };
            if random.one_in(20) {
                end = place(&mut random, &text).max(start);
            }
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let new = {
                let count = random.below(3);
                pieces(&mut random, style, count)
            };
            let before = text.clone();
            text.replace_range(start..end, &new);
            let damage = Damage::between(&before, &text);
            assert_eq!(before[..damage.start], text[..damage.start]);
            assert_eq!(before[damage.old_end..], text[damage.new_end..]);
            let whole = Facts::of(&text);
            if let Some(edited) = facts.edited(&before, &text, damage) {
                quick += 1;
                if edited != whole {
                    let (edited, whole) = (format!("{edited:#?}"), format!("{whole:#?}"));
                    let differ = edited
                        .lines()
                        .zip(whole.lines())
                        .enumerate()
                        .filter(|(_, (is, wanted))| is != wanted);
                    let differ: Vec<_> = differ.take(6).collect();
                    panic!("SEGUE_SEED={seed}, edit {done}: {damage:?}\n{before:?}\n→ {text:?}\n{differ:#?}");
                }
            }
            facts = whole;
            done += 1;
        }
    }
    println!("{quick} of {done} were not read whole");
    assert!(quick * 2 > done);
}
