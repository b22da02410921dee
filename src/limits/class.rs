//! What a route costs, and so how often it may be asked.

use axum::http::Method;

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

use Class::{Costly, Guess, Open, Read, Write};

/// Every route of the table in `router`, in its order.
const CLASSES: &[(&str, &str, Class)] = &[
    ("GET", "/api/health", Open),
    ("GET", "/api/config", Open),
    ("GET", "/api/openapi.json", Open),
    ("GET", "/api/docs", Open),
    ("POST", "/api/dev/sign-in", Open),
    //
    ("GET", "/api/users/me", Read),
    ("PATCH", "/api/users/me", Write),
    ("DELETE", "/api/users/me", Costly),
    ("GET", "/api/users/me/export", Costly),
    ("POST", "/api/users/me/devices", Write),
    ("DELETE", "/api/users/me/devices/{id}", Write),
    //
    ("GET", "/api/courses", Read),
    ("POST", "/api/courses", Write),
    ("POST", "/api/courses/join", Guess),
    ("GET", "/api/courses/{id}", Read),
    ("PATCH", "/api/courses/{id}", Write),
    ("DELETE", "/api/courses/{id}", Costly),
    ("POST", "/api/courses/{id}/thumbnail", Write),
    ("GET", "/api/courses/{id}/announcements", Read),
    ("POST", "/api/courses/{id}/announcements", Write),
    ("DELETE", "/api/courses/{id}/announcements/{announcementId}", Write),
    ("GET", "/api/courses/{id}/roster", Read),
    ("POST", "/api/courses/{id}/roster", Write),
    ("POST", "/api/courses/{id}/roster/import", Costly),
    ("PATCH", "/api/courses/{id}/roster/{memberId}", Write),
    ("DELETE", "/api/courses/{id}/roster/{memberId}", Write),
    ("GET", "/api/courses/{id}/topics", Read),
    ("POST", "/api/courses/{id}/topics", Write),
    //
    ("GET", "/api/topics/{id}", Read),
    ("PATCH", "/api/topics/{id}", Write),
    ("DELETE", "/api/topics/{id}", Write),
    //
    ("GET", "/api/assignments", Read),
    ("POST", "/api/assignments", Write),
    ("GET", "/api/assignments/{id}", Read),
    ("PATCH", "/api/assignments/{id}", Write),
    ("DELETE", "/api/assignments/{id}", Write),
    ("POST", "/api/assignments/{id}/preview", Costly),
    ("GET", "/api/assignments/{id}/submissions", Read),
    ("GET", "/api/assignments/{id}/statistics", Costly),
    ("GET", "/api/assignments/{id}/statistics/export", Costly),
    ("POST", "/api/assignments/{id}/statistics/rebuild", Costly),
    //
    ("GET", "/api/submissions/{id}", Read),
    ("PATCH", "/api/submissions/{id}", Write),
    ("POST", "/api/submissions/{id}/submit", Write),
    //
    ("GET", "/api/personas", Read),
    ("POST", "/api/personas", Write),
    ("GET", "/api/personas/{id}", Read),
    ("PATCH", "/api/personas/{id}", Write),
    ("DELETE", "/api/personas/{id}", Write),
    //
    ("GET", "/api/conversations", Read),
    ("POST", "/api/conversations", Write),
    ("GET", "/api/conversations/{id}", Read),
    ("POST", "/api/conversations/{id}/turns", Costly),
    ("POST", "/api/conversations/{id}/end", Write),
    ("POST", "/api/conversations/{id}/reopen", Write),
    ("GET", "/api/conversations/{id}/summary", Read),
    ("GET", "/api/conversations/{id}/transcript", Read),
    ("GET", "/api/conversations/{id}/stream", Write),
    ("POST", "/api/conversations/{id}/stream/messages", Write),
    ("POST", "/api/conversations/{id}/stream/tickets", Write),
];

impl Class {
    /// The class of a route; `None` for what is not in the table.
    #[must_use]
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        // The router answers `HEAD` where it answers `GET`.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let line = CLASSES.iter().find(|(m, p, _)| method == *m && *p == path);
        line.map(|(.., class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::router::documented;

    #[test]
    fn every_route_has_a_class_and_every_class_a_route() {
        let routes =
            documented().into_iter().map(|route| (route.method.to_uppercase(), route.path.to_owned()));
        let routes: BTreeSet<_> = routes.collect();
        let classed = CLASSES.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()));
        let classed: BTreeSet<_> = classed.collect();
        let missing: Vec<_> = routes.difference(&classed).collect();
        assert!(missing.is_empty(), "give these a line in src/limits/class.rs: {missing:?}");
        let gone: Vec<_> = classed.difference(&routes).collect();
        assert!(gone.is_empty(), "these lines of src/limits/class.rs name no route: {gone:?}");
        assert_eq!(classed.len(), CLASSES.len(), "a route has two classes");
    }

    #[test]
    fn only_routes_without_sign_in_are_open() {
        for (method, path, class) in CLASSES {
            let open = ["/api/health", "/api/config", "/api/openapi.json", "/api/docs", "/api/dev/"];
            assert_eq!(*class == Open, open.iter().any(|open| path.starts_with(open)), "{method} {path}");
            assert!(*class != Read || *method == "GET", "{method} {path} is no reading");
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
