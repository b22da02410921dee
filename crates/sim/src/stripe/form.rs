//! Parameters: forms and queries in which brackets nest, as `line_items[0][quantity]=1`.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::form::decoded;

/// Parameters by name; a value is a text or, where brackets were, parameters again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(pub Map<String, Value>);

impl Params {
    /// Of a form or a query.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut params = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name), decoded(value));
            let (Some(name), Some(value)) = (name, value) else {
                return Err(Refusal::invalid(
                    "Invalid request: the parameters are not encoded as a form.",
                    None,
                ));
            };
            params.put(&name, value)?;
        }
        Ok(params)
    }

    fn put(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        let wrong =
            || Refusal::invalid(format!("Invalid request: cannot read the parameter {name}."), Some(name));
        let (first, rest) = name.find('[').map_or((name, ""), |at| name.split_at(at));
        let mut at = &mut self.0;
        let mut key = first;
        let mut rest = rest;
        while let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let child = at.entry(key).or_insert_with(|| Value::Object(Map::new()));
            at = child.as_object_mut().ok_or_else(wrong)?;
            (key, rest) = (inner, after);
        }
        if key.is_empty() || !rest.is_empty() {
            return Err(wrong());
        }
        at.insert(key.to_owned(), Value::String(value));
        Ok(())
    }

    /// A text. None when it is not there.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Err(Refusal::empty(name)),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::invalid(format!("Invalid string: {name}"), Some(name))),
        }
    }

    /// A text that has to be there.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(name))
    }

    /// A whole number. None when it is not there.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Refusal::coded("parameter_invalid_integer", format!("Invalid integer: {text}"), Some(name))
        })
    }

    /// Parameters in brackets of this one; none when it is not there.
    pub fn inner(&self, name: &str) -> Result<Option<&Map<String, Value>>, Refusal> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Object(inner)) => Ok(Some(inner)),
            Some(_) => Err(Refusal::invalid("Invalid object", Some(name))),
        }
    }

    /// Whether nothing else is there than these, within the brackets of `place` (or outside of all, when empty).
    pub fn only(&self, place: &str, known: &[&str]) -> Result<(), Refusal> {
        let names = if place.is_empty() { Some(&self.0) } else { self.inner(place)? };
        let foreign = names.into_iter().flat_map(Map::keys).find(|name| !known.contains(&name.as_str()));
        let Some(name) = foreign else { return Ok(()) };
        let name = if place.is_empty() { name.clone() } else { format!("{place}[{name}]") };
        Err(Refusal::coded("parameter_unknown", format!("Received unknown parameter: {name}"), Some(&name)))
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let mut names = name.split('[').map(|name| name.trim_end_matches(']'));
        let first = self.0.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_nest_whether_they_are_escaped_or_not() {
        let plain = Params::parse("a[0][b]=1&a[0][c]=x+y&d=%E5%B0%8F").unwrap();
        assert_eq!(plain, Params::parse("a%5B0%5D%5Bb%5D=1&a%5B0%5D%5Bc%5D=x%20y&d=小").unwrap());
        assert_eq!(
            Value::Object(plain.0.clone()),
            json!({ "a": { "0": { "b": "1", "c": "x y" } }, "d": "小" })
        );
        assert_eq!(plain.integer("a[0][b]").unwrap(), Some(1));
        assert_eq!(plain.text("a[0][d]").unwrap(), None);
    }

    #[test]
    fn what_does_not_nest_is_refused() {
        for text in ["=1", "a[=1", "a[]=1", "a]b[=1", "a=1&a[b]=2", "a=%ff", "a=%4"] {
            assert!(Params::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_named() {
        let params = Params::parse("a[b]=1&a[c]=2&d=3").unwrap();
        assert!(params.only("", &["a", "d"]).is_ok() && params.only("a", &["b", "c"]).is_ok());
        assert_eq!(params.only("a", &["b"]).unwrap_err().param.as_deref(), Some("a[c]"));
        assert_eq!(params.only("", &["a"]).unwrap_err().param.as_deref(), Some("d"));
    }
}
