//! Contributions added, removed and rebuilt.

use std::collections::BTreeMap;

use super::Cloud;
use crate::documents::{Contribution, Stance, StanceShift, Statistics, Sums, TokenCounts, Usage, WordCloud};
use crate::ids::{ConversationId, UserId};
use crate::money::Micros;
use crate::time::Millis;

/// How many students there are, and have begun: counted in the roster and the submissions, of which there is one a
/// student from the first turn on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Students {
    /// Active students of the course, and those who left it after they had begun.
    pub total: u32,
    /// Those who have begun, whether or not they ended.
    pub begun: u32,
}

impl Statistics {
    /// The figures of an assignment on which nothing has ended.
    #[must_use]
    pub fn new(students: Students, now: Millis) -> Self {
        let mut statistics = Self { created_at: now, updated_at: now, ..Self::default() };
        statistics.enrol(students);
        statistics
    }

    /// Takes the students as they have been counted.
    pub fn enrol(&mut self, students: Students) {
        self.total_students = students.total;
        self.begun = students.begun;
        self.derive();
    }

    /// Adds what a conversation contributes. `others` are the contributions of the same student to the same assignment;
    /// the contribution itself among them is passed over.
    pub fn add(&mut self, contribution: &Contribution, others: &[Contribution]) {
        self.move_conversation(Way::In, contribution);
        self.move_student(contribution, others, Way::In);
        self.word_cloud_stale = true;
    }

    /// Takes away what [`Statistics::add`] added. `others` are what is left of the same student.
    pub fn remove(&mut self, contribution: &Contribution, others: &[Contribution]) {
        self.move_conversation(Way::Out, contribution);
        self.move_student(contribution, others, Way::Out);
        self.word_cloud_stale = true;
    }

    /// Takes a cloud that was drawn from all contributions.
    pub fn draw(&mut self, cloud: WordCloud) {
        self.word_cloud = cloud;
        self.word_cloud_stale = false;
    }

    /// The figures of all contributions to an assignment, each given once.
    #[must_use]
    pub fn rebuild<'a>(
        contributions: impl IntoIterator<Item = &'a Contribution>,
        students: Students,
        now: Millis,
    ) -> Self {
        let mut rebuild = Rebuild::default();
        for contribution in contributions {
            rebuild.add(contribution);
        }
        rebuild.finish(students, now)
    }

    /// The conversation that counts of the student before and after `contribution` goes its way.
    fn move_student(&mut self, contribution: &Contribution, others: &[Contribution], way: Way) {
        let Contribution { user_id, conversation_id, .. } = contribution;
        let without = others
            .iter()
            .filter(|other| other.user_id == *user_id && other.conversation_id != *conversation_id)
            .map(Standing::of)
            .max();
        let with = without.clone().max(Some(Standing::of(contribution)));
        let (before, after) = match way {
            Way::In => (without, with),
            Way::Out => (with, without),
        };
        before.iter().for_each(|standing| self.stand(Way::Out, standing));
        after.iter().for_each(|standing| self.stand(Way::In, standing));
        self.derive();
    }

    /// What every conversation counts for.
    fn move_conversation(&mut self, way: Way, contribution: &Contribution) {
        for (strategy, count) in &contribution.strategy_counts {
            way.tally(&mut self.strategy_counts, *strategy, *count);
        }
        if let Some(reason) = contribution.end_reason {
            way.tally(&mut self.end_reasons, reason, 1);
        }
        let Sums { conversations, turns, duration_ms } = &mut self.sums;
        *conversations = way.count(*conversations, 1);
        *turns = way.sum(*turns, contribution.turns.into());
        *duration_ms = way.sum(*duration_ms, contribution.duration_ms);
        self.tokens = way.usage(self.tokens, contribution.tokens);
        self.cost_micros = way.cost(self.cost_micros, contribution.cost_micros);
    }

    /// What a student counts for.
    fn stand(&mut self, way: Way, standing: &Standing) {
        let Standing { initial, last, .. } = *standing;
        self.completed = way.count(self.completed, 1);
        way.tally(&mut self.stance_distribution.initial, initial, 1);
        way.tally(&mut self.stance_distribution.last, last, 1);
        if initial != last {
            way.shift(&mut self.stance_shifts, initial, last);
        }
    }

    /// What is made of the rest.
    fn derive(&mut self) {
        self.in_progress = self.begun.saturating_sub(self.completed);
        self.not_started = self.total_students.saturating_sub(self.begun.max(self.completed));
        self.average_turns = average(self.sums.turns, self.sums.conversations);
        self.average_duration_ms = average(self.sums.duration_ms, self.sums.conversations);
    }
}

/// Makes the figures anew, from contributions that come page by page. It holds a line a student and the counts of words.
#[derive(Debug, Default)]
pub struct Rebuild {
    statistics: Statistics,
    standings: BTreeMap<UserId, Standing>,
    cloud: Cloud,
}

impl Rebuild {
    /// Takes one contribution, in any order; each is given once.
    pub fn add(&mut self, contribution: &Contribution) {
        self.statistics.move_conversation(Way::In, contribution);
        self.cloud.add(contribution);
        let standing = Standing::of(contribution);
        match self.standings.get_mut(&contribution.user_id) {
            Some(known) if *known >= standing => {}
            Some(known) => *known = standing,
            None => {
                self.standings.insert(contribution.user_id.clone(), standing);
            }
        }
    }

    /// The document, made now.
    #[must_use]
    pub fn finish(self, students: Students, now: Millis) -> Statistics {
        let mut statistics = Statistics { created_at: now, updated_at: now, ..self.statistics };
        for standing in self.standings.values() {
            statistics.stand(Way::In, standing);
        }
        statistics.enrol(students);
        statistics.draw(self.cloud.draw());
        statistics
    }
}

/// Where a conversation left a student. The greatest counts: the one that ended last, and of two that
/// ended at once the one whose id is the greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    closed_at: Millis,
    conversation_id: ConversationId,
    initial: Stance,
    last: Stance,
}

impl Standing {
    fn of(contribution: &Contribution) -> Self {
        Self {
            closed_at: contribution.closed_at,
            conversation_id: contribution.conversation_id.clone(),
            initial: contribution.initial_stance,
            last: contribution.final_stance,
        }
    }
}

/// Whether a contribution comes or goes. One code for both, so that what goes is what came.
#[derive(Debug, Clone, Copy)]
enum Way {
    In,
    Out,
}

impl Way {
    fn count(self, total: u32, by: u32) -> u32 {
        match self {
            Self::In => total.saturating_add(by),
            Self::Out => total.saturating_sub(by),
        }
    }

    fn sum(self, total: u64, by: u64) -> u64 {
        match self {
            Self::In => total.saturating_add(by),
            Self::Out => total.saturating_sub(by),
        }
    }

    fn cost(self, total: Micros, by: Micros) -> Micros {
        match self {
            Self::In => Micros(total.0.saturating_add(by.0)),
            Self::Out => Micros(total.0.saturating_sub(by.0)),
        }
    }

    fn usage(self, total: Usage, by: Usage) -> Usage {
        let counts = |total: TokenCounts, by: TokenCounts| TokenCounts {
            text: self.sum(total.text, by.text),
            audio: self.sum(total.audio, by.audio),
            image: self.sum(total.image, by.image),
            cached: self.sum(total.cached, by.cached),
            thoughts: self.sum(total.thoughts, by.thoughts),
        };
        Usage { input: counts(total.input, by.input), output: counts(total.output, by.output) }
    }

    /// Only what has happened has an entry.
    fn tally<K: Ord>(self, counts: &mut BTreeMap<K, u32>, key: K, by: u32) {
        let count = self.count(counts.get(&key).copied().unwrap_or(0), by);
        if count == 0 {
            counts.remove(&key);
        } else {
            counts.insert(key, count);
        }
    }

    /// Sorted, and only the moves that happened.
    fn shift(self, shifts: &mut Vec<StanceShift>, from: Stance, to: Stance) {
        let mut counts: BTreeMap<_, _> =
            shifts.iter().map(|shift| ((shift.from, shift.to), shift.count)).collect();
        self.tally(&mut counts, (from, to), 1);
        *shifts = counts.into_iter().map(|((from, to), count)| StanceShift { from, to, count }).collect();
    }
}

/// 0 of none.
#[allow(clippy::cast_precision_loss, reason = "a quotient is rounded anyway")]
fn average(sum: u64, of: u32) -> f64 {
    if of == 0 { 0.0 } else { sum as f64 / f64::from(of) }
}
