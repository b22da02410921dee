//! Structured queries, as `:runQuery` and `:runAggregationQuery` bring them.

use serde::{Deserialize, Deserializer};

use super::{TransactionOptionsIn, integer, named, nearest::NearestIn};
use crate::{
    embedded::{fault::Fault, limits, names},
    field_path::FieldPath,
    name::DocumentPath,
    query::{Cursor, Direction, Filter, Operator, Query, UnaryOperator},
    timestamp::Timestamp,
    value::{Value, WireInteger},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct QueryBody {
    pub(in crate::embedded) structured_query: Option<QueryIn>,
    pub(in crate::embedded) transaction: Option<String>,
    pub(in crate::embedded) new_transaction: Option<TransactionOptionsIn>,
    pub(in crate::embedded) read_time: Option<Timestamp>,
    // Without an analysis the reply is the same as without the question.
    #[serde(default, rename = "explainOptions")]
    _explain_options: serde::de::IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct AggregationQueryBody {
    pub(in crate::embedded) structured_aggregation_query: Option<AggregationQueryIn>,
    pub(in crate::embedded) transaction: Option<String>,
    pub(in crate::embedded) new_transaction: Option<TransactionOptionsIn>,
    pub(in crate::embedded) read_time: Option<Timestamp>,
    // Without an analysis the reply is the same as without the question.
    #[serde(default, rename = "explainOptions")]
    _explain_options: serde::de::IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct AggregationQueryIn {
    pub(in crate::embedded) structured_query: Option<QueryIn>,
    #[serde(default)]
    pub(in crate::embedded) aggregations: Vec<AggregationIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::embedded) struct AggregationIn {
    pub(in crate::embedded) alias: Option<String>,
    pub(in crate::embedded) count: Option<CountIn>,
    pub(in crate::embedded) sum: Option<FigureIn>,
    pub(in crate::embedded) avg: Option<FigureIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct CountIn {
    #[serde(default, deserialize_with = "some_integer")]
    pub(in crate::embedded) up_to: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::embedded) struct FigureIn {
    pub(in crate::embedded) field: Option<FieldIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct QueryIn {
    select: Option<SelectIn>,
    #[serde(default)]
    from: Vec<FromIn>,
    r#where: Option<FilterIn>,
    #[serde(default)]
    order_by: Vec<OrderIn>,
    start_at: Option<CursorIn>,
    end_at: Option<CursorIn>,
    #[serde(default, deserialize_with = "integer")]
    offset: i64,
    #[serde(default, deserialize_with = "some_integer")]
    limit: Option<i64>,
    find_nearest: Option<NearestIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SelectIn {
    #[serde(default)]
    fields: Vec<FieldIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::embedded) struct FieldIn {
    field_path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct FromIn {
    collection_id: Option<String>,
    #[serde(default)]
    all_descendants: bool,
}

#[derive(Deserialize)]
enum FilterIn {
    #[serde(rename = "compositeFilter")]
    Composite(CompositeIn),
    #[serde(rename = "fieldFilter")]
    Field(ComparisonIn),
    #[serde(rename = "unaryFilter")]
    Unary(UnaryIn),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompositeIn {
    op: ConnectiveIn,
    #[serde(default)]
    filters: Vec<FilterIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComparisonIn {
    field: FieldIn,
    op: Operator,
    value: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnaryIn {
    field: FieldIn,
    op: UnaryOperator,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderIn {
    field: FieldIn,
    #[serde(default)]
    direction: Direction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CursorIn {
    #[serde(default)]
    values: Vec<Value>,
    #[serde(default)]
    before: bool,
}

#[derive(Clone, Copy)]
enum ConnectiveIn {
    And,
    Or,
}

/// Reads enums by their protobuf names and numbers.
macro_rules! protobuf_enum {
    ($($type:ty: $($name:literal = $number:literal => $value:path,)+;)+) => {
        $(impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                named(deserializer, &[$(($name, $number, $value)),+])
            }
        })+
    };
}

protobuf_enum! {
    ConnectiveIn:
        "AND" = 1 => ConnectiveIn::And,
        "OR" = 2 => ConnectiveIn::Or,;
    Operator:
        "LESS_THAN" = 1 => Operator::LessThan,
        "LESS_THAN_OR_EQUAL" = 2 => Operator::LessThanOrEqual,
        "GREATER_THAN" = 3 => Operator::GreaterThan,
        "GREATER_THAN_OR_EQUAL" = 4 => Operator::GreaterThanOrEqual,
        "EQUAL" = 5 => Operator::Equal,
        "NOT_EQUAL" = 6 => Operator::NotEqual,
        "ARRAY_CONTAINS" = 7 => Operator::ArrayContains,
        "IN" = 8 => Operator::In,
        "ARRAY_CONTAINS_ANY" = 9 => Operator::ArrayContainsAny,
        "NOT_IN" = 10 => Operator::NotIn,;
    UnaryOperator:
        "IS_NAN" = 2 => UnaryOperator::IsNan,
        "IS_NULL" = 3 => UnaryOperator::IsNull,
        "IS_NOT_NAN" = 4 => UnaryOperator::IsNotNan,
        "IS_NOT_NULL" = 5 => UnaryOperator::IsNotNull,;
    Direction:
        "DIRECTION_UNSPECIFIED" = 0 => Direction::Ascending,
        "ASCENDING" = 1 => Direction::Ascending,
        "DESCENDING" = 2 => Direction::Descending,;
}

/// A number, a number in text, or null where there is none.
pub(super) fn some_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let given = Option::<WireInteger>::deserialize(deserializer)?;
    Ok(given.map(|WireInteger(number)| number))
}

impl QueryIn {
    /// The query below a document, or below the root.
    pub(in crate::embedded) fn located(self, parent: Option<DocumentPath>) -> Result<Query, Fault> {
        if self.find_nearest.is_some() {
            let beside = [
                (self.start_at.is_some() || self.end_at.is_some(), "A cursor"),
                (self.limit.is_some(), "A query limit"),
                (self.offset != 0, "A query offset"),
            ];
            if let Some((_, what)) = beside.into_iter().find(|(given, _)| *given) {
                return Err(Fault::invalid(format!("{what} cannot be used with FindNearest")));
            }
        }
        let mut from = self.from.into_iter();
        let (collection, all_descendants) = match (from.next(), from.next()) {
            (None, _) => (None, false),
            (Some(from), None) => (from.collection_id.filter(|id| !id.is_empty()), from.all_descendants),
            _ => {
                let message = "StructuredQuery.from cannot have more than one collection selector.";
                return Err(Fault::invalid(message));
            }
        };
        collection.as_deref().map(names::check_collection_id).transpose()?;
        let count = |number: i64, what: &str| {
            u32::try_from(number).map_err(|_| match number {
                ..0 => Fault::invalid(format!("{what} is negative")),
                _ => Fault::invalid(format!("{what} is too large")),
            })
        };
        Ok(Query {
            parent,
            collection,
            all_descendants,
            filter: self.r#where.map(FilterIn::located).transpose()?,
            order: self.order_by.into_iter().map(OrderIn::located).collect::<Result<_, _>>()?,
            start: self.start_at.map(CursorIn::located).transpose()?,
            end: self.end_at.map(CursorIn::located).transpose()?,
            nearest: self.find_nearest.map(NearestIn::located).transpose()?,
            offset: count(self.offset, "offset")?,
            limit: self.limit.map(|limit| count(limit, "limit")).transpose()?,
            select: match self.select {
                Some(select) if !select.fields.is_empty() => {
                    Some(select.fields.into_iter().map(FieldIn::located).collect::<Result<_, _>>()?)
                }
                _ => None,
            },
        })
    }
}

impl FieldIn {
    pub(in crate::embedded) fn located(self) -> Result<FieldPath, Fault> {
        limits::field_path(&self.field_path)
    }
}

impl FilterIn {
    fn located(self) -> Result<Filter, Fault> {
        Ok(match self {
            Self::Composite(CompositeIn { op, filters }) => {
                let filters = filters.into_iter().map(Self::located).collect::<Result<Vec<_>, _>>()?;
                match op {
                    ConnectiveIn::And => Filter::And(filters),
                    ConnectiveIn::Or => Filter::Or(filters),
                }
            }
            Self::Field(ComparisonIn { field, op, value }) => {
                limits::check_operand(&value)?;
                Filter::Field(field.located()?, op, value)
            }
            Self::Unary(UnaryIn { field, op }) => Filter::Unary(field.located()?, op),
        })
    }
}

impl OrderIn {
    fn located(self) -> Result<(FieldPath, Direction), Fault> {
        Ok((self.field.located()?, self.direction))
    }
}

impl CursorIn {
    fn located(self) -> Result<Cursor, Fault> {
        self.values.iter().try_for_each(limits::check_operand)?;
        Ok(Cursor { values: self.values, before: self.before })
    }
}
