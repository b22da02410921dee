//! `mentora replay`: the decisions of a conversation, made again from its export. It asks no server.

use std::fs;
use std::path::Path;

use mentora_core::dialogue::Lexical;
use mentora_core::dialogue::replay::{Outcome, Replayed, replay};
use mentora_core::documents::{AiConfig, Analyser, Conversation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::console::Console;
use crate::error::CliError;
use crate::render::table::table;
use crate::render::words;

/// A conversation, or everything that is kept about somebody.
#[derive(Deserialize)]
#[serde(untagged)]
enum Export {
    One(Box<Exported>),
    All { conversations: Vec<Exported> },
}

#[derive(Deserialize)]
struct Exported {
    #[serde(default)]
    id: String,
    #[serde(flatten)]
    conversation: Conversation,
}

/// An assignment, or the rules of one.
#[derive(Deserialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Rules {
    Assignment { ai_config: AiConfig },
    Config(AiConfig),
}

pub(super) fn run(console: Console, export: &Path, config: Option<&Path>) -> Result<(), CliError> {
    let given = config.map(read).transpose()?.map(|rules| match rules {
        Rules::Assignment { ai_config } | Rules::Config(ai_config) => ai_config,
    });
    let conversations = match read(export)? {
        Export::One(exported) => vec![*exported],
        Export::All { conversations } => conversations,
    };
    let mut all = Vec::new();
    let (mut decisions, mut different) = (0, 0);
    for exported in &conversations {
        let stored = exported.conversation.rules.as_ref().map(mentora_core::documents::MoveRules::to_config);
        let silent = exported.conversation.turns.is_empty();
        let rules = given.clone().or(stored).or(silent.then(AiConfig::default));
        let rules = rules.ok_or_else(|| CliError::NoRules(exported.id.clone()))?;
        let replayed = replay(&rules, &exported.conversation);
        decisions += replayed.len();
        different += replayed.iter().filter(|turn| !matches!(turn.outcome, Outcome::Same(_))).count();
        if !console.json {
            console.print(&page(&exported.id, &replayed))?;
        }
        let other = replayed.iter().filter(|turn| turn.is_of_another_version()).count();
        if other > 0 {
            console.note(&format!(
                "{other} of them were decided by another version of the rules than {}, so they may come out otherwise.",
                Lexical::VERSION
            ));
        }
        all.push(json!({ "id": exported.id, "decisions": replayed.iter().map(line).collect::<Vec<_>>() }));
    }
    if console.json {
        console.answer(&json!({ "version": Lexical::VERSION, "conversations": all }), String::new)?;
    }
    if different == 0 { Ok(()) } else { Err(CliError::NotTheSame { different, decisions }) }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, CliError> {
    let unreadable = |why: String| CliError::Unreadable { path: path.display().to_string(), why };
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))
}

fn page(id: &str, replayed: &[Replayed<'_>]) -> String {
    let rows: Vec<_> = replayed.iter().map(row).collect();
    let header = ["TURN", "MOVE", "MEASURED BY", "AS STORED", "REASON"];
    format!("{id}\n{}", table(header, &rows, "The student has said nothing."))
}

fn row(replayed: &Replayed<'_>) -> [String; 5] {
    let stored = replayed.stored();
    let measured_by = match stored.and_then(|stored| stored.analyser) {
        Some(Analyser::Gemini) => "text model",
        Some(Analyser::Lexical) | None => "word lists",
    };
    let (strategy, same, reason) = match &replayed.outcome {
        Outcome::Same(now) => (words::of_move(now.strategy), "yes".to_owned(), now.reason.clone()),
        Outcome::Different { now, fields } => {
            let was = stored.and_then(|stored| stored.strategy).map_or("nothing", words::of_move);
            (
                words::of_move(now.strategy),
                format!("NO: was {was} ({})", fields.join(", ")),
                now.reason.clone(),
            )
        }
        Outcome::Unknown => ("-", "UNKNOWN".to_owned(), "What it was decided by is not stored.".to_owned()),
    };
    [replayed.turn.index.to_string(), strategy.to_owned(), measured_by.to_owned(), same, reason]
}

fn line(replayed: &Replayed<'_>) -> Value {
    let (now, differs) = match &replayed.outcome {
        Outcome::Same(now) => (Some(now), Some(Vec::new())),
        Outcome::Different { now, fields } => (Some(now), Some(fields.clone())),
        Outcome::Unknown => (None, None),
    };
    json!({ "turn": replayed.turn.index, "now": now, "stored": replayed.stored(), "differs": differs })
}
