//! `PATCH /api/users/me`

use mentora_durable::repositories::users::ProfileChange;
use mentora_durable::repositories::{RepositoryError, Users};
use mentora_wire::rest::{UpdateProfile, UserBody};

use super::{first_profile, profile_body};
use crate::answer::Current;
use crate::auth::Caller;
use crate::context::Context;
use crate::error::ApiError;
use crate::extract::{IfMatch, Json, Language};

/// Changes the own profile: what is named, and nothing else.
#[cfg_attr(not(target_arch = "wasm32"), utoipa::path(
    patch, path = "/api/users/me", operation_id = "updateProfile", tag = "users",
    request_body = UpdateProfile,
    responses(
        (status = 200, description = "The profile as it is now.", body = UserBody),
        crate::openapi::Hidden, crate::openapi::Conflicting, crate::openapi::Changed,
    ),
))]
#[worker::send]
pub async fn update(
    caller: Caller,
    context: Context,
    Language(locale): Language,
    IfMatch(seen): IfMatch,
    Json(body): Json<UpdateProfile>,
) -> Result<Current<UserBody>, ApiError> {
    let (documents, now) = (context.documents(), context.now());
    let (users, change) = (Users(&documents), change(body));
    let changed = match users.update(&caller.actor.user, &change, seen, now).await {
        // The first call of this user: there is nothing to change yet, nor was anything seen.
        Err(RepositoryError::NotFound) if seen.is_none() => {
            let profile = users.find_or_create(first_profile(caller, locale, now)).await?;
            users.update(&profile.uid, &change, None, now).await?
        }
        other => other?,
    };
    Ok(Current(profile_body(changed)))
}

fn change(body: UpdateProfile) -> ProfileChange {
    let notifications = body.notifications.unwrap_or_default();
    ProfileChange {
        display_name: body.display_name.map(|name| name.trim().to_owned()),
        email: None,
        photo_url: body.photo_url,
        active_mode: body.active_mode,
        locale: body.locale,
        by_email: notifications.email,
        by_push: notifications.push,
    }
}

#[cfg(test)]
mod tests {
    use mentora_core::documents::ActiveMode;
    use mentora_wire::body;

    use super::*;

    #[test]
    fn a_change_is_what_the_body_names() {
        let named = |json: &str| change(body::parse(json.as_bytes()).unwrap());
        assert_eq!(named("{}"), ProfileChange::default());
        assert_eq!(named(r#"{"notifications":{}}"#), ProfileChange::default());
        let all = r#"{"displayName":" Ada ","photoURL":null,"activeMode":"mentor","locale":"zh-TW",
            "notifications":{"email":false,"push":true}}"#;
        let expected = ProfileChange {
            display_name: Some("Ada".into()),
            email: None,
            photo_url: Some(None),
            active_mode: Some(ActiveMode::Mentor),
            locale: Some("zh-TW".into()),
            by_email: Some(false),
            by_push: Some(true),
        };
        assert_eq!(named(all), expected);
    }
}
