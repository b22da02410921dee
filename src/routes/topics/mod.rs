//! `/api/topics`

pub mod delete;
pub mod read;
pub mod update;

use mentora_core::documents::Topic;
use mentora_core::ids::TopicId;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::TopicBody;

use crate::answer::etag;

/// A topic as clients see it.
pub fn topic_body(id: TopicId, topic: Stored<Topic>) -> TopicBody {
    TopicBody { id, etag: etag(topic.version), topic: topic.document }
}
