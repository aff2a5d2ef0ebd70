"""The tests' exercise of the contract, recorded on one simulator: generated calls, every status, our clients' days.

The recorder stands in front of the service, where also answers are made odd in ways that the contract allows and the
simulator never is: our clients read those, too.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from attrs import Factory, define
from schemathesis.engine import from_schema

from sbg_bulk.simulator import Simulator
from sbg_bulk.simulator.http.app import Message, Receive, Scope, Send
from sbg_bulk.simulator.http.transport import Transport
from sbg_bulk.simulator.service.contract import BASE_PATH
from scripts.lib.coverage.generation import examples_simulator, schema_for
from scripts.lib.coverage.points import Exchange
from scripts.lib.coverage.recipes import DRS_URI, GOOD, Request, an_export, an_import, documented, recipe
from scripts.lib.coverage.traffic import awaiting, be_a_stranger, blocking, spend_a_day
from scripts.lib.spec import BY_ID, Node

SEED = 20190220

Change = Callable[[Any], Any]


_PROJECT = {"owner": "rfranklin", "project": "my-project"}
_VOLUME = {"volume_owner": "rfranklin", "volume_name": "my-volume"}
_HOW_TO_IMPORT = {"overwrite": True, "autorename": True, "preserve_folder_structure": False}
_HOW_TO_EXPORT = dict.fromkeys(("sse_algorithm", "sse_aws_kms_key_id", "aws_canned_acl", "aws_storage_class"), "x")
_DRS_ITEM = {"drs_uri": DRS_URI, "project": "rfranklin/my-project"}
_SAMPLE = {"id": "5c6d4227e4b0385632389346"}
MORE = [
    ("list_files", Request(query={"project": "rfranklin/my-project", **filters}))
    for filters in ({"tag": "tumor"}, {"metadata.sample_id": "CA-0001"}, {"origin.task": "none"})
] + [
    ("list_projects", Request(query={"tags": "pilot", "limit": "1"})),
    ("list_owner_projects", Request({"owner": "rfranklin"}, {"name": "project", "tags": "pilot", "fields": "_all"})),
    ("list_project_files", Request(_PROJECT, {"offset": "1", "limit": "1", "fields": "_all"})),
    ("bulk_get_files", Request(json={"file_ids": ["5a97d4741c94edbe85904936"]})),
    ("bulk_edit_files", Request(json={"items": [_SAMPLE] * 101})),
    ("bulk_edit_files", Request(json={"items": [_SAMPLE]})),
    ("bulk_edit_files", Request(json={"items": [{**_SAMPLE, "name": None, "tags": None, "metadata": None}]})),
    ("bulk_edit_files", Request(json={"items": [{**_SAMPLE, "name": "renamed.bam"}]})),
    ("list_volume_objects", Request(_VOLUME, {"prefix": "my-folder/", "limit": "1"})),
    ("list_volume_objects", Request(_VOLUME, {"continuation_token": "Y2hpbWVyYXMuaHRtbC5neg=="})),
    ("start_import", Request(json=an_import(parent="5c6d3a08e4b0385632389300", name="new.gz") | _HOW_TO_IMPORT)),
    ("start_export", Request(query={"copy_only": "maybe"}, json=an_export())),
    ("start_export", Request(query={"copy_only": "false"}, json=an_export() | {"overwrite": True})),
    ("start_export", Request(json=an_export() | {"properties": _HOW_TO_EXPORT})),
    *[("list_imports", Request(query=query)) for query in ({"volume": "rfranklin/my-volume"}, {"project": "a/b"})],
    *[(call, Request(query={"state": "FAILED", "fields": "_all"})) for call in ("list_imports", "list_exports")],
    ("get_import", Request({"import_id": "F" * 32})),
    ("get_export", Request({"export_id": "G" * 32})),
    *[
        ("start_drs_import", Request(json={"items": [_DRS_ITEM | item], "conflict_resolution": resolution} | tags))
        for resolution, item, tags in (
            ("OVERWRITE", {"metadata": {"sample_id": "S1"}, "name": "a.bam"}, {"tags": ["portal"]}),
            ("RENAME", {"metadata": None}, {"tags": None}),
            ("SKIP", {"metadata": {"sample_id": None}}, {}),
        )
    ],
    ("start_drs_import", Request(json={"items": [{"drs_uri": DRS_URI, "parent": "5c6d3a08e4b0385632389300"}]})),
    ("start_drs_import", Request(json={"items": [_DRS_ITEM] * 101})),
    ("bulk_start_exports", Request(json={"items": [an_export()]})),
    ("bulk_start_exports", Request(json={"items": [an_export()] * 101})),
    ("bulk_start_imports", Request(json={"items": [an_import()] * 101})),
    ("bulk_get_imports", Request(json={"import_ids": ["F" * 32] * 101})),
]
"""Calls that nothing else makes: filters, which a generator does not hit upon, and whatever can be said in a body."""


@define
class Recorder:
    """The service of a simulator, and a record of what it was asked and what it answered."""

    simulator: Simulator
    exchanges: list[Exchange] = Factory(list)
    change: Change | None = None
    """Changes the bodies of successful answers, before they are recorded and sent."""

    def transport(self) -> Transport:
        return Transport(self, self.simulator.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.simulator.app(scope, receive, send)
            return
        asked = await receive()
        start: Message = {}

        async def received() -> Message:
            return asked

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body = self._changed(start["status"], message["body"])
            headers = [(key, value) for key, value in start["headers"] if key != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
            await send({**message, "body": body})
            self._keep(scope, asked["body"], start, body)

        await self.simulator.app(scope, received, sent)

    def _changed(self, status: int, body: bytes) -> bytes:
        return body if self.change is None or status >= 300 else json.dumps(self.change(json.loads(body))).encode()

    def _keep(self, scope: Scope, asked: bytes, start: Message, answer: bytes) -> None:
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        self.exchanges.append(
            Exchange(
                scope["method"],
                path.removeprefix(BASE_PATH),
                scope["query_string"].decode("latin-1"),
                _texts(scope["headers"]),
                asked,
                start["status"],
                _texts(start["headers"]),
                answer,
            )
        )


def _texts(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def record() -> list[Exchange]:
    """Record everything, in a few seconds; the same each time but for the order of what is drawn."""
    recorder = Recorder(examples_simulator())
    _generate(recorder)
    _answer_with_every_status(recorder)
    _be_called_by_our_clients(recorder)
    _answer_oddly(recorder)
    return recorder.exchanges


def _generate(recorder: Recorder) -> None:
    """Have schemathesis send the contract's examples and what lies at the edges of its schemas."""
    schema = schema_for(recorder.simulator, seed=SEED, max_examples=10)
    schema.app = recorder
    schema.config.phases.fuzzing.enabled = False
    schema.config.phases.stateful.enabled = False
    for _ in from_schema(schema).execute():
        recorder.simulator.reset()


def _answer_with_every_status(recorder: Recorder) -> None:
    for operation, status in documented():
        recorder.simulator.reset()
        prepare, request, token = recipe(operation, status)
        prepare(recorder.simulator)
        _ask(recorder, operation, request, {"X-SBG-Auth-Token": token})
    for operation, request in MORE:
        recorder.simulator.reset()
        _ask(recorder, operation, request, {"X-SBG-Auth-Token": "demo-token"})
    for operation in ("start_import", "list_imports"):  # the list shows what has just been started
        _ask(recorder, operation, GOOD[operation], {"X-SBG-Auth-Token": "demo-token"})
    recorder.change = partial(_with, "items", [])
    for operation in ("bulk_get_files", "bulk_get_imports", "bulk_get_exports", "list_volumes"):
        _ask(recorder, operation, GOOD[operation], {"X-SBG-Auth-Token": "demo-token"})
    recorder.change = None
    for operation in _NOT_OF_OUR_CLIENTS:
        for change in _oddities(_answer_of(operation)):
            recorder.change = change
            _ask(recorder, operation, GOOD[operation], {"X-SBG-Auth-Token": "demo-token"})
    recorder.change = None
    for operation, request in GOOD.items():
        recorder.simulator.reset()
        _ask(recorder, operation, request, {"Authorization": "Bearer demo-token"})
        _ask(recorder, operation, request, {})
        if BY_ID[operation].request is not None:
            _ask(recorder, operation, Request(json=None), {"X-SBG-Auth-Token": "demo-token"}, content=b"")


def _ask(
    recorder: Recorder, operation: str, request: Request, headers: dict[str, str], content: bytes | None = None
) -> None:
    call = BY_ID[operation]
    if call.request is not None:
        headers = {**headers, "Content-Type": request.media_type}
        content = json.dumps(request.json).encode() if content is None else content
    path = call.path.format_map(request.path)
    with httpx.Client(transport=recorder.transport(), base_url=recorder.simulator.base_url) as client:
        client.request(call.method.upper(), path, params=request.query, headers=headers, content=content)


def _be_called_by_our_clients(recorder: Recorder) -> None:
    for kind in (blocking, awaiting):
        recorder.simulator.reset()
        url = recorder.simulator.base_url
        with (
            tempfile.TemporaryDirectory() as folder,
            kind(url, "demo-token", recorder.simulator, recorder.transport()) as call,
        ):
            spend_a_day(call, recorder.simulator, Path(folder))
        with kind(url, "not-a-token", recorder.simulator, recorder.transport()) as call:
            be_a_stranger(call)


def _answer_oddly(recorder: Recorder) -> None:
    """Leave out what may be absent, null what may be null, name what nobody knows: our client reads all of it."""
    asking: list[tuple[str, tuple[Any, ...]]] = [
        ("jobs_page", (1, 2)),  # between others: with links both ways
        ("files_page", ("rfranklin/my-project",)),
        ("file", ("5c6d4227e4b0385632389346",)),
        ("projects", ()),
        ("project", ("rfranklin/my-project",)),
        ("user", ()),
        ("rate_limit", ()),
    ]
    simulator = recorder.simulator
    simulator.reset()
    with blocking(simulator.base_url, "demo-token", simulator, recorder.transport()) as call:
        for method, arguments in asking:
            for change in _oddities(_SCHEMAS[method]):
                recorder.change = change
                call(method, *arguments)
    recorder.change = None


def _answer_of(operation: str) -> Node:
    schema: Node = BY_ID[operation].success["content"]["application/json"]["schema"]
    return schema


_NOT_OF_OUR_CLIENTS = [name for name in GOOD if name.endswith(("_volume", "_volumes", "_objects", "port", "ports"))]
"""Operations whose answers only these calls read."""

_SCHEMAS = {
    method: _answer_of(operation)
    for method, operation in {
        "jobs_page": "list_async_jobs",
        "files_page": "list_files",
        "file": "get_file",
        "projects": "list_projects",
        "project": "get_project",
        "user": "get_user",
        "rate_limit": "get_rate_limit",
    }.items()
}


def _oddities(schema: Node) -> Iterator[Change]:
    """Return ways to change an answer of this schema that the schema allows."""
    for name, definition in schema.get("properties", {}).items():
        if name not in schema.get("required", ()):
            yield partial(_without, name)
        if definition.get("nullable"):
            yield partial(_with, name, None)
            if definition["type"] == "array":
                yield partial(_with, name, [])
        if "anyOf" in definition:
            yield partial(_with, name, "NEW")
        for change in _oddities(definition):
            yield partial(_within, name, change)
    if "items" in schema:
        for change in _oddities(schema["items"]):
            yield partial(_each, change)


def _without(name: str, answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != name}


def _with(name: str, value: Any, answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, name: value}


def _within(name: str, change: Change, answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, name: change(answer[name])} if answer.get(name) else answer


def _each(change: Change, entries: list[Any]) -> list[Any]:
    return [change(entry) for entry in entries]
