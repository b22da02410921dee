//! Messages that the server is not known to have stored. One is under way at a time, and keeps its id however often it
//! is sent, so that it becomes one turn.

use std::collections::VecDeque;

use mentora_wire::stream::ClientFrame;

/// Times that a message is sent. One that was never stored by then is one that the server cannot take.
const SENDS: u32 = 6;

/// A message of the student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `clientMessageId`
    pub id: String,
    /// What is said.
    pub text: String,
    sends: u32,
}

impl Message {
    /// A message that was never sent.
    #[must_use]
    pub fn new(id: String, text: String) -> Self {
        Self { id, text, sends: 0 }
    }
}

/// Messages that the server is not known to have stored, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    under_way: Option<Message>,
    waiting: VecDeque<Message>,
}

impl Outbox {
    /// Adds a message behind the others.
    pub fn push(&mut self, message: Message) {
        self.waiting.push_back(message);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.under_way.is_some())
    }

    /// Whether all is known to be stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a message was sent and nothing was heard of it.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Sends the next message, unless one is under way.
    pub fn send_next(&mut self) -> Option<ClientFrame> {
        if self.under_way.is_some() {
            return None;
        }
        self.under_way = self.waiting.pop_front();
        self.send()
    }

    /// Sends what was under way when the connection broke, under the same id. `Err`: it was sent often enough.
    ///
    /// # Errors
    /// The message, which is given up.
    pub fn resend(&mut self) -> Result<Option<ClientFrame>, Message> {
        match self.under_way.take_if(|message| message.sends >= SENDS) {
            Some(message) => Err(message),
            None => Ok(self.send()),
        }
    }

    fn send(&mut self) -> Option<ClientFrame> {
        let message = self.under_way.as_mut()?;
        message.sends += 1;
        Some(ClientFrame::TextInput { text: message.text.clone(), client_message_id: message.id.clone() })
    }

    /// The server has it. Tells whether it was ours.
    pub fn acknowledge(&mut self, id: &str) -> bool {
        if self.under_way.take_if(|message| message.id == id).is_some() {
            return true;
        }
        let before = self.waiting.len();
        self.waiting.retain(|message| message.id != id);
        self.waiting.len() < before
    }

    /// The server does not take it now: it is the next one again.
    pub fn hold(&mut self) {
        if let Some(mut message) = self.under_way.take() {
            // It arrived, which is all that the count is about.
            message.sends = 0;
            self.waiting.push_front(message);
        }
    }

    /// The server does not take it at all.
    pub fn reject(&mut self) -> Option<Message> {
        self.under_way.take()
    }

    /// Whether the message under way is called that.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        self.under_way.as_ref().is_some_and(|message| message.id == id)
    }

    /// Gives up all of them.
    pub fn clear(&mut self) -> Vec<Message> {
        self.under_way.take().into_iter().chain(self.waiting.drain(..)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(texts: &[&str]) -> Outbox {
        let mut outbox = Outbox::default();
        for text in texts {
            outbox.push(Message::new(format!("id-{text}"), (*text).to_owned()));
        }
        outbox
    }

    fn id(frame: Option<ClientFrame>) -> Option<String> {
        match frame? {
            ClientFrame::TextInput { client_message_id, .. } => Some(client_message_id),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_message_is_under_way_at_a_time() {
        let mut outbox = holding(&["a", "b"]);
        assert_eq!(id(outbox.send_next()).as_deref(), Some("id-a"));
        assert_eq!(outbox.send_next(), None);
        assert!(outbox.acknowledge("id-a"));
        assert_eq!(id(outbox.send_next()).as_deref(), Some("id-b"));
        assert_eq!(outbox.len(), 1);
    }

    #[test]
    fn a_message_keeps_its_id_however_often_it_is_sent() {
        let mut outbox = holding(&["a"]);
        let first = outbox.send_next();
        assert_eq!(outbox.resend(), Ok(first));
    }

    #[test]
    fn a_message_that_is_never_stored_is_given_up() {
        let mut outbox = holding(&["a"]);
        outbox.send_next();
        for _ in 1..SENDS {
            assert!(outbox.resend().is_ok_and(|frame| frame.is_some()));
        }
        assert_eq!(outbox.resend().map_err(|message| message.text), Err("a".to_owned()));
        assert!(outbox.is_empty());
    }

    #[test]
    fn a_message_that_came_too_early_is_the_next_again() {
        let mut outbox = holding(&["a", "b"]);
        outbox.send_next();
        outbox.hold();
        assert!(!outbox.is_under_way());
        assert_eq!(id(outbox.send_next()).as_deref(), Some("id-a"));
    }

    #[test]
    fn somebody_elses_message_is_not_acknowledged_as_ours() {
        let mut outbox = holding(&["a"]);
        outbox.send_next();
        assert!(!outbox.acknowledge("id-z"));
        assert_eq!(outbox.len(), 1);
    }
}
