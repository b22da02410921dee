//! Reading and asking in English.

use super::Situation;
use super::english_lexicon::{ABSOLUTE, AGAINST, CLOSING, FOR, OPENERS, RIVALS, STOP, VERBS};
use super::moves::Move;
use super::reading::{Reading, Stance};

const LONGEST_CLAIM: usize = 16;
const LONGEST_TERM: usize = 3;
/// Letters of a message that are read; the rest hardly changes what it is about.
const READ_LETTERS: usize = 4_000;

/// Reads a message.
pub fn read(text: &str) -> Reading {
    let text: String = text.chars().take(READ_LETTERS).collect();
    let lower = text.to_lowercase();
    let words: Vec<&str> = words(&lower).collect();
    let listed =
        |list: &str| words.iter().filter(|word| list.split_whitespace().any(|entry| entry == **word)).count();
    let (against, in_favour) = (listed(AGAINST), listed(FOR));
    let negated =
        words.iter().filter(|word| word.ends_with("n't") || **word == "not" || **word == "cannot").count()
            == 1;
    let stance = match (against.cmp(&in_favour), negated) {
        (std::cmp::Ordering::Greater, false) | (std::cmp::Ordering::Less, true) => Stance::Against,
        (std::cmp::Ordering::Less, false) | (std::cmp::Ordering::Greater, true) => Stance::For,
        (std::cmp::Ordering::Equal, _) => Stance::Open,
    };
    let terms = terms(&text);
    let (claim, reason) = claim_and_reason(&text);
    let gives_evidence = reason.is_some()
        || text.chars().any(|letter| letter.is_ascii_digit())
        || ["for example", "for instance", "study", "studies", "research", "evidence", "experience"]
            .iter()
            .any(|cue| lower.contains(cue));
    let rival = RIVALS
        .iter()
        .find(|(effect, _)| {
            terms.iter().skip(1).any(|term| term.split(' ').any(|word| word == *effect) || term == effect)
        })
        .map(|(_, rival)| *rival);
    Reading {
        vague: !gives_evidence && (terms.is_empty() || words.len() < 4 && terms.len() < 2),
        absolute: listed(ABSOLUTE) > 0,
        closing: CLOSING.iter().any(|cue| lower.contains(cue)) && words.len() < 14,
        terms,
        claim,
        reason,
        rival,
        stance,
        gives_evidence,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '\'' || letter == '’' || letter == '-'))
        .map(|word| word.trim_matches(['\'', '-', '’']))
        .filter(|word| !word.is_empty())
}

/// Runs of words between grammar, verbs and punctuation; the earlier and the longer, the more telling.
fn terms(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    for clause in text.split(['.', ',', ';', ':', '?', '!', '(', ')', '"', '\n']) {
        let mut run: Vec<String> = Vec::new();
        for word in words(clause) {
            let lower = word.to_lowercase().replace('’', "'");
            let is_boundary =
                [STOP, VERBS].iter().any(|list| list.split_whitespace().any(|entry| entry == lower));
            let too_short = lower.chars().count() < 2 || lower.chars().all(|letter| letter.is_ascii_digit());
            let is_past = lower.len() > 4 && lower.ends_with("ed") && !lower.ends_with("eed");
            let is_adverb =
                lower.len() > 5 && lower.ends_with("ly") && !["family", "assembly"].contains(&lower.as_str());
            if is_boundary || too_short || is_past || is_adverb {
                runs.extend(joined(&mut run));
            } else {
                // Names and abbreviations keep their capitals; the first word of a sentence loses them.
                let keeps = word.chars().skip(1).any(char::is_uppercase) || !run.is_empty();
                run.push(if keeps { word.to_owned() } else { lower });
            }
        }
        runs.extend(joined(&mut run));
    }
    let mut unique: Vec<String> = Vec::new();
    for run in runs {
        if run.chars().count() <= 40 && !unique.iter().any(|known| known.eq_ignore_ascii_case(&run)) {
            unique.push(run);
        }
    }
    // Phrases before single words, otherwise in the order of the message.
    unique.sort_by_key(|term| !term.contains(' '));
    let first =
        unique.iter().position(|term| text.to_lowercase().trim_start().starts_with(&term.to_lowercase()));
    if let Some(first) = first {
        unique[..=first].rotate_right(1); // The subject of the sentence is what it is about.
    }
    unique
}

fn joined(run: &mut Vec<String>) -> Option<String> {
    let words = std::mem::take(run);
    let begin = words.len().saturating_sub(LONGEST_TERM);
    words.get(begin..).filter(|words| !words.is_empty()).map(|words| words.join(" "))
}

/// The first sentence without its opening, in the second person, and the reason in it.
fn claim_and_reason(text: &str) -> (Option<String>, Option<String>) {
    let first =
        text.split_inclusive(['.', '!', '?', '\n']).map(str::trim).find(|sentence| !sentence.is_empty());
    let Some(sentence) = first else {
        return (None, None);
    };
    if sentence.ends_with('?') {
        return (None, None); // A question back is no claim.
    }
    let sentence = sentence.trim_end_matches(['.', '!', ' ']);
    let is_reason = ["because", "since"].iter().any(|word| sentence.to_lowercase().starts_with(word));
    let body = without_openers(sentence);
    let split = [", because ", " because ", ", since "].iter().find_map(|link| body.split_once(link));
    let (claim, reason) = match split {
        _ if is_reason => (None, Some(body)),
        Some((claim, reason)) => (Some(claim), Some(reason)),
        None => (Some(body), None),
    };
    (claim.and_then(second_person), reason.and_then(second_person))
}

fn without_openers(mut sentence: &str) -> &str {
    while let Some(opener) = OPENERS.iter().find(|opener| {
        sentence.get(..opener.len()).is_some_and(|head| head.eq_ignore_ascii_case(opener))
            && sentence.get(opener.len()..).is_some_and(|rest| rest.starts_with(' '))
    }) {
        sentence = sentence[opener.len()..].trim_start();
    }
    sentence
}

/// "my phone helps me" becomes "your phone helps you". What already speaks to the tutor, or is long, is not
/// repeated.
fn second_person(clause: &str) -> Option<String> {
    let words: Vec<&str> = clause.split_whitespace().collect();
    if words.len() < 2 || words.len() > LONGEST_CLAIM {
        return None;
    }
    let mut turned: Vec<String> = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let lower = word.to_lowercase().replace('’', "'");
        let other = match lower.trim_end_matches([',', ';']) {
            "you" | "your" | "yours" | "yourself" => return None,
            "i" => "you",
            "me" => "you",
            "my" => "your",
            "mine" => "yours",
            "myself" => "yourself",
            "am" => "are",
            "i'm" => "you are",
            "i've" => "you have",
            "i'd" => "you would",
            "i'll" => "you will",
            _ => "",
        };
        let is_plain = word.chars().skip(1).all(char::is_lowercase);
        turned.push(match (other.is_empty(), index == 0 && is_plain) {
            (false, _) => other.to_owned(),
            (true, true) => lower,
            (true, false) => (*word).to_owned(),
        });
    }
    Some(turned.join(" "))
}

/// The questions that fit, best first.
pub fn questions(chosen: Move, situation: &Situation<'_>) -> Vec<String> {
    let now = situation.now;
    let Some(a) = now.terms.first().map(String::as_str).or(situation.earlier) else {
        return without_terms(chosen, now);
    };
    let b = now.terms.get(1).map(String::as_str);
    let mut asked = Vec::new();
    match chosen {
        Move::Clarify => {
            asked.push(format!(
                "When you say {a}, what exactly do you have in mind, and what would not count?"
            ));
            asked.push(format!(
                "Could you give one concrete case of {a}, so that we are sure to mean the same thing?"
            ));
            if let Some(b) = b {
                asked.push(format!("How exactly do you see the link between {a} and {b}, step by step?"));
            }
            asked.push(format!(
                "How would you explain what you mean by {a} to somebody who sees no problem there?"
            ));
            asked.push(format!("Which part of your point about {a} matters most to you?"));
        }
        Move::Challenge => challenge(&mut asked, now, a, b),
        Move::DevilsAdvocate => {
            asked.push(match now.stance {
                Stance::Against => format!(
                    "Let me take the other side for a moment: {a} could also do more good than harm. \
                     What would you answer to that?"
                ),
                Stance::For => format!(
                    "Let me take the other side for a moment: {a} could also do more harm than good. \
                     What would you answer to that?"
                ),
                Stance::Open => format!(
                    "Thoughtful people see {a} quite differently from you. What would be their best argument?"
                ),
            });
            asked.push(format!("If you had to argue against yourself about {a}, where would you begin?"));
            if let Some(claim) = &now.claim {
                asked.push(format!(
                    "Suppose somebody grants that {claim}, and still draws the opposite conclusion. How could that be?"
                ));
            }
            asked.push(format!("Who would lose something if everybody thought as you do about {a}?"));
            asked.push(format!(
                "Imagine that the opposite were true of {a}. What would be the best reason for it?"
            ));
        }
        Move::Continue => {
            if let Some(earlier) = situation.earlier.filter(|earlier| *earlier != a) {
                asked.push(format!("Earlier you spoke of {earlier}. How does that fit together with {a}?"));
            }
            asked.push(format!(
                "If you are right about {a}, what ought to change, and who would have to change it?"
            ));
            if let Some(reason) = &now.reason {
                asked.push(format!(
                    "You point out that {reason}. What follows from that, if you go one step further?"
                ));
            }
            asked.push(format!(
                "Who would see {a} differently from you, and what might they know that we do not?"
            ));
            if let Some(b) = b {
                asked.push(format!("Which weighs more for you in the end, {a} or {b}, and why?"));
            }
            asked.push(format!("What is the most important thing about {a} that we have not talked about?"));
        }
        Move::Conclude => {
            let road = match situation.first.filter(|first| *first != a) {
                Some(first) => format!("We began with {first} and have come to {a}"),
                None => format!("You have taken a position on {a} and looked at it from more than one side"),
            };
            asked.push(format!(
                "{road}. What stands is the reason you gave yourself; where it stops being true is worth taking with you."
            ));
        }
    }
    asked
}

fn challenge(asked: &mut Vec<String>, now: &Reading, a: &str, b: Option<&str>) {
    let claim = now.claim.as_ref();
    if let (Some(claim), Some(rival)) = (claim, now.rival) {
        asked.push(format!("You say {claim}. What makes you sure that it is {a}, and not {rival}?"));
    } else if let Some(claim) = claim {
        asked.push(format!("You say {claim}. What evidence would convince somebody who doubts that?"));
    }
    if let Some(reason) = &now.reason {
        asked.push(format!(
            "You give as a reason that {reason}. Is that enough by itself, or must something else hold?"
        ));
    }
    asked.push(format!("What would we have to observe about {a} for you to change your mind?"));
    if let Some(b) = b {
        asked.push(format!(
            "Suppose {a} and {b} do go together. How do you know that one brings about the other, \
             and not a third thing both?"
        ));
    }
    asked.push(format!("Can you think of a case of {a} in which your point does not hold?"));
    asked.push(format!(
        "How do you know this about {a}: from your own experience, from hearsay, or from evidence?"
    ));
}

/// For messages that name nothing.
fn without_terms(chosen: Move, now: &Reading) -> Vec<String> {
    let quoted = now.claim.as_deref().map(|claim| format!("You say {claim}. ")).unwrap_or_default();
    let asked: &[&str] = match chosen {
        Move::Conclude => {
            return vec![
                "Thank you for thinking aloud. Take the question with you: what would have to happen \
                 for you to see it differently."
                    .to_owned(),
            ];
        }
        Move::Challenge => &["What makes you think so?", "How could we find out whether that is true?"],
        Move::DevilsAdvocate => {
            &["What would somebody say who disagrees with you?", "Why might you be wrong about it?"]
        }
        Move::Clarify | Move::Continue => &[
            "Can you say more exactly what you mean?",
            "What is it that you have in mind?",
            "Can you give an example?",
        ],
    };
    asked.iter().map(|question| format!("{quoted}{question}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_terms_are_the_things_the_student_talks_about() {
        for (text, terms) in [
            ("I think social media harms young people.", vec!["social media", "young people"]),
            ("Screens harm sleep.", vec!["screens", "sleep"]),
            ("A study of 2019 showed that anxiety rises with screen time.", vec!["screen", "anxiety"]),
            ("AI helps students with homework.", vec!["AI", "students", "homework"]),
            ("It is just bad.", vec![]),
        ] {
            let mut found = read(text).terms;
            let mut wanted: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn the_claim_speaks_to_the_student_and_the_reason_is_split_off() {
        let reading = read("I believe my phone helps me, because I'm calmer with it.");
        assert_eq!(reading.claim.as_deref(), Some("your phone helps you"));
        assert_eq!(reading.reason.as_deref(), Some("you are calmer with it"));
        assert_eq!(read("Do you agree?").claim, None);
    }

    #[test]
    fn a_rival_explanation_is_offered_where_one_is_known() {
        let reading = read("Screens harm sleep.");
        let situation = Situation { now: &reading, earlier: None, first: None };
        assert_eq!(
            questions(Move::Challenge, &situation)[0],
            "You say screens harm sleep. What makes you sure that it is screens, and not the late hour?"
        );
    }
}
