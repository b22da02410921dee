//! Plays the table: first every refusal, then every success.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _};
use serde_json::Value;

use super::actor::Actor;
use super::contents::Contents;
use super::row::Row;
use super::things::Things;
use super::world::World;
use crate::people::Answer;

/// Requests under way at a time.
const AT_ONCE: usize = 8;

/// What came of the table.
#[derive(Default)]
pub struct Outcome {
    /// The status that was answered, by line and actor.
    pub statuses: BTreeMap<(usize, &'static str), u16>,
    /// What was wrong, one sentence each.
    pub wrong: Vec<String>,
}

/// The crossing of a line and a column.
struct Cell {
    at: usize,
    actor: Actor,
    things: Things,
}

/// A line with what its cells ask about.
struct Line<'a> {
    row: &'a Row,
    refused: Vec<Cell>,
    allowed: Vec<Cell>,
}

/// Asks everything that the table tells of.
pub async fn play(world: &World<'_>, table: &[Row]) -> Outcome {
    let lines = stream::iter(table.iter().enumerate()).map(|(at, row)| prepare(world, at, row));
    let lines: Vec<Line<'_>> = lines.buffered(AT_ONCE).collect().await;
    let mut outcome = Outcome::default();
    refusals(world, &lines, &mut outcome).await;
    successes(world, &lines, &mut outcome).await;
    outcome
}

/// Every success has a fresh thing of its own where the row wants one. The refusals of a row share theirs: they are to leave
/// it as it is.
async fn prepare<'a>(world: &World<'_>, at: usize, row: &'a Row) -> Line<'a> {
    let mut line = Line { row, refused: Vec::new(), allowed: Vec::new() };
    let mut untouched: Vec<(bool, Things)> = Vec::new();
    for actor in Actor::ALL {
        let refused = row.expects(actor) >= 400;
        let visits = actor == Actor::Visitor;
        let shared = untouched.iter().find(|(of_visitor, _)| refused && *of_visitor == visits);
        let things = match (shared, row.fresh) {
            (Some((_, things)), _) => things.clone(),
            (None, None) => world.things(actor).clone(),
            (None, Some(thing)) => {
                let mut things = world.things(actor).clone();
                world.make_for(actor, thing, &mut things).await;
                things
            }
        };
        let cells = if refused { &mut line.refused } else { &mut line.allowed };
        cells.push(Cell { at, actor, things: things.clone() });
        if refused && shared.is_none() {
            untouched.push((visits, things));
        }
    }
    line
}

/// All at once, since none of them does anything; that is looked at, too.
async fn refusals(world: &World<'_>, lines: &[Line<'_>], outcome: &mut Outcome) {
    let cells: Vec<(&Row, &Cell)> =
        lines.iter().flat_map(|line| line.refused.iter().map(|cell| (line.row, cell))).collect();
    let touched: Vec<&Things> = cells.iter().map(|(_, cell)| &cell.things).collect();
    let before = Contents::settled(world, &touched).await;
    let answers = ask_at_once(world, &cells).await;
    let changes = Contents::of(world, &touched).await.changes_since(&before);
    if !changes.is_empty() {
        outcome.wrong.extend(changes.into_iter().map(|change| format!("A refusal changed {change}")));
        outcome.wrong.extend(culprits(world, lines, &touched).await);
    }

    let absent = stream::iter(lines).map(|line| of_nothing(world, line)).buffered(AT_ONCE);
    let absent: Vec<Option<Value>> = absent.collect().await;
    for ((row, cell), answer) in cells.into_iter().zip(&answers) {
        outcome.note(row, cell, answer);
        let expected = row.expects(cell.actor);
        if answer.status != expected {
            continue;
        }
        answer.refused(expected, code(expected));
        let told = told(answer);
        if expected == 404 && absent[cell.at].as_ref() != Some(&told) {
            let who = cell.actor.name();
            let absent = absent[cell.at].as_ref();
            outcome.wrong.push(format!(
                "{} as {who}: {told} tells what is there: of what is not, it is {absent:?}",
                row.name()
            ));
        }
    }
}

async fn ask_at_once(world: &World<'_>, cells: &[(&Row, &Cell)]) -> Vec<Answer> {
    let asked = stream::iter(cells)
        .map(|(row, cell)| world.ask_about(cell.actor, &cell.things, row.call(&cell.things)));
    asked.buffered(AT_ONCE).collect().await
}

/// The lines whose refusals change something when they are asked for once more.
async fn culprits(world: &World<'_>, lines: &[Line<'_>], touched: &[&Things]) -> Vec<String> {
    let mut found = Vec::new();
    let mut before = Contents::settled(world, touched).await;
    for line in lines {
        let cells: Vec<(&Row, &Cell)> = line.refused.iter().map(|cell| (line.row, cell)).collect();
        ask_at_once(world, &cells).await;
        let after = Contents::of(world, touched).await;
        if !after.changes_since(&before).is_empty() {
            found.push(format!("It was one of {}", line.row.name()));
        }
        before = after;
    }
    found
}

/// What the same request is told about things that are not there.
async fn of_nothing(world: &World<'_>, line: &Line<'_>) -> Option<Value> {
    let hidden = line.refused.iter().find(|cell| line.row.expects(cell.actor) == 404)?;
    let answer = world.ask(hidden.actor, line.row.call(&hidden.things.absent())).await;
    Some(told(&answer))
}

/// An error but for the name of its request.
fn told(answer: &Answer) -> Value {
    let mut told = answer.body["error"].clone();
    if let Some(fields) = told.as_object_mut() {
        fields.remove("requestId");
    }
    told
}

fn code(status: u16) -> &'static str {
    match status {
        400 => "VALIDATION_ERROR",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        other => panic!("the table has no refusals by {other}"),
    }
}

/// Lines at once; of one line one after the other, since all of it writes the same things.
async fn successes(world: &World<'_>, lines: &[Line<'_>], outcome: &mut Outcome) {
    let ask = async |line: &Line<'_>| {
        let mut answers = Vec::new();
        for cell in &line.allowed {
            answers.push(world.ask_about(cell.actor, &cell.things, line.row.call(&cell.things)).await);
        }
        answers
    };
    let answers: Vec<Vec<Answer>> = stream::iter(lines).map(ask).buffered(AT_ONCE).collect().await;
    for (line, answers) in lines.iter().zip(&answers) {
        for (cell, answer) in line.allowed.iter().zip(answers) {
            outcome.note(line.row, cell, answer);
        }
    }
}

impl Outcome {
    fn note(&mut self, row: &Row, cell: &Cell, answer: &Answer) {
        self.statuses.insert((cell.at, cell.actor.name()), answer.status);
        let (who, expected) = (cell.actor.name(), row.expects(cell.actor));
        if answer.status != expected {
            let (status, body) = (answer.status, &answer.body["error"]);
            self.wrong.push(format!("{} as {who}: {status} in place of {expected} {body}", row.name()));
        }
    }
}
