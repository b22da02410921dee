//! What the command does, one file a subcommand.

mod assignments;
mod chat;
mod conversations;
mod courses;
mod end;
mod join;
mod replay;
mod say;
mod show;
mod statistics;
mod target;

use serde_json::{Value, json};

use crate::arguments::{Arguments, Command, StatisticsCommand};
use crate::client::{Client, Reply};
use crate::console::Console;
use crate::error::CliError;

/// Does what was asked.
///
/// # Errors
/// [`CliError`]
pub async fn run(arguments: Arguments) -> Result<(), CliError> {
    let context = Context {
        console: arguments.console(),
        client: Client::new(arguments.url.clone(), arguments.identity()),
    };
    match arguments.command {
        Command::Courses => courses::run(&context).await,
        Command::Join { code, password } => join::run(&context, code, password).await,
        Command::Assignments { course_id } => assignments::run(&context, &course_id).await,
        Command::Conversations { assignment } => conversations::run(&context, assignment.as_ref()).await,
        Command::Show { conversation_id } => show::run(&context, &conversation_id).await,
        Command::Say { conversation_id, text } => say::run(&context, &conversation_id, text).await,
        Command::End { conversation_id } => end::run(&context, &conversation_id).await,
        Command::Statistics(StatisticsCommand::Rebuild { assignment_id }) => {
            statistics::rebuild(&context, &assignment_id).await
        }
        Command::Replay { export, config } => replay::run(context.console, &export, config.as_deref()),
        Command::Chat { target } => chat::run(&context, &target).await,
    }
}

/// What every command needs.
#[derive(Debug)]
struct Context {
    client: Client,
    console: Console,
}

/// A list, in the shape that the API has for one.
fn items<T>(replies: &[Reply<T>]) -> Value {
    let items: Vec<&Value> = replies.iter().map(|reply| &reply.json).collect();
    json!({ "items": items, "nextCursor": null })
}

/// An id for a message, by which it is one turn however often it is sent.
fn message_id() -> String {
    format!("cli-{:032x}", rand::random::<u128>())
}
