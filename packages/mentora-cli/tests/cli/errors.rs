//! What goes wrong, and what the command says to do about it.

use insta::assert_snapshot;

use crate::command::mentora;
use crate::server::Server;

/// Of a server that is not there: nobody listens on the discard port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn a_server_that_is_not_there() {
    assert_snapshot!(mentora(&["--url", NOBODY, "--as", "student", "courses"]).await.whole());
}

#[tokio::test]
async fn a_server_that_is_not_there_in_json() {
    assert_snapshot!(mentora(&["--url", NOBODY, "--as", "student", "--json", "courses"]).await.whole());
}

#[tokio::test]
async fn nobody_says_who_is_asking() {
    assert_snapshot!(mentora(&["--url", NOBODY, "courses"]).await.whole());
}

#[tokio::test]
async fn an_id_that_is_none() {
    assert_snapshot!(mentora(&["--as", "student", "show", "../admin"]).await.whole());
}

#[tokio::test]
async fn an_address_that_is_none() {
    assert_snapshot!(mentora(&["--url", "localhost:8787", "courses"]).await.whole());
}

#[tokio::test]
async fn a_server_without_development_sign_in() {
    let server = Server::production().await;
    let outcome = mentora(&["--url", &server.url, "--as", "student", "courses"]).await;
    assert_snapshot!(server.without_its_port(&outcome.whole()));
}

#[tokio::test]
async fn a_token_that_has_run_out() {
    let server = Server::production().await;
    assert_snapshot!(mentora(&["--url", &server.url, "--token", "old", "courses"]).await.whole());
}

#[tokio::test]
async fn something_that_is_nothing_of_ours() {
    let server = Server::new(Vec::new()).await;
    let outcome = mentora(&["--url", &server.url, "--as", "student", "chat", "NOSUCH"]).await;
    assert_snapshot!(outcome.whole());
}

#[tokio::test]
async fn a_server_that_is_not_mentora() {
    let server = Server::new(Vec::new()).await;
    let elsewhere = format!("{}/elsewhere", server.url);
    let outcome = mentora(&["--url", &elsewhere, "--as", "student", "courses"]).await;
    assert_snapshot!(server.without_its_port(&outcome.whole()));
}
