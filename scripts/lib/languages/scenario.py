"""The scenario: its steps, and what `spec/scenario.yaml` says that they must cause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import yaml
from attrs import frozen

from scripts.lib.languages.recorder import Request, canonical

ROOT: Final = Path(__file__).resolve().parents[3]
SPEC: Final = ROOT / "spec" / "openapi.yaml"
SCENARIO: Final = ROOT / "spec" / "scenario.yaml"

Answers = Sequence[Mapping[str, Any]]
"""The answers that a program has seen in one step: `status`, `headers` and `body` of each."""

_NAME = re.compile(r"\$([a-z_]+)")

_KEYS: Mapping[bool, set[str]] = {
    False: {"name", "control"},
    True: {
        *("name", "call", "arguments", "body", "token", "pages", "times", "until", "meanwhile"),
        *("capture", "expect", "requests"),
    },
}
"""Keys that a step may have, by whether it is a call."""


@frozen
class Settings:
    """The settings of the simulator: `rate_limit` is requests and seconds, `clock` Unix seconds."""

    seed: str
    clock: float
    speed: float
    rate_limit: tuple[int, float]
    token: str


@frozen
class Scenario:
    """A scenario. `steps` are as in the file, which says what their keys mean."""

    settings: Settings
    steps: Sequence[Mapping[str, Any]]

    @property
    def calls(self) -> Sequence[Mapping[str, Any]]:
        """The steps that call the API; the others move the simulator."""
        return [step for step in self.steps if "call" in step]

    def for_programs(self) -> str:
        """Write the steps as JSON, for the programs: without what is expected of them."""
        judged = ("expect", "requests")
        return json.dumps([{key: value for key, value in step.items() if key not in judged} for step in self.steps])


def load(path: Path = SCENARIO) -> Scenario:
    """Read a scenario. Raises ValueError for a step with a key that means nothing."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for step in document["steps"]:
        unknown = step.keys() - _KEYS["call" in step]
        if unknown:
            raise ValueError(f"step {step.get('name')!r}: no step has {', '.join(sorted(unknown))}")
    simulator = document["simulator"]
    settings = Settings(**{**simulator, "rate_limit": tuple(simulator["rate_limit"])})
    return Scenario(settings, document["steps"])


def value_at(document: Any, path: str) -> Any:
    """Return the value that a dotted path leads to. Raises LookupError if it leads nowhere."""
    for part in path.split("."):
        if isinstance(document, Sequence) and not isinstance(document, str):
            document = document[int(part)]
        elif isinstance(document, Mapping):
            document = document[part]
        else:
            raise LookupError(f"{path}: nothing is at {part}")
    return document


def substitute(value: Any, names: Mapping[str, str]) -> Any:
    """Return the value with `$name` replaced by what it stands for. Raises LookupError for a name that is not known."""
    if isinstance(value, str):
        return _NAME.sub(lambda found: names[found[1]], value)
    if isinstance(value, Mapping):
        return {key: substitute(entry, names) for key, entry in value.items()}
    if isinstance(value, list):
        return [substitute(entry, names) for entry in value]
    return value


def captured(step: Mapping[str, Any], answers: Answers) -> Mapping[str, str]:
    """Return the values to which a step gives names. Raises LookupError if its last answer has not got them."""
    return {name: value_at(answers[-1]["body"], path) for name, path in step.get("capture", {}).items()}


def expected_answers(step: Mapping[str, Any], names: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Return the answers that a program must see in a step, one entry for each call."""
    return [substitute(each, names) for each in _repeated(step["expect"])]


def expected_requests(step: Mapping[str, Any], names: Mapping[str, str]) -> Sequence[Request]:
    """Return the requests that a program must send in a step."""
    return [_request(substitute(each, names)) for each in _repeated(step["requests"])]


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        for _ in range(entry.get("times", 1)):
            yield entry


def _request(entry: Mapping[str, Any]) -> Request:
    method, target = entry["send"].split(" ")
    path, _, query = target.partition("?")
    pairs = sorted(parse_qsl(query, keep_blank_values=True), key=lambda pair: pair[0])
    has_body = "body" in entry
    return Request(
        method=method,
        path=unquote(path),
        query=tuple(pairs),
        body=canonical(entry["body"]) if has_body else None,
        content_type="application/json" if has_body else None,
    )
