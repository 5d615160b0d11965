//! What stands at a place, where it is defined and who names it: each form of link in each place with
//! each kind of target, and the names of agents, prompts, skills, servers and inputs.

#![allow(clippy::panic, clippy::expect_used, reason = "helpers of tests fail by panicking")]

use segue_analysis::features::at::{self, Symbol};
use segue_analysis::features::links::{self, LeadsTo};
use segue_analysis::features::navigate;
use segue_analysis::fixture;
use segue_analysis::{Change, Host, Options, World};
use std::sync::Arc;

#[path = "support/links.rs"]
mod links_of_all_forms;

fn world(fixture: &str) -> Arc<World> {
    Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot()
}

/// The definitions of what stands at the `nth` occurrence of `token` in a file: `path:text`.
fn defined(world: &World, path: &str, token: &str, nth: usize) -> Vec<String> {
    let Some(at) = thing(world, path, token, nth) else { return Vec::new() };
    at::definitions(world, &at.symbol).iter().map(|place| told(world, &place.path, place.span)).collect()
}

fn thing(world: &World, path: &str, token: &str, nth: usize) -> Option<at::At> {
    let text = text(world, path);
    let (start, _) = text.match_indices(token).nth(nth).unwrap_or_else(|| panic!("{token} in {text}"));
    at::at(world, path, u32::try_from(start + token.len() / 2).expect("short"))
}

fn text(world: &World, path: &str) -> String {
    let (id, _) = world.file_at(path).unwrap_or_else(|| panic!("{path} is read"));
    world.text(id).expect("its text").to_string()
}

fn told(world: &World, path: &str, span: segue_syntax::Span) -> String {
    let text = if span.is_empty() { String::new() } else { span.of(&text(world, path)).to_owned() };
    format!("{path}:{text}")
}

/// Who names what stands at the `nth` occurrence of `token`: `path:token`, `=` before what defines it.
fn named(world: &World, path: &str, token: &str, nth: usize) -> Vec<String> {
    let at = thing(world, path, token, nth).expect("a thing");
    let uses = navigate::references(world, &at.symbol, &|| true);
    let one = |found: &navigate::Use| {
        let text = found.text.as_ref().map(|text| found.span.of(text).to_owned());
        let token = text.unwrap_or_else(|| found.span.of(&self::text(world, &found.path)).to_owned());
        format!("{}{}:{token}", if found.defines { "=" } else { "" }, found.path)
    };
    uses.iter().map(one).collect()
}

#[test]
fn each_form_in_each_place_with_each_target() {
    let count = links_of_all_forms::each(check);
    assert!(count > 1_500, "{count} combinations");
}

fn check(case: &links_of_all_forms::Case<'_>) {
    let links_of_all_forms::Case { name: case, text, target, path, file, anchor } = case;
    let (text, file, anchor) = (text.as_str(), *file, *anchor);
    let from = "pkg/AGENTS.md";
    let world = world(&format!("{}//- {from}\n{text}", links_of_all_forms::WORKSPACE));
    // The destination, wherever it is written.
    let start = text.find(*target).unwrap_or_else(|| panic!("{case}"));
    let see = |at: usize| at::at(&world, from, u32::try_from(at).expect("short"));
    for at in [start, start + path.len() / 2, start + path.len()] {
        let found = see(at).unwrap_or_else(|| panic!("nothing at {at}, {case}"));
        assert_eq!(found.span.of(text), *path, "{case}");
        assert!(found.on_token && matches!(found.symbol, Symbol::Path(_)), "{case}: {found:?}");
        let places: Vec<_> = at::definitions(&world, &found.symbol);
        let paths: Vec<String> = places.iter().map(|place| format!("{}:", place.path)).collect();
        assert_eq!(paths.first().map(String::as_str), file, "{case}");
        let uses = navigate::references(&world, &found.symbol, &|| true);
        assert!(
            uses.iter().any(|one| &*one.path == from && one.span == found.span),
            "not among the references: {case}: {uses:?}"
        );
    }
    if let (Some(expected), Some(hash)) = (anchor, target.find('#')) {
        let written = &target[hash + 1..];
        let found = see(start + hash + 2).unwrap_or_else(|| panic!("{case}"));
        assert_eq!(found.span.of(text), written, "{case}");
        let places = at::definitions(&world, &found.symbol);
        let told: Vec<String> = places
            .iter()
            .map(|place| match place.path.ends_with(".md") {
                true => told(&world, &place.path, place.span),
                false => format!("{}:", place.path),
            })
            .collect();
        assert_eq!(told.first().map(String::as_str), Some(expected), "{case}");
        let uses = navigate::references(&world, &found.symbol, &|| true);
        assert!(uses.iter().any(|one| &*one.path == from && one.span == found.span), "{case}: {uses:?}");
    }
    // From the text of a link the same is found, in a heading too.
    for name in ["text](", "alt]("] {
        if let Some(at) = text.find(name) {
            let found = see(at + 1).unwrap_or_else(|| panic!("{case}"));
            assert!(!found.on_token && !matches!(found.symbol, Symbol::Label { .. }), "{case}: {found:?}");
        }
    }
    let exists = file.is_some();
    let all = links::of(&world, from);
    let linked = all.iter().any(|link| link.span.of(text) == *target && matches!(link.to, LeadsTo::File(..)));
    assert_eq!(linked, exists, "{case}: {all:?}");
}

#[test]
fn what_is_no_link_is_none() {
    let text = "`[a](b.md)` <!-- [a](b.md) --> \\[a](b.md)\n\n```\n[a](b.md)\n```\n\n    [a](b.md)\n\n<div>[a](b.md)</div>\n";
    let world = world(&format!("//- AGENTS.md\n{text}//- b.md\n# B\n"));
    for (at, _) in text.match_indices("b.md") {
        assert_eq!(at::at(&world, "AGENTS.md", u32::try_from(at + 1).expect("short")), None, "{at}");
    }
    assert_eq!(links::of(&world, "AGENTS.md"), []);
}

#[test]
fn addresses_are_document_links() {
    let world =
        world("//- AGENTS.md\n<https://a.b/c> [x](mailto:a@b.c) [y](//h/i) [z]: no\n\n[r]: https://r.s\n");
    let told: Vec<String> = links::of(&world, "AGENTS.md")
        .into_iter()
        .map(|link| match link.to {
            LeadsTo::Address(address) => address,
            LeadsTo::File(path, _) => path.to_string(),
        })
        .collect();
    assert_eq!(told, ["https://a.b/c", "mailto:a@b.c", "https://h/i", "https://r.s"]);
}

const NAMES: &str = "//- .github/agents/planner.agent.md
---
name: Planner
description: x
tools: [agent, 'acme/*', search]
agents: [builder, \"Quality Guard\"]
handoffs:
  - label: Go
    agent: builder
    prompt: /ship it now
---
Use #tool:acme/find, then #tool:acme/put, @builder and /lint.
//- .github/agents/builder.agent.md
---
description: x
---
Ask @Planner or @planner.
//- .github/agents/guard.agent.md
---
name: 'Quality Guard'
description: x
---
//- .github/prompts/release.prompt.md
---
name: ship
agent: Planner
description: x
---
Ship ${input:what:the thing}, ${input:where} and `${input:what}`, then ${input:where:a place}.
//- .github/skills/lint/SKILL.md
---
name: lint
description: x
---
After /ship run /lint again.
//- .claude/agents/lead.md
---
name: lead
description: x
tools: Agent(worker), Read, mcp__acme__find
skills: [lint]
---
//- .claude/agents/worker.md
---
name: worker
description: x
---
//- .vscode/mcp.json
{ \"inputs\": [{ \"id\": \"key\", \"type\": \"promptString\" }],
  \"servers\": { \"acme\": { \"command\": \"acme\", \"env\": { \"K\": \"${input:key}\" } } } }
";

#[test]
fn names_lead_to_what_they_name_and_back() {
    let world = world(NAMES);
    let planner = ".github/agents/planner.agent.md";
    let builder = ".github/agents/builder.agent.md";
    for (path, token, nth, expected) in [
        (planner, "builder", 0, ".github/agents/builder.agent.md:"),
        (planner, "builder", 1, ".github/agents/builder.agent.md:"),
        (planner, "builder", 2, ".github/agents/builder.agent.md:"),
        (planner, "Quality Guard", 0, ".github/agents/guard.agent.md:Quality Guard"),
        (planner, "ship", 0, ".github/prompts/release.prompt.md:ship"),
        (planner, "lint", 0, ".github/skills/lint/SKILL.md:lint"),
        (planner, "acme/*", 0, ".vscode/mcp.json:acme"),
        (planner, "acme/find", 0, ".vscode/mcp.json:acme"),
        (builder, "Planner", 0, ".github/agents/planner.agent.md:Planner"),
        (builder, "planner", 0, ".github/agents/planner.agent.md:Planner"),
        (".github/prompts/release.prompt.md", "Planner", 0, ".github/agents/planner.agent.md:Planner"),
        (".github/prompts/release.prompt.md", "where", 0, ".github/prompts/release.prompt.md:where"),
        (".claude/agents/lead.md", "worker", 0, ".claude/agents/worker.md:worker"),
        (".claude/agents/lead.md", "mcp__acme__find", 0, ".vscode/mcp.json:acme"),
        (".claude/agents/lead.md", "lint", 0, ".github/skills/lint/SKILL.md:lint"),
        (".vscode/mcp.json", "${input:key}", 0, ".vscode/mcp.json:key"),
    ] {
        assert_eq!(defined(&world, path, token, nth), [expected], "{token} in {path}");
    }
    assert!(defined(&world, planner, "search", 0).is_empty());
    assert_eq!(
        named(&world, planner, "Planner", 0),
        [
            ".github/agents/builder.agent.md:Planner",
            ".github/agents/builder.agent.md:planner",
            "=.github/agents/planner.agent.md:Planner",
            ".github/prompts/release.prompt.md:Planner",
        ]
    );
    assert_eq!(
        named(&world, ".github/skills/lint/SKILL.md", "lint", 0),
        [
            ".claude/agents/lead.md:lint",
            ".github/agents/planner.agent.md:lint",
            "=.github/skills/lint/SKILL.md:lint",
            ".github/skills/lint/SKILL.md:lint",
        ]
    );
    assert_eq!(
        named(&world, ".vscode/mcp.json", "\"acme\"", 0),
        [
            ".claude/agents/lead.md:mcp__acme__find",
            ".github/agents/planner.agent.md:acme/*",
            ".github/agents/planner.agent.md:acme/find",
            ".github/agents/planner.agent.md:acme/put",
            "=.vscode/mcp.json:acme",
        ]
    );
    let inputs = named(&world, ".github/prompts/release.prompt.md", "where", 0);
    assert_eq!(inputs.iter().filter(|one| one.starts_with('=')).count(), 1);
    assert_eq!(inputs.len(), 2);
    // An agent without a `name` is asked about at the line that begins its header.
    assert_eq!(named(&world, builder, "---", 0).len(), 4);
}

#[test]
fn an_answer_about_a_heading_is_complete_and_follows_every_edit() {
    let disk = Arc::new(fixture::disk(
        "//- docs/hub.memory.md\n# OAuth v2\n\nSee [above](#oauth-v2).\n\
         //- README.md\n[from outside](docs/hub.memory.md#OAuth-V2) and [the file](docs/hub.memory.md)\n\
         //- a.spec.md\n[one](docs/hub.memory.md#oauth-v2) [two][r] [other](docs/hub.memory.md#other)\n\n[r]: <docs/hub.memory.md#oauth-v2> 'title'\n\
         //- pkg/b.spec.md\n[up](../docs/HUB.memory.md#user-content-oauth-v2)\n",
    ));
    let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
    let world = host.snapshot();
    let expected = [
        "README.md:OAuth-V2",
        "a.spec.md:oauth-v2",
        "a.spec.md:oauth-v2",
        "=docs/hub.memory.md:OAuth v2",
        "docs/hub.memory.md:oauth-v2",
        "pkg/b.spec.md:user-content-oauth-v2",
    ];
    assert_eq!(named(&world, "docs/hub.memory.md", "OAuth v2", 0), expected);
    assert_eq!(named(&world, "a.spec.md", "#oauth-v2", 0), expected);
    // An open buffer counts more than the disk, in what is no primitive too.
    let changes = [
        Change::Buffer { path: "README.md".into(), text: "nothing\n".into(), version: Some(1) },
        Change::Buffer {
            path: "a.spec.md".into(),
            text: "[x](docs/hub.memory.md#oauth-v2)\n".into(),
            version: Some(1),
        },
    ];
    host.apply(changes);
    assert_eq!(
        named(&host.snapshot(), "docs/hub.memory.md", "OAuth v2", 0),
        [
            "a.spec.md:oauth-v2",
            "=docs/hub.memory.md:OAuth v2",
            "docs/hub.memory.md:oauth-v2",
            "pkg/b.spec.md:user-content-oauth-v2",
        ]
    );
    host.apply([Change::Closed("README.md".into()), Change::Closed("a.spec.md".into())]);
    assert_eq!(named(&host.snapshot(), "docs/hub.memory.md", "OAuth v2", 0), expected);
    disk.remove("pkg");
    host.apply([Change::Disk("pkg".into())]);
    assert_eq!(named(&host.snapshot(), "docs/hub.memory.md", "OAuth v2", 0).len(), 5);
}

#[test]
fn labels_and_inputs_stay_in_their_file() {
    let world = world(
        "//- a.spec.md\n[one][The  Ref] [the ref][] ![x][THE REF] [the ref]\n\n[The Ref]: b.md\n[the ref]: c.md\n//- b.spec.md\n[x][the ref]\n\n[the ref]: d.md\n",
    );
    let expected = [
        "a.spec.md:The  Ref",
        "a.spec.md:the ref",
        "a.spec.md:THE REF",
        "a.spec.md:the ref",
        "=a.spec.md:The Ref",
        "=a.spec.md:the ref",
    ];
    assert_eq!(named(&world, "a.spec.md", "The Ref", 0), expected);
    assert_eq!(defined(&world, "a.spec.md", "THE REF", 0), ["a.spec.md:The Ref"]);
    let at = thing(&world, "a.spec.md", "THE REF", 0).expect("a label");
    let spans = navigate::highlights(&world, "a.spec.md", &at);
    assert_eq!((spans.len(), spans.iter().filter(|(_, defines)| *defines).count()), (6, 2));
}
