//! The outbox to look at.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use crate::world::World;

/// `GET /sim/outbox.html`: the latest first. Mails stand in frames of their own in which nothing runs.
pub async fn show(State(world): State<Arc<World>>) -> Response {
    let mails: String = world.outbox.mails(None).iter().rev().map(mail).collect();
    let mails = if mails.is_empty() { "<p>Nothing was sent yet.</p>".to_owned() } else { mails };
    let pushes: String = world.pushes.all(None).iter().rev().map(push).collect();
    let pushes = if pushes.is_empty() { pushes } else { format!("<h1>Push messages</h1>{pushes}") };
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'";
    ([(CONTENT_SECURITY_POLICY, policy)], Html(document(&format!("{mails}{pushes}")))).into_response()
}

fn mail(mail: &Value) -> String {
    let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
    let mailbox = |mailbox: &Value| match mailbox["name"].as_str() {
        Some(name) => escaped(&format!("{name} <{}>", mailbox["email"].as_str().unwrap_or_default())),
        None => text(&mailbox["email"]),
    };
    let to: Vec<String> = mail["to"].as_array().into_iter().flatten().map(mailbox).collect();
    format!(
        "<article><h2>{subject}</h2><p>from {from}<br>to {to}</p>\
         <iframe sandbox srcdoc=\"{html}\" title=\"{subject}\"></iframe>\
         <details><summary>as plain text</summary><pre>{plain}</pre></details></article>",
        subject = text(&mail["subject"]),
        from = mailbox(&mail["from"]),
        to = to.join(", "),
        html = text(&mail["html"]),
        plain = text(&mail["text"]),
    )
}

fn push(push: &Value) -> String {
    let text = |value: &Value| escaped(value.as_str().unwrap_or_default());
    let (title, body, link) = (text(&push["title"]), text(&push["body"]), text(&push["data"]["link"]));
    format!("<article><h2>{title}</h2><p>{body}<p>to {}<br>leads to {link}</article>", text(&push["token"]))
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"refresh\" content=\"10\"><title>Outbox (mentora-sim)</title>\
         <style>body{{font:1rem sans-serif;margin:2rem auto;max-width:48rem;padding:0 1rem}}\
         article{{border-top:1px solid;padding:1rem 0}}iframe{{width:100%;height:20rem;border:1px solid #ccc}}\
         pre{{white-space:pre-wrap}}</style>\
         <h1>Outbox</h1><p>This is mentora-sim in the place of SendGrid and FCM: nobody gets any of this.</p>{body}</html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
