"""The shape that a variant gives to answers: the last thing that is done to them before faults strike."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import evolve

from sbg_bulk.simulator.service.reply import Reply, encode
from sbg_bulk.simulator.variant import Variant

PUBLIC_HOST: Final = "https://api.platform.example"
LEAST: Final = ("href", "id", "name", "project")
"""The properties of a file that are there in any case."""

_COUNTS: Final = ("total_files", "completed_files", "failed_files")
_STRANGE: Final[Mapping[str, Any]] = {"_revision": 3, "labels": [{"x": None}], "owner_info": {"state": "FINISHED"}}
_FREE_FORM: Final = "metadata"
"""What the keys of are the user's own."""

Document = dict[str, Any]


def shape(variant: Variant, operation: str | None, reply: Reply) -> Reply:
    """Return the answer to an operation, None for an unknown one, as a variant has it."""
    document = json.loads(reply.body)
    headers = dict(reply.headers)
    if operation == "list_async_jobs" and not variant.listed_results:
        for job in document.get("items", ()):
            job.pop("result", None)
    if operation is not None and operation.startswith("bulk_") and reply.status == 200:
        document["items"] = _bulk_entries(variant, operation, document["items"])
        reply = evolve(reply, status=variant.bulk_status)
    if "items" in document and "links" in document and variant.links != "next":
        document["links"] = [] if variant.links == "empty" else None
        if variant.links == "absent":
            del document["links"]
    if variant.links != "next" or variant.hrefs != "absolute":
        headers.pop(b"link", None)
    if not variant.total_header:
        headers.pop(b"x-total-matching-query", None)
    if operation == "get_rate_limit" and variant.rate_headers == "milliseconds" and "rate" in document:
        document["rate"]["reset"] *= 1000
    return Reply(reply.status, encode(_written(variant, document)), tuple(headers.items()))


def _bulk_entries(variant: Variant, operation: str, entries: Sequence[Document]) -> Sequence[Document]:
    kept = []
    for entry in entries:
        resource, error = entry.get("resource"), entry.get("error")
        if resource is None or not operation.endswith("_files"):
            resource = {}
        if operation == "bulk_get_files" and resource.get("type") == "folder" and not variant.bulk_folders:
            continue
        if resource and variant.bulk_fields == "least":
            entry["resource"] = {name: value for name, value in resource.items() if name in LEAST}
        if error is not None and not variant.bulk_error_status:
            del error["status"]
        kept.append(entry)
    if variant.bulk_order == "shuffled":
        random.Random(len(kept)).shuffle(kept)  # noqa: S311 - the same each time
    return kept


def _written(variant: Variant, document: Any) -> Any:
    """Return a document with the values of all its objects, at any depth, as a variant writes them."""
    if isinstance(document, list):
        return [_written(variant, each) for each in document]
    if not isinstance(document, dict):
        return document
    made: Document = {}
    for name, value in document.items():
        written = value if name == _FREE_FORM else _written(variant, value)
        made[name] = _WRITERS[name](variant, written) if name in _WRITERS else written
    if not variant.error_codes and "more_info" in made and made.get("code") != 0:
        made.pop("code", None)
    if variant.without_value == "null" and made.get("more_info") == "":
        made["more_info"] = None
    if variant.without_value == "absent":
        made = {name: value for name, value in made.items() if value is not None}
    made = {name: value for name, value in made.items() if value is not _GONE}
    return {**made, **_STRANGE} if variant.extra_keys else made


_GONE: Final = object()


def _date(variant: Variant, value: Any) -> Any:
    if variant.dates == "absent":
        return _GONE
    if value is None:
        return None
    ending = {"Z": "Z", "offset": "+00:00", "fractional": ".000000Z", "naive": ""}[variant.dates]
    return value.removesuffix("Z") + ending


def _href(variant: Variant, value: str) -> Any:
    if variant.hrefs == "absent":
        return _GONE
    parts = urlsplit(value)
    host = {"absolute": f"{parts.scheme}://{parts.netloc}", "relative": "", "public": PUBLIC_HOST}[variant.hrefs]
    return host + value.removeprefix(f"{parts.scheme}://{parts.netloc}")


def _count(variant: Variant, value: Any) -> Any:
    return str(value) if variant.counts_as == "strings" else value


def _state(variant: Variant, value: Any) -> Any:
    return dict(zip(("SUBMITTED", "RESOLVING", "RUNNING"), variant.states, strict=True)).get(value, value)


def _origin(variant: Variant, value: Any) -> Any:
    return {"task": None} | value if variant.without_value == "null" else value


_WRITERS: Final[Mapping[str, Callable[[Variant, Any], Any]]] = {
    **dict.fromkeys(("started_on", "finished_on", "created_on", "modified_on"), _date),
    **dict.fromkeys(_COUNTS, _count),
    "href": _href,
    "state": _state,
    "origin": _origin,
}
"""What depends on a variant wherever it stands, by its name."""
