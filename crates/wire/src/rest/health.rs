//! `GET /api/health`

use serde::{Deserialize, Serialize};

/// Whether Mentora can work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HealthBody {
    /// `ok`, or `degraded` when something it needs is missing.
    pub status: String,
    /// Version of Mentora.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
    /// The document store.
    pub store: Check,
    /// The model.
    pub model: Check,
    /// Settings that have no value.
    pub missing: Vec<String>,
}

/// One thing Mentora needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Whether it answers.
    pub reach: Reach,
    /// What it is, as `embedded`, `firestore`, `gemini-3.8-live`.
    pub what: String,
}

/// Whether something answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// It answered within the last 10 seconds.
    Ok,
    /// It did not.
    Unreachable,
    /// It is not configured.
    Unconfigured,
}
