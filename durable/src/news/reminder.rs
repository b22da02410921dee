//! That an assignment is due soon is told to the students of the course who have not handed it in.
//!
//! Its item waits for the next of its reminders (`core::reminders`), and is moved to the one after when all were told. A due
//! date that is moved writes it anew: the reminders of the new date are told, also to who was reminded of the old one, and
//! those whose time was over when it was moved are not.

use mentora_core::documents::{Assignment, NewsItem, SubmissionState};
use mentora_core::ids::AssignmentId;
use mentora_core::reminders;
use mentora_core::time::Millis;
use mentora_firestore::{DocumentPath, Transport};

use super::Round;
use super::round::{PAGE, Page, behind, tell_all};
use crate::notify::{Due, assignment_reminder};
use crate::repositories::news::Next;
use crate::repositories::{self, Assignments, Courses, RepositoryError, Students, Submissions};

impl<S: Transport, M: Transport, P: Transport> Round<'_, S, M, P> {
    /// Reminds the next page of students, those who came first at the front.
    pub(super) async fn reminder(&self, item: &NewsItem) -> Result<Page, RepositoryError> {
        let id = DocumentPath::parse(&item.about).ok().and_then(|path| AssignmentId::new(path.id()).ok());
        let Some(id) = id else { return Ok(Page::over()) };
        let Some(assignment) = Assignments(self.documents).get(&id).await? else { return Ok(Page::over()) };
        let now = (self.clock)();
        let (Some(days_before), Some(at)) = (reminders::current(&assignment, now), assignment.due_at) else {
            return Ok(Page { people: Vec::new(), next: next_reminder(&assignment, now) });
        };
        let course_id = &assignment.course_id;
        let Some(course) = Courses(self.documents).get(course_id).await? else { return Ok(Page::over()) };
        let page = repositories::Page { limit: PAGE, cursor: behind(item) };
        let (students, next) = Students(self.documents).active(course_id, &page).await?;
        let handed = Submissions(self.documents).of_students(&id, &students).await?;
        let left = students.into_iter().zip(handed).filter(|(_, submission)| {
            submission.as_ref().is_none_or(|found| found.state == SubmissionState::InProgress)
        });
        let due = Due {
            assignment: &id,
            title: &assignment.title,
            course: course_id,
            course_title: &course.title,
            at,
            days_before,
        };
        let (notifier, due) = (&self.notifier(), &due);
        let tell = |(student, _)| async move { assignment_reminder(notifier, due, &student).await };
        let people = tell_all(left.map(tell)).await?;
        let next = match next {
            Some(next) => Next::At { at: now, cursor: Some(next.encode()) },
            None => next_reminder(&assignment, now),
        };
        Ok(Page { people, next })
    }
}

fn next_reminder(assignment: &Assignment, now: Millis) -> Next {
    reminders::next(assignment, now).map_or(Next::Over, |at| Next::At { at, cursor: None })
}
