//! `docs/PROTOCOL.md` shows every frame and every close code, and what it shows is what we read and write.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use mentora_wire::stream::{ClientFrame, CloseCode, Event, PrivateFrame, Sequenced};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/PROTOCOL.md");

/// The frames that the page shows in one direction.
fn shown(direction: &str) -> Vec<&'static str> {
    let fence = format!("```json {direction}\n");
    let blocks = PAGE.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

fn kind(frame: &str) -> String {
    let frame: Value = serde_json::from_str(frame).expect(frame);
    frame.get("type").and_then(Value::as_str).expect("a frame has a type").to_owned()
}

/// Every `type` that a kind of frame knows, in serde's own words.
fn known<T: DeserializeOwned>() -> BTreeSet<String> {
    let unknown = serde_json::from_str::<T>(r#"{"type":"?"}"#).err().expect("`?` is no type").to_string();
    let (_, list) = unknown.split_once("expected one of ").expect("the list of types");
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// It comes back as it was: every field is one of ours, of its type.
fn is_ours<T: DeserializeOwned + Serialize>(text: &str) {
    let frame: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let again = serde_json::to_value(frame).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(text).unwrap());
}

#[test]
fn what_a_client_sends_is_shown_as_we_read_it() {
    let frames = shown("client");
    for frame in &frames {
        assert!(ClientFrame::parse(frame).is_ok(), "{frame}: {:?}", ClientFrame::parse(frame));
    }
    let kinds: BTreeSet<String> = frames.iter().map(|frame| kind(frame)).collect();
    assert_eq!(kinds, known::<ClientFrame>());
}

#[test]
fn what_a_client_is_sent_is_shown_as_we_write_it() {
    let frames = shown("server");
    let (events, private): (Vec<&str>, Vec<&str>) =
        frames.iter().partition(|frame| frame.contains("\"seq\""));
    events.iter().for_each(|frame| is_ours::<Sequenced>(frame));
    private.iter().for_each(|frame| is_ours::<PrivateFrame>(frame));
    let kinds = |frames: &[&str]| frames.iter().map(|frame| kind(frame)).collect::<BTreeSet<_>>();
    assert_eq!(kinds(&events), known::<Event>());
    assert_eq!(kinds(&private), known::<PrivateFrame>());
}

#[test]
fn every_frame_and_every_close_code_has_a_row() {
    let all = known::<ClientFrame>().into_iter().chain(known::<Event>()).chain(known::<PrivateFrame>());
    for name in all {
        let row = PAGE.lines().any(|line| line.starts_with("| `") && line.contains(&format!("`{name}`")));
        assert!(row, "`{name}` has no row");
    }
    for code in [
        CloseCode::Normal,
        CloseCode::BadFrame,
        CloseCode::Unauthorized,
        CloseCode::Forbidden,
        CloseCode::NotFound,
        CloseCode::RateExceeded,
        CloseCode::TakenOver,
        CloseCode::Ended,
        CloseCode::TooSlow,
        CloseCode::Internal,
    ] {
        assert!(PAGE.contains(&format!("\n| {} |", code.code())), "{code:?} has no row");
    }
}
