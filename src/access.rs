//! Loads what a caller asks for and puts the caller's wish to `core::policy`. Handlers get what they may use, or
//! the refusal; none decides by itself.

use futures::try_join;
use mentora_core::documents::{
    Assignment, Conversation, Course, MemberStatus, Persona, Role, Submission, Topic, WalletOwner,
};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, PersonaId, SubmissionId, TopicId, WalletId};
use mentora_core::policy::{
    ConversationAction, ConversationOf, CourseAction, InCourse, Standing, SubmissionAction, SubmissionOf,
    Verdict, decide,
};
use mentora_core::prompts;
use mentora_durable::platform::documents::Documents;
use mentora_durable::repositories::{
    Assignments, Conversations, Courses, DeletedCourses, Personas, Roster, Stored, Submissions, Topics,
    Wallets,
};
use mentora_durable::wallet::calls::WalletRef;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Named;

/// A course that the caller may use as asked.
#[derive(Debug, Clone)]
pub struct CourseAccess {
    /// The course.
    pub course: Stored<Course>,
    /// What the caller is to it.
    pub standing: Standing,
    /// The caller's role on the roster; none for one who is not on it.
    pub role: Option<Role>,
}

/// A conversation that the caller may use as asked.
#[derive(Debug, Clone)]
pub struct ConversationAccess {
    /// The conversation as the store has it, which may be a moment behind its object.
    pub conversation: Conversation,
    /// What the caller is to its course.
    pub standing: Standing,
}

/// A submission that the caller may use as asked.
#[derive(Debug, Clone)]
pub struct SubmissionAccess {
    /// The submission.
    pub submission: Stored<Submission>,
    /// What it is handed in for; none once that was deleted.
    pub assignment: Option<Assignment>,
    /// What the caller is to its course.
    pub standing: Standing,
}

/// A course, for `action`.
///
/// # Errors
/// `404` for what the caller may not see, `403` for what it may see but not do.
pub async fn course(
    documents: &Documents,
    caller: &Caller,
    id: &CourseId,
    action: CourseAction,
) -> Result<CourseAccess, ApiError> {
    let access = find_course(documents, caller, id).await?.ok_or_else(ApiError::course_not_found)?;
    permit::<CourseId>(access.verdict(caller, action), may_not(action))?;
    Ok(access)
}

/// Whether a course is one that the caller has deleted, or may have, and of which something is left.
///
/// # Errors
/// `404` when it is not.
pub async fn deleted_course(documents: &Documents, caller: &Caller, id: &CourseId) -> Result<(), ApiError> {
    let course = DeletedCourses(documents).get(id).await?.ok_or_else(ApiError::course_not_found)?;
    let standing = Standing::of(&caller.actor, &course, None);
    match decide(&caller.actor, CourseAction::Delete, &InCourse { course: &course, standing }) {
        Verdict::Allow => Ok(()),
        Verdict::Forbidden | Verdict::NotFound => Err(ApiError::course_not_found()),
    }
}

/// A topic, for `action` in its course.
///
/// # Errors
/// As [`course`].
pub async fn topic(
    documents: &Documents,
    caller: &Caller,
    id: &TopicId,
    action: CourseAction,
) -> Result<Stored<Topic>, ApiError> {
    let topic = Topics(documents).get(id).await?.ok_or_else(ApiError::topic_not_found)?;
    let access = find_course(documents, caller, &topic.course_id).await?;
    let access = access.ok_or_else(ApiError::topic_not_found)?;
    permit::<TopicId>(access.verdict(caller, action), may_not(action))?;
    Ok(topic)
}

/// An assignment and its course, for `action`.
///
/// # Errors
/// As [`course`].
pub async fn assignment(
    documents: &Documents,
    caller: &Caller,
    id: &AssignmentId,
    action: CourseAction,
) -> Result<(Stored<Assignment>, CourseAccess), ApiError> {
    let assignment = Assignments(documents).get(id).await?.ok_or_else(ApiError::assignment_not_found)?;
    let access = find_course(documents, caller, &assignment.course_id).await?;
    let access = access.ok_or_else(ApiError::assignment_not_found)?;
    permit::<AssignmentId>(access.verdict(caller, action), may_not(action))?;
    Ok((assignment, access))
}

/// A persona that staff made, and its course, for `action`.
///
/// # Errors
/// As [`course`]; `403` for a built-in one, which everybody sees and nobody changes.
pub async fn persona(
    documents: &Documents,
    caller: &Caller,
    id: &PersonaId,
    action: CourseAction,
) -> Result<(Stored<Persona>, CourseId, CourseAccess), ApiError> {
    if prompts::is_built_in(id.as_str()) {
        return Err(ApiError::forbidden(
            "This persona is built in and stays as it is. Make one of your own with POST /api/personas.",
        ));
    }
    let persona = Personas(documents).get(id).await?.ok_or_else(ApiError::persona_not_found)?;
    let course = persona.course_id.clone().ok_or_else(ApiError::persona_not_found)?;
    let access = find_course(documents, caller, &course).await?.ok_or_else(ApiError::persona_not_found)?;
    permit::<PersonaId>(access.verdict(caller, action), may_not(action))?;
    Ok((persona, course, access))
}

/// A conversation, for `action`.
///
/// # Errors
/// As [`course`].
pub async fn conversation(
    documents: &Documents,
    caller: &Caller,
    id: &ConversationId,
    action: ConversationAction,
) -> Result<ConversationAccess, ApiError> {
    let access = find_conversation(documents, caller, id).await?;
    let refusal = match action {
        ConversationAction::Speak => {
            "Only the student of this conversation, while in its course, may speak in it."
        }
        ConversationAction::Reopen => "Only the staff of the course may open a conversation again.",
        ConversationAction::Read | ConversationAction::End => "You may not do this with this conversation.",
    };
    permit::<ConversationId>(access.verdict(caller, action), refusal)?;
    Ok(access)
}

/// A submission, for `action`.
///
/// # Errors
/// As [`course`].
pub async fn submission(
    documents: &Documents,
    caller: &Caller,
    id: &SubmissionId,
    action: SubmissionAction,
) -> Result<SubmissionAccess, ApiError> {
    let submission = Submissions(documents).get(id).await?.ok_or_else(ApiError::submission_not_found)?;
    let assignment = Assignments(documents).get(&submission.assignment_id).await?;
    let course = match &assignment {
        Some(assignment) => find_course(documents, caller, &assignment.course_id).await?,
        None => None,
    };
    // A submission outlives its assignment; then nobody is anything to the course.
    let standing = course.map_or(Standing::Outsider, |access| access.standing);
    let student = &submission.user_id;
    let refusal = match action {
        SubmissionAction::Submit => "Only its student, while in the course, may hand this in.",
        SubmissionAction::Read | SubmissionAction::Grade => "Only the staff of the course may grade this.",
    };
    let verdict = decide(&caller.actor, action, &SubmissionOf { student, standing });
    permit::<SubmissionId>(verdict, refusal)?;
    Ok(SubmissionAccess { submission, assignment: assignment.map(Stored::into_document), standing })
}

/// A wallet whose ledger the caller may read: the own one, or one of a course whose staff the caller is of.
///
/// # Errors
/// As [`course`].
pub async fn ledger(documents: &Documents, caller: &Caller, id: &WalletId) -> Result<WalletRef, ApiError> {
    // A user may be called like a course: where there is a wallet, it knows whose it is.
    let owner = Wallets(documents).get(id).await?.map(|wallet| wallet.owner_type);
    let own = WalletId::of_user(&caller.actor.user) == *id;
    if own && owner != Some(WalletOwner::Course) {
        return Ok(WalletRef::of_user(&caller.actor.user));
    }
    let course = CourseId::new(id.as_str()).ok().filter(|_| owner != Some(WalletOwner::User));
    let course = course.ok_or_else(ApiError::wallet_not_found)?;
    let access = find_course(documents, caller, &course).await?.ok_or_else(ApiError::wallet_not_found)?;
    let read = CourseAction::ReadWallet;
    permit::<WalletId>(access.verdict(caller, read), may_not(read))?;
    Ok(WalletRef::of_course(&course))
}

/// What only admins may.
///
/// # Errors
/// `403`
pub fn admin(caller: &Caller) -> Result<(), ApiError> {
    if caller.actor.admin {
        Ok(())
    } else {
        Err(ApiError::forbidden("Only an admin of Mentora may do this."))
    }
}

impl CourseAccess {
    /// Demands that the caller may do something else with it, too.
    ///
    /// # Errors
    /// As [`course`].
    pub fn demand(&self, caller: &Caller, action: CourseAction) -> Result<(), ApiError> {
        permit::<CourseId>(self.verdict(caller, action), may_not(action))
    }

    /// Whether the caller may do something else with it, too.
    #[must_use]
    pub fn verdict(&self, caller: &Caller, action: CourseAction) -> Verdict {
        decide(&caller.actor, action, &InCourse { course: &self.course, standing: self.standing })
    }
}

impl ConversationAccess {
    /// Whether the caller may do something else with it, too.
    #[must_use]
    pub fn verdict(&self, caller: &Caller, action: ConversationAction) -> Verdict {
        let student = &self.conversation.user_id;
        decide(&caller.actor, action, &ConversationOf { student, standing: self.standing })
    }
}

async fn find_conversation(
    documents: &Documents,
    caller: &Caller,
    id: &ConversationId,
) -> Result<ConversationAccess, ApiError> {
    let found = Conversations(documents).get(id).await?;
    let conversation = found.ok_or_else(ApiError::conversation_not_found)?;
    let course = find_course(documents, caller, &conversation.course_id).await?;
    // A conversation outlives its course; then nobody is anything to the course.
    let standing = course.map_or(Standing::Outsider, |access| access.standing);
    Ok(ConversationAccess { conversation, standing })
}

async fn find_course(
    documents: &Documents,
    caller: &Caller,
    id: &CourseId,
) -> Result<Option<CourseAccess>, ApiError> {
    let (courses, roster) = (Courses(documents), Roster(documents));
    let (course, member) = try_join!(courses.get(id), roster.get(id, &caller.actor.user))?;
    Ok(course.map(|course| {
        let member = member.map(Stored::into_document);
        let standing = Standing::of(&caller.actor, &course, member.as_ref());
        let role = member.filter(|member| member.status == MemberStatus::Active).map(|member| member.role);
        CourseAccess { course, standing, role }
    }))
}

fn may_not(action: CourseAction) -> &'static str {
    match action {
        CourseAction::Read
        | CourseAction::ReadAssignments
        | CourseAction::ReadTopics
        | CourseAction::ReadAnnouncements
        | CourseAction::ReadPersonas => "Join the course first, with its code.",
        CourseAction::Edit => "Only the staff of the course may change it.",
        CourseAction::Delete => "Only the owner of the course may delete it.",
        CourseAction::ReadRoster => "Only the staff of the course may see who is in it.",
        CourseAction::EditLearners => "Only the staff of the course may change who is in it.",
        CourseAction::EditStaff => "Only an instructor of the course may decide who is on its staff.",
        CourseAction::EditPersonas => "Only the staff of the course may change its personas.",
        CourseAction::ListSubmissions => "Only the staff of the course may list the submissions of others.",
        CourseAction::ReadStatistics => "Only the staff of the course may read its statistics.",
        CourseAction::ReadWallet => "Only the staff of the course may look into its wallet.",
        CourseAction::FillWallet => "Only the staff of the course may pay into its wallet.",
        CourseAction::EditAssignments => "Only the staff of the course may change its assignments.",
        CourseAction::EditTopics => "Only the staff of the course may change its topics.",
        CourseAction::Announce => "Only the staff of the course may announce something, or take it back.",
        CourseAction::Converse => "Join the course first, with its code, to argue its assignments.",
        CourseAction::ListConversations => {
            "Only the staff of the course may list the conversations of others."
        }
    }
}

fn permit<T: Named>(verdict: Verdict, forbidden: &'static str) -> Result<(), ApiError> {
    match verdict {
        Verdict::Allow => Ok(()),
        Verdict::Forbidden => Err(ApiError::forbidden(forbidden)),
        Verdict::NotFound => Err(T::not_found()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mentora_wire::error::ErrorCode;

    #[test]
    fn what_may_not_be_seen_is_not_there_and_what_may_not_be_done_is_forbidden() {
        assert_eq!(permit::<CourseId>(Verdict::Allow, "x"), Ok(()));
        let hidden = permit::<ConversationId>(Verdict::NotFound, "x").unwrap_err();
        assert_eq!(hidden, ApiError::conversation_not_found());
        let refused = permit::<AssignmentId>(Verdict::Forbidden, "x").unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
    }
}
