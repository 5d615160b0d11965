//! What is offered where, and what the files say afterwards.

pub struct Case {
    pub case: &'static str,
    pub fixture: &'static str,
    pub at: (&'static str, &'static str),
    pub title: &'static str,
    /// The files that change; for what is refused a part of the reason.
    pub then: &'static str,
}

pub const MADE: &[Case] = &[
    Case {
        case: "a missing file gets the template of its kind and the headings that links want",
        fixture: "//- .github/prompts/a.prompt.md
See [x](../../docs/o%20auth.memory.md#token-life).
//- b.spec.md
[y](<docs/o auth.memory.md#refresh>) [z](docs/o%20auth.memory.md#token-life)
",
        at: (".github/prompts/a.prompt.md", "o%20‸auth"),
        title: "Create `docs/o auth.memory.md`",
        then: "//- docs/o auth.memory.md
# Topic

## What was learnt

What happened, why, and what to do the next time.

## Token life

## Refresh
",
    },
    Case {
        case: "a missing skill is called as its folder",
        fixture: "//- a.prompt.md\nUse [it](.github/skills/pdf-forms/SKILL.md).\n",
        at: ("a.prompt.md", "it"),
        title: "Create",
        then: "//- .github/skills/pdf-forms/SKILL.md
---
name: pdf-forms
description: What the skill does, and when to use it
---

# Title

## When to use

What somebody asks for when this skill helps.

## Steps

1. The first step
",
    },
    Case {
        case: "a missing file of no kind begins with its title",
        fixture: "//- a.prompt.md\n[x][d] #file:notes/later.md\n\n[d]: docs/how-to.md#first-steps\n",
        at: ("a.prompt.md", "docs"),
        title: "Create `docs/how-to.md`",
        then: "//- docs/how-to.md\n# How to\n\n## First steps\n",
    },
    Case {
        case: "a missing file that a file reference names",
        fixture: "//- a.prompt.md\n#file:notes/later.md\n",
        at: ("a.prompt.md", "notes"),
        title: "Create `notes/later.md`",
        then: "//- notes/later.md\n# Later\n",
    },
    Case {
        case: "a missing heading in another file",
        fixture: "//- a.prompt.md\n[x](b.memory.md#token-life)\n//- b.memory.md\n# B\r\n\r\nText.\r\n\r\n",
        at: ("a.prompt.md", "token"),
        title: "Create the heading *Token life* in b.memory.md",
        then: "//- b.memory.md\n# B\r\n\r\nText.\r\n\r\n## Token life\r\n",
    },
    Case {
        case: "a missing heading of the file itself",
        fixture: "//- a.prompt.md\n[x](#über-uns)\n",
        at: ("a.prompt.md", "x"),
        title: "Create the heading *Über uns* in this file",
        then: "//- a.prompt.md\n[x](#über-uns)\n\n## Über uns\n",
    },
    Case {
        case: "a section to a context file: its links, its definitions and the links to it follow",
        fixture: "//- docs/spec/a.spec.md
# Spec

[in](#details) [kept](#parts)

## Parts

Read [b](b.memory.md#b), [own](#details), [top](#spec), [ref][r] and ![p](../p.png).

### Details

More. <a id=\"mark\"></a>

## After

[mark](#mark) [ref][s]

[r]: ./b.memory.md \"B\"
[s]: b.memory.md
//- docs/spec/b.memory.md
# B
[there](a.spec.md#details) [stays](a.spec.md#parts)
//- docs/p.png
//- context/old.context.md
# Old
//- README.md
[outside](docs/spec/a.spec.md#details)
",
        at: ("docs/spec/a.spec.md", "## Pa‸rts"),
        title: "Extract section to a context file",
        then: "//- README.md
[outside](./context/parts.context.md#details)
//- context/parts.context.md
# Parts

Read [b](../docs/spec/b.memory.md#b), [own](#details), [top](../docs/spec/a.spec.md#spec), [ref][r] and ![p](../docs/p.png).

## Details

More. <a id=\"mark\"></a>

[r]: ../docs/spec/b.memory.md \"B\"
//- docs/spec/a.spec.md
# Spec

[in](../../context/parts.context.md#details) [kept](#parts)

## Parts

See [Parts](../../context/parts.context.md#parts).

## After

[mark](../../context/parts.context.md#mark) [ref][s]

[s]: b.memory.md
//- docs/spec/b.memory.md
# B
[there](../../context/parts.context.md#details) [stays](a.spec.md#parts)
",
    },
    Case {
        case: "a section of an agent to a memory file, which does not lie among the agents",
        fixture: "//- .github/agents/a.agent.md\n---\ndescription: x\n---\n# A\n\n# Lessons\n\nOne.\n",
        at: (".github/agents/a.agent.md", "Less"),
        title: "Extract section to a memory file",
        then: "//- .github/agents/a.agent.md
---
description: x
---
# A

# Lessons

See [Lessons](../lessons.memory.md#lessons).
//- .github/lessons.memory.md
# Lessons

One.
",
    },
    Case {
        case: "a section whose name is taken, with line ends of Windows",
        fixture: "//- a.spec.md\n# A [b]\r\n\r\nText.\r\n//- a-b.context.md\n# X\n",
        at: ("a.spec.md", "A [b]"),
        title: "Extract section to a context file",
        then: "//- a-b-2.context.md\n# A [b]\r\n\r\nText.\r\n//- a.spec.md\n# A [b]\r\n\r\nSee [A \\[b\\]](./a-b-2.context.md#a-b).\r\n",
    },
    Case {
        case: "a link that was broken is broken in the new file",
        fixture: "//- a.spec.md\n# A\n\n# B\n\n[x](gone.md) [y](#gone)\n",
        at: ("a.spec.md", "# B"),
        title: "Extract section to a context file",
        then: "//- a.spec.md\n# A\n\n# B\n\nSee [B](./b.context.md#b).\n//- b.context.md\n# B\n\n[x](gone.md) [y](./a.spec.md#gone)\n",
    },
    Case {
        case: "a section below its own heading comes back without it",
        fixture: "//- a.spec.md
# Spec

## Parts

See [Parts](./docs/parts.context.md#parts).

## After
//- docs/parts.context.md
# Other

# Parts

Read [b](../b.memory.md), [own](#details), [other](#other), [ref][r].

## Details

[r]: ../b.memory.md#b
//- b.memory.md
# B
",
        at: ("a.spec.md", "[Pa‸rts]"),
        title: "Put what `parts.context.md` says here",
        then: "//- a.spec.md
# Spec

## Parts

Read [b](b.memory.md), [own](#details), [other](./docs/parts.context.md#other), [ref][r].

### Details

[r]: b.memory.md#b

## After
",
    },
    Case {
        case: "a whole file comes with its headings one level lower",
        fixture: "//- a.prompt.md
---
description: x
---
# Do

[b](b.memory.md)
//- b.memory.md
---
description: y
---
# B

Text.

## C
",
        at: ("a.prompt.md", "b.memory"),
        title: "Put what `b.memory.md` says here",
        then: "//- a.prompt.md
---
description: x
---
# Do

## B

Text.

### C
",
    },
    Case {
        case: "a link from the top",
        fixture: "//- .github/prompts/a.prompt.md\n[x](/docs/b.md#c \"t\")\n//- docs/b.md\n# C\n",
        at: (".github/prompts/a.prompt.md", "docs"),
        title: "Write it as `../../docs/b.md#c`",
        then: "//- .github/prompts/a.prompt.md\n[x](../../docs/b.md#c \"t\")\n",
    },
    Case {
        case: "an encoded link",
        fixture: "//- a.prompt.md\n[x](docs/%C3%BC%20(1).md)\n//- docs/ü (1).md\n# C\n",
        at: ("a.prompt.md", "x"),
        title: "Write it as `<./docs/ü (1).md>`",
        then: "//- a.prompt.md\n[x](<./docs/ü (1).md>)\n",
    },
    Case {
        case: "a path of one machine",
        fixture: "//- a.prompt.md\n[x](/home/me/code/repo/docs/b.md#c)\n//- docs/b.md\n# C\n",
        at: ("a.prompt.md", "repo"),
        title: "Write it as `./docs/b.md#c`",
        then: "//- a.prompt.md\n[x](./docs/b.md#c)\n",
    },
    Case {
        case: "a path of Windows",
        fixture: "//- a.prompt.md\n![x](file:///C:/code/repo/docs/p%20q.png)\n//- docs/p q.png\n",
        at: ("a.prompt.md", "repo"),
        title: "Write it as `<./docs/p q.png>`",
        then: "//- a.prompt.md\n![x](<./docs/p q.png>)\n",
    },
    Case {
        case: "definitions in order",
        fixture: "//- a.prompt.md
[b]: b.md 'B'
[x]: b.md

One [two][B] and [a].

[//]: # (a comment)
[A]: b.md#b
[a]: later.md

Text [a][].
//- b.md
# B
",
        at: ("a.prompt.md", "[b]: b"),
        title: "Organise link definitions",
        then: "//- a.prompt.md

One [two][B] and [a].

[//]: # (a comment)

Text [a][].

[A]: b.md#b
[b]: b.md 'B'
",
    },
    Case {
        case: "definitions without use",
        fixture: "//- a.prompt.md\n[x]: b.md\n\nText [b][].\n\n[b]: b.md\n[y]: b.md\n//- b.md\n# B\n",
        at: ("a.prompt.md", "[y]"),
        title: "Remove the 2 unused link definitions",
        then: "//- a.prompt.md\n\nText [b][].\n\n[b]: b.md\n",
    },
];

pub const REFUSED: &[Case] = &[
    Case {
        case: "a section whose heading is the first of namesakes",
        fixture: "//- a.spec.md\n# A\n\n## B\n\n### Notes\n\nText.\n\n## C\n\n### Notes\n\n[x](#notes-1)\n",
        at: ("a.spec.md", "## B"),
        title: "Extract section to a context file",
        then: "other anchors",
    },
    Case {
        case: "a section with a definition that others use",
        fixture: "//- a.spec.md\n# A\n\n## B\n\nText.\n\n[r]: b.md\n\n## C\n\n[x][r]\n//- b.md\n# B\n",
        at: ("a.spec.md", "## B"),
        title: "Extract section to a context file",
        then: "definition",
    },
    Case {
        case: "a section with footnotes",
        fixture: "//- a.spec.md\n# A\n\n## B\n\nText[^1].\n\n## C\n\n[^1]: Note.\n",
        at: ("a.spec.md", "## B"),
        title: "Extract section to a context file",
        then: "footnotes",
    },
    Case {
        case: "a section with a name that is here already",
        fixture: "//- a.spec.md\n# A\n\n[b](b.memory.md#b)\n\n# B\n\n[x](#b)\n//- b.memory.md\n# B\n\nText.\n",
        at: ("a.spec.md", "b.memory"),
        title: "Put what",
        then: "other anchors",
    },
    Case {
        case: "a definition with a namesake",
        fixture: "//- a.spec.md\n# A\n\n[b](b.memory.md#b)\n\n[x][r]\n\n[r]: c.md\n//- b.memory.md\n# B\n\n[y][r]\n\n# C\n\n[r]: d.md\n//- c.md\n//- d.md\n",
        at: ("a.spec.md", "b.memory"),
        title: "Put what",
        then: "namesake",
    },
    Case {
        case: "a heading after a fence that nobody closed",
        fixture: "//- a.prompt.md\n[x](b.memory.md#new)\n//- b.memory.md\n# B\n\n```\ncode\n",
        at: ("a.prompt.md", "new"),
        title: "Create the heading",
        then: "would be none",
    },
];

/// A file and a token of it.
type At = (&'static str, &'static str);

pub const NOT_OFFERED: &[(&str, &str, At)] = &[
    (
        "a picture, a folder, another kind of file",
        "//- a.prompt.md\n![x](gone.png) [y](gone/) [z](gone.txt)\n",
        ("a.prompt.md", "[y]"),
    ),
    ("a placeholder", "//- a.prompt.md\n[x](path/to/file.md)\n", ("a.prompt.md", "path")),
    ("out of the workspace", "//- a.prompt.md\n[x](../../gone.md)\n", ("a.prompt.md", "gone")),
    ("below what is a file", "//- a.prompt.md\n[x](b.md/c.md)\n//- b.md\n", ("a.prompt.md", "c.md")),
    ("a line of a file", "//- a.prompt.md\nOn [x](b.md#L12) it is.\n//- b.md\n# B\n", ("a.prompt.md", "L12")),
    (
        "a link with words around it",
        "//- a.prompt.md\nDo as [b](b.md) says.\n//- b.md\n# B\n",
        ("a.prompt.md", "b.md"),
    ),
    ("a link in a list", "//- a.prompt.md\n- [b](b.md)\n//- b.md\n# B\n", ("a.prompt.md", "b.md")),
    ("a heading with nothing below it", "//- a.prompt.md\n# A\n\n# B\n", ("a.prompt.md", "# A")),
    ("a heading in a quote", "//- a.prompt.md\n> # A\n>\n> Text.\n", ("a.prompt.md", "# A")),
    ("definitions in order", "//- a.prompt.md\n[b][]\n\n[b]: b.md\n//- b.md\n# B\n", ("a.prompt.md", "[b]:")),
    (
        "a link that is no word alone",
        "//- a.prompt.md\n1 [b](b.md)\n//- b.md\n# B\n",
        ("a.prompt.md", "b.md"),
    ),
    ("a relative link", "//- a.prompt.md\nIn [b](./b.md) it is.\n//- b.md\n# B\n", ("a.prompt.md", "b.md")),
    ("a file that is no primitive", "//- b.md\n[x](gone.md)\n", ("b.md", "gone")),
];
