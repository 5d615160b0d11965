//! Between the protocol's types and ours: the only place where both are spelt out.

pub mod changes;
pub mod from_lsp;
pub mod locate;
pub mod position;
pub mod to_lsp;
pub mod uri;
