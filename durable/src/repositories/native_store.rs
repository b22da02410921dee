//! Documents for tests: the real client over the real embedded store, in memory. Calls of two futures interleave, and
//! a reply can be lost on its way back.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::Poll;

use mentora_core::documents::{
    ActiveMode, AiConfig, Assignment, AssignmentMode, Conversation, ConversationState, Course, CourseCode,
    Member, MemberStatus, Notifications, Persona, Role, Style, Topic, Usage, User, Visibility, Voice,
};
use mentora_core::ids::{AssignmentId, ConversationId, CourseId, PersonaId, TopicId, UserId};
use mentora_core::money::Micros;
use mentora_core::time::Millis;
use mentora_firestore::embedded::Store;
use mentora_firestore::{
    Client, Database, DocumentPath, Endpoint, Transport, TransportError, Write, to_fields,
};
use rusqlite::Connection;

/// Carries requests to a store in memory.
pub struct NativeStore {
    store: RefCell<Store<Connection>>,
    now_micros: Cell<i64>,
    replies_to_lose: Cell<u32>,
    /// How many more commits are answered before those.
    replies_before: Cell<u32>,
    commits_until_crash: Cell<Option<u32>>,
    /// How many more requests there are until no reply comes any more, and whether the last one is carried out.
    death: Cell<Option<(u32, bool)>>,
}

impl NativeStore {
    /// The next reply of a commit does not arrive, though the commit happened.
    pub fn lose_next_commit_reply(&self) {
        self.lose_commit_reply_after(0);
    }

    /// So many commits are answered, and the reply of the next does not arrive, though it happened.
    pub fn lose_commit_reply_after(&self, answered: u32) {
        self.replies_before.set(answered);
        self.replies_to_lose.set(1);
    }

    /// So many commits happen, then none until [`NativeStore::recover`].
    pub fn crash_after_commits(&self, count: u32) {
        self.commits_until_crash.set(Some(count));
    }

    /// Commits happen again.
    pub fn recover(&self) {
        self.commits_until_crash.set(None);
    }

    /// After so many requests no reply comes any more; the first of those is carried out, or is not.
    pub fn die_after(&self, requests: u32, carried_out: bool) {
        self.death.set(Some((requests, carried_out)));
    }

    /// Replies come again.
    pub fn come_back(&self) {
        self.death.set(None);
    }

    /// Whether this request gets a reply; and if not, whether it is carried out.
    fn life(&self) -> Result<(), bool> {
        match self.death.get() {
            None => Ok(()),
            Some((0, carried_out)) => {
                self.death.set(Some((0, false)));
                Err(carried_out)
            }
            Some((left, carried_out)) => {
                self.death.set(Some((left - 1, carried_out)));
                Ok(())
            }
        }
    }
}

impl Transport for NativeStore {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        _: u32,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        give_way().await;
        self.now_micros.set(self.now_micros.get() + 1000);
        let life = self.life();
        if life == Err(false) {
            return Err(TransportError::Broken("nobody is there".into()));
        }
        let commit = request.uri().path().ends_with(":commit");
        if let Some(left) = self.commits_until_crash.get().filter(|_| commit) {
            let Some(left) = left.checked_sub(1) else {
                return Err(TransportError::NotSent("crashed".into()));
            };
            self.commits_until_crash.set(Some(left));
        }
        let reply = self.store.borrow_mut().handle(self.now_micros.get(), &request);
        if life.is_err() {
            return Err(TransportError::Broken("nobody waits for it any more".into()));
        }
        if commit && self.replies_before.get() > 0 {
            self.replies_before.set(self.replies_before.get() - 1);
        } else if commit && self.replies_to_lose.get() > 0 {
            self.replies_to_lose.set(self.replies_to_lose.get() - 1);
            return Err(TransportError::Broken("lost on its way back".into()));
        }
        Ok(reply)
    }
}

/// Lets another future go first, as the network would.
pub async fn give_way() {
    let mut gone = false;
    poll_fn(|context| {
        if gone {
            return Poll::Ready(());
        }
        gone = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A client of an empty store; the store is leaked, as a test is over soon.
pub fn documents() -> (Client<&'static NativeStore>, &'static NativeStore) {
    let store = Store::open(Connection::open_in_memory().unwrap()).unwrap();
    let store = NativeStore {
        store: RefCell::new(store),
        now_micros: Cell::new(1_795_348_800_000_000),
        replies_to_lose: Cell::new(0),
        replies_before: Cell::new(0),
        commits_until_crash: Cell::new(None),
        death: Cell::new(None),
    };
    let store: &'static NativeStore = Box::leak(Box::new(store));
    let endpoint = Endpoint::new("https://documents.invalid", Database::new("demo-mentora").unwrap());
    (Client::new(store, endpoint).with_token("owner"), store)
}

/// Writes a document as it is.
pub async fn put(documents: &Client<&'static NativeStore>, at: &str, document: &impl serde::Serialize) {
    let path = DocumentPath::parse(at).unwrap();
    documents.commit(&[Write::set(path, to_fields(document).unwrap())]).await.unwrap();
}

pub fn course_id(id: &str) -> CourseId {
    CourseId::new(id).unwrap()
}

pub fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

pub fn topic_id(id: &str) -> TopicId {
    TopicId::new(id).unwrap()
}

pub fn persona_id(id: &str) -> PersonaId {
    PersonaId::new(id).unwrap()
}

pub fn assignment_id(id: &str) -> AssignmentId {
    AssignmentId::new(id).unwrap()
}

pub fn conversation_id(id: &str) -> ConversationId {
    ConversationId::new(id).unwrap()
}

pub fn course(code: &str, owner: &str, made_at: i64) -> Course {
    Course {
        title: format!("Course {code}"),
        code: CourseCode::new(code).unwrap(),
        owner_id: user(owner),
        visibility: Visibility::Private,
        has_password: false,
        theme: None,
        description: None,
        thumbnail: None,
        is_demo: false,
        demo_policy: None,
        retention_days: None,
        created_at: Millis(made_at),
        updated_at: Millis(made_at),
    }
}

pub fn member(course: &str, id: &str, role: Role, at: i64) -> Member {
    Member {
        course_id: course_id(course),
        user_id: Some(user(id)),
        email: format!("{id}@example.org"),
        role,
        status: MemberStatus::Active,
        invited_at: None,
        joined_at: Some(Millis(at)),
        created_at: Millis(at),
        updated_at: Millis(at),
    }
}

pub fn topic(course: &str, order: u32, made_at: i64) -> Topic {
    Topic {
        course_id: course_id(course),
        title: "Truthfulness".into(),
        description: None,
        order,
        created_by: user("teacher"),
        created_at: Millis(made_at),
        updated_at: Millis(made_at),
    }
}

pub fn persona(course: &str, name: &str, made_at: i64) -> Persona {
    Persona {
        name: name.into(),
        description: "Asks what would happen if everybody did so.".into(),
        voice: Voice::Kore,
        style: Style::Critical,
        system_prompt_template: "You are strict about {{question}}.".into(),
        course_id: Some(course_id(course)),
        created_by: user("teacher"),
        created_at: Millis(made_at),
        updated_at: Millis(made_at),
    }
}

pub fn profile(id: &str, at: i64) -> User {
    User {
        uid: user(id),
        display_name: format!("Person {id}"),
        email: format!("{id}@example.org"),
        photo_url: Some("https://pictures.example/a.png".into()),
        active_mode: ActiveMode::Student,
        locale: "en".into(),
        notifications: Notifications::default(),
        created_at: Millis(at),
        updated_at: Millis(at),
    }
}

pub fn assignment(course: &str, title: &str, made_at: i64) -> Assignment {
    Assignment {
        course_id: course_id(course),
        topic_id: None,
        title: title.into(),
        question: Some("Is it ever right to lie?".into()),
        prompt: String::new(),
        mode: AssignmentMode::Instant,
        start_at: Millis(made_at),
        due_at: None,
        allow_late: false,
        allow_resubmit: false,
        references: Vec::new(),
        reminders: Vec::new(),
        created_by: user("teacher"),
        ai_config: AiConfig::default(),
        created_at: Millis(made_at),
        updated_at: Millis(made_at),
    }
}

pub fn conversation(assignment: &str, student: &str, begun_at: i64) -> Conversation {
    Conversation {
        assignment_id: assignment_id(assignment),
        course_id: course_id("ethics"),
        user_id: user(student),
        state: ConversationState::AwaitingIdea,
        end_reason: None,
        turns: Vec::new(),
        turn_count: 0,
        token_usage: Usage::default(),
        cost_micros: Micros::ZERO,
        summary: None,
        streaming_session: None,
        rules: None,
        prompt_edits: Default::default(),
        started_at: Millis(begun_at),
        last_action_at: Millis(begun_at),
        closed_at: None,
        created_at: Millis(begun_at),
        updated_at: Millis(begun_at),
    }
}
