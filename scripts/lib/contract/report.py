"""The findings of a run: which checks were broken, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from attrs import define, field, frozen


@frozen
class Check:
    """A promise that is checked. One that rests on a guess is not held against a live service."""

    promise: str
    guess: bool = False


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "conformance": Check("an answer has a documented status, media type, body and headers"),
        "error-body": Check("a refusal says status, code, message and more_info, and the status is that of HTTP"),
        "rate-limit": Check("each call costs one request of the budget, and /rate_limit costs none"),
        "unauthorized": Check("a wrong token is answered with 401"),
        "bad-request": Check("what the contract excludes is refused with the status it names", guess=True),
        "known-state": Check("a job is in one of the documented states"),
        "finished-is-final": Check("a finished job stays as it is"),
        "never-back": Check("a job's state never goes back", guess=True),
        "ends": Check("a job ends"),
        "counts-never-shrink": Check("counts never shrink", guess=True),
        "counts-add-up": Check(
            "completed and failed files never exceed the total, and make it up in the end", guess=True
        ),
        "counts-match-result": Check("failed_files is above zero exactly if the result holds an error", guess=True),
        "one-submit-one-job": Check("one submission makes one job, and a refused one makes none"),
        "readable": Check("a job can be read from its submission on"),
        "listed-once": Check("the list shows each of the user's jobs exactly once"),
        "details-match-list": Check("a job's details agree with its list entry"),
        "own-jobs-only": Check("the list shows no jobs but the user's own"),
        "result-complete": Check("a finished job's result has one entry for each item", guess=True),
        "result-in-order": Check("the entries of a result are in the order of the items", guess=True),
        "effects": Check("what a job says it did is what has happened"),
        "limit": Check("a page holds no more entries than its limit"),
        "pages": Check("pages neither skip nor repeat, whatever their size"),
        "links": Check("next and prev lead to the pages after and before"),
        "total": Check("X-Total-Matching-Query is how many entries there are"),
    }
)
"""All checks, by name."""


@frozen
class Violation:
    """A check that was broken: which, how, and after how many calls."""

    check: str
    what: str
    call: int

    def __str__(self) -> str:
        return f"{self.check}: {self.what} (call {self.call})"


@define
class Report:
    """The findings of a run.

    `strict` is for a service that has been built on the guesses, as the simulator is: there, a wrong guess is a
    violation like any other.
    """

    strict: bool
    violations: list[Violation] = field(factory=list)
    notes: list[str] = field(factory=list)
    calls: Counter[str] = field(factory=Counter)
    finished: int = 0

    def broken(self, check: str, what: str) -> None:
        """Write down that a check was broken. Raises KeyError if there is no such check."""
        guess = CHECKS[check].guess
        violation = Violation(check, what, self.calls.total())
        if guess and not self.strict:
            self.notes.append(f"a guess is wrong here: {violation}")
        else:
            self.violations.append(violation)

    def note(self, what: str) -> None:
        """Write down what is worth knowing, and no violation."""
        self.notes.append(what)
