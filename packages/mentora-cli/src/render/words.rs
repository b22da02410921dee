//! Moves, states and reasons in plain words.

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{AssignmentStatus, ConversationState, EndReason, Role};

/// A move of the tutor.
#[must_use]
pub fn of_move(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::DevilsAdvocate => "devil's advocate",
        other => other.name(),
    }
}

/// Where a dialogue stands.
#[must_use]
pub fn of_state(state: ConversationState) -> &'static str {
    match state {
        ConversationState::AwaitingIdea => "not begun",
        ConversationState::AddingCounterpoint => "tutor answering",
        ConversationState::AwaitingFollowup => "student's turn",
        ConversationState::AwaitingDelayedResponse => "answer to come",
        ConversationState::AddingFinalSummary => "tutor closing",
        ConversationState::Closed => "ended",
    }
}

/// Why a conversation ended, as the rest of a sentence.
#[must_use]
pub fn of_end(reason: EndReason) -> &'static str {
    match reason {
        EndReason::MaxTurnsReached => "it had as many turns as the assignment allows",
        EndReason::ConclusionReached => "a conclusion was reached",
        EndReason::CircularArgument => "the argument went in circles",
        EndReason::StudentEnded => "the student ended it",
        EndReason::InstructorEnded => "a teacher ended it",
        EndReason::TimeLimit => "the time was up",
        EndReason::OutOfCredits => "there are no credits left",
        EndReason::Inactivity => "nobody said anything for long",
        EndReason::Error => "it could not go on",
    }
}

/// What somebody is to a course.
#[must_use]
pub fn of_role(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Instructor) => "instructor",
        Some(Role::Ta) => "ta",
        Some(Role::Student) => "student",
        Some(Role::Auditor) => "auditor",
        None => "-",
    }
}

/// Where an assignment stands in time.
#[must_use]
pub fn of_status(status: AssignmentStatus) -> &'static str {
    match status {
        AssignmentStatus::Scheduled => "scheduled",
        AssignmentStatus::Active => "active",
        AssignmentStatus::Closed => "closed",
    }
}
