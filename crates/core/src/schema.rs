//! JSON schemas as one would write them by hand.
//!
//! utoipa gives an inlined schema its description, its default and its `null` by a `oneOf` around it. Readers of such a
//! schema, and makers of code from it, want `{"type": ["string", "null"], "maxLength": 200}`.

use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, OneOf, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// The schema without what says nothing.
#[must_use]
pub fn plain(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::OneOf(choice)) => unwrapped(choice),
        RefOr::T(Schema::Object(mut object)) => {
            object.properties = object.properties.into_iter().map(|(name, s)| (name, plain(s))).collect();
            object.additional_properties = object.additional_properties.map(|values| match *values {
                AdditionalProperties::RefOr(schema) => Box::new(AdditionalProperties::RefOr(plain(schema))),
                free => Box::new(free),
            });
            object.default = object.default.filter(|default| !default.is_null());
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            if let ArrayItems::RefOrSchema(items) = array.items {
                array.items = ArrayItems::RefOrSchema(Box::new(plain(*items)));
            }
            RefOr::T(Schema::Array(array))
        }
        RefOr::T(Schema::AllOf(mut all)) => {
            all.items = all.items.into_iter().map(plain).collect();
            RefOr::T(Schema::AllOf(all))
        }
        other => other,
    }
}

fn unwrapped(mut choice: OneOf) -> RefOr<Schema> {
    choice.default = choice.default.filter(|default| !default.is_null());
    let count = choice.items.len();
    choice.items.retain(|item| !is_null(item));
    let nullable = choice.items.len() < count;
    let mut items: Vec<_> = std::mem::take(&mut choice.items).into_iter().map(plain).collect();
    match (items.pop(), items.is_empty(), nullable) {
        (Some(RefOr::T(Schema::Object(mut object))), true, _) if object.enum_values.is_none() => {
            if nullable {
                object.schema_type = or_null(object.schema_type);
            }
            object.description = choice.description.or(object.description);
            object.default = choice.default.or(object.default);
            RefOr::T(Schema::Object(object))
        }
        (Some(RefOr::Ref(mut reference)), true, nullable) => {
            if let Some(description) = choice.description.take() {
                reference.description = description;
            }
            if !nullable && choice.default.is_none() {
                return RefOr::Ref(reference);
            }
            // Nothing but a description may stand beside a reference; what it is said of is the whole.
            let description = std::mem::take(&mut reference.description);
            choice.description = Some(description).filter(|description| !description.is_empty());
            whole(choice, nullable, vec![RefOr::Ref(reference)])
        }
        (last, _, nullable) => {
            items.extend(last);
            whole(choice, nullable, items)
        }
    }
}

fn whole(mut choice: OneOf, nullable: bool, items: Vec<RefOr<Schema>>) -> RefOr<Schema> {
    let null = nullable.then(|| Schema::Object(Object::with_type(Type::Null)).into());
    choice.items = null.into_iter().chain(items).collect();
    RefOr::T(Schema::OneOf(choice))
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

fn or_null(schema_type: SchemaType) -> SchemaType {
    match schema_type {
        SchemaType::Type(only) => SchemaType::Array(vec![only, Type::Null]),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn made_plain(schema: &Value) -> Value {
        serde_json::to_value(plain(serde_json::from_value(schema.clone()).unwrap())).unwrap()
    }

    #[test]
    fn what_stands_alone_in_a_choice_needs_none() {
        let field = json!({"oneOf": [{"type": "string", "maxLength": 9}], "description": "A name."});
        let object = json!({"type": "object", "properties": {"name": field}});
        let name = json!({"type": "string", "maxLength": 9, "description": "A name."});
        assert_eq!(made_plain(&object)["properties"]["name"], name);
    }

    #[test]
    fn a_value_or_none_is_of_two_types() {
        let field = json!({"oneOf": [{"type": "null"}, {"type": "string", "maxLength": 9}]});
        assert_eq!(made_plain(&field), json!({"type": ["string", "null"], "maxLength": 9}));
    }

    #[test]
    fn a_reference_keeps_its_choice_for_what_may_not_stand_beside_it() {
        let reference = json!({"$ref": "#/components/schemas/A", "description": "One."});
        assert_eq!(made_plain(&json!({"oneOf": [reference]})), reference);
        let nothing = json!({"type": "null"});
        let one = json!({"$ref": "#/components/schemas/A"});
        let nullable = json!({"oneOf": [nothing, one], "description": "One."});
        assert_eq!(made_plain(&json!({"oneOf": [nothing, reference]})), nullable);
        let with_default = json!({"oneOf": [one], "default": "a", "description": "One."});
        assert_eq!(made_plain(&json!({"oneOf": [reference], "default": "a"})), with_default);
    }

    #[test]
    fn a_choice_of_several_stays() {
        let several = json!({"oneOf": [{"type": "string"}, {"type": "boolean"}]});
        assert_eq!(made_plain(&several), several);
    }
}
