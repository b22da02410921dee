//! `GET /api/config`: what the web app must know before anybody has signed in.

use serde::{Deserialize, Serialize};

/// Public settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConfigBody {
    /// `local`, `staging` or `production`.
    pub environment: String,
    /// For the Firebase SDK.
    pub firebase: FirebaseBody,
    /// What is switched on.
    pub features: FeaturesBody,
    /// What answers.
    pub model: ModelBody,
    /// What an answer costs.
    pub prices: PricesBody,
    /// Version of Mentora.
    pub version: String,
    /// Commit it was built from.
    pub commit: String,
}

/// For the Firebase SDK.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FirebaseBody {
    /// The project.
    pub project_id: String,
    /// The web API key, which is public by design.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
}

/// What is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FeaturesBody {
    /// `POST /api/dev/sign-in`.
    pub dev_sign_in: bool,
}

/// What answers the students.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ModelBody {
    /// The Live model.
    pub live: String,
    /// No model is connected: an offline tutor made of templates answers.
    pub offline: bool,
}

/// What an answer of the Live model costs, in micro-credits per million tokens; one credit is one US dollar. Every
/// answer is billed for the whole context it was given from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PricesBody {
    /// The day on which the table was read.
    pub version: String,
    /// Text that goes in.
    pub text_in_micros: u64,
    /// Audio that goes in, 25 tokens a second.
    pub audio_in_micros: u64,
    /// Images and video that go in.
    pub image_in_micros: u64,
    /// Text that comes out, and thoughts.
    pub text_out_micros: u64,
    /// Audio that comes out, 25 tokens a second.
    pub audio_out_micros: u64,
}
