//! The language that is asked for.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use mentora_core::limits::LanguageTag;

/// What somebody speaks who does not say.
const DEFAULT: &str = "en";

/// The language that `Accept-Language` wishes most, as it is written there; `en` where it wishes none. Nothing is
/// refused for its sake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let wishes = parts.headers.get(ACCEPT_LANGUAGE).and_then(|wishes| wishes.to_str().ok());
        Ok(Self(wishes.and_then(most_wished).unwrap_or(DEFAULT).to_owned()))
    }
}

/// The tag with the largest weight; of several, the one that stands first.
fn most_wished(wishes: &str) -> Option<&str> {
    let mut most = (0.0, None);
    for wish in wishes.split(',') {
        let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        let (tag, weight) = (tag.trim(), weight.unwrap_or_default());
        if weight > most.0 && is_tag(tag) {
            most = (weight, Some(tag));
        }
    }
    most.1
}

/// The form of BCP 47: what is no language may pass, what is no tag may not. `*` is none.
fn is_tag(tag: &str) -> bool {
    let sane = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    LanguageTag::RANGE.contains(&tag.len()) && tag.split('-').all(sane)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use futures::executor::block_on;

    fn asked(wishes: Option<&str>) -> String {
        let request = Request::get("https://mentora.example/api/users/me");
        let request = wishes.into_iter().fold(request, |r, wishes| r.header(ACCEPT_LANGUAGE, wishes));
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let Ok(Language(language)) = block_on(Language::from_request_parts(&mut parts, &()));
        language
    }

    #[test]
    fn the_language_with_the_largest_weight_is_taken() {
        for (wishes, language) in [
            ("zh-TW", "zh-TW"),
            ("zh-Hant-TW,zh;q=0.9,en;q=0.8", "zh-Hant-TW"),
            ("en;q=0.5, de ; q=0.7", "de"),
            ("fr;q=0.3,de;q=0.3", "fr"),
            ("*,nl;q=0.1", "nl"),
        ] {
            assert_eq!(asked(Some(wishes)), language, "{wishes}");
        }
    }

    #[test]
    fn where_nothing_sane_is_asked_for_it_is_english() {
        let long = format!("de{}", "-a".repeat(40));
        let bad = ["", "*", "d", "de;q=0", "de;q=NaN", "de;q=x", "<b>", "de_AT", "-", "de--at", "ä", &long];
        for wishes in bad.map(Some).into_iter().chain([None]) {
            assert_eq!(asked(wishes), "en", "{wishes:?}");
        }
    }
}
