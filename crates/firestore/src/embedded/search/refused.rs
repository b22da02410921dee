//! Queries that production refuses, whatever is stored.

use super::{
    disjunctions,
    filter::{ranged, visit},
};
use crate::{
    embedded::fault::Fault,
    field_path::FieldPath,
    query::{Filter, Operator, Query, UnaryOperator},
    value::Value,
};

/// Most values of `IN` and `ARRAY_CONTAINS_ANY`.
const MAX_ALTERNATIVES: usize = 30;
/// Most values of `NOT_IN`.
const MAX_EXCLUSIONS: usize = 10;
/// Most fields that are compared by range.
const MAX_RANGED: usize = 10;

pub(super) fn check(query: &Query) -> Result<(), Fault> {
    for cursor in query.start.iter().chain(&query.end) {
        let mut named = query.order.iter().zip(&cursor.values).filter(|((path, _), _)| path.is_document_id());
        if !named.all(|(_, value)| matches!(value, Value::Reference(_))) {
            return Err(Fault::invalid("Cursor __key__ value is not a document reference."));
        }
    }
    match &query.filter {
        Some(filter) => check_filter(filter),
        None => Ok(()),
    }
}

fn check_filter(filter: &Filter) -> Result<(), Fault> {
    let (mut negations, mut exclusions, mut branches, mut names) = (0, false, false, false);
    visit(filter, &mut |filter| {
        match filter {
            Filter::And(filters) | Filter::Or(filters) if filters.is_empty() => {
                return Err(Fault::invalid("Composite filter must have at least one filter."));
            }
            Filter::And(_) => {}
            Filter::Or(_) => branches = true,
            Filter::Unary(path, operator) => {
                if path.is_document_id() {
                    return Err(Fault::invalid("__key__ filter value must be a Key"));
                }
                let negated = matches!(operator, UnaryOperator::IsNotNan | UnaryOperator::IsNotNull);
                negations += usize::from(negated);
            }
            Filter::Field(path, operator, value) => {
                negations += usize::from(matches!(operator, Operator::NotEqual | Operator::NotIn));
                exclusions |= *operator == Operator::NotIn;
                names |= path.is_document_id() && matches!(operator, Operator::Equal | Operator::In);
                branches |= matches!(operator, Operator::In | Operator::ArrayContainsAny);
                check_operand(path, *operator, value)?;
            }
        }
        Ok(())
    })?;
    if negations > 1 {
        return Err(Fault::invalid(
            "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
        ));
    }
    if exclusions && branches {
        return Err(Fault::invalid(
            "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
        ));
    }
    disjunctions::check(filter)?;
    let ranged = ranged(filter);
    if names && !ranged.is_empty() && !ranged.contains(&FieldPath::document_id()) {
        return Err(Fault::invalid(
            "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
        ));
    }
    if ranged.len() > MAX_RANGED {
        let names: Vec<String> = ranged.iter().map(FieldPath::to_string).collect();
        return Err(Fault::invalid(format!(
            "The query contains {} distinct inequality fields: [{}]. A query may not have more than {MAX_RANGED} \
             distinct inequality fields.",
            names.len(),
            names.join(", ")
        )));
    }
    Ok(())
}

fn check_operand(path: &FieldPath, operator: Operator, value: &Value) -> Result<(), Fault> {
    let (name, most) = match operator {
        Operator::In => ("IN", MAX_ALTERNATIVES),
        Operator::NotIn => ("NOT_IN", MAX_EXCLUSIONS),
        Operator::ArrayContainsAny => ("ARRAY_CONTAINS_ANY", MAX_ALTERNATIVES),
        _ => {
            let is_name = matches!(value, Value::Reference(_));
            return match path.is_document_id() && !is_name {
                true => Err(Fault::invalid("__key__ filter value must be a Key")),
                false => Ok(()),
            };
        }
    };
    match value {
        Value::Array(values) if values.is_empty() => {
            Err(Fault::invalid(format!("'{name}' requires an non-empty ArrayValue.")))
        }
        Value::Array(values) if values.len() > most => {
            Err(Fault::invalid(format!("'{name}' supports up to {most} comparison values.")))
        }
        Value::Array(values)
            if path.is_document_id() && !values.iter().all(|value| matches!(value, Value::Reference(_))) =>
        {
            Err(Fault::invalid("__key__ filter value must be a Key"))
        }
        Value::Array(_) => Ok(()),
        _ => Err(Fault::invalid(format!("'{name}' requires an ArrayValue."))),
    }
}
