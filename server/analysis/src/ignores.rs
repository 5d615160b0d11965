//! `segue-ignore`: findings that a comment in the file silences, and comments that silence nothing.

use crate::diagnostics::{Context, Report};
use crate::file::Content;
use segue_syntax::Span;
use segue_syntax::facts::Ignore;

/// Takes the silenced findings out, and reports what silenced nothing.
pub(crate) fn apply(context: &mut Context<'_>) {
    let (state, facts) = (context.state, context.facts);
    let ignores: &[Ignore] = match &state.content {
        Content::Json(document) => &document.ignores,
        _ => &facts.ignores,
    };
    if ignores.is_empty() {
        return;
    }
    let mut used: Vec<Vec<bool>> =
        ignores.iter().map(|ignore| vec![false; ignore.codes.len().max(1)]).collect();
    context.findings_mut().retain(|finding| {
        let mut silenced = false;
        for (ignore, used) in ignores.iter().zip(&mut used) {
            if let Some(index) = covers(ignore, finding.code, finding.span) {
                used[index] = true;
                silenced = true;
            }
        }
        !silenced
    });
    for (ignore, used) in ignores.iter().zip(&used) {
        for (index, used) in used.iter().enumerate() {
            if !used {
                report_unused(context, ignore, index);
            }
        }
    }
}

/// Which of its codes silences a finding: the index, 0 for one without codes.
fn covers(ignore: &Ignore, code: &str, span: Span) -> Option<usize> {
    let in_range = ignore.covers.is_none_or(|lines| lines.start <= span.start && span.start <= lines.end);
    if !in_range {
        return None;
    }
    if ignore.codes.is_empty() {
        return Some(0);
    }
    ignore.codes.iter().position(|(wanted, _)| {
        &**wanted == code
            || wanted.strip_suffix("/*").is_some_and(|family| code.split('/').next() == Some(family))
    })
}

fn report_unused(context: &mut Context<'_>, ignore: &Ignore, index: usize) {
    let (span, message) = match ignore.codes.get(index) {
        Some((code, span)) if context.catalog.rule(code).is_none() && !code.ends_with("/*") => {
            (*span, format!("There is no rule `{code}` to ignore."))
        }
        Some((code, span)) => {
            (*span, format!("Nothing here is reported as `{code}`: the comment silences nothing."))
        }
        None => (ignore.span, "Nothing is reported here: the comment silences nothing.".to_owned()),
    };
    context.send(Report::new("segue/unused-ignore", span, message).tag(crate::diagnostics::Tag::Unnecessary));
}
