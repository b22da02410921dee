//! `/api/courses/{id}/thumbnail`

use std::collections::BTreeMap;

use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use mentora_core::time::Millis;
use serde::{Deserialize, Serialize};

/// `POST /api/courses/{id}/thumbnail`: what is to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateThumbnail {
    /// What kind of picture.
    pub content_type: PictureType,
    /// In bytes; 1 to 5 MiB.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::ThumbnailBytes, inline))]
    pub size: u32,
}

impl Ruled for CreateThumbnail {
    fn offences(&self) -> Offences {
        Offences::default().number("size", self.size, limits::ThumbnailBytes::RANGE)
    }
}

/// A kind of picture. SVG is none: it can hold scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PictureType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
}

impl PictureType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// As it stands in `Content-Type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// How to upload the picture: with one request, straight to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThumbnailUpload {
    /// Where to send the picture, without our token. Whoever has this URL can use it: keep it to yourself.
    pub upload_url: String,
    /// With which method.
    #[cfg_attr(feature = "openapi", schema(example = "PUT"))]
    pub method: String,
    /// With which headers, each exactly so. A `412` says that it was uploaded already.
    pub headers: BTreeMap<String, String>,
    /// What to name afterwards in `PATCH /api/courses/{id}`, as `thumbnail.storagePath`.
    pub storage_path: String,
    /// Until when the upload must have begun, ms.
    pub expires_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn paths(json: &str) -> Vec<String> {
        let offences = body::parse::<CreateThumbnail>(json.as_bytes()).err().unwrap_or_default();
        offences.into_iter().map(|offence| offence.path).collect()
    }

    #[test]
    fn a_picture_has_one_of_three_types_and_a_size() {
        for kind in PictureType::ALL {
            let json = format!(r#"{{"contentType":"{}","size":5242880}}"#, kind.as_str());
            assert_eq!(paths(&json), Vec::<String>::new(), "{json}");
        }
        for kind in ["image/svg+xml", "image/gif", "IMAGE/PNG", "text/html", ""] {
            assert_eq!(paths(&format!(r#"{{"contentType":"{kind}","size":1}}"#)), ["contentType"], "{kind}");
        }
        for size in ["0", "5242881", "-1", "1.5", "\"1\""] {
            assert_eq!(paths(&format!(r#"{{"contentType":"image/png","size":{size}}}"#)), ["size"], "{size}");
        }
        assert_eq!(paths(r#"{"contentType":"image/png"}"#), ["size"]);
        assert_eq!(paths(r#"{"contentType":"image/png","size":1,"name":"x"}"#), ["name"]);
    }
}
