//! `generateContent`, its stream and `countTokens`: the text side of the Gemini API.
//!
//! - [`generate`]: the three methods and their errors
//! - [`filling`]: an answer that fits a response schema

pub mod filling;
pub mod generate;
