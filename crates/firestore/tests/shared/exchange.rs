//! A request, its reply, and the reply as it is compared.

use std::fmt;

use serde_json::Value as Json;

pub struct Request {
    pub method: &'static str,
    /// Absolute, with the query string.
    pub path: String,
    pub body: String,
}

pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// A reply without what differs from run to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub status: u16,
    pub body: Json,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}
