//! Our types to the protocol's.

use crate::convert::position::Places;
use crate::convert::uri;
use crate::session::facts::ClientFacts;
use crate::session::root::{Root, Snapshot};
use segue_analysis::diagnostics::{Finding, Related, Tag};
use segue_analysis::features::folding::{Fold, FoldKind};
use segue_analysis::features::symbols::{Symbol, SymbolKind};
use segue_analysis::features::workspace_symbols::WorkspaceSymbolKind;
use segue_catalog::{Kind, Severity};
use tower_lsp::gen_lsp_types as lsp;

/// The source that diagnostics carry.
pub const SOURCE: &str = "segue";

/// A file in a state, for all that has places in it.
pub struct Place<'p> {
    /// The root.
    pub root: &'p Root,
    /// The state.
    pub snapshot: &'p Snapshot,
    /// The file.
    pub path: &'p str,
    /// The file as the client names it.
    pub uri: &'p str,
    /// The file's text.
    pub places: &'p Places,
    /// What the client can do.
    pub facts: &'p ClientFacts,
}

impl Place<'_> {
    /// A finding.
    pub fn diagnostic(&self, finding: &Finding) -> lsp::Diagnostic {
        let related: Vec<_> = if self.facts.related_information {
            finding.related.iter().filter_map(|related| self.related(related)).collect()
        } else {
            Vec::new()
        };
        lsp::Diagnostic {
            range: self.places.range(finding.span),
            severity: Some(severity(finding.severity)),
            code: Some(lsp::Code::String(finding.code.to_owned())),
            source: Some(SOURCE.to_owned()),
            message: finding.message.clone().into(),
            tags: finding.tag.map(|tag| vec![self::tag(tag)]),
            related_information: (!related.is_empty()).then_some(related),
            ..lsp::Diagnostic::default()
        }
    }

    fn related(&self, related: &Related) -> Option<lsp::DiagnosticRelatedInformation> {
        let location = if &*related.path == self.path {
            lsp::Location { uri: self.uri.into(), range: self.places.range(related.span) }
        } else {
            let world = &self.snapshot.world;
            let open = self.snapshot.open.get(&related.path);
            let text = world
                .id(&related.path)
                .and_then(|id| world.text(id))
                .or_else(|| world.config_text(&related.path))?;
            let places = Places::new(text, self.facts.encoding, open.is_some());
            let uri =
                open.map_or_else(|| uri::below(&self.root.uri, &related.path), |open| open.uri.to_string());
            lsp::Location { uri: uri.into(), range: places.range(related.span) }
        };
        Some(lsp::DiagnosticRelatedInformation { location, message: related.message.clone() })
    }
}

fn severity(severity: Severity) -> lsp::DiagnosticSeverity {
    match severity {
        Severity::Error => lsp::DiagnosticSeverity::Error,
        Severity::Warning => lsp::DiagnosticSeverity::Warning,
        Severity::Information => lsp::DiagnosticSeverity::Information,
        Severity::Hint => lsp::DiagnosticSeverity::Hint,
    }
}

fn tag(tag: Tag) -> lsp::DiagnosticTag {
    match tag {
        Tag::Deprecated => lsp::DiagnosticTag::Deprecated,
        Tag::Unnecessary => lsp::DiagnosticTag::Unnecessary,
    }
}

/// The outline, nested.
pub fn symbol(symbol: &Symbol, places: &Places) -> lsp::DocumentSymbol {
    let children: Vec<_> = symbol.children.iter().map(|child| self::symbol(child, places)).collect();
    #[expect(deprecated, reason = "the struct has no default")]
    lsp::DocumentSymbol {
        name: symbol.name.clone(),
        detail: symbol.detail.clone(),
        kind: symbol_kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: places.range(symbol.span),
        selection_range: places.range(symbol.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The outline, flat, for clients that know nothing else.
pub fn flat_symbols(
    symbols: &[Symbol],
    places: &Places,
    uri: &str,
    into: &mut Vec<lsp::SymbolInformation>,
    container: Option<&str>,
) {
    for symbol in symbols {
        #[expect(deprecated, reason = "the struct has no default")]
        into.push(lsp::SymbolInformation {
            deprecated: None,
            location: lsp::Location { uri: uri.into(), range: places.range(symbol.span) },
            base_symbol_information: lsp::BaseSymbolInformation {
                name: symbol.name.clone(),
                kind: symbol_kind(symbol.kind),
                tags: None,
                container_name: container.map(str::to_owned),
            },
        });
        flat_symbols(&symbol.children, places, uri, into, Some(&symbol.name));
    }
}

fn symbol_kind(kind: SymbolKind) -> lsp::SymbolKind {
    match kind {
        SymbolKind::Header => lsp::SymbolKind::Namespace,
        SymbolKind::Key => lsp::SymbolKind::Property,
        SymbolKind::Heading => lsp::SymbolKind::String,
        SymbolKind::Task => lsp::SymbolKind::Event,
    }
}

/// What a symbol of the workspace is, in the protocol's words: agents act, prompts and skills are
/// called, the rest is read.
pub fn workspace_symbol_kind(kind: WorkspaceSymbolKind) -> lsp::SymbolKind {
    match kind {
        WorkspaceSymbolKind::Primitive(Kind::Agent | Kind::ChatMode) => lsp::SymbolKind::Class,
        WorkspaceSymbolKind::Primitive(Kind::Prompt | Kind::Workflow) => lsp::SymbolKind::Function,
        WorkspaceSymbolKind::Primitive(Kind::Skill) => lsp::SymbolKind::Method,
        WorkspaceSymbolKind::Primitive(_) => lsp::SymbolKind::File,
        WorkspaceSymbolKind::Heading => lsp::SymbolKind::String,
        WorkspaceSymbolKind::Task => lsp::SymbolKind::Event,
    }
}

/// A fold.
pub fn fold(fold: &Fold) -> lsp::FoldingRange {
    lsp::FoldingRange {
        start_line: fold.first,
        start_character: None,
        end_line: fold.last,
        end_character: None,
        kind: match fold.kind {
            FoldKind::Header | FoldKind::Section | FoldKind::Fence => Some(lsp::FoldingRangeKind::Region),
        },
        collapsed_text: None,
    }
}
