//! `/api/assignments/{id}/submissions` and `/api/submissions`

use mentora_core::documents::{Submission, SubmissionState};
use mentora_core::ids::SubmissionId;
use mentora_core::limits;
use mentora_core::rules::{Offences, Ruled};
use serde::{Deserialize, Serialize};

use crate::etag::{Etag, Resource};
use crate::patch::named;
use crate::rest::Limit;

/// A submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmissionBody {
    /// Its id.
    pub id: SubmissionId,
    /// Its version.
    pub etag: Etag,
    /// The submission. Its student sees score and notes once it is graded.
    #[serde(flatten)]
    pub submission: Submission,
}

impl SubmissionBody {
    /// As its student sees it: what staff say of it is said when they are done.
    #[must_use]
    pub fn for_student(mut self) -> Self {
        if self.submission.state != SubmissionState::GradedComplete {
            self.submission.score_completion = None;
            self.submission.notes = None;
        }
        self
    }
}

impl Resource for SubmissionBody {
    fn etag(&self) -> Option<&Etag> {
        Some(&self.etag)
    }
}

/// `PATCH /api/submissions/{id}`: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateSubmission {
    /// `graded_complete` shows the student score and notes; `submitted` takes that back.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = SubmissionState))]
    pub state: Option<SubmissionState>,
    /// How much of the assignment was done, 0 to 100 percent; `null` takes the score away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Completion>, inline))]
    pub score_completion: Option<Option<f64>>,
    /// For the student, up to 5,000 characters; `null` takes the notes away.
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<limits::Notes>, inline))]
    pub notes: Option<Option<String>>,
}

impl Ruled for UpdateSubmission {
    fn offences(&self) -> Offences {
        Offences::default()
            .number("scoreCompletion", self.score_completion.flatten(), limits::Completion::RANGE)
            .chars("notes", self.notes.as_ref().and_then(Option::as_deref), limits::Notes::RANGE)
    }
}

/// Query of `GET /api/assignments/{id}/submissions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListSubmissions {
    /// Only those that are so far.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub state: Option<SubmissionState>,
    /// 1 to 100; 20 unless told.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(value_type = Option<u32>, minimum = 1, maximum = 100))]
    pub limit: Limit,
    /// `nextCursor` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// Answer to `GET /api/assignments/{id}/submissions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmissionPage {
    /// The submissions; who began last comes first.
    pub items: Vec<SubmissionBody>,
    /// Where the next page begins; `null` on the last.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub next_cursor: Option<String>,
    /// How many students are how far, whatever the page shows.
    pub counts: SubmissionCounts,
}

/// How many students are how far with an assignment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubmissionCounts {
    /// Active students who have yet to begin.
    pub not_started: u32,
    /// Those who argue.
    pub in_progress: u32,
    /// Those whose submission is to be graded.
    pub submitted: u32,
    /// Those whose submission is graded.
    pub graded_complete: u32,
    /// Of the last two, those who were late.
    pub late: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;

    fn paths(json: &str) -> Vec<String> {
        let offences = body::parse::<UpdateSubmission>(json.as_bytes()).err().unwrap_or_default();
        offences.into_iter().map(|offence| offence.path).collect()
    }

    #[test]
    fn a_grade_may_name_any_of_its_parts_and_each_has_its_range() {
        for sound in ["{}", r#"{"notes":null}"#, r#"{"scoreCompletion":0}"#, r#"{"state":"graded_complete"}"#]
        {
            assert_eq!(paths(sound), Vec::<String>::new(), "{sound}");
        }
        let long = "x".repeat(5_001);
        assert_eq!(
            paths(&format!(r#"{{"scoreCompletion":100.5,"notes":"{long}"}}"#)),
            ["scoreCompletion", "notes"]
        );
        assert_eq!(paths(r#"{"state":"done"}"#), ["state"]);
        assert_eq!(paths(r#"{"state":null}"#), ["state"]);
        assert_eq!(paths(r#"{"late":true}"#), ["late"]);
    }
}
