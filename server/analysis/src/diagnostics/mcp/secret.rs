//! `mcp/secret`: credentials in clear text.

use super::{Context, Report, part};
use crate::risks;
use segue_syntax::yaml::Node;

pub(super) fn check(context: &mut Context<'_>, node: &Node, text: &str) {
    if let Some((row, span)) = risks::secret_in(text) {
        let message = format!(
            "This looks like {}. Whoever can read the file has it: use an input or an environment variable, and revoke it.",
            row.title
        );
        let place = part(node, text, span.start as usize, span.len());
        context.send(Report::new("mcp/secret", place, message));
    }
}
