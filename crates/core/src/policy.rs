//! Who may do what. One pure function per kind of resource; handlers ask, they do not re-implement.

use crate::documents::{Course, Member, MemberStatus, Role, Visibility};
use crate::ids::UserId;

/// Who asks: an identity whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// Bears the custom claim `admin`.
    pub admin: bool,
}

/// The answer. What an actor may not see answers as if it were not there, so that ids cannot be probed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// May.
    Allow,
    /// Sees it, but may not.
    Forbidden,
    /// Must not learn that it is there.
    NotFound,
}

/// What an actor is to one course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Admin, or staff of the course.
    Staff,
    /// Active student or auditor.
    Learner(Role),
    /// None of these.
    Outsider,
}

impl Standing {
    /// Reads the standing from the course and the actor's roster entry. A member counts only while active.
    #[must_use]
    pub fn of(actor: &Actor, course: &Course, member: Option<&Member>) -> Self {
        if actor.admin || course.owner_id == actor.user {
            return Self::Staff;
        }
        match member.filter(|m| m.status == MemberStatus::Active).map(|m| m.role) {
            Some(role) if role.is_staff() => Self::Staff,
            Some(role) => Self::Learner(role),
            None => Self::Outsider,
        }
    }
}

/// What is asked of a course or of what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseAction {
    /// Read the course.
    Read,
    /// Change it.
    Edit,
    /// Read its assignments.
    ReadAssignments,
    /// Make or change assignments.
    EditAssignments,
    /// Read its topics.
    ReadTopics,
    /// Make, change or remove topics.
    EditTopics,
    /// Read what it is told.
    ReadAnnouncements,
    /// Tell it something, or take that back.
    Announce,
    /// Begin a conversation.
    Converse,
    /// List everybody's conversations.
    ListConversations,
}

/// Decides about a course.
#[must_use]
pub fn course(standing: Standing, course: &Course, action: CourseAction) -> Verdict {
    match (standing, action) {
        (Standing::Staff, _)
        | (
            Standing::Learner(_),
            CourseAction::Read
            | CourseAction::ReadAssignments
            | CourseAction::ReadTopics
            | CourseAction::ReadAnnouncements
            | CourseAction::Converse,
        ) => Verdict::Allow,
        (Standing::Learner(_), _) => Verdict::Forbidden,
        (Standing::Outsider, CourseAction::Read) if course.visibility == Visibility::Public => Verdict::Allow,
        (Standing::Outsider, _) if course.visibility == Visibility::Public => Verdict::Forbidden,
        (Standing::Outsider, _) => Verdict::NotFound,
    }
}

/// What is asked of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConversationAction {
    /// Read it, or listen to it.
    Read,
    /// Say something in it.
    Speak,
    /// End it.
    End,
}

/// Decides about a conversation of `owner`; `standing` is the actor's in its course. An owner who has left the
/// course keeps the right to read, not the right to speak at the course's expense.
#[must_use]
pub fn conversation(
    actor: &Actor,
    standing: Standing,
    owner: &UserId,
    action: ConversationAction,
) -> Verdict {
    let owns = *owner == actor.user;
    match (owns, standing, action) {
        (_, Standing::Staff, ConversationAction::Read | ConversationAction::End)
        | (true, _, ConversationAction::Read | ConversationAction::End)
        | (true, Standing::Staff | Standing::Learner(_), ConversationAction::Speak) => Verdict::Allow,
        (true, Standing::Outsider, ConversationAction::Speak)
        | (false, Standing::Staff, ConversationAction::Speak) => Verdict::Forbidden,
        (false, _, _) => Verdict::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::CourseCode;
    use crate::ids::CourseId;
    use crate::time::Millis;

    fn user(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    fn a_course(visibility: Visibility) -> Course {
        Course {
            title: "Ethics".into(),
            code: CourseCode::new("ETHICS1").unwrap(),
            owner_id: user("owner"),
            visibility,
            theme: None,
            description: None,
            thumbnail: None,
            is_demo: false,
            demo_policy: None,
            retention_days: None,
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    fn a_member(role: Role, status: MemberStatus) -> Member {
        Member {
            course_id: CourseId::new("c").unwrap(),
            user_id: Some(user("m")),
            email: String::new(),
            role,
            status,
            invited_at: None,
            joined_at: None,
            created_at: Millis(0),
            updated_at: Millis(0),
        }
    }

    fn actor(id: &str) -> Actor {
        Actor { user: user(id), admin: false }
    }

    #[test]
    fn a_removed_or_invited_member_is_an_outsider() {
        let course = a_course(Visibility::Private);
        for status in [MemberStatus::Removed, MemberStatus::Invited] {
            let member = a_member(Role::Instructor, status);
            assert_eq!(Standing::of(&actor("m"), &course, Some(&member)), Standing::Outsider);
        }
    }

    #[test]
    fn the_owner_and_an_admin_are_staff_without_a_roster_entry() {
        let course = a_course(Visibility::Private);
        assert_eq!(Standing::of(&actor("owner"), &course, None), Standing::Staff);
        let admin = Actor { user: user("x"), admin: true };
        assert_eq!(Standing::of(&admin, &course, None), Standing::Staff);
    }

    const READING: [CourseAction; 4] = [
        CourseAction::Read,
        CourseAction::ReadAssignments,
        CourseAction::ReadTopics,
        CourseAction::ReadAnnouncements,
    ];
    const STAFF_ONLY: [CourseAction; 5] = [
        CourseAction::Edit,
        CourseAction::EditAssignments,
        CourseAction::EditTopics,
        CourseAction::Announce,
        CourseAction::ListConversations,
    ];

    fn all_actions() -> impl Iterator<Item = CourseAction> {
        READING.into_iter().chain(STAFF_ONLY).chain([CourseAction::Converse])
    }

    #[test]
    fn an_outsider_cannot_tell_a_private_course_from_none() {
        for visibility in [Visibility::Private, Visibility::Unlisted] {
            for action in all_actions() {
                let verdict = course(Standing::Outsider, &a_course(visibility), action);
                assert_eq!(verdict, Verdict::NotFound, "{action:?}");
            }
        }
    }

    #[test]
    fn an_outsider_sees_of_a_public_course_that_it_is_there_and_nothing_in_it() {
        for action in all_actions() {
            let verdict = course(Standing::Outsider, &a_course(Visibility::Public), action);
            let expected = if action == CourseAction::Read { Verdict::Allow } else { Verdict::Forbidden };
            assert_eq!(verdict, expected, "{action:?}");
        }
    }

    #[test]
    fn a_learner_reads_and_argues_but_does_not_edit() {
        let c = a_course(Visibility::Private);
        for learner in [Standing::Learner(Role::Student), Standing::Learner(Role::Auditor)] {
            assert_eq!(course(learner, &c, CourseAction::Converse), Verdict::Allow);
            for action in READING {
                assert_eq!(course(learner, &c, action), Verdict::Allow, "{action:?}");
            }
            for action in STAFF_ONLY {
                assert_eq!(course(learner, &c, action), Verdict::Forbidden, "{action:?}");
            }
        }
    }

    #[test]
    fn staff_may_do_everything_in_their_course() {
        for action in all_actions() {
            assert_eq!(
                course(Standing::Staff, &a_course(Visibility::Private), action),
                Verdict::Allow,
                "{action:?}"
            );
        }
    }

    #[test]
    fn only_the_owner_speaks_in_a_conversation() {
        let owner = user("m");
        let speak = ConversationAction::Speak;
        let learner = Standing::Learner(Role::Student);
        assert_eq!(conversation(&actor("m"), learner, &owner, speak), Verdict::Allow);
        assert_eq!(conversation(&actor("t"), Standing::Staff, &owner, speak), Verdict::Forbidden);
        assert_eq!(conversation(&actor("s"), learner, &owner, speak), Verdict::NotFound);
        assert_eq!(conversation(&actor("m"), Standing::Outsider, &owner, speak), Verdict::Forbidden);
    }
}
