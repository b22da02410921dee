//! What one conversation adds.

use std::collections::{BTreeMap, HashMap};

use super::words;
use crate::dialogue::Strategy;
use crate::documents::{
    Contribution, Conversation, ConversationState, Speaker, Stance, TokenCounts, Turn, Usage, Words,
};
use crate::ids::ConversationId;
use crate::money::Micros;

/// Different words of a conversation that are kept for each side: the commonest, of two as common the one that was said
/// first. Few students use as many, so what is cut off is what would come last in any cloud.
pub const WORDS: usize = 100;

/// More tokens, milliseconds or micro-credits than any conversation takes (2^40); what claims more is held there, so that
/// no sum of contributions leaves the 64 bits of an integer in Firestore.
const MOST: u64 = 1 << 40;
/// [`MOST`], of a signed amount.
const MOST_MICROS: i64 = 1 << 40;

impl Contribution {
    /// What `conversation` adds; nothing while it goes on.
    ///
    /// A student stands first and last where the first and the last turn stand of which it can be told; a turn that asks
    /// or hesitates is `undetermined`, and changes nobody's mind. Where no turn tells, both are `undetermined`.
    #[must_use]
    pub fn of(id: &ConversationId, conversation: &Conversation) -> Option<Self> {
        if conversation.state != ConversationState::Closed {
            return None;
        }
        let turns = &conversation.turns;
        let closed_at = conversation.closed_at.unwrap_or(conversation.last_action_at);
        let stances = || turns.iter().filter_map(stance).filter(|stance| *stance != Stance::Undetermined);
        let (first, last) = (turns.first(), turns.last());
        let duration = last.zip(first).map_or(0, |(last, first)| last.created_at.since(first.created_at));
        Some(Self {
            conversation_id: id.clone(),
            assignment_id: conversation.assignment_id.clone(),
            course_id: conversation.course_id.clone(),
            user_id: conversation.user_id.clone(),
            initial_stance: stances().next().unwrap_or(Stance::Undetermined),
            final_stance: stances().next_back().unwrap_or(Stance::Undetermined),
            strategy_counts: moves(turns),
            end_reason: conversation.end_reason,
            turns: u32::try_from(turns.len()).unwrap_or(u32::MAX),
            duration_ms: u64::try_from(duration).unwrap_or(0).min(MOST),
            tokens: bounded(conversation.token_usage),
            cost_micros: Micros(conversation.cost_micros.0.clamp(-MOST_MICROS, MOST_MICROS)),
            words: said(turns),
            closed_at,
            expired_at: None,
            // Not now: made again of the same conversation, it is the same.
            created_at: closed_at,
            updated_at: closed_at,
        })
    }
}

/// Where the student stands in a turn; nothing of a turn of the tutor.
fn stance(turn: &Turn) -> Option<Stance> {
    let analysis = turn.analysis.as_ref().filter(|_| turn.speaker == Speaker::Student)?;
    analysis.stance
}

/// The moves that the tutor made. The student's turns name the move that was decided on, which may never have been made.
fn moves(turns: &[Turn]) -> BTreeMap<Strategy, u32> {
    let tutor = turns.iter().filter(|turn| turn.speaker == Speaker::Tutor);
    let mut counts = BTreeMap::new();
    for strategy in tutor.filter_map(|turn| turn.analysis.as_ref()?.strategy) {
        let count: &mut u32 = counts.entry(strategy).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

fn bounded(Usage { input, output }: Usage) -> Usage {
    let bounded = |counts: TokenCounts| TokenCounts {
        text: counts.text.min(MOST),
        audio: counts.audio.min(MOST),
        image: counts.image.min(MOST),
        cached: counts.cached.min(MOST),
        thoughts: counts.thoughts.min(MOST),
    };
    Usage { input: bounded(input), output: bounded(output) }
}

/// The words of the student, by the side of the turn. A turn of which nothing can be told is on neither.
fn said(turns: &[Turn]) -> Words {
    let (mut pro, mut con, mut neutral) = (Heard::default(), Heard::default(), Heard::default());
    for turn in turns.iter().filter(|turn| turn.speaker == Speaker::Student) {
        let heard = match stance(turn) {
            Some(Stance::ProStrong | Stance::ProWeak) => &mut pro,
            Some(Stance::ConStrong | Stance::ConWeak) => &mut con,
            Some(Stance::Neutral | Stance::Undetermined) | None => &mut neutral,
        };
        words::read(&turn.text, |word| heard.take(word));
    }
    Words { pro: pro.commonest(), con: con.commonest(), neutral: neutral.commonest() }
}

/// Words with how often they were said, and when first.
#[derive(Default)]
struct Heard(HashMap<String, (u32, usize)>);

impl Heard {
    fn take(&mut self, word: &str) {
        if let Some((count, _)) = self.0.get_mut(word) {
            *count = count.saturating_add(1);
        } else {
            self.0.insert(word.to_owned(), (1, self.0.len()));
        }
    }

    fn commonest(self) -> BTreeMap<String, u32> {
        let mut words: Vec<_> = self.0.into_iter().collect();
        words.sort_unstable_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
        words.into_iter().take(WORDS).map(|(word, (count, _))| (word, count)).collect()
    }
}
