//! `courses/{courseId}`, and `courseCodes/{CODE}`: a document a code makes its uniqueness a precondition.

use mentora_core::documents::collections::{COURSE_CODES, COURSES, ROSTER};
use mentora_core::documents::{Course, CourseCode, Member, MemberStatus, Role, Visibility};
use mentora_core::ids::{CourseId, UserId};
use mentora_firestore::value::to_value;
use mentora_firestore::{
    Client, CollectionPath, DocumentPath, Kind, Operator, Query, Transport, Value, Write, to_fields,
};
use serde::{Deserialize, Serialize};

use super::{Cursor, Page, RepositoryError, page, roster};
use crate::platform::documents::DocumentTransport;

/// The courses.
#[derive(Debug)]
pub struct Courses<'a, T = DocumentTransport>(pub &'a Client<T>);

/// Who holds a code.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    course_id: CourseId,
}

pub(super) fn path(id: &CourseId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(COURSES)?.doc(id.as_str())?)
}

fn code_path(code: &CourseCode) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(COURSE_CODES)?.doc(code.as_str())?)
}

impl<T: Transport> Courses<'_, T> {
    /// Makes a course together with its code and its first instructor: all or nothing.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when the code is taken.
    pub async fn create(&self, id: &CourseId, course: &Course, owner: &Member) -> Result<(), RepositoryError> {
        let mut holder = to_fields(&Holder { course_id: id.clone() })?;
        holder.insert("createdAt".into(), Value::Integer(course.created_at.0));
        holder.insert("updatedAt".into(), Value::Integer(course.updated_at.0));
        let writes = [
            Write::create(code_path(&course.code)?, holder),
            Write::create(path(id)?, to_fields(course)?),
            Write::create(roster::path(id, &course.owner_id)?, to_fields(owner)?),
        ];
        match self.0.commit(&writes).await {
            Ok(_) => Ok(()),
            // The reply was lost: whoever holds the code now tells whether it happened.
            Err(error) if error.kind == Kind::UnknownOutcome => match self.holder(&course.code).await? {
                Some(holder) if holder == *id => Ok(()),
                _ => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// A course.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &CourseId) -> Result<Option<Course>, RepositoryError> {
        let found = self.0.get(&path(id)?).await?;
        Ok(found.map(|document| document.decode()).transpose()?)
    }

    /// The course that holds a code.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn by_code(&self, code: &CourseCode) -> Result<Option<(CourseId, Course)>, RepositoryError> {
        let Some(id) = self.holder(code).await? else { return Ok(None) };
        Ok(self.get(&id).await?.map(|course| (id, course)))
    }

    /// The courses that a user takes part in, with the user's role; of that role only, if one is given.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn of_member(
        &self,
        user: &UserId,
        role: Option<Role>,
        page: &Page,
    ) -> Result<(Vec<(CourseId, Course, Role)>, Option<Cursor>), RepositoryError> {
        let mut query = Query::group(ROSTER)
            .whose("userId", Operator::Equal, user.as_str())
            .whose("status", Operator::Equal, to_value(&MemberStatus::Active)?);
        if let Some(role) = role {
            query = query.whose("role", Operator::Equal, to_value(&role)?);
        }
        let (found, next) = page::fetch(self.0, query, "createdAt", page).await?;
        let members = found.iter().map(|document| document.decode()).collect::<Result<Vec<Member>, _>>()?;
        let paths = members.iter().map(|member| path(&member.course_id)).collect::<Result<Vec<_>, _>>()?;
        let courses = self.0.batch_get(&paths).await?;

        let mut items = Vec::with_capacity(members.len());
        for (member, course) in members.into_iter().zip(courses) {
            // A course may have been deleted between the two reads.
            if let Some(course) = course {
                items.push((member.course_id, course.decode()?, member.role));
            }
        }
        Ok((items, next))
    }

    /// The courses that everybody may find.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn public(
        &self,
        page: &Page,
    ) -> Result<(Vec<(CourseId, Course)>, Option<Cursor>), RepositoryError> {
        let query = Query::collection(&CollectionPath::parse(COURSES)?)
            .whose("visibility", Operator::Equal, to_value(&Visibility::Public)?);
        let (found, next) = page::fetch(self.0, query, "createdAt", page).await?;
        let items = found.iter().map(|document| {
            let id = CourseId::new(document.id()).map_err(|error| RepositoryError::Internal(error.to_string()))?;
            Ok((id, document.decode()?))
        });
        Ok((items.collect::<Result<_, RepositoryError>>()?, next))
    }

    async fn holder(&self, code: &CourseCode) -> Result<Option<CourseId>, RepositoryError> {
        let found = self.0.get(&code_path(code)?).await?;
        let holder = found.map(|document| document.decode::<Holder>()).transpose()?;
        Ok(holder.map(|holder| holder.course_id))
    }
}
