//! One document of each kind, with all of its fields: a course of ethics, and Kim, who argues about lies.

use std::collections::BTreeMap;

use mentora_core::dialogue::{Alternative, Features, Strategy};
use mentora_core::documents::{
    ActiveMode, AiConfig, Analyser, Analysis, Announcement, Assignment, AssignmentMode, AudioEncoding,
    Comparison, Contribution, Conversation, ConversationState, Course, CourseCode, CourseSecret, Delivery,
    DeliveryState, DemoPolicy, Device, DialecticalConfig, Drift, EndReason, Job, JobName, JobOutcome,
    Latency, LedgerEntry, LedgerEntryType, LedgerProvider, LedgerScope, Member, MemberStatus, Modality,
    MoveRules, NewsItem, NewsKind, Notification, NotificationKind, Notifications, PasswordHash,
    PendingResponse, PendingStatus, Persona, Platform, Reconciliation, Reference, Reminder, Role,
    SessionAudio, SessionState, SessionUsage, Speaker, Stance, StanceDistribution, StanceShift, Statistics,
    StreamingSession, Style, Submission, SubmissionState, Sums, Thumbnail, TokenCounts, Topic, Turn,
    TurnType, Usage, User, Visibility, Voice, Wallet, WalletOwner, WordCloud, WordCount, Words,
};
use mentora_core::ids::{
    AssignmentId, ConversationId, CourseId, DeviceId, StreamingSessionId, TopicId, TurnId, UserId, WalletId,
};
use mentora_core::money::Micros;
use mentora_core::pricing::price_version;
use mentora_core::time::Millis;

/// 2026-11-23, in the morning.
const MADE: Millis = Millis(1_795_420_800_000);
const CHANGED: Millis = Millis(1_795_424_400_000);
const A_WEEK_LATER: Millis = Millis(1_796_025_600_000);

fn teacher() -> UserId {
    UserId::new("teacher").unwrap()
}

fn kim() -> UserId {
    UserId::new("kim").unwrap()
}

fn ethics() -> CourseId {
    CourseId::new("ethics26").unwrap()
}

fn lies() -> AssignmentId {
    AssignmentId::new("lies01").unwrap()
}

fn dialogue() -> ConversationId {
    ConversationId::new("dialogue01").unwrap()
}

pub fn user() -> User {
    User {
        uid: kim(),
        display_name: "Kim 金".into(),
        email: "kim@example.org".into(),
        photo_url: Some("https://example.org/kim.png".into()),
        active_mode: ActiveMode::Student,
        locale: "zh-Hant".into(),
        notifications: Notifications { email: true, push: false },
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn device() -> Device {
    Device {
        token: "dGhpcyBpcyBubyB0b2tlbg:APA91b".into(),
        platform: Platform::Web,
        last_seen_at: CHANGED,
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn course() -> Course {
    Course {
        title: "Ethics".into(),
        code: CourseCode::new("ETHICS-26").unwrap(),
        owner_id: teacher(),
        visibility: Visibility::Unlisted,
        has_password: true,
        theme: Some("sand".into()),
        description: Some("What we owe to each other.".into()),
        thumbnail: Some(Thumbnail {
            storage_path: "courses/ethics26/thumbnail.webp".into(),
            url: Some("https://example.org/ethics.webp".into()),
        }),
        is_demo: true,
        demo_policy: Some(DemoPolicy {
            max_free_credits_micros_per_user: Micros(500_000),
            max_turns_per_conversation: Some(12),
        }),
        retention_days: Some(365),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn member() -> Member {
    Member {
        course_id: ethics(),
        user_id: Some(kim()),
        email: "kim@example.org".into(),
        role: Role::Student,
        status: MemberStatus::Active,
        invited_at: Some(MADE),
        joined_at: Some(CHANGED),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn announcement() -> Announcement {
    Announcement {
        author_id: teacher(),
        content: "Read Kant until Monday.".into(),
        created_at: MADE,
        updated_at: MADE,
    }
}

pub fn course_secret() -> CourseSecret {
    CourseSecret {
        password_hash: PasswordHash("$pbkdf2-sha256$i=100000$c2FsdA$aGFzaA".into()),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn topic() -> Topic {
    Topic {
        course_id: ethics(),
        title: "Truth".into(),
        description: Some("May one lie?".into()),
        order: 2,
        created_by: teacher(),
        created_at: MADE,
        updated_at: MADE,
    }
}

pub fn assignment() -> Assignment {
    Assignment {
        course_id: ethics(),
        topic_id: Some(TopicId::new("truth").unwrap()),
        title: "Lies".into(),
        question: Some("Is it ever right to lie?".into()),
        prompt: "The class has read Kant and Constant.".into(),
        mode: AssignmentMode::Delayed,
        start_at: MADE,
        due_at: Some(A_WEEK_LATER),
        allow_late: true,
        allow_resubmit: true,
        references: vec![Reference {
            kind: "article".into(),
            title: "On a supposed right to lie".into(),
            url: "https://example.org/kant".into(),
        }],
        reminders: vec![Reminder { days_before_due: 2 }],
        created_by: teacher(),
        ai_config: AiConfig {
            persona: "critical".into(),
            custom_system_prompt: Some("Never mention Nietzsche.".into()),
            dialectical_config: DialecticalConfig {
                enabled_strategies: vec![Strategy::Challenge, Strategy::DevilsAdvocate],
                strategy_weights: BTreeMap::from([(Strategy::Challenge, 1.5)]),
                custom_prompts: BTreeMap::from([(Strategy::Clarify, "Ask for an example.".into())]),
            },
            max_turns: 12,
            auto_terminate: false,
            response_delay_hours: 24.0,
            allow_student_prompt_edit: true,
            locked_prompt_sections: vec!["persona".into()],
            voice: Some("Kore".into()),
            language: Some("en".into()),
            analyser: Analyser::Gemini,
            time_limit_minutes: Some(45),
        },
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn persona() -> Persona {
    Persona {
        name: "Diogenes".into(),
        description: "Wants to see it, not to hear of it.".into(),
        voice: Voice::Charon,
        style: Style::Playful,
        system_prompt_template: "You are Diogenes. The question is {{question}}".into(),
        course_id: Some(ethics()),
        created_by: teacher(),
        created_at: MADE,
        updated_at: MADE,
    }
}

fn usage() -> Usage {
    Usage {
        input: TokenCounts { text: 900, audio: 250, image: 0, cached: 100, thoughts: 0 },
        output: TokenCounts { text: 40, audio: 200, image: 0, cached: 0, thoughts: 64 },
    }
}

/// A spoken answer of the tutor that the student broke into: it has every field that a turn can have.
fn turn() -> Turn {
    let turn = Turn {
        id: TurnId::of(&dialogue(), 0),
        index: 0,
        speaker: Speaker::Tutor,
        kind: TurnType::Counterpoint,
        modality: Modality::Voice,
        text: "And if a murderer asks".into(),
        generated_text: Some("And if a murderer asks you where your friend is?".into()),
        truncated: true,
        heard_ms: Some(1_400),
        analysis: Some(Analysis {
            stance: Some(Stance::ConStrong),
            strategy: Some(Strategy::DevilsAdvocate),
            reason: Some("a firm claim that looks at one side only".into()),
            features: Some(Features {
                confidence: 1.0,
                claim: 0.9,
                one_sidedness: 0.75,
                ..Features::default()
            }),
            alternatives: vec![Alternative { strategy: Strategy::Challenge, score: 0.5 }],
            analyser: Some(Analyser::Gemini),
            analyser_version: Some(1),
        }),
        usage: Some(usage()),
        cost_micros: Some(Micros(4_318)),
        latency: Some(Latency {
            asked_ms: Some(180),
            opening_ms: Some(170),
            first_text_ms: Some(320),
            first_audio_ms: Some(410),
            total_ms: 2_100,
        }),
        client_message_id: Some("m-1".into()),
        prompt_version: Some("0123456789ab".into()),
        model: Some("gemini-3.8-live".into()),
        created_at: MADE,
        prev_hash: String::new(),
        hash: String::new(),
    };
    turn.seal("")
}

pub fn conversation() -> Conversation {
    Conversation {
        assignment_id: lies(),
        course_id: ethics(),
        user_id: kim(),
        state: ConversationState::Closed,
        end_reason: Some(EndReason::ConclusionReached),
        turns: vec![turn()],
        turn_count: 1,
        token_usage: usage(),
        cost_micros: Micros(4_318),
        summary: Some("Kim came to allow one lie.".into()),
        streaming_session: Some(StreamingSessionId::new("session01").unwrap()),
        rules: Some(MoveRules {
            strategy_weights: [(Strategy::Challenge, 1.5)].into(),
            ..MoveRules::of(&AiConfig::default())
        }),
        prompt_edits: [("speech".to_owned(), "Speak as slowly as my grandfather.".to_owned())].into(),
        started_at: MADE,
        last_action_at: CHANGED,
        closed_at: Some(CHANGED),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn submission() -> Submission {
    Submission {
        assignment_id: lies(),
        user_id: kim(),
        conversation_id: dialogue(),
        state: SubmissionState::GradedComplete,
        started_at: MADE,
        submitted_at: Some(CHANGED),
        late: true,
        score_completion: Some(87.5),
        notes: Some("Well argued.".into()),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn wallet() -> Wallet {
    Wallet {
        owner_type: WalletOwner::Course,
        owner_id: WalletId::of_course(&ethics()),
        balance_micros: Micros(-1_250_000),
        held_micros: Micros(80_000),
        low_balance_micros: Micros(2_000_000),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn ledger_entry() -> LedgerEntry {
    LedgerEntry {
        kind: LedgerEntryType::Charge,
        amount_micros: Micros(-4_318),
        balance_after_micros: Micros(9_995_682),
        idempotency_key: "turn:dialogue01-0".into(),
        scope: LedgerScope {
            course_id: Some(ethics()),
            assignment_id: Some(lies()),
            conversation_id: Some(dialogue()),
            turn_id: Some(TurnId::of(&dialogue(), 0)),
        },
        provider: Some(LedgerProvider { name: "stripe".into(), reference: "cs_test_1".into() }),
        reason: Some("The turn was answered.".into()),
        shortfall_micros: Some(Micros(12)),
        usage: Some(usage()),
        price_version: Some(price_version().into()),
        created_by: kim(),
        created_at: MADE,
        updated_at: MADE,
    }
}

pub fn reconciliation() -> Reconciliation {
    Reconciliation {
        wallets: 12,
        conversations: 40,
        payments: 3,
        drift_count: 1,
        drifts: vec![Drift {
            comparison: Comparison::Usage,
            wallet_id: Some(WalletId::of_course(&ethics())),
            conversation_id: Some(dialogue()),
            reference: Some("ch_1".into()),
            expected_micros: Micros(4_318),
            found_micros: Micros(0),
        }],
        unfinished: vec![Comparison::Payment],
        last_wallet: Some(WalletId::of_course(&ethics())),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn streaming_session() -> StreamingSession {
    StreamingSession {
        conversation_id: dialogue(),
        user_id: kim(),
        state: SessionState::UserSpeaking,
        gemini_session_id: Some("handle".into()),
        audio_config: Some(SessionAudio { sample_rate: 16_000, encoding: AudioEncoding::Pcm, channels: 1 }),
        token_usage: SessionUsage { input: 1_150, output: 304, estimated_cost: Micros(4_318) },
        error_message: Some("The connection was lost.".into()),
        started_at: MADE,
        last_activity_at: CHANGED,
        ended_at: Some(CHANGED),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn statistics() -> Statistics {
    let words = |word: &str, count| vec![WordCount { word: word.into(), count }];
    Statistics {
        total_students: 24,
        completed: 11,
        in_progress: 8,
        not_started: 5,
        begun: 19,
        stance_distribution: StanceDistribution {
            initial: BTreeMap::from([(Stance::ConStrong, 9), (Stance::Undetermined, 2)]),
            last: BTreeMap::from([(Stance::ConWeak, 8), (Stance::ProWeak, 3)]),
        },
        stance_shifts: vec![StanceShift { from: Stance::ConStrong, to: Stance::ConWeak, count: 6 }],
        word_cloud: WordCloud {
            pro: words("friend", 31),
            con: words("trust", 44),
            neutral: words("lie", 90),
        },
        word_cloud_stale: true,
        strategy_counts: BTreeMap::from([(Strategy::Challenge, 40), (Strategy::DevilsAdvocate, 22)]),
        end_reasons: BTreeMap::from([(EndReason::ConclusionReached, 7), (EndReason::MaxTurnsReached, 4)]),
        average_turns: 13.5,
        average_duration_ms: 812_000.5,
        sums: Sums { conversations: 12, turns: 162, duration_ms: 9_744_006 },
        tokens: usage(),
        cost_micros: Micros(1_204_400),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn contribution() -> Contribution {
    let words = |word: &str, count| BTreeMap::from([(word.to_owned(), count)]);
    Contribution {
        conversation_id: dialogue(),
        assignment_id: lies(),
        course_id: ethics(),
        user_id: kim(),
        initial_stance: Stance::ConStrong,
        final_stance: Stance::ConWeak,
        strategy_counts: BTreeMap::from([(Strategy::Challenge, 4)]),
        end_reason: Some(EndReason::ConclusionReached),
        turns: 14,
        duration_ms: 812_000,
        tokens: usage(),
        cost_micros: Micros(4_318),
        words: Words { pro: words("friend", 1), con: words("trust", 3), neutral: words("lie", 5) },
        closed_at: CHANGED,
        expired_at: Some(A_WEEK_LATER),
        created_at: CHANGED,
        updated_at: CHANGED,
    }
}

pub fn pending_response() -> PendingResponse {
    PendingResponse {
        turn_id: TurnId::of(&dialogue(), 2),
        scheduled_at: A_WEEK_LATER,
        status: PendingStatus::Leased,
        lease_until: Some(A_WEEK_LATER + 60_000),
        attempts: 1,
        last_error: Some("the model did not answer".into()),
        waits_for: Some(WalletId::of_course(&ethics())),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn notification() -> Notification {
    Notification {
        kind: NotificationKind::LowBalance,
        key: "low_balance:ethics26:2026-11-23".into(),
        user_id: teacher(),
        mail: Some(Delivery {
            state: DeliveryState::Sent,
            tries: 2,
            attempt: "7Kq2mXc9wPz4RtY1aBvE".into(),
            not_before: CHANGED + 60_000,
            reached: vec![DeviceId::of("APA91b-phone")],
            message_id: Some("14c5d75ce93.dfd.64b469".into()),
            last_error: Some("status 503".into()),
        }),
        push: Some(Delivery {
            state: DeliveryState::Waiting,
            tries: 1,
            attempt: "7Kq2mXc9wPz4RtY1aBvE".into(),
            not_before: CHANGED + 60_000,
            reached: vec![DeviceId::of("APA91b-phone")],
            message_id: Some("projects/demo/messages/1".into()),
            last_error: Some("status 429: QUOTA_EXCEEDED".into()),
        }),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn job() -> Job {
    Job {
        name: JobName::Retention,
        schedule: "43 3 * * *".into(),
        last_run_at: MADE,
        last_ended_at: CHANGED,
        duration_ms: 4_210,
        count: 212,
        outcome: JobOutcome::Failed,
        last_error: Some("the document store cannot be reached now".into()),
        failing_since: Some(MADE),
        cursor: Some("MzA6Y291cnNlcy9ldGhpY3MyNg".into()),
        created_at: MADE,
        updated_at: CHANGED,
    }
}

pub fn news_item() -> NewsItem {
    NewsItem {
        kind: NewsKind::Announcement,
        about: "courses/ethics26/announcements/exam".into(),
        due_at: A_WEEK_LATER,
        cursor: Some("MTc5NTM0ODgwMDAwMDpjb3Vyc2VzL2V0aGljczI2L3Jvc3Rlci9raW0".into()),
        attempts: 1,
        created_at: MADE,
        updated_at: CHANGED,
    }
}
