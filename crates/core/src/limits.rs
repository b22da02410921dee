//! The lengths and counts that clients are held to. Text is counted in characters, not bytes.
//!
//! A limit of a field is a type without values: its `RANGE` is what the field is checked against, and the field's
//! schema is made of the type (`value_type`), so that the two cannot part. `tests/documents` breaks every range of the
//! schemas and holds them against what the fields' own descriptions say.

use std::ops::RangeInclusive;

macro_rules! limits {
    ($($(#[doc = $doc:literal])* $name:ident: $kind:ident $range:expr;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl $name {
            #[doc = concat!("`", stringify!($range), "`")]
            pub const RANGE: RangeInclusive<limits!(@number $kind)> = $range;
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                limits!(@schema $kind)(Self::RANGE)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
    (@number text) => { usize };
    (@number entry) => { usize };
    (@number $number:ident) => { $number };
    (@schema text) => { schema::text };
    (@schema entry) => { schema::entry };
    (@schema $number:ident) => { schema::number };
}

limits! {
    /// What a person is called.
    DisplayName: text 1..=100;
    /// The `name` claim of an identity.
    NameClaim: text 0..=100;
    /// An e-mail address; some identities have none.
    Email: text 0..=320;
    /// An address in the web.
    Url: text 1..=2_048;
    /// A BCP 47 language tag.
    LanguageTag: text 2..=35;
    /// The token by which a device is reached.
    PushToken: text 1..=4_096;

    /// Title of a course.
    CourseTitle: text 1..=200;
    /// Code of a course.
    CourseCode: text 6..=64;
    /// Description of a course, a topic or a persona.
    Description: text 0..=5_000;
    /// The look of a course.
    Theme: text 1..=100;
    /// Password of a course, when it is set.
    CoursePassword: text 8..=200;
    /// What is tried as the password of a course.
    PasswordGuess: text 0..=200;
    /// Where a file stands in the storage bucket, in characters; the bucket allows 1,024 bytes.
    StoragePath: text 1..=1_024;
    /// The picture of a course, in bytes: to 5 MiB.
    ThumbnailBytes: u32 1..=5_242_880;
    /// Days for which what was said in a course is kept: a day to ten years.
    RetentionDays: u32 1..=3_650;
    /// Text of an announcement.
    Announcement: text 1..=2_000;
    /// Title of a topic.
    TopicTitle: text 1..=200;

    /// Title of an assignment.
    AssignmentTitle: text 1..=300;
    /// Question of an assignment.
    Question: text 0..=2_000;
    /// Prompt of an assignment: background for the tutor.
    Prompt: text 0..=50_000;
    /// What kind of thing is referred to.
    ReferenceKind: text 1..=50;
    /// Title of what is referred to.
    ReferenceTitle: text 1..=300;
    /// Days before the due date on which students are reminded; 0 is the day itself.
    ReminderDays: u32 0..=365;
    /// Turns of the student after which a conversation ends.
    MaxTurns: u32 1..=200;
    /// Hours until the tutor answers: at once to a month.
    ResponseDelayHours: f64 0.0..=720.0;
    /// Staff's own instructions for the tutor.
    CustomSystemPrompt: text 0..=20_000;
    /// Staff's own guidance for a move.
    MovePrompt: entry 0..=2_000;
    /// A section of the prompt in a student's own words.
    PromptEdit: entry 1..=2_000;
    /// Minutes after which a conversation ends: a minute to a day.
    TimeLimitMinutes: u32 1..=1_440;

    /// Name of a persona.
    PersonaName: text 1..=100;
    /// How a persona is told to behave.
    PersonaTemplate: text 1..=50_000;

    /// What a student writes.
    Message: text 1..=MAX_TURN_CHARS;
    /// Why a conversation is ended, in the caller's own words.
    StopReason: text 0..=500;
    /// Text of one turn.
    TurnText: text 0..=MAX_TURN_CHARS;
    /// A time that went by, in milliseconds.
    DurationMs: i64 0..=MAX_SAFE_INTEGER;
    /// An amount that cannot be owed, in micro-credits.
    Amount: i64 0..=MAX_SAFE_INTEGER;
    /// How much of an assignment was done, in percent.
    Completion: f64 0.0..=100.0;
    /// Notes of staff on a submission.
    Notes: text 0..=5_000;
    /// Key under which something is done once.
    IdempotencyKey: text 1..=200;
    /// Why credits were given or taken.
    LedgerReason: text 1..=500;
    /// What may be bought at once, in micro-credits: 1 to 500 credits.
    Purchase: i64 1_000_000..=500_000_000;
    /// What an admin may give or take at once, in micro-credits: up to 10,000 credits.
    GrantedAmount: i64 -10_000_000_000..=10_000_000_000;
    /// Days of which a wallet's spending is told.
    SpendDays: u32 1..=90;

    /// Samples of audio in a second.
    SampleRate: u32 8_000..=48_000;
    /// Channels of audio.
    Channels: u8 1..=1;
}

/// The largest integer that JavaScript holds exactly.
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
/// Most things to read of an assignment.
pub const MAX_REFERENCES: usize = 50;
/// Most reminders of an assignment.
pub const MAX_REMINDERS: usize = 10;
/// Most turns before the one that is tried in a preview.
pub const MAX_PREVIEW_TURNS: usize = 20;
/// Longest text of one turn.
pub const MAX_TURN_CHARS: usize = 20_000;
/// Longest `clientMessageId`, in characters.
pub const MAX_CLIENT_MESSAGE_ID_CHARS: usize = 128;
/// Largest chunk of audio from a client, in bytes of PCM.
pub const MAX_AUDIO_CHUNK_BYTES: usize = 64 * 1024;
/// Longest utterance; then the turn is ended for the student, in milliseconds.
pub const MAX_UTTERANCE_MS: i64 = 60_000;
/// Largest frame that is looked at, in bytes: a full audio chunk in base64 with its envelope, or the longest text
/// with every character escaped.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
/// Most rows of a roster that is imported, without the one that names the columns.
pub const MAX_IMPORT_ROWS: usize = 5_000;
/// Largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

#[cfg(feature = "openapi")]
mod schema {
    use std::ops::RangeInclusive;

    use utoipa::openapi::schema::{ObjectBuilder, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{Number, PartialSchema};

    pub(super) fn text(range: RangeInclusive<usize>) -> RefOr<Schema> {
        let (least, most) = range.into_inner();
        let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(most));
        text.min_length((least > 0).then_some(least)).into()
    }

    /// A text of a map. It stands in the schemas by its own name, so it says itself what it is.
    pub(super) fn entry(range: RangeInclusive<usize>) -> RefOr<Schema> {
        match text(range) {
            RefOr::T(Schema::Object(object)) => {
                ObjectBuilder::from(object).description(Some("One of the texts.")).into()
            }
            other => other,
        }
    }

    pub(super) fn number<N: PartialSchema + Into<Number>>(range: RangeInclusive<N>) -> RefOr<Schema> {
        let (least, most) = range.into_inner();
        match N::schema() {
            RefOr::T(Schema::Object(object)) => {
                ObjectBuilder::from(object).minimum(Some(least)).maximum(Some(most)).into()
            }
            other => other,
        }
    }
}
