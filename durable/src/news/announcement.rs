//! An announcement is told to the members of its course, whatever they are there, but for whoever wrote it.

use mentora_core::documents::{MemberStatus, NewsItem};
use mentora_core::ids::{AnnouncementId, CourseId};
use mentora_firestore::{DocumentPath, Transport};

use super::Round;
use super::round::{PAGE, Page, behind, tell_all};
use crate::notify::{Announced, announcement};
use crate::repositories::news::Next;
use crate::repositories::{self, Announcements, Courses, RepositoryError, Roster};

impl<S: Transport, M: Transport, P: Transport> Round<'_, S, M, P> {
    /// Tells the next page of members, the latest who came first: who joins meanwhile finds it on the page of the course.
    pub(super) async fn announcement(&self, item: &NewsItem) -> Result<Page, RepositoryError> {
        let Some((course_id, id)) = place(item) else { return Ok(Page::over()) };
        let Some(said) = Announcements(self.documents).get(&course_id, &id).await? else {
            return Ok(Page::over());
        };
        let Some(course) = Courses(self.documents).get(&course_id).await? else { return Ok(Page::over()) };
        let page = repositories::Page { limit: PAGE, cursor: behind(item) };
        let (members, next) =
            Roster(self.documents).list(&course_id, Some(MemberStatus::Active), None, &page).await?;
        let others = members.into_iter().filter_map(|(_, member)| member.document.user_id);
        let others = others.filter(|user| *user != said.author_id);
        let announced =
            Announced { course: &course_id, course_title: &course.title, id: &id, content: &said.content };
        let (notifier, announced) = (&self.notifier(), &announced);
        let tell = |user| async move { announcement(notifier, announced, &user).await };
        let people = tell_all(others.map(tell)).await?;
        let at = (self.clock)();
        let next = next.map_or(Next::Over, |next| Next::At { at, cursor: Some(next.encode()) });
        Ok(Page { people, next })
    }
}

/// `courses/{courseId}/announcements/{announcementId}`
fn place(item: &NewsItem) -> Option<(CourseId, AnnouncementId)> {
    let path = DocumentPath::parse(&item.about).ok()?;
    let course = path.parent().parent()?;
    Some((CourseId::new(course.id()).ok()?, AnnouncementId::new(path.id()).ok()?))
}
