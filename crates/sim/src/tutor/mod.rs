//! The offline tutor: asks about the student's own words. It knows nothing of the world; it picks the terms the
//! student uses, sees whether a reason was given, and asks the question that fits the move. The same dialogue
//! gives the same question.
//!
//! - [`moves`]: the five moves, by guidance or by cues
//! - [`reading`]: what a message says: claim, reason, key terms, stance
//! - [`english`], [`chinese`]: how that is read and asked in each language

use crate::live::context::{Role, Turn};
use moves::Move;
use reading::Reading;

pub mod chinese;
pub mod english;
mod english_lexicon;
pub mod moves;
pub mod reading;

/// A Han character.
pub fn is_cjk(letter: char) -> bool {
    matches!(letter as u32, 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// What questions are made of.
pub struct Situation<'a> {
    /// The student's latest message.
    pub now: &'a Reading,
    /// A term of an earlier message that does not occur in the latest one.
    pub earlier: Option<&'a str>,
    /// The first term of the first message.
    pub first: Option<&'a str>,
}

/// The tutor's next utterance, from everything said so far.
pub fn reply<'a>(turns: impl Iterator<Item = &'a Turn>) -> String {
    let dialogue = Dialogue::of(turns);
    let chinese = dialogue.is_chinese();
    let latest = dialogue.messages.last().map(String::as_str).unwrap_or_default();
    if let Some(unheard) = without_words(latest, chinese) {
        return unheard.to_owned();
    }
    let read = if chinese { chinese::read } else { english::read };
    let now = read(latest);
    let before: Vec<Reading> = dialogue
        .messages
        .iter()
        .rev()
        .skip(1)
        .rev()
        .filter(|text| !is_marker(text))
        .map(|text| read(text))
        .collect();
    let earlier =
        before.iter().rev().flat_map(|reading| &reading.terms).find(|term| !now.terms.contains(term));
    let first = before.first().and_then(|reading| reading.terms.first());
    let situation =
        Situation { now: &now, earlier: earlier.map(String::as_str), first: first.map(String::as_str) };
    let chosen = dialogue.guided.unwrap_or_else(|| Move::by_cues(&now, dialogue.replies.len()));
    let questions =
        if chinese { chinese::questions(chosen, &situation) } else { english::questions(chosen, &situation) };
    dialogue.freshest(questions)
}

/// What was said, student and tutor apart, guidance taken out.
struct Dialogue {
    /// The student's messages; what was said in a row without an answer is one.
    messages: Vec<String>,
    /// The tutor's.
    replies: Vec<String>,
    /// The move asked for with the latest message.
    guided: Option<Move>,
}

impl Dialogue {
    fn of<'a>(turns: impl Iterator<Item = &'a Turn>) -> Self {
        let mut dialogue = Self { messages: Vec::new(), replies: Vec::new(), guided: None };
        let mut in_a_row = false;
        for turn in turns {
            if turn.role == Role::Model {
                dialogue.replies.push(turn.parts.concat());
                dialogue.guided = None;
                in_a_row = false;
                continue;
            }
            let mut said = Vec::new();
            for part in &turn.parts {
                match moves::guidance(part) {
                    Some(guided) => dialogue.guided = guided.or(dialogue.guided),
                    None if !part.trim().is_empty() => said.push(part.trim()),
                    None => {}
                }
            }
            let said = said.join(" ");
            match dialogue.messages.last_mut().filter(|_| in_a_row) {
                Some(message) if !said.is_empty() => *message = format!("{message} {said}").trim().to_owned(),
                Some(_) => {}
                None => dialogue.messages.push(said),
            }
            in_a_row = true;
        }
        dialogue
    }

    /// Chinese when the student writes it; a message without letters keeps the language of the one before.
    fn is_chinese(&self) -> bool {
        let spoken =
            self.messages.iter().rev().find(|text| !is_marker(text) && text.chars().any(char::is_alphabetic));
        spoken.is_some_and(|text| {
            let cjk = text.chars().filter(|letter| is_cjk(*letter)).count();
            let words =
                text.split_whitespace().filter(|word| word.chars().any(|c| c.is_ascii_alphabetic())).count();
            cjk > 0 && cjk >= words
        })
    }

    /// The next question in turn that was not asked yet.
    fn freshest(&self, questions: Vec<String>) -> String {
        let offset = self.replies.len();
        let count = questions.len().max(1);
        let in_turn = || (0..count).filter_map(|step| questions.get((offset + step) % count));
        let fresh = in_turn().find(|question| !self.replies.iter().any(|reply| same_frame(reply, question)));
        fresh.or_else(|| in_turn().next()).cloned().unwrap_or_default()
    }
}

/// Whether two questions begin or end alike: a student would feel asked the same again.
fn same_frame(one: &str, other: &str) -> bool {
    const ALIKE: usize = 24;
    let ending = |text: &str| text.chars().rev().take(ALIKE).collect::<String>();
    one == other || ending(one) == ending(other)
}

/// The sim's own note in place of a transcript that it cannot make.
fn is_marker(text: &str) -> bool {
    text.starts_with("(spoken, ")
}

/// What to say when there are no words to ask about.
fn without_words(latest: &str, chinese: bool) -> Option<&'static str> {
    let words = latest.chars().any(char::is_alphanumeric);
    Some(match (is_marker(latest), words, chinese) {
        (true, _, false) => {
            "I heard you speak, but offline I cannot make out words. \
             Could you type your main point in one sentence, so that I can ask about it?"
        }
        (true, _, true) => "我聽到你說話了，但離線時我無法辨識語音。你可以用一句話把主要的論點打給我嗎？",
        (false, false, false) => {
            "I did not catch anything. What is your view on the question, and what is your main reason?"
        }
        (false, false, true) => "我沒有收到你的話。你對這個問題的看法是什麼，主要的理由又是什麼呢？",
        (false, true, _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::context::Tokens;

    fn turn(role: Role, parts: &[&str]) -> Turn {
        Turn { role, parts: parts.iter().map(|part| (*part).to_owned()).collect(), tokens: Tokens::default() }
    }

    fn student(parts: &[&str]) -> Turn {
        turn(Role::User, parts)
    }

    /// The replies to a dialogue of student messages, each one seeing all that went before.
    fn talk(messages: &[&[&str]]) -> Vec<String> {
        let mut turns = Vec::new();
        let mut replies = Vec::new();
        for message in messages {
            turns.push(student(message));
            let answer = reply(turns.iter());
            turns.push(turn(Role::Model, &[&answer]));
            replies.push(answer);
        }
        replies
    }

    const MOVES: [&str; 5] = ["clarify", "challenge", "devils_advocate", "continue", "conclude"];

    #[test]
    fn every_move_asks_about_the_students_own_words() {
        for (text, terms) in [
            ("I think social media harms young people.", ["social media", "young people"]),
            ("Homework should be abolished because it destroys family time.", ["homework", "family time"]),
            ("Zoos are wrong, since animals cannot consent to captivity.", ["zoos", "animals"]),
            ("Screens before bedtime ruin our sleep.", ["screens", "sleep"]),
        ] {
            for name in MOVES {
                let guidance = format!("⟦move: {name}⟧ Ask for the evidence behind the strongest claim.");
                let question = talk(&[&[&guidance, text]]).remove(0);
                let lower = question.to_lowercase();
                assert!(terms.iter().any(|term| lower.contains(term)), "{name}: {question}");
                assert!(!question.contains('⟦') && !lower.contains("strongest claim"), "{name}: {question}");
                assert!(name == "conclude" || question.ends_with('?'), "{name}: {question}");
                let sentences = question.matches(['.', '?', '!']).count();
                assert!((1..=3).contains(&sentences), "{name}: {question}");
            }
        }
    }

    #[test]
    fn chinese_is_answered_in_chinese_about_the_students_own_words() {
        for (text, terms) in [
            ("我認為社群媒體對青少年有害。", ["社群媒體", "青少年"]),
            ("學校應該取消作業，因為學生的睡眠不夠。", ["學校", "睡眠"]),
        ] {
            for name in MOVES {
                let question = talk(&[&[&format!("⟦move: {name}⟧ 請追問"), text]]).remove(0);
                assert!(terms.iter().any(|term| question.contains(term)), "{name}: {question}");
                assert!(!question.contains("追問") && !question.contains('⟦'), "{name}: {question}");
                assert!(name == "conclude" || question.ends_with('？'), "{name}: {question}");
                assert!(!question.chars().any(|letter| letter.is_ascii_alphabetic()), "{name}: {question}");
            }
        }
    }

    #[test]
    fn a_dialogue_does_not_repeat_its_questions() {
        let replies = talk(&[
            &["I think social media harms young people."],
            &["Because they compare themselves with others all day long."],
            &["A study of 2019 showed that anxiety rises with screen time."],
            &["Well, everyone I know feels worse after an hour of it."],
            &["Parents should limit the phone at night."],
            &["The phone steals attention."],
            &["It is just bad."],
        ]);
        for (index, reply) in replies.iter().enumerate() {
            assert!(reply.ends_with('?'), "{reply}");
            assert!(!replies[..index].contains(reply), "asked twice: {reply}");
        }
        let all = replies[2..].join(" ").to_lowercase();
        assert!(all.contains("earlier"), "no reference to an earlier turn: {all}");
    }

    #[test]
    fn guidance_of_an_earlier_turn_does_not_decide_a_later_one() {
        let replies = talk(&[&["⟦move: conclude⟧ close", "Zoos are wrong."], &["Animals suffer in cages."]]);
        assert!(!replies[0].ends_with('?'));
        assert!(replies[1].ends_with('?'));
    }

    #[test]
    fn guidance_sent_ahead_of_the_message_counts() {
        let turns =
            [student(&["⟦move: conclude⟧ close"]), student(&["Zoos are wrong because animals suffer."])];
        assert!(!reply(turns.iter()).ends_with('?'));
    }

    #[test]
    fn a_message_without_words_gets_an_honest_answer() {
        assert!(talk(&[&[""]])[0].contains("did not catch"));
        assert!(talk(&[&["…!?"]])[0].contains("did not catch"));
        let spoken = "(spoken, 3.2 s — the offline tutor cannot transcribe speech)";
        assert!(talk(&[&[spoken]])[0].contains("cannot make out words"));
        assert!(talk(&[&["動物園是錯的。"], &[spoken]])[1].contains("無法辨識語音"));
    }

    #[test]
    fn strange_input_is_answered_all_the_same() {
        let long = "a".repeat(20_000);
        for text in [
            long.as_str(),
            "⟦move: dance⟧",
            "12345",
            "the the the",
            "我",
            "?? why",
            "\u{200b}",
            "¿Por qué?",
            "😀 fun",
        ] {
            let answer = talk(&[&[text]]).remove(0);
            assert!(!answer.is_empty() && answer.chars().count() < 500, "{text}: {answer}");
        }
    }
}
