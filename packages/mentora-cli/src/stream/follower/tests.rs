use mentora_wire::stream::SUBPROTOCOL;
use serde_json::{Value, json};

use super::*;

/// A follower that is told frames as the server sends them.
struct Client(Follower);

impl Client {
    fn new() -> Self {
        Self(Follower::default())
    }

    /// One that has connected to a conversation whose newest event is `newest`.
    fn connected(newest: u64) -> Self {
        let mut client = Self(Follower::new(Seq(newest)));
        client.greet(newest, newest + 1, "awaiting_followup");
        client
    }

    fn frame(&mut self, frame: Value) -> Vec<Effect> {
        self.0.receive(Incoming::parse(&frame).unwrap_or_else(|| panic!("no frame: {frame}")))
    }

    fn greet(&mut self, newest: u64, replay_from: u64, state: &str) -> Vec<Effect> {
        self.greet_as("speaker", newest, replay_from, state)
    }

    fn greet_as(&mut self, role: &str, newest: u64, replay_from: u64, state: &str) -> Vec<Effect> {
        self.frame(json!({
            "type": "connected", "conversationId": "c", "sessionId": "1", "role": role, "state": state,
            "session": "active", "cursor": newest, "replayFrom": replay_from, "now": 0,
            "audio": {"inputSampleRate": 16000, "outputSampleRate": 24000, "encoding": "pcm"},
        }))
    }

    fn chunk(&mut self, seq: u64) -> Vec<Effect> {
        self.frame(json!({"seq": seq, "type": "ai_text_chunk", "turnId": "c-1", "text": "Why?"}))
    }

    fn state(&mut self, seq: u64, state: &str) -> Vec<Effect> {
        self.frame(json!({"seq": seq, "type": "state_change", "state": state}))
    }

    fn stored(&mut self, seq: u64, id: &str) -> Vec<Effect> {
        self.frame(json!({"seq": seq, "type": "turn_stored", "turn": {
            "id": "c-0", "index": 0, "speaker": "student", "type": "idea", "modality": "text", "text": "x",
            "clientMessageId": id, "createdAt": 0, "prevHash": "", "hash": "",
        }}))
    }

    fn error(&mut self, code: &str, about: Option<&str>) -> Vec<Effect> {
        let mut frame = json!({"type": "error", "code": code, "message": "No.", "recoverable": true});
        if let Some(id) = about {
            frame["clientMessageId"] = json!(id);
        }
        self.frame(frame)
    }

    fn say(&mut self, id: &str) -> Vec<Effect> {
        self.0.say(Message::new(id.to_owned(), format!("text of {id}")))
    }
}

/// The ids of the messages among the effects.
fn sent(effects: &[Effect]) -> Vec<&str> {
    let id = |effect: &'_ Effect| matches!(effect, Effect::Send(ClientFrame::TextInput { .. }));
    let sent = effects.iter().filter(|effect| id(effect));
    sent.map(|effect| match effect {
        Effect::Send(ClientFrame::TextInput { client_message_id, .. }) => client_message_id.as_str(),
        other => panic!("{other:?}"),
    })
    .collect()
}

/// How many events are told.
fn told(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Tell(News::Event { .. }))).count()
}

#[test]
fn an_event_that_was_seen_before_is_dropped() {
    let mut client = Client::connected(4);
    assert_eq!(told(&client.chunk(4)), 0);
    assert_eq!(told(&client.chunk(5)), 1);
    assert_eq!(told(&client.chunk(5)), 0);
    assert_eq!(client.0.cursor(), Seq(5));
}

#[test]
fn an_event_of_an_unknown_kind_moves_the_cursor() {
    let mut client = Client::connected(0);
    assert_eq!(client.frame(json!({"seq": 1, "type": SUBPROTOCOL})), []);
    assert_eq!(client.0.cursor(), Seq(1));
}

#[test]
fn a_gap_is_asked_for_and_what_comes_before_the_answer_is_ignored() {
    let mut client = Client::connected(5);
    let hello = Effect::Send(ClientFrame::Hello { cursor: Some(Seq(5)) });
    assert!(client.greet(9, 10, "awaiting_followup").contains(&hello));
    assert_eq!(told(&client.chunk(10)), 0, "the server sends it again after what is missing");
    assert_eq!(client.0.cursor(), Seq(5));

    assert!(!client.greet(10, 6, "awaiting_followup").contains(&hello));
    for seq in 6..=10 {
        assert_eq!(told(&client.chunk(seq)), 1, "{seq}");
    }
}

#[test]
fn a_gap_that_the_server_cannot_fill_is_told() {
    let mut client = Client::connected(5);
    client.greet(9, 8, "awaiting_followup");
    let effects = client.greet(9, 8, "awaiting_followup");
    assert!(effects.contains(&Effect::Tell(News::Gap)), "{effects:?}");
    assert_eq!(told(&client.chunk(8)), 1, "what is left of the log is followed");
}

#[test]
fn a_message_waits_for_a_gap_to_be_filled() {
    let mut client = Client::connected(5);
    client.greet(9, 10, "awaiting_followup");
    assert!(sent(&client.say("m1")).is_empty());
    assert_eq!(sent(&client.greet(9, 6, "awaiting_followup")), ["m1"]);
}

#[test]
fn a_message_is_sent_once_there_is_a_connection() {
    let mut client = Client::new();
    assert!(client.say("m1").is_empty());
    assert_eq!(sent(&client.greet(0, 1, "awaiting_idea")), ["m1"]);
}

#[test]
fn a_message_that_was_under_way_is_sent_again_under_its_id() {
    let mut client = Client::connected(0);
    assert_eq!(sent(&client.say("m1")), ["m1"]);
    client.0.lost();
    assert_eq!(sent(&client.greet(0, 1, "awaiting_idea")), ["m1"]);
    assert_eq!(client.0.unsent(), 1);
    client.stored(1, "m1");
    assert_eq!(client.0.unsent(), 0);
    client.0.lost();
    assert!(sent(&client.greet(1, 2, "adding_counterpoint")).is_empty(), "it is stored");
}

#[test]
fn a_stored_turn_is_known_as_ours_or_not() {
    let mut client = Client::connected(0);
    client.say("m1");
    for (seq, id, ours) in [(1, "m1", true), (2, "from-the-phone", false)] {
        let effects = client.stored(seq, id);
        let own = effects.iter().any(|e| matches!(e, Effect::Tell(News::Event { own: true, .. })));
        assert_eq!(own, ours, "{id}");
    }
}

#[test]
fn the_next_message_waits_for_the_answer_to_the_one_before() {
    let mut client = Client::connected(0);
    client.say("m1");
    assert!(sent(&client.say("m2")).is_empty());
    assert!(sent(&client.stored(1, "m1")).is_empty());
    assert!(sent(&client.state(2, "adding_counterpoint")).is_empty());
    assert!(!client.0.is_at_rest());
    assert_eq!(sent(&client.state(3, "awaiting_followup")), ["m2"]);
}

#[test]
fn what_is_replayed_does_not_change_whose_turn_it_is() {
    let mut client = Client::new();
    client.greet(3, 1, "adding_counterpoint");
    client.say("m1");
    client.stored(1, "earlier");
    assert!(sent(&client.state(2, "awaiting_followup")).is_empty(), "that was then");
    client.chunk(3);
    assert_eq!(sent(&client.state(4, "awaiting_followup")), ["m1"]);
}

#[test]
fn a_message_that_came_too_early_is_sent_when_the_tutor_has_answered() {
    let mut client = Client::connected(0);
    client.say("m1");
    let effects = client.error("TURN_IN_PROGRESS", Some("m1"));
    assert_eq!(effects, [Effect::Tell(News::Held)]);
    assert_eq!(client.0.unsent(), 1);
    assert_eq!(sent(&client.state(1, "awaiting_followup")), ["m1"]);
}

#[test]
fn a_message_that_came_too_early_is_thought_of_again_but_never_cuts_an_answer() {
    let mut client = Client::connected(0);
    client.say("m1");
    client.error("TURN_IN_PROGRESS", Some("m1"));
    client.frame(json!({"seq": 1, "type": "session_state", "session": "ai_responding"}));
    assert!(client.0.nudge().is_empty());
    client.frame(json!({"seq": 2, "type": "session_state", "session": "active"}));
    assert_eq!(sent(&client.0.nudge()), ["m1"]);
    assert!(client.0.nudge().is_empty(), "it is under way");
}

#[test]
fn an_error_about_another_message_leaves_ours_alone() {
    let mut client = Client::connected(0);
    client.say("m1");
    let effects = client.error("VALIDATION_ERROR", Some("m0"));
    assert!(matches!(effects.as_slice(), [Effect::Tell(News::Error(_))]), "{effects:?}");
    assert_eq!(client.0.unsent(), 1);
}

#[test]
fn a_refused_message_is_not_sent_again() {
    for about in [Some("m1"), None] {
        let mut client = Client::connected(0);
        client.say("m1");
        let news = News::Rejected { text: "text of m1".into(), reason: "No.".into() };
        assert_eq!(client.error("INSUFFICIENT_CREDITS", about), [Effect::Tell(news)]);
        client.0.lost();
        assert!(sent(&client.greet(0, 1, "awaiting_idea")).is_empty());
    }
}

#[test]
fn a_message_that_never_arrives_is_given_up() {
    let mut client = Client::connected(0);
    client.say("m1");
    let given_up = (0..20).find_map(|_| {
        client.0.lost();
        let effects = client.greet(0, 1, "awaiting_idea");
        effects.into_iter().find(|effect| matches!(effect, Effect::Tell(News::Rejected { .. })))
    });
    assert!(given_up.is_some());
    assert_eq!(client.0.unsent(), 0);
}

#[test]
fn a_listener_sends_nothing() {
    let mut client = Client::new();
    client.greet_as("listener", 0, 1, "awaiting_idea");
    assert!(client.say("m1").is_empty());
    assert!(client.0.interrupt().is_empty());
}

#[test]
fn the_wish_to_end_survives_the_connection() {
    let stop = Effect::Send(ClientFrame::Stop { reason: None });
    let mut client = Client::connected(0);
    assert_eq!(client.0.end(), std::slice::from_ref(&stop));
    assert!(!client.chunk(1).contains(&stop), "once is enough");
    client.0.lost();
    assert!(client.greet(1, 2, "awaiting_followup").contains(&stop));
    assert!(!client.0.is_at_rest(), "nobody goes on after that");
}

#[test]
fn an_ended_conversation_takes_nothing_more() {
    let mut client = Client::connected(0);
    client.say("m1");
    client.say("m2");
    client.stored(1, "m1");
    let ended = json!({"seq": 2, "type": "conversation_ended", "reason": "time_limit", "summary": "s"});
    let effects = client.frame(ended);
    let rejected =
        |effect: &Effect| matches!(effect, Effect::Tell(News::Rejected { text, .. }) if text == "text of m2");
    assert!(effects.iter().any(rejected), "{effects:?}");
    assert!(client.0.is_over());
}

#[test]
fn a_closed_state_is_not_yet_the_end_of_the_story() {
    let mut client = Client::connected(0);
    client.state(1, "closed");
    assert!(!client.0.is_over(), "why it ended is still to come");
    assert!(!client.0.is_at_rest(), "nobody goes on");
    client.frame(json!({"seq": 2, "type": "conversation_ended", "reason": "time_limit", "summary": "s"}));
    assert!(client.0.is_over());
}

#[test]
fn only_an_answer_can_be_interrupted() {
    let mut client = Client::connected(0);
    assert!(client.0.interrupt().is_empty());
    client.say("m1");
    client.stored(1, "m1");
    assert_eq!(client.0.interrupt(), [Effect::Send(ClientFrame::Interrupt { heard_ms: None })]);
}

#[test]
fn all_is_said_when_everything_was_seen_and_it_is_for_the_student_to_go_on() {
    let mut client = Client::new();
    assert!(!client.0.is_at_rest(), "not connected");
    client.greet(2, 1, "awaiting_followup");
    assert!(!client.0.is_at_rest(), "two events are still to come");
    client.chunk(1);
    client.chunk(2);
    assert!(client.0.is_at_rest());
}
