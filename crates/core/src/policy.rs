//! Who may do what: one pure answer to (actor, action, resource). Handlers ask, they do not re-implement it.
//!
//! A resource is what the answer depends on, and nothing else: the course and the actor's entry on its roster, whose
//! conversation it is. What kinds of actions there are, each kind of resource says by itself.

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

impl Verdict {
    /// Of one who sees it.
    fn allow_if(may: bool) -> Self {
        if may { Self::Allow } else { Self::Forbidden }
    }
}

/// What an answer depends on.
pub trait Resource {
    /// What may be asked of it.
    type Action: Copy;

    /// Whether `actor` may do it.
    fn verdict(&self, actor: &Actor, action: Self::Action) -> Verdict;
}

/// Decides whether `actor` may do `action` with `resource`.
#[must_use]
pub fn decide<R: Resource>(actor: &Actor, action: R::Action, resource: &R) -> Verdict {
    resource.verdict(actor, action)
}

/// What an actor is to one course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Made it, or is an admin.
    Owner,
    /// Active instructor.
    Instructor,
    /// Active teaching assistant.
    Assistant,
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
            return Self::Owner;
        }
        match member.filter(|member| member.status == MemberStatus::Active).map(|member| member.role) {
            Some(Role::Instructor) => Self::Instructor,
            Some(Role::Ta) => Self::Assistant,
            Some(role @ (Role::Student | Role::Auditor)) => Self::Learner(role),
            None => Self::Outsider,
        }
    }

    /// Instructors and teaching assistants.
    #[must_use]
    pub fn is_staff(self) -> bool {
        matches!(self, Self::Owner | Self::Instructor | Self::Assistant)
    }
}

/// What is asked of a course or of what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseAction {
    /// Read the course.
    Read,
    /// Change it.
    Edit,
    /// Delete it with all that belongs to it.
    Delete,
    /// See who is in it.
    ReadRoster,
    /// Invite, change or remove students and auditors.
    EditLearners,
    /// Invite, change or remove instructors and teaching assistants.
    EditStaff,
    /// Read its assignments.
    ReadAssignments,
    /// Make, change or delete assignments, and try them.
    EditAssignments,
    /// Read its topics.
    ReadTopics,
    /// Make, change or remove topics.
    EditTopics,
    /// Read what it is told.
    ReadAnnouncements,
    /// Tell it something, or take that back.
    Announce,
    /// Read its personas.
    ReadPersonas,
    /// Make, change or remove its personas.
    EditPersonas,
    /// Begin a conversation.
    Converse,
    /// List everybody's conversations.
    ListConversations,
    /// List everybody's submissions.
    ListSubmissions,
    /// Read what all conversations together show.
    ReadStatistics,
    /// See what is in its wallet, and what became of it.
    ReadWallet,
    /// Pay something into its wallet.
    FillWallet,
}

impl CourseAction {
    /// What a student or an auditor may.
    fn is_for_learners(self) -> bool {
        matches!(
            self,
            Self::Read
                | Self::ReadAssignments
                | Self::ReadTopics
                | Self::ReadAnnouncements
                | Self::ReadPersonas
                | Self::Converse
        )
    }
}

/// A course, and what the actor is to it.
#[derive(Debug, Clone, Copy)]
pub struct InCourse<'a> {
    /// The course.
    pub course: &'a Course,
    /// The actor's standing in it.
    pub standing: Standing,
}

impl Resource for InCourse<'_> {
    type Action = CourseAction;

    fn verdict(&self, _: &Actor, action: CourseAction) -> Verdict {
        let public = self.course.visibility == Visibility::Public;
        match self.standing {
            Standing::Owner => Verdict::Allow,
            Standing::Instructor => Verdict::allow_if(action != CourseAction::Delete),
            Standing::Assistant => {
                Verdict::allow_if(!matches!(action, CourseAction::Delete | CourseAction::EditStaff))
            }
            Standing::Learner(_) => Verdict::allow_if(action.is_for_learners()),
            Standing::Outsider if public => Verdict::allow_if(action == CourseAction::Read),
            Standing::Outsider => Verdict::NotFound,
        }
    }
}

/// Whether one must know the password of a course to join it: whoever the staff have let in already need not, and who
/// was removed is not let in by a password either.
#[must_use]
pub fn must_know_password(actor: &Actor, course: &Course, member: Option<&Member>) -> bool {
    course.has_password && member.is_none() && Standing::of(actor, course, None) == Standing::Outsider
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
    /// Open it again after its end.
    Reopen,
}

/// A conversation: whose it is, and what the actor is to its course.
///
/// One who has left the course keeps the right to read the own conversation, not the right to speak at the course's
/// expense.
#[derive(Debug, Clone, Copy)]
pub struct ConversationOf<'a> {
    /// The student who argues.
    pub student: &'a UserId,
    /// The actor's standing in its course.
    pub standing: Standing,
}

impl Resource for ConversationOf<'_> {
    type Action = ConversationAction;

    fn verdict(&self, actor: &Actor, action: ConversationAction) -> Verdict {
        let own = *self.student == actor.user;
        if !own && !self.standing.is_staff() {
            return Verdict::NotFound;
        }
        Verdict::allow_if(match action {
            ConversationAction::Read | ConversationAction::End => true,
            ConversationAction::Speak => own && self.standing != Standing::Outsider,
            ConversationAction::Reopen => self.standing.is_staff(),
        })
    }
}

/// What is asked of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmissionAction {
    /// Read it.
    Read,
    /// Hand it in.
    Submit,
    /// Grade it.
    Grade,
}

/// A submission: whose it is, and what the actor is to its course.
#[derive(Debug, Clone, Copy)]
pub struct SubmissionOf<'a> {
    /// The student who hands it in.
    pub student: &'a UserId,
    /// The actor's standing in its course.
    pub standing: Standing,
}

impl Resource for SubmissionOf<'_> {
    type Action = SubmissionAction;

    fn verdict(&self, actor: &Actor, action: SubmissionAction) -> Verdict {
        let own = *self.student == actor.user;
        if !own && !self.standing.is_staff() {
            return Verdict::NotFound;
        }
        Verdict::allow_if(match action {
            SubmissionAction::Read => true,
            SubmissionAction::Submit => own && self.standing != Standing::Outsider,
            SubmissionAction::Grade => self.standing.is_staff(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::CourseCode;
    use crate::ids::CourseId;
    use crate::time::Millis;
    use ConversationAction as Talk;
    use CourseAction::*;
    use Verdict::{Allow, Forbidden, NotFound};

    fn user(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    fn a_course(visibility: Visibility) -> Course {
        Course {
            title: "Ethics".into(),
            code: CourseCode::new("ETHICS1").unwrap(),
            owner_id: user("owner"),
            visibility,
            has_password: false,
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
    fn the_owner_and_an_admin_need_no_roster_entry() {
        let course = a_course(Visibility::Private);
        assert_eq!(Standing::of(&actor("owner"), &course, None), Standing::Owner);
        let admin = Actor { user: user("x"), admin: true };
        assert_eq!(Standing::of(&admin, &course, None), Standing::Owner);
    }

    #[test]
    fn whom_the_staff_have_let_in_needs_no_password() {
        let closed = Course { has_password: true, ..a_course(Visibility::Private) };
        assert!(must_know_password(&actor("m"), &closed, None));
        assert!(!must_know_password(&actor("owner"), &closed, None));
        assert!(!must_know_password(&Actor { user: user("x"), admin: true }, &closed, None));
        for status in [MemberStatus::Invited, MemberStatus::Active, MemberStatus::Removed] {
            let member = a_member(Role::Student, status);
            assert!(!must_know_password(&actor("m"), &closed, Some(&member)), "{status:?}");
        }
        assert!(!must_know_password(&actor("m"), &a_course(Visibility::Private), None));
    }

    #[test]
    fn an_active_member_is_what_the_roster_says() {
        let course = a_course(Visibility::Private);
        for (role, standing) in [
            (Role::Instructor, Standing::Instructor),
            (Role::Ta, Standing::Assistant),
            (Role::Student, STUDENT),
            (Role::Auditor, AUDITOR),
        ] {
            let member = a_member(role, MemberStatus::Active);
            assert_eq!(Standing::of(&actor("m"), &course, Some(&member)), standing);
        }
    }

    const STUDENT: Standing = Standing::Learner(Role::Student);
    const AUDITOR: Standing = Standing::Learner(Role::Auditor);

    /// What each standing may do in a private course: owner, instructor, assistant, student, auditor; then an outsider in
    /// a public one. An outsider in a private course finds nothing.
    const COURSE: [(CourseAction, &str); 20] = [
        (Read, "yes yes yes yes yes yes"),
        (Edit, "yes yes yes no no no"),
        (Delete, "yes no no no no no"),
        (ReadRoster, "yes yes yes no no no"),
        (EditLearners, "yes yes yes no no no"),
        (EditStaff, "yes yes no no no no"),
        (ReadAssignments, "yes yes yes yes yes no"),
        (EditAssignments, "yes yes yes no no no"),
        (ReadTopics, "yes yes yes yes yes no"),
        (EditTopics, "yes yes yes no no no"),
        (ReadAnnouncements, "yes yes yes yes yes no"),
        (Announce, "yes yes yes no no no"),
        (ReadPersonas, "yes yes yes yes yes no"),
        (EditPersonas, "yes yes yes no no no"),
        (Converse, "yes yes yes yes yes no"),
        (ListConversations, "yes yes yes no no no"),
        (ListSubmissions, "yes yes yes no no no"),
        (ReadStatistics, "yes yes yes no no no"),
        (ReadWallet, "yes yes yes no no no"),
        (FillWallet, "yes yes yes no no no"),
    ];

    #[test]
    fn in_a_course_everybody_may_what_the_table_says() {
        let standings = [Standing::Owner, Standing::Instructor, Standing::Assistant, STUDENT, AUDITOR];
        let [private, unlisted, public] =
            [Visibility::Private, Visibility::Unlisted, Visibility::Public].map(a_course);
        let ask = |course, standing, action| decide(&actor("m"), action, &InCourse { course, standing });
        for (action, row) in COURSE {
            let expected: Vec<_> =
                row.split(' ').map(|may| if may == "yes" { Allow } else { Forbidden }).collect();
            let mut found: Vec<_> =
                standings.iter().map(|standing| ask(&private, *standing, action)).collect();
            found.push(ask(&public, Standing::Outsider, action));
            assert_eq!(found, expected, "{action:?}");
            for hidden in [&private, &unlisted] {
                assert_eq!(ask(hidden, Standing::Outsider, action), NotFound, "{action:?}");
            }
        }
    }

    #[test]
    fn in_a_conversation_the_student_speaks_and_the_staff_listen() {
        // The student's own, in the course and after leaving it; staff; another student.
        for (action, expected) in [
            (Talk::Read, [Allow, Allow, Allow, NotFound]),
            (Talk::Speak, [Allow, Forbidden, Forbidden, NotFound]),
            (Talk::End, [Allow, Allow, Allow, NotFound]),
            (Talk::Reopen, [Forbidden, Forbidden, Allow, NotFound]),
        ] {
            let (student, ask) = (user("m"), |who: &str, standing| {
                decide(&actor(who), action, &ConversationOf { student: &user("m"), standing })
            });
            let found = [
                ask("m", STUDENT),
                ask("m", Standing::Outsider),
                ask("t", Standing::Assistant),
                ask("s", STUDENT),
            ];
            assert_eq!(found, expected, "{action:?} of {student}");
        }
        let own = user("t");
        let own = ConversationOf { student: &own, standing: Standing::Instructor };
        assert_eq!(decide(&actor("t"), Talk::Speak, &own), Allow, "staff try what they have set");
    }

    #[test]
    fn a_submission_is_handed_in_by_its_student_and_graded_by_staff() {
        for (action, expected) in [
            (SubmissionAction::Read, [Allow, Allow, Allow, NotFound]),
            (SubmissionAction::Submit, [Allow, Forbidden, Forbidden, NotFound]),
            (SubmissionAction::Grade, [Forbidden, Forbidden, Allow, NotFound]),
        ] {
            let ask = |who: &str, standing| {
                decide(&actor(who), action, &SubmissionOf { student: &user("m"), standing })
            };
            let found = [
                ask("m", STUDENT),
                ask("m", Standing::Outsider),
                ask("t", Standing::Assistant),
                ask("s", STUDENT),
            ];
            assert_eq!(found, expected, "{action:?}");
        }
    }
}
