//! What the tests of a conversation share: what it is about, who is connected, a scene to play it on, and how to read what came
//! of it. A test that needs more of a scene gives it more, beside itself.

#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

pub mod client;
pub mod facts;
pub mod scene;
pub mod told;

pub use client::{OWNER, STUDENT};
pub use facts::{facts, open_ended};
pub use scene::Scene;
