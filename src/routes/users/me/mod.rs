//! `/api/users/me`

pub mod delete;
pub mod devices;
pub mod export;
mod pseudonym;
pub mod read;
pub mod update;

use std::ops::RangeInclusive;

use mentora_core::documents::{ActiveMode, Notifications, User};
use mentora_core::limits;
use mentora_core::time::Millis;
use mentora_durable::repositories::Stored;
use mentora_wire::rest::UserBody;

use crate::answer::etag;
use crate::auth::Caller;

/// The profile with which a caller begins: what the identity tells, as far as it fits.
pub(crate) fn first_profile(caller: Caller, locale: String, now: Millis) -> User {
    let fits = |text: &str, range: RangeInclusive<usize>| range.contains(&text.chars().count());
    User {
        display_name: display_name(&caller),
        email: Some(caller.email).filter(|email| fits(email, limits::Email::RANGE)).unwrap_or_default(),
        photo_url: caller.picture.filter(|picture| fits(picture, limits::Url::RANGE)),
        uid: caller.actor.user,
        active_mode: ActiveMode::Student,
        locale,
        notifications: Notifications::default(),
        created_at: now,
        updated_at: now,
    }
}

/// A profile as its owner sees it.
fn profile_body(profile: Stored<User>) -> UserBody {
    UserBody { etag: etag(profile.version), user: profile.document }
}

/// The name of the identity, else what stands before the `@` of its address, else its id: others must see something.
fn display_name(caller: &Caller) -> String {
    let mailbox = caller.email.split('@').next().unwrap_or_default();
    let names = [caller.name.as_deref().unwrap_or_default(), mailbox, caller.actor.user.as_str()];
    let name = names.into_iter().map(str::trim).find(|name| !name.is_empty()).unwrap_or_default();
    name.chars().take(*limits::DisplayName::RANGE.end()).collect()
}

#[cfg(test)]
mod tests {
    use mentora_core::ids::UserId;
    use mentora_core::policy::Actor;
    use mentora_core::rules::Ruled as _;

    use super::*;

    fn caller(name: Option<&str>, email: &str, picture: Option<&str>) -> Caller {
        let actor = Actor { user: UserId::new("u1").unwrap(), admin: false };
        let (name, picture) = (name.map(str::to_owned), picture.map(str::to_owned));
        Caller { actor, email: email.into(), name, picture }
    }

    fn first(caller: Caller) -> User {
        let profile = first_profile(caller, "en".into(), Millis(7));
        assert!(profile.offences().is_empty(), "{profile:?}");
        profile
    }

    #[test]
    fn a_profile_begins_with_what_the_identity_tells() {
        let profile = first(caller(Some(" Ada "), "ada@school.example", Some("https://p.example/a.png")));
        let expected = User {
            uid: UserId::new("u1").unwrap(),
            display_name: "Ada".into(),
            email: "ada@school.example".into(),
            photo_url: Some("https://p.example/a.png".into()),
            active_mode: ActiveMode::Student,
            locale: "en".into(),
            notifications: Notifications { email: true, push: true },
            created_at: Millis(7),
            updated_at: Millis(7),
        };
        assert_eq!(profile, expected);
    }

    #[test]
    fn who_has_no_name_is_called_by_the_address_and_who_has_none_by_the_id() {
        assert_eq!(first(caller(None, "ada@school.example", None)).display_name, "ada");
        assert_eq!(first(caller(Some("  "), "ada@school.example", None)).display_name, "ada");
        assert_eq!(first(caller(None, "@school.example", None)).display_name, "u1");
        assert_eq!(first(caller(None, "", None)).display_name, "u1");
    }

    #[test]
    fn what_is_too_long_to_be_kept_is_cut_or_left_out() {
        let (name, email) = ("語".repeat(101), format!("{}@school.example", "a".repeat(320)));
        let picture = format!("https://p.example/{}", "a".repeat(2_048));
        let profile = first(caller(Some(&name), &email, Some(&picture)));
        assert_eq!(profile.display_name, "語".repeat(100));
        assert_eq!((profile.email.as_str(), profile.photo_url), ("", None));
        assert_eq!(first(caller(Some("Ada"), "", Some(""))).photo_url, None);
    }
}
