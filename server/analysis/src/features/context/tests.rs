use super::*;
use crate::fixture;
use crate::{Host, Options};

fn world(text: &str) -> Arc<World> {
    Host::open(Arc::new(fixture::disk(text)), Options::default(), &|_| ()).snapshot()
}

fn told(text: &str, path: &str) -> String {
    page(&of(&world(text), path, None), &str::to_owned)
}

const GUIDED: &str = "//- .github/copilot-instructions.md
Be brief.
//- .github/instructions/ts.instructions.md
---
applyTo: 'src/**/*.ts'
---
Be strict.
//- .github/instructions/list.instructions.md
---
applyTo: ['**/*.ts']
---
Only some read a list.
//- .github/instructions/nowhere.instructions.md
---
applyTo: '**/*.go'
---
Wrap errors.
//- .github/instructions/asked.instructions.md
---
description: About releases
---
Release on Fridays.
//- .github/instructions/review.instructions.md
---
applyTo: '**'
excludeAgent: code-review
---
Say why.
//- .claude/rules/always.md
Always.
//- .claude/rules/deep/ts.md
---
paths: ['**/*.ts']
---
Rule of TypeScript.
//- .claude/CLAUDE.md
Inner.
//- AGENTS.md
Top.
@docs/more.md
//- CLAUDE.md
See @AGENTS.md and
@docs/more.md
//- CLAUDE.local.md
Mine.
//- docs/more.md
More. @more2.md
//- docs/more2.md
Even more. @../CLAUDE.md
//- packages/AGENTS.md
Packages.
//- packages/web/CLAUDE.md
Web.
//- packages/web/src/a.ts
export {}
//- GEMINI.md
Gemini.
";

#[test]
fn what_each_client_loads_for_a_source_file() {
    insta::assert_snapshot!(told(GUIDED, "packages/web/src/a.ts"));
}

#[test]
fn what_lies_too_deep_is_loaded_by_those_who_look_there() {
    let below = |folders: &str| {
        format!("//- .github/instructions/{folders}/a.instructions.md\n---\napplyTo: '**'\n---\nText\n")
    };
    let loading = |text: &str| -> Vec<&str> {
        let page = of(&world(text), "src/a.ts", None);
        page.guidance.iter().filter(|own| !own.files.is_empty()).map(|own| own.client.name()).collect()
    };
    assert_eq!(loading(&below("1/2/3/4/5")), ["vscode", "copilot-cli", "github"]);
    assert_eq!(loading(&below("1/2/3/4/5/6")), ["copilot-cli", "github"]);
}

#[test]
fn clients_are_those_of_the_settings_or_the_asked_ones() {
    let text = format!("{GUIDED}//- segue.toml\nclients = [\"claude\"]\n");
    let world = world(&text);
    let names = |clients| -> Vec<ClientId> {
        of(&world, "src/a.ts", clients).guidance.iter().map(|guidance| guidance.client).collect()
    };
    assert_eq!(names(None), [ClientId::Claude]);
    assert_eq!(names(Some(ClientSet::of(&[ClientId::Github]))), [ClientId::Github]);
}

const LINKED: &str = "//- make.prompt.md
---
agent: builder
---
Read [the spec](specs/a.spec.md), [again][ref], #file:src/a.ts and [gone](gone.md).

![image](x.png) [web](https://example.org) [self](#x) [folder](specs) [line](src/a.ts#L3)

[ref]: specs/a.spec.md
//- builder.agent.md
---
name: builder
---
Build. [Memory](docs/m.memory.md#two)
//- specs/a.spec.md
# A
[Memory](../docs/m.memory.md#one) [no](../docs/m.memory.md#none) [back](../make.prompt.md)
//- docs/m.memory.md
# Memory
[not followed](../gone2.md)
## One
First. [deep](../specs/a.spec.md#a)
### Inside
In.
## Two
<a id=\"html\"></a> [hub](hub.md)
//- docs/hub.md
# Hub
[whole](m.memory.md)
//- src/a.ts
export const a = 1;
";

#[test]
fn the_closure_of_a_prompt() {
    insta::assert_snapshot!(told(LINKED, "make.prompt.md").split("## With its links").nth(1).unwrap());
}

#[test]
fn what_is_there_twice_counts_once() {
    let body = "# One\nwords of one\n# Two\nwords of two\n";
    let links = "[a](m.memory.md#one) [b](m.memory.md#one) [c](m.memory.md) [d](m.memory.md#two)";
    let world = world(&format!("//- a.prompt.md\n{links}\n//- m.memory.md\n{body}"));
    let closure = closure_of(&world, "a.prompt.md", &|| true).unwrap();
    let (own, other) = (world.tokens.of(&format!("{links}\n")), world.tokens.of(body));
    assert_eq!((closure.files, closure.tokens), (2, own + other));
    assert!(closure_of(&world, "README.md", &|| true).is_none());
}

#[test]
fn cycles_and_wide_graphs_come_to_an_end() {
    let mut text = String::new();
    for index in 0..60 {
        text.push_str(&format!("//- {index}.memory.md\n"));
        (0..60).for_each(|other| text.push_str(&format!("[x]({other}.memory.md) ")));
        text.push('\n');
    }
    let world = world(&text);
    let closure = closure_of(&world, "0.memory.md", &|| true).unwrap();
    assert!(closure.cut && closure.files > 10, "{}", closure.files);
    let imports = "//- CLAUDE.md\n@a.md\n//- a.md\n@b.md\n//- b.md\n@a.md @CLAUDE.md @gone.md\n";
    let found = of(&self::world(imports), "x.rs", Some(ClientSet::of(&[ClientId::Claude])));
    let paths: Vec<&str> = found.guidance[0].files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths, ["CLAUDE.md", "a.md", "b.md"]);
}

#[test]
fn sections_of_anchors() {
    let text = "intro\n# A\na\n## B\nb\n### C\nc\n<a id=\"h\"></a>\n## D\nd\n";
    let facts = Facts::of(text);
    for (anchor, expected) in [
        ("a", Some("# A\na\n## B\nb\n### C\nc\n<a id=\"h\"></a>\n## D\nd\n")),
        ("b", Some("## B\nb\n### C\nc\n<a id=\"h\"></a>\n")),
        ("B", Some("## B\nb\n### C\nc\n<a id=\"h\"></a>\n")),
        ("h", Some("### C\nc\n<a id=\"h\"></a>\n")),
        ("d", Some("## D\nd\n")),
        ("none", None),
    ] {
        let found = closure::section(&facts, anchor).map(|(_, span)| span.of(text));
        assert_eq!(found, expected, "{anchor}");
    }
}

/// The traps of links (their numbers in `tests/protocol/traps.rs`), where a closure meets them.
#[test]
fn every_form_of_a_link_comes_along() {
    let text = "//- docs/a.prompt.md
22: [second](twice.md#x-1), 24: [braces](ids.md#own) [id](ids.md#html) [top](ids.md#top)
25: [heading](links.md#see-b), 26: [blank](a%20b.md) [angle](<a b.md>) [parens](c(1).md) [utf](%C5%A1.md)
29: [case](TWICE.md), 30: [root](/docs/root.md), 35: [line](code.rs#L12-L14) [folder](sub) ![image](i.png)
[reference][r], [block](twice.md#^block), [top](twice.md#top)

[r]: root.md#r
//- docs/twice.md
# X
one
# X
two
//- docs/ids.md
<a id=\"top\"></a>Before.
# Own {#own}
own
## Html
<a name=\"html\"></a> here
//- docs/links.md
# See [b](b.md)
text
//- docs/b.md
# B
//- docs/a b.md
# Blank
//- docs/c(1).md
# Parens
//- docs/š.md
# Letter
//- docs/root.md
# R
//- docs/code.rs
fn main() {}
//- docs/sub/README.md
# Sub
//- docs/i.png
";
    insta::assert_snapshot!(told(text, "docs/a.prompt.md").split("## With its links").nth(1).unwrap());
}

#[test]
fn names_do_not_move_the_reader_s_cursor() {
    let page = told("//- a.prompt.md\n[x](b.md#t)\n//- b.md\n# T\u{1b}[31m\u{9b}2J\n", "a.prompt.md");
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{page:?}");
}
