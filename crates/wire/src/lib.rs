//! What crosses our own boundary, as clients see it: request and response bodies, stream frames, error codes.
//!
//! Parsing is strict here (unknown fields, wrong types and lengths are refused with the path of the offence) so
//! that everything behind may trust what it is given.
//!
//! # Layout
//! - [`error`]: the error body and its codes
//! - [`body`]: strict parsing of JSON bodies; [`query`]: of query strings
//! - [`patch`]: what a `PATCH` says of a field; [`etag`]: versions of resources
//! - [`rest`]: bodies of the REST resources, one file a resource
//! - [`stream`]: frames of the conversation stream, and its close codes

pub mod body;
pub mod error;
pub mod etag;
pub mod patch;
pub mod query;
pub mod rest;
pub mod stream;
