//! Reading an object of Stripe's, field by field: what we do not know is passed over, what we need and miss is named.

use serde_json::Value;

use crate::amount::Money;

/// A field that is not there, or is of another kind than it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is missing or of another kind")]
pub struct Missing(pub &'static str);

/// An object of Stripe's.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub &'a Value);

impl<'a> Fields<'a> {
    pub(crate) fn optional_text(self, name: &str) -> Option<&'a str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(crate) fn text(self, name: &'static str) -> Result<String, Missing> {
        self.optional_text(name).map(str::to_owned).ok_or(Missing(name))
    }

    /// The id of another object, which stands there itself when Stripe was asked to expand it.
    pub(crate) fn optional_reference(self, name: &str) -> Option<String> {
        let value = self.0.get(name)?;
        value.as_str().or_else(|| value.get("id")?.as_str()).filter(|id| !id.is_empty()).map(str::to_owned)
    }

    pub(crate) fn reference(self, name: &'static str) -> Result<String, Missing> {
        self.optional_reference(name).ok_or(Missing(name))
    }

    pub(crate) fn boolean(self, name: &'static str) -> Result<bool, Missing> {
        self.0.get(name).and_then(Value::as_bool).ok_or(Missing(name))
    }

    /// Seconds since the Unix epoch.
    pub(crate) fn seconds(self, name: &'static str) -> Result<i64, Missing> {
        self.0.get(name).and_then(Value::as_i64).ok_or(Missing(name))
    }

    /// An amount of this name, in the object's own currency.
    pub(crate) fn money(self, name: &'static str) -> Result<Money, Missing> {
        let minor_units = self.0.get(name).and_then(Value::as_u64).ok_or(Missing(name))?;
        Ok(Money { minor_units, currency: self.text("currency")? })
    }
}
