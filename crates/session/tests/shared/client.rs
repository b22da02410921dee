//! Who is connected, and what is said on a stream.

use mentora_core::ids::UserId;
use mentora_session::{Connection, ConnectionId};
use mentora_wire::stream::client::{AudioConfig, TurnTaking};
use mentora_wire::stream::{AudioMode, ClientFrame, Seq, StreamRole};

/// The student's first connection.
pub const STUDENT: ConnectionId = ConnectionId(1);
/// The student's id.
pub const OWNER: &str = "student";

/// A connection of somebody who would speak and has seen nothing yet.
pub fn connection(id: ConnectionId, user: &str, audio: AudioMode) -> Connection {
    let user = UserId::new(user).unwrap();
    Connection { id, user, role: StreamRole::Speaker, staff: false, audio, cursor: Seq(0) }
}

pub fn text_input(text: &str, id: &str) -> ClientFrame {
    ClientFrame::TextInput { text: text.into(), client_message_id: id.into() }
}

pub fn audio_start(id: &str, turn_taking: TurnTaking) -> ClientFrame {
    let config = AudioConfig { sample_rate: 16_000, encoding: "pcm".into(), channels: 1, turn_taking };
    ClientFrame::AudioStart { config, client_message_id: id.into() }
}
