//! Waiting a while.
//!
//! `worker::Delay` takes what `setTimeout` returns for a number. With the compatibility dates of 2026 it is an object:
//! a build with assertions traps on it. Here it is whatever it is, and goes back to `clearTimeout` as it came.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::{Either, select};
use futures::pin_mut;
use wasm_bindgen::prelude::*;
use worker::js_sys::{Function, Promise};
use worker::wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: u32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// What comes within so many milliseconds; after them, nothing is waited for any more.
pub async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    pin_mut!(work);
    match select(work, Pause::of(ms)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}

/// Ends after a while. Dropped before, it takes its timer with it: one that stayed would keep a Durable Object awake.
#[derive(Debug)]
pub struct Pause {
    timer: JsValue,
    fired: JsFuture,
}

impl Pause {
    /// Starts now; 24 days at most, as timers go.
    #[must_use]
    pub fn of(ms: u32) -> Self {
        let ms = ms.min(i32::MAX.unsigned_abs());
        let mut timer = JsValue::UNDEFINED;
        let fired = Promise::new(&mut |resolve, _| timer = set_timeout(&resolve, ms));
        Self { timer, fired: JsFuture::from(fired) }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(context).map(drop)
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}
