//! What the command says about itself.

use insta::assert_snapshot;

use crate::command::mentora;

#[tokio::test]
async fn the_help_names_every_command() {
    assert_snapshot!(mentora(&["--help"]).await.whole());
}

#[tokio::test]
async fn the_help_of_chat_says_what_can_be_typed() {
    assert_snapshot!(mentora(&["chat", "--help"]).await.whole());
}
