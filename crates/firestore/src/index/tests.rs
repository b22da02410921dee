use super::*;
use crate::name::{CollectionPath, DocumentPath};
use crate::value::Value;

use Direction::{Ascending, Descending};

fn things() -> Query {
    Query::collection(&CollectionPath::parse("things").unwrap())
}

/// Fields as `a b:desc c:contains`.
fn index(scope: Scope, fields: &str) -> Index {
    let field = |text: &str| match text.split_once(':') {
        None => (FieldPath::from(text), Mode::Ascending),
        Some((path, "desc")) => (FieldPath::from(path), Mode::Descending),
        Some((path, _)) => (FieldPath::from(path), Mode::Contains),
    };
    Index { collection: "things".into(), scope, fields: fields.split_whitespace().map(field).collect() }
}

fn with(index: Index) -> Indexes {
    Indexes { composites: vec![index], overrides: Vec::new() }
}

fn only_need(query: &Query) -> Need {
    let needs = needs(query).unwrap();
    assert_eq!(needs.len(), 1, "{needs:?}");
    needs[0].clone()
}

/// What a query needs, and that just this index answers it.
fn assert_needs(query: &Query, fields: &str) {
    let need = only_need(query);
    assert_eq!(need.index(), index(Scope::Collection, fields));
    assert_eq!(Indexes::default().answer(&need), None, "something answers without {fields}");
    assert!(matches!(with(need.index()).answer(&need), Some(Answer::Composite(_))), "{fields}");
}

fn assert_automatic(query: &Query) {
    let need = only_need(query);
    assert_eq!(Indexes::default().answer(&need), Some(Answer::SingleField), "{need:?}");
}

#[test]
fn a_collection_in_the_order_of_names_needs_nothing() {
    for query in [things(), things().order_by(FieldPath::document_id(), Ascending), Query::group("things")] {
        assert_eq!(Indexes::default().answer(&only_need(&query)), Some(Answer::Names));
    }
    let name = DocumentPath::parse("things/x").unwrap().to_string();
    let behind = things().whose(FieldPath::document_id(), Operator::GreaterThan, name.as_str());
    assert_eq!(Indexes::default().answer(&only_need(&behind)), Some(Answer::Names));
}

#[test]
fn names_backwards_need_an_index_of_their_own() {
    assert_needs(&things().order_by(FieldPath::document_id(), Descending), "__name__:desc");
}

#[test]
fn one_field_is_indexed_by_itself() {
    assert_automatic(&things().whose("a", Operator::Equal, 1));
    assert_automatic(&things().whose("a", Operator::LessThan, 1));
    assert_automatic(&things().whose("a", Operator::NotEqual, 1).order_by("a", Descending));
    assert_automatic(&things().whose("a", Operator::ArrayContains, 1));
    assert_automatic(&things().order_by("a", Descending));
    assert_automatic(&things().order_by("a", Descending).order_by(FieldPath::document_id(), Descending));
    assert_automatic(&things().filter(Filter::Unary("a".into(), UnaryOperator::IsNull)));
    let equal = things().whose("a", Operator::Equal, 1);
    assert_automatic(&equal.clone().order_by(FieldPath::document_id(), Descending));
    assert_automatic(&equal.order_by("a", Descending));
}

#[test]
fn equality_with_an_order_needs_a_composite_index_in_that_order() {
    let query = things().whose("a", Operator::Equal, 1).order_by("t", Descending);
    assert_needs(&query, "a t:desc");
    assert_needs(&query.clone().order_by(FieldPath::document_id(), Descending), "a t:desc");
    assert_needs(&query.order_by(FieldPath::document_id(), Ascending), "a t:desc __name__");

    let need = only_need(&things().whose("a", Operator::Equal, 1).order_by("t", Descending));
    for other in
        ["a t", "t:desc a", "a", "t:desc", "a b t:desc", "a t:desc b", "a t:contains", "a t:desc __name__"]
    {
        assert_eq!(with(index(Scope::Collection, other)).answer(&need), None, "{other}");
    }
    for other in ["a:desc t:desc", "a t:desc __name__:desc"] {
        assert!(with(index(Scope::Collection, other)).answer(&need).is_some(), "{other}");
    }
}

#[test]
fn the_fields_of_equalities_may_stand_in_any_order() {
    let query = things().whose("b", Operator::Equal, 1).whose("a", Operator::In, Value::Array(vec![]));
    let need = only_need(&query.order_by("t", Ascending));
    assert_eq!(need.index(), index(Scope::Collection, "a b t"));
    for same in ["a b t", "b a t", "b:desc a t"] {
        assert!(with(index(Scope::Collection, same)).answer(&need).is_some(), "{same}");
    }
    assert_eq!(with(index(Scope::Collection, "a t b")).answer(&need), None);
}

#[test]
fn equalities_alone_are_not_left_to_a_merge_of_indexes() {
    assert_needs(&things().whose("a", Operator::Equal, 1).whose("b", Operator::Equal, 2), "a b");
}

#[test]
fn inequalities_order_what_is_not_ordered_otherwise() {
    let query = things().whose("a", Operator::Equal, 1).whose("b", Operator::GreaterThan, 2);
    assert_needs(&query, "a b");
    assert_needs(&query.clone().order_by("b", Descending), "a b:desc");
    assert_needs(&query.whose("c", Operator::NotEqual, 2).order_by("c", Descending), "a c:desc b:desc");
}

#[test]
fn an_array_that_is_looked_into_stands_before_the_order() {
    let query =
        things().whose("tags", Operator::ArrayContainsAny, Value::Array(vec![])).order_by("t", Ascending);
    assert_needs(&query, "tags:contains t");
}

#[test]
fn each_alternative_has_a_need_of_its_own() {
    let either = Filter::Or(vec![
        Filter::Field("a".into(), Operator::Equal, Value::Integer(1)),
        Filter::Field("b".into(), Operator::Equal, Value::Integer(1)),
    ]);
    let found = needs(&things().filter(either.clone()).order_by("t", Ascending)).unwrap();
    let indexes: Vec<_> = found.iter().map(Need::index).collect();
    assert_eq!(indexes, [index(Scope::Collection, "a t"), index(Scope::Collection, "b t")]);

    let many = Filter::Or(vec![either.clone(), either.clone(), either.clone()]);
    let too_many = things().filter(many.clone()).filter(many);
    assert_eq!(needs(&too_many), Err(Unanswerable::TooManyAlternatives));
}

#[test]
fn a_query_over_every_collection_has_no_index() {
    assert_eq!(needs(&Query::default()), Err(Unanswerable::EveryCollection));
}

#[test]
fn across_a_collection_group_nothing_is_indexed_by_itself() {
    let one = only_need(&Query::group("things").whose("a", Operator::Equal, 1));
    assert_eq!(Indexes::default().answer(&one), None);
    let file = r#"{"indexes": [], "fieldOverrides": [{"collectionGroup": "things", "fieldPath": "a",
        "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}]}]}"#;
    let indexes: Indexes = file.parse().unwrap();
    assert_eq!(indexes.answer(&one), Some(Answer::SingleField));
    // The override stands instead of the automatic indexes, not beside them.
    assert_eq!(indexes.answer(&only_need(&things().whose("a", Operator::Equal, 1))), None);

    let two = Query::group("things").whose("a", Operator::Equal, 1).order_by("t", Descending);
    assert_eq!(with(index(Scope::Collection, "a t:desc")).answer(&only_need(&two)), None);
    assert!(with(index(Scope::CollectionGroup, "a t:desc")).answer(&only_need(&two)).is_some());
}

#[test]
fn an_exempted_field_and_what_is_within_it_answer_nothing_by_themselves() {
    let file = r#"{"indexes": [], "fieldOverrides": [
        {"collectionGroup": "things", "fieldPath": "m", "indexes": []},
        {"collectionGroup": "things", "fieldPath": "m.kept", "indexes": [{"order": "ASCENDING", "queryScope": "COLLECTION"}]},
        {"collectionGroup": "others", "fieldPath": "a", "indexes": []}]}"#;
    let indexes: Indexes = file.parse().unwrap();
    let answer = |field: &str| indexes.answer(&only_need(&things().order_by(field, Ascending)));
    assert_eq!((answer("m"), answer("m.x")), (None, None));
    for field in ["m.kept", "mm", "a"] {
        assert_eq!(answer(field), Some(Answer::SingleField), "{field}");
    }
}

#[test]
fn an_index_is_shown_as_it_is_read() {
    let shown = index(Scope::CollectionGroup, "a b:contains t:desc");
    let file = format!(r#"{{"indexes": [{shown}]}}"#);
    assert_eq!(file.parse::<Indexes>().unwrap().composites(), [shown]);
}

#[test]
fn a_file_that_the_command_line_would_refuse_is_refused() {
    let field = |field: &str| {
        format!(
            r#"{{"indexes": [{{"collectionGroup": "c", "queryScope": "COLLECTION", "fields": [{field}]}}]}}"#
        )
    };
    assert!(field(r#"{"fieldPath": "a", "order": "ASCENDING"}"#).parse::<Indexes>().is_ok());
    for bad in [
        String::new(),
        "{}".into(),
        r#"{"indexes": [], "more": 1}"#.into(),
        field(r#"{"fieldPath": "a"}"#),
        field(r#"{"fieldPath": "a", "order": "UP"}"#),
        field(r#"{"fieldPath": "a", "order": "ASCENDING", "arrayConfig": "CONTAINS"}"#),
        field(r#"{"fieldPath": "a..b", "order": "ASCENDING"}"#),
    ] {
        assert!(bad.parse::<Indexes>().is_err(), "{bad}");
    }
}
