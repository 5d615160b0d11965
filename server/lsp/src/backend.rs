//! Every method that this server answers, and where its work is done.
//!
//! Notifications change the session before they wait for anything, and so are made in the order in
//! which they come. Requests take a ticket first and then work inside the fence. Nothing here asks the
//! client anything: that is done by tasks of its own, or an answer could wait for a question.

use crate::runs::requests;
use crate::session::Session;
use crate::{
    actions, capabilities, colours, completion, config, diagnostics, format, hierarchy, moves, navigation,
    outline, publish, refactors, rename, search, selection, views,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tower_lsp::LanguageServer;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// The server as the library sees it.
pub struct Backend {
    session: Arc<Session>,
}

impl Backend {
    /// A server for a session.
    pub fn new(session: Arc<Session>) -> Self {
        Self { session }
    }

    /// Starts what runs beside the handlers: on `initialized`, or on the first document of a client that
    /// does not say it.
    fn start(&self) {
        let session = &self.session;
        if session.start_once() {
            tokio::spawn(publish::run(session.clone()));
            tokio::spawn(config::register(session.clone()));
            tokio::spawn(config::ask(session.clone()));
            tokio::spawn(crate::watch::register(session.clone()));
            tokio::spawn(crate::serve::forward_log(session.clone()));
            tokio::spawn(crate::runs::watch_roots(session.clone()));
        }
    }

    /// `window/workDoneProgress/cancel`, which the library does not know.
    pub async fn cancel_progress(&self, params: serde_json::Value) {
        crate::tools::cancelled(&self.session, &params["token"]);
        crate::runs::cancelled(&self.session, &params["token"]);
    }

    /// `segue/runs/list`
    pub async fn runs_list(&self, _: serde_json::Value) -> Result<serde_json::Value> {
        Ok(requests::list(&self.session))
    }

    /// `segue/runs/show`
    pub async fn runs_show(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        requests::show(&self.session, params)
    }

    /// `segue/runs/do`
    pub async fn runs_do(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        requests::act(&self.session, params).await
    }

    /// `segue/runs/diff`
    pub async fn runs_diff(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        requests::diff(&self.session, params).await
    }

    /// `segue/runs/log`
    pub async fn runs_log(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        requests::log(&self.session, params).await
    }

    /// `segue/runs/lessons`
    pub async fn runs_lessons(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        crate::runs::lessons::request(&self.session, params).await
    }

    /// `segue/selfTest`: work that goes wrong on purpose, registered for tests alone.
    pub async fn self_test(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        crate::self_test::run(&self.session, params).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        self.session.begin(&params);
        Ok(capabilities::initialize_result(&self.session.facts()))
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        self.start();
    }

    async fn shutdown(&self) -> Result<()> {
        self.session.shut_down.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        self.start();
        self.session.open(&params.text_document);
        self.session.watching.document_opened(&self.session, &params.text_document.uri);
        crate::tools::look_again(&self.session, &params.text_document.uri);
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        self.session.change(params);
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        self.session.close(params.text_document.uri.as_ref());
    }

    async fn did_save(&self, params: lsp::DidSaveTextDocumentParams) {
        self.session.watching.document_saved(&self.session, &params.text_document.uri);
        crate::tools::look_again(&self.session, &params.text_document.uri);
        views::refresh(&self.session);
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        crate::watch::told(&self.session, &params.changes);
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        if params.settings.get("segue").is_some() {
            config::take(&self.session, &params.settings);
        }
        tokio::spawn(config::ask(self.session.clone()));
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        params.event.removed.iter().for_each(|folder| self.session.remove_root(folder.uri.as_ref()));
        params.event.added.iter().for_each(|folder| self.session.add_root(folder.uri.as_ref()));
    }

    async fn diagnostic(
        &self,
        params: lsp::DocumentDiagnosticParams,
    ) -> Result<lsp::DocumentDiagnosticReport> {
        diagnostics::document(&self.session, params).await
    }

    async fn workspace_diagnostic(
        &self,
        params: lsp::WorkspaceDiagnosticParams,
    ) -> Result<lsp::WorkspaceDiagnosticReport> {
        diagnostics::workspace(&self.session, params).await
    }

    async fn code_action(
        &self,
        params: lsp::CodeActionParams,
    ) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
        actions::code_actions(&self.session, params).await
    }

    async fn code_action_resolve(&self, action: lsp::CodeAction) -> Result<lsp::CodeAction> {
        refactors::resolve(&self.session, action).await
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<lsp::LspAny>> {
        actions::execute(&self.session, &params)
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        completion::completion(&self.session, params).await
    }

    async fn completion_resolve(&self, item: lsp::CompletionItem) -> Result<lsp::CompletionItem> {
        completion::resolve(&self.session, item).await
    }

    async fn document_symbol(
        &self,
        params: lsp::DocumentSymbolParams,
    ) -> Result<Option<lsp::DocumentSymbolResponse>> {
        outline::document_symbols(&self.session, params).await
    }

    async fn folding_range(&self, params: lsp::FoldingRangeParams) -> Result<Option<Vec<lsp::FoldingRange>>> {
        outline::folding_ranges(&self.session, params).await
    }

    async fn goto_definition(
        &self,
        params: lsp::DefinitionParams,
    ) -> Result<Option<lsp::DefinitionResponse>> {
        navigation::definition(&self.session, params).await
    }

    async fn goto_declaration(
        &self,
        params: lsp::DeclarationParams,
    ) -> Result<Option<lsp::DeclarationResponse>> {
        navigation::declaration(&self.session, params).await
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        navigation::references(&self.session, params).await
    }

    async fn document_highlight(
        &self,
        params: lsp::DocumentHighlightParams,
    ) -> Result<Option<Vec<lsp::DocumentHighlight>>> {
        navigation::highlights(&self.session, params).await
    }

    async fn document_link(&self, params: lsp::DocumentLinkParams) -> Result<Option<Vec<lsp::DocumentLink>>> {
        navigation::document_links(&self.session, params).await
    }

    async fn prepare_rename(
        &self,
        params: lsp::TextDocumentPositionParams,
    ) -> Result<Option<lsp::PrepareRenameResult>> {
        rename::prepare(&self.session, params).await
    }

    async fn rename(&self, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
        rename::rename(&self.session, params).await
    }

    async fn will_rename_files(&self, params: lsp::RenameFilesParams) -> Result<Option<lsp::WorkspaceEdit>> {
        moves::will_rename(&self.session, params).await
    }

    async fn will_create_files(&self, params: lsp::CreateFilesParams) -> Result<Option<lsp::WorkspaceEdit>> {
        moves::will_create(&self.session, params).await
    }

    async fn will_delete_files(&self, params: lsp::DeleteFilesParams) -> Result<Option<lsp::WorkspaceEdit>> {
        moves::will_delete(&self.session, params).await
    }

    async fn did_rename_files(&self, params: lsp::RenameFilesParams) {
        moves::did_rename(&self.session, &params);
    }

    async fn did_create_files(&self, params: lsp::CreateFilesParams) {
        moves::did_create(&self.session, &params);
    }

    async fn did_delete_files(&self, params: lsp::DeleteFilesParams) {
        moves::did_delete(&self.session, &params);
    }

    async fn formatting(&self, params: lsp::DocumentFormattingParams) -> Result<Option<Vec<lsp::TextEdit>>> {
        format::document(&self.session, params).await
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        outline::hover(&self.session, params).await
    }

    async fn selection_range(
        &self,
        params: lsp::SelectionRangeParams,
    ) -> Result<Option<Vec<lsp::SelectionRange>>> {
        selection::ranges(&self.session, params).await
    }

    async fn symbol(
        &self,
        params: lsp::WorkspaceSymbolParams,
    ) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
        search::symbols(&self.session, params).await
    }

    async fn symbol_resolve(&self, params: lsp::WorkspaceSymbol) -> Result<lsp::WorkspaceSymbol> {
        search::resolve(&self.session, params).await
    }

    async fn semantic_tokens_full(
        &self,
        params: lsp::SemanticTokensParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        colours::full(&self.session, params).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: lsp::SemanticTokensDeltaParams,
    ) -> Result<Option<lsp::SemanticTokensDeltaResponse>> {
        colours::delta(&self.session, params).await
    }

    async fn semantic_tokens_range(
        &self,
        params: lsp::SemanticTokensRangeParams,
    ) -> Result<Option<lsp::SemanticTokens>> {
        colours::range(&self.session, params).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: lsp::CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
        hierarchy::prepare(&self.session, params).await
    }

    async fn incoming_calls(
        &self,
        params: lsp::CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
        hierarchy::incoming(&self.session, params).await
    }

    async fn outgoing_calls(
        &self,
        params: lsp::CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
        hierarchy::outgoing(&self.session, params).await
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        views::code_lenses(&self.session, params).await
    }

    async fn code_lens_resolve(&self, lens: lsp::CodeLens) -> Result<lsp::CodeLens> {
        views::resolve_lens(&self.session, lens).await
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        views::inlay_hints(&self.session, params).await
    }
}
