"""What the calls of schemathesis are about: a course, its topics, a conversation, as the document itself says one makes them.

Nothing here knows a route. Whatever the document can create is created, from the example of its body, so a route that
is added to the document is exercised with ids that are there.
"""

import random
import re
import time

import requests

SECONDS = 20
HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS
PLACE_HOLDER = re.compile(r"^\{(.+)\}$")
# Of things that calls may take away there is more than one.
EACH = 3


class World:
    def __init__(self, base_url: str, document: dict, seed: int, who: str):
        self.base_url = base_url
        self.document = document
        self.random = random.Random(f"{seed} {who}")
        self.session = requests.Session()
        # Ids by the path at which they were made, as `/api/courses/c1/topics`, and by the last word of it.
        self.at_path: dict[str, list[str]] = {}
        self.of_kind: dict[str, list[str]] = {}
        self.seen: set[str] = set()
        # Paths of which nobody can make what stands in them.
        self.out_of_reach: set[str] = set()
        paths = [path.strip("/").split("/") for path in document["paths"]]
        # A word with a place-holder behind it is a kind of thing.
        self.kinds = {word for path in paths for word, next_one in zip(path, path[1:]) if PLACE_HOLDER.match(next_one)}

    def sign_in(self, uid: str, admin: bool = False) -> str:
        body = {"uid": uid, "email": f"{uid}@school.example", "name": uid, "admin": admin}
        return self._call("post", "/api/dev/sign-in", None, body).json()["idToken"]

    def populate(self, token: str, rounds: int = EACH) -> None:
        """Makes some of everything that can be made. What needs another thing first is made in the next round."""
        for _ in range(rounds):
            for template in self._creating():
                self._create(template, token)
        for template, item in self.document["paths"].items():
            if "get" in item and not template.endswith("}"):
                self._learn(template, item["get"], token)

    def keep_seen(self) -> None:
        """Leaves of each kind what was made or seen since `seen` was cleared, if anything was."""
        for pools in (self.at_path, self.of_kind):
            for place, ids in pools.items():
                pools[place] = [one for one in ids if one in self.seen] or ids

    def join(self, token: str) -> None:
        """Makes the caller a member of the courses."""
        for code in self.of_kind.get("code", []):
            joined = self._call("post", "/api/courses/join", token, {"code": code})
            if joined.ok:
                self._note("/api/courses", joined.json())

    def path_parameters(self, template: str) -> dict[str, str]:
        """Ids for the place-holders of a path, of things that are there, as far as there are any."""
        chosen = {}
        concrete = []
        words = template.strip("/").split("/")
        for word in words:
            place = PLACE_HOLDER.match(word)
            if place:
                ids = self.at_path.get("/" + "/".join(concrete)) or self.of_kind.get(concrete[-1] if concrete else "")
                if ids:
                    word = chosen[place[1]] = self.random.choice(ids)
            concrete.append(word)
        return chosen

    def reference(self, field: str) -> str | None:
        """An id for a field such as `courseId`."""
        ids = self.of_kind.get(f"{field[:-2]}s") if field.endswith("Id") else None
        return self.random.choice(ids) if ids else None

    def forget(self, identifier: str) -> None:
        """Something is gone."""
        for ids in [*self.at_path.values(), *self.of_kind.values()]:
            if identifier in ids:
                ids.remove(identifier)

    def replenish(self, template: str, tokens: list[str]) -> None:
        """Makes what could stand in a path, when nothing is left of it: each of these may, until there is some. Once nobody
        could, nobody is asked again."""
        for token in tokens:
            if self.is_short_of(template) and template not in self.out_of_reach:
                self.populate(token, rounds=1)
        if self.is_short_of(template):
            self.out_of_reach.add(template)

    def is_short_of(self, template: str) -> bool:
        """Whether nothing is left that could stand in a path."""
        places = [word for word in template.split("/") if PLACE_HOLDER.match(word)]
        return len(self.path_parameters(template)) < len(places)

    def fresh(self, value: object) -> object:
        """A body whose references lead somewhere and whose unique values are."""
        if isinstance(value, list):
            return [self.fresh(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {name: self._fresh_field(name, field) for name, field in value.items()}

    def _fresh_field(self, name: str, value: object) -> object:
        # Open since an hour, due in a week: an assignment that nobody may work on hides what comes behind it.
        if name in ("startAt", "dueAt") and isinstance(value, int):
            return now_ms() + (-HOUR_MS if name == "startAt" else WEEK_MS)
        if not isinstance(value, str):
            return self.fresh(value)
        if name in ("code", "clientMessageId"):
            return f"{name[:6]}-{self.random.randrange(10**12):012}"
        return self.reference(name) or value

    def _creating(self) -> list[str]:
        """Paths where `POST` makes a thing of a kind, outer ones first."""
        found = [path for path, item in self.document["paths"].items() if "post" in item and path.split("/")[-1] in self.kinds]
        return sorted(found, key=lambda path: (path.count("{"), "{" in path, path != "/api/courses"))

    def _create(self, template: str, token: str) -> None:
        example = self._example(self.document["paths"][template]["post"])
        if example is None or self.is_short_of(template):
            return
        path = template.format(**self.path_parameters(template))
        body = self.fresh(example)
        made = self._call("post", path, token, body)
        if made.status_code in (200, 201) and isinstance(made.json(), dict):
            self._note(path, made.json())
            if path == "/api/courses":
                self.of_kind.setdefault("code", []).append(body["code"])

    def _learn(self, template: str, operation: dict, token: str) -> None:
        """Notes the ids that a list shows, of what could not be made: an admin is shown what is not its own, too."""
        if template.split("/")[-1] in self.of_kind:
            return
        needed = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and one.get("required")]
        query = {name: self.reference(name) for name in needed}
        if self.is_short_of(template) or None in query.values():
            return
        path = template.format(**self.path_parameters(template))
        listed = self._call("get", path, token, None, query)
        if listed.status_code == 200 and "json" in listed.headers.get("content-type", ""):
            answer = listed.json() if isinstance(listed.json(), dict) else {}
            self._note_references(answer)
            for item in answer.get("items", []):
                self._note(path, item)

    def _note(self, path: str, thing: object) -> None:
        kind = path.split("/")[-1]
        identifier = isinstance(thing, dict) and (thing.get("id") or thing.get(f"{kind.rstrip('s')}Id") or thing.get("userId"))
        if isinstance(identifier, str):
            self.seen.add(identifier)
            for ids in (self.at_path.setdefault(path, []), self.of_kind.setdefault(kind, [])):
                if identifier not in ids:
                    ids.append(identifier)

    def _note_references(self, thing: dict) -> None:
        """Notes what an answer names and nobody makes, as the `walletId` of one's own wallet."""
        made = {path.split("/")[-1] for path in self._creating()}
        for field, identifier in thing.items():
            kind = f"{field[:-2]}s"
            if field.endswith("Id") and isinstance(identifier, str) and kind in self.kinds - made:
                self._note(kind, {"id": identifier})

    def _example(self, operation: dict) -> dict | None:
        body = operation.get("requestBody")
        if body is None:
            return {}
        content = body["content"].get("application/json", {})
        if "example" in content:
            return content["example"]
        examples = list(content.get("examples", {}).values())
        return examples[0].get("value") if examples else None

    def _call(self, method: str, path: str, token: str | None, body: object, query: dict | None = None) -> requests.Response:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.session.request(method, self.base_url + path, json=body, params=query, headers=headers, timeout=SECONDS)


def plain(value: object) -> object:
    """With whole numbers written so: 7.0 is an integer to JSON Schema, but to serde, as to most parsers, only 7 is one."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(field) for name, field in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def now_ms() -> int:
    return int(time.time() * 1000)
