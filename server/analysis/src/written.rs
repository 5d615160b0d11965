//! Destinations as they stand in a file: of links, images, definitions, `#file:` and imports.

use crate::intern::PathId;
use crate::names;
use crate::target::Base;
use crate::workflows;
use segue_catalog::Kind;
use segue_syntax::facts::{LinkKind, TokenKind};
use segue_syntax::yaml::Node;
use segue_syntax::{Facts, Span};

/// A destination as it is written in a file.
#[derive(Clone, Copy, Debug)]
pub struct Written<'f> {
    /// The destination after Markdown's own escapes, percent-encoding kept.
    pub text: &'f str,
    /// Where it stands.
    pub span: Span,
    /// The whole construct.
    pub whole: Span,
    /// Against which folders it is tried.
    pub base: Base,
    /// What it belongs to.
    pub what: What,
}

/// What a destination belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A link, or a definition of a reference.
    Link,
    /// An image.
    Image,
    /// `#file:`
    FileReference,
    /// `@path`, where a client reads it.
    Import,
    /// What an agentic workflow imports, in its header or its body.
    Part,
    /// An agentic workflow's name for another workflow that it starts.
    Worker,
}

/// Which destination of a file: two bits for the list of its facts (the last is the header), the rest for
/// the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(u32);

const INDEX_BITS: u32 = 30;

/// The list of destinations in the header.
const HEADER: u32 = 3;

impl SiteId {
    /// The site of a name that is no destination.
    pub(crate) const NONE: Self = Self(u32::MAX);

    fn new(list: u32, index: usize) -> Self {
        // A text of 4 GiB has no more links than fit.
        let index = u32::try_from(index).unwrap_or(u32::MAX) & ((1 << INDEX_BITS) - 1);
        Self(list << INDEX_BITS | index)
    }

    fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }
}

/// That a destination may mean a path. One with several spellings or bases has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// The path.
    pub target: PathId,
    /// The destination.
    pub site: SiteId,
}

/// Where the parts of a destination stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The path, without query and anchor.
    pub path: Span,
    /// The anchor, without its `#`.
    pub anchor: Option<Span>,
}

/// Every destination of a file that is judged or followed: references once, at their definition;
/// autolinks never, because they are no paths.
pub fn all<'f>(kind: Option<Kind>, facts: &'f Facts) -> impl Iterator<Item = (SiteId, Written<'f>)> {
    let links = (0..facts.links.len()).map(|index| SiteId::new(0, index));
    let definitions = (0..facts.definitions.len()).map(|index| SiteId::new(1, index));
    let tokens = (0..facts.tokens.len()).map(|index| SiteId::new(2, index));
    let header = workflows::destinations(kind, facts).into_iter().enumerate();
    let header = header.filter_map(|(index, found)| Some((SiteId::new(HEADER, index), of_header(found)?)));
    let body = links.chain(definitions).chain(tokens);
    body.filter_map(move |site| Some((site, get(kind, facts, site)?))).chain(header)
}

/// The destination with that number.
#[must_use]
pub fn get(kind: Option<Kind>, facts: &Facts, site: SiteId) -> Option<Written<'_>> {
    match site.0 >> INDEX_BITS {
        0 => {
            let link = facts.links.get(site.index())?;
            let what = match link.kind() {
                LinkKind::Inline => What::Link,
                LinkKind::Image => What::Image,
                LinkKind::Reference | LinkKind::ImageReference | LinkKind::Autolink => return None,
            };
            let (span, whole) = (link.target_span, link.span);
            Some(Written { text: &link.target, span, whole, base: Base::Link, what })
        }
        1 => {
            let definition = facts.definitions.get(site.index())?;
            Some(Written {
                text: &definition.target,
                span: definition.target_span,
                whole: definition.span,
                base: Base::Link,
                what: What::Link,
            })
        }
        HEADER => of_header(workflows::destinations(kind, facts).get(site.index()).copied()?),
        _ => {
            let token = facts.tokens.get(site.index()).filter(|token| !token.in_code)?;
            let (base, what) = match token.kind {
                TokenKind::File => (Base::FileThenTop, What::FileReference),
                TokenKind::Include | TokenKind::OptionalInclude if kind == Some(Kind::Workflow) => {
                    (Base::Part, What::Part)
                }
                TokenKind::Import if kind.is_some_and(names::reads_imports) => (Base::Link, What::Import),
                _ => return None,
            };
            Some(Written { text: &token.name, span: token.name_span, whole: token.span, base, what })
        }
    }
}

fn of_header((node, what): (&Node, What)) -> Option<Written<'_>> {
    let base = if what == What::Worker { Base::Worker } else { Base::Part };
    let (span, text) = (node.inner_span(), node.as_str()?);
    // With escapes in it nobody knows where its parts stand.
    (span.len() == text.len()).then_some(Written { text, span, whole: node.span, base, what })
}

impl Written<'_> {
    /// Another path in its place, with the escapes that the place asks for. `raw` is the path that stands
    /// there, `before` the character before it.
    #[must_use]
    pub fn spelt(&self, path: &str, raw: &str, before: Option<char>) -> String {
        match self.what {
            What::FileReference if path.contains(' ') && !matches!(before, Some('"' | '\'')) => {
                format!("\"{path}\"")
            }
            What::FileReference | What::Worker => path.to_owned(),
            // In a header, where it may begin a comment or a map.
            What::Part if path.contains(": ") || path.contains(" #") => {
                format!("'{}'", path.replace('\'', "''"))
            }
            What::Part => path.to_owned(),
            What::Import => path.replace(' ', "\\ "),
            What::Link | What::Image => encoded(path, raw, before == Some('<')),
        }
    }

    /// Where its parts stand. Without the file's text they are known where the destination is written
    /// without escapes; else both parts are the whole.
    #[must_use]
    pub fn parts(&self, source: Option<&str>) -> Parts {
        let raw = match source.map(|source| self.span.of(source)) {
            Some(raw) if !raw.is_empty() => raw,
            _ if self.text.len() == self.span.len() => self.text,
            _ => {
                let anchor = self.text.contains('#').then_some(self.span);
                return Parts { path: self.span, anchor };
            }
        };
        let hash = raw.match_indices('#').map(|(at, _)| at).find(|at| {
            // `&#35;` is a character of the path, and so is `\#`.
            !matches!(raw.as_bytes().get(at.wrapping_sub(1)), Some(b'&' | b'\\'))
        });
        let path_end = raw.get(..hash.unwrap_or(raw.len())).and_then(|path| path.find('?'));
        let start = self.span.start as usize;
        Parts {
            path: Span::new(start, start + path_end.or(hash).unwrap_or(raw.len())),
            anchor: hash.map(|hash| Span::new(start + hash + 1, start + raw.len())),
        }
    }
}

/// A path as a link's destination, as `like` is written: what has to be encoded is, and what was encoded
/// there is here too.
#[must_use]
pub fn encoded(path: &str, like: &str, angle: bool) -> String {
    let has =
        |escape: &[u8]| like.as_bytes().windows(escape.len()).any(|part| part.eq_ignore_ascii_case(escape));
    let high = like.as_bytes().windows(2).any(|pair| {
        matches!(pair, [b'%', digit] if matches!(digit.to_ascii_lowercase(), b'8' | b'9' | b'a'..=b'f'))
    });
    let keeps_brackets = angle || like.contains('(');
    let mut encoded = String::with_capacity(path.len());
    for c in path.chars() {
        let keep = match c {
            ' ' => angle && !has(b"%20"),
            '(' | ')' => keeps_brackets,
            '<' | '>' | '#' | '?' | '%' | '\\' | '|' | '`' | '[' | ']' | '*' => false,
            c if c.is_control() => false,
            c => c.is_ascii() || !high,
        };
        if keep {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_destinations() {
        let text = "[a](x.md#b) [c](<y z.md?q=1#d>) [e](f\\#g.md#h) [i](#j) ![k](l.png)\n\n[m]: n.md#o\n\n#file:p.md\n";
        let facts = Facts::of(text);
        let told: Vec<String> = all(None, &facts)
            .map(|(site, written)| {
                assert_eq!(get(None, &facts, site).map(|again| again.span), Some(written.span));
                let parts = written.parts(Some(text));
                format!("{}|{}", parts.path.of(text), parts.anchor.map_or("-", |span| span.of(text)))
            })
            .collect();
        assert_eq!(told, ["x.md|b", "y z.md|d", "f\\#g.md|h", "|j", "l.png|-", "n.md|o", "p.md|-"]);
    }
}
