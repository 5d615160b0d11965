//! What keeps an agent that fails again and again from being asked: one for each agent and model, over
//! all tasks of a run.
//!
//! Only transient failures and unavailable models count: they say something about the agent, not about
//! the work. After so many in a row it rests; then one attempt tries it, and only if that goes well the
//! next, one at a time, until enough went well.

use crate::event::{AttemptKey, Millis};
use segue_plan::Policy;

/// An agent with its model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BreakerKey {
    /// The agent.
    pub agent: String,
    /// The model; `None`: the agent's own.
    pub model: Option<String>,
}

/// How an agent with its model stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Breaker {
    /// How many failures in a row it had.
    pub failures: u64,
    /// Whether care is taken.
    pub caution: Caution,
    /// The attempt that tries it, while care is taken.
    pub probe: Option<AttemptKey>,
}

/// Whether care is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Caution {
    /// No: it is closed.
    #[default]
    None,
    /// It rests; after this moment one attempt may try it.
    Open {
        /// The end of the rest.
        until: Millis,
    },
    /// It is half-open: it went well this often since, one attempt at a time.
    HalfOpen {
        /// How often.
        successes: u64,
    },
}

impl Breaker {
    /// Whether an attempt may begin now, and whether it is one that tries.
    #[must_use]
    pub fn admits(&self, now: Millis) -> Option<bool> {
        match self.caution {
            Caution::None => Some(false),
            Caution::Open { until } => (self.probe.is_none() && now >= until).then_some(true),
            Caution::HalfOpen { .. } => self.probe.is_none().then_some(true),
        }
    }

    /// When it may be worth asking again; `None`: not before something else happens.
    #[must_use]
    pub fn wakes(&self, now: Millis) -> Option<Millis> {
        match self.caution {
            Caution::Open { until } if self.probe.is_none() && until > now => Some(until),
            _ => None,
        }
    }

    pub(super) fn begins(&mut self, key: &AttemptKey) {
        if self.caution != Caution::None {
            self.probe = Some(key.clone());
        }
    }

    /// The attempt is over and says nothing about the agent.
    pub(super) fn forgets(&mut self, key: &AttemptKey) {
        if self.probe.as_ref() == Some(key) {
            self.probe = None;
        }
    }

    /// An attempt failed by the agent. One that began before care was taken changes nothing any more.
    pub(super) fn fails(&mut self, key: &AttemptKey, at: Millis, policy: &Policy) {
        let tried = self.probe.as_ref() == Some(key);
        self.forgets(key);
        self.failures = self.failures.saturating_add(1);
        let opens = match self.caution {
            Caution::None => self.failures >= policy.breaker_failures,
            Caution::Open { .. } | Caution::HalfOpen { .. } => tried,
        };
        if opens {
            self.caution = Caution::Open { until: at.plus_seconds(policy.breaker_cool_down) };
        }
    }

    /// An attempt showed that the agent can be had.
    pub(super) fn succeeds(&mut self, key: &AttemptKey, policy: &Policy) {
        let tried = self.probe.as_ref() == Some(key);
        self.forgets(key);
        let successes = match self.caution {
            Caution::None => {
                self.failures = 0;
                return;
            }
            _ if !tried => return,
            Caution::Open { .. } => 1,
            Caution::HalfOpen { successes } => successes + 1,
        };
        if successes >= policy.breaker_successes {
            *self = Self::default();
        } else {
            self.caution = Caution::HalfOpen { successes };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(attempt: u32) -> AttemptKey {
        AttemptKey { task: "t".into(), attempt }
    }

    #[test]
    fn it_rests_is_tried_once_and_closes_after_three() {
        let policy = Policy::default();
        let mut breaker = Breaker::default();
        for attempt in 1..=2 {
            breaker.fails(&key(attempt), Millis(0), &policy);
            assert_eq!(breaker.admits(Millis(0)), Some(false));
        }
        breaker.fails(&key(3), Millis(1000), &policy);
        assert_eq!(breaker.admits(Millis(60_999)), None);
        assert_eq!(breaker.wakes(Millis(0)), Some(Millis(61_000)));
        assert_eq!(breaker.admits(Millis(61_000)), Some(true));
        breaker.begins(&key(4));
        assert_eq!(breaker.admits(Millis(99_000)), None, "one at a time");
        breaker.succeeds(&key(4), &policy);
        assert_eq!(breaker.caution, Caution::HalfOpen { successes: 1 });
        for attempt in 5..=6 {
            assert_eq!(breaker.admits(Millis(99_000)), Some(true));
            breaker.begins(&key(attempt));
            breaker.succeeds(&key(attempt), &policy);
        }
        assert_eq!(breaker, Breaker::default());
    }

    #[test]
    fn a_failure_while_care_is_taken_makes_it_rest_again() {
        let policy = Policy::default();
        let mut breaker = Breaker::default();
        for attempt in 1..=3 {
            breaker.fails(&key(attempt), Millis(0), &policy);
        }
        breaker.begins(&key(4));
        breaker.fails(&key(4), Millis(70_000), &policy);
        assert_eq!(breaker.admits(Millis(70_000)), None);
        assert_eq!(breaker.admits(Millis(130_000)), Some(true));
    }

    #[test]
    fn what_began_before_the_rest_neither_ends_nor_prolongs_it() {
        let policy = Policy::default();
        let mut breaker = Breaker::default();
        for attempt in 1..=3 {
            breaker.fails(&key(attempt), Millis(0), &policy);
        }
        breaker.succeeds(&key(8), &policy);
        breaker.fails(&key(9), Millis(50_000), &policy);
        assert_eq!(breaker.caution, Caution::Open { until: Millis(60_000) });
    }

    #[test]
    fn a_success_between_failures_begins_the_count_anew() {
        let policy = Policy::default();
        let mut breaker = Breaker::default();
        for attempt in 1..=8 {
            breaker.fails(&key(attempt), Millis(0), &policy);
            if attempt % 2 == 0 {
                breaker.succeeds(&key(attempt), &policy);
            }
        }
        assert_eq!(breaker.caution, Caution::None);
    }
}
