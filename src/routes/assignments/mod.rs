//! `/api/assignments`

pub mod create;
pub mod list;
pub mod read;

use mentora_core::documents::Assignment;
use mentora_core::ids::AssignmentId;
use mentora_core::policy::Standing;
use mentora_wire::rest::AssignmentBody;

/// An assignment for one of this standing: only staff see what steers the tutor.
fn seen_by(standing: Standing, id: AssignmentId, assignment: Assignment) -> AssignmentBody {
    let body = AssignmentBody { id, assignment };
    if standing == Standing::Staff { body } else { body.for_learner() }
}
