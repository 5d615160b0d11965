//! Changes that an author may want at a place: what is missing created, sections moved out and in,
//! links and definitions put in order.
//!
//! What may be done is told cheaply ([`offers`]); [`change`] makes the edits, and tries them out first
//! ([`trial`]): what would bring a finding that was not there is refused.

mod create;
mod definitions;
mod extract;
mod inline;
mod plan;
mod relative;
mod section;
mod trial;

pub(in crate::features) use create::{heading_for, title_of};
pub(in crate::features) use plan::tick_edit as tick;

use crate::changes::Changes;
use crate::file::FileState;
use crate::sites::Page;
use crate::world::World;
use crate::written::{self, Written};
use segue_syntax::{Facts, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// As a command to the editor.
    pub title: String,
    /// The place that it is about; a finding there is put right by it.
    pub span: Span,
    /// What it does, to be turned into changes by [`change`].
    pub way: Way,
}

/// What can be done, in words that survive a round trip through the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Way {
    /// Creates the file that the destination at this byte leads to.
    CreateFile {
        /// Where the destination begins.
        at: u32,
    },
    /// Creates the heading that the destination at this byte names.
    CreateHeading {
        /// Where the destination begins.
        at: u32,
    },
    /// Moves the section of the heading at this byte to a file of its own.
    Extract {
        /// Where the heading begins.
        at: u32,
        /// Whether the file is a memory, not a context file.
        memory: bool,
    },
    /// Puts the section that the link at this byte leads to in its place.
    Inline {
        /// Where the link begins.
        at: u32,
    },
    /// Writes the destination at this byte relative to the file, without percent-encoding.
    Relative {
        /// Where the destination begins.
        at: u32,
    },
    /// Removes the link definitions that no link uses.
    RemoveUnusedDefinitions,
    /// Gathers the link definitions at the end, in order, without those that no link uses.
    OrganizeDefinitions,
    /// Ticks the task whose first line begins at this byte, or takes its tick back.
    Tick {
        /// Where the line's content begins.
        at: u32,
    },
    /// Writes the numbers that the stated waves of a plan come to.
    RenumberWaves,
    /// Draws the waves of a plan in its file, or brings that drawing up to date.
    InsertWaves,
    /// Puts a first part before the task whose first line begins at this byte.
    SplitTask {
        /// Where the line's content begins.
        at: u32,
    },
    /// Adds the sections that a spec of this form also has.
    AddSections,
    /// Makes a plan of the components of a spec.
    MakePlan {
        /// Whether the plan is a file of its own.
        file: bool,
    },
}

/// The families of what can be done, as editors group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Puts a finding right.
    Fix,
    /// Moves something to a place of its own.
    Extract,
    /// Puts something where it is used.
    Inline,
    /// Writes something in another way.
    Rewrite,
    /// Puts a kind of thing in order throughout the file.
    Organize,
}

impl Way {
    /// Whether it is worked out when it is chosen, where the client can wait for that.
    #[must_use]
    pub fn takes_its_time(&self) -> bool {
        matches!(self.family(), Family::Extract | Family::Inline)
            || matches!(
                self,
                Self::MakePlan { .. } | Self::InsertWaves | Self::RenumberWaves | Self::SplitTask { .. }
            )
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::CreateFile { .. }
            | Self::CreateHeading { .. }
            | Self::RemoveUnusedDefinitions
            | Self::AddSections => Family::Fix,
            Self::Extract { .. } => Family::Extract,
            Self::Inline { .. } => Family::Inline,
            Self::Relative { .. }
            | Self::Tick { .. }
            | Self::RenumberWaves
            | Self::InsertWaves
            | Self::SplitTask { .. }
            | Self::MakePlan { .. } => Family::Rewrite,
            Self::OrganizeDefinitions => Family::Organize,
        }
    }

    /// The code of the findings that it puts right.
    #[must_use]
    pub fn fixes(&self) -> Option<&'static str> {
        match self {
            Self::CreateFile { .. } => Some("link/missing-file"),
            Self::CreateHeading { .. } => Some("link/missing-anchor"),
            Self::RemoveUnusedDefinitions => Some("link/unused-definition"),
            Self::Relative { .. } => Some("link/absolute"),
            Self::RenumberWaves => Some("plan/wave-order"),
            Self::InsertWaves => Some("plan/diagram"),
            Self::AddSections => Some("spec/missing-section"),
            _ => None,
        }
    }
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text is not what it was when the offer was made.
    #[error("the file has changed")]
    Changed,
    /// It cannot be done without breaking something; a sentence.
    #[error("{0}")]
    Reason(&'static str),
}

/// A file that something is to be done in.
struct Source<'w> {
    world: &'w World,
    path: Arc<str>,
    state: &'w FileState,
    page: Page<'w>,
    facts: &'w Facts,
    text: &'w Arc<str>,
}

impl Source<'_> {
    /// The line end that the text uses.
    fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// The destinations whose links `range` touches.
    fn touched(&self, range: Span) -> Vec<Written<'_>> {
        let all = written::all(self.page.kind, self.facts).map(|(_, written)| written);
        all.filter(|written| written.whole.start <= range.end && range.start <= written.whole.end).collect()
    }

    /// The destination that begins at a byte.
    fn beginning_at(&self, at: u32) -> Option<Written<'_>> {
        let mut all = written::all(self.page.kind, self.facts).map(|(_, written)| written);
        all.find(|written| written.span.start == at)
    }

    /// Whether nothing but blanks that still leave a block a block stands before a byte on its line.
    fn begins_line(&self, at: u32) -> bool {
        let before = self.text.get(..at as usize).unwrap_or_default();
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        line.len() < 4 && line.chars().all(|c| c == ' ')
    }
}

/// Runs `work` on the primitive at `path`, where it is Markdown or a plan and its text is at hand.
fn with_source<T>(world: &World, path: &str, work: impl FnOnce(&Source<'_>) -> T) -> Option<T> {
    let (id, state) = world.file_at(path)?;
    state.kind?;
    // A plan in JSON has tasks and no Markdown.
    let none = Facts::default();
    let facts = state.facts().or_else(|| state.plan.is_some().then_some(&none))?;
    let text = world.text(id)?;
    let page = Page::of(path, state, Some(&text));
    Some(work(&Source { world, path: path.into(), state, page, facts, text: &text }))
}

/// What may be done where `range` is, of the families that are wanted. Nothing has been tried out yet:
/// [`change`] has the last word.
#[must_use]
pub fn offers(world: &World, path: &str, range: Span, wanted: &dyn Fn(Family) -> bool) -> Vec<Offer> {
    let all = |source: &Source<'_>| {
        let mut offers = Vec::new();
        create::offer(source, range, &mut offers);
        relative::offer(source, range, &mut offers);
        extract::offer(source, range, &mut offers);
        inline::offer(source, range, &mut offers);
        definitions::offer(source, range, &mut offers);
        plan::offer(source, range, &mut offers);
        offers.retain(|offer| wanted(offer.way.family()));
        offers
    };
    with_source(world, path, all).unwrap_or_default()
}

/// The changes that do it, tried out. `go_on` is asked now and then whether the answer is still wanted.
///
/// # Errors
///
/// Where the file is another one by now, or something would break.
pub fn change(
    world: &World,
    path: &str,
    way: &Way,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let made = with_source(world, path, |source| match way {
        Way::CreateFile { at } => create::file(source, *at),
        Way::CreateHeading { at } => create::heading(source, *at),
        Way::Extract { at, memory } => extract::change(source, *at, *memory, go_on),
        Way::Inline { at } => inline::change(source, *at),
        Way::Relative { at } => relative::change(source, *at),
        Way::RemoveUnusedDefinitions => definitions::remove_unused(source),
        Way::OrganizeDefinitions => definitions::organize(source),
        Way::Tick { at } => plan::tick::change(source, *at, go_on),
        Way::RenumberWaves => plan::renumber::change(source),
        Way::InsertWaves => plan::chart::change(source),
        Way::SplitTask { at } => plan::split::change(source, *at),
        Way::AddSections => plan::sections::change(source),
        Way::MakePlan { .. } => plan::make::change(source),
    });
    let changes = made.ok_or(Refusal::Changed)??;
    let is_fine = match way {
        // That a task is done is true, whatever a rule makes of it.
        Way::Tick { .. } => true,
        // What a task lacks both of its parts lack.
        Way::SplitTask { .. } => trial::brings_no_other_code(world, &changes),
        _ => trial::brings_nothing(world, &changes),
    };
    if is_fine {
        Ok(changes)
    } else {
        Err(Refusal::Reason("It would bring a finding that is not there now."))
    }
}

/// Edits of one text, made: those that overlap an earlier one are left out.
fn edited(text: &str, mut edits: Vec<(Span, String)>) -> Option<String> {
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, insert) in &edits {
        out.push_str(text.get(done..span.start as usize)?);
        out.push_str(insert);
        done = span.end as usize;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}
