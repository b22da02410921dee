//! Personas and strategy prompts.
