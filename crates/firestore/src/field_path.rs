//! Field paths: `a.b` is field `b` of map `a`; names that are not identifiers stand in backticks.

use std::fmt;

/// Longest field path, in bytes of UTF-8 as written.
pub const MAX_BYTES: usize = 1500;

/// A text that is not a field path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldPathError {
    /// There is nothing.
    #[error("Invalid empty property path string.")]
    Empty,
    /// A name is neither an identifier nor in backticks.
    #[error(
        "Invalid property path \"{0}\". Unquoted property paths must match regex ([a-zA-Z_][a-zA-Z_0-9]*), and quoted \
         property paths must match regex (`(?:[^`\\\\]|(?:\\\\.))+`)"
    )]
    Malformed(String),
}

/// The way to a field through nested maps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// A path of names taken literally: `FieldPath::new(["votes", "a.b"])` has two segments.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// The pseudo field that stands for a document's name in filters, orders and projections.
    pub fn document_id() -> Self {
        Self::new(["__name__"])
    }

    /// Is this [`FieldPath::document_id`]?
    pub fn is_document_id(&self) -> bool {
        matches!(self.0.as_slice(), [only] if only == "__name__")
    }

    /// The names, outermost first.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// Reads the written form, with backticks around names that need them.
    pub fn parse(text: &str) -> Result<Self, FieldPathError> {
        if text.is_empty() {
            return Err(FieldPathError::Empty);
        }
        let refused = || FieldPathError::Malformed(text.to_owned());
        let mut names = Vec::new();
        let mut rest = text.chars().peekable();
        loop {
            let mut name = String::new();
            if rest.next_if_eq(&'`').is_some() {
                loop {
                    match rest.next().ok_or_else(refused)? {
                        '`' => break,
                        '\\' => name.push(rest.next().ok_or_else(refused)?),
                        other => name.push(other),
                    }
                }
                if name.is_empty() {
                    return Err(refused());
                }
            } else {
                while let Some(next) = rest.next_if(|next| *next != '.') {
                    name.push(next);
                }
                if !is_identifier(&name) {
                    return Err(refused());
                }
            }
            names.push(name);
            match rest.next() {
                None => return Ok(Self(names)),
                Some('.') => {}
                Some(_) => return Err(refused()),
            }
        }
    }
}

/// Dots separate names, as in Google's SDKs: `"analysis.stance"` is a nested field. A name that itself holds a dot
/// is given with [`FieldPath::new`].
impl From<&str> for FieldPath {
    fn from(dotted: &str) -> Self {
        Self::new(dotted.split('.'))
    }
}

impl From<&FieldPath> for FieldPath {
    fn from(path: &FieldPath) -> Self {
        path.clone()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            if is_identifier(name) {
                f.write_str(name)?;
            } else {
                write!(f, "`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))?;
            }
        }
        Ok(())
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stand_bare_and_everything_else_in_backticks() {
        assert_eq!(FieldPath::new(["a", "b_1"]).to_string(), "a.b_1");
        assert_eq!(FieldPath::new(["a-b", "c.d", "1x"]).to_string(), "`a-b`.`c.d`.`1x`");
        assert_eq!(FieldPath::new(["back`tick", "back\\slash"]).to_string(), "`back\\`tick`.`back\\\\slash`");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for names in [vec!["a"], vec!["a", "b"], vec!["a-b", "c.d"], vec!["`", "\\", "課"]] {
            let path = FieldPath::new(names);
            assert_eq!(FieldPath::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn malformed_paths_are_refused() {
        for text in ["", ".", "a.", ".a", "a..b", "a-b", "1a", "`a", "``", "`a`b", "a b"] {
            assert!(FieldPath::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}
