//! The numbers by which plans are run: one row each, of which the values a run uses, the keys of
//! `[orchestrator]` in `segue.toml`, their bounds and their page are made.
//!
//! Stands here because the run engine uses the numbers and the workspace reads the settings, and this
//! crate is what both know.

use std::fmt;

/// One number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The key in `[orchestrator]`.
    pub name: &'static str,
    /// What holds where the key is missing.
    pub default: u64,
    /// What is counted.
    pub unit: Unit,
    /// The smallest value that may be set.
    pub min: u64,
    /// The largest value that may be set.
    pub max: u64,
    /// What it decides. One line.
    pub meaning: &'static str,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds.
    Seconds,
    /// Days.
    Days,
    /// Hundredths of the currency in which the agents report their cost.
    Cents,
}

impl Unit {
    /// The word after the number.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Unit::Count => "",
            Unit::Seconds => "seconds",
            Unit::Days => "days",
            Unit::Cents => "cents",
        }
    }
}

/// A number that may not be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such number.
    Unknown,
    /// It lies outside its bounds.
    OutOfBounds(&'static Row),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such number"),
            Self::OutOfBounds(row) => write!(f, "`{}` lies between {} and {}", row.name, row.min, row.max),
        }
    }
}

/// Makes the struct, its defaults and its rows of one list.
macro_rules! policy {
    ($($field:ident, $name:literal, $default:literal, $unit:ident, $min:literal..=$max:literal, $meaning:literal;)*) => {
        /// The numbers by which a run is run. A run keeps those it was started with.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct Policy {
            $(#[doc = $meaning] pub $field: u64,)*
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        /// Every number, in the order of the page.
        pub const ROWS: &[Row] = &[
            $(Row { name: $name, default: $default, unit: Unit::$unit, min: $min, max: $max, meaning: $meaning },)*
        ];

        impl Policy {
            /// The value of the number called `name`.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<u64> {
                match name {
                    $($name => Some(self.$field),)*
                    _ => None,
                }
            }

            /// Sets the number called `name`.
            ///
            /// # Errors
            ///
            /// Where there is no such number, or the value lies outside its bounds.
            pub fn set(&mut self, name: &str, value: u64) -> Result<(), Refused> {
                let row = row(name).ok_or(Refused::Unknown)?;
                if !(row.min..=row.max).contains(&value) {
                    return Err(Refused::OutOfBounds(row));
                }
                match name {
                    $($name => self.$field = value,)*
                    _ => return Err(Refused::Unknown),
                }
                Ok(())
            }
        }
    };
}

policy! {
    jobs, "jobs", 4, Count, 1..=1000,
        "How many tasks of a wave run at the same time.";
    jobs_asked_at_most, "jobs-asked-at-most", 10, Count, 1..=1000,
        "The most that `--jobs` may ask for, where `jobs` itself is not set higher.";
    transient_retries, "transient-retries", 3, Count, 0..=100,
        "How often a task is tried again by the same agent after its process or protocol died, timed out or met a limit.";
    fixable_retries, "fixable-retries", 1, Count, 0..=100,
        "How often a task is tried again with the evidence after its proof, its review, its merge or the integration failed.";
    replans, "replans", 1, Count, 0..=10,
        "How often the planner agent revises the plan of a run because a task cannot be done as planned.";
    model_fallbacks, "model-fallbacks", 2, Count, 0..=20,
        "How often a task goes to the next model of its agent's list because its model cannot be had.";
    attempts, "attempts", 5, Count, 1..=100,
        "The most attempts at one task, whatever they failed by.";
    same_class, "same-class", 3, Count, 1..=100,
        "How many failures of one class in a row hand a task to a person; transient ones do not count.";
    backoff_first, "backoff-first", 2, Seconds, 0..=3600,
        "The longest wait before the first retry after a transient failure. It doubles with each further one; the wait is drawn between nothing and it.";
    backoff_most, "backoff-most", 120, Seconds, 0..=86400,
        "Where the doubling of the wait ends.";
    throttle_after, "throttle-after", 2, Count, 1..=1000,
        "How many transient failures in a wave halve the number of its tasks that run at the same time.";
    breaker_failures, "breaker-failures", 3, Count, 1..=1000,
        "How many transient failures or unavailable models in a row, over all tasks, make an agent with its model rest.";
    breaker_cool_down, "breaker-cool-down", 60, Seconds, 0..=86400,
        "How long it rests before one task tries it again.";
    breaker_successes, "breaker-successes", 3, Count, 1..=1000,
        "How many successes in a row, one at a time, end the caution that follows.";
    attempt_time, "attempt-time", 3600, Seconds, 1..=604_800,
        "How long an attempt may take. The time it waits for a person does not count.";
    silence_time, "silence-time", 600, Seconds, 1..=604_800,
        "How long an agent may say nothing.";
    command_time, "command-time", 600, Seconds, 1..=604_800,
        "How long a validation, health or setup command may take.";
    question_time, "question-time", 0, Seconds, 0..=31_536_000,
        "How long a question waits for its answer; 0 is for ever.";
    review_rounds_small, "review-rounds-small", 2, Count, 0..=20,
        "How often the plan auditor looks at a plan of 3 to 5 files.";
    review_rounds, "review-rounds", 5, Count, 0..=20,
        "How often each reviewer looks at a larger plan, or at one with an unresolved high risk.";
    review_abstentions, "review-abstentions", 1, Count, 0..=20,
        "How often a reviewer who abstains is asked once more.";
    integration_retries, "integration-retries", 3, Count, 0..=100,
        "How often the integration check is made again because the health command failed.";
    choose_alone, "choose-alone", 0, Count, 0..=1,
        "Whether the only variant of a task that holds goes on without a question: 1 is yes.";
    run_time, "run-time", 0, Seconds, 0..=31_536_000,
        "How long the attempts of a run may take together; 0 is without limit.";
    run_cost, "run-cost", 0, Cents, 0..=1_000_000_000,
        "How much the attempts of a run may cost together, as their agents report it; 0 is without limit.";
    keep_failures, "keep-failures", 14, Days, 0..=3650,
        "After how many days the worktree of a failed task is offered for removal. It is never removed by itself.";
}

/// The row called `name`.
#[must_use]
pub fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

impl Policy {
    /// How many tasks of a wave run at the same time, where the launch asks for `asked`.
    #[must_use]
    pub fn jobs_for(&self, asked: Option<u64>) -> u64 {
        asked.map_or(self.jobs, |asked| asked.clamp(1, self.jobs_asked_at_most.max(self.jobs)))
    }

    /// How often each reviewer of a plan of this tier looks at it. An unresolved high risk asks for
    /// the full review whatever the tier.
    #[must_use]
    pub fn rounds_for(&self, tier: crate::Tier, open_high_risk: bool) -> u64 {
        match tier {
            _ if open_high_risk => self.review_rounds,
            crate::Tier::Trivial => 0,
            crate::Tier::Small => self.review_rounds_small,
            crate::Tier::Medium | crate::Tier::Large => self.review_rounds,
        }
    }
}

/// The numbers as a Markdown table.
#[must_use]
pub fn docs_table() -> String {
    let mut table = "| key | default | bounds | what it decides |\n|---|---|---|---|\n".to_owned();
    for Row { name, default, unit, min, max, meaning } in ROWS {
        let unit = if unit.word().is_empty() { String::new() } else { format!(" {}", unit.word()) };
        table += &format!("| `{name}` | {default}{unit} | {min} to {max} | {meaning} |\n");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tier;

    #[test]
    fn defaults_lie_within_their_bounds_and_names_differ() {
        let mut names = std::collections::BTreeSet::new();
        for row in ROWS {
            assert!((row.min..=row.max).contains(&row.default), "{}", row.name);
            assert!(names.insert(row.name), "{} twice", row.name);
            assert!(row.meaning.ends_with('.') && !row.meaning.contains('\n'), "{}", row.name);
            assert_eq!(Policy::default().get(row.name), Some(row.default));
        }
    }

    #[test]
    fn what_is_set_holds_and_what_may_not_be_set_is_said() {
        let mut policy = Policy::default();
        assert_eq!(policy.set("backoff-first", 0), Ok(()));
        assert_eq!(policy.backoff_first, 0);
        let refused = policy.set("jobs", 0).unwrap_err();
        assert_eq!(refused.to_string(), "`jobs` lies between 1 and 1000");
        assert_eq!(policy.set("job", 1), Err(Refused::Unknown));
        assert_eq!(policy.jobs, 4);
    }

    #[test]
    fn a_journal_of_an_older_version_gets_the_defaults_of_what_it_did_not_know() {
        let policy: Policy = serde_json::from_str(r#"{"jobs": 7, "of_the_future": 1}"#).unwrap();
        assert_eq!(policy, Policy { jobs: 7, ..Policy::default() });
    }

    #[test]
    fn jobs_are_capped_where_nothing_is_configured() {
        let mut policy = Policy::default();
        let asked = |policy: &Policy, jobs| policy.jobs_for(jobs);
        assert_eq!(
            [None, Some(0), Some(8), Some(50)].map(|jobs| asked(&policy, jobs)),
            [4, 1, 8, 10],
            "at most ten unless more are configured"
        );
        policy.jobs = 100;
        assert_eq!(asked(&policy, Some(50)), 50);
    }

    #[test]
    fn reviews_grow_with_the_tier() {
        let rounds = Tier::ALL.map(|tier| Policy::default().rounds_for(tier, false));
        assert_eq!(rounds, [0, 2, 5, 5]);
        assert_eq!(Policy::default().rounds_for(Tier::Trivial, true), 5);
    }

    #[test]
    fn the_page_has_a_row_for_each() {
        assert_eq!(docs_table().lines().count(), ROWS.len() + 2);
    }
}
