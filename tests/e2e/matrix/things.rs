//! What requests are about: the ids that stand in their paths, queries and bodies.

use std::collections::BTreeMap;
use std::ops::Index;

/// Kinds of things that a row may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// With everybody in it.
    Course,
    Announcement,
    /// Without assignments.
    Topic,
    /// Nobody has begun it.
    Assignment,
    /// No assignment names it.
    Persona,
    /// The student's, with an assignment of its own; open.
    Conversation,
    /// As [`Thing::Conversation`], but ended, and so handed in.
    EndedConversation,
    /// Of the member who was removed since, with a course of its own.
    ConversationOfRemoved,
    /// An entry of the roster: somebody who was invited as a student.
    Member,
    /// Somebody who was invited as an assistant.
    Assistant,
    /// The student's.
    Device,
    /// The student's, in place of the course's.
    OwnWallet,
    /// Who asks: another one in the same role.
    Oneself,
}

/// What one course has, an id by the name of what bears it: `course`, `topic`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Things {
    /// Who may see that the course is there.
    pub visibility: &'static str,
    /// Who asks, if not one of the world's people: their token.
    pub token: Option<String>,
    ids: BTreeMap<&'static str, String>,
}

impl Things {
    /// Nothing yet.
    pub fn none(visibility: &'static str) -> Self {
        Self { visibility, token: None, ids: BTreeMap::new() }
    }

    /// Puts a thing in its place.
    pub fn put(&mut self, name: &'static str, id: impl Into<String>) {
        self.ids.insert(name, id.into());
    }

    /// Ids that nothing has.
    pub fn absent(&self) -> Self {
        let absent = |name: &&'static str| (*name, format!("NO-SUCH-{}", name.to_uppercase()));
        Self { visibility: self.visibility, token: None, ids: self.ids.keys().map(absent).collect() }
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.values().map(String::as_str)
    }

    /// A text with ids in the place of `{course}`, `{topic}`, …
    pub fn fill(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    /// A path with ids in the place of its place-holders. What one stands for is told by the segment before it.
    pub fn path(&self, path: &str) -> String {
        let mut before = "";
        let fill = |segment| {
            let filled =
                if str::starts_with(segment, '{') { self[name_in(before)].as_str() } else { segment };
            before = segment;
            filled
        };
        path.split('/').map(fill).collect::<Vec<_>>().join("/")
    }
}

impl Index<&str> for Things {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        self.ids.get(name).unwrap_or_else(|| panic!("there is no {name} in this world: {self:?}"))
    }
}

/// What the items of a collection are called.
fn name_in(collection: &str) -> &str {
    match collection {
        "roster" => "member",
        plural => plural.strip_suffix('s').unwrap_or(plural),
    }
}
