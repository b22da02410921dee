//! A step of a program: one request, written so that it means the same on both sides.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

/// What stays as it is in a URL.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'(')
    .remove(b')')
    .remove(b'/')
    .remove(b':');

/// What a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Commit,
    BatchWrite,
    Create,
    Patch,
    Delete,
    Get,
    BatchGet,
    /// All pages, one after the other.
    List,
    CollectionIds,
    Query,
    Aggregation,
}

/// One request. In its texts `D` at the beginning stands for the root of all names, `{now:a/1}` for the version that
/// document `a/1` has on the side that is asked, and `{past:a/1}` for the version before.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub kind: Kind,
    /// Behind the root, not yet encoded.
    pub path: String,
    pub parameters: Vec<(&'static str, String)>,
    pub body: Option<Json>,
}

impl Kind {
    pub fn method(self) -> &'static str {
        match self {
            Self::Get | Self::List => "GET",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            _ => "POST",
        }
    }
}

impl Step {
    pub fn new(kind: Kind, path: impl Into<String>) -> Self {
        Self { kind, path: path.into(), parameters: Vec::new(), body: None }
    }

    pub fn with(self, body: Json) -> Self {
        Self { body: Some(body), ..self }
    }

    /// The path and the query string as they stand in a URL, behind the root.
    pub fn url(&self) -> String {
        let mut url = utf8_percent_encode(&self.path, URL).to_string();
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            url.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        url
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.method(), self.path)?;
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            write!(f, "{}{name}={value}", if index == 0 { '?' } else { '&' })?;
        }
        match &self.body {
            Some(body) => write!(f, " {body}"),
            None => Ok(()),
        }
    }
}
