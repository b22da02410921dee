//! `courses/{courseId}`, and `courseCodes/{CODE}`: a document a code makes its uniqueness a precondition.

mod codes;
pub(super) mod lists;

use mentora_core::documents::collections::COURSES;
use mentora_core::documents::{Course, CourseCode, DemoPolicy, Member, PasswordHash, Thumbnail, Visibility};
use mentora_core::ids::CourseId;
use mentora_core::time::Millis;
use mentora_firestore::{Client, CollectionPath, DocumentPath, Kind, Transport, Value, Write, to_fields};
use serde::Serialize;

use super::document::Change;
use super::{RepositoryError, Stored, Version, deleted_courses, document, roster, secrets};
use crate::platform::documents::DocumentTransport;

/// The courses.
#[derive(Debug)]
pub struct Courses<'a, T = DocumentTransport>(pub &'a Client<T>);

/// How often a change or a removal is tried while others change the course.
const ATTEMPTS: u32 = 5;

/// What changes of a course; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CourseChange {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What a student types to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CourseCode>,
    /// Who can find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What it is about; `Some(None)` takes the description away, as below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Option<String>>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Option<Thumbnail>>,
    /// Whether it is one to try Mentora with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_demo: Option<bool>,
    /// What it gives away as a demo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demo_policy: Option<Option<DemoPolicy>>,
    /// For how long it keeps what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<Option<u32>>,
    /// What one must know to join. It does not stand in the course itself.
    #[serde(skip)]
    pub password: Option<Option<PasswordHash>>,
}

pub(super) fn path(id: &CourseId) -> Result<DocumentPath, RepositoryError> {
    Ok(CollectionPath::parse(COURSES)?.doc(id.as_str())?)
}

impl<T: Transport> Courses<'_, T> {
    /// Makes a course together with its code and its first instructor: all or nothing.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when the code is taken.
    pub async fn create(
        &self,
        id: &CourseId,
        course: Course,
        owner: &Member,
    ) -> Result<Stored<Course>, RepositoryError> {
        self.create_with(id, course, owner, None).await
    }

    /// Makes a course as [`Courses::create`] does, together with its password.
    ///
    /// # Errors
    /// As [`Courses::create`].
    pub async fn create_with(
        &self,
        id: &CourseId,
        course: Course,
        owner: &Member,
        password: Option<&PasswordHash>,
    ) -> Result<Stored<Course>, RepositoryError> {
        let mut others = vec![
            codes::holding(&course.code, id, course.created_at)?,
            Write::create(roster::path(id, &course.owner_id)?, to_fields(owner)?),
        ];
        if password.is_some() {
            others.push(secrets::write(id, password, course.created_at)?);
        }
        let course = Course { has_password: password.is_some(), ..course };
        document::create_with(self.0, path(id)?, course, others).await
    }

    /// A course.
    ///
    /// # Errors
    /// [`RepositoryError`]
    pub async fn get(&self, id: &CourseId) -> Result<Option<Stored<Course>>, RepositoryError> {
        document::read(self.0, &path(id)?).await
    }

    /// Changes a course, and with it who holds its code and what its password is: all or nothing.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyExists`] when another course holds the code, [`RepositoryError::NotFound`] when there is no
    /// such course, [`RepositoryError::Stale`] when it has another version than `seen`.
    pub async fn update(
        &self,
        id: &CourseId,
        change: &CourseChange,
        seen: Option<Version>,
        now: Millis,
    ) -> Result<Stored<Course>, RepositoryError> {
        let mut fields = Change::of(change)?;
        let mut others = Vec::new();
        if let Some(password) = &change.password {
            fields.set("hasPassword", Value::Boolean(password.is_some()));
            others.push(secrets::write(id, password.as_ref(), now)?);
        }
        let Some(code) = &change.code else {
            return document::update_with(self.0, &path(id)?, fields, seen, now, others).await;
        };
        for _ in 0..ATTEMPTS {
            let found = self.get(id).await?.ok_or(RepositoryError::NotFound)?;
            let mut writes = others.clone();
            if found.code != *code {
                writes.push(codes::holding(code, id, now)?);
                writes.push(Write::delete(codes::path(&found.code)?));
            }
            // The code that is given up is its own only as long as nobody else changes the course.
            let basis = Some(seen.unwrap_or(found.version));
            match document::update_with(self.0, &path(id)?, fields.clone(), basis, now, writes).await {
                Err(RepositoryError::Stale) if seen.is_none() => {}
                // By a call of ours whose reply was lost, perhaps: then the course says so.
                Err(RepositoryError::AlreadyExists) if self.holder(code).await?.as_ref() == Some(id) => {}
                other => return other,
            }
        }
        Err(RepositoryError::Conflict)
    }

    /// Removes a course and its code, and leaves word of it in [`DeletedCourses`](super::DeletedCourses): from then on
    /// nobody finds it, nor anything that belongs to it.
    ///
    /// # Errors
    /// [`RepositoryError::NotFound`] when there is no such course, [`RepositoryError::Stale`] when it has another version
    /// than `seen`.
    pub async fn delete(&self, id: &CourseId, seen: Option<Version>) -> Result<(), RepositoryError> {
        for _ in 0..ATTEMPTS {
            let Some(found) = self.get(id).await? else {
                return Err(RepositoryError::NotFound);
            };
            let basis = Some(seen.unwrap_or(found.version));
            let writes = [
                document::guarded(Write::delete(path(id)?), basis),
                Write::delete(codes::path(&found.code)?),
                deleted_courses::word_of(id, &found)?,
            ];
            match self.0.commit(&writes).await {
                Ok(_) => return Ok(()),
                // If it is gone, that is what was wanted.
                Err(error) if error.kind == Kind::UnknownOutcome && self.get(id).await?.is_none() => {
                    return Ok(());
                }
                Err(error) if error.kind == Kind::UnknownOutcome => {}
                Err(error) => match document::refusal(error, basis) {
                    RepositoryError::Stale if seen.is_none() => {}
                    other => return Err(other),
                },
            }
        }
        Err(RepositoryError::Conflict)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::join;
    use mentora_core::documents::Role;

    use super::*;
    use crate::repositories::native_store::{NativeStore, course, course_id, documents, member, user};
    use crate::repositories::{DeletedCourses, Roster, Secrets};

    #[test]
    fn a_course_is_found_by_id_and_by_code_in_any_case() {
        let (documents, _) = documents();
        let courses = Courses(&documents);
        let ethics = course("ETHICS-26", "teacher", 1);
        let owner = member("ethics", "teacher", Role::Instructor, 1);
        block_on(async {
            let made = courses.create(&course_id("ethics"), ethics.clone(), &owner).await.unwrap();
            assert_eq!(made.document, ethics);
            assert_eq!(courses.get(&course_id("ethics")).await.unwrap(), Some(made.clone()));
            let code = CourseCode::new("ethics-26").unwrap();
            assert_eq!(courses.by_code(&code).await.unwrap(), Some((course_id("ethics"), made)));
            let first = Roster(&documents).get(&course_id("ethics"), &user("teacher")).await.unwrap();
            assert_eq!(first.map(Stored::into_document), Some(owner));

            assert_eq!(courses.get(&course_id("logic")).await.unwrap(), None);
            assert_eq!(courses.by_code(&CourseCode::new("LOGIC-26").unwrap()).await.unwrap(), None);
        });
    }

    #[test]
    fn of_two_courses_made_at_once_with_one_code_one_is_made_and_nothing_of_the_other() {
        let (documents, _) = documents();
        let courses = Courses(&documents);
        let (ours, theirs) = (course_id("ours"), course_id("theirs"));
        let (our_course, their_course) = (course("SAME-01", "a", 1), course("same-01", "b", 2));
        let our_owner = member("ours", "a", Role::Instructor, 1);
        let their_owner = member("theirs", "b", Role::Instructor, 2);
        block_on(async {
            let (first, second) = join!(
                courses.create(&ours, our_course, &our_owner),
                courses.create(&theirs, their_course, &their_owner),
            );
            assert!(first.is_ok());
            assert_eq!(second, Err(RepositoryError::AlreadyExists));
            assert_eq!(courses.get(&theirs).await.unwrap(), None);
            assert_eq!(Roster(&documents).get(&theirs, &user("b")).await.unwrap(), None);
            let held = courses.by_code(&CourseCode::new("SAME-01").unwrap()).await.unwrap();
            assert_eq!(held.map(|(id, _)| id), Some(ours));
        });
    }

    #[test]
    fn after_a_lost_reply_the_holder_of_the_code_tells_what_happened() {
        let (documents, store) = documents();
        let courses = Courses(&documents);
        let owner = member("ethics", "teacher", Role::Instructor, 1);
        block_on(async {
            store.lose_next_commit_reply();
            courses.create(&course_id("ethics"), course("ETHICS", "teacher", 1), &owner).await.unwrap();
            assert!(courses.get(&course_id("ethics")).await.unwrap().is_some());

            let other = member("other", "teacher", Role::Instructor, 2);
            store.lose_next_commit_reply();
            let taken = courses.create(&course_id("other"), course("ETHICS", "teacher", 2), &other).await;
            assert_eq!(taken, Err(RepositoryError::AlreadyExists));
        });
    }

    fn renamed(code: &str) -> CourseChange {
        CourseChange { code: Some(CourseCode::new(code).unwrap()), ..CourseChange::default() }
    }

    async fn open(documents: &Client<&'static NativeStore>, id: &str, code: &str) -> Stored<Course> {
        let owner = member(id, "teacher", Role::Instructor, 1);
        Courses(documents).create(&course_id(id), course(code, "teacher", 1), &owner).await.unwrap()
    }

    async fn held(documents: &Client<&'static NativeStore>, code: &str) -> Option<String> {
        let found = Courses(documents).by_code(&CourseCode::new(code).unwrap()).await.unwrap();
        found.map(|(id, _)| id.to_string())
    }

    #[test]
    fn a_course_that_changes_its_code_gives_up_the_one_before() {
        let (documents, store) = documents();
        let (courses, id) = (Courses(&documents), course_id("ethics"));
        block_on(async {
            let made = open(&documents, "ethics", "BEFORE-1").await;
            open(&documents, "logic", "TAKEN-01").await;
            for seen in [None, Some(made.version)] {
                let taken = courses.update(&id, &renamed("taken-01"), seen, Millis(2)).await;
                assert_eq!(taken, Err(RepositoryError::AlreadyExists));
            }
            assert_eq!(courses.get(&id).await.unwrap(), Some(made.clone()));
            // Its own in another case is no other code.
            courses.update(&id, &renamed("before-1"), Some(made.version), Millis(3)).await.unwrap();

            store.lose_next_commit_reply();
            let changed = courses.update(&id, &renamed("after-01"), None, Millis(4)).await.unwrap();
            assert_eq!(changed.code.as_str(), "AFTER-01");
            assert_eq!(held(&documents, "AFTER-01").await.as_deref(), Some("ethics"));
            assert_eq!(held(&documents, "BEFORE-1").await, None);
            open(&documents, "third", "BEFORE-1").await;
            let stale = courses.update(&id, &renamed("LAST-001"), Some(made.version), Millis(5)).await;
            assert_eq!(stale, Err(RepositoryError::Stale));
            assert_eq!(held(&documents, "LAST-001").await, None);
            assert_eq!(held(&documents, "BEFORE-1").await.as_deref(), Some("third"));
        });
    }

    #[test]
    fn of_two_courses_that_want_one_code_at_once_one_gets_it_and_the_other_keeps_its_own() {
        let (documents, _) = documents();
        let courses = Courses(&documents);
        block_on(async {
            open(&documents, "a", "CODE-0A").await;
            open(&documents, "b", "CODE-0B").await;
            let (a, b, wanted) = (course_id("a"), course_id("b"), renamed("WANTED"));
            let (first, second) = join!(
                courses.update(&a, &wanted, None, Millis(2)),
                courses.update(&b, &wanted, None, Millis(2)),
            );
            assert!(first.is_ok());
            assert_eq!(second, Err(RepositoryError::AlreadyExists));
            assert_eq!(held(&documents, "WANTED").await.as_deref(), Some("a"));
            assert_eq!(held(&documents, "CODE-0A").await, None);
            assert_eq!(held(&documents, "CODE-0B").await.as_deref(), Some("b"));
        });
    }

    #[test]
    fn two_changes_of_one_code_at_once_leave_one_code() {
        let (documents, _) = documents();
        let (courses, id) = (Courses(&documents), course_id("ethics"));
        block_on(async {
            open(&documents, "ethics", "BEFORE-1").await;
            let (one, two) = (renamed("CODE-001"), renamed("CODE-002"));
            let both =
                join!(courses.update(&id, &one, None, Millis(2)), courses.update(&id, &two, None, Millis(3)));
            assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
            let last = courses.get(&id).await.unwrap().unwrap().code.clone();
            for code in ["BEFORE-1", "CODE-001", "CODE-002"] {
                let holder = (code == last.as_str()).then_some("ethics");
                assert_eq!(held(&documents, code).await.as_deref(), holder, "{code}");
            }
        });
    }

    #[test]
    fn what_a_course_says_of_its_password_and_the_password_change_together() {
        let (documents, store) = documents();
        let (courses, id) = (Courses(&documents), course_id("ethics"));
        let hash = |text: &str| PasswordHash(text.into());
        let with = |password| CourseChange { password: Some(password), ..CourseChange::default() };
        let kept = async || {
            let found = courses.get(&id).await.unwrap().unwrap();
            let secret = Secrets(&documents).get(&id).await.unwrap();
            (found.has_password, secret.map(|secret| secret.password_hash.0.clone()))
        };
        block_on(async {
            let owner = member("ethics", "teacher", Role::Instructor, 1);
            let ethics = course("ETHICS", "teacher", 1);
            courses.create_with(&id, ethics, &owner, Some(&hash("one"))).await.unwrap();
            assert_eq!(kept().await, (true, Some("one".into())));
            store.lose_next_commit_reply();
            courses.update(&id, &with(Some(hash("two"))), None, Millis(2)).await.unwrap();
            assert_eq!(kept().await, (true, Some("two".into())));
            let stale = courses.update(&id, &with(None), Some(Version::NONE), Millis(3)).await;
            assert_eq!(stale, Err(RepositoryError::Stale));
            assert_eq!(kept().await, (true, Some("two".into())));
            let bared = courses.update(&id, &with(None), None, Millis(4)).await.unwrap();
            assert!(!bared.has_password);
            assert_eq!(kept().await, (false, None));
        });
    }

    #[test]
    fn an_outdated_hash_is_renewed_unless_the_password_was_changed_meanwhile() {
        let (documents, _) = documents();
        let (courses, id) = (Courses(&documents), course_id("ethics"));
        let hash = |text: &str| PasswordHash(text.into());
        block_on(async {
            let owner = member("ethics", "teacher", Role::Instructor, 1);
            let ethics = course("ETHICS", "teacher", 1);
            courses.create_with(&id, ethics, &owner, Some(&hash("old"))).await.unwrap();
            let secrets = Secrets(&documents);
            let seen = secrets.get(&id).await.unwrap().unwrap().version;
            secrets.rehash(&id, &hash("renewed"), seen, Millis(2)).await.unwrap();
            let late = secrets.rehash(&id, &hash("late"), seen, Millis(3)).await;
            assert_eq!(late, Err(RepositoryError::Stale));
            let kept = secrets.get(&id).await.unwrap().unwrap();
            assert_eq!(kept.password_hash, hash("renewed"));
        });
    }

    #[test]
    fn a_deleted_course_frees_its_code_and_leaves_word() {
        let (documents, store) = documents();
        let (courses, id) = (Courses(&documents), course_id("ethics"));
        block_on(async {
            let made = open(&documents, "ethics", "ETHICS").await;
            let stale = courses.delete(&id, Some(Version::NONE)).await;
            assert_eq!(stale, Err(RepositoryError::Stale));
            store.lose_next_commit_reply();
            assert_eq!(courses.delete(&id, Some(made.version)).await, Ok(()));
            assert_eq!(courses.get(&id).await.unwrap(), None);
            let word = DeletedCourses(&documents).get(&id).await.unwrap();
            assert_eq!(word.map(Stored::into_document), Some(made.into_document()));
            assert_eq!(courses.delete(&id, None).await, Err(RepositoryError::NotFound));
            open(&documents, "next", "ETHICS").await;
        });
    }
}
