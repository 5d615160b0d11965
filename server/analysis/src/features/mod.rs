//! What an editor asks for, as plain data: each feature a function over a state of the workspace.
//!
//! Nothing here knows a protocol. Offsets are bytes of the file's text in that state.

pub mod about;
pub mod actions;
pub mod alone;
pub mod answered;
pub mod astray;
pub mod at;
pub mod calls;
pub mod completion;
pub mod context;
pub mod convert;
pub mod explain;
pub mod folding;
pub mod format;
pub mod graph;
pub mod handed;
pub mod hints;
pub mod hover;
pub mod keep;
pub mod lenses;
pub mod lessons;
pub mod links;
pub mod matches;
pub mod moves;
pub mod navigate;
pub mod new_file;
pub mod refactor;
pub mod rename;
pub mod run;
pub mod selection;
pub mod semantic_tokens;
pub mod shown;
pub mod symbols;
pub mod tasks;
pub mod unlink;
pub mod workspace_symbols;
