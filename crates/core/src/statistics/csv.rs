//! The figures of each conversation as a file for a spreadsheet, as [`crate::spreadsheet`] writes them.

use std::collections::BTreeMap;

use crate::dialogue::Strategy;
use crate::documents::Contribution;
use crate::ids::{ConversationId, UserId};
use crate::spreadsheet::{Cell, date, write};
use crate::time::Millis;

/// A student, and one of the conversations that the student ended, if there is any.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The student.
    pub user_id: &'a UserId,
    /// As the roster knows it; may be empty.
    pub email: &'a str,
    /// How far the student is.
    pub progress: Progress,
    /// What one conversation contributes; none of who has ended none.
    pub contribution: Option<&'a Contribution>,
    /// Whether it is the one that counts for stances: the one that ended last.
    pub counts: bool,
}

/// How far a student is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A conversation has ended.
    Completed,
    /// The student argues for the first time.
    InProgress,
    /// The student has yet to begin.
    NotStarted,
}

impl Progress {
    const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::InProgress => "in_progress",
            Self::NotStarted => "not_started",
        }
    }
}

/// A student as the export names one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// The student.
    pub user_id: UserId,
    /// As the roster knows it; may be empty.
    pub email: String,
    /// Whether the student has begun.
    pub begun: bool,
}

/// The rows of an assignment: a row a conversation, in the order in which they ended, and one for each student without
/// any; students in the order given, then those whom only contributions know.
#[must_use]
pub fn rows<'a>(students: &'a [Student], contributions: &'a [Contribution]) -> Vec<Row<'a>> {
    let mut ended: BTreeMap<&UserId, Vec<&Contribution>> = BTreeMap::new();
    for contribution in contributions {
        ended.entry(&contribution.user_id).or_default().push(contribution);
    }
    let mut rows = Vec::with_capacity(students.len().max(contributions.len()));
    for Student { user_id, email, begun } in students {
        match ended.remove(user_id) {
            Some(own) => completed(&mut rows, user_id, email, own),
            None => rows.push(Row {
                user_id,
                email,
                progress: if *begun { Progress::InProgress } else { Progress::NotStarted },
                contribution: None,
                counts: false,
            }),
        }
    }
    for (user_id, own) in ended {
        completed(&mut rows, user_id, "", own);
    }
    rows
}

fn completed<'a>(
    rows: &mut Vec<Row<'a>>,
    user_id: &'a UserId,
    email: &'a str,
    mut own: Vec<&'a Contribution>,
) {
    own.sort_unstable_by_key(|contribution| order(contribution));
    let last = own.len().saturating_sub(1);
    rows.extend(own.into_iter().enumerate().map(|(place, contribution)| Row {
        user_id,
        email,
        progress: Progress::Completed,
        contribution: Some(contribution),
        counts: place == last,
    }));
}

/// As [`super::sum`] has it.
fn order(contribution: &Contribution) -> (Millis, &ConversationId) {
    (contribution.closed_at, &contribution.conversation_id)
}

/// The columns, in their order.
pub const COLUMNS: [&str; 27] = [
    "userId",
    "email",
    "progress",
    "conversationId",
    "counts",
    "closedAt",
    "endReason",
    "initialStance",
    "finalStance",
    "turns",
    "durationMs",
    "clarify",
    "challenge",
    "devilsAdvocate",
    "continue",
    "conclude",
    "inputTextTokens",
    "inputAudioTokens",
    "inputImageTokens",
    "inputCachedTokens",
    "inputThoughtTokens",
    "outputTextTokens",
    "outputAudioTokens",
    "outputImageTokens",
    "outputCachedTokens",
    "outputThoughtTokens",
    "costMicros",
];

/// The file.
///
/// # Errors
/// None that is known: rows are of one length, and memory takes what is written. Should a writer ever fail, half a file is
/// none.
pub fn export<'a>(rows: impl IntoIterator<Item = Row<'a>>) -> Result<String, csv::Error> {
    write(COLUMNS, rows.into_iter().map(cells))
}

fn cells(row: Row<'_>) -> [Cell; COLUMNS.len()] {
    let Row { user_id, email, progress, contribution, counts } = row;
    let of = |cell: fn(&Contribution) -> Cell| contribution.map_or(Cell::Empty, cell);
    let moves = |strategy: Strategy| {
        let count = |of: &Contribution| of.strategy_counts.get(&strategy).copied().unwrap_or(0);
        contribution.map_or(Cell::Empty, |contribution| Cell::number(count(contribution)))
    };
    [
        Cell::text(user_id),
        Cell::text(email),
        Cell::text(progress.name()),
        of(|of| Cell::text(&of.conversation_id)),
        contribution.map_or(Cell::Empty, |_| Cell::text(if counts { "yes" } else { "no" })),
        of(|of| Cell::text(date(of.closed_at))),
        of(|of| of.end_reason.map_or(Cell::Empty, Cell::name)),
        of(|of| Cell::name(of.initial_stance)),
        of(|of| Cell::name(of.final_stance)),
        of(|of| Cell::number(of.turns)),
        of(|of| Cell::number(of.duration_ms)),
        moves(Strategy::Clarify),
        moves(Strategy::Challenge),
        moves(Strategy::DevilsAdvocate),
        moves(Strategy::Continue),
        moves(Strategy::Conclude),
        of(|of| Cell::number(of.tokens.input.text)),
        of(|of| Cell::number(of.tokens.input.audio)),
        of(|of| Cell::number(of.tokens.input.image)),
        of(|of| Cell::number(of.tokens.input.cached)),
        of(|of| Cell::number(of.tokens.input.thoughts)),
        of(|of| Cell::number(of.tokens.output.text)),
        of(|of| Cell::number(of.tokens.output.audio)),
        of(|of| Cell::number(of.tokens.output.image)),
        of(|of| Cell::number(of.tokens.output.cached)),
        of(|of| Cell::number(of.tokens.output.thoughts)),
        of(|of| Cell::number(of.cost_micros.0)),
    ]
}
