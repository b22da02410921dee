//! The lengths and counts that clients are held to. Text is counted in characters, not bytes.

/// Longest text of one turn.
pub const MAX_TURN_CHARS: usize = 20_000;
/// Longest title of a course.
pub const MAX_COURSE_TITLE_CHARS: usize = 200;
/// Longest description of a course.
pub const MAX_COURSE_DESCRIPTION_CHARS: usize = 5_000;
/// Length of a course code.
pub const COURSE_CODE_CHARS: std::ops::RangeInclusive<usize> = 6..=64;
/// Longest title of an assignment.
pub const MAX_ASSIGNMENT_TITLE_CHARS: usize = 300;
/// Longest question of an assignment.
pub const MAX_QUESTION_CHARS: usize = 2_000;
/// Longest prompt of an assignment.
pub const MAX_PROMPT_CHARS: usize = 50_000;
/// Longest `clientMessageId`, in bytes.
pub const MAX_CLIENT_MESSAGE_ID_LEN: usize = 128;
/// Largest chunk of audio from a client, in bytes of PCM.
pub const MAX_AUDIO_CHUNK_BYTES: usize = 64 * 1024;
/// Longest utterance; then the turn is ended for the student, in milliseconds.
pub const MAX_UTTERANCE_MS: i64 = 60_000;
/// Largest frame that is looked at, in bytes: a full audio chunk in base64 with its envelope, or the longest text
/// with every character escaped.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;
/// Largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
