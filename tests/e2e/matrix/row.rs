//! One line of the table: a route, what is sent to it, and what each actor is answered.

use serde_json::Value;

use super::actor::{ACTORS, Actor};
use super::things::{Thing, Things};
use crate::people::Call;

/// A line.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    /// In the order of [`Actor::ALL`].
    pub expected: [u16; ACTORS],
    /// What `{id}` stands for, where the path does not say it all.
    about: Option<&'static str>,
    /// What every cell gets for itself, because the request uses it up or must not meet the one of another cell.
    pub fresh: Option<Thing>,
    query: Option<&'static str>,
    body: Option<fn(&Things) -> Value>,
    upgrades: bool,
}

impl Row {
    pub fn new(method: &'static str, path: &'static str, expected: [u16; ACTORS]) -> Self {
        let (about, fresh, query, body) = (None, None, None, None);
        Self { method, path, expected, about, fresh, query, body, upgrades: false }
    }

    /// With a body.
    pub fn sends(mut self, body: fn(&Things) -> Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With a query, in which `{course}` is the id of the course, and so on.
    pub fn asks(mut self, query: &'static str) -> Self {
        self.query = Some(query);
        self
    }

    /// Each cell has one of these of its own.
    pub fn fresh(mut self, thing: Thing) -> Self {
        self.fresh = Some(thing);
        self
    }

    /// A second line for the same route.
    pub fn about(mut self, about: &'static str) -> Self {
        self.about = Some(about);
        self
    }

    /// Asks for a WebSocket.
    pub fn upgrades(mut self) -> Self {
        self.upgrades = true;
        self
    }

    /// `get /api/courses/{id}`, as the router's table names it.
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The line's name.
    pub fn name(&self) -> String {
        self.title().replace('`', "")
    }

    /// The line's name, for the page.
    pub fn title(&self) -> String {
        let query = self.query.map(|query| format!("?{query}")).unwrap_or_default();
        let about = self.about.map(|about| format!(", {about}")).unwrap_or_default();
        format!("`{} {}{query}`{about}", self.method.to_uppercase(), self.path)
    }

    /// What `actor` is to be answered.
    pub fn expects(&self, actor: Actor) -> u16 {
        let mut cells = Actor::ALL.into_iter().zip(self.expected);
        cells.find_map(|(one, status)| (one == actor).then_some(status)).unwrap()
    }

    /// The request about these things; but for who asks, all of it is in order.
    pub fn call(&self, things: &Things) -> Call {
        let query = self.query.map(|query| format!("?{}", things.fill(query))).unwrap_or_default();
        let path = format!("{}{query}", things.path(self.path));
        let method = self.method.to_uppercase().parse().unwrap();
        let call = match self.body {
            Some(body) => Call::raw(method, path, body(things).to_string().into_bytes(), "application/json"),
            None => Call::bare(method, path),
        };
        if self.upgrades { call.upgrading() } else { call }
    }
}
