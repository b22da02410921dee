//! Tickets: what lets a browser open a stream, which can set no headers there.
//!
//! `<claims>.<mac>`, both base64url without padding: JSON claims, and an HMAC-SHA256 over their encoded form under
//! `TICKET_SECRET`. A ticket is checked here, before any object is woken; that it is spent only once is the
//! conversation's own business, for only it can know.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use mentora_core::ids::{ConversationId, UserId};
use mentora_core::time::{Millis, seconds};
use mentora_wire::stream::StreamRole;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a ticket is good for, in milliseconds.
pub const LIFETIME_MS: i64 = seconds(60);

/// Longest ticket that is looked at, in bytes; ours are below 600 with the longest ids.
const MAX_TICKET_BYTES: usize = 1024;

/// Keeps a ticket from being mistaken for anything else that is ever signed with the same secret.
const PURPOSE: &[u8] = b"mentora stream ticket\n";

/// What a ticket allows: one connection of this user to this conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketClaims {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who connects.
    pub user: UserId,
    /// The most that the connection may be.
    pub role: StreamRole,
    /// Whether the user is staff of the course.
    pub staff: bool,
    /// Tells tickets apart, so that each is spent once.
    pub nonce: String,
    /// When it runs out.
    pub exp: Millis,
}

/// Why a ticket was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Not made by us, or changed since.
    #[error("the ticket is not one of ours")]
    NotOurs,
    /// Good once.
    #[error("the ticket has expired")]
    Expired,
    /// Good elsewhere.
    #[error("the ticket is for another conversation")]
    OtherConversation,
}

/// Signs a ticket.
#[must_use]
pub fn sign(claims: &TicketClaims, secret: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
    let mac = URL_SAFE_NO_PAD.encode(mac(secret, &claims)?.finalize().into_bytes());
    Some(format!("{claims}.{mac}"))
}

/// Checks a ticket for a conversation.
///
/// # Errors
/// [`TicketError`]; the signature is checked before anything that it covers is looked at.
pub fn verify(
    ticket: &str,
    secret: &str,
    conversation: &ConversationId,
    now: Millis,
) -> Result<TicketClaims, TicketError> {
    let claims = authentic(ticket, secret).ok_or(TicketError::NotOurs)?;
    if claims.exp <= now {
        return Err(TicketError::Expired);
    }
    if claims.conversation != *conversation {
        return Err(TicketError::OtherConversation);
    }
    Ok(claims)
}

fn authentic(ticket: &str, secret: &str) -> Option<TicketClaims> {
    let (claims, tag) = ticket.split_once('.').filter(|_| ticket.len() <= MAX_TICKET_BYTES)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    // In constant time: what differs must not be told by how long it took.
    mac(secret, claims)?.verify_slice(&tag).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// `None` without a secret: with an empty key anybody could sign.
fn mac(secret: &str, claims: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok().filter(|_| !secret.is_empty())?;
    mac.update(PURPOSE);
    mac.update(claims.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret of the tests";
    const NOW: Millis = Millis(1_000_000);

    fn conversation(id: &str) -> ConversationId {
        ConversationId::new(id).unwrap()
    }

    fn claims() -> TicketClaims {
        TicketClaims {
            conversation: conversation("c1"),
            user: UserId::new("student").unwrap(),
            role: StreamRole::Speaker,
            staff: false,
            nonce: "n1".into(),
            exp: NOW + LIFETIME_MS,
        }
    }

    fn check(ticket: &str) -> Result<TicketClaims, TicketError> {
        verify(ticket, SECRET, &conversation("c1"), NOW)
    }

    #[test]
    fn a_ticket_says_what_was_signed() {
        assert_eq!(check(&sign(&claims(), SECRET).unwrap()), Ok(claims()));
    }

    #[test]
    fn a_ticket_may_stand_in_a_subprotocol() {
        let ticket = sign(&claims(), SECRET).unwrap();
        let token = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        assert!(ticket.bytes().all(token), "{ticket}");
    }

    #[test]
    fn no_bit_of_a_ticket_can_be_changed() {
        let ticket = sign(&claims(), SECRET).unwrap();
        for place in 0..ticket.len() {
            let mut changed = ticket.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(check(&changed), Err(TicketError::NotOurs), "at {place}: {changed}");
        }
    }

    #[test]
    fn another_role_cannot_be_written_into_a_ticket() {
        let (listener, mac) = {
            let ticket = sign(&TicketClaims { role: StreamRole::Listener, ..claims() }, SECRET).unwrap();
            let (claims, mac) = ticket.split_once('.').unwrap();
            (URL_SAFE_NO_PAD.decode(claims).unwrap(), mac.to_owned())
        };
        let speaker = String::from_utf8(listener).unwrap().replace("listener", "speaker");
        let forged = format!("{}.{mac}", URL_SAFE_NO_PAD.encode(speaker));
        assert_eq!(check(&forged), Err(TicketError::NotOurs));
    }

    #[test]
    fn a_ticket_runs_out_after_a_minute() {
        let ticket = sign(&claims(), SECRET).unwrap();
        let at = |now| verify(&ticket, SECRET, &conversation("c1"), now);
        assert!(at(NOW + (LIFETIME_MS - 1)).is_ok());
        assert_eq!(at(NOW + LIFETIME_MS), Err(TicketError::Expired));
    }

    #[test]
    fn a_ticket_opens_no_other_conversation() {
        let ticket = sign(&claims(), SECRET).unwrap();
        let elsewhere = verify(&ticket, SECRET, &conversation("c2"), NOW);
        assert_eq!(elsewhere, Err(TicketError::OtherConversation));
    }

    #[test]
    fn a_ticket_of_another_secret_or_of_none_is_not_ours() {
        let ticket = sign(&claims(), "another secret").unwrap();
        assert_eq!(check(&ticket), Err(TicketError::NotOurs));
        assert_eq!(sign(&claims(), ""), None);
        assert_eq!(verify(&ticket, "", &conversation("c1"), NOW), Err(TicketError::NotOurs));
    }

    #[test]
    fn what_is_no_ticket_at_all_is_refused() {
        let ticket = sign(&claims(), SECRET).unwrap();
        let (claims, mac) = ticket.split_once('.').unwrap();
        let long = format!("{}.{mac}", "A".repeat(MAX_TICKET_BYTES));
        let padded = format!("{ticket}=");
        for bad in ["", ".", "a.b", "ä.ö", claims, &format!("{claims}."), &format!(".{mac}"), &long, &padded]
        {
            assert_eq!(check(bad), Err(TicketError::NotOurs), "{bad}");
        }
    }
}
