//! `markdown/*`: code fences that swallow what was meant as text.

use super::{Context, Report};
use segue_catalog::Severity;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    for fence in &facts.fences {
        if fence.closed {
            if let Some(inner) = fence.inner_open {
                let message = format!(
                    "The block opened here is closed by the inner fence's end: a {} that holds fences needs a longer fence.",
                    if fence.info.is_empty() {
                        "block".to_owned()
                    } else {
                        format!("`{}` block", fence.info)
                    }
                );
                context.send(Report::new("markdown/nested-fence", fence.open, message).related(
                    context.path.clone(),
                    inner,
                    "the inner fence",
                ));
            }
            continue;
        }
        // A list item or a quotation ends its fences; what follows is text again.
        if fence.nested {
            continue;
        }
        let mut report = if fence.prose_lines > 0 {
            Report::new(
                "markdown/unclosed-fence",
                fence.open,
                "This code fence is never closed: the rest of the file is code, its headings and links are not seen.",
            )
        } else {
            Report::new("markdown/unclosed-fence", fence.open, "This code fence is never closed.")
                .severity(Severity::Information)
        };
        // Where nothing but code follows, the end of the file is where the fence was meant to end.
        if fence.prose_lines == 0 {
            let mark = fence.mark.to_string().repeat(usize::from(fence.width));
            report = report.offered_fix(
                "Close the fence at the end of the file",
                segue_syntax::Span::at(facts.len as usize),
                format!("\n{mark}\n"),
            );
        }
        context.send(report);
    }
}
