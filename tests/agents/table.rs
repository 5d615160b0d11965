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
    /// What shows in a rehearsal that it went wrong.
    pub rehearsed: &'static [&'static str],
    /// How often the model of the real agent did what goes wrong, at least.
    pub faults: usize,
    /// What follows.
    pub expected: Expected,
}

/// What follows.
pub struct Expected {
    /// How `segue run` may end.
    pub status: &'static [i32],
    /// What the log holds: all parts of one of these.
    pub told: &'static [&'static [&'static str]],
    /// What the log of the task holds: what its agent said and did.
    pub said: &'static [&'static str],
    /// What is shown of it in the report.
    pub shown: &'static [&'static str],
    /// What it does not hold.
    pub untold: &'static [&'static str],
}

const DONE: &[&str] = &["first: merged", "Complete."];

const ONCE: Expected = Expected { status: &[0], told: &[DONE], said: &[], shown: &[], untold: &["question"] };

const USUAL: Row = Row {
    name: "",
    settings: "",
    rehearsal: "",
    model: "[]",
    unasked: false,
    killed: false,
    spares_checkout: true,
    rehearsed: &[],
    faults: 0,
    expected: ONCE,
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
        rehearsed: &["attempt 1 failed (transient): status 500", "attempt 3 failed (transient): status 500"],
        // In each of three attempts.
        faults: 3,
        expected: Expected {
            status: &[1],
            told: &[&[
                "attempt 2 failed (transient)",
                "failed several times in a row: its tasks wait for 1.0 s",
                "attempt 3 failed (transient)",
                "is handed to you",
                "It was tried again 2 times.",
            ]],
            said: &[],
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
        rehearsed: &["attempt 1 failed (transient): status 429", "first: attempt 2"],
        faults: 2,
        ..USUAL
    },
    Row {
        name: "the model hangs",
        settings: "silence-time = 6\ntransient-retries = 0\n",
        rehearsal: "tasks:\n  first:\n    - - hang\n",
        model: r#"[{ "fault": "hang" }]"#,
        faults: 1,
        expected: Expected {
            status: &[1],
            told: &[&[
                "the agent said nothing for too long",
                "attempt 1 failed (transient)",
                "is handed to you",
            ]],
            said: &[],
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
        rehearsed: &["attempt 1 failed (transient): ", "an answer that nobody asked for", "first: attempt 2"],
        faults: 1,
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
            said: &[],
            shown: &[],
            untold: &["merged", "attempt 3"],
        },
        ..USUAL
    },
    Row {
        name: "leave for something inside is given by the policy",
        rehearsal: "tasks:\n  first:\n    - - want: echo one > first.txt\n",
        model: r#"[{ "do": { "shell": "echo one > first.txt" } }]"#,
        expected: Expected { said: &["[allowed] run `echo one > first.txt`"], ..ONCE },
        ..USUAL
    },
    Row {
        name: "leave for something outside is refused",
        rehearsal: "tasks:\n  first:\n    - - want: echo x > ../outside.txt\n      - write: { path: first.txt, text: one }\n",
        model: r#"[{ "do": { "shell": "echo x > ../outside.txt" } }, { "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        expected: Expected {
            status: &[1],
            told: &[&[
                "attempt 1 failed (escalate): It wanted to run `echo x > ../outside.txt`",
                "outside of its worktree",
                "is handed to you",
            ]],
            said: &["[refused] It wanted to run `echo x > ../outside.txt`"],
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
            said: &[],
            shown: &[],
            untold: &["merged"],
        },
        ..USUAL
    },
    Row {
        name: "killed while a command runs",
        settings: "transient-retries = 0\n",
        rehearsal: "tasks:\n  first:\n    - - leave: echo one > first.txt; exec sleep 317\n      - run: 'until test -s first.txt; do sleep 0.05; done'\n      - die\n",
        model: r#"[{ "do": { "shell": "sleep 317" } }]"#,
        killed: true,
        expected: Expected {
            status: &[1],
            told: &[&["was ended by signal 9", "attempt 1 failed (transient)", "is handed to you"]],
            said: &[],
            shown: &[],
            untold: &["merged"],
        },
        ..USUAL
    },
    Row {
        // What is proved is its work: it has lived, and would live on for long.
        name: "it leaves a process behind",
        rehearsal: "tasks:\n  first:\n    - - leave: exec setsid sh -c 'echo one > first.txt; exec sleep 317'\n      - run: 'until test -s first.txt; do sleep 0.05; done'\n",
        model: r#"[{ "do": { "shell": "setsid sh -c 'echo one > first.txt; exec sleep 317' >/dev/null 2>&1 </dev/null & until test -s first.txt; do sleep 0.05; done; echo left" } }, { "do": { "say": "Status: COMPLETE\nSummary: Left." } }]"#,
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
            said: &[],
            shown: &["It named and changed mine.txt.", "+x"],
            untold: &["merged", "attempt 2"],
        },
        ..USUAL
    },
];
