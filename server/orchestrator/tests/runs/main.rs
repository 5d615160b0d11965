//! Whole runs over real git, real processes and the rehearsal agent; and runs that are killed.
//!
//! The kill tests start this test program again as the runner. 12 points by default, chosen by a seed
//! that is printed; `SEGUE_KILLS=60` takes sixty, `SEGUE_KILLS=all` every point before and after each
//! event. `SEGUE_SEED=…` chooses others.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod fixture;
mod hundred;
mod kills;
mod variants;
mod whole;
