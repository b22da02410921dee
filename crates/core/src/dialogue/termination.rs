//! When the dialogue should end.

use super::decide::ALIKE;
use super::{Analyse as _, Decision, Features, Lexical, Reading, Strategy, Utterance, decide_on};
use crate::documents::{AiConfig, EndReason};

/// Turns of the student before a dialogue may end by its content: position, answer, conclusion.
const MIN_TURNS: u32 = 3;
/// Bytes of all turns after which a conversation ends: a document may have 1 MiB, and turns carry more than text.
pub const MAX_TEXT_BYTES: usize = 700 * 1024;

/// Why the last question is what it is, for the student's turn before it.
const LAST_QUESTION: &str = "One turn is left: the tutor asks where the student stands now.";

/// The move that answers `text`, the student's turn number `student_turns` (from 1), and whether the dialogue ends with
/// that answer. One that ends it is to conclude; the one before it asks the last question ([`is_last_question`]).
#[must_use]
pub fn next_move(
    config: &AiConfig,
    history: &[Utterance<'_>],
    text: &str,
    student_turns: u32,
) -> (Decision, Option<EndReason>) {
    next_move_on(config, history, text, student_turns, &Lexical.read(history, text))
}

/// [`next_move`], of what was read in the turn already.
#[must_use]
pub fn next_move_on(
    config: &AiConfig,
    history: &[Utterance<'_>],
    text: &str,
    student_turns: u32,
    reading: &Reading,
) -> (Decision, Option<EndReason>) {
    let mut decision = decide_on(&config.dialectical_config, history, text, reading);
    let said: usize = history.iter().map(|turn| turn.text.len()).sum();
    let ending = match said.saturating_add(text.len()) > MAX_TEXT_BYTES {
        true => Some(EndReason::MaxTurnsReached),
        false => termination(config, &decision, student_turns),
    };
    if ending.is_some() {
        decision.strategy = Strategy::Conclude;
    } else if is_last_question(config, student_turns, decision.strategy, &decision.features) {
        decision.strategy = Strategy::Continue;
        LAST_QUESTION.clone_into(&mut decision.reason);
    }
    (decision, ending)
}

/// Whether the answer to the student's turn number `student_turns` (from 1) is the last that asks something: then it asks
/// for the student's own sum ([`crate::prompts::closing`]). Who is closing already is not asked, and who may be upset is
/// cared for instead.
#[must_use]
pub fn is_last_question(
    config: &AiConfig,
    student_turns: u32,
    strategy: Strategy,
    features: &Features,
) -> bool {
    student_turns.checked_add(1) == Some(config.max_turns)
        && strategy != Strategy::Conclude
        && features.distress <= 0.0
}

/// Whether the dialogue should end after the student's turn number `student_turns` (from 1), once the tutor answered it.
///
/// The number of turns ends it always; a conclusion, or the same argument for the third time, only when the assignment
/// lets the content decide.
#[must_use]
pub fn termination(config: &AiConfig, decision: &Decision, student_turns: u32) -> Option<EndReason> {
    if student_turns >= config.max_turns {
        return Some(EndReason::MaxTurnsReached);
    }
    // Nobody who may be upset is shown the door.
    if !config.auto_terminate || student_turns < MIN_TURNS || decision.features.distress > 0.0 {
        return None;
    }
    if decision.strategy == Strategy::Conclude {
        return Some(EndReason::ConclusionReached);
    }
    (decision.features.circularity >= ALIKE).then_some(EndReason::CircularArgument)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::decide;
    use crate::documents::Speaker;

    fn said(texts: &[&'static str]) -> (Decision, u32) {
        let mut history = Vec::new();
        let (last, earlier) = texts.split_last().unwrap();
        for text in earlier {
            history.push(Utterance { speaker: Speaker::Student, text });
            history.push(Utterance { speaker: Speaker::Tutor, text: "Why do you think so?" });
        }
        let turns = u32::try_from(texts.len()).unwrap();
        (decide(&AiConfig::default().dialectical_config, &history, last), turns)
    }

    const POINT: &str = "Uniforms reduce bullying because poor students look like everyone else in school.";
    const CONCLUSION: &str = "You are right, I hadn't thought of that. So in the end I would say uniforms are only fair when they are cheap.";

    #[test]
    fn the_number_of_turns_ends_it_whatever_was_said() {
        let (decision, _) = said(&[POINT]);
        let config = AiConfig { max_turns: 7, auto_terminate: false, ..AiConfig::default() };
        assert_eq!(termination(&config, &decision, 6), None);
        for turn in [7, 8, u32::MAX] {
            assert_eq!(termination(&config, &decision, turn), Some(EndReason::MaxTurnsReached));
        }
    }

    #[test]
    fn the_answer_that_ends_it_concludes() {
        let before = [Utterance { speaker: Speaker::Student, text: "I am for it." }];
        for (max_turns, ends) in [(2, true), (3, false)] {
            let config = AiConfig { max_turns, ..AiConfig::default() };
            let (decision, ending) = next_move(&config, &before, POINT, 2);
            assert_eq!(ending, ends.then_some(EndReason::MaxTurnsReached));
            assert_eq!(decision.strategy == Strategy::Conclude, ends);
        }
    }

    #[test]
    fn a_conversation_that_is_full_ends() {
        let much = "word ".repeat(MAX_TEXT_BYTES / 5 - 1);
        let before = [Utterance { speaker: Speaker::Student, text: &much }];
        let config = AiConfig { auto_terminate: false, ..AiConfig::default() };
        assert_eq!(next_move(&config, &before, "word", 2).1, None);
        let (decision, ending) = next_move(&config, &before, POINT, 2);
        assert_eq!((decision.strategy, ending), (Strategy::Conclude, Some(EndReason::MaxTurnsReached)));
    }

    #[test]
    fn the_answer_before_the_last_asks_for_the_students_own_sum() {
        let before = [Utterance { speaker: Speaker::Student, text: "I am for it." }];
        for (max_turns, last) in [(2, false), (3, true), (4, false), (u32::MAX, false)] {
            let config = AiConfig { max_turns, ..AiConfig::default() };
            let (decision, _) = next_move(&config, &before, POINT, 2);
            assert_eq!(decision.reason == LAST_QUESTION, last, "{max_turns}: {decision:?}");
            assert!(!last || decision.strategy == Strategy::Continue);
        }
        let config = AiConfig { max_turns: 4, auto_terminate: false, ..AiConfig::default() };
        let (closing, _) = next_move(&config, &before, CONCLUSION, 3);
        assert_eq!(closing.strategy, Strategy::Conclude, "who is closing is not asked once more");
    }

    #[test]
    fn a_conclusion_ends_it_where_the_content_may_decide() {
        let (decision, turns) =
            said(&[POINT, "Rich students still show their shoes, but it is less.", CONCLUSION]);
        assert_eq!(decision.strategy, Strategy::Conclude, "{decision:?}");
        assert_eq!(termination(&AiConfig::default(), &decision, turns), Some(EndReason::ConclusionReached));
        let config = AiConfig { auto_terminate: false, ..AiConfig::default() };
        assert_eq!(termination(&config, &decision, turns), None);
    }

    #[test]
    fn an_essay_that_ends_in_a_conclusion_is_only_a_beginning() {
        let (decision, turns) =
            said(&["In conclusion, uniforms are fair because they are cheap. That's all."]);
        assert_ne!(decision.strategy, Strategy::Conclude);
        assert_eq!(termination(&AiConfig::default(), &decision, turns), None);
    }

    #[test]
    fn the_same_argument_ends_it_the_third_time_and_not_the_second() {
        let again = "But uniforms reduce bullying, since poor students look like everyone else in school.";
        let (twice, turns) = said(&[POINT, "Teachers said so at the meeting in June last year.", again]);
        assert_eq!(termination(&AiConfig::default(), &twice, turns), None);
        assert_eq!(twice.strategy, Strategy::DevilsAdvocate, "{twice:?}");
        let (thrice, turns) =
            said(&[POINT, again, "Teachers said so at the meeting in June last year.", POINT]);
        assert_eq!(termination(&AiConfig::default(), &thrice, turns), Some(EndReason::CircularArgument));
        let config = AiConfig { auto_terminate: false, ..AiConfig::default() };
        assert_eq!(termination(&config, &thrice, turns), None);
    }

    #[test]
    fn not_knowing_three_times_is_no_circle() {
        let (decision, turns) = said(&["I don't know.", "I don't know.", "I don't know.", "I don't know."]);
        assert_eq!(termination(&AiConfig::default(), &decision, turns), None);
    }
}
