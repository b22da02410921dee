//! Cloud Storage, as far as signed uploads need it. Every bucket exists and everybody may read its objects, as the bucket
//! of a deployment is set up (`docs/cloud-storage.md`).
//!
//! - [`objects`]: what is kept, in memory
//! - [`xml`]: the XML API, where signed URLs lead; [`signature`] checks them, [`fault`] words the refusals
//! - [`cors`]: what pages of other origins may do
//! - [`json`]: the JSON API, with an access token

pub mod cors;
pub mod fault;
pub mod json;
pub mod objects;
pub mod signature;
pub mod xml;
