//! ControlFlow's plans in Markdown: phases for parallel dispatch, with waves, executors, contracts
//! and a review of seven risks. A wave begins when the one before it is done.

use super::page::{Form, Page, Section, range, trimmed};
use super::{fields, names, paths, phases, shared};
use segue_plan::{Contract, Impact, Plan, Risk, Stated, Unread};
use segue_syntax::Span;

/// The sections in which seven risks are reviewed.
const REVIEW: &[&str] = &["Semantic Risk Review", "Risk Review"];

pub(super) fn read(page: &Page<'_>) -> Plan {
    let (tasks, dispatched) = phases::read(page);
    let first = tasks.first().map_or(page.lines.len(), |task| task.line as usize);
    let mut plan = Plan { title: title(page), ..Plan::default() };
    shared::head(page, 0..first, &mut plan);
    if !dispatched && plan.stated_tier.is_none() {
        return plan;
    }
    plan.tasks = tasks;
    shared::mark_gated(&mut plan.tasks);
    plan.contracts = contracts(page);
    for section in page.called(REVIEW) {
        plan.risks.extend(review(page, section, &mut plan.unread));
    }
    if plan.risks.is_empty() {
        plan.empty_sections.extend(page.called(REVIEW).next().map(|section| page.stated(section.text)));
    }
    plan.risks.extend(shared::risks_in_words(page, &["Risks"]));
    plan.acceptance = shared::items_of(page, &["Success Criteria"]);
    plan.questions.extend(shared::items_of(page, &["Open Questions"]));
    plan.clarifications = shared::clarifications(page);
    plan.diagrams = shared::diagrams(page);
    plan
}

/// The title after `Plan:`.
pub(super) fn title(page: &Page<'_>) -> Option<Stated<String>> {
    let named = page.sections.iter().find(|section| section.title.starts_with("Plan:"));
    let Some(section) = named else { return page.title() };
    let content = page.str(section.text);
    let rest = content.strip_prefix("Plan:").unwrap_or(content);
    let span =
        trimmed(page.text, Span::new(section.text.end as usize - rest.len(), section.text.end as usize));
    Some(page.stated(span))
}

/// The rows of the risk review: columns by their names, in any order.
fn review(page: &Page<'_>, section: &Section<'_>, unread: &mut Vec<Unread>) -> Vec<Risk> {
    let rows: Vec<_> =
        page.numbered(section.body.clone()).filter(|(_, line)| line.form == Form::Row).collect();
    let Some((_, head)) = rows.first() else { return Vec::new() };
    let heads: Vec<String> =
        page.cells(*head).into_iter().map(|cell| page.str(cell).to_lowercase()).collect();
    let column = |name: &str| heads.iter().position(|head| head.contains(name));
    let Some(category) = column("category") else { return Vec::new() };
    let (applicability, impact, evidence, disposition) =
        (column("applicab"), column("impact"), column("evidence"), column("disposition"));
    let mut risks = Vec::new();
    for (_, row) in rows.iter().skip(1).filter(|(_, row)| !page.is_rule(*row)) {
        let cells = page.cells(*row);
        let cell = |column: Option<usize>| {
            let span = *cells.get(column?)?;
            (!span.is_empty()).then(|| page.stated(span))
        };
        let Some(category) = cell(Some(category)) else { continue };
        risks.push(Risk {
            category,
            is_category: true,
            applicability: cell(applicability),
            impact: shared::parsed("impact", cell(impact), Impact::from_name, unread),
            evidence: cell(evidence),
            disposition: cell(disposition),
            range: range(page.trimmed(*row)),
        });
    }
    risks
}

/// `- **Phase 1 → Phase 2:** the schema`, then `- **Format:** …`.
fn contracts(page: &Page<'_>) -> Vec<Contract> {
    let mut contracts: Vec<Contract> = Vec::new();
    for section in page.called(&["Inter-Phase Contracts", "Contracts"]) {
        for (_, item) in page.items(section.body.clone()) {
            let Some((label, value)) = fields::labelled(page.text, item.text) else {
                contracts.extend(contract(page, item.text, item.text));
                continue;
            };
            let word = page.str(label).to_lowercase();
            if word == "format" {
                if let Some(last) = contracts.last_mut() {
                    last.format = (!value.is_empty()).then(|| page.stated(value));
                    last.range = last.range.cover(range(item.text));
                }
            } else if let Some(mut found) =
                contract(page, label, item.text).or_else(|| one_end(page, label, item.text))
            {
                found.interface = (!value.is_empty()).then(|| page.stated(value));
                contracts.push(found);
            }
        }
    }
    contracts
}

/// `**Phase 1:** the schema`: who makes it, and not who takes it.
fn one_end(page: &Page<'_>, label: Span, whole: Span) -> Option<Contract> {
    let numbers = names::numbers(page.text, label, &["phase"]);
    let [(place, number)] = numbers.as_slice() else { return None };
    let is_alone = page.str(label).split_whitespace().count() == 2 && number.len() == 1;
    let from = Some(page.stated(*place));
    is_alone.then(|| Contract { from, range: range(whole), ..Contract::default() })
}

/// Both ends of `Phase 1 → Phase 2`; nothing where there is no arrow.
fn contract(page: &Page<'_>, ends: Span, whole: Span) -> Option<Contract> {
    let content = page.str(ends);
    let (at, arrow) =
        ["→", "->", "=>", "⇒"].iter().find_map(|arrow| content.find(arrow).map(|at| (at, arrow.len())))?;
    let start = ends.start as usize;
    let end_of = |span: Span| {
        let numbers = names::numbers(page.text, span, &["phase", "phases"]);
        let (place, _) = *numbers.first().map(|(place, number)| (place, number)).as_ref()?;
        Some(page.stated(*place))
    };
    Some(Contract {
        from: end_of(Span::new(start, start + at)),
        to: end_of(Span::new(start + at + arrow, ends.end as usize)),
        interface: paths::code_spans(page.text, whole).first().map(|code| page.stated(*code)),
        format: None,
        range: range(whole),
    })
}
