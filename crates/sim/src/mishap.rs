//! What goes wrong by plan with a message that is brought over HTTP.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use crate::plan::{Action, Moment, Place, Situation};
use crate::world::World;

/// Lets it go wrong, if it is to: an answer that refuses it; a stand-still; or no answer ever, and nothing after this.
pub async fn befall(world: &World, path: &str, message: &Value, moment: Moment) -> Option<StatusCode> {
    let text = message.to_string();
    let situation = Situation { place: Place::OUTSIDE, turn: 0, text: &text, moment };
    let mut failure = None;
    for action in world.plan.take(&situation) {
        match action {
            Action::DelayMs(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::HttpStatus(status) => failure = StatusCode::from_u16(status).ok(),
            // Ends the task of the connection, and so the connection, without a word to anybody.
            Action::Drop(_) => {
                world.journal.request("POST", path, 0, message.clone());
                std::panic::resume_unwind(Box::new("cut by plan"))
            }
            _ => {}
        }
    }
    failure
}
