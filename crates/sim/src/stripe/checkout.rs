//! `/v1/checkout/sessions`: sessions are made, seen and ended.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value};

use super::api::{Asked, Call};
use super::form::Params;
use super::objects::Order;
use super::refusal::Refusal;
use super::sale::Sale;
use crate::google::keys::now;
use crate::world::World;

const HALF_AN_HOUR: i64 = 30 * 60;
const A_DAY: i64 = 24 * 60 * 60;
/// What a payment costs at least and at most, in cents.
const AMOUNTS: std::ops::RangeInclusive<i64> = 50..=99_999_999;
/// Characters of `client_reference_id`.
const LONGEST_REFERENCE: usize = 200;
/// Names, characters of a name and of a text in metadata.
const METADATA: (usize, usize, usize) = (50, 40, 500);
/// Characters of an address.
const LONGEST_URL: usize = 5_000;

/// Parameters that this sim knows what to do with. Stripe knows more; using one of them shows here.
const KNOWN: [&str; 11] = [
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "success_url",
];

const LOCALES: &str = "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro \
                       ru sk sl sv th tr vi zh zh-HK zh-TW";

/// `POST /v1/checkout/sessions`
pub async fn create(State(world): State<Arc<World>>, call: Call) -> Response {
    call.answer(&world, created).await
}

/// `GET /v1/checkout/sessions/{id}`
pub async fn get(State(world): State<Arc<World>>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&world, |asked| {
        asked.params.only("", &[])?;
        Ok(asked.books.sale(&id)?.session.clone())
    })
    .await
}

/// `POST /v1/checkout/sessions/{id}/expire`
pub async fn expire(State(world): State<Arc<World>>, Path(id): Path<String>, call: Call) -> Response {
    call.answer(&world, |asked| {
        asked.params.only("", &[])?;
        let (session, events) = asked.books.change(&id, Sale::expire)?;
        asked.events = events;
        Ok(session)
    })
    .await
}

fn created(asked: &mut Asked<'_>) -> Result<Value, Refusal> {
    let params = asked.params;
    params.only("", &KNOWN)?;
    match params.required("mode")? {
        "payment" => {}
        other => {
            return Err(Refusal::invalid(
                format!("Invalid mode: {other} is not known to this sim"),
                Some("mode"),
            ));
        }
    }
    let (amount, currency, product_name) = items(params)?;
    params.only("payment_intent_data", &["metadata", "description"])?;
    let payment_metadata = metadata(params, "payment_intent_data[metadata]")?;
    let order = Order {
        livemode: asked.livemode,
        amount,
        currency,
        client_reference_id: reference(params)?,
        customer: customer(params)?,
        customer_email: email(params)?,
        expires_at: expires_at(params)?,
        locale: locale(params)?,
        metadata: metadata(params, "metadata")?,
        success_url: url(params, "success_url")?.ok_or_else(|| Refusal::missing("success_url"))?,
        cancel_url: url(params, "cancel_url")?,
    };
    let sale = Sale::new(&order, product_name, payment_metadata, asked.base_url, now());
    let session = sale.session.clone();
    asked.books.keep(sale);
    Ok(session)
}

/// What all items cost, in which currency, and what the first is.
fn items(params: &Params) -> Result<(i64, String, String), Refusal> {
    let items = params.inner("line_items")?.ok_or_else(|| {
        Refusal::invalid(
            "You must provide `line_items` when creating a session in `payment` mode.",
            Some("line_items"),
        )
    })?;
    let (mut total, mut first) = (0_i64, None);
    for index in items.keys() {
        let item = format!("line_items[{index}]");
        params.only(&item, &["price_data", "quantity"])?;
        let price = format!("{item}[price_data]");
        params.only(&price, &["currency", "product_data", "unit_amount"])?;
        let product = format!("{price}[product_data]");
        params.only(&product, &["name", "description"])?;
        let name = params.required(&format!("{product}[name]"))?;
        let currency = params.required(&format!("{price}[currency]"))?;
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(Refusal::invalid(
                format!("Invalid currency: {currency}"),
                Some(&format!("{price}[currency]")),
            ));
        }
        let whole = |name: &str| params.integer(name)?.ok_or_else(|| Refusal::missing(name));
        let (unit, quantity) =
            (whole(&format!("{price}[unit_amount]"))?, whole(&format!("{item}[quantity]"))?);
        if unit < 0 || quantity < 1 {
            return Err(Refusal::coded(
                "parameter_invalid_integer",
                "This value must be greater than or equal to 1.",
                Some(&item),
            ));
        }
        total = total.saturating_add(unit.saturating_mul(quantity));
        first.get_or_insert((currency.to_owned(), name.to_owned()));
    }
    let (currency, name) = first.ok_or_else(|| Refusal::missing("line_items"))?;
    if total < *AMOUNTS.start() {
        let message = "The Checkout Session's total amount must convert to at least 50 cents.";
        return Err(Refusal::coded("amount_too_small", message, None));
    }
    if total > *AMOUNTS.end() {
        let message = "The Checkout Session's total amount due must be no more than $999,999.99.";
        return Err(Refusal::coded("amount_too_large", message, None));
    }
    Ok((total, currency, name))
}

fn reference(params: &Params) -> Result<Option<String>, Refusal> {
    let reference = params.text("client_reference_id")?;
    if reference.is_some_and(|reference| reference.chars().count() > LONGEST_REFERENCE) {
        let message = "Invalid string: it must be at most 200 characters.";
        return Err(Refusal::coded("parameter_invalid_string_length", message, Some("client_reference_id")));
    }
    Ok(reference.map(str::to_owned))
}

fn customer(params: &Params) -> Result<Option<String>, Refusal> {
    let customer = params.text("customer")?;
    if customer.is_some() && params.text("customer_email")?.is_some() {
        let message = "You may only specify one of these parameters: customer, customer_email.";
        return Err(Refusal::invalid(message, Some("customer")));
    }
    match customer {
        Some(id) if !id.starts_with("cus_") => {
            Err(Refusal::coded("resource_missing", format!("No such customer: '{id}'"), Some("customer")))
        }
        found => Ok(found.map(str::to_owned)),
    }
}

fn email(params: &Params) -> Result<Option<String>, Refusal> {
    match params.text("customer_email")? {
        Some(email)
            if !email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) =>
        {
            Err(Refusal::coded(
                "email_invalid",
                format!("Invalid email address: {email}"),
                Some("customer_email"),
            ))
        }
        found => Ok(found.map(str::to_owned)),
    }
}

fn expires_at(params: &Params) -> Result<i64, Refusal> {
    let wrong = |message: &str| Err(Refusal::invalid(message, Some("expires_at")));
    match params.integer("expires_at")?.map(|at| (at, at - now())) {
        None => Ok(now() + A_DAY),
        Some((_, left)) if left < HALF_AN_HOUR => {
            wrong("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
        }
        Some((_, left)) if left > A_DAY => {
            wrong("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
        }
        Some((at, _)) => Ok(at),
    }
}

fn locale(params: &Params) -> Result<Option<String>, Refusal> {
    match params.text("locale")? {
        Some(locale) if !LOCALES.split(' ').any(|known| known == locale) => {
            Err(Refusal::invalid(format!("Invalid locale: must be one of {LOCALES}"), Some("locale")))
        }
        found => Ok(found.map(str::to_owned)),
    }
}

fn url(params: &Params, name: &str) -> Result<Option<String>, Refusal> {
    let Some(url) = params.text(name)? else { return Ok(None) };
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let sound = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !url.contains(' '));
    if !sound || url.chars().count() > LONGEST_URL {
        return Err(Refusal::coded("url_invalid", "Not a valid URL", Some(name)));
    }
    Ok(Some(url.to_owned()))
}

fn metadata(params: &Params, name: &str) -> Result<Value, Refusal> {
    let Some(entries) = params.inner(name)? else { return Ok(Value::Object(Map::new())) };
    let (most, longest_name, longest_text) = METADATA;
    let wrong = |message: &str| Err(Refusal::invalid(message, Some(name)));
    if entries.len() > most {
        return wrong("Metadata can have at most 50 keys.");
    }
    for (key, value) in entries {
        let Some(text) = value.as_str() else { return wrong("Metadata values must be strings.") };
        if key.chars().count() > longest_name || text.chars().count() > longest_text {
            return wrong("Metadata keys can have up to 40 characters and values up to 500.");
        }
    }
    // An empty text takes an entry away.
    Ok(Value::Object(
        entries.iter().filter(|(_, value)| *value != "").map(|(k, v)| (k.clone(), v.clone())).collect(),
    ))
}
