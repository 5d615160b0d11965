//! The findings of a file as an editor shows them.

use super::{alone, answered};
use crate::config::file::NAME;
use crate::diagnostics::{self, Finding};
use crate::path;
use crate::world::World;
use rustc_hash::FxHashSet;
use segue_catalog::{Answerers, Severity};
use segue_syntax::Lines;
use std::sync::Arc;

/// How a file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Whether it is open: hints are for whoever has the file before them.
    pub open: bool,
    /// Whether the whole workspace is known; else only what the file alone says is judged.
    pub complete: bool,
    /// The parts of the editor that report things themselves, in open files.
    pub editor: Answerers,
}

/// A file with what is said of it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The text in which the findings' spans count.
    pub text: Arc<str>,
    /// The findings, in the order of the text.
    pub findings: Vec<Finding>,
    /// How a comment in it is written.
    pub comments: Comments,
    /// Whether the whole workspace was known.
    pub complete: bool,
}

/// How the comments of a file are written, for one that silences a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// It can have none: `[[overrides]]` are what silences there.
    None,
    /// `# …` in the header, `<!-- … -->` in the body.
    Markdown,
    /// `// …`: JSON whose clients read comments.
    Json,
}

/// What an editor shows of the file at `path`; `None` where it is not one of ours, or cannot be read.
#[must_use]
pub fn of_file(world: &World, path: &str, view: View) -> Option<Shown> {
    let (text, mut findings) = judged(world, path)?;
    findings.retain(|finding| {
        (view.open || finding.severity > Severity::Hint) && (view.complete || alone::can_judge(finding.code))
    });
    one_doubt_a_line(&text, &mut findings);
    if view.open && view.editor != Answerers::NONE {
        let state = world.file_at(path).map(|(_, state)| state);
        findings.retain(|own| state.is_none_or(|state| !answered::by_editor(state, own, view.editor)));
    }
    Some(Shown { text, findings, comments: comments_of(path), complete: view.complete })
}

fn comments_of(path: &str) -> Comments {
    if path.ends_with(".md") {
        return Comments::Markdown;
    }
    match diagnostics::mcp_file(path) {
        Some(row) if row.comments => Comments::Json,
        _ => Comments::None,
    }
}

fn judged(world: &World, path: &str) -> Option<(Arc<str>, Vec<Finding>)> {
    if path::file_name(path) == NAME {
        let text = world.config_text(path)?;
        let own = world.config_findings().into_iter().filter(|(at, _)| &**at == path);
        return Some((text, own.map(|(_, finding)| finding).collect()));
    }
    let (id, state) = world.file_at(path)?;
    state.kind?;
    let findings = diagnostics::of_file(world, id);
    // Most files have nothing to say, and a closed one need not be read for that.
    let text = match (&state.text, findings.is_empty()) {
        (Some(text), _) => text.clone(),
        (None, true) => "".into(),
        (None, false) => world.text(id)?,
    };
    Some((text, findings))
}

/// Hints that say no more than "cannot be verified": one on a line is enough.
fn one_doubt_a_line(text: &str, findings: &mut Vec<Finding>) {
    if !findings.iter().any(is_doubt) {
        return;
    }
    let lines = Lines::of(text);
    let mut doubted = FxHashSet::default();
    findings
        .retain(|finding| !is_doubt(finding) || doubted.insert(lines.line_of(finding.span.start as usize)));
}

fn is_doubt(finding: &Finding) -> bool {
    const DOUBTS: &[&str] =
        &["/unknown", "/server-unknown", "/not-in-server", "/unknown-agent", "/unknown-worker"];
    finding.severity == Severity::Hint && DOUBTS.iter().any(|end| finding.code.ends_with(end))
}
