//! `tool/client`: words of one client in a list that others read too.
//!
//! A list may well have words of several clients, as each leaves out what it does not know. So one
//! hint a file is enough, in words that do not depend on which of the names it stands at; where the
//! settings say for which clients a file has to be right, every name is told.

use super::copilot::is_somebodys_word;
use super::list::ToolList;
use super::{clients_are_set, for_vscode, granted, lines, titles};
use crate::diagnostics::{Context, Fix, Report};
use segue_catalog::{ClientId, ClientSet, Severity};

/// The names of a list that say nothing to some of its readers.
#[derive(Default)]
pub(super) struct Elsewhere {
    found: Vec<(usize, ClientSet)>,
}

impl Elsewhere {
    /// Takes in a name that somebody knows.
    pub fn add(&mut self, context: &Context<'_>, at: usize, name: &str) {
        let clients = meaningless_for(context, name);
        if !clients.is_empty() {
            self.found.push((at, clients));
        }
    }

    /// Takes in a name that stands for present ones which are VS Code's alone: putting it right must
    /// not bring a new finding.
    pub fn add_new_names<'n>(
        &mut self,
        context: &Context<'_>,
        at: usize,
        name: &str,
        now: impl Iterator<Item = &'n str>,
    ) {
        let servers_aside: Vec<&str> = now.filter(|now| is_somebodys_word(context, now)).collect();
        if servers_aside.iter().any(|now| !meaningless_for(context, now).is_empty()) {
            self.add(context, at, name);
        }
    }

    /// Tells what was found.
    pub fn tell(&self, context: &mut Context<'_>, list: &ToolList<'_>) {
        if clients_are_set(context) {
            for (at, clients) in &self.found {
                self.tell_one(context, list, *at, *clients, Severity::Information);
            }
            return;
        }
        // With words that VS Code does not know the agent lacks a tool in the editor: they come first.
        let not_in_vscode = self.found.iter().find(|(_, clients)| clients.has(ClientId::Vscode));
        if let Some((at, _)) = not_in_vscode {
            self.tell_one(context, list, *at, ClientSet::of(&[ClientId::Vscode]), Severity::Hint);
        } else if let Some((at, clients)) =
            self.found.iter().find(|(_, clients)| is_of_vscode_alone(context, *clients))
        {
            let message = format!(
                "{} know no names such as this; they read `execute`, `read`, `edit`, `search` and `agent`.",
                titles(context.catalog, *clients)
            );
            context.send(Report::new("tool/client", list.items[*at].span, message));
        }
    }

    fn tell_one(
        &self,
        context: &mut Context<'_>,
        list: &ToolList<'_>,
        at: usize,
        clients: ClientSet,
        severity: Severity,
    ) {
        let item = &list.items[at];
        let message = format!("`{}` means nothing to {}.", item.name, titles(context.catalog, clients));
        let mut report = Report::new("tool/client", item.span, message).severity(severity);
        if let Some(word) = self.shared_word(context, list, item.name)
            && let Some(edit) = list.replace(at, &[word], lines(context))
        {
            let title = format!("Replace by `{word}`, which all of them know");
            report = report.fix(Fix { title, edits: vec![edit], safe: false });
        }
        context.send(report);
    }

    /// The word that all readers know, where the list has nothing of it yet and no other trouble of
    /// this kind, so that writing it leaves nothing to tell.
    fn shared_word(&self, context: &Context<'_>, list: &ToolList<'_>, name: &str) -> Option<&'static str> {
        let catalog = context.catalog;
        let word = catalog.copilot_alias(name)?.name.as_str();
        let new = granted(catalog, word);
        let has = |own: &str| granted(catalog, own).iter().any(|grant| new.contains(grant));
        let alone = self.found.len() == 1 && !list.items.iter().any(|item| has(item.name));
        (alone && word != name && meaningless_for(context, word).is_empty()).then_some(word)
    }
}

/// Whether a name says nothing to all readers but VS Code. What only the cloud agent leaves out
/// (`web`, `todo`) is not worth a hint.
fn is_of_vscode_alone(context: &Context<'_>, clients: ClientSet) -> bool {
    for_vscode(context) && clients == context.clients.without(ClientSet::of(&[ClientId::Vscode]))
        || !for_vscode(context) && clients == context.clients
}

/// The clients of the file to which a name says nothing at all.
fn meaningless_for(context: &Context<'_>, name: &str) -> ClientSet {
    let catalog = context.catalog;
    let in_vscode = catalog.vscode_tool(name).is_some();
    let of_a_server = name.contains('/') && !in_vscode;
    let alias = catalog.copilot_alias(name);
    let says_nothing = |client: &ClientId| match client {
        ClientId::Vscode => !in_vscode && !of_a_server,
        ClientId::Github => !of_a_server && alias.is_none_or(|alias| alias.not_on.contains(client)),
        ClientId::CopilotCli => !of_a_server && alias.is_none() && catalog.cli_runtime_tool(name).is_none(),
        ClientId::Claude => false,
    };
    context.clients.iter().filter(says_nothing).collect()
}
