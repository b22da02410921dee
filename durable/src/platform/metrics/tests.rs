use std::fmt::Write as _;

use mentora_core::documents::{Latency, Modality, Speaker, TokenCounts, Turn, TurnType, Usage};
use mentora_core::ids::TurnId;
use mentora_core::time::Millis;
use mentora_session::Sound;

use super::*;

fn turn() -> Turn {
    Turn {
        id: TurnId::new("t2").unwrap(),
        index: 1,
        speaker: Speaker::Tutor,
        kind: TurnType::Counterpoint,
        modality: Modality::Voice,
        text: "personal words".into(),
        generated_text: None,
        truncated: false,
        heard_ms: None,
        analysis: None,
        usage: Some(Usage {
            input: TokenCounts { text: 1, audio: 2, image: 12, cached: 3, thoughts: 0 },
            output: TokenCounts { text: 4, audio: 5, image: 0, cached: 0, thoughts: 6 },
        }),
        cost_micros: Some(Micros(70)),
        latency: Some(Latency {
            asked_ms: Some(10),
            opening_ms: Some(11),
            first_text_ms: Some(7),
            first_audio_ms: Some(8),
            total_ms: 9,
        }),
        client_message_id: None,
        prompt_version: None,
        model: Some("gemini-x".into()),
        created_at: Millis(0),
        prev_hash: String::new(),
        hash: String::new(),
    }
}

fn work() -> Work {
    Work { calls: 1, failures: 2, reads: 3, writes: 4, ms: 5, bytes: 6 }
}

/// One point of each kind that there is.
fn points(turn: &Turn) -> Vec<Point<'_>> {
    vec![
        Point::Request(Request {
            method: "GET",
            route: "/api/courses/{id}",
            code: "NOT_FOUND",
            ms: 12,
            status: 404,
            store: work(),
            bytes_in: 10,
            bytes_out: 20,
        }),
        Point::Socket(Socket {
            open_ms: None,
            side: Side::Client(StreamRole::Speaker, AudioMode::Binary),
            code: 0,
        }),
        Point::Socket(Socket { open_ms: Some(30_000), side: Side::Model("gemini-x"), code: 1000 }),
        Point::Model(Model::Answered(turn)),
        Point::Model(Model::Lost { model: "gemini-x", loss: Loss::Quota }),
        Point::Store(Store {
            operation: Operation::Commit,
            kind: "firestore",
            by: Asker::Conversation,
            work: work(),
        }),
        Point::Credits(Credits {
            kind: LedgerEntryType::Charge,
            model: "gemini-x",
            amount: Micros(-70),
            balance: Some(Micros(5_000_000)),
        }),
        Point::Audio(Audio {
            direction: Direction::Answer,
            carried: Carried {
                relayed: Sound { chunks: 40, bytes: 384_000 },
                handled: Sound { chunks: 1, bytes: 9_600 },
            },
        }),
    ]
}

#[test]
fn every_value_has_its_column() {
    let turn = turn();
    let lines: Vec<String> = points(&turn)
        .iter()
        .map(|point| {
            let Columns { family, blobs, doubles } = point.columns();
            let blobs: Vec<String> = blobs.into_iter().map(|(name, blob)| format!("{name}={blob}")).collect();
            let doubles: Vec<String> = doubles.into_iter().map(|(name, n)| format!("{name}={n}")).collect();
            format!("{family}: {} | {}", blobs.join(" "), doubles.join(" "))
        })
        .collect();
    // The order is a contract with whoever queries: add at the end, never in between.
    assert_eq!(
        lines,
        [
            "request: method=GET route=/api/courses/{id} code=NOT_FOUND | ms=12 status=404 storeCalls=1 reads=3 writes=4 bytesIn=10 bytesOut=20",
            "socket: what=opened side=client role=speaker audio=binary model= | ms=0 code=0",
            "socket: what=closed side=model role= audio= model=gemini-x | ms=30000 code=1000",
            "model: what=answered model=gemini-x loss= | inputText=1 inputAudio=2 inputCached=3 outputText=4 outputAudio=5 thoughts=6 firstTextMs=7 firstAudioMs=8 totalMs=9 askedMs=10 openingMs=11 inputImage=12",
            "model: what=lost model=gemini-x loss=quota | inputText=0 inputAudio=0 inputCached=0 outputText=0 outputAudio=0 thoughts=0 firstTextMs=0 firstAudioMs=0 totalMs=0 askedMs=0 openingMs=0 inputImage=0",
            "store: operation=commit store=firestore by=conversation | calls=1 failures=2 reads=3 writes=4 ms=5 bytes=6",
            "credits: type=charge model=gemini-x | amountMicros=-70 balanceMicros=5000000",
            "audio: direction=answer | relayedChunks=40 relayedBytes=384000 handledChunks=1 handledBytes=9600",
        ]
    );
}

#[test]
fn a_point_fits_and_holds_nothing_that_was_said() {
    let turn = turn();
    for point in points(&turn) {
        let columns = point.columns();
        assert!(columns.blobs.len() <= MAX_COLUMNS && columns.doubles.len() <= MAX_COLUMNS);
        assert!(columns.blobs.iter().all(|(_, blob)| !blob.contains("personal")), "{columns:?}");
    }
}

#[test]
fn the_document_tells_the_columns() {
    let told = include_str!("../../../../docs/LOGGING.md");
    let turn = turn();
    for point in points(&turn) {
        let Columns { family, blobs, doubles } = point.columns();
        let mut row = format!("| `{family}` |");
        for (at, (name, _)) in blobs.iter().enumerate() {
            let _ = write!(row, "{} blob{} `{name}`", if at == 0 { "" } else { "," }, at + 1);
        }
        row.push_str(" |");
        for (at, (name, _)) in doubles.iter().enumerate() {
            let _ = write!(row, "{} double{} `{name}`", if at == 0 { "" } else { "," }, at + 1);
        }
        row.push_str(" |");
        assert!(told.contains(&row), "docs/LOGGING.md does not say:\n{row}");
    }
}
