//! Talk to the offline tutor in a terminal: one student message a line, `/move NAME message` to ask for a move.
//! `cargo run -p mentora-sim --example talk`

use std::io::BufRead as _;

use mentora_sim::live::context::{Role, Tokens, Turn};
use mentora_sim::tutor;

fn main() {
    let mut turns: Vec<Turn> = Vec::new();
    let say = |role, parts| Turn { role, parts, tokens: Tokens::default() };
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let parts = match line.strip_prefix("/move ").and_then(|rest| rest.split_once(' ')) {
            Some((name, message)) => vec![format!("⟦move: {name}⟧"), message.to_owned()],
            None => vec![line],
        };
        turns.push(say(Role::User, parts));
        let reply = tutor::reply(turns.iter());
        println!("{reply}");
        turns.push(say(Role::Model, vec![reply]));
    }
}
