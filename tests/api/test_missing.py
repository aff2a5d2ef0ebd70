"""What is said of a thing that is not there, and of a project that may have been meant."""

from __future__ import annotations

import pytest

from sbg_bulk import NotFound
from sbg_bulk.api.subjects import closest, meant
from tests.support import samples
from tests.support.clients import perform
from tests.support.samples import page
from tests.support.scripts import Answer, ok, refusal

MISSING = refusal(404, 3002, "There is no project a/cohort-1.")


def _projects(*ids: str) -> list[dict[str, object]]:
    return [{"id": one, "name": one} for one in ids]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rfranklin/cohort-aa", "rfranklin/cohort-a"),
        ("rfranklin/COHORT-A", "rfranklin/cohort-a"),
        ("rfanklin/cohort-a", "rfranklin/cohort-a"),
        ("rfranklin/cohort-b", "rfranklin/cohort-a"),
        ("rfranklin/genomes", None),
        ("someone/else", None),
        ("lab/run-a", "Lab/Run-A"),
    ],
)
def test_the_project_that_is_most_like_it_is_meant(typed: str, found: str | None) -> None:
    assert meant(typed, ["zz/cohort-aa", "rfranklin/cohort-a", "rfranklin/analysis", "Lab/Run-A"]) == found
    assert meant(typed, []) is None


@pytest.mark.parametrize(("typed", "found"), [("CA-001", "CA-0001"), ("CA-041", "CA-0041"), ("batch-1", "batch-01")])
def test_of_numbered_names_the_first_that_is_as_much_alike_is_meant(typed: str, found: str) -> None:
    names = [f"CA-{number:04}" for number in range(1, 51)] + [f"batch-{number:02}" for number in (10, 1, 2)]
    assert closest(typed, names) == found


@pytest.mark.parametrize(("method", "args"), [("project", ("a/cohort-1",)), ("files_page", ("a/cohort-1",))])
def test_one_request_more_finds_the_project_that_was_meant(method: str, args: tuple[str, ...]) -> None:
    outcome = perform([MISSING, page(_projects("b/x", "a/cohort-10"))], method, *args)
    assert isinstance(outcome.error, NotFound)
    assert outcome.error.advice == "Did you mean a/cohort-10?"
    assert len(outcome.requests) == 2


@pytest.mark.parametrize(
    "answer", [refusal(500), refusal(403), page(_projects("b/x")), ok({"items": [1, {}, None]}), ok([])]
)
def test_a_list_that_does_not_help_leaves_the_error_as_it_was(answer: Answer) -> None:
    outcome = perform([MISSING, answer], "project", "a/cohort-1")
    assert isinstance(outcome.error, NotFound)
    assert outcome.error.meaning == "Project a/cohort-1 was not found, or is not shared with you."
    assert outcome.error.advice.startswith("Check its spelling")
    assert (len(outcome.requests), outcome.slept) == (2, [])


@pytest.mark.parametrize(
    ("method", "args", "code", "told"),
    [
        ("project", ("a/b",), 90003, "Project a/b was not found"),
        ("file", (samples.FILES[0],), 5002, f"File or folder {samples.FILES[0]} was not found"),
    ],
)
def test_nothing_is_asked_for_where_no_project_is_missing(
    method: str, args: tuple[str, ...], code: int, told: str
) -> None:
    outcome = perform([refusal(404, code, "It is not there.")], method, *args)
    assert str(outcome.error).startswith(f"{told}, or is not shared with you: It is not there. Check ")
    assert len(outcome.requests) == 1
