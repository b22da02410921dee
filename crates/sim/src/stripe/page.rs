//! The page on which a session is paid: no card is asked for, two buttons pay.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use super::delivery;
use super::form::Params;
use super::refusal::Refusal;
use super::sale::Sale;
use crate::google::keys::now;
use crate::world::World;

/// Who pays when the session does not know.
pub const NOBODY: &str = "customer@example.com";

/// `GET /c/pay/{id}`
pub async fn show(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.stripe.books().sale(&id) {
        Ok(sale) => Html(page(sale)).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

/// `POST /c/pay/{id}`, with `action` in its form: `pay`, `pay_async` or `cancel`.
pub async fn act(State(world): State<Arc<World>>, Path(id): Path<String>, body: String) -> Response {
    let acted = acted(&world, &id, &body);
    match acted {
        Ok(target) => (StatusCode::SEE_OTHER, [(LOCATION, target)]).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

fn acted(world: &Arc<World>, id: &str, body: &str) -> Result<String, Refusal> {
    let params = Params::parse(body)?;
    let email = params.text("email").ok().flatten().unwrap_or(NOBODY);
    let mut books = world.stripe.books();
    let paid = match params.required("action")? {
        "pay" => books.change(id, |sale| sale.pay(email, now())),
        "pay_async" => books.change(id, |sale| sale.pay_async(email, now())),
        "cancel" => {
            let target = books.sale(id)?.session["cancel_url"].as_str().map(str::to_owned);
            return target.ok_or_else(|| Refusal::invalid("This session has no cancel_url.", None));
        }
        _ => return Err(Refusal::invalid("There is no such button.", Some("action"))),
    };
    let (session, events) = paid?;
    drop(books);
    delivery::deliver_all(world, events);
    Ok(success(&session))
}

/// Where the customer goes, having paid.
pub fn success(session: &Value) -> String {
    let [target, id] = ["success_url", "id"].map(|name| session[name].as_str().unwrap_or_default());
    target.replace("{CHECKOUT_SESSION_ID}", id)
}

fn refused(refusal: &Refusal) -> Response {
    (refusal.status, Html(document(&format!("<p>{}</p>", escaped(&refusal.message))))).into_response()
}

fn page(sale: &Sale) -> String {
    let session = &sale.session;
    let text = |name: &str| session[name].as_str().unwrap_or_default();
    if text("status") != "open" {
        return document("<p>This session is over: it was paid, or it is too old.</p>");
    }
    let amount = session["amount_total"].as_i64().unwrap_or_default();
    let (whole, cents) = (amount / 100, amount % 100);
    let email = escaped(session["customer_email"].as_str().unwrap_or(NOBODY));
    let button =
        |action: &str, label: &str| format!("<button name=\"action\" value=\"{action}\">{label}</button>");
    let cancel = if session["cancel_url"].is_string() { button("cancel", "Cancel") } else { String::new() };
    document(&format!(
        "<h1>{name}</h1><p><strong>{whole}.{cents:02} {currency}</strong></p>\
         <form method=\"post\"><p><label>Email <input name=\"email\" type=\"email\" value=\"{email}\"></label></p>\
         <p>{pay} {later} {cancel}</p></form>",
        name = escaped(&sale.product_name),
        currency = escaped(&text("currency").to_uppercase()),
        pay = button("pay", "Pay"),
        later = button("pay_async", "Pay later (by bank)"),
    ))
}

fn document(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Checkout (mentora-sim)</title><style>body{{font:1rem sans-serif;margin:3rem auto;max-width:30rem}}</style>\
         <p>This is mentora-sim in Stripe's place: no money moves.</p>{body}</html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
