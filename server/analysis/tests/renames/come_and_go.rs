//! Files that are created and deleted in the editor.

use crate::ties::{disk, findings, make, open, ties};
use crate::{GO_ON, workspaces};
use segue_analysis::features::{keep, unlink};

#[test]
fn links_lead_where_they_led_when_something_is_created() {
    let fixture = "//- docs/a.spec.md
[bare](guide) [deep](guide#one) [full](guide.md) [other](Guide.md)
//- docs/guide.md
# One
//- pkg/p.prompt.md
---
description: x
---
#file:lib/x.md and #file:lib/y.md [new](lib/new.md)
//- lib/x.md
# X
//- lib/y.md
# Y
//- docs/plain.md
[bare](guide)
";
    for (created, then) in [
        ("docs/guide/more.md", "[bare](guide.md) [deep](guide.md#one) [full](guide.md) [other](Guide.md)"),
        ("pkg/lib/x.md", "#file:../lib/x.md and #file:lib/y.md [new](lib/new.md)"),
    ] {
        let disk = disk(fixture);
        let world = open(&disk);
        let changes = keep::before_creation(&world, &[created.to_owned()], GO_ON).expect("known");
        let before = ties(&world, &[]);
        make(&world, &disk, &changes, &[]);
        disk.write(created, "# New\n");
        let after = open(&disk);
        let texts: Vec<_> = after.paths().filter_map(|path| after.any_text(&path)).collect();
        assert!(texts.iter().any(|text| text.contains(then)), "{created}: {texts:#?}");
        let now = ties(&after, &[]);
        let lost: Vec<_> = before.iter().filter(|row| !now.contains(row)).collect();
        assert!(lost.is_empty(), "{created}: {lost:#?}");
    }
    let world = open(&disk(fixture));
    for nothing in ["pkg/lib/new.md", "docs/Guide.md", "docs/else.md"] {
        let changes = keep::before_creation(&world, &[nothing.to_owned()], GO_ON).expect("known");
        assert!(changes.is_empty(), "{nothing}: {changes:?}");
    }
}

#[test]
fn texts_stay_of_links_to_what_is_deleted() {
    let fixture = "//- a.spec.md
[one](docs/b.memory.md#x \"t\") ![*alt*](docs/b.memory.md) [`two`][r] [r][] [keep](c.md) [![i](i.png)](docs/b.memory.md)

| a |
|---|
| [in a table](docs/b.memory.md) |

[r]: docs/b.memory.md
[k]: c.md

See #file:docs/b.memory.md here, [k][].
- #file:docs/b.memory.md
//- AGENTS.md
First.
@docs/b.memory.md
- @docs/b.memory.md
Last @docs/b.memory.md word.
//- docs/b.memory.md
[own](#x) [a](../a.spec.md)
//- docs/deep/d.memory.md
[b](../b.memory.md)
//- c.md
# C
//- i.png
//- README.md
[b](docs/b.memory.md)
";
    let expected = [
        (
            "a.spec.md",
            "one *alt* `two` r [keep](c.md) ![i](i.png)\n\n| a |\n|---|\n| in a table |\n\n[k]: c.md\n\nSee #file:docs/b.memory.md here, [k][].\n",
        ),
        ("AGENTS.md", "First.\nLast @docs/b.memory.md word.\n"),
        ("docs/deep/d.memory.md", "b\n"),
        ("README.md", "b\n"),
    ];
    for deleted in ["docs/b.memory.md", "docs"] {
        let disk = disk(fixture);
        let world = open(&disk);
        let changes = unlink::links_to(&world, &[deleted.to_owned()], GO_ON).expect("known");
        assert!(!changes.files.contains_key("docs/b.memory.md"), "what goes is not edited");
        make(&world, &disk, &changes, &[]);
        for (path, text) in expected {
            let gone = path.starts_with(deleted);
            let now = open(&disk).any_text(path).expect("its text");
            assert!(gone || &*now == text, "{path}:\n{now}");
        }
    }
}

#[test]
fn what_is_deleted_with_all_that_leads_there_leaves_nothing_broken() {
    for deleted in ["docs/guide", "docs/guide/a.memory.md", "docs/guide/img", "docs/top.memory.md"] {
        let disk = disk(workspaces::LINKED);
        let world = open(&disk);
        let changes = unlink::links_to(&world, &[deleted.to_owned()], GO_ON).expect("known");
        make(&world, &disk, &changes, &[]);
        disk.remove(deleted);
        let after = open(&disk);
        let broken: Vec<String> =
            findings(&after, &[]).into_iter().filter(|row| row.contains("link/missing")).collect();
        // Tokens within sentences are left, for somebody to say it otherwise.
        assert!(
            broken.iter().all(|row| row.starts_with("AGENTS.md") || row.contains(".prompt.md")),
            "{deleted}: {broken:?}"
        );
    }
}
