//! What holds for the figures of every assignment, whatever was said and in whatever order it ended.

// clippy.toml allows these in `#[test]` functions, not in what those share.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::time::Instant;

use mentora_core::dialogue::Strategy;
use mentora_core::documents::{
    Analysis, Contribution, Conversation, EndReason, Modality, Speaker, Stance, StanceShift, Statistics,
    TokenCounts, Turn, TurnType, Usage, Words,
};
use mentora_core::ids::{ConversationId, TurnId, UserId};
use mentora_core::money::Micros;
use mentora_core::spreadsheet::BYTE_ORDER_MARK;
use mentora_core::statistics::csv::{COLUMNS, Student, export, rows};
use mentora_core::statistics::{Cloud, Students, cloud, contribution};
use mentora_core::time::Millis;
use proptest::collection::{btree_map, vec};
use proptest::prelude::{Just, ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use proptest::strategy::Strategy as Generator;

const NOW: Millis = Millis(1_795_420_800_000);
const STUDENTS: Students = Students { total: 40, begun: 20 };
const STANCES: [Stance; 6] = [
    Stance::ProStrong,
    Stance::ProWeak,
    Stance::Neutral,
    Stance::ConWeak,
    Stance::ConStrong,
    Stance::Undetermined,
];

fn conversation_id(number: usize) -> ConversationId {
    ConversationId::new(format!("c{number}")).unwrap()
}

fn turn(speaker: Speaker, stance: Option<Stance>, strategy: Strategy, text: &str) -> Turn {
    Turn {
        id: TurnId::of(&conversation_id(0), 0),
        index: 0,
        speaker,
        kind: TurnType::Followup,
        modality: Modality::Text,
        text: text.into(),
        generated_text: None,
        truncated: false,
        heard_ms: None,
        analysis: Some(Analysis { stance, strategy: Some(strategy), ..Analysis::default() }),
        usage: None,
        cost_micros: None,
        latency: None,
        client_message_id: None,
        prompt_version: None,
        model: None,
        created_at: NOW,
        prev_hash: String::new(),
        hash: String::new(),
    }
}

fn says(stance: Stance, text: &str) -> Turn {
    turn(Speaker::Student, Some(stance), Strategy::Challenge, text)
}

fn answers(strategy: Strategy, text: &str) -> Turn {
    turn(Speaker::Tutor, None, strategy, text)
}

/// A conversation that has ended, with a turn a second.
fn ended(turns: Vec<Turn>) -> Conversation {
    let empty = serde_json::json!({
        "assignmentId": "lies", "courseId": "ethics", "userId": "kim", "state": "closed", "endReason": "conclusion_reached",
        "startedAt": NOW.0, "lastActionAt": NOW.0, "closedAt": NOW.0 + 60_000, "createdAt": NOW.0, "updatedAt": NOW.0,
    });
    let mut conversation: Conversation = serde_json::from_value(empty).unwrap();
    conversation.turns =
        (0..).zip(turns).map(|(n, turn)| Turn { created_at: NOW + n * 1_000, ..turn }).collect();
    conversation
}

fn of(turns: Vec<Turn>) -> Contribution {
    Contribution::of(&conversation_id(1), &ended(turns)).unwrap()
}

fn counted(words: &[(&str, u32)]) -> BTreeMap<String, u32> {
    words.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
}

#[test]
fn a_conversation_contributes_what_was_said_and_done_in_it() {
    let contribution = of(vec![
        says(Stance::Undetermined, "What are lies?"),
        answers(Strategy::Clarify, "Any falsehood told on purpose."),
        says(Stance::ConStrong, "Lies are wrong, lies destroy trust."),
        answers(Strategy::DevilsAdvocate, "And a murderer at the door?"),
        says(Stance::ProWeak, "Then a friend may lie."),
        answers(Strategy::Clarify, "A friend?"),
        says(Stance::Undetermined, "A friend!"),
    ]);
    assert_eq!(
        (contribution.initial_stance, contribution.final_stance),
        (Stance::ConStrong, Stance::ProWeak)
    );
    assert_eq!(
        contribution.strategy_counts,
        BTreeMap::from([(Strategy::Clarify, 2), (Strategy::DevilsAdvocate, 1)])
    );
    assert_eq!((contribution.turns, contribution.duration_ms), (7, 6_000));
    assert_eq!(contribution.end_reason, Some(EndReason::ConclusionReached));
    assert_eq!(
        contribution.words,
        Words {
            pro: counted(&[("friend", 1), ("lie", 1)]),
            con: counted(&[("lies", 2), ("wrong", 1), ("destroy", 1), ("trust", 1)]),
            neutral: counted(&[("lies", 1), ("friend", 1)]),
        }
    );
}

#[test]
fn a_conversation_that_goes_on_contributes_nothing() {
    for state in ["awaiting_idea", "adding_counterpoint", "awaiting_followup", "adding_final_summary"] {
        let mut conversation = ended(vec![says(Stance::ProWeak, "friend")]);
        conversation.state = serde_json::from_value(state.into()).unwrap();
        assert_eq!(Contribution::of(&conversation_id(1), &conversation), None);
    }
}

#[test]
fn a_student_of_whom_nothing_can_be_told_is_undetermined() {
    for turns in [vec![], vec![says(Stance::Undetermined, "What?")]] {
        let contribution = of(turns);
        assert_eq!(
            (contribution.initial_stance, contribution.final_stance),
            (Stance::Undetermined, Stance::Undetermined)
        );
    }
}

#[test]
fn of_very_many_words_the_commonest_are_kept_and_then_those_said_first() {
    let word = |n: usize| {
        let letter = |n: usize| char::from(b'b' + u8::try_from(n % 20).unwrap());
        format!("zz{}{}", letter(n / 20), letter(n))
    };
    let all: Vec<String> = (0..contribution::WORDS + 50).rev().map(word).collect();
    let text = format!("{} zzlast zzlast", all.join(" "));
    let kept = of(vec![says(Stance::ProWeak, &text)]).words.pro;
    let mut expected: Vec<String> = all[..contribution::WORDS - 1].to_vec();
    expected.push("zzlast".into());
    expected.sort();
    assert_eq!(kept.into_keys().collect::<Vec<_>>(), expected);
}

#[test]
fn no_conversation_contributes_more_than_a_document_holds() {
    // The longest words, of characters of four bytes: three sides, as many words as are kept.
    let word = |n: u32| {
        let tail = char::from_u32(0x10480 + n % 30).unwrap();
        let head = char::from_u32(0x10480 + n / 30).unwrap();
        format!("{head}{tail}{}", "\u{10480}".repeat(22))
    };
    let text = (0..400).map(word).collect::<Vec<_>>().join(" ");
    let turns = [Stance::ProWeak, Stance::ConWeak, Stance::Neutral].map(|stance| says(stance, &text));
    let contribution = of(turns.to_vec());
    assert_eq!(contribution.words.pro.len(), contribution::WORDS);
    // Firestore counts a name's bytes and one, and eight for a number.
    let words = [&contribution.words.pro, &contribution.words.con, &contribution.words.neutral];
    let size: usize = words.into_iter().flatten().map(|(word, _)| word.len() + 1 + 8).sum();
    assert!((20_000..40_000).contains(&size), "{size}");
}

fn a_contribution() -> impl Generator<Value = Contribution> {
    let stances = (select(STANCES.to_vec()), select(STANCES.to_vec()));
    let words = || btree_map("[a-c]{1,2}|[金錢人]{2}", 1_u32..9, 0..6);
    let tokens = (0_u64..1 << 40, 0_u64..1 << 40, 0_u64..1 << 30, 0_u64..1 << 20, 0_u64..1 << 20);
    let figures = (0_u32..200, 0_u64..10_000_000, -1_000_i64..1 << 40, 0_i64..20);
    let moves = btree_map(select(Strategy::ALL.to_vec()), 1_u32..9, 0..4);
    let reason = proptest::option::of(select(vec![EndReason::ConclusionReached, EndReason::StudentEnded]));
    (0_usize..6, stances, (words(), words(), words()), tokens, figures, moves, reason).prop_map(
        |(
            user,
            (initial, last),
            (pro, con, neutral),
            tokens,
            (turns, duration, cost, closed),
            moves,
            reason,
        )| {
            let (text, audio, image, cached, thoughts) = tokens;
            let counts = TokenCounts { text, audio, image, cached, thoughts };
            Contribution {
                user_id: UserId::new(format!("u{user}")).unwrap(),
                initial_stance: initial,
                final_stance: last,
                strategy_counts: moves,
                end_reason: reason,
                turns,
                duration_ms: duration,
                tokens: Usage { input: counts, output: TokenCounts { text: audio, ..counts } },
                cost_micros: Micros(cost),
                words: Words { pro, con, neutral },
                closed_at: Millis(closed),
                expired_at: None,
                ..of(vec![])
            }
        },
    )
}

/// Of a few students, who mostly argued more than once, and at times ended two at once.
fn contributions() -> impl Generator<Value = Vec<Contribution>> {
    vec(a_contribution(), 0..14).prop_map(|contributions| {
        let named = |(n, contribution)| Contribution { conversation_id: conversation_id(n), ..contribution };
        contributions.into_iter().enumerate().map(named).collect()
    })
}

/// The contributions of the same student.
fn beside(contribution: &Contribution, stored: &[Contribution]) -> Vec<Contribution> {
    stored.iter().filter(|one| one.user_id == contribution.user_id).cloned().collect()
}

/// As the store does it: the contribution is stored, and added to the document.
fn add(statistics: &mut Statistics, stored: &mut Vec<Contribution>, contribution: &Contribution) {
    statistics.add(contribution, &beside(contribution, stored));
    stored.push(contribution.clone());
}

fn remove(statistics: &mut Statistics, stored: &mut Vec<Contribution>, at: usize) {
    let contribution = stored.remove(at);
    statistics.remove(&contribution, &beside(&contribution, stored));
}

/// As it is looked at.
fn drawn(mut statistics: Statistics, stored: &[Contribution]) -> Statistics {
    let mut cloud = Cloud::default();
    stored.iter().for_each(|contribution| cloud.add(contribution));
    statistics.draw(cloud.draw());
    statistics
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_was_rebuilt_and_added_in_whatever_order_the_figures_are_the_same(
        (contributions, shuffled) in contributions().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        split in any::<Index>(),
    ) {
        let split = split.index(contributions.len() + 1);
        let mut stored = shuffled[..split].to_vec();
        let mut statistics = Statistics::rebuild(&stored, STUDENTS, NOW);
        for contribution in &shuffled[split..] {
            add(&mut statistics, &mut stored, contribution);
        }
        prop_assert_eq!(drawn(statistics, &stored), Statistics::rebuild(&contributions, STUDENTS, NOW));
    }

    #[test]
    fn what_was_added_can_be_removed_and_leaves_no_trace(
        contributions in contributions(),
        one in a_contribution(),
        at in any::<Index>(),
    ) {
        let mut stored = contributions.clone();
        let before = Statistics::rebuild(&stored, STUDENTS, NOW);
        let mut statistics = before.clone();
        add(&mut statistics, &mut stored, &Contribution { conversation_id: conversation_id(99), ..one });
        prop_assert!(statistics.word_cloud_stale);
        let last = stored.len() - 1;
        remove(&mut statistics, &mut stored, last);
        prop_assert_eq!(drawn(statistics.clone(), &stored), before);

        // Any of them, whichever of its student's it is.
        if !stored.is_empty() {
            let at = at.index(stored.len());
            remove(&mut statistics, &mut stored, at);
            prop_assert_eq!(drawn(statistics, &stored), Statistics::rebuild(&stored, STUDENTS, NOW));
        }
    }

    #[test]
    fn students_are_counted_once_however_often_they_argue(contributions in contributions()) {
        let statistics = Statistics::rebuild(&contributions, STUDENTS, NOW);
        let students: std::collections::BTreeSet<_> = contributions.iter().map(|one| &one.user_id).collect();
        let completed = u32::try_from(students.len()).unwrap();
        prop_assert_eq!(statistics.completed, completed);
        prop_assert_eq!(statistics.completed + statistics.in_progress + statistics.not_started, STUDENTS.total);
        prop_assert_eq!(statistics.stance_distribution.initial.values().sum::<u32>(), completed);
        prop_assert_eq!(statistics.stance_distribution.last.values().sum::<u32>(), completed);
        prop_assert!(statistics.stance_shifts.iter().all(|shift| shift.from != shift.to && shift.count > 0));
        prop_assert_eq!(usize::try_from(statistics.sums.conversations).unwrap(), contributions.len());
    }

    #[test]
    fn the_document_reads_back_as_it_was_written(contributions in contributions()) {
        let statistics = Statistics::rebuild(&contributions, STUDENTS, NOW);
        let read: Statistics = serde_json::from_value(serde_json::to_value(&statistics).unwrap()).unwrap();
        prop_assert_eq!(read, statistics);
        let read: Vec<Contribution> = serde_json::from_value(serde_json::to_value(&contributions).unwrap()).unwrap();
        prop_assert_eq!(read, contributions);
    }
}

fn ended_at(
    number: usize,
    at: i64,
    initial_stance: Stance,
    final_stance: Stance,
    turns: u32,
) -> Contribution {
    Contribution {
        conversation_id: conversation_id(number),
        closed_at: Millis(at),
        expired_at: None,
        initial_stance,
        final_stance,
        turns,
        ..of(vec![])
    }
}

#[test]
fn a_student_who_argued_twice_stands_where_the_second_left_off() {
    let first = ended_at(1, 10, Stance::ConStrong, Stance::ConWeak, 10);
    let second = ended_at(2, 20, Stance::ConWeak, Stance::ProWeak, 13);
    let mut statistics = Statistics::new(Students { total: 3, begun: 2 }, NOW);
    assert_eq!((statistics.completed, statistics.in_progress, statistics.not_started), (0, 2, 1));

    statistics.add(&first, &[]);
    statistics.add(&second, std::slice::from_ref(&first));
    assert_eq!((statistics.completed, statistics.in_progress, statistics.not_started), (1, 1, 1));
    assert_eq!(
        statistics.stance_shifts,
        [StanceShift { from: Stance::ConWeak, to: Stance::ProWeak, count: 1 }]
    );
    assert_eq!(statistics.end_reasons, BTreeMap::from([(EndReason::ConclusionReached, 2)]));
    assert!((statistics.average_turns - 11.5).abs() < 1e-9);

    // The second is opened again: the first counts until it ends.
    statistics.remove(&second, std::slice::from_ref(&first));
    assert_eq!(statistics.stance_distribution.last, BTreeMap::from([(Stance::ConWeak, 1)]));
    assert!((statistics.average_turns - 10.0).abs() < 1e-9);
}

#[test]
fn a_cloud_has_the_commonest_words_first_and_no_more_than_it_shows() {
    let mut cloud = Cloud::default();
    for n in 0..300_u32 {
        let mut one = of(vec![]);
        let tail: String = format!("{n:03}").chars().map(|c| char::from(b'a' + c as u8 - b'0')).collect();
        one.words.con = counted(&[("trust", 1), (&format!("z{tail}"), 1), ("zaaa", 1)]);
        cloud.add(&one);
    }
    let con = cloud.draw().con;
    assert_eq!(con.len(), cloud::WORDS);
    let words: Vec<_> = con.iter().map(|word| (word.word.as_str(), word.count)).take(4).collect();
    assert_eq!(words, [("trust", 300), ("zaaa", 300), ("zaab", 1), ("zaac", 1)]);
}

#[test]
fn the_export_has_a_row_a_conversation_and_one_for_each_student_without() {
    let id = |id: &str| UserId::new(id).unwrap();
    let student = |user: &str, email: &str, begun| Student { user_id: id(user), email: email.into(), begun };
    let roster = [
        student("kim", "=cmd|' /C calc'!A0", true),
        student("lee", "李@example.org", true),
        student("may", "a,\"b\"\r\nc", false),
    ];
    let second = ended_at(2, 1_795_422_000_000, Stance::ConWeak, Stance::ProWeak, 13);
    let first = ended_at(1, 1_795_420_800_000, Stance::ConStrong, Stance::ConWeak, 10);
    let gone = Contribution { user_id: id("-gone"), ..ended_at(3, 0, Stance::Neutral, Stance::Neutral, 2) };
    let contributions = [second, first, gone];
    let file = export(rows(&roster, &contributions)).unwrap();

    let lines = file.strip_prefix(BYTE_ORDER_MARK).unwrap();
    assert!(lines.starts_with("userId,email,progress,") && lines.ends_with("\r\n"));
    let mut reader = csv::Reader::from_reader(lines.as_bytes());
    let read: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let row = |n: usize| read[n][..10].to_vec();
    assert_eq!(
        row(0),
        [
            "kim",
            "'=cmd|' /C calc'!A0",
            "completed",
            "c1",
            "no",
            "2026-11-23 08:00:00",
            "conclusion_reached",
            "con-strong",
            "con-weak",
            "10"
        ]
    );
    assert_eq!(row(1)[3..6], ["c2", "yes", "2026-11-23 08:20:00"]);
    assert_eq!(row(2), ["lee", "李@example.org", "in_progress", "", "", "", "", "", "", ""]);
    assert_eq!(row(3)[..3], ["may", "a,\"b\"\r\nc", "not_started"]);
    assert_eq!(row(4)[..3], ["'-gone", "", "completed"]);
    assert!(read.iter().all(|row| row.len() == COLUMNS.len()));
}

/// What a class says: 40 turns of two or three sentences, from a thousand words.
fn long_conversation(seed: u64) -> Conversation {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut word = || {
        // The lesser of three is small most of the time, as a common word is.
        let n = random(1_000).min(random(1_000)).min(random(1_000));
        let letter = |n: u64| char::from(b'a' + u8::try_from(n % 26).unwrap());
        format!("w{}{}{}", letter(n / 676), letter(n / 26), letter(n))
    };
    let turns = (0..40).map(|n| {
        let text =
            (0..45).map(|place| if place % 2 == 0 { "the".into() } else { word() }).collect::<Vec<String>>();
        let text = text.join(" ");
        if n % 2 == 0 { says(STANCES[n % 6], &text) } else { answers(Strategy::Challenge, &text) }
    });
    ended(turns.collect())
}

/// Prints what it takes; run it with `--nocapture`, and `--release` for figures that mean something.
#[test]
#[ignore = "a measurement"]
fn what_it_takes() {
    let conversation = long_conversation(1);
    let begun = Instant::now();
    for _ in 0..200 {
        assert!(Contribution::of(&conversation_id(1), &conversation).is_some());
    }
    println!("contribution of 40 turns: {:?}", begun.elapsed() / 200);
    let all: Vec<Contribution> = (0..10_000)
        .map(|n| {
            let mut one =
                Contribution::of(&conversation_id(n), &long_conversation(u64::try_from(n).unwrap())).unwrap();
            one.user_id = UserId::new(format!("u{n}")).unwrap();
            one
        })
        .collect();
    let size = serde_json::to_vec(&all[0]).unwrap().len();
    let words = all[0].words.pro.len() + all[0].words.con.len() + all[0].words.neutral.len();
    println!("a contribution: {words} words, {size} bytes of JSON");
    for count in [1_000, 10_000] {
        let begun = Instant::now();
        let statistics = Statistics::rebuild(&all[..count], STUDENTS, NOW);
        println!("rebuild of {count}: {:?}", begun.elapsed());
        let size = serde_json::to_vec(&statistics).unwrap().len();
        println!("the document: {size} bytes of JSON");
        let begun = Instant::now();
        let file = export(rows(&[], &all[..count])).unwrap();
        println!("export of {count}: {:?}, {} bytes", begun.elapsed(), file.len());
    }
    let mut statistics = Statistics::rebuild(&all, STUDENTS, NOW);
    let begun = Instant::now();
    (0..1_000).for_each(|n| statistics.add(&all[n], &[]));
    println!("one added: {:?}", begun.elapsed() / 1_000);
}
