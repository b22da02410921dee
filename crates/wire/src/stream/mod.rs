//! The conversation stream: `GET /api/conversations/{id}/stream`.
//!
//! # Layout
//! - [`client`]: frames from a client; [`server`]: frames to it
//! - [`audio`]: audio as binary frames
//! - [`close`]: close codes
//!
//! Frames to all clients of a conversation bear `seq`, which strictly increases, and are replayed after a cursor.
//! Frames to one connection only (`connected`, `pong`, an `error` about a frame of its own) and audio bear none.

pub mod audio;
pub mod client;
pub mod close;
pub mod server;

use serde::{Deserialize, Serialize};

pub use client::{BadFrame, ClientFrame};
pub use close::CloseCode;
pub use mentora_core::documents::SessionState;
pub use server::{Event, PrivateFrame, Sequenced};

/// The subprotocol a client asks for and the answer selects.
pub const SUBPROTOCOL: &str = "mentora.v1";
/// Prefix of the subprotocol that carries a ticket.
pub const TICKET_SUBPROTOCOL_PREFIX: &str = "ticket.";

/// Place of an event in a conversation's log, from 1; 0 is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// What a connection is to the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum StreamRole {
    /// The owner, who is heard.
    Speaker,
    /// Reads only.
    Listener,
}

/// How a connection wants the tutor's audio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum AudioMode {
    /// Not at all.
    #[default]
    None,
    /// As `ai_audio_chunk` frames.
    Base64,
    /// As binary frames; see [`audio`].
    Binary,
}
