//! Moves, and what the files say afterwards.

use super::Moves;
use super::workspaces::LINKED;

pub const MOVES: &[Moves] = &[
    Moves {
        case: "a file beside itself",
        fixture: LINKED,
        moves: &[("docs/guide/a.memory.md", "docs/guide/z.memory.md")],
        then: &[
            ("docs/guide/b.memory.md", "[a](./z.memory.md) [bare](c)"),
            ("AGENTS.md", "@docs/guide/z.memory.md and"),
            ("README.md", "[a](docs/guide/z.memory.md)"),
            ("docs/plain.md", "[a](guide/z.memory.md)"),
        ],
    },
    Moves {
        case: "a file that a link names without its ending",
        fixture: LINKED,
        moves: &[("docs/guide/c.md", "docs/d.md")],
        then: &[("docs/guide/b.memory.md", "[bare](../d) #file")],
    },
    Moves {
        case: "a file to another depth: its own links follow",
        fixture: LINKED,
        moves: &[("docs/guide/a.memory.md", "a.memory.md")],
        then: &[
            (
                "a.memory.md",
                "[b](docs/guide/b.memory.md) [up](docs/top.memory.md#top) [top](/docs/top.memory.md) [dir](docs/guide) [img](<docs/guide/img/p q.png>)",
            ),
            ("docs/guide/b.memory.md", "[a](../../a.memory.md) [bare](c)"),
            ("docs/top.memory.md", "[a](../a.memory.md)"),
            ("AGENTS.md", "@a.memory.md and"),
        ],
    },
    Moves {
        case: "a file whose name gets a blank",
        fixture: LINKED,
        moves: &[("docs/guide/b.memory.md", "docs/guide/b b.memory.md")],
        then: &[
            ("docs/guide/a.memory.md", "[b](b%20b.memory.md)"),
            ("AGENTS.md", "#file:\"docs/guide/b b.memory.md\""),
            ("README.md", "[b](/docs/guide/b%20b.memory.md 'title')"),
        ],
    },
    Moves {
        case: "an imported file whose name gets a blank",
        fixture: LINKED,
        moves: &[("docs/guide/a.memory.md", "docs/guide/a a.memory.md")],
        then: &[("AGENTS.md", "@docs/guide/a\\ a.memory.md and")],
    },
    Moves {
        case: "a folder",
        fixture: LINKED,
        moves: &[("docs/guide", "handbook")],
        then: &[
            (
                "handbook/a.memory.md",
                "[b](b.memory.md) [up](../docs/top.memory.md#top) [top](/docs/top.memory.md) [dir](./) [img](<img/p q.png>)",
            ),
            ("handbook/b.memory.md", "[a](./a.memory.md) [bare](c) #file:../src/main.rs #file:src/main.rs"),
            (
                "docs/top.memory.md",
                "[a](../handbook/a.memory.md) [enc](../handbook/img/p%20q.png) [folder](../handbook/) [mixed](../handbook/a.memory.md)",
            ),
            ("AGENTS.md", "@handbook/a.memory.md and @./docs/top.memory.md, #file:handbook/b.memory.md"),
            (".github/instructions/one.instructions.md", "applyTo: 'src/deep/**/*.ts, handbook/**'"),
            ("docs/plain.md", "[a](../handbook/a.memory.md)"),
        ],
    },
    Moves {
        case: "a folder of folders",
        fixture: LINKED,
        moves: &[("docs", "documents/all")],
        then: &[
            (
                "documents/all/top.memory.md",
                "[a](guide/a.memory.md) [enc](guide/img/p%20q.png) [folder](guide/)",
            ),
            ("documents/all/guide/a.memory.md", "[top](/documents/all/top.memory.md)"),
            ("documents/all/guide/b.memory.md", "#file:../../../src/main.rs #file:src/main.rs"),
            ("documents/all/plain.md", "[out](../../src/main.rs)"),
            ("README.md", "[b](/documents/all/guide/b.memory.md 'title')"),
        ],
    },
    Moves {
        case: "a folder whose name is one of another's letters",
        fixture: LINKED,
        moves: &[("docs/guide/img", "docs/guide/pictures")],
        then: &[
            ("docs/top.memory.md", "[enc](guide/pictures/p%20q.png)"),
            ("docs/guide/a.memory.md", "[img](<pictures/p q.png>)"),
        ],
    },
    Moves {
        case: "a source file",
        fixture: LINKED,
        moves: &[("src/main.rs", "src/bin/main.rs")],
        then: &[
            ("docs/guide/b.memory.md", "#file:../../src/bin/main.rs #file:src/bin/main.rs"),
            ("docs/plain.md", "[out](../src/bin/main.rs)"),
        ],
    },
    Moves {
        case: "a folder that a glob begins with",
        fixture: LINKED,
        moves: &[("src/deep", "lib")],
        then: &[(".github/instructions/one.instructions.md", "applyTo: 'lib/**/*.ts, docs/guide/**'")],
    },
    Moves {
        case: "an agent that has its name from its file",
        fixture: LINKED,
        moves: &[(".github/agents/other.agent.md", ".github/agents/else.agent.md")],
        then: &[
            (".github/agents/solo.agent.md", "agents: ['else']"),
            (".github/agents/solo.agent.md", "[o](else.agent.md)"),
        ],
    },
    Moves {
        case: "the folder of a skill",
        fixture: LINKED,
        moves: &[(".github/skills/lint", ".github/skills/style")],
        then: &[
            (".github/skills/style/SKILL.md", "name: style"),
            (".github/prompts/p.prompt.md", "Run /style."),
        ],
    },
    Moves {
        case: "two files at once, each linking the other",
        fixture: LINKED,
        moves: &[
            ("docs/guide/a.memory.md", "docs/one.memory.md"),
            ("docs/guide/b.memory.md", "other/two.memory.md"),
        ],
        then: &[
            ("docs/one.memory.md", "[b](../other/two.memory.md)"),
            ("other/two.memory.md", "[a](../docs/one.memory.md) [bare](../docs/guide/c)"),
        ],
    },
    Moves {
        case: "a file that is no primitive",
        fixture: LINKED,
        moves: &[("docs/plain.md", "notes/deep/plain.md")],
        then: &[("notes/deep/plain.md", "[a](../../docs/guide/a.memory.md) [out](../../src/main.rs)")],
    },
    Moves {
        case: "a file in the case of its letters",
        fixture: LINKED,
        moves: &[("docs/top.memory.md", "docs/Top.memory.md")],
        then: &[("docs/README.md", "[top](Top.memory.md)"), ("AGENTS.md", "@./docs/Top.memory.md")],
    },
    Moves {
        case: "where a file beside would take the place of one at the top",
        fixture: "//- lib/x.md\n# X\n//- pkg/p.prompt.md\n---\ndescription: x\n---\n#file:lib/x.md\n//- new/lib/x.md\n# Y\n",
        moves: &[("pkg/p.prompt.md", "new/p.prompt.md")],
        then: &[("new/p.prompt.md", "#file:../lib/x.md")],
    },
    Moves {
        case: "out of a project nested in another",
        fixture: "//- ex/.github/prompts/p.prompt.md\n---\ndescription: x\n---\n[a](/docs/a.md) #file:docs/a.md\n//- ex/docs/a.md\n# A\n",
        moves: &[("ex/.github/prompts/p.prompt.md", ".github/prompts/p.prompt.md")],
        then: &[(".github/prompts/p.prompt.md", "[a](/ex/docs/a.md) #file:ex/docs/a.md")],
    },
];
