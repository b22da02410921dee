"""`google-cloud-firestore` by REST.

FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 GOOGLE_CLOUD_PROJECT=demo python google_cloud_firestore.py
"""

import datetime
import os
import re
import threading

from google.cloud import firestore
from google.cloud.firestore_v1 import FieldFilter, GeoPoint
from google.cloud.firestore_v1.field_path import FieldPath

from client import data, db, ids
from queries import queries, vectors
from steps import plain, refusal, step

UTC = datetime.timezone.utc


def documents():
    docs = db.collection("documents")

    @step("a document that was never written does not exist", [False, "none", "documents/none", None])
    def _():
        found = docs.document("none").get()
        return [found.exists, found.id, found.reference.path, found.to_dict()]

    @step("create makes a document", {"name": "Ada", "n": 1})
    def _():
        docs.document("a").create({"name": "Ada", "n": 1})
        return data("documents/a")

    @step("create refuses where there is one", "ALREADY_EXISTS")
    def _():
        return refusal(lambda: docs.document("a").create({"n": 2}))

    @step("a generated id has twenty letters and digits", [True, {"n": 3}])
    def _():
        _, added = docs.add({"n": 3})
        return [re.fullmatch("[A-Za-z0-9]{20}", added.id) is not None, data(added.path)]

    @step("set replaces the whole document", {"keep": True, "m": {"w": 3, "x": {"y": 1, "z": 2}}})
    def _():
        docs.document("a").set({"m": {"x": {"y": 1, "z": 2}, "w": 3}, "keep": True})
        return data("documents/a")

    @step("set with merge keeps what it does not name", {"keep": True, "m": {"w": 3, "x": {"y": 1, "z": 20}}, "more": [1]})
    def _():
        docs.document("a").set({"m": {"x": {"z": 20}}, "more": [1]}, merge=True)
        return data("documents/a")

    @step("set with chosen fields writes only those", {"keep": True, "m": {"w": 3, "x": {"y": 1, "z": 20}}, "more": [2]})
    def _():
        docs.document("a").set({"more": [2]}, merge=["more"])
        return data("documents/a")

    @step(
        "update by a dotted path changes one leaf",
        {"keep": True, "m": {"fresh": {"leaf": "new"}, "w": 3, "x": {"y": 100, "z": 20}}, "more": [2]},
    )
    def _():
        docs.document("a").update({"m.x.y": 100, "m.fresh.leaf": "new"})
        return data("documents/a")

    @step(
        "quoted paths reach names with dots, blanks and quotes",
        [{"a.b": {"c d": {'"e f"': {"1g": 7}}}, "other": 1}, 7],
    )
    def _():
        docs.document("quoted").set({"other": 0})
        # Ticks are left out: the client does not understand its own quoting of them.
        path = FieldPath("a.b", "c d", '"e f"', "1g").to_api_repr()
        docs.document("quoted").update({path: 7, "other": 1})
        return [data("documents/quoted"), docs.document("quoted").get().get(path)]

    @step("a deleted field is gone, and so is one within a map", {"m": {"kept": 2}, "more": [2]})
    def _():
        docs.document("a").update({"m": {"only": 1, "kept": 2}})
        docs.document("a").update({"keep": firestore.DELETE_FIELD, "m.only": firestore.DELETE_FIELD})
        return data("documents/a")

    @step("update refuses where there is no document", "NOT_FOUND")
    def _():
        return refusal(lambda: docs.document("none").update({"n": 1}))

    names = ["a b", "q=1&r#2%20?", '"quoted"', "naïve 問答 🦉", "UPPER", "~tilde:colon@at"]

    @step("ids may hold blanks, signs, quotes and other scripts", names)
    def _():
        for index, name in enumerate(names):
            db.collection("ids").document(name).set({"index": index})
        return ids(db.collection("ids").order_by("index"))

    @step("a write goes through at the version that was read, and only once", ["done", "FAILED_PRECONDITION", 1])
    def _():
        version = db.write_option(last_update_time=docs.document("a").get().update_time)
        first = refusal(lambda: docs.document("a").update({"n": 1}, option=version))
        second = refusal(lambda: docs.document("a").update({"n": 2}, option=version))
        return [first, second, docs.document("a").get().get("n")]

    @step("a write that changes nothing keeps the version, one that does moves it", [True, True, True])
    def _():
        written = docs.document("version").set({"n": 1}).update_time
        docs.document("version").set({"n": 1})
        same = docs.document("version").get()
        docs.document("version").set({"n": 2})
        moved = docs.document("version").get()
        return [written == same.update_time, moved.update_time > same.update_time, moved.create_time == same.create_time]

    @step("delete with a precondition refuses where it does not hold", ["NOT_FOUND", {"n": 2}])
    def _():
        must_exist = db.write_option(exists=True)
        return [refusal(lambda: docs.document("none").delete(option=must_exist)), data("documents/version")]

    @step("delete removes a document, and may find none", False)
    def _():
        docs.document("a").delete()
        docs.document("a").delete()
        return docs.document("a").get().exists

    @step("getAll finds what exists and what does not", [["none", False], ["quoted", True], ["version", True]])
    def _():
        found = db.get_all([docs.document(name) for name in ["version", "none", "quoted"]])
        return sorted([document.id, document.exists] for document in found)

    @step("getAll with a mask reads only those fields", {"a": 1, "b": {"c": 2}})
    def _():
        docs.document("mask").set({"a": 1, "b": {"c": 2, "d": 3}, "e": 4})
        return plain(docs.document("mask").get(field_paths=["a", "b.c"]).to_dict())

    @step("collections are listed, below the root and below a document", [["documents", "ids", "tree"], ["branches", "roots"]])
    def _():
        db.document("tree/trunk/branches/left").set({})
        db.document("tree/trunk/roots/deep").set({})
        below = db.document("tree/trunk").collections()
        return [[collection.id for collection in db.collections()], [collection.id for collection in below]]

    @step("documents are listed, also those that only have documents below them", ["tree/bush", "tree/trunk"])
    def _():
        db.document("tree/bush").set({"n": 1})
        return [reference.path for reference in db.collection("tree").list_documents()]


def values():
    def back(name, value):
        db.document(f"values/{name}").set(value)
        return data(f"values/{name}")

    at = datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    text = 'naïve 問答 🦉 "\\\n\u0000'

    @step(
        "every type comes back as it went",
        {
            "at": {"timestamp": [1_700_000_000, 123_456]}, "bytes": {"bytes": "AAF/gP8="}, "double": {"double": "1.5"},
            "empty": "", "emptyList": [], "emptyMap": {}, "integer": 42,
            "list": [1, "two", None, {"three": [3]}], "map": {"a": {"b": {"c": 1}}}, "negative": -7, "no": False,
            "noBytes": {"bytes": ""}, "nothing": None, "place": {"geo": [22.3193, 114.1694]},
            "reference": {"reference": "values/other"}, "text": text, "whole": {"double": "2.0"}, "yes": True,
        },
    )  # fmt: skip
    def _():
        return back(
            "every",
            {
                "nothing": None, "yes": True, "no": False, "integer": 42, "negative": -7, "double": 1.5, "whole": 2.0,
                "text": text, "empty": "", "bytes": bytes([0, 1, 127, 128, 255]), "noBytes": b"", "at": at,
                "place": GeoPoint(22.3193, 114.1694), "reference": db.document("values/other"),
                "list": [1, "two", None, {"three": [3]}], "emptyList": [], "map": {"a": {"b": {"c": 1}}}, "emptyMap": {},
            },
        )  # fmt: skip

    @step(
        "the largest and the smallest integers are exact",
        {"least": {"integer": "-9223372036854775808"}, "most": {"integer": "9223372036854775807"}, "odd": {"integer": "9007199254740993"}},
    )
    def _():
        return back("integers", {"most": 2**63 - 1, "least": -(2**63), "odd": 2**53 + 1})

    @step(
        "doubles keep their last bit, and what is no number",
        {
            "down": {"double": "-inf"}, "huge": {"double": "1.7976931348623157e+308"}, "none": {"double": "nan"},
            "sum": {"double": "0.30000000000000004"}, "tiny": {"double": "5e-324"}, "up": {"double": "inf"},
        },
    )  # fmt: skip
    def _():
        infinity = float("inf")
        return back("doubles", {"sum": 0.1 + 0.2, "tiny": 5e-324, "huge": 1.7976931348623157e308, "none": float("nan"), "up": infinity, "down": -infinity})

    # No more: this client reads a reply character by character and copies what it has read each time.
    @step("20 KiB come back as they went", True)
    def _():
        large = os.urandom(20 * 1024)
        db.document("values/large").set({"bytes": large})
        return db.document("values/large").get().get("bytes") == large

    @step("more than 1 MiB is refused", "INVALID_ARGUMENT")
    def _():
        return refusal(lambda: db.document("values/larger").set({"a": "a" * 600_000, "b": "b" * 600_000}))


def writes():
    docs = db.collection("writes")

    @step("increments add, and begin at nothing", {"half": {"double": "1.5"}, "m": {"fresh": -1}, "text": 2, "whole": 42})
    def _():
        docs.document("numbers").set({"whole": 1, "half": 0.5, "text": "a"})
        add = firestore.Increment
        docs.document("numbers").update({"whole": add(41), "half": add(1), "text": add(2), "m.fresh": add(-1)})
        return data("writes/numbers")

    @step("maximum and minimum keep the farther", {"a": 7, "b": 3, "c": 5, "d": 9})
    def _():
        docs.document("bounds").set({"a": 5, "b": 5, "c": 5})
        most, least = firestore.Maximum, firestore.Minimum
        docs.document("bounds").update({"a": most(7), "b": least(3), "c": most(1), "d": least(9)})
        return data("writes/bounds")

    @step("lists take what they lack and lose what is named", {"a": [1, 2, 2, 3, {"x": 1}], "b": [1], "c": [1], "d": []})
    def _():
        docs.document("lists").set({"a": [1, 2, 2], "b": [1, 2, 2, {"x": 1}], "c": "no list"})
        union, remove = firestore.ArrayUnion, firestore.ArrayRemove
        docs.document("lists").update({"a": union([2, 3, {"x": 1}]), "b": remove([2, {"x": 1}]), "c": union([1]), "d": remove([1])})
        return data("writes/lists")

    @step("the server writes its own time, one for all fields", [True, True, 1])
    def _():
        now = firestore.SERVER_TIMESTAMP
        docs.document("times").set({"at": now, "m": {"at": now}, "n": 1})
        found = docs.document("times").get()
        age = abs(datetime.datetime.now(UTC) - found.get("at"))
        return [found.get("at") == found.get("m.at"), age < datetime.timedelta(minutes=1), found.get("n")]

    @step("a batch is written as a whole", [4, {"n": 1}, {"m": 3, "n": 2}, None])
    def _():
        docs.document("gone").set({"n": 0})
        batch = db.batch()
        batch.create(docs.document("one"), {"n": 1})
        batch.set(docs.document("two"), {"n": 2})
        batch.update(docs.document("two"), {"m": 3})
        batch.delete(docs.document("gone"))
        return [len(batch.commit()), data("writes/one"), data("writes/two"), data("writes/gone")]

    @step("a batch of which one write is refused writes nothing", ["ALREADY_EXISTS", None, {"n": 1}])
    def _():
        batch = db.batch()
        batch.set(docs.document("three"), {"n": 3})
        batch.create(docs.document("one"), {"n": 10})
        return [refusal(batch.commit), data("writes/three"), data("writes/one")]

    @step("a batch takes five hundred writes", 500)
    def _():
        batch = db.batch()
        for n in range(500):
            batch.set(db.document(f"batch/{n}"), {"n": n})
        batch.commit()
        return db.collection("batch").count().get()[0][0].value

    @step("writes in bulk all arrive", 25)
    def _():
        bulk = db.bulk_writer()
        for n in range(25):
            bulk.create(db.document(f"bulk/{n}"), {"n": n})
        bulk.close()
        return db.collection("bulk").count().get()[0][0].value

    @step("a tree is deleted with everything below it", [False, False, True])
    def _():
        paths = ["forest/oak", "forest/oak/birds/owl", "forestry/kept"]
        for path in paths:
            db.document(path).set({"n": 1})
        db.recursive_delete(db.collection("forest"))
        return [db.document(path).get().exists for path in paths]


def transactions():
    docs = db.collection("transactions")

    @step("a transaction reads and writes", [4, {"balance": 6}, {"balance": 4}])
    def _():
        docs.document("from").set({"balance": 10})

        @firestore.transactional
        def move(transaction, amount):
            balance = docs.document("from").get(transaction=transaction).get("balance")
            transaction.update(docs.document("from"), {"balance": balance - amount})
            transaction.create(docs.document("to"), {"balance": amount})
            return amount

        return [move(db.transaction(), 4), data("transactions/from"), data("transactions/to")]

    @step("a transaction reads by a query", ["from"])
    def _():
        @firestore.transactional
        def enrich(transaction):
            rich = list(transaction.get(docs.where(filter=FieldFilter("balance", ">", 5))))
            for found in rich:
                transaction.update(found.reference, {"rich": True})
            return [found.id for found in rich]

        return enrich(db.transaction())

    @step("a transaction that throws leaves nothing behind", ["changed my mind", {"balance": 6, "rich": True}])
    def _():
        @firestore.transactional
        def regret(transaction):
            docs.document("from").get(transaction=transaction)
            transaction.set(docs.document("from"), {"balance": 0})
            raise ValueError("changed my mind")

        try:
            regret(db.transaction())
        except ValueError as error:
            return [str(error), data("transactions/from")]

    @step("transactions that contend lose none of their writes", {"n": 2})
    def _():
        docs.document("contended").set({"n": 0})
        both_have_read = threading.Barrier(2)
        first_attempts = threading.Semaphore(2)

        @firestore.transactional
        def attempt(transaction):
            n = docs.document("contended").get(transaction=transaction).get("n")
            if first_attempts.acquire(blocking=False):
                both_have_read.wait(timeout=20)
            transaction.update(docs.document("contended"), {"n": n + 1})

        def increment():
            # By REST the client takes ABORTED, which is 409, for a conflict that is not worth another attempt.
            while refusal(lambda: attempt(db.transaction())) == "ABORTED":
                pass

        threads = [threading.Thread(target=increment) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return data("transactions/contended")

    @step("a read-only transaction reads, and cannot write", [{"balance": 4}, "refused", {"balance": 4}])
    def _():
        @firestore.transactional
        def read(transaction):
            return plain(docs.document("to").get(transaction=transaction).to_dict())

        @firestore.transactional
        def write(transaction):
            transaction.set(docs.document("to"), {})

        found = read(db.transaction(read_only=True))
        try:
            write(db.transaction(read_only=True))
            answer = "done"
        except ValueError:
            answer = "refused"
        return [found, answer, data("transactions/to")]


for subject in [documents, values, writes, queries, transactions, vectors]:
    subject()
