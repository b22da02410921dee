//! The JSON API: what an object is, its content, its end. For who has an access token of `POST /token`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::objects::Object;
use crate::google::token::TOKEN_PREFIX;
use crate::world::World;

/// Query of a `GET`.
#[derive(Debug, Deserialize)]
pub struct Wish {
    /// `media` for the content.
    alt: Option<String>,
    /// Names of fields with commas between them; all unless told.
    fields: Option<String>,
}

/// `GET /storage/v1/b/{bucket}/o/{object}`
pub async fn get(
    State(world): State<Arc<World>>,
    Path((bucket, name)): Path<(String, String)>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    let found = permitted(&headers).and_then(|()| {
        world.objects.get(&bucket, &name).ok_or_else(|| Refusal::no_such_object(&bucket, &name))
    });
    let response = match found {
        Err(refusal) => refusal.into_response(),
        Ok(object) if wish.alt.as_deref() == Some("media") => {
            ([(CONTENT_TYPE, object.content_type)], object.content).into_response()
        }
        Ok(object) => Json(resource(&object, wish.fields.as_deref())).into_response(),
    };
    recorded(&world, &Method::GET, &bucket, &name, response)
}

/// `DELETE /storage/v1/b/{bucket}/o/{object}`
pub async fn delete(
    State(world): State<Arc<World>>,
    Path((bucket, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let response = match permitted(&headers) {
        Err(refusal) => refusal.into_response(),
        Ok(()) if world.objects.delete(&bucket, &name) => StatusCode::NO_CONTENT.into_response(),
        Ok(()) => Refusal::no_such_object(&bucket, &name).into_response(),
    };
    recorded(&world, &Method::DELETE, &bucket, &name, response)
}

fn recorded(world: &World, method: &Method, bucket: &str, name: &str, response: Response) -> Response {
    let path = format!("/storage/v1/b/{bucket}/o/{name}");
    world.journal.request(method.as_str(), &path, response.status().as_u16(), Value::Null);
    response
}

fn permitted(headers: &HeaderMap) -> Result<(), Refusal> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    match token {
        Some(token) if token.starts_with(TOKEN_PREFIX) => Ok(()),
        _ => Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            reason: "authError",
            message: "Invalid Credentials".to_owned(),
        }),
    }
}

/// Cloud Storage words its errors otherwise than Google's other services.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    reason: &'static str,
    message: String,
}

impl Refusal {
    fn no_such_object(bucket: &str, name: &str) -> Self {
        let message = format!("No such object: {bucket}/{name}");
        Self { status: StatusCode::NOT_FOUND, reason: "notFound", message }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, reason, message } = self;
        let errors = json!([{ "message": message, "domain": "global", "reason": reason }]);
        let error = json!({ "code": status.as_u16(), "message": message, "errors": errors });
        (status, Json(json!({ "error": error }))).into_response()
    }
}

fn resource(object: &Object, fields: Option<&str>) -> Value {
    let (bucket, name) = &object.place;
    let mut resource = json!({
        "kind": "storage#object",
        "id": format!("{bucket}/{name}/{}", object.generation),
        "name": name,
        "bucket": bucket,
        "generation": object.generation.to_string(),
        "metageneration": "1",
        "contentType": object.content_type,
        "storageClass": "STANDARD",
        "size": object.content.len().to_string(),
        "etag": format!("{:x}", object.generation),
    });
    if let (Some(fields), Some(resource)) = (fields, resource.as_object_mut()) {
        resource.retain(|name, _| fields.split(',').any(|field| field.trim() == name));
    }
    resource
}
