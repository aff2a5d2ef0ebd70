"""The stages of the work on a language, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from attrs import frozen

from scripts.lib.languages.judge import Performance, Program, perform
from scripts.lib.languages.scenario import Scenario
from scripts.lib.languages.tools import FailedError, MissingToolError


@frozen
class Stage:
    """A stage: `work` returns what came of it in a few words. It raises MissingToolError or FailedError."""

    name: str
    work: Callable[[], str]


@frozen
class Outcome:
    """The outcome of a stage."""

    stage: str
    state: Literal["done", "skipped", "failed"]
    text: str


def go_through(stages: Sequence[Stage]) -> Iterator[Outcome]:
    """Work off the stages. Nothing follows one that is skipped or has failed, since it would build on it."""
    for stage in stages:
        try:
            yield Outcome(stage.name, "done", stage.work())
        except MissingToolError as missing:
            yield Outcome(stage.name, "skipped", str(missing))
            return
        except FailedError as error:
            yield Outcome(stage.name, "failed", str(error))
            return


def carrying_out(scenario: Scenario, program: Program, keep: Callable[[Performance], object]) -> Sequence[Stage]:
    """Return the stages of a program that carries out the scenario. `keep` is given what it has seen and sent."""
    performances: list[Performance] = []

    def run_program() -> str:
        performance = perform(scenario, program)
        performances.append(performance)
        keep(performance)
        if performance.wrong_answers:
            raise FailedError("\n".join(performance.wrong_answers))
        return f"{len(scenario.steps)} steps of the scenario, {performance.answers} answers as expected"

    def compare_requests() -> str:
        performance = performances[-1]
        if performance.wrong_requests:
            raise FailedError("\n".join(performance.wrong_requests))
        return f"{len(performance.requests)} requests as in the scenario, SHA-256 {performance.digest[:16]}"

    return (Stage("ran", run_program), Stage("requests identical", compare_requests))
