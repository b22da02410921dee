//! A private course and a public one, with everybody who has to do with them and everything that is in them.

use futures::future::join_all;
use serde_json::{Value, json};

use super::actor::Actor;
use super::things::{Thing, Things};
use crate::documents::database::{Database, integer_value, string_value};
use crate::people::{Answer, Call, Person, unique};
use crate::stack::Stack;

/// Long ago: what is stored behind the back of the API has to have been made at some time.
const MADE: i64 = 1_700_000_000_000;

/// The courses and the people.
pub struct World<'a> {
    stack: &'a Stack,
    database: Database,
    people: Vec<(Actor, Person)>,
    private: Things,
    public: Things,
}

impl<'a> World<'a> {
    pub async fn open(stack: &'a Stack) -> Self {
        let signed_in = Actor::ALL.into_iter().filter(|actor| *actor != Actor::Anonymous);
        let people = join_all(signed_in.map(async |actor| (actor, sign_in(stack, actor).await))).await;
        let database = Database::of(stack);
        let (private, public) = (Things::none("private"), Things::none("public"));
        let mut world = Self { stack, database, people, private, public };
        world.private = world.furnished("private").await;
        world.public = world.furnished("public").await;
        world
    }

    /// A course with one of each thing in it.
    async fn furnished(&self, visibility: &'static str) -> Things {
        let mut things = Things::none(visibility);
        things.put("student", &self.person(Actor::Student).uid);
        self.make(Thing::Course, &mut things).await;
        for thing in [Thing::Announcement, Thing::Topic, Thing::Persona, Thing::Conversation, Thing::Device] {
            self.make(thing, &mut things).await;
        }
        things
    }

    /// What an actor asks about, unless a row wants it fresh.
    pub fn things(&self, actor: Actor) -> &Things {
        if actor == Actor::Visitor { &self.public } else { &self.private }
    }

    pub fn person(&self, actor: Actor) -> &Person {
        let found = self.people.iter().find(|(one, _)| *one == actor);
        found.map(|(_, person)| person).unwrap_or_else(|| panic!("{actor:?} is nobody"))
    }

    pub fn uids(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(|(_, person)| person.uid.as_str())
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Asks as this actor.
    pub async fn ask(&self, actor: Actor, call: Call) -> Answer {
        match actor {
            Actor::Anonymous => self.stack.call(call).await,
            _ => self.stack.call(call.by(&self.person(actor).token)).await,
        }
    }

    /// Asks as this actor, or as whoever stands in the actor's place.
    pub async fn ask_about(&self, actor: Actor, things: &Things, call: Call) -> Answer {
        match &things.token {
            Some(token) => self.stack.call(call.by(token)).await,
            None => self.ask(actor, call).await,
        }
    }

    /// Makes a thing in the course of `things` for a request of `actor`.
    pub async fn make_for(&self, actor: Actor, thing: Thing, things: &mut Things) {
        match (thing, actor) {
            (Thing::Oneself, Actor::Anonymous) => {}
            (Thing::Oneself, _) => {
                let other = sign_in(self.stack, actor).await;
                if let Some((role, status)) = actor.membership() {
                    self.database.change(&[self.membership(things, &other, role, status)]).await;
                }
                things.token = Some(other.token);
            }
            _ => self.make(thing, things).await,
        }
    }

    /// Makes a thing in the course of `things` and puts it in its place there.
    pub async fn make(&self, thing: Thing, things: &mut Things) {
        match thing {
            Thing::Course => self.make_course(things).await,
            Thing::Announcement => {
                let path = things.path("/api/courses/{id}/announcements");
                let made = self.made(Actor::Owner, &path, &json!({ "content": "Bring paper." })).await;
                things.put("announcement", made);
            }
            Thing::Topic => {
                let path = things.path("/api/courses/{id}/topics");
                let made = self.made(Actor::Owner, &path, &json!({ "title": "Truth" })).await;
                things.put("topic", made);
            }
            Thing::Assignment => {
                let body = json!({ "courseId": things["course"], "title": "Lies" });
                let made = self.made(Actor::Owner, "/api/assignments", &body).await;
                things.put("assignment", made);
            }
            Thing::Persona => {
                let body = json!({
                    "courseId": things["course"], "name": "Mill", "voice": "Puck", "style": "gentle",
                    "systemPromptTemplate": "Ask whom {{question}} makes happy.",
                });
                let made = self.made(Actor::Owner, "/api/personas", &body).await;
                things.put("persona", made);
            }
            Thing::Conversation => self.make_conversation(Actor::Student, things).await,
            Thing::EndedConversation => {
                self.make_conversation(Actor::Student, things).await;
                let path = things.path("/api/conversations/{id}/end");
                self.ask(Actor::Student, Call::post(path, &json!({}))).await.ok();
            }
            Thing::OwnWallet => {
                let student = things["student"].clone();
                things.put("wallet", student);
            }
            Thing::Oneself => panic!("nobody asks"),
            Thing::ConversationOfRemoved => {
                // A course of its own, in which one can come and go without a disturbance of others.
                self.make_course(things).await;
                self.seat(things, Actor::Removed, "active").await;
                self.make_conversation(Actor::Removed, things).await;
                self.seat(things, Actor::Removed, "removed").await;
            }
            Thing::Member => self.invite("student", things).await,
            Thing::Assistant => self.invite("ta", things).await,
            Thing::Device => {
                let body = json!({ "token": unique("device"), "platform": "web" });
                let made = self.made(Actor::Student, "/api/users/me/devices", &body).await;
                things.put("device", made);
            }
        }
    }

    async fn make_course(&self, things: &mut Things) {
        let code = unique("MATRIX").to_uppercase();
        let body = json!({ "title": "Ethics", "code": code, "visibility": things.visibility });
        let made = self.made(Actor::Owner, "/api/courses", &body).await;
        things.put("wallet", made.clone());
        things.put("course", made);
        things.put("code", code);
        let members = Actor::ALL.into_iter().filter_map(|actor| Some((actor, actor.membership()?)));
        let seats =
            members.map(|(actor, (role, status))| self.membership(things, self.person(actor), role, status));
        self.database.change(&seats.collect::<Vec<_>>()).await;
    }

    async fn invite(&self, role: &str, things: &mut Things) {
        let body = json!({ "email": format!("{}@example.org", unique("invited")), "role": role });
        let made = self.made(Actor::Owner, &things.path("/api/courses/{id}/roster"), &body).await;
        things.put("member", made);
    }

    async fn make_conversation(&self, student: Actor, things: &mut Things) {
        Box::pin(self.make(Thing::Assignment, things)).await;
        let body = json!({ "assignmentId": things["assignment"] });
        let made = self.made(student, "/api/conversations", &body).await;
        things.put("conversation", made);
        if student == Actor::Student {
            things.put("submission", format!("{}_{}", things["assignment"], things["student"]));
        }
    }

    /// `201`, and the id.
    async fn made(&self, by: Actor, path: &str, body: &Value) -> String {
        let mut answer = self.ask(by, Call::post(path, body)).await;
        // Who is told that others were at it repeats the request.
        for _ in 0..5 {
            if answer.status == 409 && answer.body["error"]["code"] == "CONFLICT" {
                answer = self.ask(by, Call::post(path, body)).await;
            }
        }
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    async fn seat(&self, things: &Things, actor: Actor, status: &str) {
        let (role, _) = actor.membership().unwrap();
        self.database.change(&[self.membership(things, self.person(actor), role, status)]).await;
    }

    /// Written behind the back of the API: what a role may do does not depend on how one came by it.
    fn membership(&self, things: &Things, person: &Person, role: &str, status: &str) -> Value {
        let course = &things["course"];
        let mut fields = json!({
            "courseId": string_value(course), "userId": string_value(&person.uid),
            "email": string_value(&format!("{}@example.org", person.uid)), "role": string_value(role), "status": string_value(status),
            "invitedAt": integer_value(MADE), "createdAt": integer_value(MADE), "updatedAt": integer_value(MADE),
        });
        if status != "invited" {
            fields["joinedAt"] = integer_value(MADE);
        }
        let name = self.database.name_of(&format!("courses/{course}/roster/{}", person.uid));
        json!({ "update": { "name": name, "fields": fields } })
    }
}

async fn sign_in(stack: &Stack, actor: Actor) -> Person {
    if actor == Actor::Admin {
        Person::admin(stack).await
    } else {
        Person::sign_in(stack, actor.name()).await
    }
}
