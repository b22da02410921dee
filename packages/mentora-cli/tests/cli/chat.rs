//! A conversation from a pipe.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::command::mentora_told;
use crate::server::Act::{Accept, Close, Drop, Receive, Send};
use crate::server::{Act, Server, a_turn};

fn connected(newest: u64, replay_from: u64, state: &str) -> Act {
    Send(json!({
        "type": "connected", "conversationId": "c1", "sessionId": "1", "role": "speaker", "state": state,
        "session": "active", "cursor": newest, "replayFrom": replay_from, "now": 0,
        "audio": {"inputSampleRate": 16000, "outputSampleRate": 24000, "encoding": "pcm"},
    }))
}

fn event(seq: u64, mut event: Value) -> Act {
    event["seq"] = seq.into();
    Send(event)
}

fn stored(seq: u64, index: u32, text: &str) -> Act {
    let mut turn = a_turn(index, "student", text);
    turn["clientMessageId"] = "$id".into();
    event(seq, json!({"type": "turn_stored", "turn": turn}))
}

fn decided(seq: u64, index: u32) -> Act {
    let turn_id = format!("c1-{index}");
    let reason = "No reason or evidence was given for the claim.";
    event(seq, json!({"type": "decision", "turnId": turn_id, "strategy": "challenge", "reason": reason}))
}

fn begun(seq: u64, index: u32) -> Act {
    let turn_id = format!("c1-{index}");
    let frame =
        json!({"type": "ai_response_start", "turnId": turn_id, "turnIndex": index, "strategy": "challenge"});
    event(seq, frame)
}

fn chunk(seq: u64, index: u32, text: &str) -> Act {
    event(seq, json!({"type": "ai_text_chunk", "turnId": format!("c1-{index}"), "text": text}))
}

fn answered(seq: u64, index: u32, text: &str) -> Act {
    event(seq, json!({"type": "ai_response_end", "turn": a_turn(index, "tutor", text)}))
}

fn state(seq: u64, state: &str) -> Act {
    event(seq, json!({"type": "state_change", "state": state}))
}

fn ended(seq: u64) -> Act {
    let summary = "It began with: “Zoos are prisons.”";
    event(seq, json!({"type": "conversation_ended", "reason": "student_ended", "summary": summary}))
}

fn arguments(server: &Server) -> [String; 6] {
    let given = ["--url", &server.url, "--as", "student", "chat", "a1"];
    given.map(str::to_owned)
}

async fn chat(server: &Server, input: &str) -> crate::command::Outcome {
    let arguments = arguments(server);
    mentora_told(&arguments.each_ref().map(String::as_str), input).await
}

#[tokio::test]
async fn each_line_of_a_pipe_waits_for_the_answer_to_the_one_before() {
    let server = Server::new(vec![
        Accept,
        connected(0, 1, "awaiting_idea"),
        Receive,
        stored(1, 0, "Zoos are prisons."),
        decided(2, 0),
        state(3, "adding_counterpoint"),
        begun(4, 1),
        chunk(5, 1, "What is"),
        chunk(6, 1, " a prison?"),
        answered(7, 1, "What is a prison?"),
        state(8, "awaiting_followup"),
        Receive,
        stored(9, 2, "A place one cannot leave."),
        decided(10, 2),
        state(11, "adding_counterpoint"),
        begun(12, 3),
        chunk(13, 3, "Is an island one?"),
        answered(14, 3, "Is an island one?"),
        state(15, "awaiting_followup"),
        Receive,
        state(16, "closed"),
        ended(17),
        Close(4010),
    ])
    .await;
    let outcome = chat(&server, "Zoos are prisons.\n\nA place one cannot leave.\n/end\nnever said\n").await;
    assert_snapshot!("session", outcome.whole());
    assert_snapshot!("session_heard", server.log());
}

#[tokio::test]
async fn a_conversation_survives_its_connections() {
    let server = Server::new(vec![
        // The first ticket is not taken: another one is fetched.
        Accept,
        Close(4001),
        // The message is lost with the connection: it comes again, under its id.
        Accept,
        connected(0, 1, "awaiting_idea"),
        Receive,
        Drop,
        Accept,
        connected(0, 1, "awaiting_idea"),
        Receive,
        stored(1, 0, "Zoos are prisons."),
        state(2, "adding_counterpoint"),
        begun(3, 1),
        chunk(4, 1, "What is"),
        Drop,
        // The answer goes on where it was; what was seen before is dropped.
        Accept,
        connected(5, 4, "adding_counterpoint"),
        chunk(4, 1, "What is"),
        chunk(5, 1, " a prison"),
        // The server lost its memory in mid answer, and greets again: `hello` asks for what was missed.
        connected(7, 8, "adding_counterpoint"),
        chunk(8, 1, "never shown"),
        Receive,
        connected(7, 6, "adding_counterpoint"),
        chunk(6, 1, ", and who"),
        chunk(7, 1, " is in it?"),
        answered(8, 1, "What is a prison, and who is in it?"),
        state(9, "awaiting_followup"),
    ])
    .await;
    let outcome = chat(&server, "Zoos are prisons.\n").await;
    // How long it waits is left to chance.
    let whole = without_waits(&outcome.whole());
    assert_snapshot!("reconnections", whole);
    assert_snapshot!("reconnections_heard", server.log());
}

#[tokio::test]
async fn a_message_that_comes_too_early_is_sent_again_when_the_tutor_has_answered() {
    let busy = json!({
        "type": "error", "code": "TURN_IN_PROGRESS", "message": "The tutor has not answered yet.",
        "recoverable": true, "clientMessageId": "$id",
    });
    let server = Server::new(vec![
        Accept,
        connected(0, 1, "awaiting_followup"),
        Receive,
        Send(busy),
        answered(1, 1, "What is a prison?"),
        state(2, "awaiting_followup"),
        Receive,
        stored(3, 2, "Zoos are prisons."),
        state(4, "adding_counterpoint"),
        answered(5, 3, "Why?"),
        state(6, "awaiting_followup"),
    ])
    .await;
    let outcome = chat(&server, "Zoos are prisons.\n").await;
    assert_snapshot!("held", outcome.whole());
    assert_snapshot!("held_heard", server.log());
}

#[tokio::test]
async fn a_message_that_is_refused_fails_the_pipe() {
    let refused = json!({
        "type": "error", "code": "INSUFFICIENT_CREDITS", "message": "The course has no credits left.",
        "recoverable": false, "clientMessageId": "$id",
    });
    let server = Server::new(vec![Accept, connected(0, 1, "awaiting_idea"), Receive, Send(refused)]).await;
    assert_snapshot!(chat(&server, "Zoos are prisons.\n").await.whole());
}

#[tokio::test]
async fn a_ticket_that_is_refused_twice_is_the_end() {
    let server = Server::new(vec![Accept, Close(4001), Accept, Close(4001)]).await;
    assert_snapshot!(chat(&server, "Zoos are prisons.\n").await.whole());
}

/// The waits between connections are random: `Trying again in 0.3 s.` is `Trying again in … s.`
fn without_waits(text: &str) -> String {
    let waits = |line: &str| match line.split_once("Trying again in ") {
        Some((before, _)) => format!("{before}Trying again in … s."),
        None => line.to_owned(),
    };
    text.lines().map(waits).collect::<Vec<_>>().join("\n")
}
