"""A program that differs from the scenario is found out, whatever the difference."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.lib.languages.judge import Performance, perform
from scripts.lib.languages.kits import KITS
from scripts.lib.languages.python import program
from scripts.lib.languages.scenario import Scenario, load
from scripts.lib.languages.stages import go_through

SCENARIO = load()

Send = Callable[..., httpx.Response]


def run_python(url: str) -> str:
    """The Python program, in this process."""
    return json.dumps(program.run(json.loads(SCENARIO.for_programs()), url, SCENARIO.settings.token))


def perform_python() -> Performance:
    return perform(SCENARIO, run_python)


def rebuilt(request: httpx.Request, **changes: Any) -> httpx.Request:
    """The request with another method, address, body or other headers."""
    body = {"method": request.method, "url": request.url, "headers": request.headers, "content": request.content}
    headers = httpx.Headers(changes.pop("headers", request.headers))
    headers.pop("content-length", None)
    return httpx.Request(**{**body, **changes, "headers": headers})


def without(request: httpx.Request, name: str) -> httpx.Headers:
    return httpx.Headers([(key, value) for key, value in request.headers.items() if key != name])


CHANGES: Mapping[str, Callable[[httpx.Request], httpx.Request]] = {
    "an extra parameter": lambda r: rebuilt(r, url=r.url.copy_add_param("fields", "_all")),
    "a parameter left out": lambda r: rebuilt(r, url=r.url.copy_remove_param("offset")),
    "another path": lambda r: rebuilt(r, url=r.url.copy_with(path=f"{r.url.path}/")),
    "a body with a GET": lambda r: rebuilt(r, content=r.content or b"null"),
    "a key more in a body": lambda r: rebuilt(r, content=r.content.replace(b'{"items"', b'{"dry_run":false,"items"')),
    "numbers for strings": lambda r: rebuilt(r, content=r.content.replace(b'"file":"', b'"file":0,"was":"')),
    "the token a second time": lambda r: rebuilt(r, headers={**r.headers, "Authorization": "Bearer demo-token"}),
    "no content type": lambda r: rebuilt(r, headers=without(r, "content-type")),
    "a content type without a body": lambda r: rebuilt(r, headers={**r.headers, "Content-Type": "application/json"}),
    "no JSON wanted": lambda r: rebuilt(r, headers={**r.headers, "Accept": "text/html"}),
}


def plant(
    monkeypatch: pytest.MonkeyPatch, instead: Callable[[Send, httpx.Client, httpx.Request], httpx.Response]
) -> None:
    """Have requests to the API, but not those to the control address, sent in another way."""
    original = httpx.Client.send

    def send(client: httpx.Client, request: httpx.Request, **settings: Any) -> httpx.Response:
        if request.url.path.startswith("/_simulator"):
            return original(client, request, **settings)
        return instead(original, client, request)

    monkeypatch.setattr(httpx.Client, "send", send)


def test_the_program_as_it_is_differs_in_nothing() -> None:
    performance = perform_python()
    assert (performance.wrong_answers, performance.wrong_requests) == ([], [])
    assert performance.answers == len(performance.requests) > 50


def is_refused_anyway(request: httpx.Request) -> bool:
    """Whether a request belongs to a step that ends in a refusal: no later step builds upon what it answers."""
    neither = request.url.path == "/v2/files" and request.method == "GET" and "name" not in request.url.params
    return (neither and "project" not in request.url.params) or b"1e3de690c4b058509735944e" in request.content


@pytest.mark.parametrize("change", CHANGES)
def test_a_request_that_differs_is_found(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    def changed(send: Send, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        return send(client, CHANGES[change](request) if is_refused_anyway(request) else request)

    plant(monkeypatch, changed)
    found = " ".join(perform_python().wrong_requests)
    assert "(two destinations for one item)" in found or "(neither a project nor a folder to list)" in found
    assert found.count("expected") <= 2


def test_a_repeated_request_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    repeated: list[str] = []

    def twice(send: Send, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/projects"):
            repeated.append(request.url.path)
            send(client, request)
        return send(client, request)

    plant(monkeypatch, twice)
    performance = perform_python()
    assert repeated == ["/v2/projects"]
    assert any("one too many" in line for line in performance.wrong_requests)


def test_a_request_that_is_not_sent_is_found() -> None:
    shorter = Scenario(SCENARIO.settings, [step for step in SCENARIO.steps if step["name"] != "my projects"])
    performance = perform(
        SCENARIO, lambda url: json.dumps(program.run(json.loads(shorter.for_programs()), url, "demo-token"))
    )
    assert performance.wrong_answers
    assert performance.wrong_requests


@pytest.mark.parametrize(
    ("step", "number", "change"),
    [
        ("who am I", 0, {"status": 204}),
        ("my projects", 0, {"headers": {}}),
        ("one file, larger than 31 bits can count", 0, {"body": {"name": "sample.bam", "size": 2147483647}}),
        (
            "one project",
            0,
            {"body": {"root_folder": "5c6d3a08e4b0385632389300", "permissions": {"copy": 1, "admin": 1}}},
        ),
        ("wait for the move", 0, {"body": {"state": "RUNNING"}}),
    ],
)
def test_an_answer_that_is_read_wrongly_is_found(step: str, number: int, change: Mapping[str, Any]) -> None:
    def misread(url: str) -> str:
        seen = json.loads(run_python(url))
        [entry] = [entry for entry in seen if entry["name"] == step]
        entry["answers"][number].update(change)
        return json.dumps(seen)

    performance = perform(SCENARIO, misread)
    assert next(line.partition(",")[0] for line in performance.wrong_answers) == step.partition(",")[0]
    assert performance.wrong_requests == []


def test_a_difference_in_the_typescript_program_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preload = tmp_path / "preload.mjs"
    preload.write_text(
        "const original = globalThis.fetch;\n"
        "globalThis.fetch = (request, ...rest) => {\n"
        "  if (request instanceof Request) request.headers.set('content-type', 'application/json');\n"
        "  return original(request, ...rest);\n"
        "};\n",
        encoding="utf-8",
    )
    stages = KITS["typescript"](tmp_path / "work", SCENARIO, lambda _: None)
    (tmp_path / "work").mkdir()
    prepared = list(go_through([stage for stage in stages if stage.name in ("installed", "generated")]))
    assert [outcome.state for outcome in prepared] == ["done", "done"]
    monkeypatch.setenv("NODE_OPTIONS", f"--import={preload.as_uri()}")
    outcomes = list(go_through([stage for stage in stages if stage.name in ("ran", "requests identical")]))
    assert outcomes[-1].state == "failed"
    assert outcomes[-1].stage == "requests identical"
    assert outcomes[-1].text.startswith("request 1 (who am I):")
