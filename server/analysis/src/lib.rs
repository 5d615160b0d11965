//! The workspace.
