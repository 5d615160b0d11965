//! Bytes to a [`FileState`]: decoding, facts, and what a file exports and refers to.

use crate::file::{Content, Exports, FileState, LARGEST_FILE, Unreadable};
use crate::four_sections::{self, FourSections};
use crate::intern::Interner;
use crate::plans::Planned;
use crate::recognise::Recognised;
use crate::target::{Base, Target, understand};
use crate::workflows::{self, WorkflowBody};
use crate::written::{self, Ref, SiteId};
use crate::{mentions, names, plans, risks, servers};
use segue_catalog::{Dialect, Kind};
use segue_syntax::facts::TokenKind;
use segue_syntax::yaml::Node;
use segue_syntax::{Damage, Facts, json};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Hash of a file's bytes.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    bytes.hash(&mut hasher);
    hasher.finish()
}

/// Decodes and reads the bytes of a closed file.
pub(crate) fn closed(
    path: &str,
    what: Option<Recognised>,
    bytes: std::io::Result<Vec<u8>>,
    interner: &Interner,
) -> FileState {
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return unreadable(what, 0, Unreadable::Io(error.to_string())),
    };
    let hash = hash(&bytes);
    let mut state = match decode(bytes) {
        Ok(text) => parsed(path, what, &text, hash, interner, None),
        Err(reason) => unreadable(what, hash, reason),
    };
    if let Content::Markdown(facts) = &mut state.content {
        facts.links.iter_mut().for_each(|link| link.target = interner.share(&link.target));
    }
    state
}

/// Reads the text of an open buffer; `before` is the file as it was, of which what an edit left alone is
/// taken over.
pub(crate) fn open(
    path: &str,
    what: Option<Recognised>,
    text: &Arc<str>,
    version: Option<i32>,
    interner: &Interner,
    before: Option<&FileState>,
) -> FileState {
    let before = before.and_then(|state| Before::of(state, text));
    let state = parsed(path, what, text, hash(text.as_bytes()), interner, before);
    FileState { text: Some(text.clone()), version, ..state }
}

fn unreadable(what: Option<Recognised>, hash: u64, reason: Unreadable) -> FileState {
    FileState {
        kind: what.map(|what| what.kind),
        dialect: what.map_or(Dialect::Copilot, |what| what.dialect),
        content: Content::Unreadable(reason),
        text: None,
        version: None,
        hash,
        exports: Exports::default(),
        refs: Box::default(),
        uses: Box::default(),
        mentions: Box::default(),
        risks: Box::default(),
        four_sections: None,
        workflow: None,
        plan: None,
    }
}

pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if bytes.len() > LARGEST_FILE {
        return Err(Unreadable::TooLarge);
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Unreadable::Utf16);
    }
    match String::from_utf8(bytes) {
        Ok(text) if has_nul(text.as_bytes()) => Err(Unreadable::Binary),
        Ok(text) => Ok(text),
        Err(error) if has_nul(error.as_bytes()) => Err(Unreadable::Binary),
        Err(error) => Err(Unreadable::NotUtf8(error.utf8_error().valid_up_to())),
    }
}

/// Whether a file's beginning says that it is no text.
fn has_nul(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..8192).unwrap_or(bytes)).is_some()
}

/// What is known of an open primitive whose text was edited.
struct Before<'s> {
    state: &'s FileState,
    facts: &'s Facts,
    text: &'s str,
    damage: Damage,
}

impl<'s> Before<'s> {
    fn of(state: &'s FileState, text: &str) -> Option<Self> {
        // Of what is no primitive not all facts are kept.
        let facts = state.facts().filter(|_| state.kind.is_some())?;
        let before = state.text.as_deref()?;
        Some(Self { state, facts, text: before, damage: Damage::between(before, text) })
    }
}

fn parsed(
    path: &str,
    what: Option<Recognised>,
    text: &str,
    hash: u64,
    interner: &Interner,
    before: Option<Before<'_>>,
) -> FileState {
    if let Some(what) = what.filter(Recognised::is_json) {
        return parsed_json(path, what, text, hash);
    }
    if four_sections::is_table(path) {
        return table_of_grants(text, hash);
    }
    let edited = before.as_ref().and_then(|before| before.facts.edited(before.text, text, before.damage));
    let mut facts = edited.unwrap_or_else(|| Facts::of(text));
    let what = what.filter(|what| what.confirmed(&facts));
    let (kind, dialect) = (what.map(|what| what.kind), what.map_or(Dialect::Copilot, |what| what.dialect));
    let (mut refs, mut uses, mut exported, mut mentions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    if let Some(kind) = kind {
        refs = refs_of(path, kind, &facts, interner);
        uses = names::used(kind, dialect, &facts);
        mentions = mentions::of(kind, dialect, &facts);
        exported = names::defined(path, kind, &facts);
    } else {
        facts = anchors_only(facts);
    }
    shrink(&mut facts);
    let workflow = (kind == Some(Kind::Workflow)).then(|| Box::new(WorkflowBody::of(text, &facts)));
    if let Some(body) = &workflow {
        refs.extend(body.names().flat_map(|name| refs_of_worker(name, path, interner)));
        refs.sort_unstable();
    }
    let in_sections = four_sections::may_be(kind, dialect, &facts);
    let four_sections = in_sections.then(|| Box::new(FourSections::of(text, &facts)));
    if let Some(body) = &four_sections {
        let named = |path: String| Ref { target: interner.intern(&path), site: SiteId::NONE };
        refs.extend(body.paths(path).map(named));
        refs.sort_unstable();
    }
    let plan = plans::of_facts(path, kind, text, &facts).map(|plan| Arc::new(Planned::new(plan)));
    uses.extend(plan.iter().flat_map(|plan| plans::agents_of(plan)));
    uses.sort();
    uses.dedup();
    let exports = Exports {
        fingerprint: fingerprint(&(
            kind,
            &exported,
            facts.headings.iter().map(|heading| &heading.slug).collect::<Vec<_>>(),
            facts.html_ids.iter().map(|id| &id.id).collect::<Vec<_>>(),
            names::hidden(&facts),
            &uses,
            imports_of(&facts).collect::<Vec<_>>(),
            seen_of_header(&facts),
            (kind == Some(Kind::Workflow)).then(|| workflows::seen(&facts)),
        )),
        names: exported.into(),
        hidden: names::hidden(&facts),
    };
    FileState {
        kind,
        dialect,
        content: Content::Markdown(facts),
        text: None,
        version: None,
        hash,
        exports,
        refs: refs.into(),
        uses: uses.into(),
        mentions: mentions.into(),
        four_sections,
        workflow,
        risks: match before {
            _ if kind.is_none() => Box::default(),
            Some(before) => risks::after(&before.state.risks, before.text, text, before.damage).into(),
            None => risks::of_text(text).into(),
        },
        plan,
    }
}

fn parsed_json(path: &str, what: Recognised, text: &str, hash: u64) -> FileState {
    let is_plan = what.kind == Kind::Plan;
    let document = if is_plan { json::parse_half_written(text) } else { json::parse(text) };
    let kind = what.confirmed_by_json(&document).then_some(what.kind);
    let plan = (kind == Some(Kind::Plan)).then(|| Arc::new(Planned::new(plans::of_json(&document, text))));
    let mut uses: Vec<_> = plan.iter().flat_map(|plan| plans::agents_of(plan)).collect();
    uses.sort();
    uses.dedup();
    let names = if kind == Some(Kind::Mcp) { names::servers_of_file(path, &document) } else { Vec::new() };
    FileState {
        kind,
        dialect: what.dialect,
        content: Content::Json(document),
        text: None,
        version: None,
        hash,
        // What a server may offer is seen from the files that name its tools.
        exports: Exports { fingerprint: fingerprint(&(&names, hash)), names: names.into(), hidden: false },
        refs: Box::default(),
        uses: uses.into(),
        mentions: Box::default(),
        risks: Box::default(),
        four_sections: None,
        workflow: None,
        plan,
    }
}

/// A table that the agents of a team are compared with.
fn table_of_grants(text: &str, hash: u64) -> FileState {
    let exports = Exports { fingerprint: hash, ..Exports::default() };
    let content = Content::Json(json::parse(text));
    FileState { content, exports, ..unreadable(None, hash, Unreadable::Binary) }
}

/// What is kept of a file that is a link's target and nothing else: its anchors, and its imports,
/// which may lead back to who imports it.
fn anchors_only(facts: Facts) -> Facts {
    let mut tokens = facts.tokens;
    tokens.retain(|token| token.kind == TokenKind::Import);
    Facts { len: facts.len, headings: facts.headings, html_ids: facts.html_ids, tokens, ..Facts::default() }
}

/// Gives back what the lists grew too large by: a quarter of the memory of a file with many links.
fn shrink(facts: &mut Facts) {
    facts.headings.shrink_to_fit();
    facts.html_ids.shrink_to_fit();
    facts.links.shrink_to_fit();
    facts.definitions.shrink_to_fit();
    facts.undefined.shrink_to_fit();
    facts.fences.shrink_to_fit();
    facts.tokens.shrink_to_fit();
    facts.oddities.shrink_to_fit();
    facts.ignores.shrink_to_fit();
}

fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What else the rules about agents and servers see of another file's header: which handoffs are sent
/// unasked, and what its servers may offer.
fn seen_of_header(facts: &Facts) -> (Vec<Option<bool>>, Option<String>) {
    let Some(map) = facts.header.yaml.map() else { return Default::default() };
    let sends = names::handoffs(map).map(|handoff| handoff.value("send").and_then(Node::as_bool));
    let servers: String = servers::written_in(map).map(|node| format!("{node:?}")).collect();
    (sends.collect(), Some(servers).filter(|servers| !servers.is_empty()))
}

fn imports_of(facts: &Facts) -> impl Iterator<Item = &str> {
    facts.tokens.iter().filter(|token| token.kind == TokenKind::Import).map(|token| &*token.name)
}

/// What a body names is no destination, and findings hang on it all the same.
fn refs_of_worker(name: &str, path: &str, interner: &Interner) -> Vec<Ref> {
    let Target::Path { candidates, .. } = understand(name, path, Base::Worker) else { return Vec::new() };
    candidates.iter().map(|path| Ref { target: interner.intern(path), site: SiteId::NONE }).collect()
}

/// Every path that some link, definition, `#file:` or import of the file may mean, sorted by path.
fn refs_of(path: &str, kind: Kind, facts: &Facts, interner: &Interner) -> Vec<Ref> {
    let mut refs = Vec::new();
    for (site, written) in written::all(Some(kind), facts) {
        if let Target::Path { candidates, .. } = understand(written.text, path, written.base) {
            refs.extend(candidates.iter().map(|path| Ref { target: interner.intern(path), site }));
        }
    }
    refs.sort_unstable();
    refs
}
