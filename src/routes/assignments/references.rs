//! What an assignment names, and must be there: its topic and its persona.

use futures::try_join;
use mentora_core::documents::Assignment;
use mentora_core::ids::CourseId;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::personas::Found;
use mentora_durable::repositories::{Personas, RepositoryError, Topics};
use mentora_wire::error::FieldError;

use crate::error::ApiError;

/// Checks that the topic is of the course, and the persona built in or of the course.
///
/// # Errors
/// `400` with all that is not.
pub async fn check(documents: &Documents, assignment: &Assignment) -> Result<(), ApiError> {
    let course = &assignment.course_id;
    let topics = Topics(documents);
    let topic = async {
        let Some(id) = &assignment.topic_id else { return Ok(true) };
        let found = topics.get(id).await?;
        Ok::<_, RepositoryError>(found.is_some_and(|topic| topic.course_id == *course))
    };
    let (topic, persona) = try_join!(topic, persona_is_there(documents, course, assignment))?;
    let mut fields = Vec::new();
    if !topic {
        fields.push(FieldError::new("topicId", "is no topic of this course"));
    }
    if !persona {
        let message = "is no built-in persona and none of this course; `GET /api/personas` lists them";
        fields.push(FieldError::new("aiConfig.persona", message));
    }
    if fields.is_empty() { Ok(()) } else { Err(ApiError::invalid(fields)) }
}

async fn persona_is_there(
    documents: &Documents,
    course: &CourseId,
    assignment: &Assignment,
) -> Result<bool, RepositoryError> {
    let found = Personas(documents).named(course, &assignment.ai_config.persona).await?;
    Ok(found != Found::Nobody)
}
