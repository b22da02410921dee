//! Versions of resources, as clients see them.

use serde::{Deserialize, Serialize};

/// Which version of a resource this is: another one after each change. Send it back as `If-Match: "<etag>"` with a
/// `PATCH` or a `DELETE`, and nothing happens if somebody else was faster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "60a9b3c1f2e40"))]
#[serde(transparent)]
pub struct Etag(pub String);

/// What a handler answers with: one resource.
pub trait Resource: Serialize {
    /// Its version, if it has one; it goes into the header `ETag` as well.
    fn etag(&self) -> Option<&Etag> {
        None
    }
}
