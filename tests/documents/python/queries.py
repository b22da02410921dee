"""Queries: filters, orders, cursors, groups, figures, and the nearest neighbours of a vector."""

from google.cloud import firestore
from google.cloud.firestore_v1 import FieldFilter, Or
from google.cloud.firestore_v1.base_query import And
from google.cloud.firestore_v1.base_vector_query import DistanceMeasure
from google.cloud.firestore_v1.vector import Vector

from client import data, db, ids
from steps import plain, step


def queries():
    cities = db.collection("cities")
    batch = db.batch()
    everything = {
        "hk": {"name": "Hong Kong", "country": "CN", "people": 7.4, "tags": ["port", "hills"], "m": {"area": 1114}},
        "lon": {"name": "London", "country": "UK", "people": 8.9, "tags": ["capital", "port"], "m": {"area": 1572}},
        "par": {"name": "Paris", "country": "FR", "people": 2.1, "tags": ["capital"], "m": {"area": 105}},
        "sha": {"name": "Shanghai", "country": "CN", "people": 24.9, "tags": ["port"], "m": {"area": 6340}},
        "nil": {"name": "Nowhere", "country": None, "people": float("nan"), "tags": []},
    }
    for name, city in everything.items():
        batch.set(cities.document(name), city)
    for path in ["courses/a/roster/ann", "courses/a/roster/bob", "courses/b/roster/ann", "roster/root"]:
        batch.set(db.document(path), {"who": path.split("/")[-1]})
    batch.commit()

    def whose(field, operator, value):
        return cities.where(filter=FieldFilter(field, operator, value))

    def matching(composite):
        return cities.where(filter=composite)

    filters = {
        "equal": (whose("country", "==", "CN"), ["hk", "sha"]),
        "not equal leaves out null and the absent": (whose("country", "!=", "CN"), ["par", "lon"]),
        "less or equal": (whose("people", "<=", 7.4), ["par", "hk"]),
        "greater": (whose("people", ">", 8.9), ["sha"]),
        "in": (whose("country", "in", ["FR", "UK", "XX"]), ["lon", "par"]),
        "not in": (whose("country", "not-in", ["CN", "FR"]), ["lon"]),
        "a list contains": (whose("tags", "array_contains", "port"), ["hk", "lon", "sha"]),
        "a list contains any": (whose("tags", "array_contains_any", ["hills", "capital"]), ["hk", "lon", "par"]),
        "is null": (whose("country", "==", None), ["nil"]),
        "is not null": (whose("country", "!=", None), ["hk", "sha", "par", "lon"]),
        "is no number": (whose("people", "==", float("nan")), ["nil"]),
        "a nested field": (whose("m.area", ">", 1200), ["lon", "sha"]),
        "an id": (whose("__name__", "in", [cities.document("par"), cities.document("hk")]), ["hk", "par"]),
        "or": (matching(Or([FieldFilter("country", "==", "FR"), FieldFilter("people", ">", 20)])), ["par", "sha"]),
        "or of ands": (
            matching(
                Or(
                    [
                        And([FieldFilter("country", "==", "CN"), FieldFilter("people", "<", 10)]),
                        FieldFilter("tags", "array_contains", "capital"),
                    ]
                )
            ),
            ["par", "hk", "lon"],
        ),
    }
    for name, (query, expected) in filters.items():
        step(f"filter: {name}", expected)(lambda query=query: ids(query))

    def people():
        # A query of its own each time: the client turns a shared one around for `limit_to_last`.
        return cities.order_by("people")

    backwards = firestore.Query.DESCENDING
    orders = {
        "two fields": (cities.order_by("country").order_by("people", direction=backwards), ["nil", "sha", "hk", "par", "lon"]),
        "a limit": (people().limit(2), ["nil", "par"]),
        "the last two": (people().limit_to_last(2), ["lon", "sha"]),
        "an offset and a limit": (people().offset(1).limit(2), ["par", "hk"]),
        "starting at a value": (people().start_at({"people": 7.4}), ["hk", "lon", "sha"]),
        "starting after a value": (people().start_after({"people": 7.4}), ["lon", "sha"]),
        "ending at a value": (people().end_at({"people": 2.1}), ["nil", "par"]),
        "ending before a value": (people().end_before({"people": 2.1}), ["nil"]),
        "a cursor of two values": (
            cities.order_by("country").order_by("people").start_after({"country": "CN", "people": 7.4}),
            ["sha", "par", "lon"],
        ),
        "a filter with an order": (
            whose("tags", "array_contains", "port").order_by("people", direction=backwards),
            ["sha", "lon", "hk"],
        ),
    }
    for name, (query, expected) in orders.items():
        step(f"order: {name}", expected)(lambda query=query: ids(query))

    @step("pages follow each other by their last documents", [["lon", "par"], ["sha", "hk"], ["nil"]])
    def _():
        order = cities.order_by("country", direction=backwards).limit(2)
        pages, page = [], order.get()
        while page:
            pages.append([document.id for document in page])
            page = order.start_after(page[-1]).get()
        return pages

    @step(
        "a selection reads only those fields",
        [{"m": {"area": 1114}, "name": "Hong Kong"}, {"m": {"area": 6340}, "name": "Shanghai"}],
    )
    def _():
        return [plain(found.to_dict()) for found in whose("country", "==", "CN").select(["name", "m.area"]).get()]

    roster = ["courses/a/roster/ann", "courses/a/roster/bob", "courses/b/roster/ann", "roster/root"]

    @step("a group reads collections of one name wherever they are", roster)
    def _():
        return [found.reference.path for found in db.collection_group("roster").get()]

    @step("documents are counted", [5, 2, 4, 0])
    def _():
        counted = [cities, whose("country", "==", "CN"), cities.limit(4), db.collection("nobody")]
        return [query.count().get()[0][0].value for query in counted]

    # Of nothing the client makes doubles, whatever it is told: an integer and a null in fact.
    nothing = {"average": {"double": "0.0"}, "sum": {"double": "0.0"}}

    @step(
        "sums and averages, of something and of nothing",
        [{"average": {"double": "16.15"}, "sum": 7454}, nothing],
    )
    def _():
        def figures(query):
            results = query.sum("m.area", alias="sum").avg("people", alias="average").get()[0]
            return {result.alias: plain(result.value) for result in results}

        return [figures(whose("country", "==", "CN")), figures(db.collection("nobody"))]


def vectors():
    points = db.collection("points")

    @step("vectors come back as they went", {"v": {"vector": [1, -2.5, 0]}})
    def _():
        db.document("values/vector").set({"v": Vector([1, -2.5, 0])})
        return data("values/vector")

    @step("vectors are written in a batch", 5)
    def _():
        batch = db.batch()
        for name, at in {"origin": [0, 0], "near": [1, 1], "far": [10, 10], "behind": [-2, -2]}.items():
            batch.set(points.document(name), {"at": Vector(at), "side": "left" if at[0] < 0 else "right"})
        batch.set(points.document("nowhere"), {"side": "right"})
        return len(batch.commit())

    def nearest(query, measure=DistanceMeasure.EUCLIDEAN, limit=3, **options):
        return query.find_nearest("at", Vector([1, 2]), limit, measure, **options).get()

    @step("vectors: the nearest come first", ["near", "origin", "behind"])
    def _():
        return [found.id for found in nearest(points)]

    @step("vectors: the distance is told", [["near", "1.000000"], ["origin", "2.236068"]])
    def _():
        found = nearest(points, limit=2, distance_result_field="distance")
        return [[document.id, f"{document.get('distance'):.6f}"] for document in found]

    @step("vectors: only what the filter leaves", ["far", "near", "origin"])
    def _():
        right = points.where(filter=FieldFilter("side", "==", "right"))
        return [found.id for found in nearest(right, DistanceMeasure.DOT_PRODUCT)]

    @step("vectors: nothing beyond the threshold", ["near", "origin"])
    def _():
        return [found.id for found in nearest(points, distance_threshold=3.0)]
