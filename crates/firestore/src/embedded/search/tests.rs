//! Whatever way leads to the documents, a query finds the same.

use proptest::{collection::vec, option, prelude::*, sample::select};
use rusqlite::Connection;

use super::*;
use crate::{
    embedded::SqlValue,
    name::DocumentPath,
    query::{Cursor, Direction, Filter, Operator, UnaryOperator},
    timestamp::Timestamp,
};

const FIELDS: [&str; 3] = ["a", "b", "m.c"];

fn values() -> impl Strategy<Value = Value> {
    let inner = select(vec![Value::Integer(1), "x".into()]);
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Boolean),
        4 => (0..2i64).prop_map(Value::Integer),
        1 => select(vec![f64::NAN, -0.0, 0.0, 0.5, 1.0, 2.0, f64::INFINITY]).prop_map(Value::Double),
        1 => select(vec!["", "x", "x\0y", "xé", "y"]).prop_map(Value::from),
        1 => (0..3i64).prop_map(|micros| Value::Timestamp(Timestamp::from_micros(micros))),
        1 => vec(inner.clone(), 0..3).prop_map(Value::Array),
        1 => inner.prop_map(|inner| Value::Map(Fields::from([("c".into(), inner)]))),
    ]
}

fn documents() -> impl Strategy<Value = Vec<Stored>> {
    let field = || option::weighted(0.85, values());
    let fields = (field(), field(), field());
    let paths = prop_oneof![
        3 => (0..12).prop_map(|id| format!("k/{id}")),
        1 => select(vec!["k/__id-7__", "k/__id12__", "k/__id7__", "k/!"]).prop_map(str::to_owned),
        1 => select(vec!["k/1/k/1", "k/1/k/2", "k/2/k/1", "k-/1/k/1", "j/1"]).prop_map(str::to_owned),
    ];
    let stored = (paths, fields).prop_map(|(path, (a, b, c))| {
        let inner = c.map(|c| Value::Map(Fields::from([("c".into(), c)])));
        let fields = [("a", a), ("b", b), ("m", inner)];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let path = DocumentPath::parse(&path).expect("these are paths of documents");
        Stored { path, fields: fields.collect(), created: 1, updated: 1 }
    });
    vec(stored, 1..24)
}

fn filters() -> impl Strategy<Value = Filter> {
    let field = || select(&FIELDS[..]).prop_map(FieldPath::from);
    let operators = vec![
        Operator::Equal,
        Operator::Equal,
        Operator::Equal,
        Operator::LessThan,
        Operator::LessThanOrEqual,
        Operator::GreaterThan,
        Operator::GreaterThanOrEqual,
        Operator::ArrayContains,
    ];
    let unary = vec![UnaryOperator::IsNull, UnaryOperator::IsNan, UnaryOperator::IsNotNull];
    let leaf = prop_oneof![
        6 => (field(), select(operators), values()).prop_map(|(field, operator, value)| Filter::Field(field, operator, value)),
        1 => (field(), vec(values(), 1..4)).prop_map(|(field, values)| Filter::Field(field, Operator::In, Value::Array(values))),
        1 => (field(), select(unary)).prop_map(|(field, operator)| Filter::Unary(field, operator)),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 1..4).prop_map(Filter::And),
            1 => vec(inner, 1..3).prop_map(Filter::Or),
        ]
    })
}

prop_compose! {
    fn queries()(
        place in select(vec![("", false), ("", false), ("", true), ("", true), ("k/1", false), ("k/1", true)]),
        collection in select(vec![Some("k"), Some("k"), Some("k"), None]),
        filter in option::weighted(0.5, filters()),
        order in vec((select(&["a", "b", "m.c", "__name__"][..]), any::<bool>()), 0..3),
        start in option::weighted(0.2, (vec(values(), 0..3), any::<bool>())),
        end in option::weighted(0.1, (vec(values(), 0..3), any::<bool>())),
        behind in option::weighted(0.3, (select(vec!["k/1", "k/2", "k/__id7__", "k/1/k/1", "j/1"]), any::<bool>())),
        limit in option::weighted(0.8, 0..4u32),
        offset in 0..2u32,
    ) -> Query {
        let direction = |down| if down { Direction::Descending } else { Direction::Ascending };
        let order: Vec<(FieldPath, Direction)> =
            order.into_iter().map(|(field, down)| (FieldPath::from(field), direction(down))).collect();
        let by_name = order.first().is_some_and(|(field, _)| field.is_document_id());
        let cursor = |cursor: Option<(Vec<Value>, bool)>| {
            cursor.map(|(values, before)| Cursor { values: values.into_iter().take(order.len()).collect(), before })
        };
        let (start, end) = if by_name {
            let named = behind.map(|(path, before)| {
                Cursor { values: vec![Value::Reference(format!("{}/{path}", database().root()))], before }
            });
            (named, None)
        } else {
            (cursor(start), cursor(end))
        };
        Query {
            parent: (!place.0.is_empty()).then(|| DocumentPath::parse(place.0).expect("a path")),
            collection: collection.map(str::to_owned),
            all_descendants: place.1,
            filter,
            order,
            start,
            end,
            offset,
            limit,
            select: None,
            nearest: None,
        }
    }
}

fn database() -> Database {
    Database::new("demo").expect("a project id")
}

/// What the query finds if every document of the scope is looked at.
fn looked_up_everywhere(
    shelf: &mut Shelf<Connection>,
    database: &Database,
    query: &Query,
) -> Result<Vec<String>, Fault> {
    let ordering = Ordering::of(query, &[])?;
    let collection = collection_of(query)?;
    let mut gathered = Gathered::new(database, query, &ordering);
    gathered.look_at_all(shelf.scan(database, &scope_of(query, collection.as_ref()))?);
    Ok(paths(gathered.found()))
}

fn paths(found: Found) -> Vec<String> {
    found.documents.into_iter().map(|stored| stored.path.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_way_finds_what_looking_everywhere_finds(documents in documents(), queries in vec(queries(), 1..6)) {
        let database = database();
        let mut shelf = Shelf::open(Connection::open_in_memory().expect("SQLite")).expect("the tables");
        for stored in &documents {
            // Some are written over: the index has to follow.
            let before = shelf.read(&database, &stored.path).expect("readable");
            shelf.write(&database, before.as_ref(), stored).expect("writable");
        }
        if let Some(last) = documents.last() {
            shelf.remove(&database, last).expect("removable");
        }
        for query in queries {
            let Ok(expected) = looked_up_everywhere(&mut shelf, &database, &query) else { continue };
            for few in [0, 2, way::FEW] {
                let Ok(found) = run_where(&mut shelf, &database, &query, &[], few) else { continue };
                prop_assert_eq!(paths(found), expected.clone(), "with few = {}: {:?}", few, query);
            }
        }
    }
}

/// Notes SQLite's plan of every search.
struct Planned {
    connection: Connection,
    plans: Vec<(String, Vec<String>)>,
}

impl Sql for Planned {
    type Error = rusqlite::Error;

    fn exec(
        &mut self,
        statement: &str,
        bindings: &[SqlValue],
    ) -> Result<Vec<Vec<SqlValue>>, rusqlite::Error> {
        if statement.starts_with("SELECT") {
            let steps =
                Sql::exec(&mut self.connection, &format!("EXPLAIN QUERY PLAN {statement}"), bindings)?;
            let texts = steps.into_iter().filter_map(|step| match step.into_iter().nth(3) {
                Some(SqlValue::Text(text)) => Some(text),
                _ => None,
            });
            self.plans.push((statement.to_owned(), texts.collect()));
        }
        Sql::exec(&mut self.connection, statement, bindings)
    }
}

/// SQLite's planner is clever: once it read a range of documents for each entry.
#[test]
fn entries_lead_to_one_document_each_and_no_search_reads_a_whole_table() {
    let connection = Connection::open_in_memory().expect("SQLite");
    let mut shelf = Shelf::open(Planned { connection, plans: Vec::new() }).expect("the tables");
    let database = database();
    let fields = Fields::from([("a".into(), 1.into()), ("b".into(), 2.into())]);
    let path = DocumentPath::parse("k/1/k/1").expect("a path");
    shelf.write(&database, None, &Stored { path, fields, created: 1, updated: 1 }).expect("writable");

    let k = CollectionPath::parse("k").expect("a path");
    let below = CollectionPath::parse("k/1/k").expect("a path");
    let places = [Query::collection(&k), Query::collection(&below), Query::group("k")];
    for place in places {
        let queries = [
            place.clone().limit(3),
            place.clone().whose("a", Operator::Equal, 1),
            place.clone().whose("a", Operator::Equal, 1).whose("b", Operator::Equal, 2).limit(3),
            place.clone().order_by("a", Direction::Descending).limit(3),
            place.clone().whose("b", Operator::Equal, 2).order_by("a", Direction::Ascending).limit(3),
            place.clone().whose("a", Operator::GreaterThan, 0),
        ];
        for query in queries {
            for few in [0, way::FEW] {
                run_where(&mut shelf, &database, &query, &[], few).expect("an answer");
            }
        }
    }
    let plans = std::mem::take(&mut shelf.sql_mut().plans);
    assert!(plans.iter().any(|(statement, _)| statement.contains("entries CROSS JOIN")));
    for (statement, steps) in plans {
        let whole =
            steps.iter().any(|step| step.starts_with("SCAN documents") || step.starts_with("SCAN entries"));
        let each = steps.iter().filter(|step| step.starts_with("SEARCH documents"));
        let one_each = !statement.contains("CROSS JOIN") || each.clone().all(|step| step.contains("path=?"));
        assert!(!whole && one_each, "{statement}\n{steps:#?}");
    }
}
