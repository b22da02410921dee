//! A stored document.

use serde::de::DeserializeOwned;

use crate::{
    error::Error,
    name::DocumentPath,
    timestamp::Timestamp,
    value::{Fields, from_fields},
};

/// A document as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Where it stands.
    pub path: DocumentPath,
    /// What it holds; only the selected fields if the read had a mask.
    pub fields: Fields,
    /// When it came into being.
    pub create_time: Timestamp,
    /// Its version: changes with every write that changes a field, and only then.
    pub update_time: Timestamp,
}

impl Document {
    /// The last id of its path.
    pub fn id(&self) -> &str {
        self.path.id()
    }

    /// The document as a type of ours. A document that does not fit is [`crate::Kind::Malformed`].
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        from_fields(&self.fields).map_err(|error| Error::malformed(format!("{}: {error}", self.path)))
    }
}
