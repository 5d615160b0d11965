//! `part/*`: agents in four sections: prompt, archive, resources, tools, in this order.

use super::{Context, Report, first_token};
use segue_catalog::Kind;
use segue_syntax::Span;

const SECTIONS: &[&str] = &["Prompt", "Archive", "Resources", "Tools"];

pub(super) fn check(context: &mut Context<'_>) {
    if context.kind != Kind::Agent {
        return;
    }
    let facts = context.facts;
    let headings = facts.headings.iter().filter(|heading| heading.level == 2);
    // Which of the four each heading is, in the order of the file.
    let found: Vec<(usize, &str, Span)> = headings
        .filter_map(|heading| {
            let (place, name) = SECTIONS.iter().enumerate().find(|(_, name)| **name == &*heading.text)?;
            Some((place, *name, heading.text_span))
        })
        .collect();
    let has = |place: usize| found.iter().any(|(own, ..)| *own == place);
    // Resources and tools are common words; the first two together are this form alone.
    if !(has(0) && has(1)) {
        return;
    }
    let missing: Vec<String> = SECTIONS
        .iter()
        .enumerate()
        .filter(|(place, _)| !has(*place))
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!("An agent in the form of P.A.R.T. also has {}.", missing.join(" and "));
        context.send(Report::new("part/missing-section", first_token(facts), message));
    }
    let mut last: Option<(usize, &str, Span)> = None;
    for (place, own, at) in found {
        if let Some((before, other, earlier)) = last
            && place < before
        {
            let message = format!("`{own}` belongs before `{other}`: prompt, archive, resources, tools.");
            let report = Report::new("part/order", at, message);
            context.send(report.related(context.path.clone(), earlier, format!("`{other}`")));
        } else {
            last = Some((place, own, at));
        }
    }
}
