//! `/api/courses/{id}/announcements`

use mentora_core::documents::Announcement;
use mentora_core::ids::AnnouncementId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};

/// `POST /api/courses/{id}/announcements`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateAnnouncement {
    /// 1 to 2,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Announcement, inline))]
    pub content: String,
}

impl Ruled for CreateAnnouncement {
    fn offences(&self) -> Offences {
        Offences::default().trimmed("content", self.content.as_str(), limits::Announcement::RANGE)
    }
}

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AnnouncementBody {
    /// Its id.
    pub id: AnnouncementId,
    /// Its version.
    pub etag: Etag,
    /// The announcement.
    #[serde(flatten)]
    pub announcement: Announcement,
}

impl Resource for AnnouncementBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}
