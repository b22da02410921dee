//! Bodies of requests, strictly read: an unknown key or a value of a wrong type is refused, as production does.

mod nearest;
mod query;
mod write;

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};

pub(super) use self::{
    query::{AggregationIn, AggregationQueryBody, FigureIn, QueryBody, QueryIn},
    write::{DocumentIn, WriteIn, mask_of, precondition_of},
};
use super::fault::Fault;
use crate::{timestamp::Timestamp, value::WireInteger};

/// Reads the body of a call; an empty one is an empty object.
pub(super) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    // serde would read a struct out of an array too, field by field.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(Fault::invalid("Invalid JSON payload received. The body is not an object."));
    }
    Ok(serde_json::from_slice(bytes)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommitBody {
    #[serde(default)]
    pub(super) writes: Vec<WriteIn>,
    pub(super) transaction: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchWriteBody {
    #[serde(default)]
    pub(super) writes: Vec<WriteIn>,
    /// For Google's billing; nothing here.
    #[serde(default, rename = "labels")]
    _labels: serde::de::IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct BatchGetBody {
    #[serde(default)]
    pub(super) documents: Vec<String>,
    pub(super) mask: Option<MaskIn>,
    pub(super) transaction: Option<String>,
    pub(super) new_transaction: Option<TransactionOptionsIn>,
    pub(super) read_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginTransactionBody {
    #[serde(default)]
    pub(super) options: TransactionOptionsIn,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TransactionOptionsIn {
    pub(super) read_only: Option<ReadOnlyIn>,
    /// Which transaction is tried again: of use only to a store that locks.
    pub(super) read_write: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ReadOnlyIn {
    pub(super) read_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RollbackBody {
    pub(super) transaction: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct ListCollectionIdsBody {
    #[serde(default, deserialize_with = "integer")]
    pub(super) page_size: i64,
    pub(super) page_token: Option<String>,
    pub(super) read_time: Option<Timestamp>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MaskIn {
    #[serde(default)]
    pub(super) field_paths: Vec<String>,
}

/// A number, or a number in text.
pub(super) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    WireInteger::deserialize(deserializer).map(|WireInteger(number)| number)
}

/// An enum of protobuf: its name, or its number.
fn named<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    names: &[(&str, i64, T)],
) -> Result<T, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Number(i64),
        Name(String),
    }
    let given = Given::deserialize(deserializer)?;
    let found = names.iter().find(|(name, number, _)| match &given {
        Given::Number(given) => number == given,
        Given::Name(given) => name == given,
    });
    found.map(|(_, _, value)| *value).ok_or_else(|| D::Error::custom("unknown value of an enum"))
}
