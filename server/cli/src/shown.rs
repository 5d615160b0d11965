//! The commands as people see them, for what is made from them: completion scripts and man pages.

use clap::{Command, CommandFactory};

/// All commands and flags, without those that help hides: a shell that proposed them, or a page about them,
/// would make promises.
pub fn commands() -> Command {
    without_hidden(&crate::Cli::command()).disable_help_subcommand(true)
}

/// The same command without what is hidden. Groups and defaults go too: they are about reading arguments, and
/// nothing is read by it.
fn without_hidden(command: &Command) -> Command {
    let mut shown = Command::new(command.get_name().to_owned())
        .args(command.get_arguments().filter(|argument| !argument.is_hide_set()))
        .subcommands(command.get_subcommands().filter(|part| !part.is_hide_set()).map(without_hidden));
    if let Some(version) = command.get_version() {
        shown = shown.version(version.to_owned());
    }
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    if let Some(help) = command.get_after_help() {
        shown = shown.after_help(help.clone());
    }
    shown
}
