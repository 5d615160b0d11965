//! What is refused, what has no name, and what is shown before a rename.

use super::workspaces::{AGENTS, BUILDER, HEADINGS, HUB, LABELS, LINT, PLANNER, RELEASE, SERVERS, SHIP};

type Refused = (&'static str, &'static str, (&'static str, &'static str), &'static str, &'static str);

pub const REFUSED: &[Refused] = &[
    ("an anchor that another heading has", HEADINGS, (HUB, "One *Two*"), "Dup 1", "has the anchor `#dup-1`"),
    ("an anchor that an element has", HEADINGS, (HUB, "One *Two*"), "By hand", "has the anchor `#by-hand`"),
    ("an id that a heading has", HEADINGS, (HUB, "by-hand\""), "dup", "has the anchor `#dup`"),
    ("a heading without letters", HEADINGS, (HUB, "One *Two*"), "!!!", "Nothing of this text is left"),
    ("an anchor that leads nowhere", HEADINGS, ("a.spec.md", "gone"), "x", "No heading of `hub.memory.md`"),
    ("nothing", HEADINGS, (HUB, "One *Two*"), "  ", "at least one character"),
    ("two lines", HEADINGS, (HUB, "One *Two*"), "a\nb", "one line"),
    ("a file that is there", HEADINGS, ("a.spec.md", "hub.m‸emory"), "a b.memory.md", "exists already"),
    ("a file out of the workspace", HEADINGS, ("a.spec.md", "hub.m‸emory"), "../../x.md", "leads out"),
    (
        "an agent's name that is taken",
        AGENTS,
        (PLANNER, "name: Pl‸anner"),
        "Quality Guard",
        "is called `Quality Guard` already",
    ),
    ("an agent's file that is taken", AGENTS, (PLANNER, "name: Pl‸anner"), "Builder", "exists already"),
    (
        "a prompt's name that is taken",
        AGENTS,
        (RELEASE, "/sh‸ip"),
        "release it",
        "is called by `/release-it` already",
    ),
    ("a prompt called as a skill", AGENTS, (RELEASE, "/sh‸ip"), "lint", "is called by `/lint` already"),
    ("a skill with blanks", AGENTS, (LINT, "name: li‸nt"), "a b", "cannot be a skill"),
    ("a label with brackets", LABELS, ("a.spec.md", "[The R‸ef]:"), "a]b", "cannot be a label"),
    ("a label that is taken", LABELS, ("a.spec.md", "[The R‸ef]:"), "O", "lead elsewhere"),
    ("an input with a blank", AGENTS, (SHIP, "${input:wh‸at}"), "a b", "cannot be the name of an input"),
    (
        "an agent that two files define",
        "//- .github/agents/a.agent.md\n---\nname: X\ndescription: x\n---\n//- .github/agents/b.agent.md\n---\nname: X\ndescription: x\n---\n",
        (".github/agents/a.agent.md", "X"),
        "Y",
        "1 more",
    ),
    (
        "an agent of Claude Code where a word has to stand",
        AGENTS,
        (".claude/agents/worker.md", "name: wor‸ker"),
        "a, b",
        "cannot be changed by itself",
    ),
];

pub const NOTHING: &[(&str, (&str, &str))] = &[
    (AGENTS, (PLANNER, "descr‸iption")),
    (AGENTS, (PLANNER, "sea‸rch")),
    (HEADINGS, ("a.spec.md", "[o‸ne]")),
    (HEADINGS, ("a.spec.md", "tit‸le")),
    (SERVERS, (".vscode/mcp.json", "com‸mand")),
];

type Prepared = (&'static str, (&'static str, &'static str), &'static str, &'static str);

pub const PREPARED: &[Prepared] = &[
    (HEADINGS, (HUB, "One *T‸wo*"), "One *Two*", "One *Two*"),
    (HEADINGS, ("a.spec.md", "#one-t‸wo"), "one-two", "One *Two*"),
    (HEADINGS, ("a.spec.md", "a%2‸0b"), "a%20b.memory.md", "a b.memory.md"),
    (HEADINGS, ("a.spec.md", "second](docs/hub.memory.md#d‸up-1"), "dup-1", "Dup!"),
    (AGENTS, (SHIP, "Plan‸ner"), "Planner", "Planner"),
    (AGENTS, (BUILDER, "@pla‸nner"), "planner", "Planner"),
    (AGENTS, (BUILDER, "-‸--"), "---", "builder"),
    (AGENTS, (RELEASE, "/li‸nt"), "lint", "lint"),
    (AGENTS, ("AGENTS.md", "lint/‸)"), "lint", "lint"),
    (LABELS, ("a.spec.md", "THE R‸EF"), "THE REF", "THE REF"),
    (AGENTS, (SHIP, "${input:wh‸at:"), "what", "what"),
];
