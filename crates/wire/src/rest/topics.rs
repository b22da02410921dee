//! `/api/courses/{id}/topics` and `/api/topics`

use mentora_core::documents::Topic;
use mentora_core::ids::TopicId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;

/// `POST /api/courses/{id}/topics`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateTopic {
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = limits::TopicTitle, inline))]
    pub title: String,
    /// Up to 5,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<String>,
    /// Its place among the topics of the course, from 0; of two with one place, the older comes first. So topics that
    /// are all made without a place stand as they were made.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Int64, maximum = 4_294_967_295_u32))]
    pub order: u32,
}

impl Ruled for CreateTopic {
    fn offences(&self) -> Offences {
        Offences::default().trimmed("title", self.title.as_str(), limits::TopicTitle::RANGE).chars(
            "description",
            self.description.as_deref(),
            limits::Description::RANGE,
        )
    }
}

/// `PATCH /api/topics/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateTopic {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = limits::TopicTitle, inline))]
    pub title: Option<String>,
    /// Up to 5,000 characters; `null` takes the description away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Description>, inline))]
    pub description: Option<Option<String>>,
    /// Its place among the topics of the course, from 0.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = u32, format = Int64, maximum = 4_294_967_295_u32))]
    pub order: Option<u32>,
}

impl Ruled for UpdateTopic {
    fn offences(&self) -> Offences {
        Offences::default().trimmed("title", self.title.as_deref(), limits::TopicTitle::RANGE).chars(
            "description",
            self.description.as_ref().and_then(Option::as_deref),
            limits::Description::RANGE,
        )
    }
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TopicBody {
    /// Its id.
    pub id: TopicId,
    /// Its version.
    pub etag: Etag,
    /// The topic.
    #[serde(flatten)]
    pub topic: Topic,
}

impl Resource for TopicBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::offence_paths as paths;

    #[test]
    fn a_topic_needs_a_title_and_nothing_else() {
        assert_eq!(paths::<CreateTopic>(r#"{"title":"Truth"}"#), Vec::<String>::new());
        assert_eq!(paths::<CreateTopic>(r#"{"order":1}"#), ["title"]);
        assert_eq!(paths::<CreateTopic>(r#"{"title":" ","order":1}"#), ["title"]);
    }

    #[test]
    fn a_change_may_name_any_field_but_not_empty_the_title() {
        for sound in ["{}", r#"{"description":null}"#, r#"{"order":0}"#, r#"{"title":"t"}"#] {
            assert_eq!(paths::<UpdateTopic>(sound), Vec::<String>::new(), "{sound}");
        }
        let long = "x".repeat(5_001);
        let wrong = format!(r#"{{"title":"","description":"{long}","order":0}}"#);
        assert_eq!(paths::<UpdateTopic>(&wrong), ["title", "description"]);
        for wrong in ["-1", "null"] {
            assert_eq!(paths::<UpdateTopic>(&format!(r#"{{"order":{wrong}}}"#)), ["order"]);
        }
        assert_eq!(paths::<UpdateTopic>(r#"{"courseId":"c"}"#), ["courseId"]);
    }
}
