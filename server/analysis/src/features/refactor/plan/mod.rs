//! What can be done in plans.

pub(super) mod tick;

use super::{Offer, Source};
use segue_syntax::Span;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    tick::offer(source, range, offers);
}
