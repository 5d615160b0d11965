//! What the client said of itself in `initialize`: only what something here depends on.

use segue_catalog::Answerers;
use segue_syntax::Encoding;
use serde_json::Value;

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a list of announced capabilities")]
pub struct ClientFacts {
    /// The unit of columns.
    pub encoding: Encoding,
    /// It asks for diagnostics itself, so none are sent unasked.
    pub pulls: bool,
    /// It takes other documents along with an answer.
    pub related_documents: bool,
    /// It can be told to ask again.
    pub refresh: bool,
    /// What it is told of the whole workspace does not keep it from asking for open documents again.
    /// Neovim 0.12 answers a refresh with `workspace/diagnostic` where that is offered, and then
    /// leaves out the open buffers: what another file's change did to them would never be seen.
    pub workspace_pull: bool,
    /// Diagnostics may point to other places.
    pub related_information: bool,
    /// Edits may carry versions.
    pub document_changes: bool,
    /// Edits may create files.
    pub creates_files: bool,
    /// Edits may move files and folders.
    pub renames_files: bool,
    /// Edits may delete files and folders.
    pub deletes_files: bool,
    /// Edits may say what they are about, and that somebody has to agree first.
    pub annotations: bool,
    /// Code actions may be more than commands.
    pub action_literals: bool,
    /// The edits of a code action may be told when it is chosen.
    pub resolves_edits: bool,
    /// It makes edits on our word.
    pub apply_edit: bool,
    /// One of the actions may be the preferred one.
    pub preferred_actions: bool,
    /// The outline may be nested.
    pub nested_symbols: bool,
    /// Folds are of whole lines (they are anyway); at most so many.
    pub most_folds: Option<u32>,
    /// It shows progress.
    pub progress: bool,
    /// It can open a document on our word.
    pub show_document: bool,
    /// It answers `workspace/configuration`.
    pub configuration: bool,
    /// It takes a registration for changed configuration.
    pub register_configuration: bool,
    /// It can be told later that documents are formatted here.
    pub registers_formatting: bool,
    /// It watches files for us.
    pub watches: bool,
    /// It asks before a rename what would be renamed.
    pub prepares_renames: bool,
    /// A definition may be told with the range that was asked about.
    pub definition_links: bool,
    /// A declaration may be.
    pub declaration_links: bool,
    /// Hovers may be Markdown.
    pub markdown: bool,
    /// Documentation of proposals may be Markdown.
    pub completion_markdown: bool,
    /// Proposals may have places to fill in.
    pub snippets: bool,
    /// Proposals may say what is replaced besides what is inserted.
    pub insert_replace: bool,
    /// It can be told to leave the indentation of a proposal alone.
    pub insert_text_mode: bool,
    /// The parts of the editor that propose and report things themselves, as its extension says in
    /// `initializationOptions.editorAnswers`.
    pub editor_answers: Answerers,
    /// Places of workspace symbols may be told later.
    pub resolves_symbols: bool,
    /// It can be told to colour anew.
    pub refresh_colours: bool,
    /// It can be told to ask for lenses anew.
    pub refresh_lenses: bool,
    /// It can be told to ask for hints anew.
    pub refresh_hints: bool,
    /// It lets its user choose an answer to a message.
    pub asks: bool,
    /// Its user does not trust the workspace, as its extension says in `initializationOptions.trusted`.
    pub untrusted: bool,
    /// It has a command that shows places at a place.
    pub peeks: bool,
    /// It has a place to type words, as its extension says in `initializationOptions.inputs`.
    pub types: bool,
    /// It has a view of runs, as its extension says in `initializationOptions.runs`.
    pub runs: bool,
}

impl ClientFacts {
    /// `raw` is the message as it came: some clients write a key that the types do not have.
    pub fn of(raw: &Value) -> Self {
        let capabilities = &raw["params"]["capabilities"];
        let yes = |path: &str| capabilities.pointer(path).and_then(Value::as_bool) == Some(true);
        let has = |path: &str| capabilities.pointer(path).is_some_and(Value::is_object);
        let list = |path: &str, word: &str| {
            let items = capabilities.pointer(path).and_then(Value::as_array);
            items.is_some_and(|items| items.iter().any(|item| item.as_str() == Some(word)))
        };
        let answers = |word: &str| {
            let said = raw.pointer("/params/initializationOptions/editorAnswers").and_then(Value::as_array);
            said.is_some_and(|said| said.iter().any(|own| own.as_str() == Some(word)))
        };
        let refresh = |key: &str| yes(&format!("/workspace/{key}/refreshSupport"));
        let operation = |word: &str| list("/workspace/workspaceEdit/resourceOperations", word);
        let encodings = "/general/positionEncodings";
        let encoding = if list(encodings, "utf-8") {
            Encoding::Utf8
        } else if list(encodings, "utf-32") && !list(encodings, "utf-16") {
            Encoding::Utf32
        } else {
            Encoding::Utf16
        };
        let diagnostics = if has("/textDocument/diagnostic") { "diagnostic" } else { "publishDiagnostics" };
        Self {
            encoding,
            pulls: has("/textDocument/diagnostic"),
            related_documents: yes("/textDocument/diagnostic/relatedDocumentSupport"),
            // Helix writes `diagnostic`, as an early version of the specification did.
            refresh: refresh("diagnostics") || refresh("diagnostic"),
            workspace_pull: raw.pointer("/params/clientInfo/name").and_then(Value::as_str) != Some("Neovim"),
            related_information: yes(&format!("/textDocument/{diagnostics}/relatedInformation"))
                || yes("/textDocument/publishDiagnostics/relatedInformation"),
            // Neovim announces operations on files, which are nothing but document changes, alone.
            document_changes: yes("/workspace/workspaceEdit/documentChanges") || operation("rename"),
            creates_files: operation("create"),
            renames_files: operation("rename"),
            deletes_files: operation("delete"),
            annotations: has("/workspace/workspaceEdit/changeAnnotationSupport"),
            action_literals: has("/textDocument/codeAction/codeActionLiteralSupport"),
            resolves_edits: list("/textDocument/codeAction/resolveSupport/properties", "edit")
                && yes("/textDocument/codeAction/dataSupport"),
            apply_edit: yes("/workspace/applyEdit"),
            preferred_actions: yes("/textDocument/codeAction/isPreferredSupport"),
            nested_symbols: yes("/textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            most_folds: capabilities
                .pointer("/textDocument/foldingRange/rangeLimit")
                .and_then(Value::as_u64)
                .and_then(|limit| u32::try_from(limit).ok()),
            progress: yes("/window/workDoneProgress"),
            show_document: yes("/window/showDocument/support"),
            configuration: yes("/workspace/configuration"),
            register_configuration: yes("/workspace/didChangeConfiguration/dynamicRegistration"),
            registers_formatting: yes("/textDocument/formatting/dynamicRegistration"),
            watches: yes("/workspace/didChangeWatchedFiles/dynamicRegistration"),
            prepares_renames: yes("/textDocument/rename/prepareSupport"),
            definition_links: yes("/textDocument/definition/linkSupport"),
            declaration_links: yes("/textDocument/declaration/linkSupport"),
            markdown: list("/textDocument/hover/contentFormat", "markdown"),
            // Helix announces no format here and shows Markdown.
            completion_markdown: capabilities
                .pointer("/textDocument/completion/completionItem/documentationFormat")
                .and_then(Value::as_array)
                .is_none_or(|formats| formats.iter().any(|format| format.as_str() == Some("markdown"))),
            snippets: yes("/textDocument/completion/completionItem/snippetSupport"),
            insert_replace: yes("/textDocument/completion/completionItem/insertReplaceSupport"),
            insert_text_mode: capabilities
                .pointer("/textDocument/completion/completionItem/insertTextModeSupport/valueSet")
                .and_then(Value::as_array)
                .is_some_and(|modes| modes.iter().any(|mode| mode.as_u64() == Some(1))),
            editor_answers: Answerers { prompts: answers("prompts"), markdown: answers("markdown") },
            resolves_symbols: list("/workspace/symbol/resolveSupport/properties", "location.range"),
            refresh_colours: refresh("semanticTokens"),
            refresh_lenses: refresh("codeLens"),
            refresh_hints: refresh("inlayHint"),
            asks: has("/window/showMessage") && !crate::self_test::withholds("questions"),
            untrusted: raw.pointer("/params/initializationOptions/trusted").and_then(Value::as_bool)
                == Some(false),
            types: raw.pointer("/params/initializationOptions/inputs").and_then(Value::as_bool) == Some(true),
            runs: raw.pointer("/params/initializationOptions/runs").and_then(Value::as_bool) == Some(true),
            peeks: list("/experimental/commands/commands", crate::views::PEEK),
        }
    }
}
