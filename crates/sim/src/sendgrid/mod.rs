//! SendGrid: takes mail, keeps it, and sends it to nobody.
//!
//! - [`send`]: `POST /v3/mail/send`; [`rules`]: what of it is taken; [`refusal`]: what is told where it is not
//! - [`outbox`]: what was taken, `/sim/outbox`; [`page`]: the same to look at, `/sim/outbox.html`

pub mod outbox;
pub mod page;
pub mod refusal;
pub mod rules;
pub mod send;
