//! Commands that ask once.

use insta::assert_snapshot;
use serde_json::Value;

use crate::command::mentora;
use crate::server::Server;

#[tokio::test]
async fn courses_are_listed_over_all_pages() {
    let server = Server::new(Vec::new()).await;
    assert_snapshot!(mentora(&["--url", &server.url, "--as", "student", "courses"]).await.whole());
}

#[tokio::test]
async fn json_keeps_what_this_version_does_not_know() {
    let server = Server::new(Vec::new()).await;
    let outcome = mentora(&["--url", &server.url, "--as", "student", "--json", "courses"]).await;
    let list: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][0]["etag"], "\"1\"");
    assert_eq!(list["nextCursor"], Value::Null);
}

#[tokio::test]
async fn a_turn_is_answered_with_its_move() {
    let server = Server::new(Vec::new()).await;
    let outcome = mentora(&["--url", &server.url, "--as", "student", "say", "c1", "Zoos are prisons."]).await;
    assert_snapshot!(outcome.whole());
}
