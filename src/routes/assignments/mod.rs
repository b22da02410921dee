//! `/api/assignments`

pub mod create;
pub mod delete;
pub mod list;
pub mod preview;
pub mod read;
mod references;
pub mod statistics;
pub mod submissions;
pub mod update;

use mentora_core::documents::Assignment;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::Standing;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::AssignmentBody;

use crate::answer::etag;

/// An assignment for one of this standing: only staff see what steers the tutor.
fn seen_by(standing: Standing, id: AssignmentId, assignment: Stored<Assignment>) -> AssignmentBody {
    let body = AssignmentBody { id, etag: etag(assignment.version), assignment: assignment.document };
    if standing.is_staff() { body } else { body.for_learner() }
}
