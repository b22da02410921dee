//! `/api/submissions`

pub mod read;
pub mod submit;
pub mod update;

use mentora_core::documents::Submission;
use mentora_core::ids::SubmissionId;
use mentora_core::policy::Standing;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::SubmissionBody;

use crate::answer::etag;

/// A submission for one of this standing: its student sees the grade once it is given.
pub(super) fn submission_body(
    standing: Standing,
    id: SubmissionId,
    submission: Stored<Submission>,
) -> SubmissionBody {
    let body = SubmissionBody { id, etag: etag(submission.version), submission: submission.document };
    if standing.is_staff() { body } else { body.for_student() }
}
