//! Signed URLs, version 4 (`GOOG4-RSA-SHA256`): leave for one request to one object, for some minutes, without an
//! account. What is signed is the method, the path and every header that is named; whoever sends another value for one
//! of them is refused.
//!
//! Source: <https://cloud.google.com/storage/docs/authentication/canonical-requests>

use sha2::{Digest as _, Sha256};

use super::{Bucket, percent_encoded};
use crate::hex;
use crate::service_account::{ServiceAccount, ServiceAccountError};

/// Google takes no longer life than a week.
pub const MAX_EXPIRES_SECONDS: u32 = 604_800;

const ALGORITHM: &str = "GOOG4-RSA-SHA256";

/// Why there is no signed URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key cannot be used.
    #[error(transparent)]
    Account(#[from] ServiceAccountError),
    /// The base URL has no host.
    #[error("the base URL of the store is not an absolute URL")]
    BaseUrl,
    /// The time cannot be written, or the URL would live for longer than a week, or not at all.
    #[error("a signed URL cannot be good at that time for that long")]
    Time,
}

/// One request that somebody without an account shall be able to make.
#[derive(Debug, Clone, Copy)]
pub struct SignedUrl<'a> {
    /// The bucket.
    pub bucket: Bucket<'a>,
    /// Name of the object.
    pub object: &'a str,
    /// As `PUT`.
    pub method: &'a str,
    /// Headers that must be sent with exactly these values; `host` is added. In any order and any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// For how long it is good, 1 to [`MAX_EXPIRES_SECONDS`].
    pub expires_seconds: u32,
}

impl SignedUrl<'_> {
    /// The URL. A signature takes about 10 ms in a Worker.
    ///
    /// # Errors
    /// [`SignError`]
    pub fn sign(&self, account: &ServiceAccount, now_ms: i64) -> Result<String, SignError> {
        let unsigned = self.unsigned(account.client_email(), now_ms)?;
        let signature = hex(&account.signature(unsigned.string_to_sign.as_bytes())?);
        Ok(format!("{}&X-Goog-Signature={signature}", unsigned.url))
    }

    pub(super) fn unsigned(&self, client_email: &str, now_ms: i64) -> Result<Unsigned, SignError> {
        if !(1..=MAX_EXPIRES_SECONDS).contains(&self.expires_seconds) {
            return Err(SignError::Time);
        }
        let Stamp { date, time } = Stamp::of(now_ms).ok_or(SignError::Time)?;
        let headers = self.canonical_headers()?;
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let scope = format!("{date}/auto/storage/goog4_request");
        // In the order of their names, as they are signed.
        let query = [
            ("X-Goog-Algorithm", ALGORITHM),
            ("X-Goog-Credential", &format!("{client_email}/{scope}")),
            ("X-Goog-Date", &time),
            ("X-Goog-Expires", &self.expires_seconds.to_string()),
            ("X-Goog-SignedHeaders", &names),
        ]
        .map(|(name, value)| format!("{name}={}", percent_encoded(value, b"")))
        .join("&");
        let path = self.bucket.path_of(self.object);
        let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        // The body is not known yet: its type and size are bound by headers.
        let canonical = format!("{}\n{path}\n{query}\n{headers}\n{names}\nUNSIGNED-PAYLOAD", self.method);
        let hash = hex(&Sha256::digest(canonical));
        Ok(Unsigned {
            string_to_sign: format!("{ALGORITHM}\n{time}\n{scope}\n{hash}"),
            url: format!("{}{path}?{query}", self.bucket.base_url),
        })
    }

    /// Names in lower case and in order, values without needless blanks.
    fn canonical_headers(&self) -> Result<Vec<(String, String)>, SignError> {
        let base: http::Uri = self.bucket.base_url.parse().map_err(|_| SignError::BaseUrl)?;
        // Without the port: Google's own clients sign it so, and emulators on another port expect it.
        let host = base.host().filter(|host| !host.is_empty()).ok_or(SignError::BaseUrl)?;
        let given = self.headers.iter().copied().chain([("host", host)]);
        let mut headers: Vec<(String, String)> = given
            .map(|(name, value)| {
                let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
                (name.to_ascii_lowercase(), value)
            })
            .collect();
        headers.sort();
        Ok(headers)
    }
}

/// A URL that lacks its signature, and what is to be signed for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsigned {
    pub string_to_sign: String,
    pub url: String,
}

/// A point in time as `20260131` and `20260131T090000Z`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub date: String,
    pub time: String,
}

impl Stamp {
    /// None outside of the years 1970 to 9999.
    pub(super) fn of(ms: i64) -> Option<Self> {
        let seconds = ms.div_euclid(1000);
        let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        if !(1970..=9999).contains(&year) {
            return None;
        }
        let date = format!("{year:04}{month:02}{day:02}");
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Some(Self { time: format!("{date}T{hour:02}{minute:02}{second:02}Z"), date })
    }
}

/// Year, month and day of a day counted from 1970. Years are counted from March, so that the leap day is a year's last,
/// and in eras of 400 years, which have equally many days.
fn civil(days: i64) -> (i64, i64, i64) {
    // From 1 March of the year 0.
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}
