"""Puts ids of things that are there into what schemathesis makes up, and counts what was answered."""

import atexit
import json
import os
import re
from collections import Counter, defaultdict

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

from world import World, plain

# Of ten calls so many are about something that is there.
REAL = 8
# Ids, cursors, versions and places in the bucket are opaque, an assignment is due after it begins and has a persona of its
# course, and a stream is no plain request.
BEYOND_SCHEMAS = re.compile(r"Id$|^cursor$|^dueAt$|^upgrade$|^If-Match$|persona$|storagePath$")

caller = os.environ["CONTRACT_CALLER"]
base_url = os.environ["CONTRACT_URL"]
seed = int(os.environ["CONTRACT_SEED"])
counts: dict[str, Counter] = defaultdict(Counter)
world: World | None = None
owner: str = ""
own: str = os.environ["CONTRACT_TOKEN"]


@schemathesis.hook
def after_load_schema(context, schema):
    global world, owner
    if world is not None:
        return
    world = World(base_url, schema.raw_schema, seed, caller)
    owner = own if caller == "staff" else world.sign_in(f"contract-owner-{caller}", admin=True)
    world.populate(owner)
    if caller == "student":
        world.seen.clear()
        world.join(own)
        world.populate(own)
        world.keep_seen()


@schemathesis.hook
def before_call(context, case, kwargs):
    meta = case.meta
    allowed_body = isinstance(case.body, dict | list) and not (meta and meta.is_negative_at(ParameterLocation.BODY))
    if allowed_body:
        case.body = plain(case.body)
    # What follows from an answer before it is right as it is.
    linked = meta is not None and meta.phase.name == TestPhase.STATEFUL
    if linked or world.random.randrange(10) >= REAL:
        return
    # Its own things first: what is another's may be hidden from it.
    world.replenish(case.operation.path, [token for token in (own, owner) if token])
    if case.path_parameters and not (meta and meta.is_negative_at(ParameterLocation.PATH)):
        case.path_parameters.update(world.path_parameters(case.operation.path))
    if case.query and not (meta and meta.is_negative_at(ParameterLocation.QUERY)):
        # Nobody can make up a cursor.
        case.query.pop("cursor", None)
        case.query.update({name: world.reference(name) for name in case.query if world.reference(name)})
    if allowed_body:
        case.body = world.fresh(case.body)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A schema cannot say whether a reference leads somewhere, how two fields must stand to one another, or that a text
    says something."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code not in (400, 412):
        return True
    # Nobody can make up the latest version of something or Stripe's signature, and no schema says what a table holds.
    unsigned = case.operation.path == "/api/webhooks/stripe"
    if response.status_code == 412 or case.media_type == "text/csv" or unsigned:
        return False
    fields = response.json()["error"]["details"]["fields"]
    return not all(BEYOND_SCHEMAS.search(field["path"]) or is_blank(case.body, field["path"]) for field in fields)


def is_blank(body, path):
    """Whether a body has at a path such as `aiConfig.voice` or `[3]` nothing but blanks, or a text of nothing else."""
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(body, list):
            body = body[int(step)]
        else:
            body = body.get(step) if isinstance(body, dict) else None
    texts = body.values() if isinstance(body, dict) else [body]
    return any(isinstance(text, str) and text != "" and not text.strip() for text in texts)


@schemathesis.hook
def after_call(context, case, response):
    counts[f"{case.method} {case.operation.path}"][response.status_code] += 1
    gone = case.method == "DELETE" and response.status_code < 300
    closed = response.status_code == 409 and b"CONVERSATION_CLOSED" in response.content
    if gone or closed:
        for identifier in (case.path_parameters or {}).values():
            world.forget(identifier)


@atexit.register
def report():
    with open(os.environ["CONTRACT_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
