//! `courses/{courseId}/announcements/{announcementId}`: what staff tell the course.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Announcement {
    /// Who wrote it.
    pub author_id: UserId,
    /// What it says; 1 to 2,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::Announcement, inline))]
    pub content: String,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Announcement {
    fn offences(&self) -> Offences {
        Offences::default().chars("content", self.content.as_str(), limits::Announcement::RANGE)
    }
}
