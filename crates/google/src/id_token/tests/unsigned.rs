//! Tokens without a signature.

use super::*;

#[test]
fn a_made_up_token_is_accepted_unsigned_and_nowhere_else() {
    let identity = Identity {
        sub: "teacher".into(),
        email: Some("t@example.org".into()),
        name: Some("T".into()),
        admin: true,
    };
    let token = unsigned_token(PROJECT, &identity, NOW_MS);
    assert!(is_unsigned(&token));
    let who = verify_unsigned(&token, PROJECT, NOW_MS).unwrap();
    assert_eq!((who.sub.as_str(), who.email.as_deref(), who.admin), ("teacher", Some("t@example.org"), true));
    assert!(who.email_verified);
    assert_eq!(who.exp, NOW + 3600);

    assert_eq!(checked(&token), Err(IdTokenError::Algorithm));
    assert_eq!(key_id(&token), Err(IdTokenError::Algorithm));
    assert_eq!(verify_unsigned(&token, "other", NOW_MS), Err(IdTokenError::Audience));
    assert_eq!(verify_unsigned(&token, PROJECT, NOW_MS + 3_600_000), Err(IdTokenError::Expired));
    assert_eq!(verify_unsigned(&format!("{token}AAAA"), PROJECT, NOW_MS), Err(IdTokenError::Signature));
    // The other way round: a signed token is not one of ours.
    assert_eq!(verify_unsigned(&good(), PROJECT, NOW_MS), Err(IdTokenError::Algorithm));
}

#[test]
fn a_made_up_token_says_nothing_of_what_it_was_not_told() {
    let token = unsigned_token(PROJECT, &Identity { sub: "s".into(), ..Identity::default() }, NOW_MS);
    let who = verify_unsigned(&token, PROJECT, NOW_MS).unwrap();
    assert_eq!((who.email, who.email_verified, who.name, who.admin), (None, false, None, false));
}
