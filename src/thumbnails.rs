//! The pictures of courses: uploaded by the browser itself, then named to the course, which looks at what was uploaded.
//!
//! An object is written once: its name is drawn here, and the upload is bound to the announced type, to at most the
//! announced size, and to there being no object yet. So nothing can take the place of what [`confirm`] has looked at.

use std::collections::BTreeMap;

use mentora_core::documents::Thumbnail;
use mentora_core::ids::CourseId;
use mentora_core::limits;
use mentora_durable::platform::files::Files;
use mentora_durable::platform::{clock, log, random};
use mentora_google::storage::{Metadata, StorageError};
use mentora_wire::rest::{CreateThumbnail, PictureType, ThumbnailUpload};
use serde_json::json;

use crate::context::Context;
use crate::error::ApiError;

const LIFETIME_SECONDS: u32 = 600;

/// Leave to upload a picture of `course`.
///
/// # Errors
/// `503` where no bucket or no account is set.
pub fn upload(
    context: &Context,
    course: &CourseId,
    wanted: &CreateThumbnail,
) -> Result<ThumbnailUpload, ApiError> {
    let files = files(context)?;
    let storage_path = format!("{}{}", folder(course), random::new_id());
    let range = format!("{},{}", limits::ThumbnailBytes::RANGE.start(), wanted.size);
    let headers = [
        ("Content-Type", wanted.content_type.as_str()),
        ("x-goog-content-length-range", &range),
        ("x-goog-if-generation-match", "0"),
    ];
    // Before it is signed: nobody is promised more time than there is.
    let expires_at = clock::now() + i64::from(LIFETIME_SECONDS) * 1000;
    let upload_url = files.upload_url(&storage_path, &headers, LIFETIME_SECONDS);
    Ok(ThumbnailUpload {
        upload_url: upload_url.map_err(ApiError::internal_error)?,
        method: "PUT".to_owned(),
        headers: BTreeMap::from(headers.map(|(name, value)| (name.to_owned(), value.to_owned()))),
        storage_path,
        expires_at,
    })
}

/// The picture that was uploaded to `storage_path`, as the document of `course` shall hold it.
///
/// # Errors
/// `400` at `thumbnail.storagePath` for a path that was not given out for this course, `409` where no fitting picture
/// was uploaded, `503` where the store is not set up or does not answer.
pub async fn confirm(
    context: &Context,
    course: &CourseId,
    storage_path: &str,
) -> Result<Thumbnail, ApiError> {
    let files = files(context)?;
    if !belongs_to(course, storage_path) {
        return Err(ApiError::invalid_field(
            "thumbnail.storagePath",
            "is not a path that `POST /api/courses/{id}/thumbnail` gave out for this course",
        ));
    }
    let uploaded = files.metadata(storage_path).await.map_err(unavailable)?;
    let uploaded = uploaded.ok_or_else(|| {
        ApiError::conflict(
            "Nothing was uploaded there. Send the picture to its `uploadUrl` first, then repeat.",
        )
    })?;
    if !is_picture(&uploaded) {
        return Err(ApiError::conflict(
            "What lies there is no picture that a course can show. Upload another one.",
        ));
    }
    let url = Some(files.public_url(storage_path));
    Ok(Thumbnail { storage_path: storage_path.to_owned(), url })
}

/// Removes the picture that a course showed `before`, unless it still shows it `after`. Once the course is written, not
/// earlier. What cannot be removed is left behind and logged: the course is right without it.
pub async fn remove(
    context: &Context,
    course: &CourseId,
    before: Option<&Thumbnail>,
    after: Option<&Thumbnail>,
) {
    let still = after.map(|thumbnail| thumbnail.storage_path.as_str());
    let gone = before.map(|thumbnail| thumbnail.storage_path.as_str()).filter(|path| Some(*path) != still);
    // A path that was written by other means may be somebody else's file.
    let Some(path) = gone.filter(|path| belongs_to(course, path)) else { return };
    let Ok(files) = files(context) else { return };
    if let Err(error) = files.delete(path).await {
        let fields = json!({ "requestId": context.request_id(), "reason": error.to_string() });
        log::failure("thumbnail.left_behind", fields);
    }
}

fn files(context: &Context) -> Result<Files<'_>, ApiError> {
    Files::of(context.config()).map_err(ApiError::not_configured)
}

fn folder(course: &CourseId) -> String {
    format!("courses/{course}/thumbnail/")
}

fn belongs_to(course: &CourseId, storage_path: &str) -> bool {
    let id = storage_path.strip_prefix(&folder(course));
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The signature has seen to it already, unless somebody else can write to the bucket.
fn is_picture(uploaded: &Metadata) -> bool {
    PictureType::ALL.iter().any(|kind| kind.as_str() == uploaded.content_type)
        && u32::try_from(uploaded.size).is_ok_and(|size| limits::ThumbnailBytes::RANGE.contains(&size))
}

fn unavailable(error: StorageError) -> ApiError {
    ApiError::upstream_unavailable(
        "The store of pictures does not answer at the moment. Try again in a few seconds.",
        error,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_shows_only_what_was_uploaded_for_it() {
        let course = CourseId::new("c1").unwrap();
        assert!(belongs_to(&course, "courses/c1/thumbnail/Ab3"));
        for foreign in [
            "",
            "courses/c1/thumbnail/",
            "courses/c1/thumbnail/../../c2/x",
            "courses/c1/thumbnail/a/b",
            "courses/c2/thumbnail/Ab3",
            "/courses/c1/thumbnail/Ab3",
            "courses/c1/thumbnail/Ab3?x",
        ] {
            assert!(!belongs_to(&course, foreign), "{foreign}");
        }
    }

    #[test]
    fn a_picture_is_of_a_known_type_and_not_too_large() {
        let is = |content_type: &str, size| is_picture(&Metadata { content_type: content_type.into(), size });
        assert!(is("image/webp", 1) && is("image/png", 5_242_880));
        assert!(!is("image/png", 0) && !is("image/png", 5_242_881) && !is("image/png", u64::MAX));
        assert!(!is("image/svg+xml", 1) && !is("text/html", 1) && !is("", 1));
    }
}
