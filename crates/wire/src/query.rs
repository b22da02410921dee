//! Strict parsing of query strings.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::body::offence;
use crate::error::FieldError;

/// Parses a query string (without its `?`).
///
/// # Errors
/// The first offence, with the name of its parameter. Unknown parameters are offences, so that a misspelt filter
/// does not silently list everything.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Vec<FieldError>> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut names = BTreeSet::new();
    if let Some((twice, _)) = pairs.clone().find(|(name, _)| !names.insert(name.clone())) {
        return Err(vec![FieldError::new(twice, "is given more than once")]);
    }
    let reader = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(reader).map_err(|error| vec![offence(&error)])
}

/// Several values in one parameter, as `role=student,auditor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CommaList<T>(pub Vec<T>);

impl<T> Default for CommaList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for CommaList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Values<T> {
            type Value = CommaList<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values with commas between them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let value = |part: &str| T::deserialize(serde::de::value::StrDeserializer::<E>::new(part));
                text.split(',').map(str::trim).map(value).collect::<Result<_, _>>().map(CommaList)
            }
        }

        deserializer.deserialize_str(Values(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::{ListAssignments, ListConversations, ListCourses, StreamQuery};
    use mentora_core::documents::Role;

    fn path_of<T: DeserializeOwned + fmt::Debug>(query: &str) -> String {
        parse::<T>(query).unwrap_err().remove(0).path
    }

    #[test]
    fn a_list_without_parameters_is_the_first_twenty() {
        let query = parse::<ListCourses>("").unwrap();
        assert_eq!(query.limit.get(), 20);
        assert_eq!(query.cursor, None);
        assert!(query.role.0.is_empty());
    }

    #[test]
    fn several_roles_stand_in_one_parameter() {
        let query = parse::<ListCourses>("role=student,instructor&limit=100").unwrap();
        assert_eq!(query.role.0, [Role::Student, Role::Instructor]);
        assert_eq!(query.limit.get(), 100);
    }

    #[test]
    fn an_offence_names_its_parameter() {
        for (query, path) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=", "limit"),
            ("limit=ten", "limit"),
            ("limit=-1", "limit"),
            ("limit=1&limit=2", "limit"),
            ("role=owner", "role"),
            ("role=student,", "role"),
            ("visibility=private", "visibility"),
            ("rolle=student", "rolle"),
        ] {
            assert_eq!(path_of::<ListCourses>(query), path, "{query}");
        }
        assert_eq!(path_of::<ListAssignments>("courseId=../x"), "courseId");
        assert_eq!(path_of::<ListAssignments>("courseId=c&status=open"), "status");
        assert_eq!(path_of::<ListConversations>("state=ended"), "state");
        assert_eq!(path_of::<StreamQuery>("cursor=-1"), "cursor");
        assert_eq!(path_of::<StreamQuery>("audio=mp3"), "audio");
        assert_eq!(path_of::<StreamQuery>("role=owner"), "role");
    }

    #[test]
    fn a_parameter_that_is_required_is_named_when_it_is_missing() {
        assert_eq!(path_of::<ListAssignments>(""), "courseId");
    }
}
