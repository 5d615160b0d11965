//! What the engine needs of the operating system, in one place: groups of processes, what is on a disk,
//! and who is allowed what.
//!
//! Linux as it is run and tested here; the other systems have a file of their own with what can be done
//! there.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

pub use system::{free_bytes, is_on_network, is_program, is_writable, kill_group, leads_a_group};
