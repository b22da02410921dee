//! Teachers and students, as far as REST carries them.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::{Value, json};

use crate::stack::Stack;

/// Sixteen bytes in Base64; any will do.
const WEBSOCKET_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A request.
#[derive(Clone)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<(Vec<u8>, &'static str)>,
}

impl Call {
    pub fn get(path: impl Into<String>) -> Self {
        Self::bare(Method::GET, path)
    }

    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self::raw(Method::POST, path, body.to_string().into_bytes(), "application/json")
    }

    pub fn patch(path: impl Into<String>, body: &Value) -> Self {
        Self::raw(Method::PATCH, path, body.to_string().into_bytes(), "application/json")
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::bare(Method::DELETE, path)
    }

    pub fn raw(method: Method, path: impl Into<String>, body: Vec<u8>, content_type: &'static str) -> Self {
        Self { body: Some((body, content_type)), ..Self::bare(method, path) }
    }

    /// Without a body.
    pub fn bare(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: None }
    }

    /// As somebody.
    pub fn by(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With `Accept-Language`.
    pub fn speaking(self, languages: &str) -> Self {
        self.header("accept-language", languages)
    }

    /// From somewhere: at Cloudflare nobody can choose this, here nobody else sets it.
    pub fn from(self, address: &str) -> Self {
        self.header("cf-connecting-ip", address)
    }

    /// Asks for a WebSocket.
    pub fn upgrading(self) -> Self {
        let upgrade = self.header("connection", "upgrade").header("upgrade", "websocket");
        upgrade.header("sec-websocket-version", "13").header("sec-websocket-key", WEBSOCKET_KEY)
    }

    pub(crate) fn request(self, http: &reqwest::Client, base: &str) -> reqwest::RequestBuilder {
        let mut request = http.request(self.method, format!("{base}{}", self.path));
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some((body, content_type)) = self.body {
            request = request.header("content-type", content_type).body(body);
        }
        request
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    what: String,
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    pub(crate) async fn of(what: String, response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { what, status, headers, body }
    }

    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} answered {}: {}", self.what, self.status, self.body);
        self.body
    }

    /// The paths of everything that was wrong with a body or a query.
    pub fn offences(&self) -> Vec<&str> {
        self.refused(400, "VALIDATION_ERROR");
        let fields = self.body["error"]["details"]["fields"].as_array();
        fields.into_iter().flatten().filter_map(|field| field["path"].as_str()).collect()
    }

    /// Checks that it is an error of the contract: status and code, something to read, the request's name.
    pub fn refused(&self, status: u16, code: &str) {
        let error = &self.body["error"];
        assert_eq!(
            (self.status, error["code"].as_str()),
            (status, Some(code)),
            "{}: {}",
            self.what,
            self.body
        );
        let message = error["message"].as_str().unwrap_or_default();
        assert!(
            message.len() > 10 && message.ends_with(['.', '`']),
            "{}: no sentence: {message:?}",
            self.what
        );
        let named = self.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        assert_eq!(error["requestId"].as_str(), named, "{}", self.what);
        assert!(named.is_some_and(|id| !id.is_empty()), "{}: the request has no name", self.what);
        let text = self.body.to_string();
        for secret in ["panicked", "RuntimeError", "stack", "wasm", "SQLITE"] {
            assert!(!text.contains(secret), "{}: shows what is ours: {text}", self.what);
        }
    }
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub uid: String,
    pub token: String,
}

impl Person {
    /// Signs in as one does in development; nobody else has this name.
    pub async fn sign_in(stack: &Stack, name: &str) -> Self {
        Self::claiming(stack, name, false).await
    }

    /// The same, with the claim `admin`.
    pub async fn admin(stack: &Stack) -> Self {
        Self::claiming(stack, "admin", true).await
    }

    async fn claiming(stack: &Stack, name: &str, admin: bool) -> Self {
        let uid = unique(name);
        let token = token(stack, &uid, name, admin).await;
        Self { uid, token }
    }

    /// The same person with a new token: the old one is good for an hour.
    pub async fn again(&self, stack: &Stack) -> Self {
        let token = token(stack, &self.uid, "again", false).await;
        Self { uid: self.uid.clone(), token }
    }

    pub async fn get(&self, stack: &Stack, path: &str) -> Answer {
        stack.call(Call::get(path).by(&self.token)).await
    }

    pub async fn post(&self, stack: &Stack, path: &str, body: &Value) -> Answer {
        stack.call(Call::post(path, body).by(&self.token)).await
    }

    pub async fn patch(&self, stack: &Stack, path: &str, body: &Value) -> Answer {
        stack.call(Call::patch(path, body).by(&self.token)).await
    }

    pub async fn delete(&self, stack: &Stack, path: &str) -> Answer {
        stack.call(Call::delete(path).by(&self.token)).await
    }
}

async fn token(stack: &Stack, uid: &str, name: &str, admin: bool) -> String {
    let body = json!({ "uid": uid, "email": format!("{uid}@example.org"), "name": name, "admin": admin });
    let token = stack.call(Call::post("/api/dev/sign-in", &body)).await.ok();
    token["idToken"].as_str().unwrap().to_owned()
}

/// A course with one assignment and its teacher.
#[derive(Debug, Clone)]
pub struct Class {
    pub teacher: Person,
    pub code: String,
    pub assignment: String,
}

/// The question of every class.
pub const QUESTION: &str = "Should public transport in cities be free for everybody?";

impl Class {
    /// A teacher makes a course and an assignment that does not end by itself.
    pub async fn open(stack: &Stack) -> Self {
        let teacher = Person::sign_in(stack, "teacher").await;
        Self::of(stack, teacher).await
    }

    /// The same, with a teacher who is there already.
    pub async fn of(stack: &Stack, teacher: Person) -> Self {
        Self::by_rules(stack, teacher, json!({ "maxTurns": 100, "autoTerminate": false })).await
    }

    /// A course and an assignment with an `aiConfig` of its own.
    pub async fn by_rules(stack: &Stack, teacher: Person, rules: Value) -> Self {
        let code = unique("CLASS").to_uppercase();
        let course = json!({ "title": "Arguing well", "code": code });
        let course = teacher.post(stack, "/api/courses", &course).await.ok();
        let assignment = json!({
            "courseId": course["id"], "title": "Free public transport", "question": QUESTION,
            "prompt": "Ask who pays, who changes their habits, and what counts as success.",
            "aiConfig": rules,
        });
        let assignment = teacher.post(stack, "/api/assignments", &assignment).await.ok();
        let assignment = assignment["id"].as_str().unwrap().to_owned();
        Self { teacher, code, assignment }
    }

    /// A new student joins by the code and opens a conversation.
    pub async fn student(&self, stack: &Stack, name: &str) -> Student {
        let person = Person::sign_in(stack, name).await;
        self.admit(stack, person).await
    }

    /// Somebody joins by the code and opens a conversation.
    pub async fn admit(&self, stack: &Stack, person: Person) -> Student {
        let joined =
            person.post(stack, "/api/courses/join", &json!({ "code": self.code.to_lowercase() })).await.ok();
        assert_eq!(joined["role"], "student", "{joined}");
        let created =
            person.post(stack, "/api/conversations", &json!({ "assignmentId": self.assignment })).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let conversation = created.ok()["id"].as_str().unwrap().to_owned();
        Student { person, conversation }
    }
}

/// A student with an open conversation.
#[derive(Debug, Clone)]
pub struct Student {
    pub person: Person,
    pub conversation: String,
}

impl Student {
    /// The path of the conversation, or of something under it.
    pub fn path(&self, under: &str) -> String {
        format!("/api/conversations/{}{under}", self.conversation)
    }

    /// The conversation as REST tells it.
    pub async fn read(&self, stack: &Stack) -> Value {
        self.person.get(stack, &self.path("")).await.ok()
    }

    /// All turns.
    pub async fn turns(&self, stack: &Stack) -> Vec<Value> {
        self.read(stack).await["turns"].as_array().unwrap().clone()
    }

    /// A ticket for the stream.
    pub async fn ticket(&self, stack: &Stack) -> String {
        ticket(stack, &self.person, &self.conversation).await
    }
}

/// A ticket of `person` for a conversation.
pub async fn ticket(stack: &Stack, person: &Person, conversation: &str) -> String {
    let path = format!("/api/conversations/{conversation}/stream/tickets");
    let ticket = person.post(stack, &path, &json!({})).await.ok();
    ticket["ticket"].as_str().unwrap().to_owned()
}

/// A name that nothing else has.
pub fn unique(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
