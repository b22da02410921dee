"""The steps of a script: what each one answered, printed a line a step. js/steps.mjs and js/plain.mjs do the same."""

import base64
import datetime
import json
import math

from google.api_core import exceptions
from google.cloud.firestore_v1 import GeoPoint
from google.cloud.firestore_v1.document import DocumentReference
from google.cloud.firestore_v1.vector import Vector

# Beyond this a reader in JavaScript would round.
EXACT = 2**53
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def step(name, expected):
    """Runs the function below it at once and prints what it returned; a step that fails does not end the script."""

    def run(body):
        try:
            result = body()
        except Exception as error:  # whatever a client throws is the result
            result = {"threw": f"{type(error).__name__}: {error}"}
        line = {"step": name, "result": result}
        if json.loads(json.dumps(result)) != json.loads(json.dumps(expected)):
            line["expected"] = expected
        print(json.dumps(line, ensure_ascii=False), flush=True)

    return run


def refusal(work):
    """The code with which something was refused, or `done` where it was not."""
    try:
        work()
        return "done"
    except exceptions.GoogleAPICallError as error:
        # The class is made from the HTTP status, which several codes share; the reply tells.
        reply = error.response.json()
        reply = reply[0] if isinstance(reply, list) else reply
        return reply["error"]["status"]


def plain(value):
    """A value as JSON: what JSON has no form for becomes an object that names its type."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return {"integer": str(value)} if abs(value) >= EXACT else value
    if isinstance(value, float):
        # An integer and a double of one value are to be told apart.
        return {"double": repr(value) if math.isfinite(value) else str(value)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        since = value - EPOCH
        return {"timestamp": [since.days * 86_400 + since.seconds, value.microsecond]}
    if isinstance(value, GeoPoint):
        return {"geo": [value.latitude, value.longitude]}
    if isinstance(value, DocumentReference):
        return {"reference": value.path}
    # A vector is a sequence: before lists.
    if isinstance(value, Vector):
        return {"vector": list(value)}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return {name: plain(value[name]) for name in sorted(value)}
