//! `topics/{topicId}`: what the assignments of a course are grouped by.

use serde::{Deserialize, Serialize};

use crate::ids::{CourseId, UserId};
use crate::limits;
use crate::rules::{Offences, Ruled};
use crate::time::Millis;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Topic {
    /// The course it belongs to.
    pub course_id: CourseId,
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::TopicTitle, inline))]
    pub title: String,
    /// Up to 5,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<String>,
    /// Its place among the topics of the course, from 0; of two with one place, the older comes first.
    pub order: u32,
    /// Who made it.
    pub created_by: UserId,
    /// When the document was made, ms.
    pub created_at: Millis,
    /// When it was last changed, ms.
    pub updated_at: Millis,
}

impl Ruled for Topic {
    fn offences(&self) -> Offences {
        Offences::default().chars("title", self.title.as_str(), limits::TopicTitle::RANGE).chars(
            "description",
            self.description.as_deref(),
            limits::Description::RANGE,
        )
    }
}
