//! Signed URLs, version 4: the request is put into its canonical form again, and the signature must be the service
//! account's over it.

use axum::http::Uri;
use axum::http::request::Parts;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::Verifier as _;

use super::fault::Fault;
use crate::google::keys::Key;

const LONGEST_LIFE: i64 = 604_800;

/// The parameters of a signed URL.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedUrl {
    email: String,
    scope: String,
    date: String,
    signed_at: i64,
    expires: i64,
    headers: Vec<String>,
    signature: Vec<u8>,
    /// All parameters but the signature, in canonical form.
    query: String,
}

impl SignedUrl {
    /// Reads them; `None` where nothing is signed.
    pub fn of(uri: &Uri) -> Option<Result<Self, Fault>> {
        let pairs = pairs(uri.query().unwrap_or_default());
        let signed = pairs.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-goog-signature"));
        signed.then(|| Self::read(pairs))
    }

    fn read(pairs: Vec<(String, String)>) -> Result<Self, Fault> {
        let value = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.as_str()).ok_or_else(|| Fault::malformed(wanted, "It is missing."))
        };
        if value("X-Goog-Algorithm")? != "GOOG4-RSA-SHA256" {
            return Err(Fault::malformed("X-Goog-Algorithm", "Only GOOG4-RSA-SHA256 is known here."));
        }
        let date = value("X-Goog-Date")?.to_owned();
        let signed_at =
            seconds(&date).ok_or_else(|| Fault::malformed("X-Goog-Date", "Invalid X-Goog-Date."))?;
        let expires = value("X-Goog-Expires")?.parse().ok().filter(|life| (1..=LONGEST_LIFE).contains(life));
        let expires = expires.ok_or_else(|| {
            Fault::malformed("X-Goog-Expires", "It must be a number of seconds, 604800 at the most.")
        })?;
        let credential = value("X-Goog-Credential")?;
        let (email, scope) = credential.split_once('/').unwrap_or_default();
        let sound = scope.strip_prefix(date.get(..8).unwrap_or_default()).is_some_and(|rest| {
            rest.split('/').count() == 4 && rest.starts_with('/') && rest.ends_with("/storage/goog4_request")
        });
        if !sound {
            return Err(Fault::malformed(
                "X-Goog-Credential",
                "It must be account/date/location/storage/goog4_request.",
            ));
        }
        let headers: Vec<String> = value("X-Goog-SignedHeaders")?.split(';').map(str::to_owned).collect();
        if !headers.iter().any(|name| name == "host") {
            return Err(Fault::malformed("X-Goog-SignedHeaders", "The host must be signed."));
        }
        let signature = bytes(value("X-Goog-Signature")?)
            .ok_or_else(|| Fault::malformed("X-Goog-Signature", "It must be hexadecimal."))?;
        let mut query: Vec<(String, String)> = pairs
            .iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("x-goog-signature"))
            .map(|(name, value)| (encoded(name, false), encoded(value, false)))
            .collect();
        query.sort();
        let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let (email, scope) = (email.to_owned(), scope.to_owned());
        Ok(Self { email, scope, date, signed_at, expires, headers, signature, query })
    }

    /// Whether this account signed this very request, and not too long ago. URLs signed until `expired_until` are too
    /// old, whatever they say.
    pub fn verify(
        &self,
        request: &Parts,
        (key, email): (&Key, &str),
        now: i64,
        expired_until: i64,
    ) -> Result<(), Fault> {
        let headers = &request.headers;
        if now >= self.signed_at + self.expires || self.signed_at <= expired_until {
            return Err(Fault::expired(&self.date));
        }
        // Every header that means something to the store must be signed.
        let unsigned = headers
            .keys()
            .map(|name| name.as_str())
            .find(|name| name.starts_with("x-goog-") && !self.headers.iter().any(|signed| signed == name));
        if let Some(name) = unsigned {
            return Err(Fault::malformed(
                name,
                "Header was included in the request, but not in signedheaders.",
            ));
        }
        let mut canonical_headers = String::new();
        for name in &self.headers {
            let values: Vec<&str> = headers.get_all(name).iter().filter_map(|v| v.to_str().ok()).collect();
            if values.is_empty() {
                return Err(Fault::malformed(
                    name,
                    "Header was included in signedheaders, but not in the request.",
                ));
            }
            let value = values.join(",");
            let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            // Google's clients sign the host without its port.
            let value = if name == "host" { value.split(':').next().unwrap_or_default() } else { &value };
            canonical_headers.push_str(&format!("{name}:{value}\n"));
        }
        let payload = headers.get("x-goog-content-sha256").and_then(|hash| hash.to_str().ok());
        let canonical = format!(
            "{}\n{}\n{}\n{canonical_headers}\n{}\n{}",
            request.method,
            encoded(&decoded(request.uri.path()), true),
            self.query,
            self.headers.join(";"),
            payload.unwrap_or("UNSIGNED-PAYLOAD"),
        );
        let hash: String = Sha256::digest(&canonical).iter().map(|byte| format!("{byte:02x}")).collect();
        let string_to_sign = format!("GOOG4-RSA-SHA256\n{}\n{}\n{hash}", self.date, self.scope);
        let verifying = VerifyingKey::<Sha256>::new(key.private.to_public_key());
        let signed = self.email == email
            && Signature::try_from(self.signature.as_slice())
                .is_ok_and(|signature| verifying.verify(string_to_sign.as_bytes(), &signature).is_ok());
        if signed { Ok(()) } else { Err(Fault::signature(&string_to_sign, &canonical)) }
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// Without its percent signs. `+` is itself: what is signed is no form.
pub fn decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        let escape = (first == b'%').then(|| others.get(..2)).flatten();
        let byte = escape.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(first));
        rest = if byte.is_some() { others.get(2..).unwrap_or_default() } else { others };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn encoded(text: &str, keep_slashes: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            b'/' if keep_slashes => encoded.push('/'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let whole = hex.len().is_multiple_of(2) && hex.is_ascii();
    let pair = |at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    if whole { (0..hex.len()).step_by(2).map(pair).collect() } else { None }
}

/// Seconds since 1970 of `20260131T090000Z`.
fn seconds(stamp: &str) -> Option<i64> {
    let (date, time) = stamp.strip_suffix('Z')?.split_once('T')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if date.len() != 8 || time.len() != 6 || !digits(date) || !digits(time) {
        return None;
    }
    let number = |text: &str, at: usize, length: usize| text.get(at..at + length)?.parse::<i64>().ok();
    let (year, month, day) = (number(date, 0, 4)?, number(date, 4, 2)?, number(date, 6, 2)?);
    let (hour, minute, second) = (number(time, 0, 2)?, number(time, 2, 2)?, number(time, 4, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month).ok()?.checked_sub(1)?;
    if year < 1970 || day < 1 || day > *lengths.get(before)? || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    let days = years + lengths.iter().take(before).sum::<i64>() + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_a_second_of_the_calendar_or_none() {
        assert_eq!(seconds("19700101T000000Z"), Some(0));
        assert_eq!(seconds("20000229T000000Z"), Some(951_782_400));
        assert_eq!(seconds("20190201T090000Z"), Some(1_549_011_600));
        assert_eq!(seconds("20261231T235959Z"), Some(1_798_761_599));
        for wrong in ["", "20190201T090000", "20190229T090000Z", "20191301T090000Z", "2019-02-01T09:00:00Z"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_encoded_comes_back() {
        let text = "a/b c+d%é~\u{1f642}&=";
        assert_eq!(decoded(&encoded(text, false)), text);
        assert_eq!(decoded(&encoded(text, true)), text);
        assert_eq!(encoded("a/b c+", true), "a/b%20c%2B");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
