//! What a route costs, and so how often it may be asked. Each line of the table of routes names its class.

use axum::http::Method;

use crate::router::CLASSES;

/// Routes that are limited alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// For everybody, signed in or not.
    Open,
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Asks the model, or reads or writes many documents.
    Costly,
    /// Can be used to guess a code or a password.
    Guess,
}

impl Class {
    /// The class of a route; `None` for what is not in the table of routes.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        // The router answers `HEAD` where it answers `GET`.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let line = CLASSES.iter().find(|(m, p, _)| *p == path && method.as_str().eq_ignore_ascii_case(m));
        line.map(|(.., class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Class::{Costly, Guess, Open, Read, Write};
    use super::*;

    #[test]
    fn every_route_has_one_class_and_every_class_a_route() {
        let routes: BTreeSet<_> = CLASSES.iter().map(|(method, path, _)| (method, path)).collect();
        assert_eq!(routes.len(), CLASSES.len(), "a route has two classes");
        for class in [Open, Read, Write, Costly, Guess] {
            assert!(CLASSES.iter().any(|(.., of)| *of == class), "{class:?} is of no route");
        }
    }

    #[test]
    fn only_routes_without_sign_in_are_open() {
        for (method, path, class) in CLASSES {
            let open = [
                "/api/health",
                "/api/config",
                "/api/openapi.json",
                "/api/docs",
                "/api/dev/",
                "/api/webhooks/",
            ];
            assert_eq!(*class == Open, open.iter().any(|open| path.starts_with(open)), "{method} {path}");
            assert!(*class != Read || *method == "get", "{method} {path} is no reading");
        }
    }

    #[test]
    fn a_head_is_a_get_and_a_path_of_nobody_has_no_class() {
        assert_eq!(Class::of(&Method::HEAD, "/api/courses"), Some(Read));
        assert_eq!(Class::of(&Method::POST, "/api/courses/join"), Some(Guess));
        assert_eq!(Class::of(&Method::PUT, "/api/courses"), None);
        assert_eq!(Class::of(&Method::GET, "/v1/{*path}"), None);
    }
}
