//! The ids in the path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use mentora_core::ids::{
    AnnouncementId, AssignmentId, ConversationId, CourseId, DeviceId, MemberId, PersonaId, SubmissionId,
    TopicId, WalletId,
};

use crate::error::ApiError;

/// The `{id}` of the path. What cannot be an id is not there: `404`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id<T>(pub T);

/// The `{id}` of the path, and the id of what stands below it. What cannot be an id is not there: `404`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids<T, U>(pub T, pub U);

/// A kind of thing that paths name.
pub trait Named: TryFrom<String> {
    /// It is not there, or not for these eyes.
    fn not_found() -> ApiError;
}

impl Named for CourseId {
    fn not_found() -> ApiError {
        ApiError::course_not_found()
    }
}

impl Named for AnnouncementId {
    fn not_found() -> ApiError {
        ApiError::announcement_not_found()
    }
}

impl Named for MemberId {
    fn not_found() -> ApiError {
        ApiError::member_not_found()
    }
}

impl Named for TopicId {
    fn not_found() -> ApiError {
        ApiError::topic_not_found()
    }
}

impl Named for AssignmentId {
    fn not_found() -> ApiError {
        ApiError::assignment_not_found()
    }
}

impl Named for PersonaId {
    fn not_found() -> ApiError {
        ApiError::persona_not_found()
    }
}

impl Named for ConversationId {
    fn not_found() -> ApiError {
        ApiError::conversation_not_found()
    }
}

impl Named for SubmissionId {
    fn not_found() -> ApiError {
        ApiError::submission_not_found()
    }
}

impl Named for DeviceId {
    fn not_found() -> ApiError {
        ApiError::device_not_found()
    }
}

impl Named for WalletId {
    fn not_found() -> ApiError {
        ApiError::wallet_not_found()
    }
}

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Escapes that are no UTF-8 are refused by `Path` itself: no id of ours has any.
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(id)| T::try_from(id).ok());
        id.map(Self).ok_or_else(T::not_found)
    }
}

impl<T: Named, U: Named, S: Send + Sync> FromRequestParts<S> for Ids<T, U> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Ok(Path((id, below))) = path else { return Err(T::not_found()) };
        let id = T::try_from(id).map_err(|_| T::not_found())?;
        Ok(Self(id, U::try_from(below).map_err(|_| U::not_found())?))
    }
}
