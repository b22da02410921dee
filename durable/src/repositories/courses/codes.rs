//! `courseCodes/{CODE}`: which course holds a code.

use mentora_core::documents::collections::COURSE_CODES;
use mentora_core::documents::{Course, CourseCode};
use mentora_core::ids::CourseId;
use mentora_core::time::Millis;
use mentora_firestore::{CollectionPath, DocumentPath, Transport, Value, Write, to_fields};
use serde::{Deserialize, Serialize};

use super::Courses;
use crate::repositories::{RepositoryError, Stored};

/// Who holds a code.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    course_id: CourseId,
}

pub(super) fn path(code: &CourseCode) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(COURSE_CODES)?.doc(code.as_str())?)
}

/// What gives a code to a course, unless somebody holds it.
pub(super) fn holding(code: &CourseCode, id: &CourseId, now: Millis) -> Result<Write, RepositoryError> {
    let mut holder = to_fields(&Holder { course_id: id.clone() })?;
    holder.insert("createdAt".into(), Value::Integer(now.0));
    holder.insert("updatedAt".into(), Value::Integer(now.0));
    Ok(Write::create(path(code)?, holder))
}

impl<T: Transport> Courses<'_, T> {
    /// The course that holds a code.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn by_code(
        &self,
        code: &CourseCode,
    ) -> Result<Option<(CourseId, Stored<Course>)>, RepositoryError> {
        let Some(id) = self.holder(code).await? else {
            return Ok(None);
        };
        Ok(self.get(&id).await?.map(|course| (id, course)))
    }

    pub(super) async fn holder(&self, code: &CourseCode) -> Result<Option<CourseId>, RepositoryError> {
        let found = self.0.get(&path(code)?).await?;
        let holder = found.map(|document| document.decode::<Holder>()).transpose()?;
        Ok(holder.map(|holder| holder.course_id))
    }
}
