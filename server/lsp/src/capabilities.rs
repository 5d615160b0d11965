//! What this server can do, told in `initialize`.

use crate::completion;
use crate::runs;
use crate::session::facts::ClientFacts;
use crate::views::{SHOW_PLAN, SHOW_USES, TICK};
use segue_syntax::Encoding;
use tower_lsp::gen_lsp_types as lsp;

/// The command that shows the page of a rule.
pub const EXPLAIN: &str = "segue.explain";

/// The command that makes the edits of a fix, for clients whose code actions are commands alone.
pub const APPLY: &str = "segue.applyFix";
/// The command that puts right the old names of tools in a whole workspace.
pub const RENAME_TOOLS: &str = "segue.renameTools";

/// The command that asks the configured servers for their tools.
pub const REFRESH_TOOLS: &str = "segue.refreshTools";

/// The command that shows what is loaded for a file.
pub const SHOW_CONTEXT: &str = "segue.showEffectiveContext";

/// All commands but those of runs.
const COMMANDS: &[&str] =
    &[EXPLAIN, APPLY, RENAME_TOOLS, SHOW_CONTEXT, SHOW_USES, SHOW_PLAN, TICK, REFRESH_TOOLS];

/// The answer to `initialize`.
pub fn initialize_result(facts: &ClientFacts) -> lsp::InitializeResult {
    lsp::InitializeResult {
        capabilities: crate::self_test::without_the_withheld(capabilities(facts)),
        server_info: Some(lsp::ServerInfo {
            name: "segue".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

fn capabilities(facts: &ClientFacts) -> lsp::ServerCapabilities {
    lsp::ServerCapabilities {
        position_encoding: Some(match facts.encoding {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(lsp::TextDocumentSync::Options(lsp::TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(lsp::TextDocumentSyncKind::Incremental),
            save: Some(lsp::Save::SaveOptions(lsp::SaveOptions { include_text: Some(false) })),
            ..lsp::TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some(completion::TRIGGERS.iter().map(|&mark| mark.to_owned()).collect()),
            resolve_provider: Some(true),
            ..lsp::CompletionOptions::default()
        }),
        hover_provider: Some(lsp::HoverProvider::Bool(true)),
        definition_provider: Some(lsp::DefinitionProvider::Bool(true)),
        declaration_provider: Some(lsp::DeclarationProvider::Bool(true)),
        references_provider: Some(lsp::ReferencesProvider::Bool(true)),
        document_highlight_provider: Some(lsp::DocumentHighlightProvider::Bool(true)),
        document_link_provider: Some(lsp::DocumentLinkOptions::default()),
        rename_provider: Some(lsp::RenameProvider::RenameOptions(lsp::RenameOptions {
            prepare_provider: facts.prepares_renames.then_some(true),
            ..lsp::RenameOptions::default()
        })),
        document_symbol_provider: Some(lsp::DocumentSymbolProvider::Bool(true)),
        workspace_symbol_provider: Some(lsp::WorkspaceSymbolProvider::WorkspaceSymbolOptions(
            lsp::WorkspaceSymbolOptions {
                resolve_provider: Some(facts.resolves_symbols),
                ..lsp::WorkspaceSymbolOptions::default()
            },
        )),
        selection_range_provider: Some(lsp::SelectionRangeProvider::Bool(true)),
        semantic_tokens_provider: Some(crate::colours::provider()),
        document_formatting_provider: (!facts.registers_formatting)
            .then_some(lsp::DocumentFormattingProvider::Bool(true)),
        folding_range_provider: Some(lsp::FoldingRangeProvider::Bool(true)),
        code_action_provider: Some(lsp::CodeActionProvider::CodeActionOptions(lsp::CodeActionOptions {
            code_action_kinds: Some(vec![
                lsp::CodeActionKind::QuickFix,
                lsp::CodeActionKind::RefactorExtract,
                lsp::CodeActionKind::RefactorInline,
                lsp::CodeActionKind::RefactorRewrite,
                lsp::CodeActionKind::Custom(crate::actions::FIX_ALL.into()),
                lsp::CodeActionKind::Custom(crate::refactors::ORGANIZE.into()),
            ]),
            resolve_provider: Some(facts.resolves_edits),
            ..lsp::CodeActionOptions::default()
        })),
        call_hierarchy_provider: Some(lsp::CallHierarchyProvider::Bool(true)),
        code_lens_provider: Some(lsp::CodeLensOptions {
            resolve_provider: Some(true),
            ..lsp::CodeLensOptions::default()
        }),
        inlay_hint_provider: Some(lsp::InlayHintProvider::Bool(true)),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: COMMANDS.iter().chain(runs::COMMANDS).map(|&name| name.to_owned()).collect(),
            ..lsp::ExecuteCommandOptions::default()
        }),
        diagnostic_provider: Some(lsp::DiagnosticProvider::DiagnosticOptions(lsp::DiagnosticOptions {
            identifier: Some("segue".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: facts.workspace_pull,
            ..lsp::DiagnosticOptions::default()
        })),
        workspace: Some(lsp::WorkspaceOptions {
            workspace_folders: Some(lsp::WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(lsp::ChangeNotifications::Bool(true)),
            }),
            file_operations: Some(file_operations()),
            ..lsp::WorkspaceOptions::default()
        }),
        ..lsp::ServerCapabilities::default()
    }
}

/// Anything may be what a link leads to, so everything is asked for.
fn file_operations() -> lsp::FileOperationOptions {
    let all = || {
        let pattern = lsp::FileOperationPattern { glob: "**/*".to_owned(), ..Default::default() };
        let filter = lsp::FileOperationFilter { scheme: Some("file".to_owned()), pattern };
        Some(lsp::FileOperationRegistrationOptions { filters: vec![filter] })
    };
    lsp::FileOperationOptions {
        will_rename: all(),
        will_create: all(),
        will_delete: all(),
        did_rename: all(),
        did_create: all(),
        did_delete: all(),
    }
}
