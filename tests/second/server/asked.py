"""What the server understands of a request."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen
from starlette.datastructures import QueryParams
from starlette.requests import Request

from tests.second.server.documents import Document, Writer
from tests.second.server.nodes import Refusal
from tests.second.server.world import Edit, Item

BULK_REFUSALS: Final = {404: 90003, 405: 90006, 501: 90010}
"""The codes with which bulk calls are refused as a whole, by the status."""

Answer = tuple[int, Document, dict[str, str]]
"""Status, body, and headers beside those that all answers have."""


@frozen
class Asked:
    """A request that is let in, and who sends it."""

    request: Request
    body: bytes
    token: str
    user: str
    writer: Writer

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    @property
    def path(self) -> dict[str, str]:
        return self.request.path_params


Handler = Callable[[Asked], Answer]


def token_of(request: Request) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return str(request.headers.get("X-SBG-Auth-Token") or bearer)


def number_of(asked: Asked, name: str, default: int) -> int:
    try:
        return int(asked.query.get(name, default))
    except ValueError:
        raise Refusal(400, 90000, f"{name} is not a whole number") from None


def body_of(asked: Asked, code: int = 5033) -> dict[str, Any]:
    if asked.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, 90008, "send application/json")
    try:
        found = json.loads(asked.body)
    except UnicodeDecodeError:
        raise Refusal(400, 90009, "the body cannot be decoded") from None
    except ValueError:
        raise Refusal(400, 10217, "the body is not JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, code, "the body is not an object")
    return found


def bulk_of(asked: Asked, key: str, code: int = 5033) -> list[Any]:
    """Return the list of a bulk call.

    Args:
        asked: the request.
        key: the list in the body.
        code: with which a list of the wrong shape is refused.
    """
    refused = asked.writer.variant.bulk_refused
    if refused is not None:
        raise Refusal(refused, BULK_REFUSALS[refused], "there are no bulk calls")
    given = body_of(asked, code).get(key)
    if not isinstance(given, list) or len(given) > 100:
        raise Refusal(400, code, f"{key} is not a list of at most 100 entries")
    if not given:
        raise Refusal(400, 10230 if code == 5033 else code, f"{key} is empty")
    return given


def bulk_answer(asked: Asked, entries: list[Document | Refusal]) -> Answer:
    """Return what a bulk call is answered with: what came of each thing."""
    variant = asked.writer.variant
    if variant.bulk_order == "shuffled":
        random.Random(len(entries)).shuffle(entries)
    return variant.bulk_status, asked.writer.bulk(entries), {}


def destination_of(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the folder or the project that is named, and None for the other; empty is absent."""
    parent, project = given.get("parent") or None, given.get("project") or None
    if (parent is None) == (project is None):
        raise Refusal(400, 5029 if parent is None else 5031, "give one of parent and project")
    if project is not None and str(project).count("/") != 1:
        raise Refusal(400, 3012, "project is not owner/project")
    return parent, project


def edit_of(given: Any, erases: bool = False) -> Edit:
    if not isinstance(given, dict):
        raise Refusal(400, 5033, "an entry is not an object")
    file, name, tags, metadata = given.get("id", given.get("file_id")), *map(given.get, ("name", "tags", "metadata"))
    if not isinstance(file, str) or not isinstance(name, str | None):
        raise Refusal(400, 5033, "an id or a name is not a string")
    if not isinstance(tags, list | None) or not isinstance(metadata, dict | None):
        raise Refusal(400, 5033, "tags or metadata have the wrong shape")
    if not all(isinstance(one, str) for one in tags or ()):
        raise Refusal(400, 5033, "a tag is not a string")
    if not all(isinstance(one, str | None) for one in (metadata or {}).values()):
        raise Refusal(400, 5033, "a value of metadata is not a string")
    if not file:
        raise Refusal(400, 5004, "the id of a file is empty")
    if name is not None and (len(name) > 255 or "/" in name):
        raise Refusal(400, 10235, "not a name for a file")
    return Edit(file, name, tags, metadata, erases)


def item_of(given: Mapping[str, Any], job_type: str) -> Item:
    if not all(isinstance(given.get(key) or "", str) for key in ("file", "parent", "project", "name")):
        raise Refusal(400, 5033, "an item has a value that is not a string")
    if not given.get("file"):
        raise Refusal(400, 5004, "the id of a file is empty")
    name = given.get("name") or None
    if name is not None and (len(name) > 255 or "/" in name):
        raise Refusal(400, 10235, "not a name for a file")
    return Item(given["file"]) if job_type == "DELETE" else Item(given["file"], *destination_of(given), name)
