//! What a sound token tells.

use super::*;

#[test]
fn a_sound_token_tells_who_is_asking() {
    let expected = Claims {
        sub: "student".into(),
        email: Some("student@example.org".into()),
        email_verified: true,
        name: Some("A. Student".into()),
        picture: Some("https://example.org/p.png".into()),
        admin: false,
        exp: NOW + 3540,
    };
    assert_eq!(checked(&good()), Ok(expected));
    assert_eq!(key_id(&good()), Ok("k1".into()));
}

#[test]
fn only_a_json_true_makes_an_admin() {
    for (value, admin) in [
        (json!(true), true),
        (json!(false), false),
        (json!("true"), false),
        (json!(1), false),
        (json!({}), false),
    ] {
        let token = signed(&header(), &with(claims(), "admin", value.clone()));
        assert_eq!(checked(&token).unwrap().admin, admin, "{value}");
    }
}

#[test]
fn what_is_optional_may_be_missing() {
    let mut bare = claims();
    for claim in ["email", "email_verified", "name", "picture", "firebase"] {
        bare = without(bare, claim);
    }
    let who = checked(&signed(&without(header(), "typ"), &bare)).unwrap();
    assert_eq!((who.email, who.email_verified, who.name, who.picture), (None, false, None, None));
}
