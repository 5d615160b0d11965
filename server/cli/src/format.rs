//! For whom a command writes.

use clap::ValueEnum;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One object; the command's page under docs/ says what is in it
    Json,
}
