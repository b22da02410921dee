//! What is asked for and is not there.

use mentora_durable::repositories::RepositoryError;
use mentora_wire::error::ErrorCode;

use super::ApiError;

impl ApiError {
    /// No route has this path.
    #[must_use]
    pub fn no_such_route() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here. `GET /api/openapi.json` lists what there is.")
    }

    /// The path is known, the method is not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            ErrorCode::MethodNotAllowed,
            "This method is not known here. The `Allow` header lists those that are.",
        )
    }

    /// No such course, or not for these eyes.
    #[must_use]
    pub fn course_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such course, or you are not in it.")
    }

    /// Nobody holds this course code.
    #[must_use]
    pub fn course_code_not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "No course has this code. Check it with whoever gave it to you; case does not matter.",
        )
    }

    /// No such announcement in this course.
    #[must_use]
    pub fn announcement_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such announcement in this course.")
    }

    /// Nobody in this course has this entry.
    #[must_use]
    pub fn member_not_found() -> Self {
        Self::new(
            ErrorCode::NotFound,
            "Nobody of that id is on the roster of this course. An invitation changes its id when it is taken up.",
        )
    }

    /// No such topic, or not for these eyes.
    #[must_use]
    pub fn topic_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such topic, or you are not in its course.")
    }

    /// No such assignment, or not for these eyes.
    #[must_use]
    pub fn assignment_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such assignment, or you are not in its course.")
    }

    /// No such persona, or not for these eyes.
    #[must_use]
    pub fn persona_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such persona, or you are not in its course.")
    }

    /// No such conversation, or not for these eyes.
    #[must_use]
    pub fn conversation_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such conversation, or it is not yours to see.")
    }

    /// No such submission, or not for these eyes.
    #[must_use]
    pub fn submission_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such submission, or it is not yours to see.")
    }

    /// No such wallet, or not for these eyes.
    #[must_use]
    pub fn wallet_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such wallet, or it is not yours to look into.")
    }

    /// What a call to the store failed with, where what is not there has a text of its own.
    pub fn missing(not_found: fn() -> Self) -> impl Fn(RepositoryError) -> Self {
        move |error| if error == RepositoryError::NotFound { not_found() } else { error.into() }
    }

    /// No such device, or another user's.
    #[must_use]
    pub fn device_not_found() -> Self {
        Self::new(ErrorCode::NotFound, "You have no such device. It may have been removed already.")
    }
}
