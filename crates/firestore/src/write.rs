//! What a commit changes.

use serde::Serialize;

use crate::{
    field_path::FieldPath,
    name::{Database, DocumentPath},
    timestamp::Timestamp,
    value::{Fields, Value},
};

/// One change of one document, and under which condition. All writes of a commit happen, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The document.
    pub path: DocumentPath,
    /// What is done to it.
    pub operation: Operation,
    /// Applied in order after the operation; only with [`Operation::Update`].
    pub transforms: Vec<(FieldPath, Transform)>,
    /// The write and its whole commit fail where this does not hold.
    pub precondition: Option<Precondition>,
}

/// What a [`Write`] does.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Sets fields.
    Update {
        /// The fields.
        fields: Fields,
        /// Which fields are touched; a field named here and absent from `fields` is deleted, fields not named here
        /// survive. Without a mask the document is replaced.
        mask: Option<Vec<FieldPath>>,
    },
    /// Removes the document, if it is there.
    Delete,
    /// Changes nothing: only checks the precondition.
    Verify,
}

/// A change that depends on what is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Transform {
    /// Adds a number. Integers saturate; a field that is no number becomes the operand.
    Increment(Value),
    /// Keeps the larger of the stored number and this one.
    Maximum(Value),
    /// Keeps the smaller of the stored number and this one.
    Minimum(Value),
    /// Appends those elements that the array does not hold yet. Idempotent where elements carry an id.
    AppendMissingElements(Vec<Value>),
    /// Removes all elements equal to one of these.
    RemoveAllFromArray(Vec<Value>),
    /// The time of the commit in milliseconds.
    RequestTime,
}

/// What has to hold for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// The document is there, or is not.
    Exists(bool),
    /// The document is at this version.
    UpdateTime(Timestamp),
}

impl Write {
    fn new(path: DocumentPath, operation: Operation) -> Self {
        Self { path, operation, transforms: Vec::new(), precondition: None }
    }

    /// Replaces the document, or makes it.
    pub fn set(path: DocumentPath, fields: Fields) -> Self {
        Self::new(path, Operation::Update { fields, mask: None })
    }

    /// Makes the document; [`crate::Kind::AlreadyExists`] if it is there.
    pub fn create(path: DocumentPath, fields: Fields) -> Self {
        Self::set(path, fields).only_if(Precondition::Exists(false))
    }

    /// Sets these top-level fields of a document that exists and leaves the others alone.
    pub fn update(path: DocumentPath, fields: Fields) -> Self {
        Self::merge(path, fields).only_if(Precondition::Exists(true))
    }

    /// Sets these top-level fields and leaves the others alone; makes the document where it is missing.
    pub fn merge(path: DocumentPath, fields: Fields) -> Self {
        let mask = fields.keys().map(|name| FieldPath::new([name])).collect();
        Self::new(path, Operation::Update { fields, mask: Some(mask) })
    }

    /// Changes nothing by itself: add transforms with [`Write::with`].
    pub fn transform(path: DocumentPath) -> Self {
        Self::new(path, Operation::Update { fields: Fields::new(), mask: Some(Vec::new()) })
    }

    /// Removes the document, if it is there.
    pub fn delete(path: DocumentPath) -> Self {
        Self::new(path, Operation::Delete)
    }

    /// Lets the commit pass only where the condition holds.
    pub fn verify(path: DocumentPath, precondition: Precondition) -> Self {
        Self::new(path, Operation::Verify).only_if(precondition)
    }

    /// Names the fields that are touched, nested ones too. Has no effect on a delete or a verify.
    #[must_use]
    pub fn masked<P: Into<FieldPath>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        if let Operation::Update { mask, .. } = &mut self.operation {
            *mask = Some(paths.into_iter().map(Into::into).collect());
        }
        self
    }

    /// Adds a condition, in place of the one that is there.
    #[must_use]
    pub fn only_if(mut self, precondition: Precondition) -> Self {
        self.precondition = Some(precondition);
        self
    }

    /// Adds a transform of a field.
    #[must_use]
    pub fn with(mut self, field: impl Into<FieldPath>, transform: Transform) -> Self {
        self.transforms.push((field.into(), transform));
        self
    }

    /// Adds to a number.
    #[must_use]
    pub fn increment(self, field: impl Into<FieldPath>, by: impl Into<Value>) -> Self {
        self.with(field, Transform::Increment(by.into()))
    }

    /// Appends what an array does not hold yet.
    #[must_use]
    pub fn append_missing(self, field: impl Into<FieldPath>, elements: Vec<Value>) -> Self {
        self.with(field, Transform::AppendMissingElements(elements))
    }

    pub(crate) fn wire(&self, database: &Database) -> WireWrite<'_> {
        let name = database.name_of(&self.path);
        let mut wire = WireWrite {
            update: None,
            delete: None,
            verify: None,
            update_mask: None,
            update_transforms: self.transforms.iter().map(WireTransform::of).collect(),
            current_document: self.precondition.map(WirePrecondition::of),
        };
        match &self.operation {
            Operation::Update { fields, mask } => {
                wire.update = Some(WireDocument { name, fields });
                wire.update_mask = mask.as_deref().map(WireMask::of);
            }
            Operation::Delete => wire.delete = Some(name),
            Operation::Verify => wire.verify = Some(name),
        }
        wire
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireWrite<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<WireDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verify: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_mask: Option<WireMask>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    update_transforms: Vec<WireTransform<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_document: Option<WirePrecondition>,
}

#[derive(Serialize)]
struct WireDocument<'a> {
    name: String,
    fields: &'a Fields,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireMask {
    field_paths: Vec<String>,
}

impl WireMask {
    pub(crate) fn of(paths: &[FieldPath]) -> Self {
        Self { field_paths: paths.iter().map(ToString::to_string).collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireTransform<'a> {
    field_path: String,
    #[serde(flatten)]
    change: WireChange<'a>,
}

impl<'a> WireTransform<'a> {
    fn of((path, transform): &'a (FieldPath, Transform)) -> Self {
        let change = match transform {
            Transform::Increment(by) => WireChange::Increment(by),
            Transform::Maximum(other) => WireChange::Maximum(other),
            Transform::Minimum(other) => WireChange::Minimum(other),
            Transform::AppendMissingElements(values) => WireChange::AppendMissingElements { values },
            Transform::RemoveAllFromArray(values) => WireChange::RemoveAllFromArray { values },
            Transform::RequestTime => WireChange::SetToServerValue("REQUEST_TIME"),
        };
        Self { field_path: path.to_string(), change }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum WireChange<'a> {
    Increment(&'a Value),
    Maximum(&'a Value),
    Minimum(&'a Value),
    AppendMissingElements { values: &'a [Value] },
    RemoveAllFromArray { values: &'a [Value] },
    SetToServerValue(&'static str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum WirePrecondition {
    Exists(bool),
    UpdateTime(String),
}

impl WirePrecondition {
    fn of(precondition: Precondition) -> Self {
        match precondition {
            Precondition::Exists(exists) => Self::Exists(exists),
            Precondition::UpdateTime(time) => Self::UpdateTime(time.to_string()),
        }
    }
}
