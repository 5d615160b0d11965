//! Every position of `tests/fixtures/completion.txt`: what is proposed, and that a file in which a proposal
//! was accepted has no new finding.

mod headers;

use super::*;
use crate::features::about;
use crate::fixture;
use crate::host::{Change, Host, Options};
use segue_catalog::Severity;
use std::fmt::Write;
use std::sync::Arc;

const FIXTURE: &str = include_str!("../../../../../tests/fixtures/completion.txt");

const CURSOR: char = '‸';

struct Case {
    title: String,
    path: String,
    text: String,
    offset: usize,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for case in FIXTURE.split("\n== ").skip(2) {
        let (title, rest) = case.split_once("\n@ ").unwrap();
        let (path, marked) = rest.split_once('\n').unwrap();
        let marked = match marked.strip_suffix("\\eof") {
            Some(marked) => marked.to_owned(),
            None => format!("{}\n", marked.strip_suffix("\\eof\n").unwrap_or(marked)),
        };
        let marked = marked.replace("\\r", "\r").replace("\\ufeff", "\u{feff}");
        let offset = marked.find(CURSOR).unwrap_or_else(|| panic!("no cursor in {title}"));
        let text = marked.replacen(CURSOR, "", 1);
        cases.push(Case { title: title.to_owned(), path: path.to_owned(), text, offset });
    }
    cases
}

fn host() -> Host {
    let workspace = FIXTURE.split("\n== ").nth(1).unwrap().split_once('\n').unwrap().1;
    Host::open(Arc::new(fixture::disk(&format!("{workspace}\n"))), Options::default(), &|_| ())
}

fn with(host: &mut Host, path: &str, text: &str) -> Arc<World> {
    host.apply([Change::Buffer { path: path.to_owned(), text: text.into(), version: None }]);
    host.snapshot()
}

fn at(world: &World, case: &Case) -> Completion {
    in_editor(world, case, Answerers::default())
}

fn in_editor(world: &World, case: &Case, editor: Answerers) -> Completion {
    let offset = u32::try_from(case.offset).unwrap();
    completion(Request { world, path: &case.path, text: &case.text, offset, editor })
}

/// What is written, with placeholders in angle brackets and choices between bars.
fn shown(proposal: &Proposal) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.replace("\r\n", "␍⏎").replace('\n', "⏎"),
        Piece::Placeholder(words) => format!("‹{words}›"),
        Piece::Choice(words) => format!("‹{}›", words.join("|")),
    };
    proposal.pieces.iter().map(piece).collect()
}

fn drawn(case: &Case, found: &Completion) -> String {
    let mut drawn = format!("{}\n", case.title);
    let mut labels: Vec<&str> = found.proposals.iter().map(|own| own.label.as_str()).collect();
    let left = labels.len().saturating_sub(14);
    labels.truncate(14);
    let _ =
        write!(drawn, "    {}", if labels.is_empty() { "nothing".to_owned() } else { labels.join(" · ") });
    if left > 0 {
        let _ = write!(drawn, " … {left} more");
    }
    drawn.push_str(if found.incomplete { " …\n" } else { "\n" });
    if let Some(first) = found.proposals.first() {
        let replaced = first.whole.of(&case.text);
        let _ = writeln!(drawn, "    `{replaced}` → `{}`", shown(first));
    }
    drawn
}

#[test]
fn what_is_proposed() {
    let mut host = host();
    let mut groups: std::collections::BTreeMap<String, String> = Default::default();
    for case in cases() {
        let world = with(&mut host, &case.path, &case.text);
        let group = case.title.split(':').next().unwrap().replace(' ', "-").to_lowercase();
        *groups.entry(group).or_default() += &drawn(&case, &at(&world, &case));
        host.apply([Change::Closed(case.path)]);
    }
    for (group, drawn) in groups {
        insta::assert_snapshot!(group, drawn);
    }
}

/// Hints that tell who does not read something which another client of the file does.
const TOLD: &[&str] = &["frontmatter/ignored-by-client", "tool/client"];

fn findings(world: &World, path: &str) -> Vec<&'static str> {
    if path.ends_with("segue.toml") {
        return world.config_findings().into_iter().map(|(_, finding)| finding.code).collect();
    }
    let Some(id) = world.id(path) else { return Vec::new() };
    let found = crate::diagnostics::of_file(world, id).into_iter();
    let untold = found.filter(|own| !(TOLD.contains(&own.code) && own.severity == Severity::Hint));
    untold.map(|finding| finding.code).collect()
}

fn accepted(text: &str, proposal: &Proposal) -> String {
    let mut edits = vec![(proposal.whole, proposal.plain())];
    edits.extend(proposal.also.iter().map(|own| (own.span, own.insert.clone())));
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut new = text.to_owned();
    for (span, insert) in edits {
        new.replace_range(span.range(), &insert);
    }
    new
}

/// What the file says before: as it stands, and with something in the place of what is half typed, because
/// in a header that cannot be read nothing is found missing.
fn before(host: &mut Host, case: &Case, proposals: &[Proposal]) -> Vec<&'static str> {
    // What is accepted in a file of settings leaves nothing wrong with it.
    if case.path.ends_with("segue.toml") {
        return Vec::new();
    }
    let mut found = findings(&with(host, &case.path, &case.text), &case.path);
    let is_key = |own: &&Proposal| matches!(own.kind, ProposalKind::Key | ProposalKind::Hook);
    let Some(key) = proposals.iter().find(is_key) else { return found };
    let neutral = Proposal { pieces: vec![Piece::Text("zz: 1".to_owned())], ..key.clone() };
    for code in findings(&with(host, &case.path, &accepted(&case.text, &neutral)), &case.path) {
        if !found.contains(&code) && code != "frontmatter/unknown-key" {
            found.push(code);
        }
    }
    found
}

#[test]
fn an_accepted_proposal_brings_no_finding() {
    let mut host = host();
    let mut wrong = String::new();
    let mut count = 0;
    for case in cases() {
        let world = with(&mut host, &case.path, &case.text);
        let proposals = at(&world, &case).proposals;
        let before = before(&mut host, &case, &proposals);
        for proposal in proposals {
            count += 1;
            // A folder or a word that something must follow is half of what is meant; what does not fit
            // what is typed is not shown.
            if matches!(proposal.kind, ProposalKind::Folder | ProposalKind::Keyword)
                || proposal.label == "extend"
                || !fits(&proposal.filter, proposal.typed.of(&case.text))
            {
                continue;
            }
            let text = accepted(&case.text, &proposal);
            let after = findings(&with(&mut host, &case.path, &text), &case.path);
            let mut left = before.clone();
            for finding in after {
                match left.iter().position(|own| *own == finding) {
                    Some(at) => drop(left.remove(at)),
                    None => {
                        let _ = writeln!(wrong, "{}: `{}` brings {finding:?}", case.title, proposal.label);
                    }
                }
            }
        }
        host.apply([Change::Closed(case.path)]);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 3000, "only {count} proposals were tried");
}

#[test]
fn there_are_positions_enough() {
    let all = cases();
    assert!(all.len() >= 150, "{}", all.len());
    let mut titles: Vec<&str> = all.iter().map(|case| case.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), all.len());
}

#[test]
fn ranges_hold_the_cursor_and_stay_on_its_line() {
    let mut host = host();
    for case in cases() {
        let world = with(&mut host, &case.path, &case.text);
        for proposal in at(&world, &case).proposals {
            let whole = proposal.whole;
            assert_eq!(proposal.typed.start, whole.start, "{}: {}", case.title, proposal.label);
            assert_eq!(proposal.typed.end as usize, case.offset, "{}: {}", case.title, proposal.label);
            assert!(whole.end >= proposal.typed.end, "{}: {}", case.title, proposal.label);
            assert!(!whole.of(&case.text).contains('\n'), "{}: {}", case.title, proposal.label);
            assert!(case.text.get(whole.range()).is_some(), "{}", case.title);
        }
        host.apply([Change::Closed(case.path)]);
    }
}

#[test]
fn nothing_is_proposed_twice_or_again() {
    let mut host = host();
    for case in cases() {
        let world = with(&mut host, &case.path, &case.text);
        let found = at(&world, &case);
        let mut seen: Vec<String> = found.proposals.iter().map(shown).collect();
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count, "{}", case.title);
        assert!(count <= MOST_PROPOSALS, "{}", case.title);
        host.apply([Change::Closed(case.path)]);
    }
}

#[test]
fn line_ends_are_those_of_the_document() {
    let mut host = host();
    for case in cases().iter().filter(|case| case.text.contains("\r\n")) {
        let world = with(&mut host, &case.path, &case.text);
        for proposal in at(&world, case).proposals {
            let plain = proposal.plain();
            assert_eq!(plain.matches('\n').count(), plain.matches("\r\n").count(), "{}", case.title);
        }
    }
}

#[test]
fn every_card_can_be_made() {
    let mut host = host();
    for case in cases() {
        let world = with(&mut host, &case.path, &case.text);
        for proposal in at(&world, &case).proposals {
            let Some(own) = &proposal.about else { continue };
            let json = serde_json::to_string(own).unwrap();
            assert_eq!(&serde_json::from_str::<about::About>(&json).unwrap(), own);
            let card = about::card(&world, own);
            let no_text = matches!(own, about::About::Path(_));
            assert!(card.is_some_and(|card| !card.is_empty()) || no_text, "{}: {own:?}", case.title);
        }
        host.apply([Change::Closed(case.path)]);
    }
}

#[test]
fn an_editor_that_answers_is_left_to_it() {
    let mut host = host();
    let editor = Answerers { prompts: true, markdown: true };
    let labels = |title: &str, host: &mut Host| -> Vec<String> {
        let case = cases().into_iter().find(|case| case.title == title).unwrap();
        let world = with(host, &case.path, &case.text);
        in_editor(&world, &case, editor).proposals.into_iter().map(|own| own.label).collect()
    };
    let nothing = Vec::<String>::new();
    for title in [
        "agent: target",
        "agent: tools, an empty list",
        "agent: hooks, events",
        "prompt: keys",
        "template: agent",
        "body: a tool",
        "body: a link",
        "body: an anchor of the file",
        "body: a label",
    ] {
        assert_eq!(labels(title, &mut host), nothing, "{title}");
    }
    assert_eq!(labels("agent: all keys", &mut host)[0], "mcp-servers");
    assert!(labels("agent: handoffs, agent", &mut host).contains(&"Builder".to_owned()));
    assert_eq!(labels("Claude agent: permissionMode", &mut host), ["auto", "manual"]);
    assert!(!labels("body: a variable", &mut host).is_empty());
    assert!(!labels("template: spec", &mut host).is_empty());
    assert!(!labels("chat mode: keys", &mut host).is_empty());
}

/// Every prefix of a file is a state in which somebody may ask.
#[test]
fn any_half_typed_text_has_an_answer() {
    let mut host = host();
    for case in cases().iter().step_by(5) {
        for (offset, _) in case.text.char_indices() {
            let text = &case.text[..offset];
            let world = with(&mut host, &case.path, text);
            let offset = u32::try_from(offset).unwrap();
            let editor = Answerers::default();
            let found = completion(Request { world: &world, path: &case.path, text, offset, editor });
            for proposal in found.proposals {
                assert!(text.get(proposal.whole.range()).is_some());
            }
        }
        host.apply([Change::Closed(case.path.clone())]);
    }
}
