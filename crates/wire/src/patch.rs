//! What a `PATCH` says of one field: nothing, that it goes, or what it becomes.
//!
//! A field that a resource always has is an `Option<T>`, and `null` is refused for it. One that may be absent is an
//! `Option<Option<T>>`: absent leaves it as it is, `null` takes it away. Both are read by [`named`].

use serde::{Deserialize, Deserializer};

/// What is named has a value, and `null` is one only where the type has it: absent and `null` are not the same.
///
/// # Errors
/// Those of the value.
pub fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}
