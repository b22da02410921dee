//! `/api/courses/{id}/announcements`

pub mod create;
pub mod delete;
pub mod list;

use mentora_core::documents::Announcement;
use mentora_core::ids::AnnouncementId;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::AnnouncementBody;

use crate::answer::etag;

fn announced(id: AnnouncementId, announcement: Stored<Announcement>) -> AnnouncementBody {
    let Stored { document, version } = announcement;
    AnnouncementBody { id, etag: etag(version), announcement: document }
}
