//! That a submission was graded is told to its student, unless that was taken back before.

use mentora_core::documents::{NewsItem, SubmissionState};
use mentora_core::ids::SubmissionId;
use mentora_firestore::{DocumentPath, Transport};

use super::Round;
use super::round::Page;
use crate::notify::submission_graded;
use crate::repositories::news::Next;
use crate::repositories::{Assignments, RepositoryError, Submissions};

impl<S: Transport, M: Transport, P: Transport> Round<'_, S, M, P> {
    /// Tells the student.
    pub(super) async fn graded(&self, item: &NewsItem) -> Result<Page, RepositoryError> {
        let id = DocumentPath::parse(&item.about).ok().and_then(|path| SubmissionId::new(path.id()).ok());
        let Some(id) = id else { return Ok(Page::over()) };
        let found = Submissions(self.documents).get(&id).await?;
        let Some(submission) = found.filter(|found| found.state == SubmissionState::GradedComplete) else {
            return Ok(Page::over());
        };
        let Some(assignment) = Assignments(self.documents).get(&submission.assignment_id).await? else {
            return Ok(Page::over());
        };
        let told = submission_graded(&self.notifier(), &submission, &assignment.title).await?;
        Ok(Page { people: vec![told], next: Next::Over })
    }
}
