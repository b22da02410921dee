//! Strict parsing of JSON bodies.

use serde::de::DeserializeOwned;

use crate::error::FieldError;

/// A request body: knows how to check itself beyond its types.
pub trait Body: DeserializeOwned {
    /// Every offence against the ranges of the contract, all at once; empty when sound.
    fn offences(&self) -> Vec<FieldError>;
}

/// Parses and checks a body.
///
/// # Errors
/// The offences, with their paths. Types are checked in reading order, so a wrong type hides those behind it;
/// ranges are reported together.
pub fn parse<T: Body>(bytes: &[u8]) -> Result<T, Vec<FieldError>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| vec![offence(&error)])?;
    reader
        .end()
        .map_err(|_| vec![FieldError::new("", "there is something behind the JSON value")])?;
    let offences = value.offences();
    if offences.is_empty() {
        Ok(value)
    } else {
        Err(offences)
    }
}

/// What serde found, where it found it. A field that is missing has no place of its own in what was sent, so serde
/// names what should hold it; the client is told the path that the field would have.
pub(crate) fn offence<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> FieldError {
    let message = error.inner().to_string();
    let holder = error.path().to_string();
    let holder = if holder == "." { "" } else { holder.as_str() };
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'));
    match missing {
        Some((field, _)) if holder.is_empty() => FieldError::new(field, "is missing"),
        Some((field, _)) => FieldError::new(format!("{holder}.{field}"), "is missing"),
        None => FieldError::new(holder, message),
    }
}

/// Collects offences.
#[derive(Debug, Default)]
pub struct Offences(Vec<FieldError>);

impl Offences {
    /// Checks the length of a text in characters.
    #[must_use]
    pub fn chars(mut self, path: &str, text: &str, range: std::ops::RangeInclusive<usize>) -> Self {
        let count = text.chars().count();
        if !range.contains(&count) {
            let (least, most) = range.into_inner();
            self.0.push(FieldError::new(
                path,
                format!("has {count} characters; {least} to {most} are allowed"),
            ));
        }
        self
    }

    /// Adds an offence unless `sound`.
    #[must_use]
    pub fn unless(mut self, sound: bool, path: &str, message: &str) -> Self {
        if !sound {
            self.0.push(FieldError::new(path, message));
        }
        self
    }

    /// What was found.
    #[must_use]
    pub fn list(self) -> Vec<FieldError> {
        self.0
    }
}
