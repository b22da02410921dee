//! What is measured: six families of points for Workers Analytics Engine, where the binding is there.
//!
//! A point is written into one dataset. Its index is the name of its family, by which the engine samples: a family with
//! many points does not crowd out one with few. Which blob and which double holds what is said by [`Point::columns`]
//! alone, and `docs/LOGGING.md` is held to it by a test. No point has personal text, nor the id of anybody.

#[cfg(test)]
mod tests;

use mentora_core::documents::{LedgerEntryType, Turn};
use mentora_core::money::Micros;
use mentora_gemini::Loss;
use mentora_session::{Carried, Direction};
use mentora_wire::stream::{AudioMode, StreamRole};
use worker::{AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset, Env};

use super::config::StoreConfig;
use super::store_tally::{Operation, StoreTally, Work};

/// Name of the binding.
const BINDING: &str = "METRICS";

/// Most columns of a kind that the engine takes in one point.
#[cfg(test)]
const MAX_COLUMNS: usize = 20;

/// Something that was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Point<'a> {
    /// A request of the API was answered.
    Request(Request<'a>),
    /// A socket was opened or closed.
    Socket(Socket<'a>),
    /// The model answered, or was lost.
    Model(Model<'a>),
    /// The document store was asked, several times perhaps.
    Store(Store),
    /// Credits moved.
    Credits(Credits<'a>),
    /// Somebody has spoken.
    Audio(Audio),
}

/// One request of the API.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Request<'a> {
    /// `GET`
    pub method: &'a str,
    /// The path with its place-holders; empty for what no route serves.
    pub route: &'a str,
    /// The code of a refusal; empty for a success.
    pub code: &'a str,
    /// Until the answer began, ms.
    pub ms: i64,
    /// HTTP status.
    pub status: u16,
    /// What the store had to do for it.
    pub store: Work,
    /// Bytes of the body that came; 0 when nobody said.
    pub bytes_in: u64,
    /// Bytes of the body that went; 0 for a stream.
    pub bytes_out: u64,
}

/// A socket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Socket<'a> {
    /// How long it was open, ms; `None` when it was opened just now.
    pub open_ms: Option<i64>,
    /// Whose it is.
    pub side: Side<'a>,
    /// Close code (RFC 6455); 0 when it is unknown.
    pub code: u16,
}

/// Whose a socket is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Side<'a> {
    /// A client's.
    Client(StreamRole, AudioMode),
    /// The model's, of this name.
    Model(&'a str),
}

/// What the model did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model<'a> {
    /// It answered a turn.
    Answered(&'a Turn),
    /// Its connection was lost, or did not come.
    Lost {
        /// Which model.
        model: &'a str,
        /// What that means.
        loss: Loss,
    },
}

/// Calls of one kind to the document store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Store {
    /// What was asked.
    pub operation: Operation,
    /// What kept it: see [`store_kind`].
    pub kind: &'static str,
    /// Who asked.
    pub by: Asker,
    /// What it amounted to.
    pub work: Work,
}

/// Who asked the document store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// A request of the API.
    Request,
    /// A conversation.
    Conversation,
    /// A wallet.
    Wallet,
}

/// Credits that moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credits<'a> {
    /// How.
    pub kind: LedgerEntryType,
    /// For which model; empty when for none.
    pub model: &'a str,
    /// How much; negative when a wallet pays.
    pub amount: Micros,
    /// What is left in the wallet, where there is one.
    pub balance: Option<Micros>,
}

/// How the sound of an utterance, or of an answer, went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audio {
    /// Which of the two.
    pub direction: Direction,
    /// How it went.
    pub carried: Carried,
}

/// A point as the engine takes it: names and values of its columns, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The index.
    pub family: &'static str,
    /// `blob1` and on.
    pub blobs: Vec<(&'static str, String)>,
    /// `double1` and on.
    pub doubles: Vec<(&'static str, f64)>,
}

impl Point<'_> {
    /// Where each value stands. What is unknown is an empty blob or a zero.
    #[must_use]
    pub fn columns(&self) -> Columns {
        match self {
            Self::Request(request) => request.columns(),
            Self::Socket(socket) => socket.columns(),
            Self::Model(model) => model.columns(),
            Self::Store(store) => store.columns(),
            Self::Credits(credits) => credits.columns(),
            Self::Audio(audio) => audio.columns(),
        }
    }
}

impl Request<'_> {
    fn columns(&self) -> Columns {
        Columns {
            family: "request",
            blobs: vec![
                ("method", self.method.to_owned()),
                ("route", self.route.to_owned()),
                ("code", self.code.to_owned()),
            ],
            doubles: vec![
                ("ms", number(self.ms)),
                ("status", f64::from(self.status)),
                ("storeCalls", f64::from(self.store.calls)),
                ("reads", f64::from(self.store.reads)),
                ("writes", f64::from(self.store.writes)),
                ("bytesIn", count(self.bytes_in)),
                ("bytesOut", count(self.bytes_out)),
            ],
        }
    }
}

impl Socket<'_> {
    fn columns(&self) -> Columns {
        let (side, role, audio, model) = match self.side {
            Side::Client(role, audio) => ("client", role_name(role), audio_name(audio), ""),
            Side::Model(model) => ("model", "", "", model),
        };
        Columns {
            family: "socket",
            blobs: vec![
                ("what", if self.open_ms.is_some() { "closed" } else { "opened" }.to_owned()),
                ("side", side.to_owned()),
                ("role", role.to_owned()),
                ("audio", audio.to_owned()),
                ("model", model.to_owned()),
            ],
            doubles: vec![("ms", number(self.open_ms.unwrap_or_default())), ("code", f64::from(self.code))],
        }
    }
}

impl Model<'_> {
    fn columns(&self) -> Columns {
        let (what, model, loss) = match self {
            Self::Answered(turn) => ("answered", turn.model.as_deref().unwrap_or_default(), ""),
            Self::Lost { model, loss } => ("lost", *model, loss_name(*loss)),
        };
        let (usage, latency) = match self {
            Self::Answered(turn) => (turn.usage.unwrap_or_default(), turn.latency.unwrap_or_default()),
            Self::Lost { .. } => Default::default(),
        };
        Columns {
            family: "model",
            blobs: vec![("what", what.to_owned()), ("model", model.to_owned()), ("loss", loss.to_owned())],
            doubles: vec![
                ("inputText", count(usage.input.text)),
                ("inputAudio", count(usage.input.audio)),
                ("inputCached", count(usage.input.cached)),
                ("outputText", count(usage.output.text)),
                ("outputAudio", count(usage.output.audio)),
                ("thoughts", count(usage.output.thoughts)),
                ("firstTextMs", number(latency.first_text_ms.unwrap_or_default())),
                ("firstAudioMs", number(latency.first_audio_ms.unwrap_or_default())),
                ("totalMs", number(latency.total_ms)),
                ("askedMs", number(latency.asked_ms.unwrap_or_default())),
                ("openingMs", number(latency.opening_ms.unwrap_or_default())),
                ("inputImage", count(usage.input.image)),
            ],
        }
    }
}

impl Store {
    fn columns(&self) -> Columns {
        let by = match self.by {
            Asker::Request => "request",
            Asker::Conversation => "conversation",
            Asker::Wallet => "wallet",
        };
        Columns {
            family: "store",
            blobs: vec![
                ("operation", self.operation.as_str().to_owned()),
                ("store", self.kind.to_owned()),
                ("by", by.to_owned()),
            ],
            doubles: vec![
                ("calls", f64::from(self.work.calls)),
                ("failures", f64::from(self.work.failures)),
                ("reads", f64::from(self.work.reads)),
                ("writes", f64::from(self.work.writes)),
                ("ms", number(self.work.ms)),
                ("bytes", count(u64::try_from(self.work.bytes).unwrap_or(u64::MAX))),
            ],
        }
    }
}

impl Credits<'_> {
    fn columns(&self) -> Columns {
        let kind = match self.kind {
            LedgerEntryType::Topup => "topup",
            LedgerEntryType::Charge => "charge",
            LedgerEntryType::Refund => "refund",
            LedgerEntryType::Grant => "grant",
            LedgerEntryType::Adjust => "adjust",
            LedgerEntryType::Dispute => "dispute",
        };
        Columns {
            family: "credits",
            blobs: vec![("type", kind.to_owned()), ("model", self.model.to_owned())],
            doubles: vec![
                ("amountMicros", number(self.amount.0)),
                ("balanceMicros", number(self.balance.unwrap_or_default().0)),
            ],
        }
    }
}

impl Audio {
    fn columns(&self) -> Columns {
        let Carried { relayed, handled } = self.carried;
        let bytes = |bytes: usize| count(u64::try_from(bytes).unwrap_or(u64::MAX));
        Columns {
            family: "audio",
            blobs: vec![("direction", direction_name(self.direction).to_owned())],
            doubles: vec![
                ("relayedChunks", f64::from(relayed.chunks)),
                ("relayedBytes", bytes(relayed.bytes)),
                ("handledChunks", f64::from(handled.chunks)),
                ("handledBytes", bytes(handled.bytes)),
            ],
        }
    }
}

/// The `direction` of [`Audio`].
#[must_use]
pub fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Speech => "speech",
        Direction::Answer => "answer",
    }
}

fn role_name(role: StreamRole) -> &'static str {
    match role {
        StreamRole::Speaker => "speaker",
        StreamRole::Listener => "listener",
    }
}

fn audio_name(audio: AudioMode) -> &'static str {
    match audio {
        AudioMode::None => "none",
        AudioMode::Base64 => "base64",
        AudioMode::Binary => "binary",
    }
}

fn loss_name(loss: Loss) -> &'static str {
    match loss {
        Loss::RetryWithHandle => "retryWithHandle",
        Loss::RetryFresh => "retryFresh",
        Loss::FatalAuth => "fatalAuth",
        Loss::FatalConfig => "fatalConfig",
        Loss::FatalRegion => "fatalRegion",
        Loss::Quota => "quota",
    }
}

/// The `store` of [`Store`].
#[must_use]
pub fn store_kind(config: &StoreConfig) -> &'static str {
    match config {
        StoreConfig::Embedded => "embedded",
        StoreConfig::Firestore { emulator: true, .. } => "emulator",
        StoreConfig::Firestore { emulator: false, .. } => "firestore",
    }
}

// Beyond 2^53 the last digits go; nothing that is measured here comes near.
#[allow(clippy::cast_precision_loss, reason = "the engine knows no other numbers")]
fn number(value: i64) -> f64 {
    value as f64
}

#[allow(clippy::cast_precision_loss, reason = "the engine knows no other numbers")]
fn count(value: u64) -> f64 {
    value as f64
}

/// Where points go; nowhere without the binding. Writing one takes no time and cannot fail: the runtime sends it when
/// everything else is done.
#[derive(Debug, Clone)]
pub struct Metrics(Option<AnalyticsEngineDataset>);

impl Metrics {
    /// The dataset of this environment.
    #[must_use]
    pub fn of(env: &Env) -> Self {
        Self(env.analytics_engine(BINDING).ok())
    }

    /// Writes a point.
    pub fn write(&self, point: &Point<'_>) {
        let Some(dataset) = &self.0 else { return };
        let Columns { family, blobs, doubles } = point.columns();
        let point = AnalyticsEngineDataPointBuilder::new()
            .indexes([family])
            .blobs(blobs.into_iter().map(|(_, blob)| blob))
            .doubles(doubles.into_iter().map(|(_, double)| double));
        // It is refused when an event has written too many. Nobody is worse off for a point less.
        let _ = point.write_to(dataset);
    }

    /// Writes a point for each kind of call that was counted, and counts anew.
    pub fn write_store(&self, tally: &StoreTally, config: &StoreConfig, by: Asker) {
        for (operation, work) in tally.take() {
            self.write(&Point::Store(Store { operation, kind: store_kind(config), by, work }));
        }
    }
}
