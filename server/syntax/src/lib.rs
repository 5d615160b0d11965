//! Text to facts: everything that can be known of one file by looking at that file alone.
//!
//! Knows the rope, the Markdown parser and the block grammar. Knows no other file, no workspace,
//! no client and no async runtime. All functions are total: any text gives facts, never a panic.
//!
//! The pipeline of one file is [`facts::Facts::of`]: the header is found by line ([`header`]), read
//! by the tolerant reader ([`yaml`]), the rest is Markdown ([`markdown`]), and what Markdown calls
//! text goes through the lexer of what primitives add to it ([`lexer`]).

pub mod blocks;
pub mod edited;
pub mod facts;
pub mod header;
pub mod html;
pub mod ignores;
pub mod json;
pub mod lexer;
pub mod lines;
pub mod markdown;
pub mod oddities;
pub mod slug;
pub mod span;
pub mod text;
pub mod yaml;

pub use edited::Damage;
pub use facts::Facts;
pub use lines::Lines;
pub use span::Span;
pub use text::{Encoding, Position, Text};
