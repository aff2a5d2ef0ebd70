"""A program carries out the scenario; what it saw and what it sent is compared with what the scenario says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from attrs import frozen

from sbg_bulk.simulator import ManualClock, RateLimit, running
from scripts.lib.languages.recorder import RecordedSimulator, Request
from scripts.lib.languages.scenario import (
    Answers,
    Scenario,
    captured,
    expected_answers,
    expected_requests,
    value_at,
)

Program = Callable[[str], str]
"""Carries out the scenario on the service at a base URL; returns what it has seen, as JSON.

That is a list with `{"name": NAME, "answers": [{"status": 200, "headers": {}, "body": {}}]}` for each step that is a
call.
"""


@frozen
class Performance:
    """The calls that a program has seen and sent, and in what they differ from the scenario."""

    answers: int
    requests: Sequence[Request]
    wrong_answers: Sequence[str]
    wrong_requests: Sequence[str]

    @property
    def log(self) -> str:
        """The requests, one a line."""
        return "".join(f"{request}\n" for request in self.requests)

    @property
    def digest(self) -> str:
        """The SHA-256 of the log: equal for programs that send the same."""
        return hashlib.sha256(self.log.encode()).hexdigest()


def perform(scenario: Scenario, program: Program) -> Performance:
    """Have a program carry out the scenario on a simulator of its own."""
    settings = scenario.settings
    simulator = RecordedSimulator(
        clock=ManualClock(settings.clock),
        seed=settings.seed,
        speed=settings.speed,
        rate_limit=RateLimit(*settings.rate_limit),
    )
    with running(simulator) as url:
        seen = json.loads(program(url))
    return judge(scenario, seen, simulator.app.requests)


def judge(scenario: Scenario, seen: Sequence[Mapping[str, Any]], sent: Sequence[Request]) -> Performance:
    """Compare what a program has seen and sent with what the scenario says."""
    names: dict[str, str] = {}
    wrong_answers: list[str] = []
    wanted: list[tuple[str, Request]] = []
    for step, entry in zip_longest(scenario.calls, seen):
        if step is None or entry is None or step["name"] != entry["name"]:
            wrong_answers.append(f"expected {_name(step)}, not {_name(entry)}")
            break
        try:
            names.update(captured(step, entry["answers"]))
            expected = expected_answers(step, names)
            wanted += [(step["name"], request) for request in expected_requests(step, names)]
        except LookupError as missing:
            wrong_answers.append(f"{step['name']}: no value for {missing}")
            break
        wrong_answers += _differing_answers(step["name"], expected, entry["answers"])
    answers = sum(len(entry["answers"]) for entry in seen)
    return Performance(answers, sent, wrong_answers, list(_differing_requests(wanted, sent)))


def _differing_answers(name: str, expected: Answers, answers: Answers) -> Iterator[str]:
    if len(expected) != len(answers):
        yield f"{name}: {len(answers)} answers, not {len(expected)}"
    for number, (wanted, answer) in enumerate(zip(expected, answers, strict=False), 1):
        headers = {key.lower(): value for key, value in answer["headers"].items()}
        found: list[tuple[str, Any, Any]] = [("status", wanted["status"], answer["status"])]
        found += [(key, value, headers.get(key.lower())) for key, value in wanted.get("headers", {}).items()]
        found += [(path, value, _found(answer["body"], path)) for path, value in wanted.get("body", {}).items()]
        for what, right, value in found:
            if right != value or isinstance(right, bool) != isinstance(value, bool):
                yield f"{name}, answer {number}: {what} is {value!r}, not {right!r}"


def _found(body: Any, path: str) -> Any:
    try:
        return value_at(body, path)
    except (LookupError, ValueError):
        return "nothing"


def _differing_requests(wanted: Sequence[tuple[str, Request]], sent: Sequence[Request]) -> Iterator[str]:
    for number, (expected, request) in enumerate(zip_longest(wanted, sent), 1):
        if expected is None:
            yield f"request {number}: one too many: {request}"
        elif request is None:
            yield f"request {number} ({expected[0]}): not sent: {expected[1]}"
        elif expected[1] != request:
            yield f"request {number} ({expected[0]}):\n  expected {expected[1]}\n  sent     {request}"


def _name(step: Mapping[str, Any] | None) -> str:
    return "no more steps" if step is None else f"step {step['name']!r}"
