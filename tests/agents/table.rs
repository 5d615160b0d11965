//! The table: what goes wrong, and what follows.

/// A row.
pub struct Row {
    /// What goes wrong.
    pub name: &'static str,
    /// Lines of `[orchestrator]`.
    pub settings: &'static str,
    /// What the rehearsal agent does; `{top}` is the user's checkout.
    pub rehearsal: &'static str,
    /// What the model of the real agent answers, a step each.
    pub model: &'static str,
    /// Whether the real agent may do whatever it wants, without asking.
    pub unasked: bool,
    /// Whether the agent is killed once its command runs.
    pub killed: bool,
    /// Whether the user's checkout is as it was.
    pub spares_checkout: bool,
    /// What follows.
    pub expected: Expected,
}

/// What follows.
pub struct Expected {
    /// How `segue run` may end.
    pub status: &'static [i32],
    /// What the log holds: all parts of one of these.
    pub told: &'static [&'static [&'static str]],
    /// What is shown of it in the report.
    pub shown: &'static [&'static str],
    /// What it does not hold.
    pub untold: &'static [&'static str],
}

const DONE: &[&str] = &["first: merged", "Complete."];

const USUAL: Row = Row {
    name: "",
    settings: "",
    rehearsal: "",
    model: "[]",
    unasked: false,
    killed: false,
    spares_checkout: true,
    expected: Expected { status: &[0], told: &[DONE], shown: &[], untold: &["question"] },
};

pub const ROWS: &[Row] = &[
    Row {
        name: "nothing",
        rehearsal: "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        ..USUAL
    },
    Row {
        name: "the model is down for good",
        settings: "silence-time = 6\ntransient-retries = 2\nbreaker-failures = 2\nbreaker-cool-down = 1\n",
        rehearsal: "tasks:\n  first:\n    - - fail: { class: transient, text: status 500 }\n",
        model: r#"[{ "fault": "broken" }]"#,
        expected: Expected {
            status: &[1],
            told: &[&[
                "attempt 2 failed (transient)",
                "failed several times in a row: its tasks wait for 1.0 s",
                "attempt 3 failed (transient)",
                "is handed to you",
                "It was tried again 2 times.",
            ]],
            shown: &[],
            untold: &["attempt 4", "merged"],
        },
        ..USUAL
    },
    Row {
        name: "the model is down and comes back",
        settings: "silence-time = 60\n",
        rehearsal: "tasks:\n  first:\n    - - fail: { class: transient, text: status 429 }\n    - - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "write": { "path": "first.txt", "text": "one\n" } }, "fault": "overloaded", "times": 2 }]"#,
        ..USUAL
    },
    Row {
        name: "the model hangs",
        settings: "silence-time = 6\ntransient-retries = 0\n",
        rehearsal: "tasks:\n  first:\n    - - hang\n",
        model: r#"[{ "fault": "hang" }]"#,
        expected: Expected {
            status: &[1],
            told: &[&[
                "the agent said nothing for too long",
                "attempt 1 failed (transient)",
                "is handed to you",
            ]],
            shown: &[],
            untold: &["merged"],
        },
        ..USUAL
    },
    Row {
        name: "a stream is dropped",
        settings: "silence-time = 60\n",
        rehearsal: "tasks:\n  first:\n    - - break_protocol\n    - - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "write": { "path": "first.txt", "text": "one\n" } }, "fault": "drop", "times": 1 }]"#,
        ..USUAL
    },
    Row {
        name: "the turn ends and nothing was done",
        settings: "fixable-retries = 1\n",
        rehearsal: "tasks:\n  first:\n    - - say: All is done.\n",
        model: r#"[{ "do": { "say": "All is done." } }]"#,
        expected: Expected {
            status: &[1],
            told: &[&["attempt 1 failed (fixable)", "attempt 2 failed (fixable)", "is handed to you"]],
            shown: &[],
            untold: &["merged", "attempt 3"],
        },
        ..USUAL
    },
    Row {
        name: "leave for something inside is given by the policy",
        rehearsal: "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "shell": "echo one > first.txt" } }]"#,
        ..USUAL
    },
    Row {
        name: "leave for something outside is refused",
        rehearsal: "tasks:\n  first:\n    - - fail: { class: escalate, text: It wanted to write outside of its worktree. }\n",
        model: r#"[{ "do": { "shell": "echo x > ../outside.txt" } }, { "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        expected: Expected {
            status: &[1],
            told: &[&["attempt 1 failed (escalate)", "outside of its worktree", "is handed to you"]],
            shown: &[],
            untold: &["merged", "attempt 2"],
        },
        ..USUAL
    },
    Row {
        name: "files that were not declared",
        rehearsal: "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - write: { path: other.txt, text: two }\n",
        model: r#"[{ "do": { "write": { "path": "first.txt", "text": "one\n" } } }, { "do": { "write": { "path": "other.txt", "text": "two\n" } } }]"#,
        expected: Expected {
            status: &[1],
            told: &[&["attempt 1 failed (needs replan)", "It changed files that are not its own: other.txt"]],
            shown: &[],
            untold: &["merged"],
        },
        ..USUAL
    },
    Row {
        name: "killed while a command runs",
        settings: "transient-retries = 0\n",
        rehearsal: "tasks:\n  first:\n    - - leave: sleep 317\n      - die\n",
        model: r#"[{ "do": { "shell": "sleep 317" } }]"#,
        killed: true,
        expected: Expected {
            status: &[1],
            told: &[&["was ended by signal 9", "attempt 1 failed (transient)", "is handed to you"]],
            shown: &[],
            untold: &["merged"],
        },
        ..USUAL
    },
    Row {
        name: "it leaves a process behind",
        rehearsal: "tasks:\n  first:\n    - - leave: setsid sleep 317\n      - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "shell": "setsid sleep 317 >/dev/null 2>&1 </dev/null & echo left" } }, { "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        ..USUAL
    },
    Row {
        name: "it writes into the checkout",
        rehearsal: "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - say: \"echo x > '{top}/mine.txt'\"\n      - run: \"echo x > '{top}/mine.txt'\"\n",
        model: r#"[{ "do": { "shell": "echo x > '{top}/mine.txt'" } }, { "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        unasked: true,
        spares_checkout: false,
        expected: Expected {
            status: &[1],
            told: &[&[
                "attempt 1 failed (escalate): The session wrote into your checkout.",
                "is handed to you",
            ]],
            shown: &["It named and changed mine.txt.", "+x"],
            untold: &["merged", "attempt 2"],
        },
        ..USUAL
    },
];
