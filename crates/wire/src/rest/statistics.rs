//! `/api/assignments/{id}/statistics`

use mentora_core::documents::Statistics;
use mentora_core::ids::AssignmentId;
use serde::{Deserialize, Serialize};

use crate::etag::Resource;

/// What came of an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StatisticsBody {
    /// The assignment.
    pub assignment_id: AssignmentId,
    /// The figures, with the students as they are now.
    #[serde(flatten)]
    pub statistics: Statistics,
}

impl Resource for StatisticsBody {}

/// Answer to `POST /api/assignments/{id}/statistics/rebuild`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RebuiltBody {
    /// Conversations that were counted.
    pub conversations: u32,
    /// Those of them that had been counted wrongly, or not; and those that had been and should not. 0 when all was right.
    pub corrected: u32,
    /// The figures as they stand now.
    pub statistics: StatisticsBody,
}

impl Resource for RebuiltBody {}
