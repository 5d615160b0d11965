//! The workspaces in which things are renamed and moved.

pub const HEADINGS: &str = "//- docs/hub.memory.md
# One *Two*

[own](#one-two) and [upper](#One-Two)

# Dup

# Dup!

## Dup

<a id=\"by-hand\"></a>
[second](#dup-1) [third](#dup-2) [hand](#by-hand)
//- docs/a b.memory.md
# Größe (alt)

Text
==

#
//- a.spec.md
[one](docs/hub.memory.md#one-two) [two][r] ![p](docs/hub.memory.md#One-Two) [user](docs/hub.memory.md#user-content-one-two)
[first](docs/hub.memory.md#dup) [second](docs/hub.memory.md#dup-1) [third](/docs/hub.memory.md#dup-2 'title')
[hand](<docs/hub.memory.md#by-hand>) [g](docs/a%20b.memory.md#gr%C3%B6%C3%9Fe-alt) [g](<docs/a b.memory.md#größe-alt>)
[set](docs/a%20b.memory.md#text) [dead](docs/hub.memory.md#gone)

| a |
|---|
| [in a table](docs/hub.memory.md#dup) |

> - [in a quote](docs/hub.memory.md#dup)

## About [one](docs/hub.memory.md#one-two)

[r]: docs/hub.memory.md#one-two
//- pkg/b.spec.md
[up](../docs/hub.memory.md?plain=1#one-two)

[r]: ../docs/hub.memory.md#one-two \"title\"

[x][r]
//- README.md
[outside](docs/hub.memory.md#one-two) and [outside](./docs/hub.memory.md#dup-2)
";

pub const AGENTS: &str = "//- .github/agents/planner.agent.md
---
name: Planner
description: x
agents: [builder, \"Quality Guard\"]
tools: [agent, search]
handoffs:
  - label: Go
    agent: builder
    prompt: /ship it
---
[me](planner.agent.md) [b](builder.agent.md) @builder
//- .github/agents/builder.agent.md
---
description: x
agents: ['Planner']
tools: [agent]
---
Ask @Planner, @planner or @agent-planner. [p](./planner.agent.md)
//- .github/agents/guard.agent.md
---
name: 'Quality Guard'
description: x
---
//- .github/prompts/ship.prompt.md
---
agent: Planner
description: x
---
Ship ${input:what:the thing} and ${input:what}. See [d](../../docs/d.memory.md).
//- .github/prompts/release.prompt.md
---
name: 'release it'
agent: builder
description: x
---
First /ship, then /lint.
//- .github/skills/lint/SKILL.md
---
name: lint
description: x
---
After /release-it run /lint. [rules](references/rules.md) [out](../../../docs/d.memory.md)
//- .github/skills/lint/references/rules.md
[back](../SKILL.md)
//- .claude/agents/lead.md
---
name: lead
description: x
tools: Agent(worker), Read
skills: [lint]
---
//- .claude/agents/worker.md
---
name: worker
description: x
---
//- AGENTS.md
See [lint](.github/skills/lint/SKILL.md), [the folder](.github/skills/lint/) and @docs/d.memory.md.
//- docs/d.memory.md
[p](/.github/agents/planner.agent.md) [s](../.github/skills/lint/references/rules.md)
";

pub const PLANNER: &str = ".github/agents/planner.agent.md";
pub const BUILDER: &str = ".github/agents/builder.agent.md";
pub const SHIP: &str = ".github/prompts/ship.prompt.md";
pub const RELEASE: &str = ".github/prompts/release.prompt.md";
pub const LINT: &str = ".github/skills/lint/SKILL.md";
pub const HUB: &str = "docs/hub.memory.md";

pub const LABELS: &str = "//- a.spec.md
[one][The  Ref] [the ref][] ![x][THE REF] [the ref] [other][o]

[The Ref]: b.md
[o]: b.md#x
//- b.md
# X
";

pub const SERVERS: &str = "//- .vscode/mcp.json
{ \"inputs\": [{ \"id\": \"key\", \"type\": \"promptString\", \"description\": \"x\" }],
  \"servers\": { \"acme\": { \"command\": \"acme\", \"env\": { \"K\": \"${input:key}\", \"L\": \"${input:key}\" } } } }
";

pub const LINKED: &str = "//- docs/guide/a.memory.md
[b](b.memory.md) [up](../top.memory.md#top) [top](/docs/top.memory.md) [dir](../guide) [img](<img/p q.png>)
//- docs/guide/b.memory.md
[a](./a.memory.md) [bare](c) #file:../../src/main.rs #file:src/main.rs
//- docs/guide/c.md
# C
//- docs/guide/img/p q.png
//- docs/top.memory.md
# Top

[a](guide/a.memory.md) [enc](guide/img/p%20q.png) [folder](guide/) [mixed](guide/A.memory.md)
//- src/main.rs
//- src/deep/x.ts
//- AGENTS.md
@docs/guide/a.memory.md and @./docs/top.memory.md, #file:docs/guide/b.memory.md
//- .github/instructions/one.instructions.md
---
description: x
applyTo: 'src/deep/**/*.ts, docs/guide/**'
---
[a](../../docs/guide/a.memory.md)
//- .github/agents/solo.agent.md
---
description: x
agents: ['other']
tools: [agent]
---
[o](other.agent.md)
//- .github/agents/other.agent.md
---
description: x
---
//- .github/skills/lint/SKILL.md
---
name: lint
description: x
---
//- .github/prompts/p.prompt.md
---
description: x
agent: solo
---
Run /lint. #file:../../docs/top.memory.md
//- README.md
[a](docs/guide/a.memory.md) [b](/docs/guide/b.memory.md 'title')
//- docs/plain.md
[a](guide/a.memory.md) [out](../src/main.rs)
//- docs/README.md
[top](top.memory.md)
";
